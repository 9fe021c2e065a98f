"""The tables of community, a file a concept."""

from services.community.models.base import TABLES, Base
from services.community.models.consents import Consent, Purpose
from services.community.models.organisations import (
    Area,
    AreaSuccession,
    Kind,
    Level,
    Membership,
    Organisation,
    OrganisationSuccession,
    Role,
)
from services.community.models.people import Person
from services.community.models.sign_ins import Session, SignIn

__all__ = [
    "TABLES",
    "Area",
    "AreaSuccession",
    "Base",
    "Consent",
    "Kind",
    "Level",
    "Membership",
    "Organisation",
    "OrganisationSuccession",
    "Person",
    "Purpose",
    "Role",
    "Session",
    "SignIn",
]

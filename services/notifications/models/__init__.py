"""Notices with their deliveries, and the copies of what they tell."""

from services.notifications.models.base import TABLES, Base
from services.notifications.models.copies import EventCopy, OrganisationCopy, RegistrationCopy
from services.notifications.models.notice import (
    Attempt,
    Channel,
    Notice,
    RecipientKind,
    Status,
    Template,
)
from services.notifications.models.outcome import Outcome, Result
from services.notifications.models.preview import Audience, Step

__all__ = [
    "TABLES",
    "Attempt",
    "Audience",
    "Base",
    "Channel",
    "EventCopy",
    "Notice",
    "OrganisationCopy",
    "Outcome",
    "RecipientKind",
    "RegistrationCopy",
    "Result",
    "Status",
    "Step",
    "Template",
]

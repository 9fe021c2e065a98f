"""Events with their rules, their partners and kinds, and the copies of what others decide."""

from services.events.models.base import TABLES, Base
from services.events.models.copies import OrganisationCopy, RegistrationCopy, SeatsCopy
from services.events.models.event import Event, Status
from services.events.models.kind import Kind
from services.events.models.partner import Partner

__all__ = [
    "TABLES",
    "Base",
    "Event",
    "Kind",
    "OrganisationCopy",
    "Partner",
    "RegistrationCopy",
    "SeatsCopy",
    "Status",
]

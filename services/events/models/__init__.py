"""Events with their rules, their partners and kinds, and the copies of what others decide."""

from services.events.models.base import TABLES, Base
from services.events.models.copies import OrganisationCopy, RegistrationCopy, SeatsCopy
from services.events.models.event import AttendanceMode, Event, Status
from services.events.models.kind import Kind
from services.events.models.partner import Part, Partner

__all__ = [
    "TABLES",
    "AttendanceMode",
    "Base",
    "Event",
    "Kind",
    "OrganisationCopy",
    "Part",
    "Partner",
    "RegistrationCopy",
    "SeatsCopy",
    "Status",
]

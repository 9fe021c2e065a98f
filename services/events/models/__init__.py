"""Events with their rules, their partners and kinds, and the copies of what others decide."""

from services.events.models.base import TABLES, Base
from services.events.models.calendar_address import CalendarAddress
from services.events.models.copies import OrganisationCopy, RegistrationCopy, SeatsCopy
from services.events.models.event import AttendanceMode, Event, Status
from services.events.models.kind import Kind
from services.events.models.partner import Part, Partner
from services.events.models.spoken import Spoken

__all__ = [
    "TABLES",
    "AttendanceMode",
    "Base",
    "CalendarAddress",
    "Event",
    "Kind",
    "OrganisationCopy",
    "Part",
    "Partner",
    "RegistrationCopy",
    "SeatsCopy",
    "Spoken",
    "Status",
]

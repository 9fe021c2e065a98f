"""Events with their rules, their partners and kinds, and the copies of what others decide."""

from services.events.models.base import TABLES, Base
from services.events.models.calendar_address import CalendarAddress
from services.events.models.change import Change
from services.events.models.copies import OrganisationCopy, RegistrationCopy, SeatsCopy
from services.events.models.event import AttendanceMode, Event, Status
from services.events.models.imports import Import, Imported
from services.events.models.kind import Kind
from services.events.models.partner import Part, Partner
from services.events.models.programme import OwedEvent, Programme
from services.events.models.rule import AcceptedWarning, Holiday, Rule
from services.events.models.series import Series
from services.events.models.spoken import Spoken
from services.events.models.use import Use

__all__ = [
    "TABLES",
    "AcceptedWarning",
    "AttendanceMode",
    "Base",
    "CalendarAddress",
    "Change",
    "Event",
    "Holiday",
    "Import",
    "Imported",
    "Kind",
    "OrganisationCopy",
    "OwedEvent",
    "Part",
    "Partner",
    "Programme",
    "RegistrationCopy",
    "Rule",
    "SeatsCopy",
    "Series",
    "Spoken",
    "Status",
    "Use",
]

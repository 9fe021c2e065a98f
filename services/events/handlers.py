"""What events does with the messages of others: it keeps copies of what it shows."""

from __future__ import annotations

from typing import Any

from services.events import operations
from services.events.messages import (
    Attendance,
    OrganisationState,
    RegistrationState,
    SeatsState,
)
from services.events.repository import UnitOfWork
from shared.messaging.handlers import Handlers
from shared.messaging.message import Message

HANDLERS = Handlers()


@HANDLERS.handles("organisation.changed", schema=OrganisationState)
def follow_organisation(uow: UnitOfWork, organisation: dict[str, Any], message: Message) -> None:
    """Keep the names."""
    operations.take_in_organisation(uow, organisation, sequence=message.sequence)


@HANDLERS.handles(
    "registration.confirmed",
    "registration.waitlisted",
    "registration.held",
    "registration.pending",
    "registration.declined",
    "registration.cancelled",
    schema=RegistrationState,
)
def follow_registration(uow: UnitOfWork, registration: dict[str, Any], message: Message) -> None:
    """Keep who comes; the type of the message says how far they are. A colleague's place is nobody's calendar."""
    if registration["colleague"]:
        return
    status = message.type.removeprefix("registration.")
    operations.take_in_registration(uow, registration, status=status, sequence=message.sequence)


@HANDLERS.handles("offer.changed", schema=SeatsState)
def follow_seats(uow: UnitOfWork, seats: dict[str, Any], message: Message) -> None:
    """Keep the count of seats."""
    operations.take_in_seats(uow, seats, sequence=message.sequence)


@HANDLERS.handles("attendance.recorded", schema=Attendance)
def follow_attendance(uow: UnitOfWork, attendance: dict[str, Any], message: Message) -> None:
    """Keep how many were admitted."""
    operations.take_in_attendance(uow, attendance, sequence=message.sequence)

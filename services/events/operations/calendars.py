"""What can be done with the address of a person's own calendar."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from services.events.models.calendar_address import CalendarAddress, digest, new_secret
from services.events.repository import UnitOfWork


def open_calendar(
    uow: UnitOfWork, *, person_id: UUID, reminder: int | None, language: str, now: datetime
) -> tuple[CalendarAddress, str]:
    """Give a person's calendar a new address, and the secret in it, which is known only now; an old one ends."""
    secret = new_secret()
    address = CalendarAddress(
        person_id=person_id,
        digest=digest(secret),
        reminder=reminder,
        language=language,
        created_at=now,
    )
    return uow.calendar_addresses.put(address), secret


def close_calendar(uow: UnitOfWork, *, person_id: UUID) -> None:
    """End the address of a person's calendar. Done twice, it is done once."""
    uow.calendar_addresses.end(person_id)

"""What registrations does with the messages of others."""

from __future__ import annotations

from typing import Any

from services.registrations import operations
from services.registrations.messages import EventState
from services.registrations.repository import UnitOfWork
from shared.messaging.handlers import Handlers
from shared.messaging.message import Message

HANDLERS = Handlers()


@HANDLERS.handles(
    "event.published", "event.changed", "event.postponed", "event.completed", schema=EventState
)
def keep_copy(uow: UnitOfWork, event: dict[str, Any], message: Message) -> None:
    """Open an offer of seats, or follow the event: its times and texts, whether it is put off, that it is over."""
    operations.take_in_event(uow, event, sequence=message.sequence, now=message.time)


@HANDLERS.handles("event.cancelled", schema=EventState)
def close_offer(uow: UnitOfWork, event: dict[str, Any], message: Message) -> None:
    """End every registration of an event that does not take place."""
    operations.close_offer(uow, event, sequence=message.sequence, now=message.time)

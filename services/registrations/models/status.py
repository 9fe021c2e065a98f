"""What a registration is, and whether one can register."""

from __future__ import annotations

from enum import StrEnum


class Status(StrEnum):
    """What a registration is."""

    PENDING = "pending"
    CONFIRMED = "confirmed"
    WAITLISTED = "waitlisted"
    HELD = "held"
    DECLINED = "declined"
    CANCELLED = "cancelled"


# Neither over nor refused: a person has at most one such registration for an event.
IN_PLAY = (Status.PENDING, Status.CONFIRMED, Status.WAITLISTED, Status.HELD)
# A seat is taken.
SEATED = (Status.CONFIRMED, Status.HELD)


class OfferState(StrEnum):
    """Whether one can register now, and why not."""

    OPEN = "open"
    FULL = "full"
    NOT_YET_OPEN = "not-yet-open"
    CLOSED = "closed"
    POSTPONED = "postponed"
    CANCELLED = "cancelled"

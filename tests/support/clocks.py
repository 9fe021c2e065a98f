"""A clock that stands where the test puts it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta


class FixedClock:
    """Starts on Thursday, 5 March 2026, 09:00 in Vietnam."""

    def __init__(self, now: datetime = datetime(2026, 3, 5, 2, 0, tzinfo=UTC)) -> None:
        self._now = now

    def now(self) -> datetime:
        return self._now

    def advance(self, **by: float) -> None:
        """Move on by a timedelta's arguments."""
        self._now += timedelta(**by)

    def move_to(self, now: datetime) -> None:
        self._now = now

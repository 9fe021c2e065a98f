"""The queries of what happened to places."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from services.registrations.models import (
    SeatLogEntry,
)
from services.registrations.models.seat_log import IN_WORDS
from shared.http import cursors


class SeatLog:
    """What happened to places."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._new: list[dict[str, Any]] = []

    def add(self, **entry: Any) -> None:
        """To be written with the rest, at the end: all that happened in one statement, in its order."""
        self._new.append(entry)

    def write(self) -> None:
        if self._new:
            self._session.execute(sa.insert(SeatLogEntry), self._new)
            self._new = []

    def add_many(self, entries: Iterable[dict[str, Any]]) -> None:
        """As `add`, of several."""
        self._new += entries

    def keep_words_back(self, entries: Iterable[SeatLogEntry]) -> None:
        """Take out what was written about people, for those who see no names. It is not saved like that."""
        for entry in entries:
            self._session.expunge(entry)
            if entry.what in IN_WORDS:
                entry.reason = None

    def page(
        self, event_id: UUID, *, registration_id: UUID | None, cursor: str | None, limit: int
    ) -> tuple[list[SeatLogEntry], str | None]:
        """Of an event, or of one registration, in the order in which it happened."""
        listed = sa.select(SeatLogEntry).filter_by(event_id=event_id)
        if registration_id is not None:
            listed = listed.filter_by(registration_id=registration_id)
        if cursor is not None:
            (after,) = cursors.decode(cursor, 1)
            if not (after.isascii() and after.isdigit() and len(after) < 19):
                raise cursors.bad_cursor()
            listed = listed.where(SeatLogEntry.number > int(after))
        rows = list(self._session.scalars(listed.order_by(SeatLogEntry.number).limit(limit + 1)))
        page = rows[:limit]
        return page, cursors.encode(page[-1].number) if len(rows) > limit else None

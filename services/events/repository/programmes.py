"""The queries about programmes and the events that belong to them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from services.events.models import Event, OwedEvent, Programme, Status
from shared.http import cursors
from shared.http.problems import NotFound


@dataclass(frozen=True, slots=True)
class Belonging:
    """What a programme shows of an event that belongs to it."""

    id: UUID
    programme_id: UUID
    owed_event_id: UUID | None
    organisation_id: UUID
    status: Status
    title: dict[str, Any]
    starts_at: datetime | None
    ends_at: datetime | None


class Programmes:
    """Programmes by id, and as lists, the newest year first."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def get(self, programme_id: UUID) -> Programme:
        """A programme, or NotFound."""
        programme = self._session.get(Programme, programme_id)
        if programme is None:
            raise NotFound
        return programme

    def id_by_item(self, owed_event_id: UUID) -> UUID | None:
        """The programme that owes this, or None."""
        return self._session.scalar(
            sa.select(OwedEvent.programme_id).where(OwedEvent.id == owed_event_id)
        )

    def lock(self, programme_id: UUID) -> Programme:
        """A programme as it is now, held until the transaction ends; or NotFound."""
        locked = self.lock_if_known(programme_id)
        if locked is None:
            raise NotFound
        return locked

    def lock_if_known(self, programme_id: UUID) -> Programme | None:
        """As `lock`, or None."""
        return self._session.scalar(
            sa.select(Programme)
            .where(Programme.id == programme_id)
            .with_for_update(of=Programme, key_share=True)
            .execution_options(populate_existing=True)
        )

    def save(self, programme: Programme) -> Programme:
        """Write it."""
        self._session.add(programme)
        self._session.flush()
        return programme

    def delete(self, programme: Programme) -> None:
        """One that nothing belongs to, with its items."""
        self._session.delete(programme)
        self._session.flush()

    def page(
        self,
        *,
        year: int | None,
        organisation_id: UUID | None,
        cursor: str | None,
        limit: int,
    ) -> tuple[list[Programme], str | None]:
        """Those of a year, of an organisation, or all."""
        listed = sa.select(Programme)
        if year is not None:
            listed = listed.where(Programme.year == year)
        if organisation_id is not None:
            listed = listed.where(Programme.organisation_id == organisation_id)
        if cursor is not None:
            listed = listed.where(sa.tuple_(Programme.year, Programme.id) < _after(cursor))
        ordered = listed.order_by(Programme.year.desc(), Programme.id.desc()).limit(limit + 1)
        rows = list(self._session.scalars(ordered))
        page = rows[:limit]
        return page, cursors.encode(page[-1].year, page[-1].id) if len(rows) > limit else None

    def events_of(self, programme_ids: Iterable[UUID]) -> Mapping[UUID, Sequence[Belonging]]:
        """What belongs to each of these programmes, by start; one query for all of them."""
        columns = (
            Event.id,
            Event.programme_id,
            Event.owed_event_id,
            Event.organisation_id,
            Event.status,
            Event.title,
            Event.starts_at,
            Event.ends_at,
        )
        # NULL comes first on one database and last on the other: what has no time yet goes last on both.
        rows = self._session.execute(
            sa.select(*columns)
            .where(Event.programme_id.in_(list(programme_ids)))
            .order_by(Event.starts_at.is_(None), Event.starts_at, Event.id)
        )
        found: defaultdict[UUID, list[Belonging]] = defaultdict(list)
        for row in rows:
            one = Belonging(*row)
            found[one.programme_id].append(one)
        return found

    def full_events_of(self, programme_id: UUID) -> Sequence[Event]:
        """The events that belong to a programme, with all that hangs on them, by start."""
        return self._session.scalars(
            sa.select(Event)
            .where(Event.programme_id == programme_id)
            .order_by(Event.starts_at, Event.id)
        ).all()

    def are_paid_for(self, owed_event_ids: Iterable[UUID]) -> set[UUID]:
        """Those of these items that events belong to."""
        ids = list(owed_event_ids)
        if not ids:
            return set()
        paid = sa.select(Event.owed_event_id).where(Event.owed_event_id.in_(ids)).distinct()
        return {one for one in self._session.scalars(paid) if one is not None}


def _after(cursor: str) -> sa.ColumnElement[Any]:
    try:
        year, programme_id = cursors.decode(cursor, 2)
        position = int(year), UUID(programme_id)
    except ValueError:
        raise cursors.bad_cursor() from None
    if not 0 <= position[0] <= 9999:
        raise cursors.bad_cursor()
    return sa.tuple_(
        sa.bindparam(None, position[0], type_=Programme.year.type),
        sa.bindparam(None, position[1], type_=Programme.id.type),
    )

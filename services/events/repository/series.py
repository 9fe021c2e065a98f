"""The queries about series and the events that are of one."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from services.events.models import Event, Series
from shared.http.problems import NotFound


class AllSeries:
    """Series by id, and their events."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def get(self, series_id: UUID) -> Series:
        """A series, or NotFound."""
        series = self._session.get(Series, series_id)
        if series is None:
            raise NotFound
        return series

    def lock(self, series_id: UUID) -> Series:
        """A series as it is now, held until the transaction ends; or NotFound. Held before any of its events."""
        # FOR NO KEY UPDATE: whoever edits one of its events alone holds that event, and PostgreSQL may then look at
        # the series by its foreign key. Waiting for each other they would be a deadlock.
        locked = self._session.get(
            Series, series_id, with_for_update={"key_share": True}, populate_existing=True
        )
        if locked is None:
            raise NotFound
        return locked

    def add(self, series: Series) -> Series:
        """Write it, so that events can name it."""
        self._session.add(series)
        self._session.flush()
        return series

    def events(self, series: Series) -> Sequence[Event]:
        """The events of a series by date."""
        self._session.flush()
        return _by_date(
            self._session.scalars(
                sa.select(Event)
                .where(Event.series_id == series.id)
                .execution_options(populate_existing=True)
            )
        )

    def lock_events(self, series: Series) -> Sequence[Event]:
        """The events of a series by date, as they are now, held until the transaction ends.

        Locked in the order of their ids: whoever else locks several events does so in the same order.
        """
        return _by_date(
            self._session.scalars(
                sa.select(Event)
                .where(Event.series_id == series.id)
                .order_by(Event.id)
                .with_for_update(of=Event)
                .execution_options(populate_existing=True)
            )
        )

    def add_events(self, events: Iterable[Event]) -> None:
        """Write new drafts together."""
        self._session.add_all(events)
        self._session.flush()

    def delete_events(self, drafts: Iterable[Event]) -> None:
        """Drafts that nobody was told of."""
        for draft in drafts:
            self._session.delete(draft)
        self._session.flush()


def _by_date(events: Iterable[Event]) -> Sequence[Event]:
    # Every event of a series has the moment that the rule gave it.
    return sorted(events, key=lambda event: (event.occurrence or event.created_at, event.id))

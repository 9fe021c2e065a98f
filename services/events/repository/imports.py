"""The queries about files that were read in."""

from __future__ import annotations

from collections.abc import Iterable
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from services.events.models import Event
from services.events.models.imports import Import, Imported
from shared.http.problems import NotFound


class Imports:
    """Imports by id, and the events that came from an organisation's files by key."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def add(self, made: Import) -> Import:
        self._session.add(made)
        self._session.flush()
        return made

    def get(self, import_id: UUID, *, lock: bool = False) -> Import:
        """An import, locked if it is to be confirmed; or NotFound."""
        found = self._session.get(Import, import_id, with_for_update=lock or None)
        if found is None:
            raise NotFound
        return found

    def known(
        self, organisation_id: UUID, keys: Iterable[str], *, lock: bool = False
    ) -> dict[str, Event]:
        """The events that these keys have become, in one statement."""
        wanted = (
            sa.select(Imported.key, Event)
            .join(Event, Event.id == Imported.event_id)
            .where(Imported.organisation_id == organisation_id, Imported.key.in_(list(keys)))
            .order_by(Event.id)
        )
        if lock:
            wanted = wanted.with_for_update(of=Event)
        return dict(self._session.execute(wanted).all())

    def remember(self, organisation_id: UUID, key: str, event_id: UUID) -> None:
        self._session.add(Imported(organisation_id=organisation_id, key=key, event_id=event_id))

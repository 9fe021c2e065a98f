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

    def get(self, import_id: UUID) -> Import:
        """An import, or NotFound."""
        found = self._session.get(Import, import_id)
        if found is None:
            raise NotFound
        return found

    def lock(self, import_id: UUID) -> Import:
        """An import as it is now; or NotFound.

        All of its organisation's are held: of two files with the same entry, confirmed at the same moment, the
        second has to find what the first made.
        """
        organisation_id = self.get(import_id).organisation_id
        of_it = sa.select(Import.id).where(Import.organisation_id == organisation_id)
        self._session.execute(of_it.order_by(Import.id).with_for_update()).all()
        return self._session.get_one(Import, import_id, populate_existing=True)

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

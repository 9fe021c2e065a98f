"""The queries about the addresses of people's own calendars."""

from __future__ import annotations

from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from services.events.models.calendar_address import CalendarAddress
from shared.http.problems import NotFound


class CalendarAddresses:
    """One for each person, found by the person or by what its secret hashes to."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def of(self, person_id: UUID) -> CalendarAddress | None:
        """A person's address; None if they have none."""
        return self._session.get(CalendarAddress, person_id)

    def by_digest(self, digest: str) -> CalendarAddress:
        """The address whose secret hashes to this, or NotFound."""
        found = self._session.scalar(
            sa.select(CalendarAddress).where(CalendarAddress.digest == digest)
        )
        if found is None:
            raise NotFound
        return found

    def put(self, address: CalendarAddress) -> CalendarAddress:
        """Keep it in place of the one that the person had."""
        columns = CalendarAddress.__table__.columns.keys()
        values = {name: getattr(address, name) for name in columns}
        postgres = self._session.get_bind().dialect.name == "postgresql"
        # One statement: two browsers may ask at the same moment, and the later one wins.
        insert = (postgresql.insert if postgres else sqlite.insert)(CalendarAddress)
        self._session.execute(
            insert.values(values).on_conflict_do_update(index_elements=["person_id"], set_=values)
        )
        return address

    def end(self, person_id: UUID) -> None:
        """A person has none any more."""
        self._session.execute(
            sa.delete(CalendarAddress).where(CalendarAddress.person_id == person_id)
        )

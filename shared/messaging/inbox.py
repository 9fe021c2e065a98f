"""The inbox: the ids of the messages that a service has handled, written with their effects."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session

from shared.database.types import UTCDateTime
from shared.database.unit_of_work import Database
from shared.messaging.message import Message

KEPT = timedelta(days=90)
# One statement for any number of rows, so that it is compiled once: the rows come as JSON.
_TAKE = {
    "postgresql": """
        INSERT INTO inbox (message_id, type, subject, received_at)
        SELECT id, type, subject, :now
        FROM json_to_recordset(CAST(:rows AS json)) AS one(id text, type text, subject text)
        ON CONFLICT DO NOTHING RETURNING message_id""",
    "sqlite": """
        INSERT INTO inbox (message_id, type, subject, received_at)
        SELECT value ->> 'id', value ->> 'type', value ->> 'subject', :now
        FROM json_each(:rows) WHERE true
        ON CONFLICT DO NOTHING RETURNING message_id""",
}


class Inbox:
    """One service's inbox."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._table = database.tables.inbox
        statement = sa.text(_TAKE[database.engine.dialect.name])
        self._take = statement.bindparams(sa.bindparam("now", type_=UTCDateTime))

    def take(self, session: Session, messages: Sequence[Message]) -> set[str]:
        """Insert the ids that were not there, in this transaction; those are to be handled."""
        if not messages:
            return set()
        # In one order everywhere: two consumers with the same ids wait for each other, and never in a circle.
        rows = sorted(
            ({"id": m.id, "type": m.type, "subject": m.subject} for m in messages),
            key=lambda row: row["id"],
        )
        values = {"rows": json.dumps(rows), "now": self._database.clock.now()}
        return set(session.scalars(self._take, values))

    def give_back(self, session: Session, ids: set[str]) -> None:
        """Forget ids that were just taken."""
        if ids:
            session.execute(sa.delete(self._table).where(self._table.c.message_id.in_(ids)))

    def forget_old(self) -> None:
        """Drop what is older than any repeat can be."""
        oldest = self._database.clock.now() - KEPT
        with self._database.engine.begin() as connection:
            connection.execute(sa.delete(self._table).where(self._table.c.received_at < oldest))

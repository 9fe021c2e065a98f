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
_ROWS = {
    "postgresql": """(
        SELECT id AS message_id, type, subject
        FROM json_to_recordset(CAST(:rows AS json)) AS one(id text, type text, subject text))""",
    "sqlite": """(
        SELECT value ->> 'id' AS message_id, value ->> 'type' AS type, value ->> 'subject' AS subject
        FROM json_each(:rows))""",
}
_TAKE = """
    INSERT INTO inbox (message_id, type, subject, received_at)
    SELECT message_id, type, subject, :now FROM {rows} AS came WHERE {wanted}
    ON CONFLICT DO NOTHING RETURNING message_id"""
_NOT_SET_ASIDE = """NOT EXISTS (
    SELECT 1 FROM failed_messages AS failed
    WHERE failed.message_id = came.message_id AND failed.settled_at IS NULL)"""


class Inbox:
    """One service's inbox."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._table = database.tables.inbox
        rows = _ROWS[database.engine.dialect.name]
        now = sa.bindparam("now", type_=UTCDateTime)
        self._take = sa.text(_TAKE.format(rows=rows, wanted=_NOT_SET_ASIDE)).bindparams(now)
        self._take_any = sa.text(_TAKE.format(rows=rows, wanted="true")).bindparams(now)

    def take(
        self, session: Session, messages: Sequence[Message], *, set_aside: bool = False
    ) -> set[str]:
        """Insert the ids that were not there, in this transaction; those are to be handled.

        What waits in `failed_messages` is left to its own next attempt, which takes it with `set_aside`.
        """
        if not messages:
            return set()
        # In one order everywhere: two consumers with the same ids wait for each other, and never in a circle.
        rows = sorted(
            ({"id": m.id, "type": m.type, "subject": m.subject} for m in messages),
            key=lambda row: row["id"],
        )
        values = {"rows": json.dumps(rows), "now": self._database.clock.now()}
        return set(session.scalars(self._take_any if set_aside else self._take, values))

    def forget_old(self) -> None:
        """Drop what is older than any repeat can be."""
        oldest = self._database.clock.now() - KEPT
        with self._database.engine.begin() as connection:
            connection.execute(sa.delete(self._table).where(self._table.c.received_at < oldest))

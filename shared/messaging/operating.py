"""What an operator sees of one service's messages: where each stands, and since when."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from shared.database.tables import MechanismTables, mechanism_tables
from shared.database.unit_of_work import Database
from shared.messaging.message import LARGEST, Message, Undecodable

# Every service has the same tables: whoever looks at several needs none of their models.
TABLES: MechanismTables = mechanism_tables(sa.MetaData())

# All but what every standing has: the service and the message's id.
_MERGED = (
    "type",
    "subject",
    "outbox_since",
    "unroutable_since",
    "handled_at",
    "failure",
    "unreadable",
    "body",
)
Condition = sa.ColumnElement[bool]
Row = sa.Row[Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Failure:
    """A row of `failed_messages`."""

    row: int
    attempts: int
    reason: str
    failed_at: datetime
    next_attempt_at: datetime | None
    settled_at: datetime | None

    @property
    def parked(self) -> bool:
        """Whether it waits for a person."""
        return self.next_attempt_at is None and self.settled_at is None

    @property
    def tries(self) -> str:
        """The attempts in words."""
        return f"{self.attempts} attempt{'' if self.attempts == 1 else 's'}"


@dataclass(slots=True, kw_only=True)
class Standing:
    """Where one message stands in one service; the times are None for where it is not.

    `unreadable` says why its bytes are no message. The body is there only where one message was asked for, and a
    message that was handled has none: its id alone is kept.
    """

    service: str
    message_id: str
    type: str | None = None
    subject: str | None = None
    outbox_since: datetime | None = None
    unroutable_since: datetime | None = None
    handled_at: datetime | None = None
    failure: Failure | None = None
    unreadable: str | None = None
    body: bytes | None = None


class ServiceMessages:
    """One service's messages. Everything here only reads."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self.service = database.service
        self._tables = database.tables

    def of_id(self, message_id: str) -> Standing | None:
        """One message with its body; None where nothing is known of it."""
        found = self._read(lambda table: table.c.message_id == message_id, whole=True)
        return found[0] if found else None

    def of_row(self, row: int) -> Standing | None:
        """One failed message with its body, by the row's number."""
        found = self._merge(self._failed(self._tables.failed.c.id == row, whole=True))
        return found[0] if found else None

    def of_subject(self, subject: str) -> list[Standing]:
        """Every message about one subject that left a trace."""
        found = self._read(lambda table: self._or_unnamed(table, table.c.subject == subject))
        return [standing for standing in found if standing.subject == subject]

    def failed(self, *, parked: bool = False, type: str | None = None) -> list[Standing]:
        """What failed and is not settled, oldest first; with `parked` only what waits for a person."""
        failed = self._tables.failed
        wanted: Condition = failed.c.settled_at.is_(None)
        if parked:
            wanted = wanted & failed.c.next_attempt_at.is_(None)
        return self._of_type(type, self._merge(self._failed(self._typed(failed, type, wanted))))

    def stuck(self, *, type: str | None = None) -> list[Standing]:
        """What goes no further without a person: parked as failed, or unroutable. Oldest first."""
        unroutable = self._tables.unroutable
        waiting = self._merge(self._unroutable(self._typed(unroutable, type, sa.true())))
        return self.failed(parked=True, type=type) + self._of_type(type, waiting)

    def _typed(self, table: sa.Table, type: str | None, wanted: Condition) -> Condition:
        if type is None:
            return wanted
        return wanted & self._or_unnamed(table, table.c.type == type)

    def _or_unnamed(self, table: sa.Table, named: Condition) -> Condition:
        """A failed message that this release could not read was kept without its type: its body has to tell."""
        return sa.or_(named, table.c.type.is_(None)) if table is self._tables.failed else named

    def _of_type(self, type: str | None, found: list[Standing]) -> list[Standing]:
        return [standing for standing in found if type is None or standing.type == type]

    def _read(
        self, where: Callable[[sa.Table], Condition], *, whole: bool = False
    ) -> list[Standing]:
        tables = self._tables
        return self._merge(
            self._outbox(where(tables.outbox), whole=whole)
            + self._unroutable(where(tables.unroutable), whole=whole)
            + self._handled(where(tables.inbox))
            + self._failed(where(tables.failed), whole=whole)
        )

    def _merge(self, standings: Iterable[Standing]) -> list[Standing]:
        merged: dict[str, Standing] = {}
        for one in standings:
            known = merged.setdefault(one.message_id, one)
            for name in _MERGED:
                setattr(known, name, getattr(known, name) or getattr(one, name))
        return list(merged.values())

    def _outbox(self, where: Condition, *, whole: bool = False) -> list[Standing]:
        outbox = self._tables.outbox
        return [
            self._standing(
                row, outbox_since=row.created_at, body=row.body.encode() if whole else None
            )
            for row in self._rows(sa.select(outbox).where(where).order_by(outbox.c.id))
        ]

    def _unroutable(self, where: Condition, *, whole: bool = False) -> list[Standing]:
        parked = self._tables.unroutable
        return [
            self._standing(
                row, unroutable_since=row.parked_at, body=row.body.encode() if whole else None
            )
            for row in self._rows(sa.select(parked).where(where).order_by(parked.c.id))
        ]

    def _handled(self, where: Condition) -> list[Standing]:
        return [
            self._standing(row, handled_at=row.received_at)
            for row in self._rows(sa.select(self._tables.inbox).where(where))
        ]

    def _failed(self, where: Condition, *, whole: bool = False) -> list[Standing]:
        failed, inbox = self._tables.failed, self._tables.inbox
        # Only a message without its type is read to see what it is; one that is too large is read by nobody.
        unnamed = failed.c.type.is_(None) & (sa.func.length(failed.c.body) <= LARGEST)
        body = failed.c.body if whole else sa.case((unnamed, failed.c.body)).label("body")
        columns = [column for column in failed.c if column.name != "body"]
        query = (
            sa.select(*columns, body, inbox.c.received_at)
            .outerjoin(inbox, inbox.c.message_id == failed.c.message_id)
            .where(where)
            .order_by(failed.c.id)
        )
        return [self._failure(row, whole=whole) for row in self._rows(query)]

    def _failure(self, row: Row, *, whole: bool) -> Standing:
        standing = self._standing(
            row,
            handled_at=row.received_at,
            body=row.body if whole else None,
            failure=Failure(
                row=row.id,
                attempts=row.attempts,
                reason=row.reason,
                failed_at=row.failed_at,
                next_attempt_at=row.next_attempt_at,
                settled_at=row.settled_at,
            ),
        )
        if row.type is None:
            try:
                message = Message.decode(row.body or b"")
            except Undecodable as error:
                standing.unreadable = str(error) if row.body is not None else row.reason
            else:
                standing.type, standing.subject = message.type, message.subject
        return standing

    def _standing(self, row: Row, **more: Any) -> Standing:
        return Standing(
            service=self.service,
            message_id=row.message_id,
            type=row.type,
            subject=row.subject,
            **more,
        )

    def _rows(self, query: sa.Select[Any]) -> list[Row]:
        with self.database.engine.connect().execution_options(read_only=True) as connection:
            return list(connection.execute(query))

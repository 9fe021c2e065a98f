"""The relay: takes outbox rows to the broker, in order, and lets go of a row only when it is confirmed."""

from __future__ import annotations

import random
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Row
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from shared.database.unit_of_work import Database
from shared.logs import get_logger
from shared.messaging.broker import Broker, Outgoing, Receipt

# At most so many messages at once. RabbitMQ has nothing to do between the last confirm of a batch and the next batch,
# so large ones are faster; inside the process a confirm is a consumer's commit, and CONFIRM_SECONDS must do for all.
BATCH = {"postgresql": 5000, "sqlite": 1000}
# After a batch that was not confirmed, so many, then twice as many each time: a broker that is slow gets what it can
# confirm in time, and the repeats are few.
FIRST_AGAIN = 100
POLL_SECONDS = 1.0
CONFIRM_SECONDS = 10.0
# How often what came back unroutable is offered again: its queue may be back.
UNROUTABLE_SECONDS = 10.0
# A relay that says nothing for so long is gone: longer than its longest publish (PostgreSQL).
IDLE_SECONDS = 30
# One number for all services: an advisory lock belongs to one database, and each service has its own.
RELAY_LOCK = 0x0D1A_106
log = get_logger("relay")

Rows = Sequence[Row[Any]]


class NotConfirmed(Exception):
    """The broker did not take the whole batch; the rows stay and are published again."""


class Relay:
    """One service's relay. Any number may run; one is active, the others stand by (PostgreSQL)."""

    def __init__(
        self, database: Database, broker: Broker, *, idle_seconds: int = IDLE_SECONDS
    ) -> None:
        self._database = database
        self._broker = broker
        self._on_postgresql = database.engine.dialect.name == "postgresql"
        self._largest = self._batch = BATCH[database.engine.dialect.name]
        self._offered_again = time.monotonic()
        self._idle_seconds = idle_seconds

    def run(self, stop: threading.Event) -> None:
        """Relay until `stop` is set; a database or broker that is away is waited for."""
        pause = 0.05
        while not stop.is_set():
            try:
                with self._active() as connection:
                    while connection is not None and not stop.is_set():
                        if self.relay_batch(connection) < self._batch:
                            self._offer_again(connection)
                            self._database.wake.wait(POLL_SECONDS)
                        self._batch = min(self._batch * 2, self._largest)
                        pause = 0.05
                    if connection is None:
                        stop.wait(POLL_SECONDS)
            except (DBAPIError, PoolTimeout, NotConfirmed) as error:
                log.warning(
                    "relay waits and tries again",
                    service=self._database.service,
                    why=type(error).__name__,
                )
                if isinstance(error, NotConfirmed):
                    self._batch = FIRST_AGAIN
                stop.wait(pause * random.uniform(0.5, 1.0))  # noqa: S311 - jitter, not a secret
                pause = min(pause * 2, 5.0)
            except Exception as error:  # noqa: BLE001 - a relay has to live as long as its process
                log.error(
                    "a turn of the relay failed",
                    service=self._database.service,
                    why=type(error).__name__,
                    alarm=True,
                )
                stop.wait(pause)
                pause = min(pause * 2, 5.0)

    @contextmanager
    def _active(self) -> Iterator[Connection | None]:
        """A connection that holds this service's relay lock, or None while another relay has it."""
        options = {"read_only": True} if not self._on_postgresql else {}
        with self._database.engine.connect().execution_options(**options) as connection:
            if self._on_postgresql:
                held = connection.scalar(sa.select(sa.func.pg_try_advisory_lock(RELAY_LOCK)))
                connection.commit()
                if not held:
                    yield None
                    return
            try:
                if self._on_postgresql:
                    # If the server crashes before a commit of this session is on its disk, rows that were published
                    # come back and are published again; waiting for the disk would only delay the next message.
                    connection.execute(sa.text("SET synchronous_commit = off"))
                    # It speaks every second. Silent for so long, its machine is gone, and with it must go the lock.
                    connection.execute(
                        sa.text(f"SET idle_session_timeout = '{self._idle_seconds}s'")
                    )
                    connection.commit()
                yield connection
            finally:
                if self._on_postgresql and not connection.closed:
                    connection.invalidate()  # ends the session, and with it the lock

    def relay_batch(self, connection: Connection) -> int:
        """Publish what is there, up to one batch; the number of rows that left. NotConfirmed if some could not."""
        return (
            self._from_postgresql(connection)
            if self._on_postgresql
            else self._from_sqlite(connection)
        )

    def offer_unroutable(self, connection: Connection) -> int:
        """Publish again all that came back, oldest first; the number that has found its queue."""
        found, last = 0, -1
        while (batch := self._offer_after(connection, last)) is not None:
            found, last = found + batch[0], batch[1]
        return found

    def _offer_after(self, connection: Connection, last: int) -> tuple[int, int] | None:
        """Offer the next batch behind the row `last`: how many found their queue, and the last row; None: none is left."""
        parked = self._database.tables.unroutable
        with connection.begin():
            wanted = sa.select(parked).where(parked.c.id > last).order_by(parked.c.id)
            rows = connection.execute(wanted.limit(self._batch)).all()
        if not rows:
            return None
        receipts = self._publish(rows, mandatory=True)
        found = [row.id for row in rows if receipts[row.id] is Receipt.CONFIRMED]
        if found:
            with self._database.engine.begin() as writing:
                writing.execute(sa.delete(parked).where(parked.c.id.in_(found)))
            log.info("what was unroutable has found its queue", count=len(found))
        return len(found), rows[-1].id

    def _offer_again(self, connection: Connection) -> None:
        now = time.monotonic()
        if now - self._offered_again >= UNROUTABLE_SECONDS:
            self._offered_again = now
            self.offer_unroutable(connection)

    def _from_postgresql(self, connection: Connection) -> int:
        """One transaction: rows deleted, published, confirmed, then committed.

        The one place where a transaction is held over a network call, on purpose: what is not confirmed
        rolls back. No cursor over a sequence, so a commit that came late is not skipped.
        """
        outbox = self._database.tables.outbox
        oldest = (
            sa.select(outbox.c.id)
            .order_by(outbox.c.id)
            .limit(self._batch)
            .with_for_update(skip_locked=True)
        )
        taken = sa.delete(outbox).where(outbox.c.id.in_(oldest)).returning(*_needed(outbox))
        with connection.begin():
            rows = sorted(connection.execute(taken).all(), key=lambda row: row.id)
            receipts = self._publish(rows)
            self._park(connection, [row for row in rows if receipts[row.id] is Receipt.UNROUTABLE])
            if Receipt.REFUSED in receipts.values():
                raise NotConfirmed
        return len(rows)

    def _from_sqlite(self, connection: Connection) -> int:
        """Read without the writer's place, publish, then delete what was confirmed in a second transaction.

        SQLite has one writer: holding its place while consumers write would stop everything.
        """
        outbox = self._database.tables.outbox
        with connection.begin():
            waiting = sa.select(*_needed(outbox)).order_by(outbox.c.id).limit(self._batch)
            rows = connection.execute(waiting).all()
        if not rows:
            return 0
        receipts = self._publish(rows)
        left = [row for row in rows if receipts[row.id] is not Receipt.REFUSED]
        with self._database.engine.begin() as writing:
            self._park(writing, [row for row in left if receipts[row.id] is Receipt.UNROUTABLE])
            writing.execute(sa.delete(outbox).where(outbox.c.id.in_([row.id for row in left])))
        if len(left) < len(rows):
            raise NotConfirmed
        return len(left)

    def _publish(self, rows: Rows, *, mandatory: bool | None = None) -> dict[int, Receipt]:
        batch = [
            Outgoing(
                row.message_id,
                row.type,
                row.body.encode(),
                row.mandatory if mandatory is None else mandatory,
            )
            for row in rows
        ]
        receipts = self._broker.publish(batch, timeout=CONFIRM_SECONDS) if batch else []
        return {row.id: receipt for row, receipt in zip(rows, receipts, strict=True)}

    def _park(self, connection: Connection, rows: Rows) -> None:
        for row in rows:
            log.error(
                "no queue wants a message that should be wanted; parked",
                type=row.type,
                message_id=row.message_id,
            )
        if rows:
            now = self._database.clock.now()
            columns = ("id", "message_id", "type", "subject", "body")
            parked = [
                {name: getattr(row, name) for name in columns} | {"parked_at": now} for row in rows
            ]
            connection.execute(sa.insert(self._database.tables.unroutable), parked)


def _needed(outbox: sa.Table) -> list[sa.Column[Any]]:
    """Not when it was written: reading a time costs, for every message."""
    return [column for column in outbox.c if column.name != "created_at"]

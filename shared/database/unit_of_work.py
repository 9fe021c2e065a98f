"""The unit of work: one transaction that holds a change and the messages that tell of it, both or neither."""

from __future__ import annotations

from dataclasses import dataclass
from types import TracebackType
from typing import Any, Self

import sqlalchemy as sa
from sqlalchemy.engine import Engine
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.orm import Session

from shared.clock import Clock
from shared.database.tables import MechanismTables
from shared.messaging.message import LARGEST, Draft, Message
from shared.messaging.wake import Wake


@dataclass(frozen=True, slots=True)
class Database:
    """One service's database: its engine, the mechanism tables in it, and how to wake its relay."""

    service: str
    engine: Engine
    tables: MechanismTables
    wake: Wake
    clock: Clock
    deployed: tuple[str, ...]

    def ping(self) -> bool:
        """Whether the database answers (within the connection's bounds)."""
        try:
            with self.engine.connect().execution_options(read_only=True) as connection:
                connection.execute(sa.text("SELECT 1"))
        except (DBAPIError, PoolTimeout):
            return False
        return True

    def close(self) -> None:
        self.wake.close()
        self.engine.dispose()


class UnitOfWork:
    """Commits on a clean exit, rolls back on an exception; with `read_only` it only ever rolls back. Opened by routes, handlers and workers only.

    Each service derives its own and adds its repositories.
    """

    session: Session

    def __init__(self, database: Database, *, read_only: bool = False) -> None:
        self.database = database
        self._read_only = read_only
        self._outgoing: list[dict[str, Any]] = []

    def __enter__(self) -> Self:
        self.session = Session(self.database.engine, expire_on_commit=False)
        if self._read_only:
            self.session.connection(execution_options={"read_only": True})
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        try:
            # What only reads leaves nothing behind, whatever was done to the objects that it read.
            if kind is None and not self._read_only:
                self.commit()
        finally:
            self.session.close()

    def commit(self) -> None:
        """Write the state and its messages. For entry points: operations never commit."""
        self.session.flush()
        told = bool(self._outgoing)
        if told:
            self.session.execute(sa.insert(self.database.tables.outbox), self._outgoing)
            self._outgoing = []
        self.session.commit()
        if told:
            self.database.wake.notify()

    def publish(self, draft: Draft) -> Message:
        """Add a message to the outbox, in this transaction. Lock its subject's row first: that keeps the order."""
        message = Message(
            type=draft.type.name,
            source=self.database.service,
            subject=draft.subject,
            sequence=draft.sequence,
            data=draft.data,
            time=self.database.clock.now(),
        )
        body = message.encode()
        if len(body) > LARGEST:
            # Every consumer would park it: refused here, in the sender's transaction.
            raise ValueError(f"{message.type} is larger than {LARGEST} bytes: {len(body)}")
        self._outgoing.append(
            {
                "message_id": message.id,
                "type": message.type,
                "subject": message.subject,
                "body": body.decode(),
                "mandatory": not set(draft.type.consumed_by).isdisjoint(self.database.deployed),
                "created_at": message.time,
            }
        )
        return message

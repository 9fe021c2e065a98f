"""Failed messages: what a handler could not do, tried again with growing pauses, then parked for a person."""

from __future__ import annotations

import hashlib
import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert as postgresql_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert
from sqlalchemy.orm import Session

from shared.database.unit_of_work import Database
from shared.logs import get_logger
from shared.messaging.broker import Delivery
from shared.messaging.message import Message, Undecodable

# Seconds before each of the five further attempts; after the last a person is wanted.
PAUSES = (1, 2, 4, 8, 16)
KEPT_SETTLED = timedelta(days=30)
AT_ONCE = 50
log = get_logger("consumer")


@dataclass(frozen=True, slots=True)
class Attempt:
    """One try of one failed message; `number` counts from 1."""

    id: int
    number: int
    body: bytes


class FailedMessages:
    """One service's failed messages."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._table = database.tables.failed
        dialect = database.engine.dialect.name
        insert = postgresql_insert if dialect == "postgresql" else sqlite_insert
        self._insert: Callable[[sa.Table], Any] = insert

    def keep_failed(self, message: Message, error: Exception) -> None:
        """Keep a message whose handler failed for the first time."""
        wait = None if isinstance(error, Undecodable) else PAUSES[0]
        self.keep(message, _reason(error), attempts=1, wait=wait)

    def keep(self, message: Message, reason: str, *, attempts: int, wait: float | None) -> None:
        """Keep a message for its next attempt in `wait` seconds; None: for a person."""
        self._keep(
            message.id,
            message.encode(),
            reason,
            attempts=attempts,
            wait=wait,
            type=message.type,
            subject=message.subject,
        )

    def park_unreadable(self, delivery: Delivery, error: Undecodable) -> None:
        """Keep what is no message, for a person; its repeats are the same row.

        By its bytes, not by the id that came with it: that may be another message's.
        """
        identity = str(UUID(bytes=hashlib.sha256(delivery.body).digest()[:16]))
        self._keep(identity, delivery.body, _kept(str(error)), attempts=0, wait=None)

    def claim_due(self) -> Attempt | None:
        """Take one that is due for this process alone, and count the attempt before it is made.

        One at a time: an attempt that ends its process costs no other message one of its own.
        """
        failed, now = self._table, self._database.clock.now()
        with self._database.engine.connect().execution_options(read_only=True) as connection:
            if not connection.scalar(sa.select(sa.exists().where(failed.c.next_attempt_at <= now))):
                return None
        with self._database.engine.begin() as connection:
            due = (
                sa.select(failed.c.id, failed.c.attempts, failed.c.body)
                .where(failed.c.next_attempt_at <= now)
                .order_by(failed.c.id)
                .limit(1)
                .with_for_update(skip_locked=True)
            )
            row = connection.execute(due).one_or_none()
            if row is None:
                return None
            attempt = Attempt(row.id, row.attempts + 1, row.body)
            connection.execute(
                sa.update(failed)
                .where(failed.c.id == row.id)
                .values(attempts=attempt.number, next_attempt_at=self._next(attempt.number))
            )
        return attempt

    def give_back(self, attempt: Attempt) -> None:
        """It was no attempt: the database had gone, and the message is as it was before it was claimed."""
        failed = self._table
        with self._database.engine.begin() as connection:
            connection.execute(
                sa.update(failed)
                .where(failed.c.id == attempt.id, failed.c.attempts == attempt.number)
                .values(attempts=attempt.number - 1, next_attempt_at=self._database.clock.now())
            )

    def settle(self, session: Session, failed_id: int) -> None:
        """It was handled, in this transaction."""
        now = self._database.clock.now()
        session.execute(
            sa.update(self._table)
            .where(self._table.c.id == failed_id)
            .values(settled_at=now, next_attempt_at=None)
        )

    def note(self, attempt: Attempt, error: Exception) -> None:
        """Keep why an attempt failed; what cannot be helped is not tried again."""
        values: dict[str, Any] = {"reason": _reason(error)}
        if isinstance(error, Undecodable):
            values["next_attempt_at"] = None
        if isinstance(error, Undecodable) or attempt.number > len(PAUSES):
            log.error(
                "a message failed for the last time; parked",
                failed_id=attempt.id,
                why=type(error).__name__,
            )
        with self._database.engine.begin() as connection:
            connection.execute(
                sa.update(self._table).where(self._table.c.id == attempt.id).values(values)
            )

    def make_due(self, connection: sa.Connection, ids: Sequence[int]) -> int:
        """Parked ones become due at once, all their attempts before them again; how many they were."""
        values = {"attempts": 0, "next_attempt_at": self._database.clock.now()}
        return self._change_parked(connection, ids, values)

    def close(self, connection: sa.Connection, ids: Sequence[int], why: str) -> int:
        """Parked ones are settled without another attempt; `why` is put before their reason. How many they were."""
        values = {
            "settled_at": self._database.clock.now(),
            "reason": sa.literal(f"{why}: ") + self._table.c.reason,
        }
        return self._change_parked(connection, ids, values)

    def _change_parked(
        self, connection: sa.Connection, ids: Sequence[int], values: dict[str, Any]
    ) -> int:
        failed = self._table
        parked = (failed.c.next_attempt_at.is_(None), failed.c.settled_at.is_(None))
        changed = sa.update(failed).where(failed.c.id.in_(ids), *parked).values(values)
        return connection.execute(changed).rowcount

    def forget_old(self) -> None:
        """Drop what was settled long ago."""
        oldest = self._database.clock.now() - KEPT_SETTLED
        with self._database.engine.begin() as connection:
            connection.execute(sa.delete(self._table).where(self._table.c.settled_at < oldest))

    def _next(self, number: int) -> Any:
        if number > len(PAUSES):
            return None
        return self._database.clock.now() + _jittered(PAUSES[number - 1])

    def _keep(
        self,
        message_id: str,
        body: bytes,
        reason: str,
        *,
        attempts: int,
        wait: float | None,
        type: str | None = None,
        subject: str | None = None,
    ) -> None:
        now = self._database.clock.now()
        row = {
            "message_id": message_id,
            "type": type,
            "subject": subject,
            "body": body,
            "reason": reason,
            "attempts": attempts,
            "failed_at": now,
            "next_attempt_at": None if wait is None else now + _jittered(wait),
        }
        with self._database.engine.begin() as connection:
            connection.execute(self._insert(self._table).values(row).on_conflict_do_nothing())


def _reason(error: Exception) -> str:
    # The type and, for our own errors, the sentence: a driver's text may carry personal data.
    return _kept(str(error)) if isinstance(error, Undecodable) else type(error).__name__


def _kept(text: str) -> str:
    """Text as any database keeps it: others' bytes may hold NUL and halves of characters."""
    return text.encode("utf-8", "replace").decode().replace("\x00", "\ufffd")


def _jittered(seconds: float) -> timedelta:
    return timedelta(seconds=seconds * random.uniform(0.9, 1.2))  # noqa: S311 - jitter, not a secret

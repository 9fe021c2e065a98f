"""The consumer: runs handlers so that each message has its effect exactly once, and a bad one harms no other."""

from __future__ import annotations

import random
import threading
from collections.abc import Callable, Sequence
from datetime import timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert as postgresql_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from shared.database.unit_of_work import Database, UnitOfWork
from shared.logs import get_logger
from shared.messaging.broker import Broker, Delivery
from shared.messaging.handlers import Handlers
from shared.messaging.message import Message, Undecodable
from shared.messaging.topology import topology

PAUSES = (1, 2, 4, 8, 16)
log = get_logger("consumer")


class Consumer:
    """One service's consumer of its queue and of its dead-letter queue."""

    def __init__(
        self, *, database: Database, handlers: Handlers, unit_of_work: Callable[[], UnitOfWork]
    ) -> None:
        self._database = database
        self._handlers = handlers
        self._unit_of_work = unit_of_work
        insert = (
            postgresql_insert if database.engine.dialect.name == "postgresql" else sqlite_insert
        )
        self._insert: Callable[[sa.Table], Any] = insert

    def run(self, broker: Broker, *, exchange: str, stop: threading.Event) -> None:
        """Consume until `stop` is set; returns when what was taken is finished and acknowledged."""
        house = topology(
            exchange=exchange, service=self._database.service, types=self._handlers.types
        )
        broker.declare(house)
        queue = f"{exchange}.{self._database.service}"
        threads = [
            threading.Thread(
                target=broker.consume,
                args=(f"{queue}.dead", self.take_dead),
                kwargs={"stop": stop},
                name=f"{queue}.dead",
                daemon=True,
            ),
            threading.Thread(
                target=self._retry_until, args=(stop,), name=f"{queue}.retry", daemon=True
            ),
        ]
        for thread in threads:
            thread.start()
        broker.consume(queue, self.handle_batch, stop=stop)
        for thread in threads:
            thread.join(timeout=5)

    def handle_batch(self, deliveries: Sequence[Delivery]) -> None:
        """Handle all in one transaction; if that fails, one by one, and keep only the culprits aside.

        Raises only when the database is away: then nothing is acknowledged and all come again.
        """
        readable = [
            message for delivery in deliveries if (message := self._read(delivery)) is not None
        ]
        try:
            self._handle_new(readable)
        except Exception as error:  # noqa: BLE001 - handlers may raise anything
            self._raise_if_away(error)
            if len(readable) == 1:
                self._set_aside(readable[0], error)
                return
            for message in readable:
                try:
                    self._handle_new([message])
                except Exception as culprit:  # noqa: BLE001 - handlers may raise anything
                    self._raise_if_away(culprit)
                    self._set_aside(message, culprit)

    def take_dead(self, deliveries: Sequence[Delivery]) -> None:
        """What the broker gave up on is tried alone: most of it only stood beside a message that kills."""
        for delivery in deliveries:
            message = self._read(delivery)
            if message is not None:
                self._keep(
                    message.id,
                    message.type,
                    message.subject,
                    delivery.body,
                    "the broker's delivery limit",
                    attempts=0,
                    wait=0,
                )

    def retry_due(self) -> int:
        """Try what waits in `failed_messages` and is due, each alone; the number that was tried."""
        failed = self._database.tables.failed
        now = self._database.clock.now()
        with self._database.engine.connect().execution_options(read_only=True) as connection:
            due = connection.execute(
                sa.select(failed)
                .where(failed.c.next_attempt_at <= now)
                .order_by(failed.c.id)
                .limit(50)
            ).all()
        for row in due:
            message = Message.decode(row.body)
            try:
                with self._unit_of_work() as uow:
                    self._settle(uow, row.id)
                    self._handle(uow, [message])
            except Exception as error:  # noqa: BLE001 - handlers may raise anything
                self._raise_if_away(error)
                self._again(row.id, row.attempts + 1, error)
        return len(due)

    def _handle_new(self, messages: Sequence[Message]) -> None:
        with self._unit_of_work() as uow:
            self._handle(uow, messages)

    def _handle(self, uow: UnitOfWork, messages: Sequence[Message]) -> None:
        new = self._unseen(uow, messages)
        for message in messages:
            if message.id in new:
                new.remove(message.id)
                self._handlers.of(message)(uow, message)
        # Here, while the culprit can still be told from the rest, rather than at the commit.
        uow.session.flush()

    def _unseen(self, uow: UnitOfWork, messages: Sequence[Message]) -> set[str]:
        """Insert the ids that the inbox does not hold, in one statement; those are to be handled."""
        if not messages:
            return set()
        inbox, failed = self._database.tables.inbox, self._database.tables.failed
        now = self._database.clock.now()
        ids = sorted({message.id for message in messages})
        inserted = self._insert(inbox).values(
            [{"message_id": one, "received_at": now} for one in ids]
        )
        new = set(
            uow.session.scalars(inserted.on_conflict_do_nothing().returning(inbox.c.message_id))
        )
        # One that already waits in failed_messages is left to its own next attempt.
        waiting = sa.select(failed.c.message_id).where(
            failed.c.message_id.in_(ids), failed.c.settled_at.is_(None)
        )
        aside = set(uow.session.scalars(waiting))
        if aside:
            uow.session.execute(sa.delete(inbox).where(inbox.c.message_id.in_(aside)))
        return new - aside

    def _read(self, delivery: Delivery) -> Message | None:
        """The message, or None after one that nobody can read was parked with its reason."""
        try:
            message = Message.decode(delivery.body)
            self._handlers.of(message)
        except Undecodable as error:
            log.error(
                "a message that cannot be read was parked",
                service=self._database.service,
                why=str(error),
            )
            identity = (delivery.message_id or f"unknown-{hash(delivery.body):x}")[:200]
            self._keep(identity, None, None, delivery.body, str(error), attempts=0, wait=None)
            return None
        return message

    def _set_aside(self, message: Message, error: Exception) -> None:
        hopeless = isinstance(error, Undecodable)
        log.warning(
            "a handler failed; the message is set aside",
            type=message.type,
            message_id=message.id,
            why=type(error).__name__,
            parked=hopeless,
        )
        self._keep(
            message.id,
            message.type,
            message.subject,
            message.encode(),
            _reason(error),
            attempts=1,
            wait=None if hopeless else PAUSES[0],
        )

    def _keep(
        self,
        message_id: str,
        type_: str | None,
        subject: str | None,
        body: bytes,
        reason: str,
        *,
        attempts: int,
        wait: float | None,
    ) -> None:
        now = self._database.clock.now()
        row = {
            "message_id": message_id,
            "type": type_,
            "subject": subject,
            "body": body,
            "reason": reason,
            "attempts": attempts,
            "failed_at": now,
            "next_attempt_at": None if wait is None else now + _jittered(wait),
        }
        with self._database.engine.begin() as connection:
            connection.execute(
                self._insert(self._database.tables.failed).values(row).on_conflict_do_nothing()
            )

    def _settle(self, uow: UnitOfWork, failed_id: int) -> None:
        failed = self._database.tables.failed
        now = self._database.clock.now()
        uow.session.execute(
            sa.update(failed)
            .where(failed.c.id == failed_id)
            .values(settled_at=now, next_attempt_at=None)
        )

    def _again(self, failed_id: int, attempts: int, error: Exception) -> None:
        """Wait longer, or park for a person after the last attempt."""
        failed = self._database.tables.failed
        parked = attempts >= len(PAUSES) or isinstance(error, Undecodable)
        wait = None if parked else self._database.clock.now() + _jittered(PAUSES[attempts])
        if parked:
            log.error(
                "a message failed for the last time; parked",
                failed_id=failed_id,
                why=type(error).__name__,
            )
        with self._database.engine.begin() as connection:
            connection.execute(
                sa.update(failed)
                .where(failed.c.id == failed_id)
                .values(attempts=attempts, reason=_reason(error), next_attempt_at=wait)
            )

    def _retry_until(self, stop: threading.Event) -> None:
        while not stop.wait(0.5):
            try:
                self.retry_due()
            except (DBAPIError, PoolTimeout):
                stop.wait(2)

    def _raise_if_away(self, error: Exception) -> None:
        """A database that is away is no fault of the message: let the whole batch come again."""
        if isinstance(error, DBAPIError | PoolTimeout) and not self._database.ping():
            raise error


def _reason(error: Exception) -> str:
    # The type and, for our own errors, the sentence: a driver's text may carry personal data.
    return str(error) if isinstance(error, Undecodable) else type(error).__name__


def _jittered(seconds: float) -> timedelta:
    return timedelta(seconds=seconds * random.uniform(0.9, 1.2))  # noqa: S311 - jitter, not a secret

"""The consumer: runs handlers so that each message has its effect exactly once, and a bad one harms no other."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence

from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from shared.database.unit_of_work import Database, UnitOfWork
from shared.logs import get_logger
from shared.messaging.broker import Broker, Delivery
from shared.messaging.failed import AT_ONCE, Attempt, FailedMessages
from shared.messaging.handlers import Handlers
from shared.messaging.inbox import Inbox
from shared.messaging.message import Message, Undecodable
from shared.messaging.topology import topology

# At most so many in one transaction. What a batch costs by itself (round trips, a commit) is little beyond this.
BATCH = 500
RETRY_POLL_SECONDS = 0.5
HOUSEKEEPING_SECONDS = 3600.0
log = get_logger("consumer")


class Consumer:
    """One service's consumer of its queue and of its dead-letter queue."""

    def __init__(
        self, *, database: Database, handlers: Handlers, unit_of_work: Callable[[], UnitOfWork]
    ) -> None:
        self._database = database
        self._handlers = handlers
        self._unit_of_work = unit_of_work
        self._inbox = Inbox(database)
        self._failed = FailedMessages(database)
        # Claimed when the database went: given back when it is there again. If this process ends, they count as tried.
        self._to_give_back: list[Attempt] = []

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
        broker.consume(queue, self.handle_batch, stop=stop, batch=BATCH)
        for thread in threads:
            thread.join(timeout=5)

    def handle_batch(self, deliveries: Sequence[Delivery]) -> None:
        """Handle all in one transaction. If one fails, it alone is kept aside, and the others are handled.

        Raises only when the database is away: then nothing is acknowledged and all come again.
        """
        waiting = [
            message for delivery in deliveries if (message := self._read(delivery)) is not None
        ]
        while waiting:
            try:
                self._handle_new(waiting)
            except _Failed as failed:
                self._raise_if_away(failed.error)
                # What stood before the culprit was rolled back with it, and is handled again.
                place = waiting.index(failed.message)
                self._again(waiting[:place])
                self._set_aside(failed.message, failed.error)
                waiting = waiting[place + 1 :]
            except Exception as error:  # noqa: BLE001 - handlers may raise anything, as late as at the commit
                self._raise_if_away(error)
                self._one_by_one(waiting)
                return
            else:
                return

    def take_dead(self, deliveries: Sequence[Delivery]) -> None:
        """What the broker gave up on is tried alone: most of it only stood beside a message that kills."""
        for delivery in deliveries:
            message = self._read(delivery)
            if message is not None:
                self._failed.keep(message, "the broker's delivery limit", attempts=0, wait=0)

    def retry_due(self) -> int:
        """Try what waits in `failed_messages` and is due, each alone; the number that was tried.

        An attempt is counted before it is made: a message that kills its process is parked like any other.
        """
        while self._to_give_back:
            self._failed.give_back(self._to_give_back[-1])
            self._to_give_back.pop()
        tried = 0
        while tried < AT_ONCE and (attempt := self._failed.claim_due()) is not None:
            tried += 1
            try:
                message = Message.decode(attempt.body)
                with self._unit_of_work() as uow:
                    if self._inbox.take(uow.session, [message], set_aside=True):
                        self._run(uow, [message])
                    self._failed.settle(uow.session, attempt.id)
            except Exception as error:  # noqa: BLE001 - handlers may raise anything
                culprit = error.error if isinstance(error, _Failed) else error
                try:
                    self._raise_if_away(culprit)
                except (DBAPIError, PoolTimeout):
                    self._to_give_back.append(attempt)
                    raise
                self._failed.note(attempt, culprit)
        return tried

    def _again(self, messages: Sequence[Message]) -> None:
        """Handle in one go what went well before; a transaction each would hold up the queue behind every culprit."""
        try:
            if messages:
                self._handle_new(messages)
        except Exception as error:  # noqa: BLE001 - handlers may raise anything
            self._raise_if_away(error.error if isinstance(error, _Failed) else error)
            self._one_by_one(messages)

    def _one_by_one(self, messages: Sequence[Message]) -> None:
        for message in messages:
            try:
                self._handle_new([message])
            except Exception as error:  # noqa: BLE001 - handlers may raise anything
                culprit = error.error if isinstance(error, _Failed) else error
                self._raise_if_away(culprit)
                self._set_aside(message, culprit)

    def _handle_new(self, messages: Sequence[Message]) -> None:
        with self._unit_of_work() as uow:
            new = self._inbox.take(uow.session, messages)
            self._run(uow, [message for message in messages if message.id in new])

    def _run(self, uow: UnitOfWork, messages: Sequence[Message]) -> None:
        """Run the handlers in order; _Failed names the culprit where it is known, before anything is committed."""
        once = list({message.id: message for message in messages}.values())
        for handler, together in self._handlers.neighbours(once):
            try:
                if handler.run_many is not None and len(together) > 1:
                    handler.run_many(uow, [(handler.load(one), one) for one in together])
                else:
                    for message in together:
                        handler(uow, message)
                # Here, while the culprit can still be told from the rest, rather than at the commit.
                if len(once) == 1:
                    uow.session.flush()
            except Exception as error:
                if len(together) > 1:
                    raise
                raise _Failed(together[0], error) from error
        uow.session.flush()

    def _read(self, delivery: Delivery) -> Message | None:
        """The message, or None after one that nobody can read was parked with its reason."""
        try:
            message = Message.decode(delivery.body)
            self._handlers.of(message)
        except Exception as error:  # noqa: BLE001 - it lies in the bytes, and the next one waits
            why = error if isinstance(error, Undecodable) else Undecodable(type(error).__name__)
            log.error(
                "a message that cannot be read was parked",
                service=self._database.service,
                why=str(why),
            )
            self._failed.park_unreadable(delivery, why)
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
        self._failed.keep_failed(message, error)

    def _retry_until(self, stop: threading.Event) -> None:
        passed = HOUSEKEEPING_SECONDS
        while not stop.wait(RETRY_POLL_SECONDS):
            try:
                self.retry_due()
                passed += RETRY_POLL_SECONDS
                if passed >= HOUSEKEEPING_SECONDS:
                    passed = 0.0
                    self._inbox.forget_old()
                    self._failed.forget_old()
            except (DBAPIError, PoolTimeout):
                stop.wait(2)
            except Exception as error:  # noqa: BLE001 - this thread has to live as long as its process
                log.error("a turn of the retries failed", why=type(error).__name__, alarm=True)
                stop.wait(2)

    def _raise_if_away(self, error: Exception) -> None:
        """A database that is away is no fault of the message: let the whole batch come again."""
        if isinstance(error, DBAPIError | PoolTimeout) and not self._database.ping():
            raise error


class _Failed(Exception):
    """The handler of this message failed; everything was rolled back."""

    def __init__(self, message: Message, error: Exception) -> None:
        super().__init__(message.id)
        self.message, self.error = message, error

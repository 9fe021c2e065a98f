"""Every broker but RabbitMQ through kombu, and the one inside the process as a transport of kombu's."""

from __future__ import annotations

import math
import queue as fifo
import threading
import time
from collections import deque
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from itertools import count
from typing import Any

from kombu.connection import Connection
from kombu.entity import Exchange, Queue
from kombu.exceptions import OperationalError
from kombu.message import Message
from kombu.messaging import Consumer, Producer
from kombu.transport import TRANSPORT_ALIASES, memory, virtual

from shared.logs import get_logger
from shared.messaging.broker import (
    CONTENT_TYPE,
    Delivery,
    HandleBatch,
    Outgoing,
    Pause,
    Receipt,
    hand_over,
)
from shared.messaging.topology import Topology

IDLE_SECONDS = 0.1
CONNECT_SECONDS = 5.0
log = get_logger("broker")


class KombuBroker:
    """The broker port on any of kombu's transports.

    CONFIRMED means here: handed to the transport. What `mandatory`, the delivery limit and dead-lettering
    do is the transport's affair; most ignore them.
    """

    def __init__(self, url: str, *, exchange: str, **transport_options: object) -> None:
        self._url, self._options = url, transport_options
        self._exchange = Exchange(exchange, type="topic", durable=True)
        self._topologies: list[Topology] = []
        self._sending = threading.Lock()
        self._closed = threading.Event()
        self._publishing = self._connection()
        self._producer: Producer | None = None
        # Each transport has its own errors for a broker that is away.
        connecting: tuple[type[Exception], ...] = self._publishing.connection_errors
        self._unreachable: tuple[type[Exception], ...] = (*connecting, OperationalError, OSError)
        self._away = (*self._unreachable, *self._publishing.channel_errors)

    def declare(self, topology: Topology) -> None:
        if topology not in self._topologies:
            self._topologies.append(topology)
        try:
            with self._channel() as channel:
                self._declare(channel)
        except self._unreachable as error:
            log.warning("the broker is away; declared when it is back", why=type(error).__name__)

    def publish(self, batch: Sequence[Outgoing], *, timeout: float = 10.0) -> list[Receipt]:
        deadline = time.monotonic() + timeout
        receipts: list[Receipt] = []
        if self._sending.acquire(timeout=timeout):
            try:
                for message in batch:
                    self._send(message, deadline)
                    receipts.append(Receipt.CONFIRMED)
            except self._away as error:
                log.warning("the broker did not take a whole batch", why=type(error).__name__)
                self._producer = None
                with suppress(*self._away):
                    # Not `close`, which would wait for the goodbye of a broker that may be silent.
                    self._publishing.collect()
                self._publishing = self._connection()
            finally:
                self._sending.release()
        return receipts + [Receipt.REFUSED] * (len(batch) - len(receipts))

    def consume(
        self,
        queue: str,
        handle_batch: HandleBatch,
        *,
        stop: threading.Event,
        batch: int = 200,
    ) -> None:
        pause = Pause(stop)
        while not stop.is_set():
            try:
                with self._channel() as channel:
                    self._declare(channel)
                    self._work_off(channel, queue, handle_batch, stop, pause, batch)
            except self._away as error:
                log.warning("cannot consume", queue=queue, why=type(error).__name__)
                pause.wait()

    def ping(self, timeout: float = 2.0) -> bool:
        try:
            with self._connection() as connection:
                _connect(connection, timeout)
        except self._away:
            return False
        return not self._closed.is_set()

    def close(self) -> None:
        self._closed.set()
        with self._sending:
            self._publishing.release()

    def _connection(self) -> Connection:
        return Connection(self._url, transport_options=dict(self._options))

    @contextmanager
    def _channel(self) -> Iterator[Any]:
        """A channel on a connection of its own: kombu's are not to be shared between threads."""
        with self._connection() as connection:
            _connect(connection, CONNECT_SECONDS)
            with connection.channel() as channel:
                yield channel

    def _declare(self, channel: Any) -> None:
        for topology in self._topologies:
            topology.exchange(channel).declare()
            for queue in topology.queues:
                queue(channel).declare()

    def _send(self, message: Outgoing, deadline: float = math.inf, **options: object) -> None:
        if self._closed.is_set():
            raise ConnectionError("this broker was closed here")
        if self._producer is None:
            _connect(self._publishing, min(_left(deadline), CONNECT_SECONDS))
            self._producer = Producer(self._publishing, self._exchange)
        self._producer.publish(
            message.body,
            routing_key=message.type,
            content_type=CONTENT_TYPE,
            content_encoding="binary",
            mandatory=message.mandatory,
            message_id=message.id,
            timeout=_left(deadline),
            **options,
        )

    def _work_off(
        self,
        channel: Any,
        queue: str,
        handle_batch: HandleBatch,
        stop: threading.Event,
        pause: Pause,
        batch: int,
    ) -> None:
        arrived: list[Message] = []
        connection = channel.connection.client
        with Consumer(
            channel,
            [Queue(queue, no_declare=True)],
            # Not a callback: that would decode the body, and the envelope wants its bytes.
            on_message=arrived.append,
            prefetch_count=batch,
        ):
            while not stop.is_set():
                with suppress(TimeoutError):
                    connection.drain_events(timeout=IDLE_SECONDS)
                    while len(arrived) < batch:
                        connection.drain_events(timeout=0)
                deliveries = [_delivery(message) for message in arrived]
                if deliveries and hand_over(
                    deliveries, handle_batch, pause=pause, over=stop.is_set
                ):
                    # One by one: virtual transports ignore `multiple`.
                    for message in arrived:
                        message.ack()
                    arrived.clear()


def _connect(connection: Connection, seconds: float) -> None:
    """Open a connection, each of its addresses tried once: kombu alone would pause for seconds and try again."""
    connection.connect_timeout = seconds  # type: ignore[assignment]  # not only whole ones
    connection.ensure_connection(max_retries=max(len(connection.alt), 1) - 1)


def _left(deadline: float) -> float:
    """The seconds until the deadline; TimeoutError when it has passed."""
    seconds = deadline - time.monotonic()
    if seconds <= 0:
        raise TimeoutError
    return seconds


def _delivery(message: Message) -> Delivery:
    body, headers = message.body, message.headers or {}
    return Delivery(
        body=body.encode() if isinstance(body, str) else bytes(body),
        redelivered=bool(message.delivery_info.get("redelivered")),
        message_id=message.properties.get("message_id"),
        delivery_count=int(headers.get("x-delivery-count", 0)),
        dead="x-death" in headers,
    )


class InProcessBroker(KombuBroker):
    """The broker port inside one process, for the embedded mode; one object for all services.

    CONFIRMED means here: every bound queue's consumer has returned from `handle_batch`, so its work is
    committed. Nothing else is durable, and nothing needs to be: what is REFUSED is not kept in a queue,
    since it is published again.
    """

    def __init__(self, *, exchange: str) -> None:
        self._store = _Store()
        super().__init__("inproc://", exchange=exchange, store=self._store)

    def publish(self, batch: Sequence[Outgoing], *, timeout: float = 10.0) -> list[Receipt]:
        publication = _Publication()
        tickets: list[str | Receipt] = []
        # Under one lock: those who owe an acknowledgement are those who get the message.
        with self._store.changed:
            channel: Any = self._publishing.default_channel
            for message in batch:
                queues = channel.bound(self._exchange.name, message.type)
                if queues is None or self._closed.is_set():
                    tickets.append(Receipt.REFUSED)
                elif not queues:
                    tickets.append(Receipt.UNROUTABLE if message.mandatory else Receipt.CONFIRMED)
                else:
                    tickets.append(self._store.expect(publication, len(queues)))
                    self._send(message, correlation_id=tickets[-1])
        if publication.owed:
            publication.settled.wait(timeout)
            self._store.withdraw(publication)

        def receipt(ticket: str | Receipt) -> Receipt:
            if isinstance(ticket, Receipt):
                return ticket
            return Receipt.REFUSED if ticket in publication.owed else Receipt.CONFIRMED

        return [receipt(ticket) for ticket in tickets]

    def close(self) -> None:
        super().close()
        self._store.give_up()


class _Publication:
    """A batch on its way: how many queues owe an acknowledgement of each message still unsettled."""

    def __init__(self) -> None:
        self.owed: dict[str, int] = {}
        self.settled = threading.Event()


class _Store:
    """What the connections of one in-process broker share; `changed` guards it and wakes consumers."""

    def __init__(self) -> None:
        self.changed = threading.Condition()
        self.state = virtual.BrokerState()
        self.queues: dict[str, fifo.Queue[dict[str, Any]]] = {}
        self._publications: dict[str, _Publication] = {}
        self._tickets = map(str, count())

    def expect(self, publication: _Publication, queues: int) -> str:
        """A ticket for a message that the consumers of so many queues are to acknowledge."""
        ticket = next(self._tickets)
        publication.owed[ticket] = queues
        self._publications[ticket] = publication
        return ticket

    def acknowledged(self, ticket: str) -> None:
        with self.changed:
            publication = self._publications.get(ticket)
            if publication is None:
                return
            publication.owed[ticket] -= 1
            if not publication.owed[ticket]:
                del publication.owed[ticket], self._publications[ticket]
            if not publication.owed:
                publication.settled.set()

    def withdraw(self, publication: _Publication) -> None:
        """Forget what is still owed: it is refused, will be published again, and must not pile up."""
        with self.changed:
            for ticket in publication.owed:
                del self._publications[ticket]
            for queue in self.queues.values() if publication.owed else ():
                # Consumers take from it meanwhile.
                with queue.mutex:
                    kept = [one for one in queue.queue if _ticket(one) not in publication.owed]
                    queue.queue = deque(kept)

    def give_up(self) -> None:
        with self.changed:
            for publication in self._publications.values():
                publication.settled.set()


def _ticket(message: dict[str, Any]) -> str:
    return str(message["properties"]["correlation_id"])


class _Channel(memory.Channel):
    """A channel of the in-process transport: kombu's, with a store of its own and confirms."""

    body_encoding: Any = None
    do_restore = True

    def __init__(self, connection: Any, **options: Any) -> None:
        self._store: _Store = connection.store
        self.queues = self._store.queues
        super().__init__(connection, **options)

    def bound(self, exchange: str, routing_key: str) -> set[str] | None:
        """The queues that a message would go to; None when there is no such exchange."""
        if exchange not in self.state.exchanges:
            return None
        return set(self._lookup(exchange, routing_key))

    def has_arrivals(self) -> bool:
        return any(self._size(queue) for queue in self._active_queues)

    def basic_ack(self, delivery_tag: str, multiple: bool = False) -> None:
        message = self.qos.get(delivery_tag)
        super().basic_ack(delivery_tag, multiple)
        self._store.acknowledged(message.properties["correlation_id"])

    def _put(self, queue: str, message: dict[str, Any], **_: Any) -> None:
        # A copy: the same message goes to other queues, and may be restored to this one alone.
        message = {**message, "headers": {**message["headers"], "x-queue": queue}}
        with self._store.changed:
            super()._put(queue, message)
            self._store.changed.notify_all()

    def _restore(self, message: Any) -> None:
        """Back to the head of the queue that it came from; kombu's own sends it to every queue."""
        raw = message.serializable()
        raw["headers"]["x-delivery-count"] = raw["headers"].get("x-delivery-count", 0) + 1
        raw["properties"]["delivery_info"] = {**message.delivery_info, "redelivered": True}
        with self._store.changed:
            self._queue_for(raw["headers"]["x-queue"]).queue.appendleft(raw)
            self._store.changed.notify_all()


class _Transport(memory.Transport):
    """Kombu's in-process transport, woken by a condition where kombu's own polls once a second."""

    Channel = _Channel
    driver_type = driver_name = "inproc"

    def __init__(self, client: Connection, **options: Any) -> None:
        self.store: _Store = client.transport_options["store"]  # type: ignore[index]
        super().__init__(client, **options)
        self.state = self.store.state

    def drain_events(self, connection: Any, timeout: float | None = None, **_: Any) -> None:
        with self.store.changed:
            self.store.changed.wait_for(self._has_arrivals, timeout)
        super().drain_events(connection, timeout=0)

    def _has_arrivals(self) -> bool:
        return any(channel.has_arrivals() for channel in self.channels or ())


TRANSPORT_ALIASES["inproc"] = f"{__name__}:_Transport"

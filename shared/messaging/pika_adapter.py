"""RabbitMQ through pika: `SelectConnection` in a thread of its own, one for publishing and one for consuming.

Other threads reach a connection only by `add_callback_threadsafe`. Every wait has a bound. What the broker did
not confirm is refused, whatever the reason; the outbox publishes it again and the inbox absorbs a repeat.
"""

from __future__ import annotations

import contextlib
import queue as queues
import random
import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

import pika
from pika.adapters.select_connection import SelectConnection
from pika.channel import Channel
from pika.exceptions import AMQPError

from shared.logs import get_logger
from shared.messaging.broker import BrokerAway, Delivery, Outgoing, Receipt
from shared.messaging.topology import Topology

CONTENT_TYPE = "application/cloudevents+json"
log = get_logger("broker")


class PikaBroker:
    """One process's way to RabbitMQ."""

    def __init__(self, url: str, *, exchange: str) -> None:
        parameters = pika.URLParameters(url)
        parameters.heartbeat = 30
        parameters.blocked_connection_timeout = 30
        parameters.socket_timeout = 5
        parameters.stack_timeout = 10
        parameters.connection_attempts = 1
        self._parameters = parameters
        self._exchange = exchange
        self._declared: list[Topology] = []
        self._publisher = _Publisher(parameters, exchange, self._declared)
        self._consuming = _Link(parameters, "consuming")

    def declare(self, topology: Topology) -> None:
        """Declare exchange and queues, now and whenever a consumer reconnects; BrokerAway if it cannot be done now."""
        if topology not in self._declared:
            self._declared.append(topology)
        self._publisher.declare(topology, timeout=15)

    def publish(self, batch: Sequence[Outgoing], *, timeout: float = 10.0) -> list[Receipt]:
        """Publish with confirms pipelined; one receipt a message, in order, within `timeout` seconds."""
        return self._publisher.publish(batch, timeout) if batch else []

    def consume(
        self,
        queue: str,
        handle_batch: Callable[[Sequence[Delivery]], None],
        *,
        stop: threading.Event,
        batch: int = 200,
    ) -> None:
        """Hand over what is there until `stop`, then acknowledge it with one cumulative acknowledgement."""
        _Subscription(self._consuming, queue, self._declared, prefetch=batch * 2).run(
            handle_batch, stop, batch
        )

    def ping(self, timeout: float = 2.0) -> bool:
        """Whether a connection to the broker stands, or can be made in time."""
        return self._publisher.ready(timeout)

    def close(self) -> None:
        """Close both connections."""
        self._publisher.link.close()
        self._consuming.close()


class _Link:
    """One connection and its thread: connects when first asked, and again with jitter whenever it was lost."""

    def __init__(self, parameters: pika.URLParameters, name: str) -> None:
        self._parameters, self._name = parameters, name
        self._connection: SelectConnection | None = None
        self._closing = threading.Event()
        self._thread: threading.Thread | None = None
        self._lock = threading.Lock()
        self._opened: list[Callable[[SelectConnection], None]] = []

    def on_open(self, listener: Callable[[SelectConnection], None]) -> None:
        """Call `listener` in the connection's thread whenever a connection opened (also the present one)."""
        with self._lock:
            self._opened.append(listener)
            if self._thread is None:
                self._thread = threading.Thread(
                    target=self._run, name=f"pika.{self._name}", daemon=True
                )
                self._thread.start()
                return
        self.call(
            lambda: self._connection and self._connection.is_open and listener(self._connection)
        )

    def forget(self, listener: Callable[[SelectConnection], None]) -> None:
        with self._lock:
            self._opened.remove(listener)

    def call(self, action: Callable[[], object]) -> None:
        """Run `action` in the connection's thread; without a connection it is dropped."""
        connection = self._connection
        if connection is not None:
            connection.ioloop.add_callback_threadsafe(action)

    def call_later(self, seconds: float, action: Callable[[], object]) -> None:
        """From the connection's thread: run `action` after a while."""
        if self._connection is not None:
            self._connection.ioloop.call_later(seconds, action)

    def close(self) -> None:
        self._closing.set()
        self.call(self._close_connection)
        if self._thread is not None:
            self._thread.join(timeout=5)

    def _run(self) -> None:
        pause = 0.05
        while not self._closing.is_set():
            began = time.monotonic()
            connection = SelectConnection(
                self._parameters,
                on_open_callback=self._on_open,
                on_open_error_callback=self._on_lost,
                on_close_callback=self._on_lost,
            )
            self._connection = connection
            try:
                connection.ioloop.start()
            except (AMQPError, OSError) as error:
                log.warning("a connection broke", link=self._name, why=type(error).__name__)
            finally:
                self._connection = None
                with contextlib.suppress(OSError, ValueError):
                    connection.ioloop.close()
            pause = 0.05 if time.monotonic() - began > 5 else min(pause * 2, 3.0)
            self._closing.wait(pause * random.uniform(0.5, 1.0))  # noqa: S311 - jitter, not a secret

    def _on_open(self, connection: SelectConnection) -> None:
        if self._closing.is_set():
            self._close_connection()
            return
        with self._lock:
            listeners = list(self._opened)
        for listener in listeners:
            listener(connection)

    def _on_lost(self, connection: SelectConnection, reason: BaseException) -> None:
        if not self._closing.is_set():
            log.warning(
                "no connection to the broker; trying again",
                link=self._name,
                why=type(reason).__name__,
            )
        connection.ioloop.stop()

    def _close_connection(self) -> None:
        connection = self._connection
        if connection is None:
            return
        if connection.is_open:
            connection.close()
        elif not connection.is_closing:
            connection.ioloop.stop()


@dataclass
class _Batch:
    """One call of `publish`: what became of each message so far."""

    messages: Sequence[Outgoing]
    receipts: list[Receipt | None]
    left: int
    returned: set[str] = field(default_factory=set)
    done: threading.Event = field(default_factory=threading.Event)

    def settle(self, index: int, receipt: Receipt) -> None:
        if self.receipts[index] is None:
            self.receipts[index] = receipt
            self.left -= 1
            if self.left == 0:
                self.done.set()


class _Publisher:
    """The channel in confirm mode, and what waits for a confirm on it. State is touched only in the link's thread."""

    def __init__(
        self, parameters: pika.URLParameters, exchange: str, declared: Sequence[Topology]
    ) -> None:
        self.link = _Link(parameters, "publishing")
        self._exchange, self._declared = exchange, declared
        self._channel: Channel | None = None
        self._ready = threading.Event()
        self._tag = 0
        self._waiting: OrderedDict[int, tuple[_Batch, int]] = OrderedDict()
        self._by_id: dict[str, _Batch] = {}
        self._started = False
        self._starting = threading.Lock()

    def ready(self, timeout: float) -> bool:
        with self._starting:
            if not self._started:
                self._started = True
                self.link.on_open(self._open_channel)
        return self._ready.wait(timeout)

    def publish(self, messages: Sequence[Outgoing], timeout: float) -> list[Receipt]:
        deadline = time.monotonic() + timeout
        batch = _Batch(messages, [None] * len(messages), len(messages))
        if self.ready(timeout):
            self.link.call(lambda: self._send(batch))
            batch.done.wait(max(deadline - time.monotonic(), 0))
        return [receipt or Receipt.REFUSED for receipt in list(batch.receipts)]

    def declare(self, topology: Topology, timeout: float) -> None:
        if not self.ready(timeout):
            raise BrokerAway
        outcome: queues.Queue[BaseException | None] = queues.Queue()
        self.link.call(lambda: self._declare_on_own_channel(topology, outcome))
        try:
            error = outcome.get(timeout=timeout)
        except queues.Empty:
            raise BrokerAway from None
        if error is not None:
            raise error

    def _declare_on_own_channel(
        self, topology: Topology, outcome: queues.Queue[BaseException | None]
    ) -> None:
        channel = self._channel
        if channel is None or not channel.is_open:
            outcome.put(BrokerAway())
            return

        def opened(own: Channel) -> None:
            def done() -> None:
                outcome.put(None)
                own.close()

            own.add_on_close_callback(lambda _, reason: outcome.put(reason))
            _declare(own, [topology], done)

        channel.connection.channel(on_open_callback=opened)

    def _open_channel(self, connection: SelectConnection) -> None:
        connection.channel(on_open_callback=self._channel_opened)

    def _channel_opened(self, channel: Channel) -> None:
        self._tag = 0
        self._channel = channel
        channel.add_on_close_callback(self._channel_closed)
        channel.add_on_return_callback(self._returned)
        channel.confirm_delivery(self._confirmed, callback=lambda _: self._ready.set())

    def _channel_closed(self, channel: Channel, reason: BaseException) -> None:
        self._ready.clear()
        self._channel = None
        refused, self._waiting, self._by_id = self._waiting, OrderedDict(), {}
        for batch, index in refused.values():
            batch.settle(index, Receipt.REFUSED)
        if channel.connection.is_open:
            log.warning(
                "the publishing channel was closed; opened again", why=type(reason).__name__
            )
            self.link.call_later(
                0.1, lambda: channel.connection.is_open and self._open_channel(channel.connection)
            )

    def _send(self, batch: _Batch) -> None:
        channel = self._channel
        if channel is None or not channel.is_open:
            for index in range(len(batch.messages)):
                batch.settle(index, Receipt.REFUSED)
            return
        for index, message in enumerate(batch.messages):
            self._tag += 1
            self._waiting[self._tag] = (batch, index)
            self._by_id[message.id] = batch
            properties = pika.BasicProperties(
                message_id=message.id, delivery_mode=2, content_type=CONTENT_TYPE, type=message.type
            )
            channel.basic_publish(
                self._exchange, message.type, message.body, properties, mandatory=message.mandatory
            )

    def _returned(
        self, _channel: Channel, _method: Any, properties: pika.BasicProperties, _body: bytes
    ) -> None:
        # The return comes before the positive confirm of the same message.
        if (batch := self._by_id.get(properties.message_id)) is not None:
            batch.returned.add(properties.message_id)

    def _confirmed(self, frame: Any) -> None:
        method = frame.method
        positive = isinstance(method, pika.spec.Basic.Ack)
        for tag in self._tags(method.delivery_tag, method.multiple):
            batch, index = self._waiting.pop(tag)
            message = batch.messages[index]
            self._by_id.pop(message.id, None)
            unroutable = message.id in batch.returned
            taken = Receipt.UNROUTABLE if unroutable else Receipt.CONFIRMED
            batch.settle(index, taken if positive else Receipt.REFUSED)

    def _tags(self, tag: int, multiple: bool) -> list[int]:
        if not multiple:
            return [tag] if tag in self._waiting else []
        found = []
        for waiting in self._waiting:  # in the order in which they were published
            if waiting > tag:
                break
            found.append(waiting)
        return found


class _Subscription:
    """One consumer of one queue, on a channel of its own that is opened again whenever it was lost."""

    def __init__(
        self, link: _Link, queue: str, declared: Sequence[Topology], *, prefetch: int
    ) -> None:
        self._link, self._queue, self._declared, self._prefetch = link, queue, declared, prefetch
        self._generation = 0
        self._channel: Channel | None = None
        self._arrived: queues.Queue[tuple[int, int, Delivery]] = queues.Queue()
        self._ending = False
        self._ended = threading.Event()

    def run(
        self, handle_batch: Callable[[Sequence[Delivery]], None], stop: threading.Event, limit: int
    ) -> None:
        self._link.on_open(self._open)
        while not stop.is_set():
            taken = self._take(limit)
            if taken and self._handled(handle_batch, taken, stop):
                generation, tag, _ = taken[-1]
                self._link.call(lambda g=generation, t=tag: self._acknowledge(g, t))
        self._ending = True
        self._link.forget(self._open)
        self._link.call(self._close)
        self._ended.wait(2)

    def _take(self, limit: int) -> list[tuple[int, int, Delivery]]:
        """What is there, of one generation of the channel; waits a moment for the first."""
        taken: list[tuple[int, int, Delivery]] = []
        with contextlib.suppress(queues.Empty):
            taken.append(self._arrived.get(timeout=0.2))
            while len(taken) < limit:
                taken.append(self._arrived.get_nowait())
        return [one for one in taken if one[0] == self._generation]

    def _handled(
        self,
        handle_batch: Callable[[Sequence[Delivery]], None],
        taken: Sequence[tuple[int, int, Delivery]],
        stop: threading.Event,
    ) -> bool:
        """Whether the batch was handled. While it cannot be, it is kept and tried again, without requeueing."""
        pause = 0.05
        while taken[0][0] == self._generation:
            try:
                handle_batch([delivery for _, _, delivery in taken])
            except Exception as error:  # noqa: BLE001 - whatever it was, the messages are kept
                log.warning(
                    "a batch could not be handled; tried again",
                    queue=self._queue,
                    why=type(error).__name__,
                )
            else:
                return True
            if stop.wait(pause * random.uniform(0.7, 1.3)):  # noqa: S311 - jitter, not a secret
                return False
            pause = min(pause * 2, 5.0)
        return False  # the channel was lost meanwhile: the broker delivers them again

    def _open(self, connection: SelectConnection) -> None:
        if not self._ending:
            connection.channel(on_open_callback=self._opened)

    def _opened(self, channel: Channel) -> None:
        self._generation += 1
        self._channel = channel
        channel.add_on_close_callback(self._closed)
        channel.add_on_cancel_callback(lambda _: channel.close())
        # A queue that was deleted meanwhile comes back with its bindings.
        _declare(channel, self._declared, lambda: self._subscribe(channel))

    def _subscribe(self, channel: Channel) -> None:
        generation = self._generation
        dead = self._queue.endswith(".dead")

        def arrived(
            _channel: Channel, method: Any, properties: pika.BasicProperties, body: bytes
        ) -> None:
            count = int((properties.headers or {}).get("x-delivery-count", 0))
            delivery = Delivery(
                body=body,
                redelivered=method.redelivered,
                message_id=properties.message_id,
                delivery_count=count,
                dead=dead,
            )
            self._arrived.put((generation, method.delivery_tag, delivery))

        def limited(_: Any) -> None:
            channel.basic_consume(self._queue, arrived)

        channel.basic_qos(prefetch_count=self._prefetch, callback=limited)

    def _acknowledge(self, generation: int, tag: int) -> None:
        # A tag of an earlier channel would acknowledge something else.
        if generation == self._generation and self._channel is not None and self._channel.is_open:
            self._channel.basic_ack(tag, multiple=True)

    def _close(self) -> None:
        if self._channel is not None and self._channel.is_open:
            self._channel.close()
        else:
            self._ended.set()

    def _closed(self, channel: Channel, reason: BaseException) -> None:
        self._generation += 1
        self._channel = None
        if self._ending:
            self._ended.set()
        elif channel.connection.is_open:
            log.warning(
                "a consumer's channel was closed; opened again",
                queue=self._queue,
                why=type(reason).__name__,
            )
            self._link.call_later(
                0.5, lambda: channel.connection.is_open and self._open(channel.connection)
            )


def _declare(channel: Channel, topologies: Sequence[Topology], done: Callable[[], None]) -> None:
    """Declare one thing after the other, each when the one before was confirmed, then call `done`."""
    steps = _steps(channel, topologies)

    def following(_: Any = None) -> None:
        step = next(steps, None)
        if step is None:
            done()
        else:
            step(following)

    following()


def _steps(
    channel: Channel, topologies: Sequence[Topology]
) -> Iterator[Callable[[Callable[[Any], None]], None]]:
    for topology in topologies:
        exchange = topology.exchange
        yield lambda then, e=exchange: channel.exchange_declare(
            e.name, e.type, durable=True, callback=then
        )
        for queue in topology.queues:
            yield lambda then, q=queue: channel.queue_declare(
                q.name, durable=True, arguments=q.queue_arguments, callback=then
            )
            for bound in queue.bindings:
                yield lambda then, q=queue, b=bound: channel.queue_bind(
                    q.name, b.exchange.name, b.routing_key, callback=then
                )

"""RabbitMQ through pika: a connection for publishing and one for consuming, each in a thread of its own.

That thread alone touches the connection and its channels. Others hand it callbacks and wait, with a bound.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from contextlib import suppress
from functools import partial
from queue import Empty, SimpleQueue
from typing import Any

from pika import BasicProperties, DeliveryMode, SelectConnection, URLParameters
from pika.exceptions import AMQPError, ChannelClosedByBroker
from pika.spec import Basic

from shared.logs import get_logger
from shared.messaging.broker import (
    CONTENT_TYPE,
    Delivery,
    Depth,
    HandleBatch,
    Outgoing,
    Pause,
    Receipt,
    hand_over,
)
from shared.messaging.topology import Topology

# A peer that went silent is noticed after two of these.
HEARTBEAT_SECONDS = 10
BLOCKED_SECONDS = 60
OPEN_SECONDS = 10.0
IDLE_SECONDS = 0.1
CLOSE_SECONDS = 1.0
# So many are written to the socket at a time: the broker works on them while the next are prepared.
AT_ONCE = 200
# How long one queue may take to say what it holds.
DEPTH_SECONDS = 2.0
# How often a consumer makes sure that exchange and bindings are still there.
DECLARE_SECONDS = 60.0
_PERSISTENT = DeliveryMode.Persistent.value
# AMQP's PRECONDITION_FAILED: it exists, with other arguments.
_OTHERWISE = 406
# TimeoutError is an OSError, too.
AWAY = (AMQPError, OSError)
log = get_logger("broker")

Done = Callable[..., None]


class PikaBroker:
    """The broker port on RabbitMQ."""

    def __init__(self, url: str, *, exchange: str, declare_every: float = DECLARE_SECONDS) -> None:
        self._exchange = exchange
        self._publishing = _Line(url, f"{exchange} publishing")
        self._consuming = _Line(url, f"{exchange} consuming")
        self._url, self._declare_every = url, declare_every
        self._lines: dict[str, _Line] = {}
        self._making_lines = threading.Lock()
        self._one_batch = threading.Lock()
        self._outlet: _Outlet | None = None
        self._topologies: list[Topology] = []

    def declare(self, topology: Topology) -> None:
        if topology not in self._topologies:
            self._topologies.append(topology)
        deadline = time.monotonic() + OPEN_SECONDS
        try:
            _make(topology, self._consuming.connection(deadline), deadline)
        except AWAY as error:
            log.warning("the broker is away; declared when it is back", why=type(error).__name__)

    def publish(self, batch: Sequence[Outgoing], *, timeout: float = 10.0) -> list[Receipt]:
        deadline = time.monotonic() + timeout
        receipts: list[Receipt | None] = [None] * len(batch)
        if batch and self._one_batch.acquire(timeout=timeout):
            try:
                connection = self._publishing.connection(deadline)
                if connection.blocked:
                    raise ConnectionError("an alarm of the broker: it takes nothing for now")
                if self._outlet is None or self._outlet.over:
                    self._outlet = _Outlet(connection, self._exchange, deadline)
                self._outlet.publish(batch, receipts, deadline)
            except AWAY as error:
                log.warning("the broker did not take a whole batch", why=type(error).__name__)
                self._drop_outlet()
            finally:
                self._one_batch.release()
        return [receipt or Receipt.REFUSED for receipt in receipts]

    def _drop_outlet(self) -> None:
        """After a batch without its answers: a late answer must not be taken for one to the next batch."""
        outlet, self._outlet = self._outlet, None
        if outlet is None or outlet.over:
            return
        outlet.close(wait=0)
        # Blocked by an alarm, the connection will be good again; silent without one, it may be dead.
        if not outlet.connection.blocked:
            outlet.connection.close()

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
                subscription = self._subscribe(queue, prefetch=2 * batch)
            except AWAY as error:
                log.warning("cannot consume yet", queue=queue, why=type(error).__name__)
                pause.wait()
                continue
            self._work_off(subscription, handle_batch, stop, pause, batch)
            subscription.close()
            if not stop.is_set():
                log.warning("the broker ended a subscription", queue=queue)
                pause.wait()

    def _line_of(self, queue: str) -> _Line:
        """A connection a queue: what breaks the one (bytes that the client cannot decode) leaves the others alone.

        The first shares the connection that declares and looks.
        """
        with self._making_lines:
            if queue not in self._lines:
                name = f"{self._exchange} consuming {queue}"
                self._lines[queue] = _Line(self._url, name) if self._lines else self._consuming
            return self._lines[queue]

    def _work_off(
        self,
        subscription: _Subscription,
        handle_batch: HandleBatch,
        stop: threading.Event,
        pause: Pause,
        batch: int,
    ) -> None:
        def over() -> bool:
            return stop.is_set() or subscription.over

        declared = time.monotonic()
        while not over():
            if time.monotonic() - declared >= self._declare_every:
                declared = time.monotonic()
                self._declare_again(subscription.connection)
            tag, deliveries = subscription.take(batch)
            if deliveries and hand_over(deliveries, handle_batch, pause=pause, over=over):
                subscription.acknowledge(tag)

    def _declare_again(self, connection: _Connection) -> None:
        """An exchange or a binding that somebody deleted ends no subscription, and nobody would notice."""
        try:
            for topology in self._topologies:
                _make(topology, connection, time.monotonic() + OPEN_SECONDS)
        except AWAY as error:
            log.warning("the topology could not be looked at", why=type(error).__name__)

    def _subscribe(self, queue: str, *, prefetch: int) -> _Subscription:
        deadline = time.monotonic() + OPEN_SECONDS
        connection = self._line_of(queue).connection(deadline)
        for topology in self._topologies:
            _make(topology, connection, deadline)
        subscription = _Subscription(connection, deadline)
        try:
            subscription.start(queue, prefetch, time.monotonic() + OPEN_SECONDS)
        except BaseException:
            # Its answer may still come: then it would take messages that nobody handles.
            subscription.close(wait=0)
            raise
        return subscription

    def ping(self, timeout: float = 2.0) -> bool:
        deadline = time.monotonic() + timeout
        line = self._consuming if self._consuming.in_use else self._publishing
        try:
            _Channel(line.connection(deadline), deadline).close(wait=0)
        except AWAY:
            return False
        return True

    def depths(self, queues: Sequence[str], *, timeout: float = OPEN_SECONDS) -> list[Depth]:
        """What stands in each queue, without touching it; one of AWAY if the broker does not answer in time."""
        deadline = time.monotonic() + timeout
        connection = self._consuming.connection(deadline)
        return [_depth(queue, connection, deadline) for queue in queues]

    def close(self) -> None:
        self._publishing.close()
        for line in {self._consuming, *self._lines.values()}:
            line.close()


class _Line:
    """The place of one connection: made when it is first needed, made anew after it was lost."""

    def __init__(self, url: str, name: str) -> None:
        self._parameters = URLParameters(url)
        self._parameters.heartbeat = HEARTBEAT_SECONDS
        self._parameters.blocked_connection_timeout = BLOCKED_SECONDS
        self._parameters.socket_timeout = OPEN_SECONDS / 2
        self._parameters.stack_timeout = OPEN_SECONDS
        self._parameters.connection_attempts = 1
        self._parameters.client_properties = {"connection_name": name}
        self._lock = threading.Lock()
        self._connection: _Connection | None = None
        self._closed = False

    @property
    def in_use(self) -> bool:
        return self._connection is not None

    def connection(self, deadline: float) -> _Connection:
        """The open connection, or one of AWAY if there is none by the deadline."""
        with self._lock:
            if self._closed:
                raise ConnectionError("this broker was closed here")
            if self._connection is None or self._connection.lost is not None:
                self._connection = _Connection(self._parameters)
            connection = self._connection
        connection.opened.result(_left(deadline))
        return connection

    def close(self) -> None:
        with self._lock:
            self._closed = True
            connection = self._connection
        if connection is not None:
            connection.close()
            connection.thread.join(CLOSE_SECONDS)


class _Connection:
    """One connection and its thread. Once lost it stays lost."""

    def __init__(self, parameters: URLParameters) -> None:
        self.opened: Future[None] = Future()
        self.lost: BaseException | None = None
        self.blocked = False
        self._lock = threading.Lock()
        self.amqp = SelectConnection(parameters, self._on_opened, self._on_lost, self._on_lost)
        self.amqp.add_on_connection_blocked_callback(partial(self._on_blocked, True))
        self.amqp.add_on_connection_unblocked_callback(partial(self._on_blocked, False))
        name = parameters.client_properties["connection_name"]
        self.thread = threading.Thread(target=self._run, name=name, daemon=True)
        self.thread.start()

    def tell(self, what: Callable[[], object]) -> None:
        """Have `what` done on the connection's thread; ConnectionError if it is lost.

        What is told to a channel that closed meanwhile is dropped: its tags mean nothing to another.
        """

        def run() -> None:
            with suppress(AMQPError):
                what()

        with self._lock:
            if self.lost is not None:
                raise ConnectionError("the connection is lost") from self.lost
            self.amqp.ioloop.add_callback_threadsafe(run)

    def close(self) -> None:
        """Let go at once. A connection that does not answer ends by its heartbeat, and nobody waits for it."""
        with suppress(ConnectionError):
            self.tell(self._end)
        self.lost = self.lost or ConnectionError("closed here")

    def _run(self) -> None:
        try:
            self.amqp.ioloop.start()
        finally:
            self._on_lost(self.amqp, self.lost or ConnectionError("its thread ended"))
            self.amqp.ioloop.close()

    def _end(self) -> None:
        if self.amqp.is_open:
            self.amqp.close()

    def _on_opened(self, _: Any) -> None:
        if self.lost is not None:
            self._end()
        self.opened.set_result(None)

    def _on_lost(self, _: Any, why: BaseException) -> None:
        with self._lock:
            self.lost = why
            # Behind everything that was told before, so that each of those is answered.
            self.amqp.ioloop.add_callback_threadsafe(self.amqp.ioloop.stop)
        if not self.opened.done():
            self.opened.set_exception(ConnectionError(repr(why)))

    def _on_blocked(self, blocked: bool, *_: Any) -> None:
        self.blocked = blocked


class _Channel:
    """A channel, and those who wait for an answer on it: when it closes, they hear why."""

    def __init__(self, connection: _Connection, deadline: float) -> None:
        self.connection = connection
        self.closed = threading.Event()
        self.amqp: Any = None
        self._waiting: set[Future[Any]] = set()
        self.ask(self._open, deadline)

    @property
    def over(self) -> bool:
        return self.closed.is_set() or self.connection.lost is not None

    def ask(self, question: Callable[[Done], object], deadline: float) -> Any:
        """Run `question(done)` on the connection's thread; what `done` was called with, or one of AWAY if it was not."""
        answer: Future[Any] = Future()

        def done(*said: Any) -> None:
            self._waiting.discard(answer)
            answer.set_result(said[0] if said else None)

        def run() -> None:
            self._waiting.add(answer)
            try:
                question(done)
            except AMQPError as error:
                self._waiting.discard(answer)
                answer.set_exception(error)

        self.connection.tell(run)
        return answer.result(_left(deadline))

    def close(self, wait: float = CLOSE_SECONDS) -> None:
        """Close, after all that was told before; what is unacknowledged is then the queue's again."""
        with suppress(ConnectionError):
            self.connection.tell(self.amqp.close)
            self.closed.wait(wait)

    def _open(self, done: Done) -> None:
        self.amqp = self.connection.amqp.channel(on_open_callback=done)
        self.amqp.add_on_close_callback(self._on_closed)

    def _on_closed(self, _: Any, why: BaseException) -> None:
        self.closed.set()
        for answer in self._waiting:
            answer.set_exception(why)
        self._waiting.clear()


class _Outlet(_Channel):
    """A channel with publisher confirms, for one batch at a time."""

    def __init__(self, connection: _Connection, exchange: str, deadline: float) -> None:
        super().__init__(connection, deadline)
        self._exchange = exchange
        self._sent = 0
        self._returned: set[str | None] = set()
        self.ask(self._want_confirms, deadline)

    def publish(
        self, batch: Sequence[Outgoing], receipts: list[Receipt | None], deadline: float
    ) -> None:
        """Publish pipelined and fill in `receipts`; one of AWAY if some are missing at the deadline."""
        self._batch, self._receipts = batch, receipts
        self._missing, self._settled = len(batch), 0
        self._returned.clear()
        self.ask(self._send, deadline)

    def _want_confirms(self, done: Done) -> None:
        self.amqp.add_on_return_callback(self._on_return)
        self.amqp.confirm_delivery(self._on_confirm, callback=done)

    def _send(self, done: Done) -> None:
        self._first_tag, self._done = self._sent + 1, done
        self._send_from(0)

    def _send_from(self, place: int) -> None:
        following = place + AT_ONCE
        for message in self._batch[place:following]:
            properties = BasicProperties(
                content_type=CONTENT_TYPE, delivery_mode=_PERSISTENT, message_id=message.id
            )
            self.amqp.basic_publish(
                self._exchange, message.type, message.body, properties, message.mandatory
            )
            self._sent += 1
        if following < len(self._batch):
            # Not a loop: what was written leaves between two turns of the connection's thread.
            with suppress(ConnectionError):
                self.connection.tell(partial(self._send_from, following))

    def _on_return(self, _channel: Any, _method: Any, properties: Any, _body: bytes) -> None:
        # It comes before the confirm of the same message, which is a positive one.
        self._returned.add(properties.message_id)

    def _on_confirm(self, frame: Any) -> None:
        last = frame.method.delivery_tag - self._first_tag
        first = self._settled if frame.method.multiple else last
        for place in range(first, last + 1):
            if self._receipts[place] is None:
                self._receipts[place] = self._receipt(self._batch[place], frame.method)
                self._missing -= 1
        if frame.method.multiple:
            self._settled = last + 1
        if self._missing == 0:
            self._done()

    def _receipt(self, message: Outgoing, answer: Any) -> Receipt:
        if isinstance(answer, Basic.Nack):
            return Receipt.REFUSED
        return Receipt.UNROUTABLE if message.id in self._returned else Receipt.CONFIRMED


class _Subscription(_Channel):
    """One consumer on a channel of its own, so that no acknowledgement reaches a later channel."""

    def __init__(self, connection: _Connection, deadline: float) -> None:
        # Bounded by the prefetch. None wakes the consuming thread when the channel closed.
        self._arrived: SimpleQueue[tuple[int, Delivery] | None] = SimpleQueue()
        super().__init__(connection, deadline)

    def start(self, queue: str, prefetch: int, deadline: float) -> None:
        self.ask(partial(self._start, queue, prefetch), deadline)

    def take(self, batch: int) -> tuple[int, list[Delivery]]:
        """What has arrived, 1 to `batch` and the last one's tag; none after a short wait in vain."""
        tag, deliveries = 0, []
        with suppress(Empty):
            arrival = self._arrived.get(timeout=IDLE_SECONDS)
            while arrival is not None:
                tag = arrival[0]
                deliveries.append(arrival[1])
                if len(deliveries) == batch:
                    break
                arrival = self._arrived.get_nowait()
        return tag, deliveries

    def acknowledge(self, tag: int) -> None:
        """Acknowledge all up to `tag`; without effect when the channel closed: all of them come again."""
        with suppress(ConnectionError):
            self.connection.tell(partial(self.amqp.basic_ack, tag, multiple=True))

    def _start(self, queue: str, prefetch: int, done: Done) -> None:
        # The broker cancels when the queue was deleted or has moved: then a new subscription looks again.
        self.amqp.add_on_cancel_callback(lambda _: self.amqp.close())
        self.amqp.basic_qos(prefetch_count=prefetch)
        self.amqp.basic_consume(queue, self._on_message, callback=done)

    def _on_message(self, _channel: Any, method: Any, properties: Any, body: bytes) -> None:
        headers = properties.headers or {}
        count = headers.get("x-delivery-count")
        delivery = Delivery(
            body=body,
            redelivered=method.redelivered,
            message_id=_text(properties.message_id),
            delivery_count=count if isinstance(count, int) else 0,
            dead="x-death" in headers,
        )
        self._arrived.put((method.delivery_tag, delivery))

    def _on_closed(self, channel: Any, why: BaseException) -> None:
        super()._on_closed(channel, why)
        self._arrived.put(None)


def _text(value: Any) -> str | None:
    """A short string as text; what is not UTF-8 comes as bytes."""
    return value.decode("utf-8", "replace") if isinstance(value, bytes) else value


def _left(deadline: float) -> float:
    return max(deadline - time.monotonic(), 0.0)


def _make(topology: Topology, connection: _Connection, deadline: float) -> None:
    """Declare what is missing of a topology, each dead-letter queue before the queue it serves."""
    channel = _Channel(connection, deadline)
    exchange = topology.exchange
    channel.ask(
        lambda done: channel.amqp.exchange_declare(
            exchange.name, exchange.type, durable=exchange.durable, callback=done
        ),
        deadline,
    )
    for queue in topology.queues:
        channel = _make_queue(queue, channel, deadline)
        for binding in queue.bindings:
            channel.ask(partial(_bind, channel.amqp, queue, binding), deadline)
    channel.close()


def _make_queue(queue: Any, channel: _Channel, deadline: float) -> _Channel:
    """Declare one queue; the channel to go on with, since a refusal closes it.

    One that was declared otherwise (by an older release, by hand) is reported and used as it is: while it were
    replaced, what arrives for it and for others would be confirmed and lost for it.
    """

    def declare(done: Done) -> object:
        return channel.amqp.queue_declare(
            queue.name, durable=queue.durable, arguments=queue.queue_arguments, callback=done
        )

    try:
        channel.ask(declare, deadline)
    except ChannelClosedByBroker as refusal:
        if refusal.reply_code != _OTHERWISE:
            raise
        log.error(
            "a queue was declared otherwise and is used as it is; the runbook says how to replace it",
            queue=queue.name,
            why=refusal.reply_text,
        )
        return _Channel(channel.connection, deadline)
    return channel


def _depth(queue: str, connection: _Connection, deadline: float) -> Depth:
    """A channel for each: a refusal closes it, and a queue that does not answer keeps it."""
    try:
        channel = _Channel(connection, deadline)
        found = channel.ask(
            lambda done: channel.amqp.queue_declare(queue, passive=True, callback=done),
            min(deadline, time.monotonic() + DEPTH_SECONDS),
        )
    except ChannelClosedByBroker as refusal:
        return Depth(queue, problem=refusal.reply_text)
    except TimeoutError:
        return Depth(queue, problem="it does not answer")
    channel.close(wait=0)
    return Depth(queue, found.method.message_count, found.method.consumer_count)


def _bind(amqp: Any, queue: Any, binding: Any, done: Done) -> object:
    return amqp.queue_bind(queue.name, binding.exchange.name, binding.routing_key, callback=done)

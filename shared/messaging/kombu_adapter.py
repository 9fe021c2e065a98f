"""The broker through kombu: inside the process by default (`memory://`), or any other transport that kombu has.

In the process *confirmed* means: every bound consumer has handled the message. kombu's memory transport keeps
what is not acknowledged only as long as its connection, and needs polling; so consumers are woken by the
publisher, and durability is in the tables: what is not confirmed stays in its outbox and is published again.
"""

from __future__ import annotations

import queue
import random
import threading
from collections import defaultdict
from collections.abc import Callable, Sequence

from kombu.connection import Connection
from kombu.entity import Exchange, Queue
from kombu.message import Message
from kombu.pools import producers

from shared.logs import get_logger
from shared.messaging.broker import Delivery, Outgoing, Receipt
from shared.messaging.topology import Topology

CONTENT_TYPE = "application/cloudevents+json"
IDLE_SECONDS = 0.5
REMOTE_POLL_SECONDS = 0.02
log = get_logger("broker")


class KombuBroker:
    """One broker object serves all services of a process, from any number of threads.

    With a transport that reaches other processes (redis://, sqs://, …) *confirmed* means: handed to the
    transport. Unroutable is known only for queues that were declared here.
    """

    def __init__(self, url: str, *, exchange: str) -> None:
        self._in_process = url.startswith("memory:")
        self._url = "memory://" if self._in_process else url
        self._exchange = Exchange(exchange, type="topic", durable=True)
        self._routes: dict[str, list[str]] = defaultdict(list)
        self._queues: dict[str, Queue] = {}
        self._waiting: dict[tuple[str, str], list[_Batch]] = defaultdict(list)
        self._lock = threading.Lock()
        self._arrivals: dict[str, threading.Event] = defaultdict(threading.Event)
        self._publishing = Connection(self._url)

    def declare(self, topology: Topology) -> None:
        """Declare exchange and queues; done again, it changes nothing."""
        with Connection(self._url) as connection, connection.channel() as channel:
            for declared in topology.queues:
                declared.bind(channel).declare()
        with self._lock:
            for declared in topology.queues:
                self._queues[declared.name] = declared
                for binding in declared.bindings:
                    if declared.name not in self._routes[binding.routing_key]:
                        self._routes[binding.routing_key].append(declared.name)

    def publish(self, batch: Sequence[Outgoing], *, timeout: float = 10.0) -> list[Receipt]:
        """Hand over a batch and wait until its consumers have handled it; what they have not is refused."""
        waiting = _Batch(len(batch))
        try:
            self._send(batch, waiting)
        except (
            OSError,
            *self._publishing.connection_errors,
            *self._publishing.channel_errors,
        ) as error:
            log.warning("the transport did not take a batch", why=type(error).__name__)
            return [Receipt.REFUSED] * len(batch)
        waiting.done.wait(timeout)
        self._forget(batch, waiting)
        return waiting.receipts()

    def consume(
        self,
        queue: str,
        handle_batch: Callable[[Sequence[Delivery]], None],
        *,
        stop: threading.Event,
        batch: int = 200,
    ) -> None:
        """Hand over what is there until `stop`; what could not be handled is handed over again, later."""
        arrival = self._arrivals[queue]
        idle = IDLE_SECONDS if self._in_process else REMOTE_POLL_SECONDS
        with Connection(self._url) as connection, connection.channel() as channel:
            bound = self._queues[queue].bind(channel)
            while not stop.is_set():
                arrival.clear()
                taken = self._take(bound, batch)
                if not taken:
                    arrival.wait(idle)
                    continue
                if self._handled(taken, handle_batch, queue, stop):
                    for message in taken:
                        message.ack()
                    self._confirm(queue, [_id(message) for message in taken])
                else:
                    for message in reversed(taken):
                        message.requeue()

    def ping(self, timeout: float = 2.0) -> bool:
        """Whether the transport answers; inside the process it always does."""
        if self._in_process:
            return True
        try:
            with Connection(self._url, connect_timeout=timeout) as connection:
                connection.ensure_connection(max_retries=1, timeout=timeout)
        except OSError:
            return False
        return True

    def close(self) -> None:
        """Let go of connections; inside the process the queues end too."""
        if self._in_process:
            with Connection(self._url) as connection, connection.channel() as channel:
                for declared in self._queues.values():
                    declared.bind(channel).delete()
        self._publishing.release()

    def _send(self, batch: Sequence[Outgoing], waiting: _Batch) -> None:
        with self._lock:
            for index, message in enumerate(batch):
                queues = self._routes.get(message.type, [])
                if not self._in_process:
                    waiting.settle(index, Receipt.CONFIRMED)
                elif not queues:
                    waiting.settle(
                        index, Receipt.UNROUTABLE if message.mandatory else Receipt.CONFIRMED
                    )
                else:
                    waiting.expect(index, [(name, message.id) for name in queues])
                    for name in queues:
                        self._waiting[name, message.id].append(waiting)
        woken: set[str] = set()
        with producers[self._publishing].acquire(block=True, timeout=5) as producer:
            for message in batch:
                producer.publish(
                    message.body,
                    exchange=self._exchange,
                    routing_key=message.type,
                    content_type=CONTENT_TYPE,
                    content_encoding="binary",
                    message_id=message.id,
                    delivery_mode=2,
                    retry=False,
                )
                woken.update(self._routes.get(message.type, ()))
        for name in woken:
            self._arrivals[name].set()

    @staticmethod
    def _take(bound: Queue, limit: int) -> list[Message]:
        taken: list[Message] = []
        while len(taken) < limit:
            try:
                message = bound.get(no_ack=False)
            except queue.Empty:
                break
            if message is None:
                break
            taken.append(message)
        return taken

    @staticmethod
    def _handled(
        taken: Sequence[Message],
        handle_batch: Callable[[Sequence[Delivery]], None],
        queue: str,
        stop: threading.Event,
    ) -> bool:
        """Whether the batch was handled; tried again after growing pauses, for as long as nobody says stop."""
        deliveries = [
            Delivery(
                body=message.body if isinstance(message.body, bytes) else message.body.encode(),
                redelivered=bool(message.delivery_info.get("redelivered")),
                message_id=_id(message),
                delivery_count=0,
                dead=queue.endswith(".dead"),
            )
            for message in taken
        ]
        pause = 0.05
        while True:
            try:
                handle_batch(deliveries)
            except Exception as error:  # noqa: BLE001 - whatever it was, the messages are kept
                log.warning(
                    "a batch could not be handled; tried again",
                    queue=queue,
                    why=type(error).__name__,
                )
            else:
                return True
            if stop.wait(pause * random.uniform(0.7, 1.3)):  # noqa: S311 - jitter, not a secret
                return False
            pause = min(pause * 2, 5.0)

    def _confirm(self, queue: str, ids: Sequence[str]) -> None:
        with self._lock:
            for message_id in ids:
                for waiting in self._waiting.pop((queue, message_id), ()):
                    waiting.arrived((queue, message_id))

    def _forget(self, batch: Sequence[Outgoing], waiting: _Batch) -> None:
        """Stop expecting what did not come in time."""
        if waiting.done.is_set():
            return
        with self._lock:
            for message in batch:
                for name in self._routes.get(message.type, ()):
                    others = [
                        one
                        for one in self._waiting.pop((name, message.id), ())
                        if one is not waiting
                    ]
                    if others:
                        self._waiting[name, message.id] = others


class _Batch:
    """What one call of `publish` waits for: each message, in each queue that wants it."""

    def __init__(self, size: int) -> None:
        self._receipts: list[Receipt | None] = [None] * size
        self._expected: dict[tuple[str, str], list[int]] = defaultdict(list)
        self._left = [0] * size
        self._open = size
        self.done = threading.Event()
        if not size:
            self.done.set()

    def expect(self, index: int, keys: Sequence[tuple[str, str]]) -> None:
        self._left[index] = len(keys)
        for key in keys:
            self._expected[key].append(index)

    def arrived(self, key: tuple[str, str]) -> None:
        for index in self._expected.pop(key, ()):
            self._left[index] -= 1
            if self._left[index] == 0:
                self.settle(index, Receipt.CONFIRMED)

    def settle(self, index: int, receipt: Receipt) -> None:
        self._receipts[index] = receipt
        self._open -= 1
        if self._open == 0:
            self.done.set()

    def receipts(self) -> list[Receipt]:
        return [receipt or Receipt.REFUSED for receipt in self._receipts]


def _id(message: Message) -> str:
    return str(message.properties.get("message_id") or "")

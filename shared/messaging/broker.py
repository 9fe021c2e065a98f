"""The broker port: what the relay and the consumer need of a broker, and nothing else."""

from __future__ import annotations

import random
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Protocol

from shared.logs import get_logger
from shared.messaging.topology import Topology

CONTENT_TYPE = "application/cloudevents+json"
log = get_logger("broker")


@dataclass(frozen=True, slots=True)
class Outgoing:
    """A message on its way out: `type` is the routing key, `id` comes back with a return."""

    id: str
    type: str
    body: bytes
    mandatory: bool


class Receipt(StrEnum):
    """What became of a published message.

    A refused one was not taken, or nobody knows (no confirm in time, connection lost): keep it, publish it
    again.
    """

    CONFIRMED = "confirmed"
    UNROUTABLE = "unroutable"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class Delivery:
    """A message as it came in; `dead` when the broker had given it up and this is its dead letter."""

    body: bytes
    redelivered: bool
    message_id: str | None
    delivery_count: int
    dead: bool


HandleBatch = Callable[[Sequence[Delivery]], None]


@dataclass(frozen=True, slots=True)
class Depth:
    """What a queue holds and how many consume it; `problem` says why nobody knows."""

    queue: str
    ready: int | None = None
    consumers: int | None = None
    problem: str | None = None


class Broker(Protocol):
    """One broker, seen from one process. Every method may be called from any thread."""

    def declare(self, topology: Topology) -> None:
        """Make what is missing of `topology`, and again whenever a consumer finds its queue gone.

        Done twice is done once. A broker that is away is no error: consuming makes up for it. A queue that was
        declared otherwise is reported, replaced if that loses nothing, and else used as it is.
        """

    def publish(self, batch: Sequence[Outgoing], *, timeout: float = 10.0) -> list[Receipt]:
        """Publish in order and say what became of each, in the same order, within `timeout` seconds.

        A broken connection never raises: what nobody knows of is REFUSED. A message without a queue is
        UNROUTABLE when it is mandatory, else CONFIRMED.
        """

    def consume(
        self,
        queue: str,
        handle_batch: HandleBatch,
        *,
        stop: threading.Event,
        batch: int = 200,
    ) -> None:
        """Hand over what is there, 1 to `batch` messages at a time, in this thread until `stop` is set.

        A batch is acknowledged when `handle_batch` has returned. When it raises, nothing is acknowledged
        and the same batch comes again after a growing pause. A lost connection is opened again for ever.
        What is not acknowledged when this returns goes back to its place in the queue.
        """

    def ping(self, timeout: float = 2.0) -> bool:
        """Whether the broker answers within `timeout` seconds."""

    def close(self) -> None:
        """Let go of all connections; from now on everything is REFUSED."""


class Pause:
    """A pause that doubles with each use from 0.1 to 5 s, with jitter, and ends early with `stop`."""

    _SHORTEST, _LONGEST = 0.1, 5.0

    def __init__(self, stop: threading.Event) -> None:
        self._stop = stop
        self._seconds = self._SHORTEST

    def wait(self) -> None:
        self._stop.wait(self._seconds * random.uniform(0.5, 1.0))  # noqa: S311 - jitter, not a secret
        self._seconds = min(self._seconds * 2, self._LONGEST)

    def reset(self) -> None:
        self._seconds = self._SHORTEST


def hand_over(
    deliveries: Sequence[Delivery],
    handle_batch: HandleBatch,
    *,
    pause: Pause,
    over: Callable[[], bool],
) -> bool:
    """Hand a batch over until it was handled (True), or until it is `over` and the broker's again (False).

    Between the attempts it stays here: nothing overtakes it, and the broker's count of deliveries, which is
    there for crashes, does not rise while a database is away.
    """
    while not over():
        try:
            handle_batch(deliveries)
        except Exception as error:  # noqa: BLE001 - whatever it was: nothing is acknowledged
            log.warning("a batch was not handled and comes again", why=type(error).__name__)
            pause.wait()
            deliveries = [replace(delivery, redelivered=True) for delivery in deliveries]
        else:
            pause.reset()
            return True
    return False


def connect(url: str, *, exchange: str = "doithoai") -> Broker:
    """The broker at `url`; nothing is opened before it is needed.

    amqp:// and amqps:// are RabbitMQ through pika. memory:// is a broker inside this process, a new one for
    each call; any other address is kombu's.
    """
    # Imported here: a container needs only the library of the broker that it talks to.
    if url.startswith(("amqp://", "amqps://")):
        from shared.messaging.pika_adapter import PikaBroker

        return PikaBroker(url, exchange=exchange)
    from shared.messaging.kombu_adapter import InProcessBroker, KombuBroker

    if url.startswith("memory:"):
        return InProcessBroker(exchange=exchange)
    return KombuBroker(url, exchange=exchange)

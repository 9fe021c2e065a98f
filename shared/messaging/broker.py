"""The broker port: what the relay and the consumer need of a broker, and nothing else."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from shared.messaging.topology import Topology


@dataclass(frozen=True, slots=True)
class Outgoing:
    """A message on its way out: `type` is the routing key, `id` comes back with a return."""

    id: str
    type: str
    body: bytes
    mandatory: bool


class Receipt(StrEnum):
    """What became of a published message; a refused one was not taken, or nobody knows: publish it again."""

    CONFIRMED = "confirmed"
    UNROUTABLE = "unroutable"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class Delivery:
    """A message as it came in; `dead` when the broker had given it up."""

    body: bytes
    redelivered: bool
    message_id: str | None
    delivery_count: int
    dead: bool


class BrokerAway(Exception):
    """The broker cannot be reached now; try again later."""


class Broker(Protocol):
    """One broker, seen from one process."""

    def declare(self, topology: Topology) -> None: ...

    def publish(self, batch: Sequence[Outgoing], *, timeout: float = 10.0) -> list[Receipt]: ...

    def consume(
        self,
        queue: str,
        handle_batch: Callable[[Sequence[Delivery]], None],
        *,
        stop: threading.Event,
        batch: int = 200,
    ) -> None: ...

    def ping(self, timeout: float = 2.0) -> bool: ...

    def close(self) -> None: ...


def connect(url: str, *, exchange: str = "doithoai") -> Broker:
    """A broker by its address: amqp:// and amqps:// are RabbitMQ through pika, everything else is kombu's."""
    if url.startswith(("amqp://", "amqps://")):
        from shared.messaging.pika_adapter import PikaBroker

        return PikaBroker(url, exchange=exchange)
    from shared.messaging.kombu_adapter import KombuBroker

    return KombuBroker(url, exchange=exchange)

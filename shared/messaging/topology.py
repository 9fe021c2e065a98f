"""The topology: exchanges and queues, declared once as kombu objects that both adapters read."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from kombu import Exchange, Queue, binding


@dataclass(frozen=True)
class Topology:
    """One exchange and the queues of one service, each dead-letter queue before the queue that it serves."""

    exchange: Exchange
    queues: tuple[Queue, ...]


def topology(
    *, exchange: str, service: str, types: Iterable[str], delivery_limit: int = 20
) -> Topology:
    """What one service declares."""
    topic = Exchange(exchange, type="topic", durable=True)
    name = f"{exchange}.{service}"
    dead = Queue(
        f"{name}.dead",
        queue_arguments={"x-queue-type": "quorum", "x-overflow": "reject-publish"},
        durable=True,
    )
    arguments = {
        "x-queue-type": "quorum",
        "x-delivery-limit": delivery_limit,
        "x-dead-letter-strategy": "at-least-once",
        "x-overflow": "reject-publish",
        "x-dead-letter-exchange": "",
        "x-dead-letter-routing-key": dead.name,
    }
    main = Queue(
        name,
        bindings=[binding(topic, routing_key=one) for one in types],
        queue_arguments=arguments,
        durable=True,
    )
    return Topology(topic, (dead, main))

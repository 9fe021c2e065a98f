"""The topology: exchanges and queues, declared once as kombu objects that both adapters read."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from kombu.entity import Exchange, Queue, binding

# Since RabbitMQ 4 a quorum queue without a limit of its own has 20, and what passes the limit of
# the last queue is gone.
_NO_LIMIT = 1_000_000_000


@dataclass(frozen=True)
class Topology:
    """One exchange and the queues of one service, each dead-letter queue before the queue it serves."""

    exchange: Exchange
    queues: tuple[Queue, ...]


def topology(
    *, exchange: str, service: str, types: Iterable[str], delivery_limit: int = 20
) -> Topology:
    """What one service declares on the durable topic exchange `exchange`.

    Its queue is `<exchange>.<service>`, bound for each of `types`. A message that was given out more than
    `delivery_limit` times without an acknowledgement goes to `<exchange>.<service>.dead`, at least once.
    No alternate exchange: it would silence `mandatory`.
    """
    topic = Exchange(exchange, type="topic", durable=True)
    name = f"{exchange}.{service}"
    dead = Queue(
        f"{name}.dead",
        durable=True,
        queue_arguments={
            "x-queue-type": "quorum",
            "x-delivery-limit": _NO_LIMIT,
            "x-overflow": "reject-publish",
        },
    )
    main = Queue(
        name,
        bindings=[binding(topic, routing_key=one) for one in types],
        durable=True,
        queue_arguments={
            "x-queue-type": "quorum",
            "x-delivery-limit": delivery_limit,
            "x-dead-letter-strategy": "at-least-once",
            "x-overflow": "reject-publish",
            "x-dead-letter-exchange": "",
            "x-dead-letter-routing-key": dead.name,
        },
    )
    return Topology(topic, (dead, main))

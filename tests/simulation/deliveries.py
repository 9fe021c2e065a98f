"""Messages by hand, without a broker: what waits in an outbox, handed over in order or repeated and shuffled."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from random import Random

import sqlalchemy as sa

from shared.messaging.broker import Delivery, Outgoing
from shared.messaging.consumer import Consumer
from tests.simulation.world import Simulated


def outbox(*services: Simulated, after: int = 0) -> list[Outgoing]:
    """What waits to be relayed, but for the first `after`. Ids of messages are in the order of time."""
    found: list[sa.Row[tuple[str, str, str]]] = []
    for service in services:
        table = service.database.tables.outbox
        waiting = sa.select(table.c.message_id, table.c.type, table.c.body)
        found += service.disk.rows(waiting.where(table.c.id > after))
    return [Outgoing(row[0], row[1], row[2].encode(), True) for row in sorted(found)]


def follow(
    services: Iterable[Simulated],
    messages: Sequence[Outgoing],
    *,
    together: int = 1,
    between: Callable[[Simulated], None] = lambda _: None,
) -> None:
    """Hand to each service what it wants of the messages, in their order; `between` comes after each batch."""
    for service in services:
        consumer = Consumer(
            database=service.database,
            handlers=service.handlers,
            unit_of_work=service.unit_of_work,
        )
        wanted = [one for one in messages if one.type in service.handlers.types]
        for start in range(0, len(wanted), together):
            batch = wanted[start : start + together]
            consumer.handle_batch([Delivery(one.body, False, one.id, 0, False) for one in batch])
            between(service)


def shuffled(
    random: Random, messages: Sequence[Outgoing], *, most: int, window: int
) -> list[Outgoing]:
    """Each 1 to `most` times, and none further than `window` from its place."""
    repeated = [one for one in messages for _ in range(random.randint(1, most))]
    places = [number + random.uniform(0, window) for number in range(len(repeated))]
    order = sorted(range(len(repeated)), key=places.__getitem__)
    return [repeated[number] for number in order]

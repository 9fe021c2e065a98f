"""The relay: outbox → RabbitMQ, durable and confirmed."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator

from shared.messaging.broker import connect
from shared.messaging.relay import Relay
from shared.messaging.topology import topology
from tests.bench import numbers
from tests.bench.ground import Ground
from tests.bench.harness import Row, Target, in_turns
from tests.bench.yardsticks.publish import publish
from tests.support.queues import purge
from tests.support.waiting import until


def rows(ground: Ground) -> Iterator[Row]:
    """Messages a second, beside pika alone: pipelined confirms, the same message, a quorum queue."""
    count = 15_000 if ground.quick else 30_000
    exchange = ground.exchange("taker")
    queue = f"{exchange}.taker"
    gate = _Gate()
    database = numbers.with_wake(numbers.open_database(ground.database(), service="giver"), gate)
    ground.closing(database.close)
    broker = connect(ground.broker_url, exchange=exchange)
    ground.closing(broker.close)
    broker.declare(topology(exchange=exchange, service="taker", types=(numbers.TYPE,)))
    stop = threading.Event()
    relaying = threading.Thread(target=Relay(database, broker).run, args=(stop,), daemon=True)
    relaying.start()

    def end() -> None:
        stop.set()
        gate.close()
        relaying.join(timeout=10)

    ground.closing(end)

    def relayed() -> float:
        gate.wait_until_idle()
        with numbers.UnitOfWork(database) as uow:
            for number in range(count):
                uow.publish(numbers.ADDED.about(f"n{number}", sequence=1, number=number))
        began = time.perf_counter()
        gate.open()
        gate.wait_until_idle()
        seconds = time.perf_counter() - began
        purge(ground.broker_url, queue)
        return count / seconds

    def published() -> float:
        messages = [(one.id, one.encode()) for one in numbers.messages(range(count))]
        seconds = publish(ground.broker_url, exchange, numbers.TYPE, messages)
        purge(ground.broker_url, queue)
        return count / seconds

    found = in_turns(
        {"relay": relayed, "yardstick": published}, rounds=ground.rounds, say=ground.say
    )
    yield Row(
        name="relay: outbox → RabbitMQ, confirmed",
        unit="/s",
        values=found["relay"],
        yardsticks=found["yardstick"],
        target=Target(at_least=0.6),
    )


class _Gate:
    """The relay's wake: it holds the relay back until the gate opens, and tells when the outbox is empty."""

    def __init__(self) -> None:
        self._opened, self._idle = threading.Event(), threading.Event()

    def open(self) -> None:
        self._idle.clear()
        self._opened.set()

    def wait_until_idle(self) -> None:
        until(self._idle.is_set, seconds=120, what="the relay's end of work")

    def notify(self) -> None:
        """Not at a commit, but when the gate opens."""

    def wait(self, _seconds: float) -> None:
        self._opened.clear()
        self._idle.set()
        self._opened.wait()

    def close(self) -> None:
        self._opened.set()

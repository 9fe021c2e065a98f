"""From a commit in one service to its effect's commit in another, at a steady beat."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

from deploy.up import free_port
from shared.database.unit_of_work import Database
from shared.messaging.broker import connect
from shared.messaging.consumer import Consumer
from shared.messaging.relay import Relay
from shared.messaging.topology import topology
from tests.bench import numbers
from tests.bench.ground import Ground
from tests.bench.harness import Row, Target, in_turns, percentile
from tests.bench.yardsticks.tell import tell
from tests.support.waiting import until

EACH_SECOND = 50


def rows(ground: Ground) -> Iterator[Row]:
    """Milliseconds, composed (a process a role) and embedded (one process)."""
    yield from _composed(ground)
    yield from _embedded(ground)


def _composed(ground: Ground) -> Iterator[Row]:
    """Beside a row committed and then published by pika, consumed one by one: no outbox, no inbox's batch."""
    count = EACH_SECOND * (2 if ground.quick else 6)
    giving, taking = ground.database(), ground.database()
    exchange = ground.exchange("taker", "plain")
    wake, giver = _giver(giving)
    ground.closing(giver.close)
    numbers.open_database(taking, service="taker").close()
    broker = connect(ground.broker_url, exchange=exchange)
    for service, types in (("taker", (numbers.TYPE,)), ("plain", (f"plain.{numbers.TYPE}",))):
        broker.declare(topology(exchange=exchange, service=service, types=types))
    broker.close()
    ours, theirs = ground.folder / "ours", ground.folder / "theirs"
    for role, service, url in (("relay", "giver", giving), ("consume", "taker", taking)):
        ground.process(
            "tests.bench.numbers",
            role,
            SERVICE=service,
            DATABASE_URL=url,
            BROKER_URL=ground.broker_url,
            EXCHANGE=exchange,
            HEALTH_PORT=str(free_port()),
            NOTES=str(ours),
        )
    ground.process(
        "tests.bench.yardsticks.consume",
        DATABASE_URL=taking,
        BROKER_URL=ground.broker_url,
        QUEUE=f"{exchange}.plain",
        NOTES=str(theirs),
    )
    beats = _Beats(count)

    def through_outbox() -> list[float]:
        return _delays(_give(giver, wake, beats.next()), ours)

    def straight() -> list[float]:
        told = tell(
            ground.broker_url,
            exchange,
            f"plain.{numbers.TYPE}",
            # Not into an outbox that a relay reads.
            taking,
            numbers=beats.next(),
            each_second=EACH_SECOND,
        )
        return _delays(told, theirs)

    found = in_turns(
        {"ours": through_outbox, "yardstick": straight}, rounds=ground.rounds, say=ground.say
    )
    for percent, bound in ((50, 6.0), (99, 20.0)):
        yield Row(
            name=f"commit → effect committed elsewhere, 50/s, p{percent}",
            unit="ms",
            values=[percentile(delays, percent) for delays in found["ours"]],
            yardsticks=[percentile(delays, percent) for delays in found["yardstick"]],
            target=Target(at_most=bound, of_ratio=False),
        )


def _embedded(ground: Ground) -> Iterator[Row]:
    """Two services on SQLite with the broker inside, in this process; no yardstick."""
    count = EACH_SECOND * (2 if ground.quick else 6)
    wake, giver = _giver(f"sqlite:///{ground.folder}/giver.db")
    taker = numbers.open_database(f"sqlite:///{ground.folder}/taker.db", service="taker")
    notes = ground.folder / "embedded"
    broker = connect("memory://bench", exchange="bench")
    broker.declare(topology(exchange="bench", service="taker", types=(numbers.TYPE,)))
    written = numbers.Notes(notes)
    consumer = Consumer(
        database=taker,
        handlers=numbers.handlers(),
        unit_of_work=lambda: numbers.UnitOfWork(taker, written),
    )
    stop = threading.Event()
    roles = [
        threading.Thread(target=Relay(giver, broker).run, args=(stop,), daemon=True),
        threading.Thread(
            target=consumer.run,
            args=(broker,),
            kwargs={"exchange": "bench", "stop": stop},
            daemon=True,
        ),
    ]
    for role in roles:
        role.start()
    beats = _Beats(count)
    try:
        found = in_turns(
            {"ours": lambda: _delays(_give(giver, wake, beats.next()), notes)},
            rounds=ground.rounds,
            say=ground.say,
        )
    finally:
        stop.set()
        for role in roles:
            role.join(timeout=10)
        broker.close()
        giver.close()
        taker.close()
    for percent, target in ((50, None), (99, Target(at_most=10.0, of_ratio=False))):
        yield Row(
            name=f"the same embedded, one process on SQLite, p{percent}",
            unit="ms",
            values=[percentile(delays, percent) for delays in found["ours"]],
            target=target,
        )


class _Beats:
    """Numbers for each round that no other round had."""

    def __init__(self, count: int) -> None:
        self._count, self._first = count, 0

    def next(self) -> range:
        self._first += self._count
        return range(self._first - self._count, self._first)


def _giver(url: str) -> tuple[numbers.NotingWake, Database]:
    database = numbers.open_database(url, service="giver")
    wake = numbers.NotingWake(database.wake)
    return wake, numbers.with_wake(database, wake)


def _give(database: Database, wake: numbers.NotingWake, some: Sequence[int]) -> dict[int, int]:
    """Publish each number in a transaction of its own, in a steady beat; when each was committed."""
    committed = {}
    pause, due = threading.Event(), time.monotonic()
    for number in some:
        with numbers.UnitOfWork(database) as uow:
            uow.publish(numbers.ADDED.about(f"n{number}", sequence=1, number=number))
        committed[number] = wake.committed_at
        due += 1 / EACH_SECOND
        pause.wait(max(due - time.monotonic(), 0))
    return committed


def _delays(committed: dict[int, int], notes: Path) -> list[float]:
    """The milliseconds until each effect's commit, when all are there."""
    until(
        lambda: committed.keys() <= numbers.read_notes(notes).keys(),
        seconds=30,
        what="the effects of a round",
    )
    effects = numbers.read_notes(notes)
    return [(effects[number] - when) / 1e6 for number, when in committed.items()]

"""Messages that no handler can do, among many that it can; and a relay that believes itself rather than the broker."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Row

from shared.ids import new_id
from shared.messaging.broker import Broker, Delivery, Outgoing, Receipt, connect
from shared.messaging.consumer import Consumer
from shared.messaging.failed import FailedMessages
from shared.messaging.relay import Relay
from shared.messaging.topology import topology
from tests.faults.run import Of, Run, Size, fault
from tests.support.proxy import Wire
from tests.support.toy import ADDED, EFFECTS, TABLES, Toy, toy

# Seconds until a message that fails is parked, as the pauses (1, 2, 4, 8, 16 s with jitter) make it.
PARKED_AFTER = (27.0, 40.0)
SLOWER = 1.2
BATCH, EVERY = 10, 0.02


class FastClock:
    """A clock that runs `times` as fast."""

    def __init__(self, times: float) -> None:
        self._times, self._began = times, time.monotonic()
        self._at = datetime.now(UTC)

    def now(self) -> datetime:
        return self._at + timedelta(seconds=(time.monotonic() - self._began) * self._times)


class Stamping(Consumer):
    """Writes down when each message was committed."""

    def __init__(self, **parts: Any) -> None:
        super().__init__(**parts)
        self.committed: dict[str, float] = {}

    def handle_batch(self, deliveries: Sequence[Delivery]) -> None:
        super().handle_batch(deliveries)
        now = time.monotonic()
        for one in deliveries:
            self.committed.setdefault(one.message_id or "", now)


class Believing(Relay):
    """A relay without its guard: what it published counts as taken, whatever the broker said."""

    def _publish(
        self, rows: Sequence[Row[Any]], *, mandatory: bool | None = None
    ) -> dict[int, Receipt]:
        return dict.fromkeys(super()._publish(rows, mandatory=mandatory), Receipt.CONFIRMED)


class Path:
    """One toy service with its relay, RabbitMQ and its consumer."""

    def __init__(
        self, run: Run, broker_url: str, *, relay: type[Relay] = Relay, clock: Any = None
    ) -> None:
        self.toy: Toy = toy(run.ground.database(), clock=clock)
        self.exchange = f"faults-{new_id().hex[-8:]}"
        self.broker: Broker = connect(broker_url, exchange=self.exchange)
        self.broker.declare(
            topology(exchange=self.exchange, service="toy", types=self.toy.handlers.types)
        )
        self.consumer = Stamping(
            database=self.toy.database,
            handlers=self.toy.handlers,
            unit_of_work=self.toy.unit_of_work,
        )
        self._relay = relay(self.toy.database, self.broker)
        self._stop = threading.Event()
        self._threads: list[threading.Thread] = []

    def start(self) -> None:
        def consume() -> None:
            self.consumer.run(self.broker, exchange=self.exchange, stop=self._stop)

        for target in (lambda: self._relay.run(self._stop), consume):
            self._threads.append(threading.Thread(target=target, daemon=True))
            self._threads[-1].start()

    def close(self) -> None:
        self._stop.set()
        for thread in self._threads:
            thread.join(15)
        self.broker.close()
        self.toy.database.close()


@contextmanager
def path(run: Run, broker_url: str, **more: Any) -> Iterator[Path]:
    made = Path(run, broker_url, **more)
    made.start()
    try:
        yield made
    finally:
        made.close()


@fault("poison", rounds=Of(1, 1, 3), seconds=Of(60, 200, 400), needs=("postgresql", "rabbitmq"))
def poison(run: Run) -> None:
    """One message in a hundred fails: parked at once if it cannot be read, else after its tries in about 30 s; the
    others are hardly slower; a replay, and another one, has one effect."""
    quick = run.size is Size.QUICK
    count = 500 if quick else 5000
    url = run.ground.rabbitmq.url
    with path(run, url) as first:
        # What only happens once (imports, compiled statements) is nobody's usual.
        _p99(run, first, 500, bad=0)
    for _ in run.each_round():
        with path(run, url) as healthy:
            usual = _p99(run, healthy, count, bad=0)
        with path(run, url, clock=FastClock(10.0 if quick else 1.0)) as ill:
            ill.toy.troubles.add("ill")
            meanwhile = _p99(run, ill, count, bad=count // 100)
            _parked(run, ill, bad=count // 100)
            _replayed(run, ill, count)
        run.acknowledged += 2 * count
        run.note(
            f"p99 of the others {usual:.0f} ms without, {meanwhile:.0f} ms with ({meanwhile / usual:.2f})"
        )
        if not quick:
            run.hold(meanwhile <= SLOWER * usual, f"p99 rose to {meanwhile / usual:.2f}")
    if quick:
        run.note("in this quick run the clock of the failed messages runs ten times as fast")


def _p99(run: Run, through: Path, count: int, *, bad: int) -> float:
    """Milliseconds from commit to effect of the good ones; of the bad, half fail and half cannot be read."""
    service = through.toy
    published: dict[int, float] = {}
    pace, due = threading.Event(), time.monotonic()
    fails = set(run.rng.sample(range(count), bad))
    unread = set(sorted(fails)[: bad // 2])
    for start in range(0, count, BATCH):
        numbers = range(start, start + BATCH)
        good = [n for n in numbers if n not in fails]
        published |= dict.fromkeys(good, time.monotonic())
        service.publish(*good)
        service.publish(*(n for n in numbers if n in fails - unread), trouble="ill")
        garbage = [
            Outgoing(f"garbage-{n}", ADDED.name, b"\xff not a message %d" % n, True)
            for n in numbers
            if n in unread
        ]
        if garbage:
            through.broker.publish(garbage)
        due += EVERY
        pace.wait(max(due - time.monotonic(), 0))
    run.wait(
        lambda: len(service.effects()) >= len(published), seconds=60, what="every other effect"
    )
    with service.database.engine.connect() as connection:
        rows = connection.execute(sa.select(EFFECTS.c.number, EFFECTS.c.message_id)).all()
    took = sorted(
        (through.consumer.committed.get(message_id, time.monotonic()) - published[number]) * 1000
        for number, message_id in rows
        if number in published
    )
    run.lost += len(published) - len({number for number, _ in rows})
    run.doubled += len(rows) - len({number for number, _ in rows})
    return took[int(len(took) * 0.99)]


def _parked(run: Run, ill: Path, *, bad: int) -> None:
    failed, service = TABLES.failed, ill.toy
    waits = failed.c.next_attempt_at.is_not(None)
    unread = service.count(failed, failed.c.attempts == 0, failed.c.next_attempt_at.is_(None))
    run.hold(unread == bad // 2, f"{unread} of {bad // 2} unreadable ones were parked at once")
    clock, began = service.database.clock, time.monotonic()
    run.wait(lambda: not service.count(failed, waits), seconds=60, what="the parking of all")
    tries = [row.attempts for row in _failed(service) if row.attempts]
    run.hold(
        tries == [6] * (bad - bad // 2), f"parked after {sorted(set(tries))} tries, {len(tries)}"
    )
    longest = max((clock.now() - row.failed_at).total_seconds() for row in _failed(service))
    run.hold(longest <= PARKED_AFTER[1] * 2, f"the last was parked only after {longest:.0f} s")
    run.recovered(time.monotonic() - began, within=60)


def _failed(service: Toy) -> Sequence[Row[Any]]:
    with service.database.engine.connect() as connection:
        return connection.execute(sa.select(TABLES.failed)).all()


def _replayed(run: Run, ill: Path, count: int) -> None:
    service = ill.toy
    service.troubles.clear()
    ids = [row.id for row in _failed(service) if row.attempts]
    failed = FailedMessages(service.database)

    def replay() -> None:
        with service.database.engine.begin() as connection:
            failed.make_due(connection, ids)

    wanted = len(service.effects()) + len(ids)
    replay()
    run.wait(lambda: len(service.effects()) >= wanted, seconds=30, what="the replay's effects")
    replay()
    due = lambda: service.count(TABLES.failed, TABLES.failed.c.next_attempt_at.is_not(None))  # noqa: E731
    run.wait(lambda: not due(), seconds=30, what="the second replay")
    run.doubled += len(service.effects()) - wanted


@fault(
    "without confirms", rounds=Of(1, 1, 1), seconds=Of(60, 60, 60), needs=("postgresql", "rabbitmq")
)
def without_confirms(run: Run) -> None:
    """Negative control: a relay that ignores what the broker says, while the wire to the broker is down for a moment."""
    run.is_control = True
    for _ in run.each_round():
        if run.size is not Size.QUICK:
            run.hold(_lost(run, Relay) == 0, "the usual relay loses something, too")
        run.lost = _lost(run, Believing)


def _lost(run: Run, relay: type[Relay]) -> int:
    wire, count = Wire(run.ground.rabbitmq.url), 100
    try:
        with path(run, wire.url, relay=relay) as through:
            through.toy.publish(*range(10))
            _quiet(run, through)
            wire.take_away()
            through.toy.publish(*range(10, count))
            pause = threading.Event()
            pause.wait(1.5)
            wire.repair()
            _quiet(run, through)
            through.toy.publish(count)
            run.wait(lambda: count in through.toy.effects(), seconds=30, what="the last message")
            run.acknowledged += count
            return count + 1 - len(set(through.toy.effects()))
    finally:
        wire.close()


def _quiet(run: Run, through: Path) -> None:
    empty: Callable[[], bool] = lambda: through.toy.count(TABLES.outbox) == 0  # noqa: E731
    run.wait(empty, seconds=30, what="an empty outbox")

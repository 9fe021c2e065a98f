"""Outbox, relay, broker, consumer, inbox: both ways, SQLite with the broker inside and PostgreSQL with RabbitMQ."""

from __future__ import annotations

import json
import os
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, cast

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from shared.database.unit_of_work import UnitOfWork
from shared.messaging.broker import Broker, Outgoing, Receipt, connect
from shared.messaging.consumer import Consumer
from shared.messaging.relay import Relay
from shared.messaging.topology import topology
from tests.support.clocks import FixedClock
from tests.support.databases import ServiceDatabases
from tests.support.harness import delivery
from tests.support.proxy import Wire
from tests.support.queues import delete_queues
from tests.support.toy import ADDED, TABLES, UNWANTED, Deadly, Toy, toy
from tests.support.waiting import until

WAYS = ("embedded", pytest.param("composed", marks=[pytest.mark.postgres, pytest.mark.rabbitmq]))


class WholePath:
    """The whole path of one toy service, its relay and consumer in threads."""

    def __init__(self, service: Toy, broker: Broker, exchange: str) -> None:
        self.toy, self.broker, self.exchange = service, broker, exchange
        self.consumer = Consumer(
            database=service.database, handlers=service.handlers, unit_of_work=service.unit_of_work
        )
        self._stops: list[tuple[threading.Event, threading.Thread]] = []
        broker.declare(topology(exchange=exchange, service="toy", types=service.handlers.types))

    def start(self, *roles: str) -> None:
        targets: dict[str, Callable[[threading.Event], None]] = {
            "relay": Relay(self.toy.database, self.broker).run,
            "consume": lambda stop: self.consumer.run(
                self.broker, exchange=self.exchange, stop=stop
            ),
        }
        for role in roles:
            stop = threading.Event()
            thread = threading.Thread(target=targets[role], args=(stop,), daemon=True)
            thread.start()
            self._stops.append((stop, thread))

    def close(self) -> None:
        for stop, _ in self._stops:
            stop.set()
        for _, thread in self._stops:
            thread.join(timeout=10)
            assert not thread.is_alive(), "a role did not stop within 10 s"


@pytest.fixture
def clock() -> FixedClock:
    return FixedClock()


@pytest.fixture(params=WAYS)
def path(
    request: pytest.FixtureRequest,
    tmp_path: Path,
    service_databases: ServiceDatabases,
    clock: FixedClock,
    scratch_database: Callable[[], str],
) -> Iterator[WholePath]:
    exchange = f"test-{os.urandom(4).hex()}"
    if request.param == "embedded":
        url, broker_url = f"sqlite:///{tmp_path}/toy.db", f"memory://{exchange}"
    else:
        url, broker_url = scratch_database(), os.environ["BROKER_URL"]
    service = toy(url, clock=clock)
    broker = connect(broker_url, exchange=exchange)
    whole = WholePath(service, broker, exchange)
    yield whole
    whole.close()
    broker.close()
    service.database.close()
    if request.param == "composed":
        delete_queues(broker_url, exchange, "toy")


def test_what_is_published_has_its_effect_once_and_in_order(path: WholePath) -> None:
    """A thousand numbers, published while the roles run."""
    path.start("relay", "consume")
    for start in range(0, 1000, 100):
        path.toy.publish(*range(start, start + 100))

    until(
        lambda: path.toy.count(TABLES.outbox) == 0 and len(path.toy.effects()) >= 1000,
        what="1,000 effects",
    )

    assert path.toy.effects() == list(range(1000))


def test_a_change_that_is_rolled_back_tells_nobody(path: WholePath) -> None:
    """State and message, both or neither."""

    def change() -> None:
        with path.toy.unit_of_work() as uow:
            uow.publish(ADDED.about("n1", sequence=1, number=1, trouble=""))
            raise RuntimeError

    with pytest.raises(RuntimeError):
        change()
    assert path.toy.count(TABLES.outbox) == 0


def test_a_message_that_comes_five_times_has_one_effect(path: WholePath) -> None:
    """In one batch and in several."""
    path.toy.publish(7)
    body = _bodies(path.toy)[0]
    path.consumer.handle_batch([delivery(body)] * 3)
    path.consumer.handle_batch([delivery(body)] * 2)

    assert path.toy.effects() == [7]


def test_without_the_inbox_a_repeat_has_a_second_effect(path: WholePath) -> None:
    """Negative control."""

    path.toy.publish(7)
    body = _bodies(path.toy)[0]
    path.consumer.handle_batch([delivery(body)])
    with path.toy.database.engine.begin() as connection:
        connection.execute(sa.delete(TABLES.inbox))
    path.consumer.handle_batch([delivery(body)])

    assert path.toy.effects() == [7, 7]


def test_a_handler_that_fails_harms_no_other_message_and_is_tried_again(
    path: WholePath, clock: FixedClock
) -> None:
    """Nine of ten have their effect at once; the tenth when its trouble is over."""
    path.toy.troubles.add("ill")
    path.toy.publish(*range(9))
    path.toy.publish(9, trouble="ill")
    path.consumer.handle_batch([delivery(body) for body in _bodies(path.toy)])
    assert path.toy.effects() == list(range(9))

    path.toy.troubles.clear()
    clock.advance(seconds=0.5)
    assert path.consumer.retry_due() == 0
    clock.advance(seconds=1)
    assert path.consumer.retry_due() == 1

    assert path.toy.effects() == list(range(10))
    assert path.toy.count(TABLES.failed, TABLES.failed.c.settled_at.is_(None)) == 0


def test_after_five_more_tries_in_vain_a_message_waits_for_a_person(
    path: WholePath, clock: FixedClock
) -> None:
    """About half a minute after the first; a redelivery meanwhile changes nothing."""
    path.toy.troubles.add("ill")
    path.toy.publish(1, trouble="ill")
    bodies = _bodies(path.toy)
    path.consumer.handle_batch([delivery(bodies[0])])
    began, tries = clock.now(), 1
    while path.toy.count(TABLES.failed, TABLES.failed.c.next_attempt_at.is_not(None)):
        clock.advance(seconds=1)
        tries += path.consumer.retry_due()
        path.consumer.handle_batch([delivery(bodies[0])])

    assert tries == 1 + 5
    assert 27 <= (clock.now() - began).total_seconds() <= 40
    assert path.toy.effects() == []
    assert path.toy.count(TABLES.failed, TABLES.failed.c.settled_at.is_(None)) == 1


@pytest.mark.parametrize(
    "body", [b"", b"not json", b"[]", b'{"specversion":"1.0"}', b"\xff\xfe", b"[" * 5000]
)
def test_what_cannot_be_read_is_parked_at_once_with_its_reason(
    path: WholePath, body: bytes
) -> None:
    """The next message is handled as if nothing had been."""
    path.toy.publish(1)
    path.consumer.handle_batch([delivery(body, "bad"), delivery(_bodies(path.toy)[0])])

    assert path.toy.effects() == [1]
    parked = TABLES.failed.c.next_attempt_at.is_(None)
    assert path.toy.count(TABLES.failed, parked, TABLES.failed.c.reason != "") == 1


def test_a_message_that_nobody_wants_though_somebody_should_is_parked(path: WholePath) -> None:
    """A consumer that this deployment does not run is no reason for an alarm."""
    path.toy.publish(1, type_=UNWANTED)
    path.start("relay", "consume")
    until(lambda: path.toy.count(TABLES.outbox) == 0)
    assert path.toy.count(TABLES.unroutable) == 0

    alarmed = toy(
        path.toy.database.engine.url.render_as_string(hide_password=False),
        deployed=("toy", "elsewhere"),
    )
    alarmed.publish(2, type_=UNWANTED)
    until(lambda: alarmed.count(TABLES.outbox) == 0)
    assert alarmed.count(TABLES.unroutable) == 1
    alarmed.database.close()


def test_what_waits_in_the_outbox_while_the_broker_is_away_goes_out_when_it_is_back(
    path: WholePath,
) -> None:
    """Nobody consumes yet: nothing is confirmed in the process, everything is kept."""
    path.toy.publish(*range(50))
    path.start("relay")
    path.start("consume")

    until(lambda: len(path.toy.effects()) == 50)
    until(lambda: path.toy.count(TABLES.outbox) == 0)


def test_what_was_unroutable_goes_out_when_its_queue_is_there(path: WholePath) -> None:
    """The relay offers it again by itself; what still has no queue stays."""
    path.toy.publish(1)
    path.toy.publish(2, type_=UNWANTED)
    park_the_outbox(path.toy)

    relay = Relay(path.toy.database, path.broker)
    path.start("consume")
    with relay._active() as connection:
        assert connection is not None
        until(lambda: relay.offer_unroutable(connection) == 1)

    until(lambda: path.toy.effects() == [1])
    assert path.toy.count(TABLES.unroutable) == 1


def test_a_failure_in_the_middle_of_a_batch_costs_two_transactions_more(path: WholePath) -> None:
    """The culprit is known: what stood before it is handled again, it is set aside, the rest follows in one go."""
    path.toy.troubles.add("ill")
    path.toy.publish(*range(100))
    path.toy.publish(100, trouble="ill")
    path.toy.publish(*range(101, 200))
    opened = []

    def unit_of_work() -> UnitOfWork:
        opened.append(path.toy.unit_of_work())
        return opened[-1]

    consumer = Consumer(
        database=path.toy.database, handlers=path.toy.handlers, unit_of_work=unit_of_work
    )
    consumer.handle_batch([delivery(body) for body in _bodies(path.toy)])

    assert len(opened) == 3
    assert sorted(path.toy.effects()) == [n for n in range(200) if n != 100]
    assert path.toy.count(TABLES.failed) == 1


def test_a_handler_for_many_takes_neighbours_together_and_fails_alone(path: WholePath) -> None:
    """One call for all; where it fails, each message is handled by itself, and the culprit is set aside."""
    path.toy.take_many()
    consumer = Consumer(
        database=path.toy.database, handlers=path.toy.handlers, unit_of_work=path.toy.unit_of_work
    )
    path.toy.publish(*range(50))
    consumer.handle_batch([delivery(body) for body in _bodies(path.toy)])
    assert path.toy.calls == [50]

    path.toy.troubles.add("ill")
    path.toy.publish(*range(50, 60), trouble="ill")
    path.toy.publish(60)
    consumer.handle_batch([delivery(body) for body in _bodies(path.toy)])

    assert path.toy.effects() == [*range(50), 60]
    assert path.toy.count(TABLES.failed) == 10


def test_a_message_that_kills_its_process_at_each_try_is_parked_at_last(
    path: WholePath, clock: FixedClock
) -> None:
    """An attempt is counted before it is made."""
    path.toy.publish(1, trouble="deadly")
    path.consumer.take_dead([delivery(_bodies(path.toy)[0])])
    deaths = 0
    while path.toy.count(TABLES.failed, TABLES.failed.c.next_attempt_at.is_not(None)):
        clock.advance(seconds=1)
        try:
            path.consumer.retry_due()
        except Deadly:
            deaths += 1

    assert deaths == 6
    assert path.toy.effects() == []


def test_a_message_that_kills_its_process_costs_no_other_an_attempt(
    path: WholePath, clock: FixedClock
) -> None:
    """They came back from the broker together, and are tried alone."""
    path.toy.publish(1, trouble="deadly")
    path.toy.publish(2, 3)
    path.consumer.take_dead([delivery(body) for body in _bodies(path.toy)])
    with pytest.raises(Deadly):
        path.consumer.retry_due()

    assert path.consumer.retry_due() == 2
    assert path.toy.effects() == [2, 3]


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"id": "x" * 37}, "too long"),
        ({"id": "a\u0000b"}, "cannot be kept"),
        ({"type": "number\ud800"}, "cannot be kept"),
        ({"type": "number.added.v2"}, "unknown type"),
        ({"subject": "x" * 101}, "too long"),
        ({"specversion": "2.0"}, "not a CloudEvent"),
        ({"data": {"number": "ten"}}, "does not fit"),
        ({"data": {"number": 1, "trouble": "x" * (10 * 1024 * 1024)}}, "larger than"),
        ({"sequence": float("inf")}, "OverflowError"),
    ],
    ids=lambda value: str(value)[:40],
)
def test_hostile_messages_are_parked_with_their_reason(
    path: WholePath, change: dict[str, Any], reason: str
) -> None:
    """Whatever stands in them; the next one is handled."""
    path.toy.publish(1, 2)
    hostile, good = _bodies(path.toy)
    body = json.dumps(json.loads(hostile) | change).encode()
    path.consumer.handle_batch([delivery(body, "h\x00"), delivery(good)])

    assert path.toy.effects() == [2]
    parked = TABLES.failed.c.next_attempt_at.is_(None)
    assert path.toy.count(TABLES.failed, parked, TABLES.failed.c.reason.contains(reason)) == 1


def test_a_message_nested_too_deep_to_be_written_again_is_parked(path: WholePath) -> None:
    """It could be read once, and then stood in everybody's way."""
    path.toy.publish(1, 2)
    hostile, good = _bodies(path.toy)
    nested = "[" * 900 + "]" * 900
    body = hostile.replace(b'"number": 1', f'"number": 1, "more": {nested}'.encode())
    assert body != hostile
    path.consumer.handle_batch([delivery(body), delivery(good)])

    assert path.toy.effects() == [2]
    assert path.toy.count(TABLES.failed, TABLES.failed.c.reason.contains("nested")) == 1


def test_junk_that_came_with_the_id_of_a_good_message_does_not_stand_for_it(
    path: WholePath,
) -> None:
    """An id of the wire is no proof; each junk is a row of its own, its repeats are the same."""
    path.toy.publish(1)
    (good,) = _bodies(path.toy)
    known = json.loads(good)["id"]
    junk = [delivery(body, known) for body in (b"junk", b"other junk", b"junk")]
    path.consumer.handle_batch(junk)
    path.consumer.handle_batch([delivery(good, known)])

    assert path.toy.effects() == [1]
    assert path.toy.count(TABLES.failed) == 2


def test_what_every_consumer_would_park_is_refused_where_it_is_written(path: WholePath) -> None:
    """In the transaction of the sender, who can do something about it."""
    with pytest.raises(ValueError, match="larger than"):
        path.toy.publish(1, trouble="ố" * 400_000)
    assert path.toy.count(TABLES.outbox) == 0


def test_what_stands_behind_many_that_nobody_wants_is_offered_again(path: WholePath) -> None:
    """However many batches of them there are."""
    path.start("consume")
    path.toy.publish(*range(30), type_=UNWANTED)
    path.toy.publish(30)
    park_the_outbox(path.toy)
    relay = Relay(path.toy.database, path.broker)
    relay._batch = 10

    with path.toy.database.engine.connect() as connection:
        until(lambda: relay.offer_unroutable(connection) == 1)
    until(lambda: path.toy.effects() == [30])


@pytest.mark.postgres
def test_an_outage_costs_a_message_none_of_its_attempts(
    scratch_database: Callable[[], str], clock: FixedClock
) -> None:
    """Claimed and counted, then the database went: given back when it is there again."""
    wire = Wire(scratch_database())
    service = toy(wire.url, clock=clock)
    goes = threading.Event()

    def unit_of_work() -> UnitOfWork:
        if goes.is_set():
            wire.take_away()
        return service.unit_of_work()

    consumer = Consumer(
        database=service.database, handlers=service.handlers, unit_of_work=unit_of_work
    )
    service.publish(1)
    consumer.take_dead([delivery(body) for body in _bodies(service)])
    try:
        for _ in range(7):
            clock.advance(seconds=60)
            goes.set()
            with pytest.raises((DBAPIError, PoolTimeout)):
                consumer.retry_due()
            goes.clear()
            wire.repair()
        clock.advance(seconds=60)
        until(lambda: consumer.retry_due() == 1)
        assert service.effects() == [1]
    finally:
        service.database.close()
        wire.close()


def test_a_slow_broker_gets_batches_that_it_can_confirm_in_time(path: WholePath) -> None:
    """What was not confirmed comes again in fewer at a time, or a long outbox would be offered in vain for ever."""
    path.start("consume")
    path.toy.publish(*range(400))
    slow = _Slow(path.broker)
    path.broker = cast("Broker", slow)
    path.start("relay")

    until(lambda: path.toy.count(TABLES.outbox) == 0 and len(path.toy.effects()) >= 400)

    assert slow.offered[0] == 400
    assert path.toy.effects() == list(range(400))


@pytest.mark.parametrize("path", WAYS[1:], indirect=True)
def test_two_relays_keep_the_order(path: WholePath) -> None:
    """One is active, the other stands by, though its broker is the faster one."""
    assert _relayed_by_two(path, Relay) == list(range(200))


@pytest.mark.parametrize("path", WAYS[1:], indirect=True)
def test_without_the_lock_two_relays_disturb_the_order(path: WholePath) -> None:
    """Negative control: one overtakes the other."""
    assert _relayed_by_two(path, _Unlocked) != list(range(200))


def _relayed_by_two(path: WholePath, kind: type[Relay]) -> list[int]:
    """What came, in its order, when two relays work on batches of ten, and one of them is slow."""
    path.start("consume")
    broker, stop = path.broker, threading.Event()
    relays = [kind(path.toy.database, cast("Broker", one)) for one in (_Dawdling(broker), broker)]
    threads = [threading.Thread(target=relay.run, args=(stop,), daemon=True) for relay in relays]
    for relay in relays:
        relay._batch = relay._largest = 10
    for number in range(200):
        path.toy.publish(number)
    for thread in threads:
        thread.start()
    try:
        until(lambda: path.toy.count(TABLES.outbox) == 0 and len(path.toy.effects()) >= 200)
    finally:
        stop.set()
        for thread in threads:
            thread.join(10)
    return path.toy.effects()


class _Unlocked(Relay):
    """A relay without its guard."""

    @contextmanager
    def _active(self) -> Iterator[sa.Connection]:
        with self._database.engine.connect() as connection:
            yield connection


class _Dawdling:
    """A broker that takes its time before it publishes."""

    def __init__(self, broker: Broker) -> None:
        self._broker = broker

    def publish(self, batch: Sequence[Outgoing], *, timeout: float = 10.0) -> list[Receipt]:
        threading.Event().wait(0.05)
        return self._broker.publish(batch, timeout=timeout)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._broker, name)


class _Slow:
    """A broker that confirms 150 in the time that there is."""

    def __init__(self, broker: Broker) -> None:
        self._broker = broker
        self.offered: list[int] = []

    def publish(self, batch: Sequence[Outgoing], *, timeout: float = 10.0) -> list[Receipt]:
        self.offered.append(len(batch))
        if len(batch) > 150:
            return [Receipt.REFUSED] * len(batch)
        return self._broker.publish(batch, timeout=timeout)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._broker, name)


def park_the_outbox(service: Toy) -> None:
    """As a relay does with what comes back."""
    columns = ["id", "message_id", "type", "subject", "body"]
    rows = sa.select(*(TABLES.outbox.c[name] for name in columns), sa.literal(FixedClock().now()))
    with service.database.engine.begin() as connection:
        parked = sa.insert(TABLES.unroutable).from_select([*columns, "parked_at"], rows)
        connection.execute(parked)
        connection.execute(sa.delete(TABLES.outbox))


def _bodies(service: Toy) -> list[bytes]:
    with service.database.engine.connect() as connection:
        rows = connection.scalars(sa.select(TABLES.outbox.c.body).order_by(TABLES.outbox.c.id))
        return [body.encode() for body in rows]

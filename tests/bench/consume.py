"""The consumer: RabbitMQ → one effect in PostgreSQL, exactly once."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator, Sequence

import sqlalchemy as sa

from shared.database.unit_of_work import Database
from shared.messaging.broker import Broker, Delivery, connect
from shared.messaging.consumer import Consumer
from shared.messaging.topology import topology
from tests.bench import numbers
from tests.bench.ground import Ground
from tests.bench.harness import Row, Target, in_turns
from tests.bench.yardsticks.consume import consume
from tests.bench.yardsticks.publish import publish


def rows(ground: Ground) -> Iterator[Row]:
    """Messages a second, beside the same two inserts with pika and psycopg alone, one message a transaction."""
    ours, theirs = (10_000, 1_000) if ground.quick else (20_000, 2_500)
    exchange = ground.exchange("taker")
    queue, url = f"{exchange}.taker", ground.database()
    database = numbers.open_database(url, service="taker")
    ground.closing(database.close)
    broker = connect(ground.broker_url, exchange=exchange)
    ground.closing(broker.close)
    broker.declare(topology(exchange=exchange, service="taker", types=(numbers.TYPE,)))

    def fill(count: int) -> None:
        with database.engine.begin() as connection:
            connection.execute(sa.text("TRUNCATE inbox, effects"))
        messages = [(one.id, one.encode()) for one in numbers.messages(range(count))]
        publish(ground.broker_url, exchange, numbers.TYPE, messages)

    def with_handlers(*, many: bool) -> Callable[[], float]:
        def run() -> float:
            fill(ours)
            consumer = _Counting(database, many=many, count=ours)
            seconds = consumer.consume_all(broker, exchange)
            _expect(database, ours)
            return ours / seconds

        return run

    def one_by_one() -> float:
        fill(theirs)
        seconds = consume(ground.broker_url, queue, url, count=theirs)
        _expect(database, theirs)
        return theirs / seconds

    found = in_turns(
        {
            "plain": with_handlers(many=False),
            "many": with_handlers(many=True),
            "yardstick": one_by_one,
        },
        rounds=ground.rounds,
        say=ground.say,
    )
    for name, values, bound in (
        ("consume: one effect in PostgreSQL, a plain handler", "plain", 5.0),
        ("consume: the same with handle_many", "many", 15.0),
    ):
        yield Row(
            name=name,
            unit="/s",
            values=found[values],
            yardsticks=found["yardstick"],
            target=Target(at_least=bound),
        )


class _Counting(Consumer):
    """A consumer that stops after so many messages and knows how long they took."""

    def __init__(self, database: Database, *, many: bool, count: int) -> None:
        super().__init__(
            database=database,
            handlers=numbers.handlers(many=many),
            unit_of_work=lambda: numbers.UnitOfWork(database),
        )
        self._left = count
        self._began = self._ended = 0.0
        self._stop = threading.Event()

    def consume_all(self, broker: Broker, exchange: str) -> float:
        self.run(broker, exchange=exchange, stop=self._stop)
        return self._ended - self._began

    def handle_batch(self, deliveries: Sequence[Delivery]) -> None:
        self._began = self._began or time.perf_counter()
        super().handle_batch(deliveries)
        self._left -= len(deliveries)
        if self._left <= 0:
            self._ended = time.perf_counter()
            self._stop.set()


def _expect(database: Database, count: int) -> None:
    """Exactly one effect for each message, or the figure is worth nothing."""
    with database.engine.connect() as connection:
        found = connection.scalar(sa.select(sa.func.count()).select_from(numbers.Effect))
    assert found == count, f"{found} effects of {count} messages"

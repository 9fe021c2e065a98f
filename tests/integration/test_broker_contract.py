"""One contract for both adapters of the broker port, and what each promises beyond it."""

from __future__ import annotations

import os
import socket
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import closing
from datetime import datetime
from typing import Any

import pytest
from amqp.basic_message import Message as Poison
from amqp.exceptions import PreconditionFailed
from kombu.connection import Connection

from shared.messaging.broker import Broker, Delivery, Outgoing, Receipt, connect
from shared.messaging.kombu_adapter import KombuBroker
from shared.messaging.pika_adapter import PikaBroker
from shared.messaging.topology import Topology, topology
from tests.bench.yardsticks.publish import publish
from tests.support.proxy import Wire
from tests.support.waiting import until

ON_RABBITMQ = pytest.mark.rabbitmq


class Inbox:
    """A consumer in a thread of its own, and what it was handed."""

    def __init__(
        self,
        broker: Broker,
        queue: str,
        handle: Callable[[Sequence[Delivery]], None] = lambda _: None,
        *,
        batch: int = 200,
    ) -> None:
        self.batches: list[list[Delivery]] = []
        self.handled: list[str | None] = []
        self._handle = handle
        self._stop = threading.Event()
        self._thread = threading.Thread(
            target=broker.consume,
            args=(queue, self._take),
            kwargs={"stop": self._stop, "batch": batch},
            daemon=True,
        )
        self._thread.start()

    def _take(self, deliveries: Sequence[Delivery]) -> None:
        self.batches.append(list(deliveries))
        self._handle(deliveries)
        self.handled += [delivery.message_id for delivery in deliveries]

    @property
    def deliveries(self) -> list[Delivery]:
        return [delivery for batch in self.batches for delivery in batch]

    def stopping(self) -> None:
        self._stop.set()

    def stop(self) -> float:
        """Seconds until the consumer had ended."""
        self.stopping()
        start = time.monotonic()
        self._thread.join(timeout=10)
        assert not self._thread.is_alive()
        return time.monotonic() - start


class House:
    """A broker with an exchange of its own, and everything that a test made on it."""

    def __init__(
        self, url: str, cleanup_url: str | None = None, *, exchange: str | None = None
    ) -> None:
        self.exchange = exchange or f"test-{os.urandom(5).hex()}"
        self._url = url
        self.broker = connect(url, exchange=self.exchange)
        self._cleanup_url = cleanup_url
        self._topologies: list[Topology] = []
        self._inboxes: list[Inbox] = []
        self._threads = ThreadPoolExecutor(16)

    def declare(self, *types: str, service: str = "toy", delivery_limit: int = 20) -> str:
        """The name of the service's queue."""
        one = topology(
            exchange=self.exchange, service=service, types=types, delivery_limit=delivery_limit
        )
        self._topologies.append(one)
        self.broker.declare(one)
        return one.queues[-1].name

    def consume(
        self,
        queue: str,
        handle: Callable[[Sequence[Delivery]], None] = lambda _: None,
        *,
        batch: int = 200,
    ) -> Inbox:
        self._inboxes.append(Inbox(self.broker, queue, handle, batch=batch))
        return self._inboxes[-1]

    def publish(self, *messages: Outgoing, timeout: float = 5.0) -> list[Receipt]:
        return self.broker.publish(messages, timeout=timeout)

    def publish_aside(self, *messages: Outgoing, timeout: float = 5.0) -> Future[list[Receipt]]:
        """In another thread: in-process, a receipt waits for the consumers."""
        return self._threads.submit(self.publish, *messages, timeout=timeout)

    def next_release(self) -> House:
        """The same service in another process, which may declare otherwise."""
        return House(self._url, self._cleanup_url, exchange=self.exchange)

    def is_declared(self, *, delivery_limit: int) -> bool:
        """Whether the service's queue has this limit."""
        wanted = topology(
            exchange=self.exchange, service="toy", types=(), delivery_limit=delivery_limit
        )
        with Connection(self._cleanup_url) as connection:
            try:
                wanted.queues[-1](connection.default_channel).queue_declare()
            except PreconditionFailed:
                return False
        return True

    def delete(self, queue: str) -> None:
        with Connection(self._cleanup_url) as connection:
            connection.default_channel.queue_delete(queue)

    def close(self) -> None:
        for inbox in self._inboxes:
            inbox.stopping()
        for inbox in self._inboxes:
            inbox.stop()
        self.broker.close()
        self._threads.shutdown()
        if self._cleanup_url is not None:
            with Connection(self._cleanup_url) as connection:
                for one in self._topologies:
                    for queue in one.queues:
                        queue(connection.default_channel).delete()
                connection.default_channel.exchange_delete(self.exchange)


def rabbitmq() -> str:
    return os.environ.get("BROKER_URL", "amqp://guest:guest@127.0.0.1:5672/")


@pytest.fixture(params=["kombu", pytest.param("pika", marks=ON_RABBITMQ)])
def house(request: pytest.FixtureRequest) -> Iterator[House]:
    """The same for both adapters."""
    house = House(rabbitmq(), rabbitmq()) if request.param == "pika" else House("memory://")
    yield house
    house.close()


@pytest.fixture
def in_process() -> Iterator[House]:
    house = House("memory://")
    yield house
    house.close()


@pytest.fixture
def wire() -> Iterator[Wire]:
    wire = Wire(rabbitmq())
    yield wire
    wire.close()


@pytest.fixture
def wired(wire: Wire) -> Iterator[House]:
    """RabbitMQ behind a wire that can break."""
    house = House(wire.url, rabbitmq())
    yield house
    wire.repair()
    house.close()


def message(
    id: object, type: str = "seat.taken", body: bytes = b"{}", *, mandatory: bool = True
) -> Outgoing:
    return Outgoing(str(id), type, body, mandatory)


def messages(ids: Sequence[object]) -> list[Outgoing]:
    return [message(one) for one in ids]


def names(ids: Sequence[object]) -> list[str]:
    return [str(one) for one in ids]


# The contract


@pytest.mark.parametrize(
    "body",
    ["Đối thoại với thanh niên khởi nghiệp".encode(), bytes(range(256)), os.urandom(1024 * 1024)],
    ids=["vietnamese", "every byte", "1 MiB"],
)
def test_a_bound_message_arrives_once_and_intact(house: House, body: bytes) -> None:
    """Bytes are bytes; the id comes along; nothing claims to be a repeat."""
    inbox = house.consume(house.declare("seat.taken"))

    assert house.publish(message("a", body=body)) == [Receipt.CONFIRMED]

    until(lambda: inbox.handled)
    assert inbox.deliveries == [
        Delivery(body=body, redelivered=False, message_id="a", delivery_count=0, dead=False)
    ]


def test_order_is_kept_and_each_arrives_once(house: House) -> None:
    """Over several batches."""
    inbox = house.consume(house.declare("seat.taken"))

    for start in range(0, 1000, 250):
        assert set(house.publish(*messages(range(start, start + 250)))) == {Receipt.CONFIRMED}

    until(lambda: len(inbox.handled) >= 1000)
    assert inbox.handled == names(range(1000))


def test_what_is_there_is_handed_over_together_up_to_the_limit(house: House) -> None:
    """Fewer batches than messages, none larger than asked."""
    queue = house.declare("seat.taken")
    receipts = house.publish_aside(*messages(range(100)))

    inbox = house.consume(queue, batch=20)

    assert set(receipts.result(10)) == {Receipt.CONFIRMED}
    until(lambda: len(inbox.handled) == 100)
    assert max(map(len, inbox.batches)) <= 20
    assert len(inbox.batches) < 50


def test_each_service_gets_its_own_copy(house: House) -> None:
    """Two queues bound for one type, one of them for another type as well."""
    one = house.consume(house.declare("seat.taken", service="one"))
    two = house.consume(house.declare("seat.taken", "seat.freed", service="two"))

    house.publish(message("a"), message("b", "seat.freed"))

    until(lambda: one.handled == ["a"] and two.handled == ["a", "b"])


def test_without_a_queue_mandatory_decides(house: House) -> None:
    """In one batch, in its order."""
    inbox = house.consume(house.declare("seat.taken"))

    receipts = house.publish(
        message("a"),
        message("b", "seat.lost"),
        message("c", "seat.lost", mandatory=False),
        message("d"),
        message("e", "seat.lost"),
    )

    lost, taken = Receipt.UNROUTABLE, Receipt.CONFIRMED
    assert receipts == [taken, lost, taken, taken, lost]
    until(lambda: inbox.handled == ["a", "d"])


def test_without_the_exchange_all_is_refused_until_it_is_declared(house: House) -> None:
    """Not confirmed, not unroutable: published again later, it arrives."""
    assert house.publish(*messages("ab")) == [Receipt.REFUSED] * 2

    inbox = house.consume(house.declare("seat.taken"))

    assert house.publish(*messages("ab")) == [Receipt.CONFIRMED] * 2
    until(lambda: inbox.handled == ["a", "b"])


def test_a_batch_whose_handling_failed_comes_again_before_anything_else(house: House) -> None:
    """Three failures; the pauses grow, nothing is lost, nothing overtakes."""
    failures, moments = iter(range(3)), []

    def fail_three_times(_: Sequence[Delivery]) -> None:
        moments.append(time.monotonic())
        for failure in failures:
            raise ValueError(failure)

    inbox = house.consume(house.declare("seat.taken"), fail_three_times)
    first = house.publish_aside(*messages("abc"))
    second = house.publish_aside(*messages("d"))

    assert {*first.result(10), *second.result(10)} == {Receipt.CONFIRMED}
    until(lambda: len(inbox.handled) == 4)
    assert sorted(inbox.handled, key=str) == list("abcd")
    assert [one for one in inbox.handled if one != "d"] == list("abc")
    assert inbox.batches[0] != inbox.batches[1], "a repeat says that it is one"
    assert [d.message_id for d in inbox.batches[0]] == [d.message_id for d in inbox.batches[3]]
    assert moments[3] - moments[2] > moments[1] - moments[0] > 0.04


def test_what_was_acknowledged_does_not_come_back(house: House) -> None:
    """The next consumer goes on where the last one stopped."""
    queue = house.declare("seat.taken")
    first = house.consume(queue)
    house.publish(*messages(range(50)))
    until(lambda: len(first.handled) == 50)
    first.stop()

    second = house.consume(queue)
    house.publish(*messages("z"))

    until(lambda: second.handled)
    assert second.handled == ["z"]


def test_what_was_not_acknowledged_is_the_next_consumers(house: House) -> None:
    """In order, and marked as a repeat."""

    def fail(_: Sequence[Delivery]) -> None:
        raise ValueError

    queue = house.declare("seat.taken")
    receipts = house.publish_aside(*messages(range(20)))
    first = house.consume(queue, fail, batch=5)
    until(lambda: first.batches)
    first.stop()

    second = house.consume(queue)

    until(lambda: len(second.handled) == 20)
    assert set(receipts.result(10)) == {Receipt.CONFIRMED}
    assert second.handled == names(range(20))
    assert second.deliveries[0].redelivered
    assert second.deliveries[0].delivery_count >= 1


def test_declaring_again_changes_nothing(house: House) -> None:
    """Also while it is being consumed."""
    inbox = house.consume(house.declare("seat.taken"))
    house.publish(*messages("a"))
    house.declare("seat.taken")

    assert house.publish(*messages("b")) == [Receipt.CONFIRMED]

    until(lambda: inbox.handled == ["a", "b"])


def test_many_threads_may_publish(house: House) -> None:
    """Each gets its own receipts, and its messages stay in order."""
    inbox = house.consume(house.declare("seat.taken"))

    answers = [
        house.publish_aside(*messages([f"{thread} {place:02}" for place in range(50)]))
        for thread in range(8)
    ]

    assert all(answer.result(10) == [Receipt.CONFIRMED] * 50 for answer in answers)
    until(lambda: len(inbox.handled) == 400)
    for thread in range(8):
        mine = [one for one in inbox.handled if one and one.startswith(str(thread))]
        assert mine == [f"{thread} {place:02}" for place in range(50)]


def test_stop_ends_a_consumer_within_two_seconds(house: House) -> None:
    """An idle one, one that fails all the time, and one whose queue does not exist."""

    def fail(_: Sequence[Delivery]) -> None:
        raise ValueError

    idle = house.consume(house.declare("seat.taken", service="idle"))
    failing = house.consume(house.declare("seat.freed", service="failing"), fail)
    waiting = house.consume(f"{house.exchange}.missing")
    house.publish_aside(message("a", "seat.freed"), timeout=1)
    until(lambda: len(failing.batches) > 2)

    assert max(idle.stop(), failing.stop(), waiting.stop()) < 2


def test_an_idle_consumer_costs_no_cpu(house: House) -> None:
    """A second of it, all threads of the process together."""
    inbox = house.consume(house.declare("seat.taken"))
    house.publish(*messages("a"))
    until(lambda: inbox.handled)

    start = time.process_time()
    threading.Event().wait(1.0)

    assert time.process_time() - start < 0.1


def test_ping_tells_whether_there_is_a_broker(house: House) -> None:
    """And a closed one refuses instead of opening again."""
    house.declare("seat.taken")
    assert house.broker.ping()

    house.broker.close()

    assert not house.broker.ping(timeout=1)
    assert house.publish(*messages("a"), timeout=1) == [Receipt.REFUSED]


@pytest.mark.parametrize("scheme", ["amqp", "pyamqp"], ids=["pika", "kombu"])
def test_an_address_where_nothing_answers_refuses_in_time(scheme: str) -> None:
    """No exception, no waiting beyond the timeout."""
    house = House(f"{scheme}://guest:guest@127.0.0.1:1/")
    house.declare("seat.taken")
    start = time.monotonic()

    assert house.publish(*messages("ab"), timeout=1) == [Receipt.REFUSED] * 2
    assert not house.broker.ping(timeout=1)

    assert time.monotonic() - start < 3
    house.close()


@pytest.mark.parametrize("scheme", ["amqp", "pyamqp"], ids=["pika", "kombu"])
def test_an_address_that_takes_a_call_and_says_nothing_refuses_in_time(scheme: str) -> None:
    """As one where nothing answers; those who wait their turn behind it wait no longer either."""
    with socket.create_server(("127.0.0.1", 0)) as silent:
        house = House(f"{scheme}://guest:guest@127.0.0.1:{silent.getsockname()[1]}/")
        patient = house.publish_aside(*messages("ab"), timeout=4)
        call, _ = silent.accept()
        start = time.monotonic()

        assert house.publish(*messages("cd"), timeout=0.5) == [Receipt.REFUSED] * 2
        assert time.monotonic() - start < 2
        assert not house.broker.ping(timeout=0.5)
        assert patient.result() == [Receipt.REFUSED] * 2
        assert time.monotonic() - start < 6
        house.close()
        call.close()


def test_another_transport_of_kombus_confirms_what_it_took() -> None:
    """Here kombu's own memory transport, which stands for Redis, SQS and the rest."""
    house = House("memory://")
    house.broker = KombuBroker("memory://", exchange=house.exchange)
    queue = house.declare("seat.taken")

    assert house.publish(*messages("abc")) == [Receipt.CONFIRMED] * 3

    failures = iter(range(1))

    def fail_once(_: Sequence[Delivery]) -> None:
        for failure in failures:
            raise ValueError(failure)

    inbox = house.consume(queue, fail_once)
    until(lambda: inbox.handled == ["a", "b", "c"])
    house.close()


# Inside the process


def test_confirmed_means_that_every_consumer_has_handled_it(in_process: House) -> None:
    """Not before the slower of the two has returned."""
    gate = threading.Event()
    quick = in_process.consume(in_process.declare("seat.taken", service="quick"))
    in_process.consume(
        in_process.declare("seat.taken", service="slow"), lambda _: gate.wait(10) and None
    )

    receipts = in_process.publish_aside(*messages("a"))

    until(lambda: quick.handled)
    assert not receipts.done()
    gate.set()
    assert receipts.result(5) == [Receipt.CONFIRMED]


def test_what_nobody_consumed_is_refused_and_does_not_pile_up(in_process: House) -> None:
    """It is published again, so it leaves the queue when it is refused."""
    queue = in_process.declare("seat.taken")
    assert in_process.publish(*messages("ab"), timeout=0.05) == [Receipt.REFUSED] * 2

    inbox = in_process.consume(queue)

    assert in_process.publish(*messages("ab")) == [Receipt.CONFIRMED] * 2
    assert inbox.handled == ["a", "b"]


def test_in_process_a_message_takes_about_a_millisecond(in_process: House) -> None:
    """There and back; the median, with room for a busy machine."""
    in_process.consume(in_process.declare("seat.taken"))
    took = []
    for number in range(101):
        start = time.perf_counter()
        in_process.publish(message(number))
        took.append(time.perf_counter() - start)

    assert sorted(took)[50] < 0.005


# On RabbitMQ


@ON_RABBITMQ
def test_a_cut_connection_loses_nothing(wired: House, wire: Wire) -> None:
    """The wire breaks again and again while a thousand messages pass; each is published until confirmed."""
    inbox = wired.consume(wired.declare("seat.taken", delivery_limit=1000), batch=10)
    for start in range(0, 1000, 100):
        part = messages(range(start, start + 100))
        if start % 300 == 0:
            wire.cut()
        until(lambda part=part: set(wired.publish(*part)) == {Receipt.CONFIRMED})

    until(lambda: len(set(inbox.handled)) == 1000)
    first_times = list(dict.fromkeys(inbox.handled))
    assert first_times == names(range(1000))


@ON_RABBITMQ
def test_while_the_broker_is_away_all_is_refused(wired: House, wire: Wire) -> None:
    """Quickly, and it works again as soon as the broker is back, for the old consumer too."""
    inbox = wired.consume(wired.declare("seat.taken"))
    assert wired.publish(*messages("a")) == [Receipt.CONFIRMED]

    wire.take_away()
    assert wired.publish(*messages("b"), timeout=1) == [Receipt.REFUSED]
    assert wired.publish(*messages("b"), timeout=1) == [Receipt.REFUSED]
    assert not wired.broker.ping(timeout=1)
    wire.repair()

    until(lambda: wired.publish(*messages("b")) == [Receipt.CONFIRMED])
    until(lambda: "b" in inbox.handled)


@ON_RABBITMQ
def test_a_silent_network_holds_a_publisher_no_longer_than_its_timeout(
    wired: House, wire: Wire
) -> None:
    """Without a reset nobody knows: REFUSED at the timeout, then a new connection."""
    wired.declare("seat.taken")
    assert wired.publish(*messages("a")) == [Receipt.CONFIRMED]

    wire.hold()
    start = time.monotonic()
    assert wired.publish(*messages("bc"), timeout=0.5) == [Receipt.REFUSED] * 2
    assert time.monotonic() - start < 1
    wire.repair()

    until(lambda: wired.publish(*messages("bc")) == [Receipt.CONFIRMED] * 2)


@ON_RABBITMQ
def test_what_kills_its_consumer_is_dead_after_the_limit(wired: House, wire: Wire) -> None:
    """Each crash takes the connection before the acknowledgement; an acknowledgement after it is nobody's."""
    queue = wired.declare("seat.taken", delivery_limit=2)
    # Before anybody cuts the line: a confirm that is lost would have it published twice.
    assert wired.publish(*messages("a")) == [Receipt.CONFIRMED]

    crashing = wired.consume(queue, lambda _: wire.cut())
    dead = wired.consume(f"{queue}.dead")

    until(lambda: dead.handled)
    assert dead.deliveries[0].dead
    assert dead.deliveries[0].message_id == "a"
    counts = [delivery.delivery_count for delivery in crashing.deliveries]
    assert counts[:3] == [0, 1, 2]
    assert [delivery.redelivered for delivery in crashing.deliveries][:3] == [False, True, True]


@ON_RABBITMQ
def test_a_deleted_queue_is_declared_again(wired: House) -> None:
    """The broker cancels the consumer, which makes the topology anew."""
    queue = wired.declare("seat.taken")
    inbox = wired.consume(queue)
    wired.publish(*messages("a"))
    until(lambda: inbox.handled)

    wired.delete(queue)

    until(lambda: wired.publish(*messages("b")) == [Receipt.CONFIRMED])
    until(lambda: "b" in inbox.handled)


@ON_RABBITMQ
def test_an_id_that_is_no_text_is_read_as_some(wired: House) -> None:
    """What others write into a message's properties is not for us to choose."""
    queue = wired.declare("seat.taken")
    inbox = wired.consume(queue)
    publish(rabbitmq(), wired.exchange, "seat.taken", [(b"\xff\xfe", b"a")])  # type: ignore[list-item]
    until(lambda: inbox.handled == ["\ufffd\ufffd"])


class FarFuture(datetime):
    """A moment that AMQP can carry and no calendar holds."""

    def utctimetuple(self) -> Any:
        return (9999, 12, 31, 10**12, 0, 0)


@ON_RABBITMQ
def test_bytes_that_the_client_cannot_decode_disturb_only_their_own_queue(wired: House) -> None:
    """Each queue has a connection of its own: the one breaks again and again, the others go on."""
    poisoned, other = (
        wired.declare("seat.taken", service="toy"),
        wired.declare("seat.freed", service="other"),
    )
    with Connection(rabbitmq().replace("amqp://", "pyamqp://", 1)) as connection:
        bad = Poison(b"{}", application_headers={"x": FarFuture(2026, 1, 1)})
        connection.default_channel.basic_publish(bad, wired.exchange, "seat.taken")
    inbox, _ = wired.consume(other), wired.consume(poisoned)

    for name in "abcdefgh":
        assert wired.publish(message(name, "seat.freed")) == [Receipt.CONFIRMED]
        until(lambda name=name: name in inbox.handled)

    assert inbox.handled == list("abcdefgh")
    assert not any(delivery.redelivered for delivery in inbox.deliveries)


@ON_RABBITMQ
def test_a_binding_that_was_deleted_is_there_again_while_the_consumer_runs(wired: House) -> None:
    """Nothing ends its subscription, so it looks from time to time."""
    house = topology(exchange=wired.exchange, service="toy", types=("seat.taken",))
    queue = wired.declare("seat.taken")
    with closing(PikaBroker(rabbitmq(), exchange=wired.exchange, declare_every=0.2)) as broker:
        broker.declare(house)
        inbox = Inbox(broker, queue)
        wired.publish(*messages("a"))
        until(lambda: inbox.handled == ["a"])
        with Connection(rabbitmq()) as connection:
            connection.default_channel.queue_unbind(queue, wired.exchange, "seat.taken")

        until(lambda: wired.publish(*messages("b")) == [Receipt.CONFIRMED])
        until(lambda: "b" in inbox.handled)
        inbox.stop()


@ON_RABBITMQ
def test_a_queue_that_holds_messages_is_used_as_it_is(wired: House) -> None:
    """Whatever its arguments are: what waits in it is handled, and what comes finds it."""
    wired.declare("seat.taken", delivery_limit=20)
    wired.publish(*messages("a"))

    with closing(wired.next_release()) as newer:
        queue = newer.declare("seat.taken", delivery_limit=5)
        assert newer.is_declared(delivery_limit=20)

        inbox = newer.consume(queue)
        until(lambda: newer.publish(*messages("b")) == [Receipt.CONFIRMED])
        until(lambda: inbox.handled == ["a", "b"])


@ON_RABBITMQ
def test_consuming_begins_when_the_broker_comes(wired: House, wire: Wire) -> None:
    """A process that started first declares and consumes later."""
    wire.take_away()
    inbox = wired.consume(wired.declare("seat.taken"))
    wire.repair()

    until(lambda: wired.publish(*messages("a")) == [Receipt.CONFIRMED])
    until(lambda: inbox.handled == ["a"])

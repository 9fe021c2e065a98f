"""The API while RabbitMQ is away: its callers notice nothing."""

from __future__ import annotations

import http.client
import json
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from itertools import count
from uuid import UUID

from deploy.up import free_port
from shared.database.engine import create_engine
from shared.database.migrations import migrate
from shared.ids import new_id
from shared.messaging.broker import connect
from shared.messaging.topology import topology
from shared.tokens import Signer, new_key
from tests.bench.ground import Ground
from tests.bench.harness import Row, Target, in_turns, percentile
from tests.bench.seating import make_offers, serve_keys, token_of, waiting
from tests.support.proxy import Wire
from tests.support.waiting import until

EACH_SECOND, CLIENTS, OFFERS = 100, 4, 500
TYPES = ("registration.confirmed", "offer.changed")


def rows(ground: Ground) -> Iterator[Row]:
    """Milliseconds of a registration over HTTP; the yardstick is the same with RabbitMQ there."""
    requests = EACH_SECOND * (2 if ground.quick else 8)
    url, exchange = ground.database(), ground.exchange("events")
    engine = create_engine(url)
    ground.closing(engine.dispose)
    migrate("registrations", engine)
    offers = [new_id() for _ in range(OFFERS)]
    make_offers(engine, offers)
    broker = connect(ground.broker_url, exchange=exchange)
    broker.declare(topology(exchange=exchange, service="events", types=TYPES))
    broker.close()
    wire = Wire(ground.broker_url)
    ground.closing(wire.close)
    signer, keys = Signer(new_key()), free_port()
    serve_keys(ground, signer, keys)
    port = free_port()
    for role in ("api", "relay"):
        ground.process(
            "services.registrations",
            role,
            DATABASE_URL=url,
            BROKER_URL=wire.url,
            EXCHANGE=exchange,
            SERVICES="registrations,events",
            COMMUNITY_URL=f"http://127.0.0.1:{keys}",
            TICKET_KEY=json.dumps(new_key().as_dict(private=True)),
            PORT=str(port),
            HEALTH_PORT=str(free_port()),
        )
    clients = _Clients(port, signer, offers)
    until(clients.are_answered, seconds=30, what="the first answer of the API")

    def with_broker() -> float:
        wire.repair()
        until(lambda: not waiting(engine), seconds=60, what="an empty outbox")
        return percentile(clients.register(requests), 99)

    def without_broker() -> float:
        wire.take_away()
        return percentile(clients.register(requests), 99)

    found = in_turns(
        {"away": without_broker, "usual": with_broker}, rounds=ground.rounds, say=ground.say
    )
    yield Row(
        name="registering over HTTP while RabbitMQ is away, 100/s, p99",
        unit="ms",
        values=found["away"],
        yardsticks=found["usual"],
        target=Target(at_most=1.2),
    )


class _Clients:
    """People who register, each for events where nobody waits for the same row, in a steady beat."""

    def __init__(self, port: int, signer: Signer, offers: list[UUID]) -> None:
        self._port, self._signer, self._offers = port, signer, offers
        self._numbers = count()
        self._place = threading.local()

    def are_answered(self) -> bool:
        try:
            self._register()
        except (OSError, http.client.HTTPException):
            self._place.connection = None
            return False
        return True

    def register(self, requests: int) -> list[float]:
        """The milliseconds of each, from the moment when it was due."""
        pause, began = threading.Event(), time.monotonic()

        def act(place: int) -> float:
            due = began + place / EACH_SECOND
            pause.wait(max(due - time.monotonic(), 0))
            self._register()
            return (time.monotonic() - due) * 1000

        with ThreadPoolExecutor(CLIENTS) as pool:
            return list(pool.map(act, range(requests)))

    def _register(self) -> None:
        number = next(self._numbers)
        offer = self._offers[number % len(self._offers)]
        # Each person once for each event.
        person = UUID(int=number // len(self._offers) + 1)
        headers = {
            "Authorization": f"Bearer {token_of(self._signer, person)}",
            "Content-Type": "application/json",
            "Idempotency-Key": str(new_id()),
        }
        connection = getattr(self._place, "connection", None)
        if connection is None:
            connection = http.client.HTTPConnection("127.0.0.1", self._port, timeout=10)
            self._place.connection = connection
        path = f"/v1/offers/{offer}/registrations"
        connection.request("POST", path, json.dumps({"name": "Nguyễn Thị Ada"}), headers)
        answer = connection.getresponse()
        said = answer.read()
        assert answer.status == 201, (answer.status, said)

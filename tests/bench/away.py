"""The API while RabbitMQ is away: its callers notice nothing."""

from __future__ import annotations

import http.client
import json
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from flask import Flask, jsonify
from sqlalchemy.orm import Session
from waitress.server import create_server

from deploy.up import free_port
from services.registrations.models import TABLES, Offer
from shared.database.engine import create_engine
from shared.database.migrations import migrate
from shared.ids import new_id
from shared.messaging.broker import connect
from shared.messaging.topology import topology
from shared.tokens import Signer, new_key
from tests.bench.ground import Ground
from tests.bench.harness import Row, Target, in_turns, percentile
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
    offers = _make_offers(engine)
    broker = connect(ground.broker_url, exchange=exchange)
    broker.declare(topology(exchange=exchange, service="events", types=TYPES))
    broker.close()
    wire = Wire(ground.broker_url)
    ground.closing(wire.close)
    signer, keys = Signer(new_key()), free_port()
    _serve_keys(ground, signer, keys)
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
        until(lambda: not _waiting(engine), seconds=60, what="an empty outbox")
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
            "Authorization": f"Bearer {self._token(person)}",
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

    def _token(self, person: UUID) -> str:
        claims = {"kind": "person", "sub": str(person), "roles": [], "doors": [], "admin": False}
        return self._signer.issue(claims | {"language": "vi"}, now=datetime.now(UTC))[0]


def _make_offers(engine: sa.Engine) -> list[UUID]:
    now = datetime.now(UTC)
    offers: list[Any] = [
        Offer(
            event_id=new_id(),
            organisation_id=new_id(),
            event_sequence=1,
            title={"vi": "Đối thoại với doanh nghiệp trẻ"},
            starts_at=now + timedelta(days=14),
            ends_at=now + timedelta(days=14, hours=2),
            timezone="Asia/Ho_Chi_Minh",
            opens_at=now - timedelta(hours=1),
            closes_at=now + timedelta(days=13),
            capacity=100_000,
            waitlist=True,
        )
        for _ in range(OFFERS)
    ]
    with Session(engine, expire_on_commit=False) as session, session.begin():
        session.add_all(offers)
    return [offer.event_id for offer in offers]


def _serve_keys(ground: Ground, signer: Signer, port: int) -> None:
    """Stands for community where only its public keys are needed."""
    app = Flask("keys")
    app.add_url_rule("/.well-known/jwks.json", view_func=lambda: jsonify(signer.public_keys()))
    server = create_server(app, host="127.0.0.1", port=port, threads=1)
    threading.Thread(target=server.run, daemon=True).start()
    ground.closing(server.close)


def _waiting(engine: sa.Engine) -> bool:
    with engine.connect() as connection:
        found = connection.scalar(sa.select(sa.exists().select_from(TABLES.outbox)))
    return bool(found)

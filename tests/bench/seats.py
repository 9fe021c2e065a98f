"""Places at events over HTTP, as deployed: signed in, validated, with their outbox rows; the seats counted after each run."""

from __future__ import annotations

import json
import os
import shutil
import tempfile
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any
from uuid import UUID

import psycopg
import sqlalchemy as sa
from sqlalchemy.orm import Session

from deploy.up import free_port
from services.registrations.models import TABLES, Offer, Registration, SeatLogEntry, Status
from services.registrations.tickets import TicketSigner
from shared.database.engine import create_engine
from shared.database.migrations import migrate
from shared.ids import new_id
from shared.tokens import Signer, load_key, new_key
from tests.bench.crowd import Answer, Crowd, post
from tests.bench.ground import Ground
from tests.bench.harness import Row, Target, in_turns, percentile
from tests.bench.seating import make_offers, serve_keys, token_of
from tests.bench.yardsticks.hot_row import take_seats
from tests.support.asking import ask
from tests.support.databases import create_database, dsn
from tests.support.embedded import Process
from tests.support.servers import PostgreSQL
from tests.support.waiting import until
from tests.support.world import World

CLIENTS, EVENTS = 32, 1000
RUSH, SEATS, EACH_SECOND = 1500, 500, 200
# As docker-compose.yml has it.
WORKERS, THREADS = 2, 32
BODY = {"name": "Nguyễn Thị Minh Họa", "phone": "0912 345 678"}


def rows(ground: Ground) -> Iterator[Row]:
    """On PostgreSQL beside pgbench, then the embedded platform on SQLite."""
    yield from _composed(ground)
    yield from _embedded(ground)


def _composed(ground: Ground) -> Iterator[Row]:
    requests, each = (800, 15) if ground.quick else (4_000, 75)
    site = _Site(ground)
    latencies: list[float] = []

    def contended() -> float:
        event = site.event(capacity=requests)
        answers, seconds = site.register([event] * requests)
        site.expect(event, Counter(confirmed=requests), answers)
        latencies.append(percentile([answer.milliseconds for answer in answers], 99))
        return requests / seconds

    def hot_row() -> float:
        event = site.event(capacity=CLIENTS * each)
        speed = site.pgbench(event=event, each=each)
        site.expect(event, Counter(confirmed=CLIENTS * each))
        return speed

    def spread() -> float:
        site.spread_out()
        answers, seconds = site.register([site.spread[n % EVENTS] for n in range(requests)])
        assert all(answer.status == 201 for answer in answers)
        site.expect_everywhere(requests)
        return requests / seconds

    def spread_by_pgbench() -> float:
        site.spread_out()
        speed = site.pgbench(event=None, each=each)
        site.expect_everywhere(CLIENTS * each)
        return speed

    def checked_in() -> float:
        return site.check_in(requests)

    def rush() -> float:
        event = site.event(capacity=SEATS)
        answers, seconds = site.register([event] * RUSH)
        site.expect(event, Counter(confirmed=SEATS, waitlisted=RUSH - SEATS), answers)
        return seconds

    def in_a_beat() -> float:
        event = site.event(capacity=requests)
        wanted = EACH_SECOND // 2 if ground.quick else EACH_SECOND * 3
        answers, _ = site.register([event] * wanted, each_second=EACH_SECOND)
        site.expect(event, Counter(confirmed=wanted), answers)
        return percentile([answer.milliseconds for answer in answers], 99)

    measures = [
        contended,
        hot_row,
        spread,
        spread_by_pgbench,
        checked_in,
        rush,
        in_a_beat,
    ]
    found = in_turns(
        {measure.__name__: site.emptied(measure) for measure in measures},
        rounds=ground.rounds,
        say=ground.say,
    )
    yield Row(
        name=f"register for one event, {CLIENTS} clients",
        unit="/s",
        values=found["contended"],
        yardsticks=found["hot_row"],
        target=Target(at_least=1.5),
    )
    yield Row(
        name="the same, p99",
        unit="ms",
        values=latencies[1:],
        target=Target(at_most=50, of_ratio=False),
    )
    yield Row(
        name=f"register for {EVENTS:,} events, {CLIENTS} clients",
        unit="/s",
        values=found["spread"],
        yardsticks=found["spread_by_pgbench"],
        target=Target(at_least=0.25),
    )
    yield Row(
        name=f"check in at one event, {CLIENTS} scanners",
        unit="/s",
        values=found["checked_in"],
        yardsticks=found["hot_row"],
        target=Target(at_least=1.0),
    )
    yield Row(
        name=f"{RUSH:,} requests for {SEATS} seats",
        unit="s",
        values=found["rush"],
        target=Target(at_most=2, of_ratio=False),
    )
    yield Row(
        name=f"register for one event, {EACH_SECOND}/s, p99",
        unit="ms",
        values=found["in_a_beat"],
        target=Target(at_most=50, of_ratio=False),
    )


def _embedded(ground: Ground) -> Iterator[Row]:
    requests = 300 if ground.quick else 1_000
    data = ground.folder / "embedded"
    data.mkdir()
    platform = Process(data)
    platform.start()
    ground.closing(platform.kill)
    world = World.begin(
        platform.base_url,
        community_database=f"sqlite:///{data}/community.db",
        secrets=data / "secrets",
    )
    world.organisation("host")
    signer = Signer(load_key(world.signing_key))
    crowd = Crowd(platform.port, CLIENTS)
    ground.closing(crowd.close)
    speeds: list[float] = []

    def longest() -> float:
        event = world.event(organisation="host", capacity=requests)["id"]
        path = f"/api/registrations/v1/offers/{event}/registrations"
        made = [post(path, BODY, token_of(signer, new_id()), key=f"k{n}") for n in range(requests)]
        answers, seconds = crowd.ask(made)
        told = Counter(answer.json().get("status") for answer in answers)
        assert told == Counter(confirmed=requests), told
        offer = world.admin.get(f"registrations/v1/offers/{event}")
        assert (offer["confirmed"], offer["seats_left"]) == (requests, 0), offer
        speeds.append(requests / seconds)
        return max(answer.milliseconds for answer in answers)

    found = in_turns({"longest": longest}, rounds=ground.rounds, say=ground.say)
    yield Row(
        name=f"embedded on SQLite, {CLIENTS} clients: the longest wait",
        unit="ms",
        values=found["longest"],
        target=Target(at_most=100, of_ratio=False),
    )
    yield Row(name="the same", unit="/s", values=speeds[1:])


class _Site:
    """The api role of registrations on a database of its own, and those who ask it."""

    def __init__(self, ground: Ground) -> None:
        self._folder = ground.folder
        self._url = _durable(ground)
        self._engine = create_engine(self._url)
        ground.closing(self._engine.dispose)
        migrate("registrations", self._engine)
        self._signer, self._organisation = Signer(new_key()), new_id()
        ticket_key, keys, port = new_key(), free_port(), free_port()
        self._tickets = TicketSigner(ticket_key)
        serve_keys(ground, self._signer, keys)
        # Ids that pgbench can write by itself.
        self.spread = [UUID(f"00000000-0000-7000-8000-{n + 1:012x}") for n in range(EVENTS)]
        ground.process(
            "services.registrations",
            "api",
            DATABASE_URL=self._url,
            BROKER_URL=ground.broker_url,
            COMMUNITY_URL=f"http://127.0.0.1:{keys}",
            TICKET_KEY=json.dumps(ticket_key.as_dict(private=True)),
            PORT=str(port),
            WORKERS=str(WORKERS),
            THREADS=str(THREADS),
        )
        until(lambda: _answers(port), seconds=30, what="the first answer of the API")
        self._crowd = Crowd(port, CLIENTS)
        ground.closing(self._crowd.close)

    def emptied(self, measure: Callable[[], float]) -> Callable[[], float]:
        """Begun on empty tables."""

        def run() -> float:
            names = "offers, quotas, registrations, seat_log, outbox, idempotency_keys"
            with self._engine.begin() as connection:
                connection.execute(sa.text(f"TRUNCATE {names} CASCADE"))
            return measure()

        return run

    def spread_out(self) -> None:
        make_offers(self._engine, self.spread)

    def event(self, *, capacity: int) -> UUID:
        event = new_id()
        make_offers(self._engine, [event], capacity=capacity, organisation=self._organisation)
        return event

    def register(
        self, events: Sequence[UUID], *, each_second: float | None = None
    ) -> tuple[list[Answer], float]:
        """As many people, each for one event; nobody was ever seen before."""
        made = [
            post(
                f"/v1/offers/{event}/registrations",
                BODY,
                token_of(self._signer, new_id()),
                key=str(new_id()),
            )
            for event in events
        ]
        return self._crowd.ask(made, each_second=each_second)

    def check_in(self, count: int) -> float:
        """As many tickets, shown at as many scanners as there are clients; each admits once."""
        event = self.event(capacity=count)
        tickets = self._tickets_for(event, count)
        doors = [
            token_of(self._signer, new_id(), doors=[[str(self._organisation), str(event)]])
            for _ in range(CLIENTS)
        ]
        path = f"/v1/offers/{event}/check-ins"
        made = [
            post(path, {"ticket": ticket}, doors[n % CLIENTS], key=str(new_id()))
            for n, ticket in enumerate(tickets)
        ]
        answers, seconds = self._crowd.ask(made)
        assert Counter(answer.status for answer in answers) == {201: count}
        with Session(self._engine) as session:
            offer = session.get_one(Offer, event)
            admitted = sa.select(sa.func.count()).where(Registration.checked_in_at.is_not(None))
            assert offer.checked_in == session.scalar(admitted) == count
        return count / seconds

    def pgbench(self, *, event: UUID | None, each: int) -> float:
        named = str(event) if event else None
        return take_seats(self._url, self._folder, event=named, offers=EVENTS, each=each)

    def expect(
        self, event: UUID, wanted: Counter[str], answers: Sequence[Answer] | None = None
    ) -> None:
        """The rows, the counters, the log, the messages and what people were told agree, or the figure is worth nothing."""
        with Session(self._engine) as session:
            offer = session.get_one(Offer, event)
            counted = Counter(confirmed=offer.confirmed, waitlisted=offer.waitlisted)
            of_event = sa.select(Registration.status, sa.func.count()).filter_by(event_id=event)
            rows = {str(s.value): n for s, n in session.execute(of_event.group_by("status"))}
            messages = _count(session, TABLES.outbox)
            noted = _count(session, SeatLogEntry)
        assert +counted == wanted == Counter(rows), (counted, wanted, rows)
        assert counted["confirmed"] <= offer.capacity
        assert messages >= wanted.total()
        if answers is None:
            return
        told = Counter(answer.json().get("status") for answer in answers)
        assert told == wanted, told
        assert noted == wanted.total()
        positions = sorted(one.json()["position"] or 0 for one in answers)[wanted["confirmed"] :]
        assert positions == list(range(1, wanted["waitlisted"] + 1))

    def expect_everywhere(self, count: int) -> None:
        """So many places, each counted at its own event."""
        with Session(self._engine) as session:
            taken = session.scalar(sa.select(sa.func.sum(Offer.confirmed)))
            assert taken == _count(session, Registration) == count
            assert _count(session, TABLES.outbox) >= count

    def _tickets_for(self, event: UUID, count: int) -> list[str]:
        """Confirmed places; their tickets."""
        ids = [new_id() for _ in range(count)]
        some: dict[str, Any] = {
            "event_id": event,
            "name": "Nguyễn Thị Minh Họa",
            "name_folded": "nguyen thi minh hoa",
            "first_time": True,
            "status": Status.CONFIRMED,
            "issue": 1,
            "sequence": 1,
        }
        now = sa.func.now()
        with self._engine.begin() as connection:
            rows = [
                some | {"id": id_, "person_id": new_id(), "entry_code": f"{n:08d}"}
                for n, id_ in enumerate(ids)
            ]
            connection.execute(sa.insert(Registration).values(registered_at=now), rows)
            offer = sa.update(Offer).where(Offer.event_id == event)
            connection.execute(offer.values(confirmed=count))
        return [self._tickets.sign(registration_id=id_, event_id=event, issue=1) for id_ in ids]


def _count(session: Session, of: Any) -> int:
    return session.scalar(sa.select(sa.func.count()).select_from(of)) or 0


def _answers(port: int) -> bool:
    return ask(f"http://127.0.0.1:{port}/readyz")[0] == 200


def _durable(ground: Ground) -> str:
    """An empty database of a server that waits for its disk: without that a commit each would cost nothing."""
    url = ground.database()
    with closing(psycopg.connect(dsn(url))) as connection:
        asked = connection.execute("SHOW fsync").fetchone()
    if asked == ("on",):
        return url
    tools = PostgreSQL.installed()
    assert tools is not None
    folder = Path(tempfile.mkdtemp(prefix="doithoai-bench-"))
    ground.closing(lambda: shutil.rmtree(folder, ignore_errors=True))
    server = PostgreSQL(tools, folder, port=free_port(), settings=())
    server.create()
    server.start()
    ground.closing(server.stop)
    usual, os.environ["DATABASE_URL"] = os.environ["DATABASE_URL"], server.url
    try:
        return create_database()
    finally:
        os.environ["DATABASE_URL"] = usual

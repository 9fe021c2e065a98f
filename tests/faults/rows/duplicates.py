"""Messages that come several times and in the wrong order, into the real consumers on PostgreSQL."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from services.events.app import SERVICE as EVENTS
from services.notifications.app import SERVICE as NOTIFICATIONS
from services.registrations.app import SERVICE as REGISTRATIONS
from shared.database.types import jsonable
from shared.messaging.broker import Delivery
from shared.messaging.consumer import Consumer
from shared.messaging.message import Message
from shared.process import Service
from tests.faults.run import Of, Run, fault
from tests.service.registrations.conftest import TICKET_KEY
from tests.support.clocks import FixedClock
from tests.support.harness import Harness, delivery, key_server
from tests.support.toy import ADDED, TABLES, Toy, toy

WINDOW, MOST, BATCH = 1000, 5, 200
BEGAN = datetime(2030, 1, 7, 2, tzinfo=UTC)
# What each consumer keeps of others; its own numbers (how often it told somebody) are left out.
COPIES = {
    "notifications": ("events", "registrations", "organisations"),
    "registrations": ("offers",),
    "events": ("organisations", "registrations", "seats"),
}
OWN_NUMBERS = {"offers": {"sequence"}}


@fault("duplicates and order", rounds=Of(1, 1, 3), seconds=Of(60, 200, 600), needs=("postgresql",))
def duplicates(run: Run) -> None:
    """Messages about organisations, events and registrations, each delivered 1 to 5 times, shuffled in windows of
    1,000, into the consumers of three services: the copies and the latest notice are those of serial delivery."""
    count = int(Of(400, 2_000, 10_000).at(run.size))
    for _ in run.each_round():
        messages = list(_history(run.rng, count))
        shuffled = list(_shuffled(run.rng, messages))
        for service in (NOTIFICATIONS, REGISTRATIONS, EVENTS):
            wanted = [m for m in messages if m.type in service.handlers.types]
            came = [m for m in shuffled if m.type in service.handlers.types]
            serial, mixed = _after(run, service, wanted), _after(run, service, came)
            for what, rows in serial.items():
                run.lost += len(rows - mixed[what])
                run.doubled += len(mixed[what] - rows)
                if rows != mixed[what]:
                    run.broken.append(f"{service.name}: {what} differ")
        run.acknowledged += len(messages)
        run.note(f"{len(messages):,} messages in {len(shuffled):,} deliveries")
        run.doubled += _doubled(run, messages=count // 4, inbox=True)


@fault("without inbox", rounds=Of(1, 1, 1), seconds=Of(30, 60, 60), needs=("postgresql",))
def without_inbox(run: Run) -> None:
    """Negative control: the same deliveries into a consumer whose inbox is emptied between batches."""
    run.is_control = True
    for _ in run.each_round():
        run.acknowledged = 200
        run.doubled = _doubled(run, messages=200, inbox=False)


def _doubled(run: Run, *, messages: int, inbox: bool) -> int:
    """Effects that are too many, of a consumer that adds numbers up."""
    service = toy(run.ground.database())
    consumer = Consumer(
        database=service.database, handlers=service.handlers, unit_of_work=service.unit_of_work
    )
    numbers = [_number(n) for n in range(messages)]
    came = [delivery(m.encode(), m.id) for m in _shuffled(run.rng, numbers)]
    for batch in _batches(came):
        consumer.handle_batch(batch)
        if not inbox:
            with service.database.engine.begin() as connection:
                connection.execute(sa.delete(TABLES.inbox))
    effects = Counter(_effects(service))
    run.lost += messages - len(effects)
    service.database.close()
    return effects.total() - len(effects)


def _effects(service: Toy) -> list[int]:
    return service.effects()


def _number(number: int) -> Message:
    data = {"number": number, "trouble": ""}
    return Message(
        type=ADDED.name, source="toy", subject=f"n{number}", sequence=1, data=data, time=BEGAN
    )


def _shuffled(rng: random.Random, messages: list[Message]) -> Iterator[Message]:
    repeated = [message for message in messages for _ in range(rng.randint(1, MOST))]
    for start in range(0, len(repeated), WINDOW):
        window = repeated[start : start + WINDOW]
        rng.shuffle(window)
        yield from window


def _batches(deliveries: list[Delivery]) -> Iterator[list[Delivery]]:
    for start in range(0, len(deliveries), BATCH):
        yield deliveries[start : start + BATCH]


def _after(run: Run, service: Service, messages: list[Message]) -> dict[str, set[str]]:
    """What a service keeps after these messages in this order."""
    url = run.ground.database(service.name)
    settings = {"ticket_key": TICKET_KEY} if service.name == "registrations" else {}
    harness = Harness(
        service,
        database_url=url,
        clock=FixedClock(),
        settings=settings,
        community=key_server(),
    )
    for batch in _batches([delivery(m.encode(), m.id) for m in messages]):
        harness.consumer.handle_batch(batch)
    run.hold(not harness.count("failed_messages"), f"{service.name}: messages failed")
    kept = _kept(harness, service)
    harness.close()
    return kept


def _kept(harness: Harness, service: Service) -> dict[str, set[str]]:
    kept = {}
    with harness.database.engine.connect() as connection:
        for table in (service.metadata.tables[name] for name in COPIES[service.name]):
            own = OWN_NUMBERS.get(table.name, set())
            columns = [column for column in table.c if column.name not in own]
            rows = connection.execute(sa.select(*columns)).mappings()
            kept[table.name] = {repr(sorted(row.items())) for row in rows}
        if service is NOTIFICATIONS:
            kept["the latest notices"] = {repr(one) for one in _latest(connection)}
    return kept


def _latest(connection: sa.Connection) -> list[tuple[Any, ...]]:
    """Of each registration and channel: what was told last, and whether it stands."""
    notice = NOTIFICATIONS.metadata.tables["notices"].c
    latest = (
        sa.select(
            notice.registration_id,
            notice.channel,
            notice.template,
            notice.subject_sequence,
            notice.facts,
            notice.status,
        )
        .where(notice.template.like("registration-%"))
        .distinct(notice.registration_id, notice.channel)
        .order_by(notice.registration_id, notice.channel, notice.subject_sequence.desc())
    )
    return [tuple(row) for row in connection.execute(latest)]


def _history(rng: random.Random, count: int) -> Iterator[Message]:
    """What three services tell in a year, in the order in which it happened."""
    ids = (UUID(int=rng.getrandbits(128), version=4) for _ in iter(int, 1))
    organisations = [next(ids) for _ in range(5)]
    sequences: Counter[UUID] = Counter()
    events: dict[UUID, dict[str, Any]] = {}
    registrations: dict[UUID, dict[str, Any]] = {}
    off: set[UUID] = set()

    def told(number: int, type_: str, subject: UUID, data: dict[str, Any]) -> Message:
        sequences[subject] += 1
        return Message(
            id=str(next(ids)),
            type=type_,
            source=type_.partition(".")[0],
            subject=str(subject),
            sequence=sequences[subject],
            data=jsonable(data),
            time=BEGAN + timedelta(seconds=number),
        )

    for number in range(count):
        dice = rng.random()
        if dice < 0.02 or not events:
            event = _event(next(ids), rng.choice(organisations), number)
            events[event["id"]] = event
            yield told(number, "event.published", event["id"], event)
        elif dice < 0.04:
            one = rng.choice(organisations)
            names = {"id": one, "name": f"Đơn vị {number}", "name_en": None, "short_name": None}
            yield told(number, "organisation.changed", one, names)
        elif dice < 0.1 and (running := sorted(events.keys() - off)):
            event = events[rng.choice(running)]
            event["title"] = {"vi": f"Tên thứ {number}", "en": None}
            event["changed"] = ["title"]
            if rng.random() < 0.1:
                off.add(event["id"])
                event["status"] = "cancelled"
                yield told(number, "event.cancelled", event["id"], event)
            else:
                yield told(number, "event.changed", event["id"], event)
        elif dice < 0.6 or not registrations:
            state: dict[str, Any] = {
                "id": next(ids),
                "person_id": next(ids),
                "event_id": rng.choice(sorted(events)),
                "position": rng.choice([None, 3]),
                "promoted": False,
                "why": None,
            }
            registrations[state["id"]] = state
            type_ = "registration.waitlisted" if state["position"] else "registration.confirmed"
            yield told(number, type_, state["id"], state)
        else:
            state = registrations[rng.choice(sorted(registrations))]
            if state["position"]:
                state |= {"position": None, "promoted": True}
                yield told(number, "registration.confirmed", state["id"], state)
            else:
                del registrations[state["id"]]
                state |= {"why": "own-wish", "promoted": False}
                yield told(number, "registration.cancelled", state["id"], state)


def _event(event_id: UUID, organisation: UUID, number: int) -> dict[str, Any]:
    starts_at = BEGAN + timedelta(days=30)
    return {
        "id": event_id,
        "organisation_id": organisation,
        "organisation": {"id": organisation, "name": "Đơn vị", "short_name": None},
        "title": {"vi": f"Đối thoại {number}", "en": None},
        "hosts": [],
        "venue": {"name": "Hội trường", "address": None},
        "starts_at": starts_at,
        "ends_at": starts_at + timedelta(hours=2),
        "timezone": "Asia/Ho_Chi_Minh",
        "capacity": 50,
        "waitlist": True,
        "registration_opens_at": BEGAN - timedelta(days=1),
        "registration_closes_at": starts_at,
        "partner_ids": [],
        "status": "published",
        "changed": [],
        "reason": None,
    }

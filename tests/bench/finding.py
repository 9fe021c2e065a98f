"""Events among very many: a page of the list for every way to narrow it, on PostgreSQL."""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any
from urllib.parse import urlencode

import sqlalchemy as sa
from flask import Flask
from sqlalchemy.engine import Engine

from services.events.app import SERVICE
from services.events.models import Event, OrganisationCopy, SeatsCopy
from services.events.models.spoken import Spoken
from shared.database.engine import create_engine
from shared.database.migrations import migrate
from shared.ids import new_id
from shared.text import fold
from tests.bench.ground import Ground
from tests.bench.harness import Row, Target, in_turns, percentile
from tests.service.events.conftest import Events
from tests.support.harness import key_server

EVENTS = 100_000
_WITHIN = Target(at_most=50, of_ratio=False)
_SUBJECTS = [
    "hóa đơn điện tử",
    "phòng cháy",
    "mặt bằng",
    "vốn vay",
    "chuyển đổi số",
    "khởi nghiệp xanh",
]


def rows(ground: Ground) -> Iterator[Row]:
    """p99 of a page, in milliseconds, for each way to narrow the list; the questions differ from one another."""
    url = ground.database()
    engine = create_engine(url)
    ground.closing(engine.dispose)
    migrate("events", engine)
    events = Events(SERVICE, database_url=url, settings={}, community=key_server())
    ground.closing(events.close)
    chance = random.Random(7)
    organisations, areas = [new_id() for _ in range(50)], [new_id() for _ in range(30)]
    _fill(events, engine, organisations, areas, chance)
    now = events.clock.now()

    def day(least: int) -> str:
        return (now + timedelta(days=chance.randrange(least, EVENTS // 24))).isoformat()

    questions: dict[str, Callable[[], dict[str, Any]]] = {
        "nothing": dict,
        "a later day": lambda: {"from": day(0)},
        "two days": lambda: {"from": day(0), "to": day(0)},
        "kind": lambda: {"kind": chance.choice(("dialogue", "training")), "from": day(0)},
        "organisation": lambda: {"organisation_id": chance.choice(organisations)},
        "area": lambda: {"area_id": chance.choice(areas)},
        "language": lambda: {"language": chance.choice(("vi", "en", "zh")), "from": day(0)},
        "open seats": lambda: {"open": "true"},
        "a common word": lambda: {"q": chance.choice(("doi thoai", "khoi nghiep", "hoa don"))},
        "a rare word": lambda: {"q": f"buoi {chance.randrange(EVENTS)}"},
        "a word that is nowhere": lambda: {"q": f"khong thay {chance.randrange(EVENTS)}"},
        "a word of one organisation": lambda: {"q": f"phuong {chance.randrange(50)} don vi"},
        "all at once": lambda: {
            "q": "hoa don",
            "kind": "dialogue",
            "organisation_id": chance.choice(organisations),
            "area_id": chance.choice(areas),
            "language": "vi",
            "from": day(0),
        },
    }
    times = 15 if ground.quick else 100
    found = in_turns(
        {
            name: lambda question=question: percentile(
                [_took(events.app, question()) for _ in range(times)], 99
            )
            for name, question in questions.items()
        },
        rounds=ground.rounds,
        say=ground.say,
    )
    for name, values in found.items():
        yield Row(
            name=f"list of {EVENTS:,} events by {name}, p99",
            unit="ms",
            values=values,
            target=_WITHIN,
        )


def _fill(
    events: Events,
    engine: Engine,
    organisations: list[Any],
    areas: list[Any],
    chance: random.Random,
) -> None:
    """So many events, an hour apart, made of one that was published; half of them with open registration."""
    made = events.publish(events.draft())
    table, now = Event.__table__, events.clock.now()
    with engine.begin() as connection:
        first = dict(
            connection.execute(sa.select(table).where(table.c.id == made["id"])).mappings().one()
        )
        for start in range(0, EVENTS, 5_000):
            batch = [
                _event(first, start + number, now, organisations, areas, chance)
                for number in range(5_000)
            ]
            connection.execute(sa.insert(table), batch)
            connection.execute(
                sa.insert(Spoken),
                [
                    {"event_id": one["id"], "language": language}
                    for one in batch
                    for language in one["languages"]
                ],
            )
            connection.execute(
                sa.insert(SeatsCopy),
                [
                    {"event_id": one["id"], "sequence": 1, "capacity": 50, "left": number % 3, "waitlist_length": 0, "attendance_sequence": 0, "checked_in": 0}
                    for number, one in enumerate(batch)
                ],
            )  # fmt: skip
        connection.execute(
            sa.insert(OrganisationCopy),
            [
                {"organisation_id": one, "sequence": 1, "name": f"UBND phường {number}", "short_name": None, "area_id": None, "folded": f"ubnd phuong {number} don vi"}
                for number, one in enumerate(organisations)
            ],
        )  # fmt: skip
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.exec_driver_sql("VACUUM ANALYZE")


def _event(
    first: dict[str, Any],
    number: int,
    now: Any,
    organisations: list[Any],
    areas: list[Any],
    chance: random.Random,
) -> dict[str, Any]:
    starts_at = now + timedelta(hours=number)
    title = f"Đối thoại về {chance.choice(_SUBJECTS)}, buổi {number}"
    is_open = number % 2
    event_id = new_id()
    return first | {
        "id": event_id,
        "uid": f"{event_id}@doithoai.example",
        "organisation_id": chance.choice(organisations),
        "kind_key": chance.choice(("dialogue", "meeting", "consultation", "training")),
        "venue_area_id": chance.choice(areas),
        "title": {"vi": title},
        "folded": fold(f"{title} hội trường lớn"),
        "languages": chance.choice((["vi"], ["vi", "en"], ["vi", "zh"])),
        "starts_at": starts_at,
        "ends_at": starts_at + timedelta(hours=2),
        "registration_opens_at": now - timedelta(days=1) if is_open else starts_at,
        "registration_closes_at": starts_at,
    }


def _took(app: Flask, question: dict[str, Any]) -> float:
    """Milliseconds from the question to the whole answer."""
    client = app.test_client()
    address = "/v1/events?" + urlencode(question)
    began = time.perf_counter()
    answer = client.get(address)
    took = time.perf_counter() - began
    assert answer.status_code == 200, answer.get_data(as_text=True)
    return took * 1000

"""Migrations with rows in the tables: what was there before is found by what came later, and a step back keeps it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from alembic import command

from shared.database.engine import create_engine
from shared.database.migrations import config
from shared.database.types import UTCDateTime
from shared.ids import new_id

BEFORE, AFTER = "0004", "0005"
_JSON = sa.JSON(none_as_null=True)
_TYPES: dict[str, Any] = {
    "id": sa.Uuid(),
    "organisation_id": sa.Uuid(),
    "event_id": sa.Uuid(),
    "title": _JSON,
    "hosts": _JSON,
    "speakers": _JSON,
    "agenda": _JSON,
    "languages": _JSON,
    "attachments": _JSON,
    "contacts": _JSON,
    "apart": _JSON,
    "venue": _JSON,
    "created_at": UTCDateTime(),
    "updated_at": UTCDateTime(),
}


@pytest.fixture
def engine(backend: str, tmp_path: Path, request: pytest.FixtureRequest) -> sa.Engine:
    """A database without tables."""
    if backend == "sqlite":
        return create_engine(f"sqlite:///{tmp_path / 'events.db'}")
    make: Callable[[], str] = request.getfixturevalue("scratch_database")
    return create_engine(make())


def insert(connection: sa.Connection, name: str, **values: Any) -> None:
    """A row as this revision has it: what it asks for beside `values` is empty."""
    columns = {one["name"]: one for one in sa.inspect(connection).get_columns(name)}
    for column, known in columns.items():
        if column not in values and not known["nullable"]:
            values[column] = []
    table = sa.table(name, *(sa.column(column, _TYPES.get(column)) for column in values))
    connection.execute(sa.insert(table), values)


def test_what_events_use_is_known_of_those_that_were_there(engine: sa.Engine) -> None:
    """Their leaders and rooms; and going back leaves the events with their partners."""
    event, organisation = new_id(), new_id()
    now = datetime(2026, 3, 5, tzinfo=UTC)
    command.upgrade(config("events", engine), BEFORE)
    with engine.begin() as connection:
        insert(
            connection,
            "events",
            id=event,
            organisation_id=organisation,
            kind_key="dialogue",
            status="draft",
            title={"vi": "Đối thoại"},
            illustrative=False,
            hosts=[{"role_title": {"vi": "Chủ tịch"}, "organisation_id": None, "note": None}],
            venue={"name": "Trụ sở", "room": None, "address": "Số 1"},
            attendance_mode="offline",
            timezone="Asia/Ho_Chi_Minh",
            waitlist=True,
            folded="doi thoai",
            uid="1@test.example",
            version=1,
            sequence=0,
            calendar_sequence=0,
            created_at=now,
            updated_at=now,
        )
        insert(
            connection,
            "partners",
            event_id=event,
            organisation_id=organisation,
            part="partner",
            position=0,
        )

    command.upgrade(config("events", engine), AFTER)
    with engine.connect() as connection:
        used = set(connection.scalars(sa.text("SELECT key FROM uses")))
    command.downgrade(config("events", engine), BEFORE)
    with engine.connect() as connection:
        kept = [
            connection.scalar(sa.text(f"SELECT count(*) FROM {table}"))
            for table in ("events", "partners", "kinds")
        ]
    command.upgrade(config("events", engine), AFTER)
    engine.dispose()

    assert used == {f"leader:{organisation}:chu tich", "room:tru so|so 1"}
    assert kept == [1, 1, 5]


def test_every_step_from_the_first_keeps_an_event_with_its_partners(engine: sa.Engine) -> None:
    """Though its table is made anew on the way, which others refer to."""
    event, partner = new_id(), new_id()
    now = datetime(2026, 3, 5, tzinfo=UTC)
    command.upgrade(config("events", engine), "0001")
    with engine.begin() as connection:
        insert(
            connection,
            "events",
            id=event,
            organisation_id=new_id(),
            kind_key="dialogue",
            status="draft",
            title={"vi": "Đối thoại"},
            illustrative=False,
            hosts=[],
            timezone="Asia/Ho_Chi_Minh",
            waitlist=True,
            folded="doi thoai",
            uid="1@test.example",
            version=1,
            sequence=0,
            calendar_sequence=0,
            created_at=now,
            updated_at=now,
        )
        insert(connection, "partners", event_id=event, organisation_id=partner, position=0)
    command.upgrade(config("events", engine), "head")
    command.downgrade(config("events", engine), "0002")

    with engine.connect() as connection:
        kept = sa.table("partners", sa.column("organisation_id", sa.Uuid()))
        assert connection.scalars(sa.select(kept.c.organisation_id)).all() == [partner]
        on = connection.exec_driver_sql("PRAGMA foreign_keys").scalar() if _is_file(engine) else 1
        assert on == 1


def _is_file(engine: sa.Engine) -> bool:
    return engine.dialect.name == "sqlite"

"""A service for measuring, written as ours are: it takes numbers in, and each leaves one row.

`python -m tests.bench.numbers relay | consume` are its roles; they are those of every service.
"""

from __future__ import annotations

import json
import os
import time
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, ClassVar, Self
from uuid import UUID

import marshmallow as ma
import sqlalchemy as sa
from marshmallow import fields
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from shared.clock import Clock, SystemClock
from shared.database.engine import create_engine
from shared.database.tables import mechanism_tables
from shared.database.unit_of_work import Database
from shared.database.unit_of_work import UnitOfWork as BaseUnitOfWork
from shared.ids import new_id
from shared.messaging.handlers import Handlers
from shared.messaging.message import Message, MessageType
from shared.messaging.wake import Wake, wake_for
from shared.process import Service, main
from shared.settings import Settings

TYPE = "number.added"


class Base(DeclarativeBase):
    type_annotation_map = {UUID: sa.Uuid()}  # noqa: RUF012


TABLES = mechanism_tables(Base.metadata)


class Effect(Base):
    """What one message leaves behind."""

    __tablename__ = "effects"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    subject: Mapped[str] = mapped_column(sa.String(100))
    number: Mapped[int]


class Added(ma.Schema):
    number = fields.Integer(required=True)


ADDED = MessageType(TYPE, Added, ("taker",), "A number", example={"number": 1})


_ADD_MANY = sa.text(
    "INSERT INTO effects (id, subject, number) SELECT id, subject, number"
    " FROM json_to_recordset(CAST(:rows AS json)) AS one(id uuid, subject text, number integer)"
)


class Effects:
    """The queries of this service."""

    def __init__(self, session: sa.orm.Session) -> None:
        self._session = session

    def add(self, effect: Effect) -> None:
        self._session.add(effect)

    def add_many(self, rows: Sequence[dict[str, Any]]) -> None:
        """All rows in one statement, as the inbox does it; a list of parameters would be a statement a row."""
        self._session.execute(_ADD_MANY, {"rows": json.dumps(rows)})


class UnitOfWork(BaseUnitOfWork):
    """One transaction; notes when the numbers that it took in were committed."""

    effects: Effects

    def __init__(self, database: Database, notes: Notes | None = None) -> None:
        super().__init__(database)
        self.taken: list[int] = []
        self._notes = notes

    def __enter__(self) -> Self:
        super().__enter__()
        self.effects = Effects(self.session)
        return self

    def commit(self) -> None:
        super().commit()
        if self._notes is not None:
            self._notes.take(self.taken)


def add(uow: UnitOfWork, added: dict[str, Any], message: Message) -> None:
    """One row for one message."""
    uow.effects.add(Effect(id=new_id(), subject=message.subject, number=added["number"]))
    uow.taken.append(added["number"])


def add_many(uow: UnitOfWork, some: Sequence[tuple[dict[str, Any], Message]]) -> None:
    """The same for several."""
    uow.effects.add_many(
        [
            {"id": str(new_id()), "subject": message.subject, "number": added["number"]}
            for added, message in some
        ]
    )
    uow.taken.extend(added["number"] for added, _ in some)


def messages(numbers: Iterable[int]) -> Iterator[Message]:
    """Messages as a publisher of ours would send them."""
    for number in numbers:
        yield Message(
            type=TYPE,
            source="giver",
            subject=f"n{number}",
            sequence=1,
            data={"number": number},
            time=SystemClock().now(),
        )


def handlers(*, many: bool = False) -> Handlers:
    made = Handlers()
    made.handles(TYPE, schema=Added, many=add_many if many else None)(add)
    return made


class Notes:
    """Which number was committed when, by the clock that all processes of a machine share; in a file, as it happens."""

    def __init__(self, path: Path) -> None:
        self._file = path.open("a", buffering=1)

    def take(self, numbers: Sequence[int]) -> None:
        now = time.monotonic_ns()
        self._file.write("".join(f"{number} {now}\n" for number in numbers))


def read_notes(path: Path) -> dict[int, int]:
    """What the Notes of another process say so far."""
    lines = path.read_text().splitlines() if path.exists() else []
    return {int(number): int(when) for number, when in map(str.split, lines)}


class NotingWake:
    """Notes the moment between a commit and the waking of the relay."""

    def __init__(self, inner: Wake) -> None:
        self._inner = inner
        self.committed_at = 0

    def notify(self) -> None:
        self.committed_at = time.monotonic_ns()
        self._inner.notify()

    def wait(self, seconds: float) -> None:
        self._inner.wait(seconds)

    def close(self) -> None:
        self._inner.close()


def open_database(url: str, *, service: str) -> Database:
    """A database of this service with empty tables."""
    engine = create_engine(url)
    Base.metadata.create_all(engine)
    return Database(service, engine, TABLES, wake_for(engine), SystemClock(), ("taker",))


def with_wake(database: Database, wake: Wake) -> Database:
    return replace(database, wake=wake)


@dataclass(frozen=True, kw_only=True)
class NumbersSettings(Settings):
    service: ClassVar[str] = "taker"


@dataclass(frozen=True, slots=True)
class Deps:
    settings: Settings
    database: Database
    notes: Notes | None

    def unit_of_work(self) -> UnitOfWork:
        return UnitOfWork(self.database, self.notes)


def _build(settings: Settings, database: Database, _clock: Clock) -> Deps:
    path = os.environ.get("NOTES")
    return Deps(settings, database, Notes(Path(path)) if path else None)


def _no_app(_deps: Any) -> Any:
    raise SystemExit("this service has no API: its roles are relay and consume")


if __name__ == "__main__":
    main(
        Service(
            name=os.environ["SERVICE"],
            settings=NumbersSettings,
            metadata=Base.metadata,
            tables=TABLES,
            handlers=handlers(),
            build=_build,
            create_app=_no_app,
        ),
        "",
    )

"""A service as small as can be, to test the mechanisms with: it adds numbers up."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import marshmallow as ma
import sqlalchemy as sa
from marshmallow import fields

from shared.database.engine import create_engine
from shared.database.tables import mechanism_tables
from shared.database.unit_of_work import Database, UnitOfWork
from shared.messaging.handlers import Handlers
from shared.messaging.message import Message, MessageType
from shared.messaging.wake import wake_for
from tests.support.clocks import FixedClock

METADATA = sa.MetaData()
TABLES = mechanism_tables(METADATA)
EFFECTS = sa.Table(
    "effects",
    METADATA,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("message_id", sa.String(36)),
    sa.Column("number", sa.Integer),
)


class Added(ma.Schema):
    number = fields.Integer(required=True)
    trouble = fields.String(load_default="", dump_default="")


ADDED = MessageType("number.added", Added, ("toy",), "A number", example={"number": 1})
UNWANTED = MessageType(
    "number.unwanted",
    Added,
    ("elsewhere",),
    "Nobody here subscribes to it",
    example={"number": 1},
)


class Deadly(BaseException):
    """Ends the process that handles a message."""


@dataclass
class Toy:
    """The toy's database and handlers; `trouble` in a message makes its handler fail while the word is in `troubles`."""

    database: Database

    def __post_init__(self) -> None:
        self.troubles: set[str] = set()
        self.calls: list[int] = []
        self.handlers = Handlers()
        self.handlers.handles("number.added", schema=Added)(self._add)

    def take_many(self) -> None:
        """Handle neighbours together from now on."""
        self.handlers = Handlers()
        self.handlers.handles("number.added", schema=Added, many=self._add_many)(self._add)

    def unit_of_work(self) -> UnitOfWork:
        return UnitOfWork(self.database)

    def publish(self, *numbers: int, type_: MessageType = ADDED, trouble: str = "") -> None:
        with self.unit_of_work() as uow:
            for number in numbers:
                uow.publish(type_.about(f"n{number}", sequence=1, number=number, trouble=trouble))

    def effects(self) -> list[int]:
        return self._scalars(sa.select(EFFECTS.c.number).order_by(EFFECTS.c.id))

    def count(self, table: sa.Table, *where: Any) -> int:
        return int(self._scalars(sa.select(sa.func.count()).select_from(table).where(*where))[0])

    def _scalars(self, query: sa.Select[Any]) -> list[Any]:
        with self.database.engine.connect() as connection:
            return list(connection.scalars(query))

    def _add(self, uow: UnitOfWork, data: dict[str, Any], message: Message) -> None:
        uow.session.execute(sa.insert(EFFECTS).values(message_id=message.id, number=data["number"]))
        if data["trouble"] == "deadly":
            raise Deadly
        if data["trouble"] in self.troubles:
            raise RuntimeError(data["trouble"])

    def _add_many(self, uow: UnitOfWork, some: Sequence[tuple[dict[str, Any], Message]]) -> None:
        self.calls.append(len(some))
        rows = [{"message_id": message.id, "number": data["number"]} for data, message in some]
        uow.session.execute(sa.insert(EFFECTS), rows)
        if any(data["trouble"] in self.troubles for data, _ in some):
            raise RuntimeError("one of many")


def toy(url: str, *, clock: FixedClock | None = None, deployed: tuple[str, ...] = ("toy",)) -> Toy:
    engine = create_engine(url)
    METADATA.drop_all(engine)
    METADATA.create_all(engine)
    return Toy(Database("toy", engine, TABLES, wake_for(engine), clock or FixedClock(), deployed))

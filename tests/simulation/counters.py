"""Three services as small as can be: counters, two that keep copies of them, and notes that come back."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from random import Random
from typing import Any

import marshmallow as ma
import sqlalchemy as sa
from marshmallow import fields, validate

from shared.database.tables import mechanism_tables
from shared.database.unit_of_work import Database, UnitOfWork
from shared.messaging.failed import PAUSES
from shared.messaging.handlers import Handlers
from shared.messaging.message import Message, MessageType
from shared.messaging.wake import InProcessWake
from tests.simulation.chance import Crash
from tests.simulation.disks import Disk
from tests.simulation.world import Operation, Simulated
from tests.support.clocks import FixedClock

METADATA = sa.MetaData()
TABLES = mechanism_tables(METADATA)
# What happened, by whom it was decided: the truth that everything else is compared with.
CHANGES = sa.Table(
    "changes",
    METADATA,
    sa.Column("message_id", sa.String(36), primary_key=True),
    sa.Column("subject", sa.String(10)),
    sa.Column("sequence", sa.Integer),
    sa.Column("value", sa.Integer),
    sa.Column("trouble", sa.String(12)),
)
EFFECTS = sa.Table(
    "effects",
    METADATA,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("message_id", sa.String(36)),
    sa.Column("subject", sa.String(10)),
    sa.Column("sequence", sa.Integer),
)
COPIES = sa.Table(
    "copies",
    METADATA,
    sa.Column("subject", sa.String(10), primary_key=True),
    sa.Column("sequence", sa.Integer),
    sa.Column("value", sa.Integer),
    sa.Column("noted", sa.Integer),
)

# Compiled once: a run is made of thousands.
_NEWEST = sa.text(
    "SELECT sequence, value FROM changes WHERE subject = :subject ORDER BY sequence DESC LIMIT 1"
)
_DECIDE = sa.text("INSERT INTO changes VALUES (:message_id, :subject, :sequence, :value, :trouble)")
_COPY = sa.text("SELECT sequence, value, noted FROM copies WHERE subject = :subject")
_FOLLOW = sa.text("INSERT OR REPLACE INTO copies VALUES (:subject, :sequence, :value, :noted)")
_KEEP = sa.text(
    "INSERT INTO effects (message_id, subject, sequence) VALUES (:message_id, :subject, :sequence)"
)

# What is wrong with a message: nothing, its handler fails for some seconds or for ever, it kills its process, or
# its consumers cannot read it.
TROUBLES = ("", "passing", "hopeless", "deadly", "unreadable")
MOST_TRIES = 1 + len(PAUSES)
LONGEST_TROUBLE = timedelta(seconds=4)
SUBJECTS = ("a", "b", "c")


class Changed(ma.Schema):
    value = fields.Integer(required=True)
    trouble = fields.String(required=True)
    until = fields.AwareDateTime(required=True)


class ChangedAsRead(Changed):
    trouble = fields.String(required=True, validate=validate.OneOf(TROUBLES[:-1]))


class Noted(ma.Schema):
    counter = fields.String(required=True)


CHANGED = MessageType(
    "counter.changed",
    Changed,
    ("copying", "watching"),
    "A counter moved",
    example={"value": 3, "trouble": "", "until": "2026-11-02T08:00:00+00:00"},
)
NOTED = MessageType(
    "counter.noted", Noted, ("counting",), "A copy took note of it", example={"counter": "n1"}
)


@dataclass(frozen=True)
class Guards:
    """What a negative control takes out of the services."""

    compares_sequences: bool = True
    has_outbox: bool = True


@dataclass(frozen=True)
class _Change:
    """A counter is to be raised by so much; what its message suffers from, and for how long."""

    subject: str
    by: int
    trouble: str = ""
    lasting: timedelta = timedelta()


class Counters:
    """`counting` decides; `copying` handles one by one and tells of each; `watching` handles many at once."""

    def __init__(self, folder: Path, guards: Guards | None = None) -> None:
        self.clock = FixedClock()
        self._guards = guards or Guards()
        # How often the handler of each message that it cannot help was run.
        self.tries: Counter[str] = Counter()
        noting, copying, watching = Handlers(), Handlers(), Handlers()
        noting.handles("counter.noted", schema=Noted)(self._note)
        copying.handles("counter.changed", schema=ChangedAsRead)(self._copy)
        watching.handles("counter.changed", schema=ChangedAsRead, many=self._watch_many)(
            self._watch
        )
        self.counting = self._service(folder, "counting", noting)
        self.copying = self._service(folder, "copying", copying)
        self.watching = self._service(folder, "watching", watching)
        self.services = (self.counting, self.copying, self.watching)

    def operations(
        self, random: Random, number: int, *, troubles: Sequence[str] = TROUBLES
    ) -> list[Operation]:
        """So many changes of some counters; most messages are sound."""
        return [("counting", self._change(random, troubles)) for _ in range(number)]

    def close(self) -> None:
        for service in self.services:
            service.disk.close()

    def _service(self, folder: Path, name: str, handlers: Handlers) -> Simulated:
        disk = Disk(f"sqlite:///{folder}/{name}.db", METADATA)
        database = Database(
            name,
            disk.engine,
            TABLES,
            InProcessWake(),
            self.clock,
            ("counting", "copying", "watching"),
        )
        return Simulated(disk, database, handlers, lambda: UnitOfWork(database))

    # What counting does

    def decide(self, random: Random, number: int) -> None:
        """So many changes at once, all of them sound."""
        with self.counting.unit_of_work() as uow:
            for _ in range(number):
                change = _Change(random.choice(SUBJECTS), random.randint(1, 100))
                self._decide(uow, uow, change)

    def _change(self, random: Random, troubles: Sequence[str]) -> Callable[[], None]:
        change = _Change(
            random.choice(SUBJECTS),
            random.randint(1, 100),
            random.choices(troubles, (30, 3, 1, 1, 1)[: len(troubles)])[0],
            random.uniform(0, 1) * LONGEST_TROUBLE,
        )

        def decide() -> None:
            with self.counting.unit_of_work() as uow:
                # Its own unit of work, committed after the change: what an outbox is there against.
                telling = uow if self._guards.has_outbox else self.counting.unit_of_work()
                self._decide(uow, telling, change)
            if telling is not uow:
                with telling:
                    pass

        return decide

    def _decide(self, uow: UnitOfWork, telling: UnitOfWork, change: _Change) -> None:
        newest = uow.session.execute(_NEWEST, {"subject": change.subject}).first()
        sequence, value = newest or (0, 0)
        state = {"sequence": sequence + 1, "value": value + change.by}
        message = telling.publish(
            CHANGED.about(
                change.subject,
                **state,
                trouble=change.trouble,
                until=self.clock.now() + change.lasting,
            )
        )
        row = {"message_id": message.id, "subject": change.subject, "trouble": change.trouble}
        uow.session.execute(_DECIDE, row | state)

    def _note(self, uow: UnitOfWork, data: dict[str, Any], message: Message) -> None:
        self._keep(uow, [message])

    # What those do who keep copies

    def _copy(self, uow: UnitOfWork, data: dict[str, Any], message: Message) -> None:
        noted = self._follow(uow, data, message)
        uow.publish(NOTED.about(message.subject, sequence=noted, counter=message.subject))
        self._keep(uow, [message])
        self._suffer(data, message)

    def _watch(self, uow: UnitOfWork, data: dict[str, Any], message: Message) -> None:
        self._watch_many(uow, [(data, message)])

    def _watch_many(self, uow: UnitOfWork, some: Sequence[tuple[dict[str, Any], Message]]) -> None:
        self._keep(uow, [message for _, message in some])
        for data, message in some:
            self._follow(uow, data, message)
            self._suffer(data, message)

    def _follow(self, uow: UnitOfWork, data: dict[str, Any], message: Message) -> int:
        """Take in what a message says, unless a newer one did; how many were noted of this subject."""
        copy = uow.session.execute(_COPY, {"subject": message.subject}).first()
        row: dict[str, Any] = {"subject": message.subject, "noted": copy.noted + 1 if copy else 1}
        if copy is None or copy.sequence < message.sequence or not self._guards.compares_sequences:
            row |= {"sequence": message.sequence, "value": data["value"]}
        else:
            row |= {"sequence": copy.sequence, "value": copy.value}
        uow.session.execute(_FOLLOW, row)
        return int(row["noted"])

    def _keep(self, uow: UnitOfWork, messages: Sequence[Message]) -> None:
        rows = [
            {"message_id": one.id, "subject": one.subject, "sequence": one.sequence}
            for one in messages
        ]
        uow.session.execute(_KEEP, rows)

    def _suffer(self, data: dict[str, Any], message: Message) -> None:
        match data["trouble"]:
            case "passing" if self.clock.now() < data["until"]:
                raise RuntimeError("not yet")
            case "hopeless":
                self.tries[message.id] += 1
                raise RuntimeError("never")
            case "deadly":
                raise Crash("of a message")


def not_followed(counters: Counters) -> Iterator[str]:
    """Effects and copies of the two that follow which are not what was decided."""
    changes = counters.counting.disk.rows(sa.select(CHANGES))
    sound = [change for change in changes if change.trouble in ("", "passing")]
    newest: dict[str, tuple[int, int]] = {}
    for change in sorted(sound, key=lambda change: change.sequence):
        newest[change.subject] = (change.sequence, change.value)
    for service in (counters.copying, counters.watching):
        yield from _effects(service, {change.message_id for change in sound})
        yield from _parked(
            service, {one.message_id for one in changes} - {one.message_id for one in sound}
        )
        rows = service.disk.rows(sa.select(COPIES))
        copies = {row.subject: (row.sequence, row.value) for row in rows}
        if copies != newest:
            yield f"{service.name} keeps {copies}, and the newest are {newest}"


def wrong(counters: Counters) -> Iterator[str]:
    """Everything that a finished run should not have left behind, a sentence each."""
    yield from not_followed(counters)
    noted = {
        (row.subject, sequence)
        for row in counters.copying.disk.rows(sa.select(COPIES))
        for sequence in range(1, row.noted + 1)
    }
    found = Counter(
        (row.subject, row.sequence) for row in counters.counting.disk.rows(sa.select(EFFECTS))
    )
    if found != Counter(noted):
        yield f"counting was told {sorted(found.items())}, and copying noted {sorted(noted)}"
    yield from _parked(counters.counting, set())
    for service in counters.services:
        for table in (TABLES.outbox, TABLES.unroutable):
            if left := len(service.disk.rows(sa.select(table.c.id))):
                yield f"{left} left in the {table.name} of {service.name}"


def out_of_order(counters: Counters) -> Iterator[str]:
    """Effects that came after the effect of a later change of the same counter."""
    for service in (counters.copying, counters.watching):
        last: dict[str, int] = defaultdict(int)
        for row in service.disk.rows(sa.select(EFFECTS).order_by(EFFECTS.c.id)):
            if row.sequence < last[row.subject]:
                yield f"{service.name}: {row.subject} {row.sequence} after {last[row.subject]}"
            last[row.subject] = row.sequence


def _effects(service: Simulated, wanted: set[str]) -> Iterator[str]:
    found = Counter(row.message_id for row in service.disk.rows(sa.select(EFFECTS)))
    if lost := len(wanted - found.keys()):
        yield f"{lost} messages have no effect in {service.name}"
    if twice := sum(count > 1 for count in found.values()):
        yield f"{twice} messages have more than one effect in {service.name}"
    if strange := len(found.keys() - wanted):
        yield f"{strange} effects in {service.name} of messages that should have none"


def _parked(service: Simulated, wanted: set[str]) -> Iterator[str]:
    rows = [row for row in service.disk.rows(sa.select(TABLES.failed)) if row.settled_at is None]
    parked = {row.message_id for row in rows}
    if early := sum(row.attempts < MOST_TRIES and "does not fit" not in row.reason for row in rows):
        yield f"{early} messages are parked in {service.name} before their last try"
    if innocent := len(parked - wanted):
        yield f"{innocent} sound messages are parked in {service.name}"
    if lost := len(wanted - parked):
        yield f"{lost} messages that cannot be handled are not parked in {service.name}"

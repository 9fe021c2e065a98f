"""A world of services: one step at a time, each step one process that does something and may die of it."""

from __future__ import annotations

import random
import sqlite3
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.exc import OperationalError

from shared.database.unit_of_work import Database
from shared.http.problems import Problem
from shared.messaging.broker import Delivery
from shared.messaging.consumer import Consumer
from shared.messaging.handlers import Handlers
from shared.messaging.relay import NotConfirmed, Relay
from shared.messaging.topology import topology
from tests.simulation.broker import VirtualBroker, delivery
from tests.simulation.chance import STORM, Chance, Crash, Weather
from tests.simulation.disks import Disk
from tests.support.clocks import FixedClock

EXCHANGE = "simulated"
# Far below the real 20, so that the way over the dead-letter queue is taken, too.
DELIVERY_LIMIT = 3
# How many processes may stand between two of their transactions while another runs.
DEEPEST = 2
# Faults that cost a failed message one of its tries. With more, a sound one would rightly wait for a person.
FAULTS_IN_RETRIES = 2
# After the faults: so often may a failed message be tried, and in between a queue be looked at.
ROUNDS = 40
TURNS = 200
BEGINNING = FixedClock().now()


class NeverQuiet(AssertionError):
    """The faults are over, and still there is something to do after a very long time."""


@dataclass(frozen=True)
class Simulated:
    """One service: its disk, and what its processes are made of. Each crash makes them anew."""

    disk: Disk
    database: Database
    handlers: Handlers
    unit_of_work: Callable[[], Any]
    # A further role: one turn of it, and whether there was anything to do.
    work: Callable[[], bool] = lambda: False

    @property
    def name(self) -> str:
        return self.database.service

    @property
    def queue(self) -> str:
        return f"{EXCHANGE}.{self.name}"


# What somebody asks of a service: (service, what its api does).
Operation = tuple[str, Callable[[], None]]


@dataclass(frozen=True)
class Variant:
    """What a negative control takes out; by itself nothing."""

    broker: type[VirtualBroker] = VirtualBroker
    between_steps: Callable[[Sequence[Simulated]], None] = lambda _: None


@dataclass
class World:
    """Services around a virtual broker, with one clock and one source of chance."""

    seed: int
    services: Sequence[Simulated]
    clock: FixedClock
    weather: Weather = STORM
    variant: Variant = field(default_factory=Variant)

    def __post_init__(self) -> None:
        # The pauses between tries are jittered by the common source of chance: it is a part of the seed.
        random.seed(self.seed)
        self.clock.move_to(BEGINNING)
        self.chance = Chance(self.seed, self.weather)
        self.broker = self.variant.broker(self.chance)
        self.trace: list[str] = []
        self._roles: list[str] = []
        self._relaying: set[str] = set()
        self._faults_in_retries = 0
        self._consumers: dict[str, Consumer] = {}
        self._relays: dict[str, Relay] = {}
        self._numbers: dict[str, int] = {}
        for service in self.services:
            service.disk.empty()
            service.disk.edge = self
            self._start(service)
            self.broker.declare(
                topology(
                    exchange=EXCHANGE,
                    service=service.name,
                    types=service.handlers.types,
                    delivery_limit=DELIVERY_LIMIT,
                )
            )

    def run(self, operations: Sequence[Operation]) -> None:
        """Let the operations happen in their order amid everything else, then wait until all is quiet."""
        named = {service.name: service for service in self.services}
        waiting = list(operations)
        while waiting:
            if self.chance.random.random() < 0.25:
                name, operation = waiting.pop(0)
                self._as(named[name], "api", lambda _, do=operation: do())
            else:
                self._step()
        for _ in operations:
            self._step()
        self._settle()

    # The edge of every database: see disks.py

    def before_transaction(self) -> None:
        """Between two transactions of one process, another may run."""
        if 0 < len(self._roles) <= DEEPEST and self.chance.hits("switch"):
            self._step()

    def before_commit(self) -> None:
        if self._may_fail():
            if self._hits("crash"):
                raise Crash("before a commit")
            if self._hits("refused_commit"):
                raise sqlite3.OperationalError("disk I/O error")

    def after_commit(self) -> None:
        if self._may_fail() and self._hits("crash"):
            raise Crash("after a commit")

    def _may_fail(self) -> bool:
        return self._roles[-1] != "retry" or self._faults_in_retries < FAULTS_IN_RETRIES

    def _hits(self, fault: str) -> bool:
        hit = self.chance.hits(fault)
        self._faults_in_retries += hit and self._roles[-1] == "retry"
        return hit

    # Steps

    def _step(self) -> None:
        """Some process does one thing; or time passes, or a binding goes or comes back."""
        service = self.chance.random.choice(self.services)
        ways = (self._relay, self._offer, self._consume, self._take_dead, self._retry, self._work)
        kinds = self.chance.random.choices((*range(len(ways)), "time", "binding"), _OFTEN)
        match kinds[0]:
            case "time":
                self.clock.advance(seconds=self.chance.random.uniform(0.1, 2.0))
            case "binding":
                if self.chance.hits("lost_binding"):
                    self._note("all bindings are gone")
                    self.broker.unbind()
                else:
                    self.broker.bind()
            case int(way):
                ways[way](service)
        self.variant.between_steps(self.services)

    def _settle(self) -> None:
        """The faults are over, and what is left comes to its end: nothing waits, nothing is due."""
        self.chance.calm_down()
        self.broker.bind()
        for service in self.services:
            while self._offer(service):
                pass
        ways = (self._relay, self._consume, self._take_dead, self._work)
        for _ in range(ROUNDS):
            turns = 0
            while sum(way(service) for service in self.services for way in ways):
                self.variant.between_steps(self.services)
                if (turns := turns + 1) > TURNS:
                    raise NeverQuiet(f"after {TURNS} turns a message is still handed over")
            due = [at for service in self.services if (at := _next_attempt(service))]
            if not due:
                self._count()
                return
            self.clock.move_to(max(self.clock.now(), *due))
            for service in self.services:
                self._retry(service)
            self.variant.between_steps(self.services)
        raise NeverQuiet(f"after {ROUNDS} rounds a failed message is still tried")

    def _count(self) -> None:
        happened = self.chance.happened
        happened["messages"] = len(self.broker.offered)
        for service in self.services:
            happened["set_aside"] += len(
                service.disk.rows(sa.select(service.database.tables.failed.c.id))
            )

    def _relay(self, service: Simulated) -> bool:
        return self._as(service, "relay", self._relay_batch)

    def _offer(self, service: Simulated) -> bool:
        return self._as(service, "relay", self._offer_unroutable)

    def _consume(self, service: Simulated) -> bool:
        handle = self._consumers[service.name].handle_batch
        return self._as(service, "consume", lambda _: self._hand_over(service.queue, handle))

    def _take_dead(self, service: Simulated) -> bool:
        handle, queue = self._consumers[service.name].take_dead, f"{service.queue}.dead"
        return self._as(service, "consume", lambda _: self._hand_over(queue, handle, dead=True))

    def _retry(self, service: Simulated) -> bool:
        return self._as(service, "retry", lambda _: bool(self._consumers[service.name].retry_due()))

    def _work(self, service: Simulated) -> bool:
        return self._as(service, "work", lambda _: service.work())

    # What processes do

    def _as(self, service: Simulated, role: str, turn: Callable[[Simulated], bool | None]) -> bool:
        """One turn of one role in a process of its own; whether it found anything to do."""
        self._roles.append(role)
        outcome = ""
        try:
            found = bool(turn(service))
        except Crash as crash:
            found, outcome = True, f"dies {crash}"
            self._start(service)
        except (OperationalError, NotConfirmed) as error:
            # As the roles do: wait, and try again.
            found, outcome = True, f"has to try again: {type(error).__name__}"
        except Problem as problem:
            found, outcome = False, f"refuses: {problem.type}"
        finally:
            self._roles.pop()
        if outcome or found or role == "api":
            self._note(f"{service.name}'s {role} {outcome or 'did something'}")
        return found

    def _start(self, service: Simulated) -> None:
        self._consumers[service.name] = Consumer(
            database=service.database,
            handlers=service.handlers,
            unit_of_work=service.unit_of_work,
        )
        self._relays[service.name] = Relay(service.database, self.broker)

    def _relay_batch(self, service: Simulated) -> bool:
        with self._active(service) as connection:
            return connection is not None and self._relays[service.name].relay_batch(connection) > 0

    def _offer_unroutable(self, service: Simulated) -> bool:
        with self._active(service) as connection:
            relay = self._relays[service.name]
            return connection is not None and relay.offer_unroutable(connection) > 0

    @contextmanager
    def _active(self, service: Simulated) -> Iterator[sa.Connection | None]:
        """One relay of a service is active at a time; None while another is."""
        if service.name in self._relaying:
            yield None
            return
        self._relaying.add(service.name)
        try:
            with service.disk.engine.connect().execution_options(read_only=True) as connection:
                yield connection
        finally:
            self._relaying.remove(service.name)

    def _hand_over(
        self, queue: str, handle: Callable[[Sequence[Delivery]], None], *, dead: bool = False
    ) -> bool:
        """As an adapter does: acknowledge what was handled, and let come again what was not."""
        taken = self.broker.take(queue)
        if not taken:
            return not self.broker.is_empty(queue)
        self._note(f"{queue} hands over {' '.join(self._number(one.message.id) for one in taken)}")
        try:
            handle([delivery(one, dead=dead) for one in taken])
            if self.chance.hits("crash"):
                raise Crash("before the acknowledgement")
        except Crash:
            self.broker.give_back(queue, taken, lost=True)
            raise
        except Exception:
            self.broker.give_back(queue, taken, lost=False)
            raise
        if self.chance.hits("lost_acknowledgement"):
            self._note("the acknowledgement is lost")
            self.broker.give_back(queue, taken, lost=True)
        return True

    # What is said of a run that failed

    def _note(self, what: str) -> None:
        self.trace.append(f"{len(self._roles) * '  '}{self.clock.now():%M:%S.%f} {what}")

    def _number(self, message_id: str) -> str:
        """Messages by the order in which they were first seen: their ids differ from run to run."""
        return f"#{self._numbers.setdefault(message_id, len(self._numbers) + 1)}"


# Relaying, offering again, consuming, taking dead letters, retrying, working; time, bindings.
_OFTEN = (6, 1, 9, 2, 3, 2, 3, 1)


def _next_attempt(service: Simulated) -> datetime | None:
    """When all failed messages are due, if any is."""
    failed = service.database.tables.failed
    found: datetime | None = service.disk.rows(sa.select(sa.func.max(failed.c.next_attempt_at)))[0][
        0
    ]
    return found

"""A role with a death built in, for the crash points: `python -m tests.faults.variants <service> <role> <point>`; or
`serve`, the embedded platform with a short lease.

The product has no such switches: these are entry points of the tests, put together like the real ones.
"""

from __future__ import annotations

import dataclasses
import importlib
import itertools
import os
import signal
import sys
from collections.abc import Callable, Sequence
from datetime import timedelta
from typing import Any

from flask import Flask
from sqlalchemy.engine import Row

from services.notifications import worker
from services.notifications.mailer import Mail, Mailer
from services.notifications.models import Outcome
from shared import process
from shared.database.unit_of_work import UnitOfWork
from shared.messaging.broker import Delivery, Receipt
from shared.messaging.consumer import Consumer
from shared.messaging.relay import Relay
from shared.process import Service

BEFORE_COMMIT, AFTER_COMMIT = "before-commit", "after-commit"
AFTER_PUBLISH, AFTER_SEND = "after-publish", "after-send"
# At which of its occasions it dies: not the first, so that something was done.
OCCASION = 2
LEASE = timedelta(seconds=5)


def die() -> None:
    """kill -9 of this process and of those that belong to it."""
    os.killpg(0, signal.SIGKILL)


class _Fate:
    """Dies at one occasion of many."""

    def __init__(self) -> None:
        self._count = itertools.count(1)

    def strikes(self) -> bool:
        return next(self._count) == OCCASION


def mortal(deps: Any, point: str) -> Any:
    """Deps whose units of work end the process at a commit that writes."""
    fate, usual = _Fate(), type(deps)

    def unit_of_work(self: Any, *, read_only: bool = False) -> UnitOfWork:
        uow: UnitOfWork = usual.unit_of_work(self, read_only=read_only)
        if not read_only:
            commit = uow.commit
            uow.commit = lambda: _commit(commit, fate, point)  # type: ignore[method-assign]
        return uow

    kind = type("Mortal", (usual,), {"unit_of_work": unit_of_work, "__slots__": ()})
    return kind(**{field.name: getattr(deps, field.name) for field in dataclasses.fields(deps)})


def _commit(commit: Callable[[], None], fate: _Fate, point: str) -> None:
    strikes = fate.strikes()
    if strikes and point == BEFORE_COMMIT:
        die()
    commit()
    if strikes and point == AFTER_COMMIT:
        die()


class MortalRelay(Relay):
    """Published and confirmed; the rows are not gone yet."""

    _fate = _Fate()

    def _publish(
        self, rows: Sequence[Row[Any]], *, mandatory: bool | None = None
    ) -> dict[int, Receipt]:
        receipts = super()._publish(rows, mandatory=mandatory)
        if rows and self._fate.strikes():
            die()
        return receipts


class MortalConsumer(Consumer):
    """Handled and committed; nothing is acknowledged yet."""

    _fate = _Fate()

    def handle_batch(self, deliveries: Sequence[Delivery]) -> None:
        super().handle_batch(deliveries)
        if self._fate.strikes():
            die()


class MortalMailer:
    """Handed over; nobody has written that down yet."""

    def __init__(self, mailer: Mailer) -> None:
        self._mailer, self._fate = mailer, _Fate()
        self.name, self.repeatable = mailer.name, mailer.repeatable
        self.repeats_after = mailer.repeats_after

    def send(self, mail: Mail) -> Outcome:
        outcome = self._mailer.send(mail)
        if self._fate.strikes():
            die()
        return outcome


def wsgi() -> Flask:
    """What the api's workers import."""
    service = _service(os.environ["FAULTS_SERVICE"])
    return service.create_app(mortal(service.deps(), os.environ["FAULTS_POINT"]))


def main(name: str, role: str, point: str) -> None:
    service = _service(name)
    os.environ |= {"FAULTS_SERVICE": name, "FAULTS_POINT": point}
    if role == "api":
        process.serve("tests.faults.variants:wsgi", process.settings_of(service))
        return
    with process._role(service, with_broker=role != "work") as (deps, broker, stop):
        if role == "relay":
            MortalRelay(deps.database, broker).run(stop)
        elif role == "consume":
            kind = MortalConsumer if point == AFTER_COMMIT else Consumer
            by = mortal(deps, point) if point == BEFORE_COMMIT else deps
            consumer = kind(
                database=deps.database, handlers=service.handlers, unit_of_work=by.unit_of_work
            )
            consumer.run(broker, exchange=deps.settings.exchange, stop=stop)
        else:
            _shorten_the_lease()
            mailer = MortalMailer(deps.mailer) if point == AFTER_SEND else deps.mailer
            worker.work(dataclasses.replace(deps, mailer=mailer), stop)


def _shorten_the_lease() -> None:
    """So that a run is quick, what a worker had claimed when it died is free again sooner."""
    worker.LEASE, worker.RENEW_SECONDS = LEASE, 1.0


def _service(name: str) -> Service:
    found: Service = importlib.import_module(f"services.{name}.app").SERVICE
    return found


if __name__ == "__main__":
    if sys.argv[1] == "serve":
        from deploy.cli import main as doithoai

        _shorten_the_lease()
        doithoai()
    else:
        main(*sys.argv[1:])

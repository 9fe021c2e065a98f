"""What the routes, handlers and workers of registrations share."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from flask import current_app

from services.registrations.links import NomineeLinks
from services.registrations.repository import UnitOfWork
from services.registrations.settings import RegistrationsSettings
from services.registrations.tickets import TicketSigner
from shared.clock import Clock
from shared.database.unit_of_work import Database
from shared.line import Line
from shared.tokens import Verifier


@dataclass(frozen=True, slots=True)
class Deps:
    settings: RegistrationsSettings
    database: Database
    clock: Clock
    verifier: Verifier
    tickets: TicketSigner
    links: NomineeLinks
    # Of those who register, and of those who are let in, in this process.
    line: Line[Any, Any]
    door: Line[Any, Any]

    def unit_of_work(self, *, read_only: bool = False) -> UnitOfWork:
        return UnitOfWork(self.database, read_only=read_only)


def current_deps() -> Deps:
    """The Deps of the app that answers."""
    deps: Deps = current_app.extensions["deps"]
    return deps

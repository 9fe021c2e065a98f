"""What the routes and handlers of events share."""

from __future__ import annotations

from dataclasses import dataclass

from flask import current_app, has_request_context

from services.events.repository import UnitOfWork
from services.events.settings import EventsSettings
from shared.clock import Clock
from shared.database.unit_of_work import Database
from shared.http.access import caller
from shared.tokens import Verifier


@dataclass(frozen=True, slots=True)
class Deps:
    settings: EventsSettings
    database: Database
    clock: Clock
    verifier: Verifier

    def unit_of_work(self, *, read_only: bool = False) -> UnitOfWork:
        by = caller().person_id if has_request_context() and not read_only else None
        return UnitOfWork(self.database, read_only=read_only, by=by)


def current_deps() -> Deps:
    """The Deps of the app that answers."""
    deps: Deps = current_app.extensions["deps"]
    return deps

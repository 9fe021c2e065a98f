"""What the routes, handlers and the worker of notifications share."""

from __future__ import annotations

from dataclasses import dataclass, field
from threading import Event

from flask import current_app

from services.notifications.hooks.sender import Sender
from services.notifications.mailer import Mailer
from services.notifications.owners import Owners
from services.notifications.rendering import Templates
from services.notifications.repository import UnitOfWork
from services.notifications.settings import NotificationsSettings
from shared.clock import Clock
from shared.database.unit_of_work import Database
from shared.tokens import Verifier


@dataclass(frozen=True, slots=True)
class Deps:
    settings: NotificationsSettings
    database: Database
    clock: Clock
    verifier: Verifier
    templates: Templates
    owners: Owners
    mailer: Mailer
    hook_sender: Sender
    # Set when this process wrote something to send; a worker of another process polls.
    wake: Event = field(default_factory=Event)

    def unit_of_work(self, *, read_only: bool = False) -> UnitOfWork:
        return UnitOfWork(self.database, wake=self.wake, read_only=read_only)


def current_deps() -> Deps:
    """The Deps of the app that answers."""
    deps: Deps = current_app.extensions["deps"]
    return deps

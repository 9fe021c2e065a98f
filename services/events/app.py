"""The composition root of events."""

from __future__ import annotations

from flask import Flask

import services.events as package
from services.events.deps import Deps
from services.events.handlers import HANDLERS
from services.events.models import TABLES, Base
from services.events.routes import bp
from services.events.settings import EventsSettings
from shared.clock import Clock
from shared.database.unit_of_work import Database
from shared.http.application import create_api
from shared.http.clients import JsonClient
from shared.process import Service
from shared.tokens import Verifier


def build(
    settings: EventsSettings,
    database: Database,
    clock: Clock,
    *,
    community: JsonClient | None = None,
) -> Deps:
    """Put the parts together. `community` is given where it runs in the same process."""
    keys_from = community or JsonClient(settings.community_url)
    verifier = Verifier(lambda: dict(keys_from.call("GET", "/.well-known/jwks.json")))
    return Deps(settings, database, clock, verifier)


def create_app(deps: Deps) -> Flask:
    """The WSGI app of the api role."""
    return create_api(
        "events",
        description=package.__doc__ or "",
        blueprints=[bp],
        deps=deps,
        database=deps.database,
        verifier=deps.verifier,
        clock=deps.clock,
    )


SERVICE = Service(
    name="events",
    settings=EventsSettings,
    metadata=Base.metadata,
    tables=TABLES,
    handlers=HANDLERS,
    build=build,
    create_app=create_app,
)


def wsgi() -> Flask:
    """What api workers import."""
    return create_app(SERVICE.deps())

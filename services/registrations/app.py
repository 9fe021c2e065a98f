"""The composition root of registrations."""

from __future__ import annotations

from flask import Flask

import services.registrations as package
from services.registrations.deps import Deps
from services.registrations.handlers import HANDLERS
from services.registrations.links import NomineeLinks
from services.registrations.models import TABLES, Base
from services.registrations.routes import bp
from services.registrations.settings import RegistrationsSettings
from services.registrations.tickets import TicketSigner
from services.registrations.worker import work
from shared.clock import Clock
from shared.database.unit_of_work import Database
from shared.http.application import create_api
from shared.http.clients import JsonClient
from shared.line import Line
from shared.process import Service
from shared.tokens import Verifier, load_key


def build(
    settings: RegistrationsSettings,
    database: Database,
    clock: Clock,
    *,
    community: JsonClient | None = None,
) -> Deps:
    """Put the parts together. `community` is given where it runs in the same process."""
    keys_from = community or JsonClient(settings.community_url)
    verifier = Verifier(lambda: dict(keys_from.call("GET", "/.well-known/jwks.json")))
    key = load_key(settings.ticket_key)
    return Deps(
        settings,
        database,
        clock,
        verifier,
        TicketSigner(key),
        NomineeLinks(key),
        Line(longest=settings.admission_line),
        Line(longest=settings.admission_line),
    )


def create_app(deps: Deps) -> Flask:
    """The WSGI app of the api role."""
    return create_api(
        "registrations",
        description=package.__doc__ or "",
        blueprints=[bp],
        deps=deps,
        database=deps.database,
        verifier=deps.verifier,
        clock=deps.clock,
    )


SERVICE = Service(
    name="registrations",
    settings=RegistrationsSettings,
    metadata=Base.metadata,
    tables=TABLES,
    handlers=HANDLERS,
    build=build,
    create_app=create_app,
    work=work,
)


def wsgi() -> Flask:
    """What api workers import."""
    return create_app(SERVICE.deps())

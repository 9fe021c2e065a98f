"""The composition root of notifications."""

from __future__ import annotations

import threading

from flask import Flask

import services.notifications as package
from services.notifications.deps import Deps
from services.notifications.handlers import HANDLERS
from services.notifications.hooks.address import Reach
from services.notifications.hooks.routes import bp as webhooks
from services.notifications.hooks.sender import Sender
from services.notifications.hooks.worker import work as work_on_hooks
from services.notifications.mailers import mailer_for
from services.notifications.models import TABLES, Base
from services.notifications.owners import Owners
from services.notifications.rendering import Templates
from services.notifications.routes import bp
from services.notifications.settings import NotificationsSettings
from services.notifications.worker import work
from shared.clock import Clock
from shared.database.unit_of_work import Database
from shared.http.application import create_api
from shared.http.clients import JsonClient, ServiceTokens
from shared.process import Service
from shared.tokens import Verifier


def build(
    settings: NotificationsSettings,
    database: Database,
    clock: Clock,
    *,
    community: JsonClient | None = None,
    registrations: JsonClient | None = None,
    events: JsonClient | None = None,
) -> Deps:
    """Put the parts together. The clients are given where those services run in the same process."""
    community = community or JsonClient(settings.community_url)
    keys_from = community
    tokens = ServiceTokens(
        community, name=settings.service, secret=settings.client_secret, clock=clock
    )
    return Deps(
        settings=settings,
        database=database,
        clock=clock,
        verifier=Verifier(lambda: dict(keys_from.call("GET", "/.well-known/jwks.json"))),
        templates=Templates(),
        owners=Owners(
            community=community,
            registrations=registrations or JsonClient(settings.registrations_url),
            events=events or JsonClient(settings.events_url),
            tokens=tokens,
        ),
        mailer=mailer_for(settings),
        hook_sender=_hook_sender(settings),
    )


def create_app(deps: Deps) -> Flask:
    """The WSGI app of the api role."""
    return create_api(
        "notifications",
        description=package.__doc__ or "",
        blueprints=[bp, webhooks],
        deps=deps,
        database=deps.database,
        verifier=deps.verifier,
        clock=deps.clock,
    )


def _hook_sender(settings: NotificationsSettings) -> Sender:
    """ValueError where a setting names no network, or no time."""
    try:
        reach = Reach.named(settings.webhook_networks, http=settings.webhook_http)
    except ValueError as error:
        raise ValueError(f"WEBHOOK_NETWORKS: {error}") from None
    if settings.webhook_milliseconds < 1:
        raise ValueError("WEBHOOK_MILLISECONDS: a number from 1 on")
    return Sender(reach, seconds=settings.webhook_milliseconds / 1000)


def _work(deps: Deps, stop: threading.Event) -> None:
    """Mails and webhooks beside each other: neither waits for the other."""
    hooks = threading.Thread(target=work_on_hooks, args=(deps, stop), name="hooks")
    hooks.start()
    work(deps, stop)
    hooks.join()


SERVICE = Service(
    name="notifications",
    settings=NotificationsSettings,
    metadata=Base.metadata,
    tables=TABLES,
    handlers=HANDLERS,
    build=build,
    create_app=create_app,
    work=_work,
)


def wsgi() -> Flask:
    """What api workers import."""
    return create_app(SERVICE.deps())

"""A service's process: `python -m services.<name> api | relay | consume | work | migrate`."""

from __future__ import annotations

import contextlib
import signal
import sys
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import click
from environs import EnvError
from flask import Flask
from granian.constants import Interfaces
from granian.server import Server
from sqlalchemy import MetaData
from sqlalchemy.exc import ArgumentError

from shared import logs
from shared.clock import Clock, SystemClock
from shared.database.engine import create_engine
from shared.database.migrations import migrate
from shared.database.tables import MechanismTables
from shared.database.unit_of_work import Database
from shared.http.health import serve_health
from shared.messaging.broker import Broker, connect
from shared.messaging.consumer import Consumer
from shared.messaging.handlers import Handlers
from shared.messaging.relay import Relay
from shared.messaging.wake import wake_for
from shared.settings import Settings


@dataclass(frozen=True, slots=True, kw_only=True)
class Service:
    """What a service is put together from; written once, in its `app.py`.

    `build` makes its Deps, `create_app` the WSGI app from them, `work` (if it has a worker) runs until
    the event is set.
    """

    name: str
    settings: type[Any]
    metadata: MetaData
    tables: MechanismTables
    handlers: Handlers
    build: Callable[..., Any]
    create_app: Callable[[Any], Flask]
    work: Callable[[Any, threading.Event], None] | None = None

    def database(self, settings: Settings, clock: Clock) -> Database:
        """The service's database as the settings name it."""
        engine = create_engine(settings.database_url)
        return Database(self.name, engine, self.tables, wake_for(engine), clock, settings.services)

    def deps(self, settings: Settings | None = None) -> Any:
        """The Deps of a process of its own."""
        settings = settings or self.settings.from_env()
        clock = SystemClock()
        return self.build(settings, self.database(settings, clock), clock)

    def consumer(self, deps: Any) -> Consumer:
        return Consumer(
            database=deps.database, handlers=self.handlers, unit_of_work=deps.unit_of_work
        )


def main(service: Service, app_path: str, *more: click.Command) -> None:
    """The command line of one service. `app_path` ("services.x.app:wsgi") is what api workers import; `more` are
    commands of its own beside the roles.
    """

    @click.group(help=f"The roles of {service.name}.")
    def roles() -> None:
        pass

    @roles.command(help="Answer HTTP.")
    def api() -> None:
        settings = settings_of(service)
        # What its workers would fail at, again and again, is said once, here.
        deps_of(service, settings).database.close()
        serve(app_path, settings)

    @roles.command(help="Take the outbox to the broker.")
    def relay() -> None:
        with _role(service) as (deps, broker, stop):
            Relay(deps.database, broker).run(stop)

    @roles.command(help="Handle messages from the broker.")
    def consume() -> None:
        with _role(service) as (deps, broker, stop):
            service.consumer(deps).run(broker, exchange=deps.settings.exchange, stop=stop)

    @roles.command(help="Bring the database to the newest revision.", name="migrate")
    def migrate_() -> None:
        deps = deps_of(service, settings_of(service))
        migrate(service.name, deps.database.engine)
        deps.database.close()

    if service.work is not None:
        worker = service.work

        @roles.command(help="Do what is due.")
        def work() -> None:
            with _role(service, with_broker=False) as (deps, _, stop):
                worker(deps, stop)

    for command in more:
        roles.add_command(command)
    roles()


def serve(app_path: str, settings: Settings) -> None:
    """Serve a WSGI factory with granian until SIGTERM."""
    Server(
        app_path,
        factory=True,
        interface=Interfaces.WSGI,
        address=settings.host,
        port=settings.port,
        workers=settings.workers,
        blocking_threads=settings.threads,
        backpressure=settings.threads * 8,
        respawn_failed_workers=True,
        workers_kill_timeout=10,
        log_enabled=False,
    ).serve()


def settings_of(service: Service) -> Any:
    """What the environment says, with logs as it wishes; where it is wrong the process ends with one line."""
    try:
        settings = service.settings.from_env()
    except EnvError as error:
        sys.exit(f"{service.name}: {error}; docs/settings.md lists every setting")
    logs.configure(settings.log_format)
    return settings


def deps_of(service: Service, settings: Any) -> Any:
    """The service's Deps; where a setting cannot be used the process ends with one line."""
    try:
        return service.deps(settings)
    except (ValueError, ArgumentError) as error:
        sys.exit(f"{service.name}: {error}; docs/settings.md lists every setting")


@contextlib.contextmanager
def _role(
    service: Service, *, with_broker: bool = True
) -> Iterator[tuple[Any, Any, threading.Event]]:
    settings = settings_of(service)
    deps = deps_of(service, settings)
    broker: Broker | None = (
        connect(settings.broker_url, exchange=settings.exchange) if with_broker else None
    )
    stop = threading.Event()
    for name in (signal.SIGTERM, signal.SIGINT):
        signal.signal(name, lambda *_: stop.set())
    checks: dict[str, Callable[[], bool]] = {"database": deps.database.ping}
    if broker is not None:
        checks["broker"] = broker.ping
    serve_health(checks, deps.database, host=settings.host, port=settings.health_port)
    try:
        yield deps, broker, stop
    finally:
        if broker is not None:
            broker.close()
        deps.database.close()

"""The embedded platform: every service in one process, on SQLite and the broker inside the process."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx2
import sqlalchemy as sa
from flask import Flask
from werkzeug.middleware.dispatcher import DispatcherMiddleware

from deploy import border, secrets
from deploy.listening import Listener
from services.community.app import SERVICE as COMMUNITY
from services.events.app import SERVICE as EVENTS
from services.notifications.app import SERVICE as NOTIFICATIONS
from services.registrations.app import SERVICE as REGISTRATIONS
from services.web.app import create_app as create_web
from services.web.settings import Settings as WebSettings
from shared.clock import Clock, SystemClock
from shared.database.migrations import migrate
from shared.http.clients import JsonClient
from shared.messaging.broker import connect
from shared.messaging.relay import Relay
from shared.messaging.topology import topology
from shared.process import Service

SERVICES: tuple[Service, ...] = (COMMUNITY, EVENTS, REGISTRATIONS, NOTIFICATIONS)
# Which services each asks over HTTP; the transports below stay inside the process.
ASKS = {
    "community": (),
    "events": ("community",),
    "registrations": ("community",),
    "notifications": ("community", "registrations", "events"),
}
EXCHANGE = "doithoai"


@dataclass(frozen=True, kw_only=True)
class Options:
    """How the one process runs."""

    data: Path
    host: str = "127.0.0.1"
    port: int = 8000
    demo: bool = False
    # Where people reach the portal, if not at host and port.
    public_url: str = ""
    threads: int = 24
    mail: dict[str, Any] = field(
        default_factory=dict
    )  # settings of notifications: smtp_host, sendgrid_api_key, …

    def __post_init__(self) -> None:
        object.__setattr__(self, "public_url", self.public_url or f"http://{self.host}:{self.port}")


class Platform:
    """All services, their relays, consumers and worker, in threads of this process."""

    def __init__(self, options: Options, clock: Clock | None = None) -> None:
        self.options = options
        self._clock = clock or SystemClock()
        self._stop = threading.Event()
        self._threads: list[threading.Thread] = []
        self._secrets = secrets.load_or_make(options.data / "secrets")
        self._broker = connect("memory://embedded")
        self._mounted: Any = None
        self._listener: Listener | None = None
        self._hung_up = threading.Event()
        self.deps = {service.name: self._build(service) for service in SERVICES}
        self.apps: dict[str, Flask] = {
            service.name: service.create_app(self.deps[service.name]) for service in SERVICES
        }
        transports = {service.name: self._transport() for service in SERVICES}
        web = create_web(
            WebSettings(**self._settings_of_web()), transports=transports, clock=self._clock
        )
        self._nothing = border.nothing()
        mounts: dict[str, Any] = {f"/api/{name}": app for name, app in self.apps.items()}
        self._mounted = DispatcherMiddleware(web, mounts | {"/api": self._nothing})
        self.wsgi = self._dispatch

    def start(self) -> None:
        """Bring the databases up to date, then let messages flow (also those that waited in an outbox)."""
        for service in SERVICES:
            migrate(service.name, self.deps[service.name].database.engine)
        # Every queue before the first message: what is published must be routable.
        for service in SERVICES:
            self._broker.declare(
                topology(exchange=EXCHANGE, service=service.name, types=service.handlers.types)
            )
        for service in SERVICES:
            deps = self.deps[service.name]
            self._run(f"{service.name}.consume", self._consume, service, deps)
            self._run(f"{service.name}.relay", Relay(deps.database, self._broker).run, self._stop)
            if service.work is not None:
                self._run(f"{service.name}.work", service.work, deps, self._stop)

    def serve(self, *, ready: Callable[[], None] | None = None) -> None:
        """Answer HTTP until `hang_up`; OSError where the port is taken."""
        self._listener = self._listen()
        if self._hung_up.is_set():
            return
        if ready is not None:
            ready()
        self._listener.run()

    def serve_in_background(self) -> None:
        """As `serve`, in a thread; returns when the port is bound."""
        self._listener = self._listen()
        self._run("http", self._listener.run)

    def hang_up(self) -> None:
        """Answer no longer: `serve` returns, at once if it is called later."""
        self._hung_up.set()
        if self._listener is not None:
            self._listener.close()

    def _listen(self) -> Listener:
        options = self.options
        return Listener(self.wsgi, host=options.host, port=options.port, threads=options.threads)

    def settle(self, seconds: float = 30.0) -> bool:
        """Wait until every message had its effect; False where that took too long.

        An outbox row leaves when its consumers have committed, so empty outboxes mean that all is done.
        """
        deadline = time.monotonic() + seconds
        quiet = 0
        while time.monotonic() < deadline:
            quiet = quiet + 1 if not any(self._waiting()) else 0
            if quiet >= 2:
                return True
            self._stop.wait(0.02)
        return False

    def stop(self) -> None:
        """End the threads in order and close what is open."""
        self._stop.set()
        self.hang_up()
        for thread in self._threads:
            thread.join(timeout=5)
        self._broker.close()
        for deps in self.deps.values():
            deps.database.close()

    def _waiting(self) -> Iterable[bool]:
        for deps in self.deps.values():
            outbox = deps.database.tables.outbox
            with deps.database.engine.connect().execution_options(read_only=True) as connection:
                yield connection.scalar(sa.select(sa.exists().select_from(outbox))) or False

    def _build(self, service: Service) -> Any:
        settings = service.settings(**self._settings_of(service))
        clients = {
            name: JsonClient(f"http://in-process/api/{name}", transport=self._transport())
            for name in ASKS[service.name]
        }
        return service.build(
            settings, service.database(settings, self._clock), self._clock, **clients
        )

    def _settings_of(self, service: Service) -> dict[str, Any]:
        common = {
            "database_url": f"sqlite:///{self.options.data / service.name}.db",
            "public_url": self.options.public_url,
            "exchange": EXCHANGE,
        }
        own = self._secrets
        special: dict[str, dict[str, Any]] = {
            "community": {
                "signing_key": own["SIGNING_KEY"],
                "sign_in_key": own["SIGN_IN_KEY"],
                "service_clients": own["SERVICE_CLIENTS"],
            },
            "registrations": {"ticket_key": own["TICKET_KEY"]},
            "notifications": {
                "client_secret": own["NOTIFICATIONS_CLIENT_SECRET"],
                "data_dir": str(self.options.data),
                "demo": self.options.demo,
            }
            | self.options.mail,
        }
        return common | special.get(service.name, {})

    def _settings_of_web(self) -> dict[str, Any]:
        base = "http://in-process/api"
        urls = {f"{service.name}_url": f"{base}/{service.name}" for service in SERVICES}
        return urls | {
            "secret_key": self._secrets["SECRET_KEY"],
            "public_url": self.options.public_url,
            "demo": self.options.demo,
        }

    def _transport(self) -> httpx2.BaseTransport:
        return httpx2.WSGITransport(app=self._dispatch, raise_app_exceptions=False)

    def _dispatch(self, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        hidden = border.is_for_the_machine(environ) and not border.is_from_the_machine(environ)
        answer: Iterable[bytes] = (self._nothing if hidden else self._mounted)(
            environ, start_response
        )
        return answer

    def _consume(self, service: Service, deps: Any) -> None:
        service.consumer(deps).run(self._broker, exchange=EXCHANGE, stop=self._stop)

    def _run(self, name: str, target: Callable[..., None], *args: Any) -> None:
        thread = threading.Thread(target=target, args=args, name=name, daemon=True)
        thread.start()
        self._threads.append(thread)

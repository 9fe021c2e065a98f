"""The composed platform without containers: a process a role, against PostgreSQL and RabbitMQ.

The same processes that docker-compose.yml starts, supervised by this one; a process that ends is started again.
"""

from __future__ import annotations

import contextlib
import os
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any

import httpx2
import psycopg
from sqlalchemy.engine import make_url

from deploy import gateway, secrets

ROLES: Mapping[str, tuple[str, ...]] = {
    "community": ("api", "relay", "consume"),
    "events": ("api", "relay", "consume"),
    "registrations": ("api", "relay", "consume"),
    "notifications": ("api", "relay", "consume", "work"),
    "web": ("api",),
}
SECONDS_TO_BE_READY = 60.0


class NotReady(Exception):
    """A part did not come up; the text says which, and where its log is."""


@dataclass(frozen=True, kw_only=True)
class Options:
    """Where the parts are."""

    data: Path
    database_url: str
    broker_url: str
    host: str = "127.0.0.1"
    port: int = 8000
    exchange: str = "doithoai"
    database_prefix: str = "doithoai_"
    demo: bool = False
    extra: Mapping[str, str] = field(default_factory=dict)

    @property
    def public_url(self) -> str:
        return f"http://{self.host}:{self.port}"


@dataclass
class Part:
    """One process: what it runs, where it answers, and its log."""

    name: str
    command: list[str]
    environment: dict[str, str]
    health: str
    log: Path
    process: subprocess.Popen[bytes] | None = None
    started: float = 0.0

    def start(self) -> None:
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                self.command, env=self.environment, stdout=log, stderr=log, start_new_session=True
            )
        self.started = time.monotonic()

    def ready(self) -> bool:
        try:
            return httpx2.get(self.health, timeout=2.0, trust_env=False).status_code == 200
        except httpx2.TransportError:
            return False


class Composed:
    """All processes of the platform."""

    def __init__(self, options: Options, *, say: Callable[[str], None]) -> None:
        self._options, self._say = options, say
        self._stop = threading.Event()
        self._secrets = secrets.load_or_make(options.data / "secrets")
        self._ports = {service: free_port() for service in ROLES}
        (options.data / "logs").mkdir(parents=True, exist_ok=True)
        self.parts = {
            f"{service}.{role}": self._part(service, role)
            for service, roles in ROLES.items()
            for role in roles
        }
        self._gateway: Any = None
        self._keeper: threading.Thread | None = None

    def start(self) -> None:
        """Databases, migrations, processes, gateway; NotReady names what did not come up."""
        self._create_databases()
        for service in ROLES:
            if service != "web":
                self._migrate(service)
        services = {
            name: f"http://127.0.0.1:{port}" for name, port in self._ports.items() if name != "web"
        }
        self._gateway = gateway.serve(
            gateway.Gateway(f"http://127.0.0.1:{self._ports['web']}", services),
            host=self._options.host,
            port=self._options.port,
        )
        for part in self.parts.values():
            part.start()
        deadline = time.monotonic() + SECONDS_TO_BE_READY
        for part in self.parts.values():
            while not part.ready():
                if (
                    part.process is not None and part.process.poll() is not None
                ) or time.monotonic() > deadline:
                    raise NotReady(f"{part.name} did not become ready; see {part.log}")
                time.sleep(0.05)
            self._say(f"{part.name} (pid {part.process.pid if part.process else '?'})")
        self._keeper = threading.Thread(target=self._keep, name="keeper", daemon=True)
        self._keeper.start()

    def wait(self) -> None:
        """Until `stop`, from another thread or a signal handler."""
        while not self._stop.wait(0.5):
            pass

    def stop(self) -> None:
        """Ask every process to end, and wait for it."""
        self._stop.set()
        if self._keeper is not None:
            self._keeper.join(timeout=2)
        running = [
            part.process
            for part in self.parts.values()
            if part.process is not None and part.process.poll() is None
        ]
        for process in running:
            with contextlib.suppress(ProcessLookupError):
                process.terminate()
        for process in running:
            try:
                process.wait(timeout=12)
            except subprocess.TimeoutExpired:
                process.kill()
        if self._gateway is not None:
            self._gateway.close()

    def _keep(self) -> None:
        while not self._stop.wait(0.2):
            for part in self.parts.values():
                ended = part.process is not None and part.process.poll() is not None
                # One that ends at once is not started in a hot loop.
                if ended and time.monotonic() - part.started > 1.0 and not self._stop.is_set():
                    self._say(f"{part.name} ended and is started again")
                    part.start()

    def _create_databases(self) -> None:
        url = make_url(self._options.database_url).set(drivername="postgresql")
        with psycopg.connect(
            url.render_as_string(hide_password=False), autocommit=True, connect_timeout=5
        ) as admin:
            for service in ROLES:
                name = self._database(service)
                if (
                    service != "web"
                    and not admin.execute(
                        "SELECT 1 FROM pg_database WHERE datname = %s", (name,)
                    ).fetchone()
                ):
                    admin.execute(
                        psycopg.sql.SQL("CREATE DATABASE {}").format(psycopg.sql.Identifier(name))
                    )

    def _migrate(self, service: str) -> None:
        log = self._options.data / "logs" / f"{service}.migrate.log"
        with log.open("ab") as opened:
            done = _run(
                [sys.executable, "-m", f"services.{service}", "migrate"],
                self._environment(service, "migrate"),
                opened,
            )
        if done != 0:
            raise NotReady(f"the migrations of {service} failed; see {log}")
        self._say(f"{service}.migrate")

    def _database(self, service: str) -> str:
        return f"{self._options.database_prefix}{service}"

    def _part(self, service: str, role: str) -> Part:
        environment = self._environment(service, role)
        port = environment["PORT"] if role == "api" else environment["HEALTH_PORT"]
        return Part(
            name=f"{service}.{role}",
            command=[sys.executable, "-m", f"services.{service}", role],
            environment=environment,
            health=f"http://127.0.0.1:{port}/readyz",
            log=self._options.data / "logs" / f"{service}.{role}.log",
        )

    def _environment(self, service: str, role: str) -> dict[str, str]:
        own, options = self._secrets, self._options
        url = make_url(options.database_url).set(
            drivername="postgresql", database=self._database(service)
        )
        special = {
            "community": {
                "SIGNING_KEY": own["SIGNING_KEY"],
                "SIGN_IN_KEY": own["SIGN_IN_KEY"],
                "SERVICE_CLIENTS": own["SERVICE_CLIENTS"],
            },
            "registrations": {"TICKET_KEY": own["TICKET_KEY"]},
            "notifications": {
                "CLIENT_SECRET": own["NOTIFICATIONS_CLIENT_SECRET"],
                "DATA_DIR": str(options.data),
            },
            "web": {"SECRET_KEY": own["SECRET_KEY"]},
        }
        return {
            **{
                name: value
                for name, value in os.environ.items()
                if name in ("PATH", "HOME", "LANG", "TZ", "PYTHONPATH")
            },
            "PYTHONUNBUFFERED": "1",
            "DATABASE_URL": url.render_as_string(hide_password=False),
            "BROKER_URL": options.broker_url,
            "EXCHANGE": options.exchange,
            "PUBLIC_URL": options.public_url,
            "DEMO": "1" if options.demo else "0",
            "HOST": "127.0.0.1",
            "PORT": str(self._ports[service]),
            "HEALTH_PORT": str(free_port() if role not in ("api", "migrate") else 0),
            **{
                f"{name.upper()}_URL": f"http://127.0.0.1:{port}"
                for name, port in self._ports.items()
                if name != "web"
            },
            **special.get(service, {}),
            **options.extra,
        }


def free_port() -> int:
    """A port of this machine that nobody uses now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _run(command: list[str], environment: dict[str, str], log: IO[bytes]) -> int:
    return subprocess.run(
        command, env=environment, stdout=log, stderr=log, timeout=120, check=False
    ).returncode

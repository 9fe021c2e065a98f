"""The composed platform without containers: a process a role, against PostgreSQL and RabbitMQ.

The same processes that docker-compose.yml starts, supervised by this one; a process that ends is started again.
"""

from __future__ import annotations

import contextlib
import logging
import os
import signal
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
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError

from deploy import gateway, secrets
from deploy.listening import Listener
from deploy.unable import Unable
from shared.messaging.broker import connect

ROLES: Mapping[str, tuple[str, ...]] = {
    "community": ("api", "relay", "consume"),
    "events": ("api", "relay", "consume"),
    "registrations": ("api", "relay", "consume", "work"),
    "notifications": ("api", "relay", "consume", "work"),
    "web": ("api",),
}
SECONDS_TO_BE_READY = 60.0
SECONDS_TO_END = 12.0
# What a process may know of the environment of this one.
_PASSED_ON = ("PATH", "HOME", "LANG", "TZ", "PYTHONPATH")
_TIED = (sys.executable, "-I", "-S", str(Path(__file__).with_name("tied.py")))


class NotReady(Unable):
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
    # Where people reach the portal, if not at host and port.
    public_url: str = ""
    # Variables that say to notifications how mails leave, and others for every process.
    mail: Mapping[str, str] = field(default_factory=dict)
    extra: Mapping[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        object.__setattr__(self, "public_url", self.public_url or f"http://{self.host}:{self.port}")


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
        """Start it, in a session of its own; it ends with the thread that calls this, however that ends."""
        self.end_rest()
        command = [*_TIED, str(os.getpid()), *self.command]
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                command, env=self.environment, stdout=log, stderr=log, start_new_session=True
            )
        self.started = time.monotonic()

    def end_rest(self) -> None:
        """End what a process that is gone left behind: the workers of an API outlive kill -9 of their parent, and would
        go on answering at its port."""
        if self.process is not None and self.process.poll() is not None:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self.process.pid, signal.SIGKILL)

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
        self._gateway: Listener | None = None
        self._keeper: threading.Thread | None = None

    def start(self) -> None:
        """Databases, migrations, processes, gateway; NotReady names what did not come up.

        Returns early where `stop` was called meanwhile.
        """
        self._ask_the_broker()
        self._create_databases()
        for service in ROLES:
            if service != "web" and not self._stop.is_set():
                self._migrate(service)
        if self._stop.is_set():
            return
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
                if self._stop.is_set():
                    return
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
        deadline = time.monotonic() + SECONDS_TO_END
        for process in running:
            try:
                process.wait(timeout=max(0.0, deadline - time.monotonic()))
            except subprocess.TimeoutExpired:
                # With the processes that it started.
                with contextlib.suppress(ProcessLookupError):
                    os.killpg(process.pid, signal.SIGKILL)
                process.wait()
        for part in self.parts.values():
            part.end_rest()
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

    def _ask_the_broker(self) -> None:
        # What it would log is said here.
        logging.getLogger("pika").setLevel(logging.CRITICAL)
        url = self._options.broker_url
        if not url.startswith(("amqp://", "amqps://")):
            raise NotReady("BROKER_URL: amqp(s)://…, the address of a RabbitMQ")
        try:
            broker = connect(url, exchange=self._options.exchange)
        except ValueError as error:
            raise NotReady("BROKER_URL: this address cannot be used") from error
        answers = broker.ping(timeout=10)
        broker.close()
        if not answers:
            where = make_url(url).render_as_string(hide_password=True)
            raise NotReady(f"RabbitMQ does not answer at {where}; BROKER_URL says where it is")

    def _create_databases(self) -> None:
        url = self._database_url().render_as_string(hide_password=False)
        try:
            with psycopg.connect(url, autocommit=True, connect_timeout=5) as admin:
                for service in ROLES:
                    if service != "web":
                        self._create_database(admin, self._database(service))
        except psycopg.Error as error:
            why = str(error).strip().splitlines()[0]
            raise NotReady(
                f"PostgreSQL cannot be used ({why}); DATABASE_URL says where it is"
            ) from error

    @staticmethod
    def _create_database(admin: psycopg.Connection[Any], name: str) -> None:
        asked = "SELECT 1 FROM pg_database WHERE datname = %s"
        if not admin.execute(asked, (name,)).fetchone():
            admin.execute(
                psycopg.sql.SQL("CREATE DATABASE {}").format(psycopg.sql.Identifier(name))
            )

    def _database_url(self) -> URL:
        try:
            url = make_url(self._options.database_url)
        except (ArgumentError, ValueError) as error:
            raise NotReady("DATABASE_URL: this address cannot be used") from error
        if url.get_backend_name() != "postgresql":
            raise NotReady("DATABASE_URL: postgresql://…, where databases may be created")
        return url.set(drivername="postgresql")

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
        url = self._database_url().set(database=self._database(service))
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
                **options.mail,
            },
            "web": {"SECRET_KEY": own["SECRET_KEY"]},
        }
        return {
            **{name: value for name, value in os.environ.items() if name in _PASSED_ON},
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

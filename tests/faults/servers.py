"""What the faults happen to: private servers and the platforms on them, made when first needed, gone at the end."""

from __future__ import annotations

import contextlib
import itertools
import os
import shutil
import socket
import tempfile
from collections.abc import Callable
from pathlib import Path

import psycopg

from shared.database.engine import create_engine
from shared.database.migrations import migrate
from tests.faults.platforms import Embedded, Platform
from tests.faults.run import NotRun
from tests.support.servers import SECONDS_TO_START, PostgreSQL, RabbitMQ

# Below the ports that the kernel gives to clients: a server's port stays free while it is down.
_PORTS = itertools.count(20_000 + os.getpid() % 8_000)
_NAMES = itertools.count(1)


class Ground:
    """The private servers and the platforms of one run."""

    def __init__(self, say: Callable[[str], None], *, quick: bool = False) -> None:
        self._say, self._quick = say, quick
        self._undo = contextlib.ExitStack()
        self._postgresql: PostgreSQL | None = None
        self._rabbitmq: RabbitMQ | None = None
        self._platform: Platform | None = None
        self._embedded: Embedded | None = None
        self._migrated: dict[str, str] = {}

    @property
    def postgresql(self) -> PostgreSQL:
        if self._postgresql is None:
            if (tools := PostgreSQL.installed()) is None:
                raise NotRun("PostgreSQL is not installed")
            server = PostgreSQL(tools, self.folder(), port=quiet_port())
            server.create()
            self._undo.callback(server.stop)
            self._postgresql = server
        if not self._postgresql.is_running():
            self._postgresql.start()
        return self._postgresql

    @property
    def rabbitmq(self) -> RabbitMQ:
        self.launch_rabbitmq()
        assert self._rabbitmq is not None
        if not self._rabbitmq.answers_within(SECONDS_TO_START):
            raise RuntimeError("the private RabbitMQ does not answer")
        return self._rabbitmq

    def launch_rabbitmq(self) -> None:
        """Begin to start it, so that others start meanwhile."""
        if self._rabbitmq is None:
            if (tools := RabbitMQ.installed()) is None:
                raise NotRun("RabbitMQ is not installed")
            self._rabbitmq = RabbitMQ(
                tools, self.folder(), port=quiet_port(), dist_port=quiet_port()
            )
            self._undo.callback(self._rabbitmq.kill)
        if not self._rabbitmq.is_running():
            self._rabbitmq.launch()

    def platform(self) -> Platform:
        """The composed platform, whole and well, whatever the row before did to it."""
        if self._platform is None:
            self.launch_rabbitmq()
            postgresql, rabbitmq = self.postgresql, self.rabbitmq
            self._platform = Platform(
                self.folder(), postgresql, rabbitmq, port=quiet_port(), short_lease=self._quick
            )
            self._undo.callback(self._platform.stop)
            self._platform.start(self._say)
        _ = self.postgresql, self.rabbitmq
        self._platform.heal()
        return self._platform

    def embedded(self) -> Embedded:
        """The embedded platform."""
        if self._embedded is None:
            self._embedded = Embedded(self.folder(), short_lease=self._quick)
            self._undo.callback(self._embedded.stop)
            self._embedded.start()
        return self._embedded

    def prepare(self, needs: tuple[str, ...]) -> None:
        """Make, or mend, what a row needs."""
        if "rabbitmq" in needs:
            self.launch_rabbitmq()
        for name in needs:
            made = getattr(self, name)
            if callable(made):
                made()

    def database(self, service: str | None = None) -> str:
        """A new PostgreSQL database, empty or migrated for a service; its address."""
        if service is None:
            return self._database("template1")
        if service not in self._migrated:
            url = self._database("template1")
            engine = create_engine(url)
            migrate(service, engine)
            engine.dispose()
            self._migrated[service] = url.rpartition("/")[2]
        return self._database(self._migrated[service])

    def _database(self, template: str) -> str:
        name = f"faults_{next(_NAMES)}"
        with psycopg.connect(self.postgresql.url, autocommit=True) as admin:
            admin.execute(f'CREATE DATABASE "{name}" TEMPLATE "{template}"')
        return self.postgresql.url.rpartition("/")[0] + f"/{name}"

    def folder(self) -> Path:
        folder = Path(tempfile.mkdtemp(prefix="doithoai-faults-"))
        self._undo.callback(shutil.rmtree, folder, ignore_errors=True)
        return folder

    def on_close(self, undo: Callable[[], object]) -> None:
        self._undo.callback(undo)

    def close(self) -> None:
        self._undo.close()


def quiet_port() -> int:
    """A port that nobody uses and no client is given."""
    for port in _PORTS:
        with socket.socket() as probe, contextlib.suppress(OSError):
            probe.bind(("127.0.0.1", port))
            return port
    raise RuntimeError("no port is free")

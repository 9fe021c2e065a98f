"""PostgreSQL and RabbitMQ for the tests: the ones named, else the local ones, else private ones, else containers.

Found or started once, by the controlling pytest process; workers read DATABASE_URL and BROKER_URL.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import socket
import subprocess
import tempfile
import threading
import time
from collections.abc import Callable
from pathlib import Path
from urllib.parse import urlsplit

import psycopg

from deploy.up import free_port

STANDARD = {
    "DATABASE_URL": "postgresql://postgres@127.0.0.1:5432/postgres",
    "BROKER_URL": "amqp://guest:guest@127.0.0.1:5672/",
}
SECONDS_TO_START = 60.0


class Servers:
    """The servers of one test run; those that it started end with it."""

    def __init__(self) -> None:
        self._cleanup: list[Callable[[], object]] = []
        self.missing: dict[str, str] = {}

    def provide(self) -> None:
        """Set DATABASE_URL and BROKER_URL; what cannot be had is named in `missing`."""
        ways = {
            "DATABASE_URL": (answers_postgresql, self._start_postgresql, "postgres"),
            "BROKER_URL": (answers_rabbitmq, self._start_rabbitmq, "rabbitmq"),
        }
        for name, (answers, start, container) in ways.items():
            if os.environ.get(name):
                continue
            if answers(STANDARD[name]):
                os.environ[name] = STANDARD[name]
            elif (
                url := start() or self._container(container, STANDARD[name], answers)
            ) is not None:
                os.environ[name] = url
            else:
                self.missing[name] = (
                    f"no {container}: {name} is not set, nothing answers on the local port, no server is installed, no container engine runs"
                )

    def close(self) -> None:
        for undo in reversed(self._cleanup):
            undo()

    def _start_postgresql(self) -> str | None:
        if (tools := PostgreSQL.installed()) is None:
            return None
        server = PostgreSQL(tools, self._folder(), port=free_port())
        try:
            server.create()
            server.start()
        except (OSError, subprocess.SubprocessError):
            return None
        self._cleanup.append(server.stop)
        return server.url

    def _start_rabbitmq(self) -> str | None:
        if (tools := RabbitMQ.installed()) is None:
            return None
        server = RabbitMQ(tools, self._folder(), port=free_port(), dist_port=free_port())
        self._cleanup.append(server.stop)
        server.launch()
        return server.url if server.answers_within(SECONDS_TO_START) else None

    def _container(self, name: str, url: str, answers: Callable[[str], bool]) -> str | None:
        if shutil.which("docker") is None:
            return None
        ports = {"postgres": "5432:5432", "rabbitmq": "5672:5672"}
        images = {
            "postgres": ["-e", "POSTGRES_HOST_AUTH_METHOD=trust", "postgres:17-alpine"],
            "rabbitmq": ["rabbitmq:4-alpine"],
        }
        command = ["docker", "run", "--rm", "-d", "-p", f"127.0.0.1:{ports[name]}", *images[name]]
        try:
            started = subprocess.run(
                command, check=True, capture_output=True, text=True, timeout=180
            ).stdout.strip()
        except (OSError, subprocess.SubprocessError):
            return None
        self._cleanup.append(
            lambda: subprocess.run(
                ["docker", "stop", started], check=False, capture_output=True, timeout=60
            )
        )
        return url if _within(SECONDS_TO_START, lambda: answers(url)) else None

    def _folder(self) -> Path:
        folder = Path(tempfile.mkdtemp(prefix="doithoai-server-"))
        self._cleanup.append(lambda: shutil.rmtree(folder, ignore_errors=True))
        return folder


class PostgreSQL:
    """A private PostgreSQL: its data in a folder, a port of its own, gone when stopped."""

    def __init__(
        self, tools: Path, folder: Path, *, port: int, settings: tuple[str, ...] = ("fsync=off",)
    ) -> None:
        self.url = f"postgresql://postgres@127.0.0.1:{port}/postgres"
        self._tools, self._folder, self._data = tools, folder, folder / "data"
        named = ("listen_addresses=127.0.0.1", "max_connections=200", *settings)
        self._options = f"-p {port} -k {folder} " + " ".join(f"-c {one}" for one in named)
        # The server refuses to run as root.
        self._user = "postgres" if os.geteuid() == 0 else None

    @staticmethod
    def installed() -> Path | None:
        """The folder of its programs, if there is one."""
        found = sorted(Path("/usr/lib/postgresql").glob("*/bin/pg_ctl"))
        on_path = shutil.which("pg_ctl")
        return found[-1].parent if found else Path(on_path).parent if on_path else None

    def create(self) -> None:
        """Make an empty cluster; SubprocessError where that fails."""
        if self._user is not None:
            shutil.chown(self._folder, self._user)
        self._run("initdb", "-D", self._data, "-U", "postgres", "-A", "trust", "-E", "UTF8", "-N")

    def start(self) -> None:
        """Start, and return when it answers."""
        log, options = self._folder / "log", self._options
        self._run("pg_ctl", "-D", self._data, "-l", log, "-w", "-o", options, "start")

    def stop(self) -> None:
        """End at once, as in a crash: no checkpoint, connections cut."""
        with contextlib.suppress(subprocess.SubprocessError):
            self._run("pg_ctl", "-D", self._data, "-m", "immediate", "-w", "stop")

    def is_running(self) -> bool:
        return answers_postgresql(self.url)

    def _run(self, program: str, *arguments: str | Path) -> None:
        subprocess.run(
            [self._tools / program, *arguments],
            check=True,
            capture_output=True,
            timeout=120,
            user=self._user,
            cwd=self._folder,
        )


class RabbitMQ:
    """A private RabbitMQ node: its name, cookie, data and ports are its own."""

    def __init__(self, tools: Path, folder: Path, *, port: int, dist_port: int) -> None:
        self.url = f"amqp://guest:guest@127.0.0.1:{port}/"
        self._tools, self._folder = tools, folder
        self._process: subprocess.Popen[bytes] | None = None
        self._environment = os.environ | {
            "HOME": str(folder),
            "RABBITMQ_NODENAME": f"tests{port}@localhost",
            "RABBITMQ_NODE_PORT": str(port),
            "RABBITMQ_DIST_PORT": str(dist_port),
            "RABBITMQ_MNESIA_BASE": str(folder / "data"),
            "RABBITMQ_LOG_BASE": str(folder / "log"),
            "RABBITMQ_PID_FILE": str(folder / "pid"),
            "RABBITMQ_ENABLED_PLUGINS_FILE": str(folder / "plugins"),
            "RABBITMQ_CONFIG_FILE": str(folder / "none"),
        }

    @staticmethod
    def installed() -> Path | None:
        """The folder of its programs, if there is one."""
        found = sorted(Path("/usr/lib/rabbitmq").glob("**/sbin/rabbitmq-server"))
        on_path = shutil.which("rabbitmq-server")
        return found[0].parent if found else Path(on_path).parent if on_path else None

    def launch(self) -> None:
        """Begin to start."""
        with (self._folder / "output").open("ab") as output:
            self._process = subprocess.Popen(
                [self._tools / "rabbitmq-server"],
                env=self._environment,
                stdout=output,
                stderr=output,
                start_new_session=True,
            )

    def answers_within(self, seconds: float) -> bool:
        return _within(seconds, lambda: answers_rabbitmq(self.url))

    def stop(self) -> None:
        """End in order; by force where that takes too long."""
        if self._process is not None:
            self._process.terminate()
            try:
                self._process.wait(timeout=20)
            except subprocess.TimeoutExpired:
                self.kill()

    def kill(self) -> None:
        """kill -9 of the node and of what it started."""
        if self._process is not None:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self._process.pid, signal.SIGKILL)
            self._process.wait()

    def is_running(self) -> bool:
        return self._process is not None and self._process.poll() is None

    def control(self, *arguments: str) -> str:
        """What `rabbitmqctl` says to this node."""
        return subprocess.run(
            [self._tools / "rabbitmqctl", *arguments],
            env=self._environment,
            check=True,
            capture_output=True,
            text=True,
            timeout=60,
        ).stdout


def answers_postgresql(url: str) -> bool:
    try:
        psycopg.connect(url, connect_timeout=2).close()
    except psycopg.Error:
        return False
    return True


def answers_rabbitmq(url: str) -> bool:
    """Whether something there speaks AMQP 0-9-1."""
    address = urlsplit(url)
    try:
        with socket.create_connection(
            (address.hostname or "127.0.0.1", address.port or 5672), timeout=2
        ) as connection:
            connection.sendall(b"AMQP\x00\x00\x09\x01")
            return bool(connection.recv(7))
    except OSError:
        return False


def _within(seconds: float, condition: Callable[[], bool]) -> bool:
    pause, end = threading.Event(), time.monotonic() + seconds
    while time.monotonic() < end:
        if condition():
            return True
        pause.wait(0.1)
    return False

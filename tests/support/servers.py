"""PostgreSQL and RabbitMQ for the tests: the ones named, else the local ones, else private ones, else containers.

Found or started once, by the controlling pytest process; workers read DATABASE_URL and BROKER_URL.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
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
        binaries = sorted(Path("/usr/lib/postgresql").glob("*/bin/pg_ctl")) or [
            Path(found) for found in (shutil.which("pg_ctl"),) if found
        ]
        if not binaries:
            return None
        tools, folder, port = binaries[-1].parent, self._folder(), free_port()
        data = folder / "data"
        # The server refuses to run as root.
        user = "postgres" if os.geteuid() == 0 else None
        if user is not None:
            shutil.chown(folder, user)
        run: dict[str, Any] = {"capture_output": True, "timeout": 120, "user": user, "cwd": folder}
        options = f"-p {port} -k {folder} -c listen_addresses=127.0.0.1 -c fsync=off -c max_connections=200"
        try:
            subprocess.run(
                [tools / "initdb", "-D", data, "-U", "postgres", "-A", "trust", "-E", "UTF8"],
                check=True,
                **run,
            )
            subprocess.run(
                [tools / "pg_ctl", "-D", data, "-l", folder / "log", "-w", "-o", options, "start"],
                check=True,
                **run,
            )
        except (OSError, subprocess.SubprocessError):
            return None
        self._cleanup.append(
            lambda: subprocess.run(
                [tools / "pg_ctl", "-D", data, "-m", "immediate", "stop"], check=False, **run
            )
        )
        return f"postgresql://postgres@127.0.0.1:{port}/postgres"

    def _start_rabbitmq(self) -> str | None:
        binaries = sorted(Path("/usr/lib/rabbitmq").glob("**/sbin/rabbitmq-server")) or [
            Path(found) for found in (shutil.which("rabbitmq-server"),) if found
        ]
        if not binaries:
            return None
        folder, port = self._folder(), free_port()
        environment = os.environ | {
            "HOME": str(folder),
            "RABBITMQ_NODENAME": f"tests{port}@localhost",
            "RABBITMQ_NODE_PORT": str(port),
            "RABBITMQ_DIST_PORT": str(free_port()),
            "RABBITMQ_MNESIA_BASE": str(folder / "data"),
            "RABBITMQ_LOG_BASE": str(folder / "log"),
            "RABBITMQ_PID_FILE": str(folder / "pid"),
            "RABBITMQ_ENABLED_PLUGINS_FILE": str(folder / "plugins"),
            "RABBITMQ_CONFIG_FILE": str(folder / "none"),
        }
        with (folder / "output").open("wb") as output:
            process = subprocess.Popen(
                [binaries[0]], env=environment, stdout=output, stderr=output, start_new_session=True
            )
        self._cleanup.append(lambda: _end(process))
        url = f"amqp://guest:guest@127.0.0.1:{port}/"
        return url if _within(SECONDS_TO_START, lambda: answers_rabbitmq(url)) else None

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
    return any(True for _ in _ticks(seconds) if condition())


def _ticks(seconds: float) -> Iterator[None]:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        yield
        with contextlib.suppress(subprocess.TimeoutExpired):
            subprocess.run(["sleep", "0.3"], check=False, timeout=1)


def _end(process: subprocess.Popen[bytes]) -> None:
    process.terminate()
    try:
        process.wait(timeout=20)
    except subprocess.TimeoutExpired:
        process.kill()

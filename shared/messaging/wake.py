"""Waking the relay when an outbox row was committed, at no cost to the transaction that wrote it."""

from __future__ import annotations

import contextlib
import threading
from typing import Protocol

import psycopg
from sqlalchemy.engine import Engine

from shared.database.bounded import NETWORK, BoundedConnection
from shared.logs import get_logger

CHANNEL = "outbox"
log = get_logger("wake")


class Wake(Protocol):
    """One side says that there is something, the other waits for it."""

    def notify(self) -> None: ...

    def wait(self, seconds: float) -> None: ...

    def close(self) -> None: ...


class InProcessWake:
    """For a relay in the same process."""

    def __init__(self) -> None:
        self._event = threading.Event()

    def notify(self) -> None:
        self._event.set()

    def wait(self, seconds: float) -> None:
        self._event.wait(seconds)
        self._event.clear()

    def close(self) -> None:
        self._event.set()


class PostgresWake:
    """For a relay in another process: `NOTIFY`, sent outside of the business transaction and coalesced.

    Inside of it, NOTIFY takes a lock that serialises all commits of the database. A lost notice costs
    one poll of the relay, never a message.
    """

    def __init__(self, engine: Engine) -> None:
        self._dsn = engine.url.set(drivername="postgresql").render_as_string(hide_password=False)
        self._pending = threading.Event()
        self._closed = threading.Event()
        self._sender: threading.Thread | None = None
        self._starting = threading.Lock()
        self._listener: psycopg.Connection[tuple[object, ...]] | None = None

    def notify(self) -> None:
        self._pending.set()
        if self._sender is None:
            with self._starting:
                if self._sender is None:
                    self._sender = threading.Thread(target=self._send, name="wake", daemon=True)
                    self._sender.start()

    def wait(self, seconds: float) -> None:
        try:
            if self._listener is None:
                self._listener = self._connect()
                self._listener.execute(f"LISTEN {CHANNEL}")
                # A commit may have come between the last look and LISTEN: look once more.
                return
            for _ in self._listener.notifies(timeout=seconds, stop_after=1):
                pass
        except psycopg.Error:
            self._drop_listener()
            self._closed.wait(seconds)

    def close(self) -> None:
        self._closed.set()
        self._pending.set()
        self._drop_listener()

    def _connect(self) -> psycopg.Connection[tuple[object, ...]]:
        # A notice is a commit, too, but nothing in it needs to be on the disk before the relay hears of it.
        options = "-c synchronous_commit=off"
        return BoundedConnection.connect(self._dsn, autocommit=True, options=options, **NETWORK)

    def _drop_listener(self) -> None:
        if self._listener is not None:
            with contextlib.suppress(psycopg.Error):
                self._listener.close()
            self._listener = None

    def _send(self) -> None:
        connection = None
        while not self._closed.is_set():
            self._pending.wait()
            self._pending.clear()
            try:
                connection = connection or self._connect()
                connection.execute(f"NOTIFY {CHANNEL}")
            except psycopg.Error:
                connection = None  # the relay's poll stands in for this notice
        if connection is not None:
            connection.close()


def wake_for(engine: Engine) -> Wake:
    """The way to wake a relay of the service whose database this is."""
    return PostgresWake(engine) if engine.dialect.name == "postgresql" else InProcessWake()

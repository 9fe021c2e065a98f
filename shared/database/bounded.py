"""A connection to PostgreSQL on which no wait is endless."""

from __future__ import annotations

import time
from typing import Any

import psycopg
from psycopg.abc import RV, PQGen

CONNECT_SECONDS = 5
LOCK_MILLISECONDS = 10_000
STATEMENT_MILLISECONDS = 15_000
NETWORK: dict[str, Any] = {
    "connect_timeout": CONNECT_SECONDS,
    "keepalives_idle": 10,
    "keepalives_interval": 5,
    "keepalives_count": 3,
    "tcp_user_timeout": 15_000,
}


class BoundedConnection(psycopg.Connection[Any]):
    """Gives up a server that says nothing.

    The server's own timeouts do not help where its answer is lost on the way, and those of TCP do not where something
    in between (a proxy, a firewall) takes the bytes and says so.
    """

    # Beyond what the server allows a statement: whoever is silent for so long is not there any more.
    longest_silence = STATEMENT_MILLISECONDS / 1000 + 5

    def wait(self, gen: PQGen[RV], interval: float = 0.1, timeout: float | None = None) -> RV:
        began = time.monotonic()
        try:
            return super().wait(gen, interval, self.longest_silence if timeout is None else timeout)
        except psycopg.OperationalError:
            if time.monotonic() - began >= self.longest_silence:
                # What it still says would be taken for the answer to another question.
                self.pgconn.finish()
            raise

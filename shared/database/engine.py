"""Engines for the two databases, each made safe against what it gets wrong by itself.

SQLite: the driver's default begins a transaction only at the first write, so two readers who then
write lose an update in silence. `BEGIN IMMEDIATE` takes the one writer's place at the start; a unit of
work that only reads says so and begins without it.

PostgreSQL: every wait has a bound (connect, statement, lock, a peer that vanished without a word; bounded.py).
"""

from __future__ import annotations

import sqlite3
from typing import Any

import sqlalchemy as sa
from sqlalchemy import event
from sqlalchemy.engine import URL, Connection, Engine, make_url

from shared.database.bounded import (
    CONNECT_SECONDS,
    LOCK_MILLISECONDS,
    NETWORK,
    STATEMENT_MILLISECONDS,
    BoundedConnection,
)


def create_engine(database_url: str, *, pool_size: int = 16) -> Engine:
    """An engine for `sqlite:///path` or `postgresql://…`; other databases are refused with a ValueError."""
    url = make_url(database_url)
    match url.get_backend_name():
        case "sqlite":
            return _sqlite(url)
        case "postgresql":
            return _postgresql(url, pool_size)
        case other:
            raise ValueError(f"DATABASE_URL: neither PostgreSQL nor SQLite: {other}")


def _sqlite(url: URL) -> Engine:
    engine = sa.create_engine(
        url,
        connect_args={"timeout": LOCK_MILLISECONDS / 1000, "check_same_thread": False},
        pool_timeout=CONNECT_SECONDS,
        pool_size=16,
        max_overflow=16,
    )

    @event.listens_for(engine, "connect")
    def _prepare(connection: sqlite3.Connection, _record: Any) -> None:
        connection.isolation_level = None
        for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON"):
            connection.execute(f"PRAGMA {pragma}")

    @event.listens_for(engine, "begin")
    def _begin(connection: Connection) -> None:
        read_only = connection.get_execution_options().get("read_only", False)
        connection.exec_driver_sql("BEGIN" if read_only else "BEGIN IMMEDIATE")

    return engine


def _postgresql(url: URL, pool_size: int) -> Engine:
    engine = sa.create_engine(
        url.set(drivername="postgresql+psycopg"),
        pool_size=pool_size,
        max_overflow=4,
        pool_timeout=CONNECT_SECONDS,
        pool_pre_ping=True,
        connect_args=NETWORK
        | {
            "options": f"-c timezone=utc -c lock_timeout={LOCK_MILLISECONDS}"
            f" -c statement_timeout={STATEMENT_MILLISECONDS}"
            " -c idle_in_transaction_session_timeout=60000"
            # The server's side of the line: a client that vanished holds no lock for hours.
            " -c tcp_keepalives_idle=10 -c tcp_keepalives_interval=5 -c tcp_keepalives_count=3"
            " -c tcp_user_timeout=15000"
            # Questions here take milliseconds; compiling one first takes a hundred.
            " -c jit=off",
        },
    )

    @event.listens_for(engine, "do_connect")
    def _connect(_dialect: Any, _record: Any, args: Any, kwargs: Any) -> BoundedConnection:
        return BoundedConnection.connect(*args, **kwargs)

    return engine

"""Databases for tests: a migrated SQLite file or PostgreSQL database a service, emptied between tests."""

from __future__ import annotations

import os
import shutil
import uuid
from pathlib import Path
from typing import Any

import psycopg
import sqlalchemy as sa
from sqlalchemy.engine import make_url

from shared.database.engine import create_engine
from shared.database.migrations import migrate

STANDARD_POSTGRESQL = "postgresql://postgres@127.0.0.1:5432/postgres"


def postgresql_url() -> str:
    """Where the tests' PostgreSQL is: DATABASE_URL, else the standard local port."""
    return os.environ.get("DATABASE_URL") or STANDARD_POSTGRESQL


def dsn(url: str) -> str:
    return make_url(url).set(drivername="postgresql").render_as_string(hide_password=False)


def create_database() -> str:
    """A new, empty PostgreSQL database; its address."""
    name = f"doithoai_test_{uuid.uuid4().hex[:12]}"
    with psycopg.connect(dsn(postgresql_url()), autocommit=True) as admin:
        admin.execute(f'CREATE DATABASE "{name}"')
    return dsn(make_url(postgresql_url()).set(database=name).render_as_string(hide_password=False))


def drop_database(url: str) -> None:
    """Remove it, whoever is still connected."""
    with psycopg.connect(dsn(postgresql_url()), autocommit=True) as admin:
        admin.execute(f'DROP DATABASE IF EXISTS "{make_url(url).database}" WITH (FORCE)')


class ServiceDatabases:
    """Migrated databases, made once a test session and worker, given out empty."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._sqlite: dict[str, Path] = {}
        self._postgresql: dict[str, str] = {}
        # What migrations themselves put into tables: (table, rows) a service.
        self._begun_with: dict[str, list[tuple[sa.Table, list[dict[str, Any]]]]] = {}

    def sqlite(self, service: str, folder: Path) -> str:
        """A fresh copy of the migrated file."""
        if service not in self._sqlite:
            made = self._folder / f"{service}.db"
            engine = create_engine(f"sqlite:///{made}")
            migrate(service, engine)
            with engine.connect() as connection:
                connection.exec_driver_sql("COMMIT")
                connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
            engine.dispose()
            self._sqlite[service] = made
        copy = folder / f"{service}-{uuid.uuid4().hex[:6]}.db"
        shutil.copy(self._sqlite[service], copy)
        return f"sqlite:///{copy}"

    def postgresql(self, service: str) -> str:
        """The session's database of this service, emptied."""
        if service not in self._postgresql:
            url = create_database()
            engine = create_engine(url)
            migrate(service, engine)
            self._begun_with[service] = _rows(engine, service)
            engine.dispose()
            self._postgresql[service] = url
        url = self._postgresql[service]
        self._empty(url, service)
        return url

    def _empty(self, url: str, service: str) -> None:
        engine = create_engine(url, pool_size=1)
        with engine.begin() as connection:
            tables = ", ".join(_tables(connection, service))
            connection.execute(sa.text(f"TRUNCATE {tables} RESTART IDENTITY CASCADE"))
            for table, rows in self._begun_with[service]:
                connection.execute(sa.insert(table), rows)
        engine.dispose()

    def drop(self) -> None:
        """Remove what was made."""
        for url in self._postgresql.values():
            drop_database(url)


def _tables(connection: sa.Connection, service: str) -> list[str]:
    kept = f"alembic_version_{service}"
    return [table for table in sa.inspect(connection).get_table_names() if table != kept]


def _rows(engine: sa.Engine, service: str) -> list[tuple[sa.Table, list[dict[str, Any]]]]:
    with engine.connect() as connection:
        reflected = sa.MetaData()
        reflected.reflect(connection, only=_tables(connection, service))
        found = [
            (table, [dict(row) for row in connection.execute(sa.select(table)).mappings()])
            for table in reflected.sorted_tables
        ]
    return [(table, rows) for table, rows in found if rows]

"""Databases for tests: a migrated SQLite file or PostgreSQL database a service, emptied between tests."""

from __future__ import annotations

import os
import shutil
import uuid
from pathlib import Path

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
            engine.dispose()
            self._postgresql[service] = url
        url = self._postgresql[service]
        self._empty(url, service)
        return url

    def _empty(self, url: str, service: str) -> None:
        engine = create_engine(url, pool_size=1)
        kept = f"alembic_version_{service}"
        with engine.begin() as connection:
            tables = [t for t in sa.inspect(connection).get_table_names() if t != kept]
            connection.execute(sa.text(f"TRUNCATE {', '.join(tables)} RESTART IDENTITY CASCADE"))
        engine.dispose()

    def drop(self) -> None:
        """Remove what was made."""
        for url in self._postgresql.values():
            drop_database(url)

"""Real SQLite databases for simulated processes: faults at the driver's commits, and emptied for the next seed."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Protocol

import sqlalchemy as sa
from sqlalchemy import event
from sqlalchemy.engine import Engine

from shared.database.engine import create_engine


class Edge(Protocol):
    """What happens before each transaction, and around each commit that changed something."""

    def before_transaction(self) -> None: ...

    def before_commit(self) -> None: ...

    def after_commit(self) -> None: ...


class Disk:
    """One service's database file, and the edge at which its transactions are committed."""

    def __init__(self, url: str, metadata: sa.MetaData | None = None) -> None:
        """`metadata`: make these tables; without, they are there already."""
        self.engine: Engine = create_engine(url)
        self.edge: Edge | None = None
        disk = self

        class Driver(sqlite3.Connection):
            """The driver's connection, which tells the edge of its commits."""

            _changes = 0

            def commit(self) -> None:
                edge = disk.edge if self.total_changes != self._changes else None
                if edge is not None:
                    try:
                        edge.before_commit()
                    except BaseException:
                        # As SQLite does where the disk fails (sqlite.org/lang_transaction.html, 3.1) or a process ends.
                        self.rollback()
                        raise
                super().commit()
                self._changes = self.total_changes
                if edge is not None:
                    edge.after_commit()

            def rollback(self) -> None:
                super().rollback()
                self._changes = self.total_changes

        @event.listens_for(self.engine, "do_connect")
        def _connect(_dialect: Any, _record: Any, _args: Any, options: dict[str, Any]) -> None:
            options["factory"] = Driver

        # The moment before a transaction: the engine's own "begin" is already inside of it.
        @event.listens_for(self.engine, "checkout")
        def _begin(_connection: Any, _record: Any, _proxy: Any) -> None:
            if self.edge is not None:
                self.edge.before_transaction()

        # Processes crash here, the machine does not: nothing needs to reach the disk.
        @event.listens_for(self.engine, "connect")
        def _prepare(connection: sqlite3.Connection, _record: Any) -> None:
            connection.execute("PRAGMA synchronous=OFF")

        if metadata is not None:
            metadata.create_all(self.engine)
        with self.engine.connect() as connection:
            self._tables = [
                name
                for name in sa.inspect(connection).get_table_names()
                if not name.startswith("alembic_version") and name != "kinds"
            ]

    def empty(self) -> None:
        """Leave nothing of the last run, the counters of rows included."""
        with self._apart() as connection:
            connection.exec_driver_sql("PRAGMA defer_foreign_keys=ON")
            for name in (*self._tables, "sqlite_sequence"):
                connection.exec_driver_sql(f"DELETE FROM {name}")

    def rows(self, statement: sa.Select[Any] | str) -> list[sa.Row[Any]]:
        """What stands in the tables."""
        query = sa.text(statement) if isinstance(statement, str) else statement
        with self._apart() as connection:
            return list(connection.execute(query).all())

    def write(self, statement: str) -> None:
        """Change the tables from outside, as no process does."""
        with self._apart() as connection:
            connection.exec_driver_sql(statement)

    def close(self) -> None:
        self.engine.dispose()

    @contextmanager
    def _apart(self) -> Iterator[sa.Connection]:
        """A transaction that is no part of the run: nothing happens at its edges."""
        edge, self.edge = self.edge, None
        try:
            with self.engine.begin() as connection:
                yield connection
        finally:
            self.edge = edge

"""How many messages of a service wait, failed or are parked: for /metrics and for operators."""

from __future__ import annotations

from dataclasses import dataclass

import sqlalchemy as sa

from shared.database.unit_of_work import Database


@dataclass(frozen=True, slots=True)
class Figures:
    """Counts, and how old the oldest row of the outbox is in seconds (0 when it is empty)."""

    outbox: int
    oldest_seconds: float
    unroutable: int
    failed: int
    parked: int


def figures(database: Database) -> Figures:
    """The figures as they are now, in one query; DBAPIError or a pool's TimeoutError when the database is away."""
    tables = database.tables
    outbox, failed = tables.outbox, tables.failed
    waits = failed.c.next_attempt_at.is_not(None)
    parked = failed.c.next_attempt_at.is_(None) & failed.c.settled_at.is_(None)
    query = sa.select(
        _count(outbox).label("outbox"),
        sa.select(sa.func.min(outbox.c.created_at)).scalar_subquery().label("oldest"),
        _count(tables.unroutable).label("unroutable"),
        _count(failed, waits).label("failed"),
        _count(failed, parked).label("parked"),
    )
    with database.engine.connect().execution_options(read_only=True) as connection:
        row = connection.execute(query).one()
    age = 0.0 if row.oldest is None else (database.clock.now() - row.oldest).total_seconds()
    return Figures(row.outbox, max(age, 0.0), row.unroutable, row.failed, row.parked)


def _count(table: sa.Table, *where: sa.ColumnElement[bool]) -> sa.ScalarSelect[int]:
    return sa.select(sa.func.count()).select_from(table).where(*where).scalar_subquery()

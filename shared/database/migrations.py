"""Migrations: one Alembic tree a service, run from its package, with a version table of its own."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from alembic import command, context
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy.engine import Engine

_MIGRATION_LOCK = 0x0D1A_316


def config(service: str, engine: Engine | None = None) -> Config:
    """Alembic's configuration for one service's tree."""
    found = Config()
    tree = Path(__file__).resolve().parents[2] / "services" / service / "migrations"
    found.set_main_option("script_location", str(tree).replace("%", "%%"))
    found.attributes["engine"] = engine
    found.attributes["service"] = service
    return found


def migrate(service: str, engine: Engine) -> None:
    """Bring a database to the newest revision; two that start at once do it one after the other."""
    command.upgrade(config(service, engine), "head")


def heads(service: str) -> tuple[str, ...]:
    """The newest revisions of a tree: more than one is a mistake."""
    return tuple(ScriptDirectory.from_config(config(service)).get_heads())


def differences(service: str, engine: Engine, metadata: sa.MetaData) -> list[object]:
    """What the models say and the migrated database does not have, or the other way round."""
    with engine.connect() as connection:
        options = {
            "version_table": _version_table(service),
            "compare_type": True,
            "include_object": _belonging_to(engine),
        }
        return list(
            compare_metadata(MigrationContext.configure(connection, opts=options), metadata)
        )


def _belonging_to(engine: Engine) -> Callable[..., bool]:
    """Says of each thing whether this database is to have it: `ddl_if` gives an index to one dialect alone."""

    def belongs(thing: Any, name: str | None, kind: str, *_: object) -> bool:
        only = getattr(thing, "_ddl_if", None)
        return kind != "index" or only is None or only.dialect == engine.dialect.name

    return belongs


def run(metadata: sa.MetaData) -> None:
    """The whole of a service's `migrations/env.py`."""
    settings = context.config
    engine: Engine = settings.attributes["engine"]
    with engine.connect() as connection:
        if connection.dialect.name == "postgresql":
            connection.execute(sa.select(sa.func.pg_advisory_lock(_MIGRATION_LOCK)))
            connection.commit()
        else:
            # A table that others refer to is changed by making it anew. Inside a transaction this would do nothing.
            _set_foreign_keys(connection, "OFF")
        context.configure(
            connection=connection,
            target_metadata=metadata,
            version_table=_version_table(settings.attributes["service"]),
            render_as_batch=connection.dialect.name == "sqlite",
            include_object=_belonging_to(engine),
            transaction_per_migration=True,
            on_version_apply=_require_whole,  # type: ignore[arg-type]  # called by keyword
        )
        with context.begin_transaction():
            context.run_migrations()
        connection.commit()
        if connection.dialect.name == "postgresql":
            connection.execute(sa.select(sa.func.pg_advisory_unlock(_MIGRATION_LOCK)))
            connection.commit()
        else:
            _set_foreign_keys(connection, "ON")


def _set_foreign_keys(connection: sa.Connection, to: str) -> None:
    driver: Any = connection.connection.driver_connection
    driver.execute(f"PRAGMA foreign_keys = {to}")


def _require_whole(*, ctx: MigrationContext, **_: object) -> None:
    """Before a step is committed on SQLite: nothing refers to what is not there."""
    connection = ctx.connection
    if connection is None or connection.dialect.name != "sqlite":
        return
    if broken := connection.exec_driver_sql("PRAGMA foreign_key_check").all():
        raise RuntimeError(f"a migration broke {len(broken)} references: {broken[0]}")


def _version_table(service: str) -> str:
    return f"alembic_version_{service}"

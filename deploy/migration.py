"""`python -m deploy.migration <service> "what changed"`: writes the next revision from the models."""

from __future__ import annotations

import tempfile
from pathlib import Path

import click
from alembic import command

from shared.database.engine import create_engine
from shared.database.migrations import config, heads, migrate


@click.command()
@click.argument("service")
@click.argument("what")
def main(service: str, what: str) -> None:
    """Compare the models of SERVICE with its migrations and write the difference as a revision."""
    with tempfile.TemporaryDirectory() as folder:
        engine = create_engine(f"sqlite:///{Path(folder) / 'scratch.db'}")
        migrate(service, engine)
        newest = heads(service)
        following = f"{int(newest[0]) + 1:04d}" if newest else "0001"
        command.revision(config(service, engine), message=what, autogenerate=True, rev_id=following)
        engine.dispose()


if __name__ == "__main__":
    main()

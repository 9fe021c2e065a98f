"""`python -m services.web api`."""

from __future__ import annotations

import sys

import click
from environs import EnvError

from services.web.settings import Settings
from shared import logs
from shared.process import serve


@click.group(help="The roles of web.")
def roles() -> None:
    pass


@roles.command(help="Answer people's browsers.")
def api() -> None:
    try:
        settings = Settings.from_env()
    except EnvError as error:
        sys.exit(f"web: {error}; docs/settings.md lists every setting")
    logs.configure(settings.log_format)
    serve("services.web.app:wsgi", settings)


if __name__ == "__main__":
    roles()

"""`python -m services.community api | relay | consume | migrate | admin`."""

from __future__ import annotations

import sys

import click
from sqlalchemy.exc import DBAPIError

from services.community.administering import NAME, make_administrator
from services.community.app import SERVICE
from shared.clock import SystemClock
from shared.process import deps_of, main, settings_of


@click.command(help="Make EMAIL an administrator of the platform; it then signs in like everybody.")
@click.argument("email")
@click.option("--name", default=NAME, show_default=True)
def admin(email: str, name: str) -> None:
    deps = deps_of(SERVICE, settings_of(SERVICE))
    try:
        make_administrator(deps.database, SystemClock(), email=email, name=name)
    except ValueError as error:
        sys.exit(f"community: {error}")
    except DBAPIError as error:
        sys.exit(f"community: the database cannot be used: {str(error.orig).splitlines()[0]}")
    finally:
        deps.database.close()
    click.echo(f"{email} có quyền quản trị · is an administrator")


main(SERVICE, "services.community.app:wsgi", admin)

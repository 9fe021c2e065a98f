"""Making the first administrator from outside community, in its database itself."""

from __future__ import annotations

from pathlib import Path

from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError, DBAPIError

from deploy.unable import Unable
from services.community.administering import make_administrator
from services.community.app import SERVICE
from shared.clock import SystemClock


def create_admin(database_url: str, *, email: str, name: str) -> None:
    """Give `email` the administration of the platform; done twice, it changes nothing.

    The database is brought to the newest revision first. Unable: no platform keeps its data there (SQLite would make
    a file), the database does not answer, or that is no mail address.
    """
    clock = SystemClock()
    try:
        url = make_url(database_url)
        if url.get_backend_name() == "sqlite" and not Path(url.database or "").is_file():
            raise Unable(
                f"there is no database {url.database} yet; start the platform there once (doithoai serve --data FOLDER)"
            )
        settings = SERVICE.settings(database_url=database_url, signing_key="", sign_in_key="")
        database = SERVICE.database(settings, clock)
    except (ArgumentError, ValueError) as error:
        raise Unable("DATABASE_URL: neither postgresql://… nor sqlite:///path") from error
    try:
        make_administrator(database, clock, email=email, name=name)
    except ValueError as error:
        raise Unable(str(error)) from error
    except DBAPIError as error:
        raise Unable(
            f"the database cannot be used: {str(error.orig).strip().splitlines()[0]}"
        ) from error
    finally:
        database.close()

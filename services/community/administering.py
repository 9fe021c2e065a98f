"""Making the platform's administrators, in the database itself: nobody else can name the first."""

from __future__ import annotations

import marshmallow as ma

from services.community import operations
from services.community.repository import UnitOfWork
from services.community.schemas import MailAddress
from shared.clock import Clock
from shared.database.migrations import migrate
from shared.database.unit_of_work import Database
from shared.http.schemas import Line

NAME = "Quản trị viên"


class Administrator(ma.Schema):
    """Who is to administer the platform."""

    email = MailAddress(required=True)
    name = Line(200, required=True)


def make_administrator(database: Database, clock: Clock, *, email: str, name: str = NAME) -> None:
    """Give `email` the administration of the platform; done twice, it changes nothing.

    The database is brought to the newest revision first. ValueError says in one line what is wrong with the
    address or the name.
    """
    try:
        who = Administrator().load({"email": email, "name": name})
    except ma.ValidationError as error:
        if "email" in error.messages_dict:
            raise ValueError(f"{email!r} is no mail address") from error
        raise ValueError("a name is one line of 1 to 200 characters") from error
    migrate(database.service, database.engine)
    with UnitOfWork(database) as uow:
        operations.create_admin(uow, email=who["email"], name=who["name"], now=clock.now())

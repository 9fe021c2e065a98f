"""Making the first administrator, in community's database itself."""

from __future__ import annotations

from services.community import operations
from services.community.app import SERVICE
from services.community.repository import UnitOfWork
from shared.clock import SystemClock
from shared.database.engine import create_engine
from shared.database.unit_of_work import Database
from shared.messaging.wake import wake_for


def create_admin(database_url: str, *, email: str, name: str) -> None:
    """Give `email` the administration of the platform; done twice, it changes nothing."""
    engine = create_engine(database_url)
    clock = SystemClock()
    database = Database(
        SERVICE.name,
        engine,
        SERVICE.tables,
        wake_for(engine),
        clock,
        (SERVICE.name, "notifications"),
    )
    with UnitOfWork(database) as uow:
        operations.create_admin(uow, email=email, name=name, now=clock.now())
    database.close()

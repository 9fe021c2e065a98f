"""Asking the services' databases about messages; what cannot be asked ends the command with one clear line."""

from __future__ import annotations

import re
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from importlib import import_module
from pathlib import Path
from typing import NoReturn, TypeVar
from uuid import UUID

from deploy.operating.addresses import Addresses, Unsaid, in_environment, in_folder, open_database
from deploy.operating.status import AWAY, cause
from deploy.operating.terminal import harmless
from deploy.secrets import DATABASES
from shared.messaging.failed import KEPT_SETTLED
from shared.messaging.inbox import KEPT
from shared.messaging.life import Known
from shared.messaging.operating import ServiceMessages, Standing

_ROW = re.compile(r"([a-z][a-z_-]*):([0-9]{1,18})")
T = TypeVar("T")
FORGOTTEN = (
    f"what was handled is kept for {KEPT.days} days, and what failed and was settled "
    f"for {KEPT_SETTLED.days}"
)


def where(data: Path | None, service: str | None) -> Addresses:
    """The addresses of what was asked for: the embedded platform in a folder, else what the environment names."""
    try:
        return (in_folder(data) if data is not None else in_environment(service)).of(service)
    except Unsaid as error:
        stop(str(error))


@contextmanager
def opened(addresses: Addresses) -> Iterator[list[ServiceMessages]]:
    """The messages of every service there, closed at the end."""
    services: list[ServiceMessages] = []
    try:
        for service, url in addresses.databases.items():
            services.append(ServiceMessages(open_database(service, url)))
        yield services
    except Unsaid as error:
        stop(str(error))
    finally:
        for one in services:
            one.database.close()


def each(
    services: Sequence[ServiceMessages], ask: Callable[[ServiceMessages], T]
) -> Iterator[tuple[ServiceMessages, T]]:
    """Ask every service; the first database that does not answer ends the command."""
    for one in services:
        try:
            answer = ask(one)
        except AWAY as error:
            stop(f"{one.service}: its database does not answer: {cause(error)}")
        yield one, answer


def find(services: Sequence[ServiceMessages], which: str) -> list[tuple[ServiceMessages, Standing]]:
    """Where one message stands; at least one place, else the command ends."""
    row = _ROW.fullmatch(which)
    if row is not None and row[1] in {one.service for one in services}:
        own = [one for one in services if one.service == row[1]]
        answers = list(each(own, lambda one: one.of_row(int(row[2]))))
    else:
        answers = list(each(services, lambda one: one.of_id(which)))
    found = [(one, standing) for one, standing in answers if standing is not None]
    if not found:
        stop(
            f"nothing is known of {harmless(which)}: it never came here, or it is over; {FORGOTTEN}"
        )
    return found


def event_of(addresses: Addresses, registration: str) -> str | None:
    """The event of a registration; None for what is no registration of this deployment."""
    from services.registrations.repository import UnitOfWork
    from shared.http.problems import NotFound

    try:
        identity = UUID(registration)
        database = open_database("registrations", addresses.databases["registrations"])
    except (ValueError, KeyError):
        return None
    except Unsaid as error:
        stop(str(error))
    try:
        with UnitOfWork(database, read_only=True) as uow:
            return str(uow.registrations.get(identity).event_id)
    except NotFound:
        return None
    except AWAY as error:
        stop(f"registrations: its database does not answer: {cause(error)}")
    finally:
        database.close()


def catalogue() -> dict[str, Known]:
    """Who publishes what, and for whom."""
    return {
        type_.name: Known(service, type_.consumed_by)
        for service in DATABASES
        for type_ in import_module(f"services.{service}.messages").PUBLISHED
    }


def stop(why: str) -> NoReturn:
    sys.exit(f"doithoai messages: {why}")

"""How the messages of a deployment are: each service's figures, each queue's depth, and what needs a person."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from deploy.operating.addresses import Addresses, Unsaid, open_database
from deploy.operating.terminal import age
from shared.messaging.broker import Depth
from shared.messaging.figures import Figures, figures
from shared.messaging.pika_adapter import AWAY as BROKER_AWAY
from shared.messaging.pika_adapter import PikaBroker

AWAY = (DBAPIError, PoolTimeout)
# An outbox empties within seconds; a row this old says that the relay or the broker is away.
OLDEST_SECONDS = 300


@dataclass(frozen=True, slots=True, kw_only=True)
class Status:
    """What was found; `troubles` are sentences, one for each thing that needs a person."""

    services: dict[str, Figures | None]
    queues: Sequence[Depth] | None
    troubles: Sequence[str]

    def document(self) -> dict[str, Any]:
        """The same as JSON's objects."""
        return {
            "services": [
                {
                    "service": service,
                    "database": "away" if found is None else "up",
                    "outbox": found and found.outbox,
                    "oldest_seconds": found and round(found.oldest_seconds, 1),
                    "unroutable": found and found.unroutable,
                    "failed": found and found.failed,
                    "parked": found and found.parked,
                }
                for service, found in self.services.items()
            ],
            "queues": [
                {
                    "queue": one.queue,
                    "ready": one.ready,
                    "consumers": one.consumers,
                    "problem": one.problem,
                }
                for one in self.queues or ()
            ],
            "needs_a_person": list(self.troubles),
        }


def look(addresses: Addresses) -> Status:
    """Ask every database and the broker; one that does not answer is a trouble, not an error."""
    services: dict[str, Figures | None] = {}
    troubles: list[str] = []
    for service, url in addresses.databases.items():
        try:
            database = open_database(service, url)
            try:
                found = services[service] = figures(database)
            finally:
                database.close()
        except Unsaid as error:
            services[service] = None
            troubles.append(str(error))
        except AWAY as error:
            services[service] = None
            troubles.append(f"{service}: its database does not answer: {cause(error)}")
        else:
            troubles += _troubles_of(service, found)
    queues: Sequence[Depth] | None = None
    if (addresses.broker_url or "").startswith(("amqp://", "amqps://")):
        names = [
            f"{addresses.exchange}.{service}{kind}"
            for service in addresses.databases
            for kind in ("", ".dead")
        ]
        try:
            queues = _depths(str(addresses.broker_url), addresses.exchange, names)
        except (*BROKER_AWAY, ValueError) as error:
            troubles.append(f"the broker does not answer: {cause(error)}")
        else:
            troubles += [f"queue {one.queue}: {one.problem}" for one in queues if one.problem]
            troubles += [
                f"queue {one.queue}: {one.ready} wait and nobody consumes; does its consume role run?"
                for one in queues
                if one.ready and not one.consumers
            ]
    return Status(services=services, queues=queues, troubles=troubles)


def cause(error: BaseException) -> str:
    """The first line of what a driver says."""
    said = str(getattr(error, "orig", None) or error) or type(error).__name__
    return said.strip().split("\n")[0]


def _troubles_of(service: str, found: Figures) -> Iterator[str]:
    if found.parked:
        yield f"{service}: {found.parked} parked; see doithoai messages failed --parked"
    if found.unroutable:
        yield f"{service}: {found.unroutable} unroutable; no queue is bound for what it publishes"
    if found.oldest_seconds > OLDEST_SECONDS:
        yield (
            f"{service}: the outbox has waited for {age(found.oldest_seconds)}; "
            "its relay does not run, or the broker takes nothing"
        )


def _depths(url: str, exchange: str, queues: Sequence[str]) -> list[Depth]:
    # What it would log is said in the status.
    logging.getLogger("pika").setLevel(logging.CRITICAL)
    broker = PikaBroker(url, exchange=exchange)
    try:
        return broker.depths(queues)
    finally:
        broker.close()

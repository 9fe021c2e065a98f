"""The life of messages: what happened to them in every service, in the order of time."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from shared.ids import time_of
from shared.messaging.inbox import KEPT
from shared.messaging.operating import Failure, Standing


@dataclass(frozen=True, slots=True)
class Known:
    """Who publishes a type of message, and who subscribes to it."""

    publisher: str
    consumers: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Happening:
    """One thing that happened to one message; without a time it has not happened yet."""

    at: datetime | None
    service: str | None
    what: str
    type: str | None
    subject: str | None
    message_id: str


def life(
    standings: Iterable[Standing],
    *,
    catalogue: Mapping[str, Known],
    asked: Sequence[str],
    now: datetime,
) -> list[Happening]:
    """What happened to the messages that stand like this in the services that were `asked`.

    Each message begins with its publication: the time is that of its id (a UUIDv7), else that of its outbox row.
    """
    messages = defaultdict(list)
    for standing in standings:
        messages[standing.message_id].append(standing)
    found = []
    for places in messages.values():
        own = list(_of_one(places, catalogue, asked, now))
        # Clocks of machines differ, and a life begins with the publication.
        begins = min((one.at for one in own if one.at), default=now)
        found += [(begins if one is own[0] else one.at, one) for one in own]
    # Sorting is stable: what has the same time stays in the order of a life.
    found.sort(key=lambda pair: (pair[0] is None, pair[0] or now))
    return [one for _, one in found]


def _of_one(
    places: Sequence[Standing],
    catalogue: Mapping[str, Known],
    asked: Sequence[str],
    now: datetime,
) -> Iterator[Happening]:
    first = places[0]
    type_ = next((place.type for place in places if place.type), None)
    known = catalogue.get(type_ or "", Known("", ()))

    def happening(at: datetime | None, service: str | None, what: str) -> Happening:
        return Happening(at, service, what, type_, first.subject, first.message_id)

    leaving = [place for place in places if place.outbox_since or place.unroutable_since]
    published_at = time_of(first.message_id) or next(
        (place.outbox_since for place in leaving if place.outbox_since), None
    )
    if published_at is not None:
        publisher = leaving[0].service if leaving else known.publisher or None
        waits = any(place.outbox_since for place in leaving)
        yield happening(
            published_at, publisher, "published; still in the outbox" if waits else "published"
        )
    for place in places:
        if place.unroutable_since is not None:
            yield happening(
                place.unroutable_since, place.service, "parked as unroutable: no queue wanted it"
            )
        if place.failure is not None:
            for at, what in _of_failure(place.failure):
                yield happening(at, place.service, what)
        if place.handled_at is not None:
            yield happening(place.handled_at, place.service, "handled")
    if not leaving and published_at is not None and now - published_at < KEPT:
        reached = {place.service for place in places}
        for service in known.consumers:
            if service in asked and service not in reached:
                yield happening(None, service, "not handled yet")


def _of_failure(failure: Failure) -> Iterator[tuple[datetime, str]]:
    if failure.parked:
        yield failure.failed_at, f"failed; parked after {failure.tries}: {failure.reason}"
        return
    yield failure.failed_at, f"failed: {failure.reason}"
    if failure.next_attempt_at is not None:
        yield failure.next_attempt_at, f"is tried again, after {failure.tries}"
    if failure.settled_at is not None:
        yield failure.settled_at, f"settled after {failure.tries}"

"""What the operator's commands print: lines for a person, and the same as JSON's objects."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any

from deploy.operating.status import Status
from deploy.operating.terminal import age, harmless, moment, pretty, table
from shared.ids import time_of
from shared.messaging.life import Happening
from shared.messaging.message import LARGEST
from shared.messaging.operating import Standing
from shared.text import nested_deeper_than

# Of bytes that are no message, so much is shown.
SHOWN_BYTES = 2000
DEEPEST = 64


def place_of(standing: Standing) -> str:
    """`events:12` for a failed message, else the service: what the commands take as an ID, where it is one."""
    return standing.service + (f":{standing.failure.row}" if standing.failure else "")


def status_lines(status: Status) -> Iterator[str]:
    yield from table(
        ("service", "outbox", "oldest", "unroutable", "failed", "parked"),
        [
            (
                service,
                found.outbox,
                age(found.oldest_seconds) if found.outbox else "",
                found.unroutable,
                found.failed,
                found.parked,
            )
            if found is not None
            else (service, None, "away", None, None, None)
            for service, found in status.services.items()
        ],
    )
    yield ""
    if status.queues:
        yield from table(
            ("queue", "ready", "consumers", "problem"),
            [(one.queue, one.ready, one.consumers, one.problem) for one in status.queues],
        )
        yield ""
    for trouble in status.troubles:
        yield f"! {harmless(trouble)}"
    if not status.troubles:
        yield "Nothing needs a person."


def failed_lines(standings: Sequence[Standing], *, now: datetime) -> Iterator[str]:
    rows = []
    for standing in standings:
        failure = standing.failure
        assert failure is not None
        rows.append(
            (
                place_of(standing),
                standing.type or "?",
                standing.subject or "?",
                failure.attempts,
                _next(failure.next_attempt_at, now),
                failure.reason,
                age((now - failure.failed_at).total_seconds()),
            )
        )
    if not rows:
        yield "No message of this kind."
        return
    yield from table(("id", "type", "subject", "attempts", "next", "reason", "age"), rows)


def failed_document(standing: Standing) -> dict[str, Any]:
    failure = standing.failure
    assert failure is not None
    return {
        "id": place_of(standing),
        "service": standing.service,
        "message_id": standing.message_id,
        "type": standing.type,
        "subject": standing.subject,
        "state": "parked" if failure.parked else "waiting",
        "attempts": failure.attempts,
        "next_attempt_at": failure.next_attempt_at,
        "failed_at": failure.failed_at,
        "reason": failure.reason,
    }


def standing_lines(standings: Sequence[Standing], *, now: datetime) -> Iterator[str]:
    document = standing_document(standings)
    yield harmless(f"id         {document['message_id']}")
    yield harmless(f"type       {document['type'] or '?'}")
    yield harmless(f"subject    {document['subject'] or '?'}")
    published = document["published_at"]
    if published is not None:
        yield f"published  {moment(published)}, {age((now - published).total_seconds())} ago"
    for standing in standings:
        for line in _places(standing, now):
            yield harmless(f"{place_of(standing)}: {line}")
    yield ""
    if document["envelope"] is not None:
        yield f"envelope {pretty(document['envelope'])}"
        yield f"data {pretty(document['data'])}"
    elif document["text"] is not None:
        yield f"{document['bytes']} bytes that are no message; they begin with"
        yield harmless(document["text"])
    else:
        yield "Its body is no longer here: of a message that was handled, the id is kept."


def standing_document(standings: Sequence[Standing]) -> dict[str, Any]:
    """`envelope` and `data` of a message, or the first `text` of bytes that are none; all None without a body."""
    first = standings[0]
    body = next((standing.body for standing in standings if standing.body is not None), None)
    return {
        "message_id": first.message_id,
        "type": first.type,
        "subject": first.subject,
        "published_at": time_of(first.message_id),
        "services": [
            {name: value for name, value in asdict(standing).items() if name != "body"}
            for standing in standings
        ],
        **contents(body),
    }


def contents(body: bytes | None) -> dict[str, Any]:
    """A body taken apart as far as it can be."""
    nothing = {"envelope": None, "data": None, "text": None, "bytes": None}
    if body is None:
        return nothing
    try:
        envelope = json.loads(body) if len(body) <= LARGEST else None
        if isinstance(envelope, dict) and not nested_deeper_than(envelope, DEEPEST):
            data = envelope.pop("data", None)
            return nothing | {"envelope": envelope, "data": data, "bytes": len(body)}
    except (ValueError, RecursionError):
        pass
    text = body[:SHOWN_BYTES].decode("utf-8", "backslashreplace")
    return nothing | {"text": text, "bytes": len(body)}


def happening_lines(happenings: Sequence[Happening], *, with_subject: bool) -> Iterator[str]:
    heads = ["time", "service", "what", "type", "message"]
    rows = [
        [moment(one.at), one.service or "?", one.what, one.type or "?", one.message_id]
        for one in happenings
    ]
    if with_subject:
        heads.append("subject")
        for row, one in zip(rows, happenings, strict=True):
            row.append(one.subject or "?")
    yield from table(heads, rows)


def happening_document(happening: Happening) -> dict[str, Any]:
    return asdict(happening)


def _places(standing: Standing, now: datetime) -> Iterator[str]:
    if standing.outbox_since is not None:
        yield f"waits in the outbox since {moment(standing.outbox_since)}"
    if standing.unroutable_since is not None:
        yield f"unroutable since {moment(standing.unroutable_since)}: no queue wanted it"
    if standing.handled_at is not None:
        yield f"handled at {moment(standing.handled_at)}"
    failure = standing.failure
    if failure is None:
        return
    tries = f"{failure.tries}, first failed at {moment(failure.failed_at)}: {failure.reason}"
    if failure.parked:
        yield f"parked for a person; {tries}"
    elif failure.settled_at is not None:
        yield f"settled at {moment(failure.settled_at)}; {tries}"
    else:
        yield f"tried again {_next(failure.next_attempt_at, now)}; {tries}"


def _next(at: datetime | None, now: datetime) -> str:
    if at is None:
        return "parked"
    return f"in {age((at - now).total_seconds())}" if at > now else "at once"

"""Replaying: what goes no further by itself is set going again, where that is safe and can help."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

import sqlalchemy as sa

from shared.database.unit_of_work import Database
from shared.ids import time_of
from shared.messaging.failed import FailedMessages
from shared.messaging.inbox import KEPT
from shared.messaging.operating import Standing


class Step(StrEnum):
    """What replaying one message comes to."""

    RETRY = "retry"
    OFFER = "offer"
    CLOSE = "close"
    NOTHING = "nothing"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class Decision:
    """One message, what replaying it comes to, and why in a sentence."""

    standing: Standing
    step: Step
    why: str


def decide(standing: Standing, *, now: datetime) -> Decision:
    """What replaying would do with a message that stands like this; it changes nothing."""
    failure = standing.failure
    if failure is not None and failure.parked:
        return Decision(standing, *_parked(standing, failure.failed_at, now))
    if standing.unroutable_since is not None:
        return Decision(standing, Step.OFFER, "goes back into the outbox; the relay offers it")
    if failure is not None and failure.next_attempt_at is not None:
        return Decision(standing, Step.NOTHING, "waits for its next attempt, which comes by itself")
    if standing.outbox_since is not None:
        return Decision(standing, Step.NOTHING, "waits in the outbox and goes out by itself")
    over = "was handled already" if standing.handled_at is not None else "was dismissed"
    return Decision(standing, Step.NOTHING, f"{over}; a replay has no effect")


def replay(database: Database, decisions: Sequence[Decision]) -> int:
    """Do what was decided, in one transaction; how many messages changed.

    What changed since it was decided is left alone, and the inbox keeps a message that is tried twice from having a
    second effect.
    """
    failed = FailedMessages(database)
    with database.engine.begin() as connection:
        return (
            failed.make_due(connection, _rows(decisions, Step.RETRY))
            + failed.close(connection, _rows(decisions, Step.CLOSE), "handled already")
            + _offer(
                database,
                connection,
                [one.standing.message_id for one in decisions if one.step is Step.OFFER],
            )
        )


def _parked(standing: Standing, failed_at: datetime, now: datetime) -> tuple[Step, str]:
    if standing.unreadable is not None:
        return Step.REFUSED, f"nobody can read it ({standing.unreadable}): trying again cannot help"
    if standing.handled_at is not None:
        return Step.CLOSE, "was handled already; it is settled without another attempt"
    age = now - min(failed_at, time_of(standing.message_id) or failed_at)
    if age > KEPT:
        return Step.REFUSED, (
            f"it is {age.days} days old, and the inbox keeps ids for {KEPT.days}: "
            "if it was handled before, a replay would do it twice"
        )
    return Step.RETRY, "is due at once, with all its attempts before it"


def _rows(decisions: Sequence[Decision], step: Step) -> list[int]:
    return [
        one.standing.failure.row
        for one in decisions
        if one.step is step and one.standing.failure is not None
    ]


def _offer(database: Database, connection: sa.Connection, ids: Sequence[str]) -> int:
    """Move unroutable messages to the end of the outbox, in their order; the relay looks there every second."""
    parked = database.tables.unroutable
    taken = sa.delete(parked).where(parked.c.message_id.in_(ids)).returning(*parked.c)
    rows = sorted(connection.execute(taken).all(), key=lambda row: row.id)
    now = database.clock.now()
    if rows:
        # Only what must be routable is ever parked.
        again = [
            {
                "message_id": row.message_id,
                "type": row.type,
                "subject": row.subject,
                "body": row.body,
                "mandatory": True,
                "created_at": now,
            }
            for row in rows
        ]
        connection.execute(sa.insert(database.tables.outbox), again)
    return len(rows)

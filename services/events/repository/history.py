"""Every change of an event is kept as it is written, whichever operation made it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from services.events.models import Event, Status
from services.events.models.change import Change
from shared.clock import Clock
from shared.database.types import jsonable
from shared.http import cursors
from shared.ids import new_id
from shared.messaging.message import Message

# They follow from the others, or count.
_NOT_KEPT = frozenset(
    {
        "folded",
        "version",
        "sequence",
        "calendar_sequence",
        "created_at",
        "updated_at",
        "reason",
        "venue_area_id",
        "participants",
        "apart",
    }
)
_BY_STATUS = {
    Status.PUBLISHED: "published",
    Status.POSTPONED: "postponed",
    Status.CANCELLED: "cancelled",
    Status.COMPLETED: "completed",
}


class History:
    """The changes of one unit of work, and those that were kept before."""

    def __init__(self, session: Session, *, by: UUID | None, clock: Clock) -> None:
        self._session, self._by, self._clock = session, by, clock
        self._of: dict[UUID, Change] = {}
        sa.event.listen(session, "before_flush", self._keep)

    def told(self, message: Message) -> None:
        """A message about an event was published in this unit of work."""
        # Of an invitation the subject is the event and the partner.
        change = self._of.get(UUID(message.subject.partition(":")[0]))
        if change is not None:
            change.told = [*change.told, {"type": message.type, "id": message.id}]

    def page(
        self, event_id: UUID, *, cursor: str | None, limit: int
    ) -> tuple[Sequence[Change], str | None]:
        """The changes of an event, newest first."""
        listed = sa.select(Change).where(Change.event_id == event_id)
        if cursor is not None:
            listed = listed.where(Change.id < cursors.decode_id(cursor))
        rows = self._session.scalars(listed.order_by(Change.id.desc()).limit(limit + 1)).all()
        return rows[:limit], cursors.encode(rows[limit - 1].id) if len(rows) > limit else None

    def _keep(self, session: Session, *_: Any) -> None:
        for event in [one for one in (*session.new, *session.dirty) if isinstance(one, Event)]:
            fields = {} if event in session.new else _changed(event)
            if event in session.new or fields:
                self._note(session, event, fields)

    def _note(self, session: Session, event: Event, fields: dict[str, Any]) -> None:
        change = self._of.get(event.id)
        if change is None:
            change = self._of[event.id] = Change(
                id=new_id(),
                event=event,
                at=self._clock.now(),
                person_id=self._by,
                action="drafted" if event in session.new else "edited",
                fields={},
                told=[],
            )
            session.add(change)
        # Of several steps in one transaction: what it was before the first, and what it is after the last.
        change.fields = {
            name: [change.fields.get(name, [old])[0], new] for name, (old, new) in fields.items()
        } | {name: pair for name, pair in change.fields.items() if name not in fields}
        change.version = event.version
        if change.action != "drafted":
            change.action = _action(event, change.fields)
        if event.reason and change.action in ("rescheduled", "postponed", "cancelled"):
            change.reason = event.reason


def _changed(event: Event) -> dict[str, Any]:
    """By name, what a field was and what it is."""
    found: dict[str, Any] = {}
    for attribute in sa.inspect(event).attrs:
        name, history = attribute.key, attribute.history
        if name not in _NOT_KEPT and name in Event.__table__.columns and history.has_changes():
            old = history.deleted[0] if history.deleted else None
            new = history.added[0] if history.added else None
            if jsonable(old) != jsonable(new):
                found[name] = [jsonable(old), jsonable(new)]
    participants = sa.inspect(event).attrs.participants.history
    if participants.has_changes():
        kept = [*(participants.unchanged or ()), *(participants.deleted or ())]
        old = [str(one.organisation_id) for one in kept]
        found["participants"] = [old, [str(one.organisation_id) for one in event.participants]]
    return found


def _action(event: Event, fields: dict[str, Any]) -> str:
    old, new = fields.get("status", [None, None])
    if new == Status.PUBLISHED and old == Status.POSTPONED:
        return "rescheduled"
    if new is not None:
        return _BY_STATUS[Status(new)]
    moved = fields.keys() & {"starts_at", "ends_at"}
    return "rescheduled" if event.is_public and moved else "edited"

"""The queries about rules, holidays, accepted warnings, and events that need the same at the same time."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session, aliased

from services.events.models import AcceptedWarning, Event, Holiday, Rule, Status, Use
from services.events.models.rule import Clash

# Whoever plans into a room that is booked all day long learns enough from so many.
MOST_CLASHES = 50


class Rules:
    """Rules in their order, and what is checked with them."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def all(self) -> Sequence[Rule]:
        return self._session.scalars(sa.select(Rule).order_by(Rule.position, Rule.key)).all()

    def holidays(self, first: date, last: date) -> Sequence[Holiday]:
        """The holidays from `first` to `last`, both included."""
        return self._session.scalars(
            sa.select(Holiday)
            .where(Holiday.date.between(first, last))
            .order_by(Holiday.date, Holiday.key)
        ).all()

    def accepted(self, event_ids: Iterable[UUID]) -> dict[UUID, list[AcceptedWarning]]:
        """The warnings of events that somebody accepted, by event."""
        found: dict[UUID, list[AcceptedWarning]] = {}
        for one in self._session.scalars(
            sa.select(AcceptedWarning).where(AcceptedWarning.event_id.in_(list(event_ids)))
        ):
            found.setdefault(one.event_id, []).append(one)
        return found

    def accept(self, accepted: AcceptedWarning) -> AcceptedWarning:
        """Keep it in place of what was accepted before."""
        return self._session.merge(accepted)

    def clashes(self, events: Sequence[Event]) -> dict[UUID, list[Clash]]:
        """By event: others that need a leader or the room of it while it lasts, published ones and its owner's drafts.

        Drafts of others are nobody's to know. By the index on the keys of uses, then event by event.
        """
        own, theirs, asked = aliased(Use), aliased(Use), aliased(Event, flat=True)
        rows = self._session.execute(
            sa.select(asked.id, theirs.key, Event.id, Event.title, Event.starts_at)
            .select_from(own)
            .join(asked, asked.id == own.event_id)
            .join(theirs, sa.and_(theirs.key == own.key, theirs.event_id != own.event_id))
            .join(Event, Event.id == theirs.event_id)
            .where(
                own.event_id.in_([event.id for event in events]),
                Event.starts_at < asked.ends_at,
                Event.ends_at > asked.starts_at,
                sa.or_(
                    Event.status == Status.PUBLISHED,
                    sa.and_(
                        Event.status == Status.DRAFT,
                        Event.organisation_id == asked.organisation_id,
                    ),
                ),
            )
            .order_by(Event.starts_at, Event.id, theirs.key)
            .limit(MOST_CLASHES * len(events))
        )
        found: dict[UUID, list[Clash]] = {}
        for of, key, event_id, title, starts_at in rows:
            known = found.setdefault(of, [])
            if starts_at is not None and len(known) < MOST_CLASHES:
                what = key.partition(":")[0]
                known.append(Clash(what=what, event_id=event_id, title=title, starts_at=starts_at))
        return found

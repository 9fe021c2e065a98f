"""The queries of nominations."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from services.registrations.models import Nomination, Nominee, Offer
from shared.http import cursors
from shared.http.problems import NotFound


class Nominations:
    """Nominations by id, event, organisation and deadline, and their nominees."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def get(self, nomination_id: UUID) -> Nomination:
        """A list with its nominees, or NotFound."""
        return self._found(self._session.get(Nomination, nomination_id))

    def lock(self, nomination_id: UUID) -> Nomination:
        """A list as it is now, its offer locked first; or NotFound."""
        known = self.get(nomination_id)
        self._hold(known.event_id)
        return self._fresh(nomination_id)

    def nominee(self, nominee_id: UUID) -> Nominee:
        """A nominee with the list, or NotFound."""
        found = self._session.get(Nominee, nominee_id)
        if found is None:
            raise NotFound
        return found

    def lock_nominee(self, nominee_id: UUID) -> Nominee:
        """A nominee with the list as they are now, the offer locked first; or NotFound."""
        known = self.nominee(nominee_id)
        self._hold(known.nomination.event_id)
        self._fresh(known.nomination_id)
        return self.nominee(nominee_id)

    def add(self, nomination: Nomination) -> Nomination:
        self._session.add(nomination)
        self._session.flush()
        return nomination

    def of(self, event_id: UUID, organisation_id: UUID) -> Nomination | None:
        """The list of an organisation for an event."""
        found = sa.select(Nomination).filter_by(event_id=event_id, organisation_id=organisation_id)
        return self._session.scalar(found)

    def of_event(self, event_id: UUID) -> Sequence[Nomination]:
        """Every list of an event, in the order in which they were opened."""
        listed = sa.select(Nomination).filter_by(event_id=event_id)
        return self._session.scalars(listed.order_by(Nomination.id)).all()

    def of_organisation(
        self, organisation_id: UUID, *, cursor: str | None, limit: int
    ) -> tuple[list[Nomination], str | None]:
        """Every list that an organisation was asked for, newest first."""
        listed = sa.select(Nomination).filter_by(organisation_id=organisation_id)
        if cursor is not None:
            listed = listed.where(Nomination.id < cursors.decode_id(cursor))
        rows = list(
            self._session.scalars(listed.order_by(Nomination.id.desc()).limit(limit + 1)).unique()
        )
        page = rows[:limit]
        return page, cursors.encode(page[-1].id) if len(rows) > limit else None

    def due(self, event_id: UUID, now: datetime) -> Sequence[Nomination]:
        """Those whose deadline has passed and that are still to be closed."""
        open_ = sa.select(Nomination).filter_by(event_id=event_id, closed_at=None)
        return self._session.scalars(
            open_.where(Nomination.deadline <= now).order_by(Nomination.id)
        ).all()

    def next_deadline(self, event_id: UUID) -> datetime | None:
        """When the first of those that are open closes."""
        open_ = sa.select(sa.func.min(Nomination.deadline)).filter_by(
            event_id=event_id, closed_at=None
        )
        return self._session.scalar(open_)

    def to_mail(self, ids: Sequence[UUID]) -> Sequence[Nominee]:
        """Those of `ids` that have an address."""
        known = sa.select(Nominee).where(Nominee.id.in_(ids), Nominee.email.is_not(None))
        return self._session.scalars(known).all()

    def contacts_due(self, ended_before: datetime, *, limit: int) -> Sequence[UUID]:
        """Events that were over by then, and of whose nominees some can still be reached."""
        ended = (Offer.ends_at <= ended_before) & Offer.postponed.is_(False)
        due = sa.select(Offer.event_id).where(ended, Offer.event_id.in_(_WITH_CONTACT))
        return self._session.scalars(due.order_by(Offer.ends_at).limit(limit)).all()

    def with_contact(self, event_id: UUID, *, limit: int) -> Sequence[Nominee]:
        """Nominees of an event who can still be reached."""
        some = sa.select(Nominee).join(Nomination, Nominee.nomination_id == Nomination.id)
        some = some.where(Nomination.event_id == event_id, _HAS_CONTACT).order_by(Nominee.id)
        return self._session.scalars(some.limit(limit)).unique().all()

    def _hold(self, event_id: UUID) -> None:
        self._session.get(Offer, event_id, with_for_update=True, populate_existing=True)

    def _fresh(self, nomination_id: UUID) -> Nomination:
        """As it is after the lock was got: what others changed meanwhile included."""
        self._session.flush()
        fresh = sa.select(Nomination).filter_by(id=nomination_id)
        self._session.scalars(
            sa.select(Nominee)
            .filter_by(nomination_id=nomination_id)
            .execution_options(populate_existing=True)
        ).all()
        found = self._session.scalar(fresh.execution_options(populate_existing=True))
        return self._found(found)

    @staticmethod
    def _found(nomination: Nomination | None) -> Nomination:
        if nomination is None:
            raise NotFound
        return nomination


_HAS_CONTACT = Nominee.phone.is_not(None) | Nominee.email.is_not(None)
_WITH_CONTACT = (
    sa.select(Nomination.event_id)
    .join(Nominee, Nominee.nomination_id == Nomination.id)
    .where(_HAS_CONTACT)
)

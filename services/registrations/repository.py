"""The queries of registrations, and the unit of work that carries them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Self
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from services.registrations.models import Offer, Registration, Status
from shared.database.unit_of_work import UnitOfWork as BaseUnitOfWork
from shared.http import cursors
from shared.http.problems import NotFound
from shared.text import fold


class Offers:
    """Offers by event."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def get(self, event_id: UUID) -> Offer:
        """The offer of an event, or NotFound."""
        offer = self._session.get(Offer, event_id)
        if offer is None:
            raise NotFound
        return offer

    def lock(self, event_id: UUID) -> Offer:
        """The offer of an event, held against everybody else until the transaction ends; or NotFound."""
        offer = self.lock_if_known(event_id)
        if offer is None:
            raise NotFound
        return offer

    def lock_if_known(self, event_id: UUID) -> Offer | None:
        """As `lock`, but None for an event that is not known yet."""
        return self._session.get(Offer, event_id, with_for_update=True, populate_existing=True)

    def add(self, offer: Offer) -> None:
        self._session.add(offer)


class Registrations:
    """Registrations by id, person, event and place in line."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def get(self, registration_id: UUID) -> Registration:
        """A registration with its position, or NotFound."""
        registration = self._session.get(Registration, registration_id)
        if registration is None:
            raise NotFound
        return self._placed([registration])[0]

    def lock(self, registration_id: UUID) -> Registration:
        """A registration as it is now, its offer locked first (always in this order); or NotFound."""
        known = self.get(registration_id)
        Offers(self._session).lock(known.event_id)
        self._session.refresh(known)
        return known

    def by_code(self, event_id: UUID, entry_code: str) -> Registration | None:
        return self._session.scalar(
            sa.select(Registration).filter_by(event_id=event_id, entry_code=entry_code)
        )

    def add(self, registration: Registration) -> Registration:
        self._session.add(registration)
        self._session.flush()
        return self._placed([registration])[0]

    def active_of(self, event_id: UUID, person_id: UUID) -> Registration | None:
        """The one that a person has for an event, if it is not cancelled."""
        mine = sa.select(Registration).filter_by(event_id=event_id, person_id=person_id)
        return self._session.scalar(mine.where(Registration.status != Status.CANCELLED))

    def first_in_line(self, event_id: UUID) -> Registration | None:
        line = sa.select(Registration).filter_by(event_id=event_id, status=Status.WAITLISTED)
        return self._session.scalar(line.order_by(Registration.waitlist_number).limit(1))

    def all_active(self, event_id: UUID) -> Sequence[Registration]:
        active = (
            sa.select(Registration)
            .filter_by(event_id=event_id)
            .where(Registration.status != Status.CANCELLED)
        )
        return self._session.scalars(active.order_by(Registration.id)).all()

    def with_tickets(self, ids: Sequence[UUID]) -> Sequence[Registration]:
        """Those of `ids` that have a place."""
        return self._session.scalars(
            sa.select(Registration)
            .filter_by(status=Status.CONFIRMED)
            .where(Registration.id.in_(ids))
        ).all()

    def of_person(
        self, person_id: UUID, *, event_id: UUID | None, cursor: str | None, limit: int
    ) -> tuple[list[Registration], str | None]:
        """A person's registrations, newest first."""
        mine = sa.select(Registration).filter_by(person_id=person_id)
        if event_id is not None:
            mine = mine.filter_by(event_id=event_id)
        return self._page(mine, cursor=cursor, limit=limit, newest_first=True)

    def of_event(
        self,
        event_id: UUID,
        *,
        status: Status | None,
        q: str | None,
        cursor: str | None,
        limit: int,
    ) -> tuple[list[Registration], str | None]:
        """An event's registrations in the order in which they came; `q` finds names without accents."""
        listed = sa.select(Registration).filter_by(event_id=event_id)
        if status is not None:
            listed = listed.filter_by(status=status)
        if q:
            listed = listed.where(Registration.name_folded.contains(fold(q), autoescape=True))
        return self._page(listed, cursor=cursor, limit=limit, newest_first=False)

    def _page(
        self,
        query: sa.Select[Registration],
        *,
        cursor: str | None,
        limit: int,
        newest_first: bool,
    ) -> tuple[list[Registration], str | None]:
        # Ids are UUIDv7, so their order is the order of arrival.
        if cursor is not None:
            after = cursors.decode_id(cursor)
            query = query.where(
                Registration.id < after if newest_first else Registration.id > after
            )
        ordered = query.order_by(Registration.id.desc() if newest_first else Registration.id)
        rows = list(self._session.scalars(ordered.limit(limit + 1)))
        page = self._placed(rows[:limit])
        return page, cursors.encode(page[-1].id) if len(rows) > limit else None

    def _placed(self, registrations: list[Registration]) -> list[Registration]:
        """Set the positions of those that wait, in one query."""
        waiting = {r.id: r for r in registrations if r.status is Status.WAITLISTED}
        for registration in registrations:
            registration.position = None
        if waiting:
            ahead = sa.orm.aliased(Registration)
            in_front = (
                sa.select(sa.func.count())
                .where(
                    ahead.event_id == Registration.event_id,
                    ahead.status == Status.WAITLISTED,
                    ahead.waitlist_number < Registration.waitlist_number,
                )
                .scalar_subquery()
            )
            for found, count in self._session.execute(
                sa.select(Registration.id, in_front).where(Registration.id.in_(waiting))
            ):
                waiting[found].position = count + 1
        return registrations


class UnitOfWork(BaseUnitOfWork):
    """One transaction of registrations."""

    offers: Offers
    registrations: Registrations

    def __enter__(self) -> Self:
        super().__enter__()
        self.offers = Offers(self.session)
        self.registrations = Registrations(self.session)
        return self

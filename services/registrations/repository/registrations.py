"""The queries of registrations themselves."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session, lazyload

from services.registrations.models import (
    IN_PLAY,
    Quota,
    Registration,
    Status,
)
from services.registrations.models.attendance import Cell
from services.registrations.models.status import SEATED
from services.registrations.repository.offers import Offers, held_by
from shared.http import cursors
from shared.http.problems import NotFound
from shared.text import fold


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
        if (held := held_by(self._session).registrations.get(registration_id)) is not None:
            return held
        known = self.get(registration_id)
        Offers(self._session).lock(known.event_id)
        self._session.refresh(known)
        return known

    def hold_all(self, ids: Collection[UUID], codes: Collection[tuple[UUID, str]]) -> None:
        """Read those of offers that `lock_all` holds, in one query; `get`, `lock` and `by_code` have them from then on."""
        held = held_by(self._session)
        code = sa.tuple_(Registration.event_id, Registration.entry_code)
        theirs = sa.select(Registration).where(Registration.event_id.in_(held.offers))
        wanted = theirs.where(sa.or_(Registration.id.in_(ids), code.in_(codes)))
        # Their offers are there.
        lazily = wanted.options(lazyload(Registration.offer))
        for one in self._session.scalars(lazily.execution_options(populate_existing=True)):
            held.registrations[one.id] = held.codes[one.event_id, one.entry_code] = one

    def by_code(self, event_id: UUID, entry_code: str) -> Registration | None:
        if (held := held_by(self._session).codes.get((event_id, entry_code))) is not None:
            return held
        return self._session.scalar(
            sa.select(Registration).filter_by(event_id=event_id, entry_code=entry_code)
        )

    def add(self, registration: Registration) -> Registration:
        self._session.add(registration)
        self._session.flush()
        return self._placed([registration])[0]

    def add_later(self, registration: Registration) -> None:
        """To be written with the rest, at the end."""
        self._session.add(registration)

    def active_of(self, event_id: UUID, person_id: UUID) -> Registration | None:
        """The one that a person has for an event, if it is neither cancelled nor declined."""
        mine = sa.select(Registration).filter_by(event_id=event_id, person_id=person_id)
        return self._session.scalar(mine.where(Registration.status.in_(IN_PLAY)))

    def colleagues_of(self, event_id: UUID, person_id: UUID) -> int:
        """How many a person has registered for an event beside themselves, who are neither cancelled nor declined."""
        theirs = sa.select(sa.func.count()).select_from(Registration)
        theirs = theirs.filter_by(event_id=event_id, registered_by=person_id)
        return self._session.scalar(theirs.where(Registration.status.in_(IN_PLAY))) or 0

    def has_attended(self, person_id: UUID) -> bool:
        """Whether a person was admitted to any event."""
        admitted = sa.select(Registration.id).filter_by(person_id=person_id)
        found = self._session.scalar(
            admitted.where(Registration.checked_in_at.is_not(None)).limit(1)
        )
        return found is not None

    def standing_of(
        self, person_ids: Collection[UUID], event_ids: Collection[UUID]
    ) -> tuple[dict[tuple[UUID, UUID], UUID], set[UUID]]:
        """As `active_of` and `has_attended`, of many: what (event, person) have, and who was admitted before."""
        admitted = Registration.checked_in_at.is_not(None)
        active = sa.and_(Registration.event_id.in_(event_ids), Registration.status.in_(IN_PLAY))
        one = Registration
        asked = sa.select(one.event_id, one.person_id, one.id, active, admitted)
        theirs = asked.where(one.person_id.in_(person_ids)).where(sa.or_(active, admitted))
        active_ones: dict[tuple[UUID, UUID], UUID] = {}
        attended: set[UUID] = set()
        for event_id, person_id, id_, is_active, was_admitted in self._session.execute(theirs):
            assert person_id is not None
            if is_active:
                active_ones[event_id, person_id] = id_
            if was_admitted:
                attended.add(person_id)
        return active_ones, attended

    def first_in_line(self, event_id: UUID, quota: Quota | None = None) -> Registration | None:
        """Who waits longest; with a quota, of those for whom it is."""
        line = sa.select(Registration).filter_by(event_id=event_id, status=Status.WAITLISTED)
        if quota is not None:
            line = line.where(_is_for(quota))
        return self._session.scalar(line.order_by(Registration.waitlist_number).limit(1))

    def seated_last(self, event_id: UUID, count: int) -> list[Registration]:
        """The last who came of those with a seat who have not been admitted, the very last first."""
        seated = sa.select(Registration).filter_by(event_id=event_id, checked_in_at=None)
        seated = seated.where(Registration.status.in_(SEATED))
        ordered = seated.order_by(Registration.registered_at.desc(), Registration.id.desc())
        return list(self._session.scalars(ordered.limit(count)))

    def lapsed(self, event_id: UUID, now: datetime) -> Sequence[Registration]:
        """Whose seat is not held any longer, in the order in which that ended."""
        held = sa.select(Registration).filter_by(event_id=event_id, status=Status.HELD)
        ended = held.where(Registration.held_until <= now)
        return self._session.scalars(ended.order_by(Registration.held_until, Registration.id)).all()

    def next_lapse(self, event_id: UUID) -> datetime | None:
        """When the first hold ends."""
        held = sa.select(sa.func.min(Registration.held_until)).filter_by(
            event_id=event_id, status=Status.HELD
        )
        return self._session.scalar(held)

    def position_of(self, registration: Registration) -> int | None:
        """In the waitlist, from 1; None for who does not wait."""
        return self._placed([registration])[0].position

    def names(self, ids: Collection[UUID]) -> dict[UUID, str]:
        """The names that were given with these registrations."""
        named = sa.select(Registration.id, Registration.name).where(Registration.id.in_(ids))
        return {row.id: row.name for row in self._session.execute(named)}

    def attendance(self, event_id: UUID) -> list[Cell]:
        """How many have a place and how many of them were admitted, by quota and organisation."""
        keys = (Registration.quota_id, Registration.organisation_id)
        counts = (sa.func.count(), sa.func.count(Registration.checked_in_at))
        counted = sa.select(*keys, *counts).where(
            Registration.event_id == event_id, Registration.status == Status.CONFIRMED
        )
        return [Cell(*row) for row in self._session.execute(counted.group_by(*keys))]

    def all_in_play(self, event_id: UUID) -> Sequence[Registration]:
        found = (
            sa.select(Registration)
            .filter_by(event_id=event_id)
            .where(Registration.status.in_(IN_PLAY))
        )
        return self._session.scalars(found.order_by(Registration.id)).all()

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
        """A person's registrations, newest first, and those of the colleagues whom they registered."""
        mine = sa.select(Registration).where(
            (Registration.person_id == person_id) | (Registration.registered_by == person_id)
        )
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


def _is_for(quota: Quota) -> sa.ColumnElement[bool]:
    """As `Quota.is_for`, for the database."""
    if quota.nomination_id is not None:
        return Registration.nomination_id == quota.nomination_id
    return Registration.nomination_id.is_(None) & _is_for_such(quota)


def _is_for_such(quota: Quota) -> sa.ColumnElement[bool]:
    if quota.first_timers:
        return Registration.first_time.is_(True)
    if quota.area_id is not None:
        return Registration.area_id == quota.area_id
    return Registration.organisation_id == quota.organisation_id

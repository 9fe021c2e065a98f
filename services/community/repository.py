"""The queries of community, and the unit of work that carries them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from typing import Any, Self, TypeVar
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session as OrmSession

from services.community.models import (
    Area,
    AreaSuccession,
    Base,
    Consent,
    Membership,
    Organisation,
    OrganisationSuccession,
    Person,
    Purpose,
    Role,
    Session,
    SignIn,
)
from shared.database.unit_of_work import UnitOfWork as BaseUnitOfWork
from shared.http import cursors
from shared.http.problems import NotFound
from shared.text import fold

Row = TypeVar("Row", bound=Base)


class People:
    def __init__(self, session: OrmSession) -> None:
        self._session = session

    def get(self, person_id: UUID) -> Person:
        return _found(self._session.get(Person, person_id))

    def lock(self, person_id: UUID) -> Person:
        return _found(
            self._session.get(Person, person_id, with_for_update=True, populate_existing=True)
        )

    def by_address(self, email_key: str) -> Person | None:
        return self._session.scalar(sa.select(Person).filter_by(email_key=email_key))

    def some(self, ids: Iterable[UUID]) -> Sequence[Person]:
        return self._session.scalars(sa.select(Person).where(Person.id.in_(list(ids)))).all()

    def add(self, person: Person) -> Person:
        """Store somebody new; where another request was faster, theirs stands."""
        try:
            with self._session.begin_nested():
                self._session.add(person)
        except sa.exc.IntegrityError:
            return _found(self.by_address(person.email_key))
        return person


class SignIns:
    def __init__(self, session: OrmSession) -> None:
        self._session = session

    def add(self, sign_in: SignIn) -> None:
        self._session.add(sign_in)

    def lock(self, sign_in_id: UUID) -> SignIn | None:
        return self._session.get(SignIn, sign_in_id, with_for_update=True, populate_existing=True)

    def open_among(self, ids: Iterable[UUID], now: datetime) -> list[SignIn]:
        found = self._session.scalars(sa.select(SignIn).where(SignIn.id.in_(list(ids))))
        return [sign_in for sign_in in found if sign_in.is_open(now)]

    def lock_address(self, email_key: str) -> None:
        """Until the end of the transaction nobody else asks for a mail to this address."""
        _one_at_a_time(self._session, f"sign-ins of {email_key}")

    def count_since(self, email_key: str, since: datetime) -> int:
        count = sa.select(sa.func.count()).where(
            SignIn.email_key == email_key, SignIn.created_at > since
        )
        return self._session.scalar(count) or 0

    def add_session(self, session: Session) -> None:
        self._session.add(session)

    def session(self, secret_digest: str) -> Session | None:
        return self._session.scalar(sa.select(Session).filter_by(secret_digest=secret_digest))


class Areas:
    def __init__(self, session: OrmSession) -> None:
        self._session = session

    def get(self, area_id: UUID) -> Area:
        return _found(self._session.get(Area, area_id))

    def add(self, area: Area) -> Area:
        self._session.add(area)
        self._session.flush()
        self._session.refresh(area, ["successors"])
        return area

    def page(
        self, *, on: date | None, q: str | None, level: str | None, cursor: str | None, limit: int
    ) -> tuple[list[Area], str | None]:
        listed = sa.select(Area)
        if level is not None:
            listed = listed.where(Area.level == level)
        return _page(self._session, Area, listed, on=on, q=q, cursor=cursor, limit=limit)

    def add_successor(
        self, area: Area, successor_id: UUID, *, extent: str, note: str | None
    ) -> None:
        self._session.merge(
            AreaSuccession(area_id=area.id, successor_id=successor_id, extent=extent, note=note)
        )
        self._session.flush()
        self._session.refresh(area, ["successors"])

    def lock_successions(self) -> None:
        """Until the end of the transaction nobody else adds one: two that are right alone may make a circle."""
        _one_at_a_time(self._session, "successions of areas")

    def leads_to(self, start: UUID, goal: UUID) -> bool:
        """Whether the successors of `start` come to `goal`."""
        return _leads_to(
            self._session, AreaSuccession.area_id, AreaSuccession.successor_id, start, goal
        )


class Organisations:
    def __init__(self, session: OrmSession) -> None:
        self._session = session

    def get(self, organisation_id: UUID) -> Organisation:
        return _found(self._session.get(Organisation, organisation_id))

    def lock(self, organisation_id: UUID) -> Organisation:
        return _found(
            self._session.get(
                Organisation, organisation_id, with_for_update=True, populate_existing=True
            )
        )

    def some(self, ids: Iterable[UUID]) -> Sequence[Organisation]:
        return self._session.scalars(
            sa.select(Organisation).where(Organisation.id.in_(list(ids)))
        ).all()

    def add(self, organisation: Organisation) -> Organisation:
        self._session.add(organisation)
        self._session.flush()
        self._session.refresh(organisation, ["successions"])
        return organisation

    def page(
        self,
        *,
        on: date | None,
        q: str | None,
        kind: str | None,
        area_id: UUID | None,
        cursor: str | None,
        limit: int,
    ) -> tuple[list[Organisation], str | None]:
        listed = sa.select(Organisation)
        if kind is not None:
            listed = listed.where(Organisation.kind == kind)
        if area_id is not None:
            listed = listed.filter_by(area_id=area_id)
        return _page(self._session, Organisation, listed, on=on, q=q, cursor=cursor, limit=limit)

    def add_successor(
        self, organisation: Organisation, successor_id: UUID, *, note: str | None
    ) -> None:
        self._session.merge(
            OrganisationSuccession(
                organisation_id=organisation.id, successor_id=successor_id, note=note
            )
        )
        self._session.flush()
        self._session.refresh(organisation, ["successions"])

    def lock_successions(self) -> None:
        """As for areas. Ask before any organisation is locked."""
        _one_at_a_time(self._session, "successions of organisations")

    def leads_to(self, start: UUID, goal: UUID) -> bool:
        return _leads_to(
            self._session,
            OrganisationSuccession.organisation_id,
            OrganisationSuccession.successor_id,
            start,
            goal,
        )


class Memberships:
    def __init__(self, session: OrmSession) -> None:
        self._session = session

    def add(self, membership: Membership) -> Membership:
        self._session.add(membership)
        self._session.flush()
        return membership

    def get(self, membership_id: UUID) -> Membership:
        return _found(self._session.get(Membership, membership_id))

    def same(self, membership: Membership, today: date) -> Membership | None:
        """One that says the same, was not ended and whose time is not over."""
        same = (
            sa.select(Membership)
            .filter_by(
                organisation_id=membership.organisation_id,
                person_id=membership.person_id,
                role=membership.role,
                event_id=membership.event_id,
                ended_at=None,
            )
            .where(sa.or_(Membership.valid_until.is_(None), Membership.valid_until > today))
        )
        return self._session.scalars(same.limit(1)).first()

    def of_person(self, person_id: UUID, today: date) -> Sequence[Membership]:
        return self._session.scalars(
            _valid(
                sa.select(Membership).filter_by(person_id=person_id, ended_at=None),
                Membership,
                today,
            ).order_by(Membership.id)
        ).all()

    def of_organisation(self, organisation_id: UUID) -> Sequence[Membership]:
        return self._session.scalars(
            sa.select(Membership)
            .filter_by(organisation_id=organisation_id, ended_at=None)
            .order_by(Membership.id)
        ).all()

    def other_organisers(self, membership: Membership, today: date) -> int:
        """How many others are organisers on that day."""
        others = sa.select(sa.func.count()).where(
            Membership.organisation_id == membership.organisation_id,
            Membership.role == Role.ORGANISER,
            Membership.ended_at.is_(None),
            Membership.id != membership.id,
        )
        return self._session.scalar(_valid(others, Membership, today)) or 0


class Consents:
    def __init__(self, session: OrmSession) -> None:
        self._session = session

    def purposes(self) -> list[Purpose]:
        """The current version of each."""
        newest = (
            sa.select(Purpose.key, sa.func.max(Purpose.version).label("version"))
            .group_by(Purpose.key)
            .subquery()
        )
        current = sa.select(Purpose).join(
            newest, (Purpose.key == newest.c.key) & (Purpose.version == newest.c.version)
        )
        return list(self._session.scalars(current.order_by(Purpose.key)))

    def purpose(self, key: str) -> Purpose:
        newest = sa.select(Purpose).filter_by(key=key).order_by(Purpose.version.desc()).limit(1)
        return _found(self._session.scalar(newest))

    def version(self, key: str, version: int) -> Purpose | None:
        return self._session.get(Purpose, (key, version))

    def add(self, row: Purpose | Consent) -> None:
        self._session.add(row)

    def of_person(self, person_id: UUID) -> Sequence[Consent]:
        return self._session.scalars(
            sa.select(Consent)
            .filter_by(person_id=person_id)
            .order_by(Consent.decided_at.desc(), Consent.id.desc())
        ).all()

    def count(self, person_id: UUID) -> int:
        return (
            self._session.scalar(sa.select(sa.func.count()).where(Consent.person_id == person_id))
            or 0
        )


class UnitOfWork(BaseUnitOfWork):
    """One transaction of community."""

    people: People
    sign_ins: SignIns
    areas: Areas
    organisations: Organisations
    memberships: Memberships
    consents: Consents

    def __enter__(self) -> Self:
        super().__enter__()
        self.people, self.sign_ins = People(self.session), SignIns(self.session)
        self.areas, self.organisations = Areas(self.session), Organisations(self.session)
        self.memberships, self.consents = Memberships(self.session), Consents(self.session)
        return self


def _found(row: Row | None) -> Row:
    if row is None:
        raise NotFound
    return row


def _one_at_a_time(session: OrmSession, what: str) -> None:
    """Wait for whoever does this in another transaction. SQLite has one writer, so there nobody does."""
    if session.get_bind().dialect.name == "postgresql":
        name = sa.func.hashtextextended(f"community: {what}", 0)
        session.execute(sa.select(sa.func.pg_advisory_xact_lock(name)))


def _valid(query: Any, model: Any, on: date) -> Any:
    """Rows that hold on a day; `valid_until` is the first day on which they do not."""
    return query.where(
        sa.or_(model.valid_from.is_(None), model.valid_from <= on),
        sa.or_(model.valid_until.is_(None), model.valid_until > on),
    )


def _page(
    session: OrmSession,
    model: Any,
    query: Any,
    *,
    on: date | None,
    q: str | None,
    cursor: str | None,
    limit: int,
) -> tuple[list[Any], str | None]:
    if on is not None:
        query = _valid(query, model, on)
    if q:
        query = query.where(model.name_folded.contains(fold(q), autoescape=True))
    if cursor is not None:
        query = query.where(model.id > cursors.decode_id(cursor))
    rows = list(session.scalars(query.order_by(model.id).limit(limit + 1)))
    return rows[:limit], cursors.encode(rows[limit - 1].id) if len(rows) > limit else None


def _leads_to(session: OrmSession, from_: Any, to: Any, start: UUID, goal: UUID) -> bool:
    seen, edge = {start}, {start}
    while edge and goal not in seen:
        edge = set(session.scalars(sa.select(to).where(from_.in_(edge)))) - seen
        seen |= edge
    return goal in seen

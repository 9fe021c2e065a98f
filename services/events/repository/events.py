"""The queries about events and the copies beside them."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, Generic, Self, TypeVar
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session, defer, raiseload

from services.events.models import (
    Event,
    Kind,
    OrganisationCopy,
    Partner,
    RegistrationCopy,
    SeatsCopy,
    Status,
)
from services.events.repository.calendar_addresses import CalendarAddresses
from services.events.repository.finding import Facets, found_by
from services.events.repository.history import History
from services.events.repository.imports import Imports
from services.events.repository.programmes import Programmes
from services.events.repository.rules import Rules
from services.events.repository.series import AllSeries
from shared.database.unit_of_work import Database
from shared.database.unit_of_work import UnitOfWork as BaseUnitOfWork
from shared.http import cursors
from shared.http.problems import NotFound
from shared.messaging.message import Draft, Message

Copy = TypeVar("Copy", OrganisationCopy, RegistrationCopy, SeatsCopy)
# The most events that one calendar holds.
LARGEST_FEED = 1000
# The most events that a feed of news holds.
LARGEST_NEWS = 50
# A calendar still shows what is just over, so that it does not vanish at midnight, and for as long what was called
# off, so that clients learn of it.
KEPT_IN_CALENDARS = timedelta(days=30)


_NOT_IN_CALENDARS = (
    Event.audience,
    Event.hosts,
    Event.speakers,
    Event.agenda,
    Event.languages,
    Event.attachments,
    Event.cover,
    Event.contacts,
    Event.conclusion,
    Event.document,
    Event.legal_basis,
    Event.reason,
    Event.folded,
    Event.apart,
)


class Events:
    """Events by id, and as lists in the order in which they take place."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def get(self, event_id: UUID) -> Event:
        """An event, or NotFound."""
        event = self._session.get(Event, event_id)
        if event is None:
            raise NotFound
        return event

    def lock(self, event_id: UUID) -> Event:
        """An event as it is now, held against everybody else until the transaction ends; or NotFound."""
        locked = self._session.scalar(
            sa.select(Event)
            .where(Event.id == event_id)
            .with_for_update(of=Event)
            .execution_options(populate_existing=True)
        )
        if locked is None:
            raise NotFound
        return locked

    def save(self, event: Event) -> Event:
        """Write it, and read it again with all that hangs on it."""
        self._session.add(event)
        self._session.flush()
        self._session.get(Event, event.id, populate_existing=True)
        return event

    def page(
        self,
        *,
        cursor: str | None,
        limit: int,
        **asked: Any,
    ) -> tuple[list[Event], str | None]:
        """Public events by start; what is `asked` is told by `found_by`."""
        listed = sa.select(Event).where(*found_by(self._session, **asked))
        if cursor is not None:
            listed = listed.where(sa.tuple_(Event.starts_at, Event.id) > _after(cursor))
        rows = list(
            self._session.scalars(listed.order_by(Event.starts_at, Event.id).limit(limit + 1))
        )
        page = rows[:limit]
        return page, _cursor(page[-1]) if len(rows) > limit else None

    def drafts(
        self, organisation_id: UUID | None, *, cursor: str | None, limit: int
    ) -> tuple[list[Event], str | None]:
        """Drafts in the order in which they were begun; they may have no time yet."""
        listed = sa.select(Event).where(Event.status == Status.DRAFT)
        if organisation_id is not None:
            listed = listed.where(Event.organisation_id == organisation_id)
        if cursor is not None:
            listed = listed.where(Event.id > cursors.decode_id(cursor))
        rows = list(self._session.scalars(listed.order_by(Event.id).limit(limit + 1)))
        return rows[:limit], cursors.encode(rows[limit - 1].id) if len(rows) > limit else None

    def newest(self) -> Sequence[Event]:
        """Public events, what was published or changed last first."""
        changed = sa.select(Event).where(Event.status != Status.DRAFT)
        ordered = changed.order_by(Event.updated_at.desc(), Event.id.desc()).limit(LARGEST_NEWS)
        return self._session.scalars(ordered).all()

    def public_after(self, event_id: UUID | None, *, limit: int) -> Sequence[Event]:
        """Public events in the order in which they were begun, from after this one on."""
        listed = sa.select(Event).where(Event.status != Status.DRAFT)
        if event_id is not None:
            listed = listed.where(Event.id > event_id)
        return self._session.scalars(listed.order_by(Event.id).limit(limit)).all()

    def in_calendar(
        self,
        *,
        now: datetime,
        kind: str | None = None,
        organisation_id: UUID | None = None,
        area_id: UUID | None = None,
        ids: Collection[UUID] | None = None,
    ) -> Sequence[Event]:
        """What a calendar shows, by start: what is not over, and for a while what just ended or was called off."""
        since, stays = now - KEPT_IN_CALENDARS, (Status.PUBLISHED, Status.COMPLETED)
        shown = _without(_NOT_IN_CALENDARS).where(
            Event.status != Status.DRAFT,
            sa.or_(
                Event.ends_at > now,
                sa.and_(Event.ends_at > since, Event.status.in_(stays)),
                Event.cancelled_at > since,
                sa.and_(Event.postponed_at > since, Event.status == Status.POSTPONED),
            ),
        )
        if kind:
            shown = shown.where(Event.kind_key == kind)
        if organisation_id is not None:
            takes_part = sa.select(Partner.event_id).where(
                Partner.organisation_id == organisation_id
            )
            shown = shown.where(
                sa.or_(Event.organisation_id == organisation_id, Event.id.in_(takes_part))
            )
        if area_id is not None:
            shown = shown.where(Event.venue_area_id == area_id)
        if ids is not None:
            shown = shown.where(Event.id.in_(ids))
        ordered = shown.order_by(Event.starts_at, Event.id).limit(LARGEST_FEED)
        return self._session.scalars(ordered).all()


def _without(columns: Collection[Any]) -> sa.Select[Event]:
    """Events of which these columns are not needed; one that is needed after all is an error, not a query each."""
    unread = (defer(column, raiseload=True) for column in columns)
    return sa.select(Event).options(*unread, raiseload(Event.participants), raiseload(Event.seats))


class Kinds:
    """The sorts of events."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def all(self) -> Sequence[Kind]:
        """In the order of lists."""
        return self._session.scalars(sa.select(Kind).order_by(Kind.position, Kind.key)).all()

    def is_known(self, key: str) -> bool:
        return self._session.get(Kind, key) is not None


class Copies(Generic[Copy]):
    """Copies of what others decide, by id."""

    def __init__(self, session: Session, kind: type[Copy]) -> None:
        self._session = session
        self._kind: type[Copy] = kind

    def lock_if_known(self, id: UUID) -> Copy | None:
        """A copy, held until the transaction ends; None if its owner has not told of it yet."""
        self._session.flush()
        return self._session.get(self._kind, id, with_for_update=True, populate_existing=True)

    def add(self, copy: Copy) -> Copy:
        self._session.add(copy)
        return copy


class Registrations(Copies[RegistrationCopy]):
    """Who has, or waits for, a place."""

    def __init__(self, session: Session) -> None:
        super().__init__(session, RegistrationCopy)

    def has_place(self, person_id: UUID, event_id: UUID) -> bool:
        """Whether somebody has a place; waiting for one is none."""
        found = sa.select(
            sa.exists().where(
                RegistrationCopy.person_id == person_id,
                RegistrationCopy.event_id == event_id,
                RegistrationCopy.status == "confirmed",
            )
        )
        return bool(self._session.scalar(found))

    def standing(self, person_id: UUID, states: Collection[str]) -> dict[UUID, str]:
        """By event: how far a person's registration is, where it is in one of these states."""
        found = sa.select(RegistrationCopy.event_id, RegistrationCopy.status).where(
            RegistrationCopy.person_id == person_id, RegistrationCopy.status.in_(states)
        )
        return dict(self._session.execute(found).all())


class UnitOfWork(BaseUnitOfWork):
    """One transaction of events; `by` is the person on whose wish it happens."""

    events: Events
    history: History
    kinds: Kinds
    organisations: Copies[OrganisationCopy]
    registrations: Registrations
    calendar_addresses: CalendarAddresses
    facets: Facets
    imports: Imports
    programmes: Programmes
    rules: Rules
    seats: Copies[SeatsCopy]
    series: AllSeries

    def __init__(
        self, database: Database, *, read_only: bool = False, by: UUID | None = None
    ) -> None:
        super().__init__(database, read_only=read_only)
        self._by = by

    def __enter__(self) -> Self:
        super().__enter__()
        self.history = History(self.session, by=self._by, clock=self.database.clock)
        self.events, self.kinds = Events(self.session), Kinds(self.session)
        self.organisations = Copies(self.session, OrganisationCopy)
        self.registrations = Registrations(self.session)
        self.calendar_addresses = CalendarAddresses(self.session)
        self.facets = Facets(self.session)
        self.imports = Imports(self.session)
        self.programmes, self.rules = Programmes(self.session), Rules(self.session)
        self.seats = Copies(self.session, SeatsCopy)
        self.series = AllSeries(self.session)
        return self

    def publish(self, draft: Draft) -> Message:
        # What was changed is kept first, so that the message finds the change that caused it.
        self.session.flush()
        message = super().publish(draft)
        self.history.told(message)
        return message


def _cursor(event: Event) -> str:
    assert event.starts_at is not None  # nothing is published without it
    return cursors.encode(event.starts_at.isoformat(), event.id)


def _after(cursor: str) -> sa.ColumnElement[Any]:
    try:
        starts_at, event_id = cursors.decode(cursor, 2)
        position = datetime.fromisoformat(starts_at), UUID(event_id)
        position[0].astimezone(UTC)  # as it is bound: too near the first or last day, it overflows
    except (ValueError, OverflowError):
        raise cursors.bad_cursor() from None
    if position[0].tzinfo is None:
        raise cursors.bad_cursor()
    return sa.tuple_(
        sa.bindparam(None, position[0], type_=Event.starts_at.type),
        sa.bindparam(None, position[1], type_=Event.id.type),
    )

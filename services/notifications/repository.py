"""The queries of notifications, and the unit of work that carries them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from threading import Event
from typing import Any, Generic, Self, TypeVar
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert as postgresql_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert
from sqlalchemy.orm import Session, selectinload

from services.notifications.hooks.repository import Hooks
from services.notifications.models import (
    Attempt,
    Channel,
    EventCopy,
    Notice,
    OrganisationCopy,
    RecipientKind,
    RegistrationCopy,
    Status,
    Template,
)
from shared.database.unit_of_work import Database
from shared.database.unit_of_work import UnitOfWork as BaseUnitOfWork
from shared.http import cursors
from shared.http.problems import NotFound

Copy = TypeVar("Copy", EventCopy, RegistrationCopy, OrganisationCopy)


class Copies(Generic[Copy]):
    """Copies by id."""

    def __init__(self, session: Session, kind: type[Copy]) -> None:
        self._session = session
        self._kind: type[Copy] = kind

    def lock_if_known(self, id: UUID) -> Copy | None:
        """A copy, held until the transaction ends; None if its owner has not told of it yet."""
        self._session.flush()
        return self._session.get(self._kind, id, with_for_update=True, populate_existing=True)

    def known(self, ids: set[UUID]) -> dict[UUID, Copy]:
        """Those of `ids` that are known."""
        key: Any = sa.inspect(self._kind).primary_key[0]
        found = self._session.execute(sa.select(key, self._kind).where(key.in_(ids)))
        return {row[0]: row[1] for row in found} if ids else {}

    def add(self, copy: Copy) -> None:
        self._session.add(copy)


class Events(Copies[EventCopy]):
    """Copies of events."""

    def hold(self, event_id: UUID) -> None:
        """Keep the copy as it is until the transaction ends; others may hold it, too."""
        self._session.get(EventCopy, event_id, with_for_update={"read": True})

    def get(self, event_id: UUID) -> EventCopy:
        """The copy of an event, or NotFound."""
        event = self._session.get(EventCopy, event_id)
        if event is None:
            raise NotFound
        return event


# A registration that is over, or was never admitted.
ENDED = ("cancelled", "declined")


class Registrations(Copies[RegistrationCopy]):
    """Copies of registrations."""

    def active_of(self, event_id: UUID) -> Sequence[RegistrationCopy]:
        """Those that have, or wait for, a place."""
        active = sa.select(RegistrationCopy).where(
            RegistrationCopy.event_id == event_id, RegistrationCopy.status.not_in(ENDED)
        )
        return self._session.scalars(active.order_by(RegistrationCopy.registration_id)).all()

    def counts_of(self, event_id: UUID) -> dict[str, int]:
        """How many have, and how many wait for, a place."""
        counted = (
            sa.select(RegistrationCopy.status, sa.func.count())
            .where(RegistrationCopy.event_id == event_id, RegistrationCopy.status.not_in(ENDED))
            .group_by(RegistrationCopy.status)
        )
        return dict(self._session.execute(counted).all())


class Notices:
    """Notices by recipient, event and due time."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self.added = False

    def add(self, notices: Sequence[Notice]) -> None:
        """Keep new notices; those that a repeated message would tell again are dropped."""
        insert = (
            postgresql_insert
            if self._session.get_bind().dialect.name == "postgresql"
            else sqlite_insert
        )
        self._session.flush()
        if notices:
            # Rows beside the statement, not in it: so it is compiled once.
            kept = insert(Notice).on_conflict_do_nothing()
            self._session.execute(kept, [_row(notice) for notice in notices])
            self.added = True

    def supersede(
        self,
        *,
        registration_id: UUID | None = None,
        event_id: UUID | None = None,
        recipient_id: UUID | None = None,
        templates: Sequence[Template] = tuple(Template),
    ) -> None:
        """What was not handed to a provider yet, about this registration or event, is not to be sent; what
        is being handed over right now is not to be tried again.
        """
        # One statement, so that nothing slips through while it changes from the one to the other.
        on_its_way = Notice.status == Status.SENDING
        unsent = sa.update(Notice).where(
            sa.or_(Notice.next_attempt_at.is_not(None), on_its_way), Notice.template.in_(templates)
        )
        for column, value in (
            (Notice.registration_id, registration_id),
            (Notice.event_id, event_id),
            (Notice.recipient_id, recipient_id),
        ):
            if value is not None:
                unsent = unsent.where(column == value)
        self._session.execute(
            unsent.values(
                overtaken=True,
                status=sa.case(
                    (on_its_way, Notice.status),
                    else_=sa.literal(Status.SUPERSEDED, Notice.status.type),
                ),
                next_attempt_at=None,
            )
        )

    def newest_sequence(self, template: Template, event_id: UUID, recipient_id: UUID) -> int:
        """Of the messages about an event that were told to a recipient by this template; 0 if none was."""
        told = sa.select(sa.func.max(Notice.subject_sequence)).filter_by(
            template=template, event_id=event_id, recipient_id=recipient_id
        )
        return self._session.scalar(told) or 0

    def anything_to_do(self, now: datetime) -> bool:
        """Whether something is due, or was left behind by a worker that is gone."""
        due, left = sa.exists().where(*_due(now)), sa.exists().where(*_left_behind(now))
        return bool(self._session.scalar(sa.select(sa.or_(due, left))))

    def claim(self, *, lease: UUID, now: datetime, until: datetime, limit: int) -> list[Notice]:
        """Take what is due for this worker alone: sign-in codes first, then the oldest."""
        urgent = sa.case((Notice.template == Template.SIGN_IN, 0), else_=1)
        due = (
            sa.select(Notice)
            .where(*_due(now))
            .order_by(urgent, Notice.next_attempt_at, Notice.id)
            .limit(limit)
            .with_for_update(skip_locked=True)
        )
        claimed = list(self._session.scalars(due))
        for notice in claimed:
            notice.lease, notice.lease_until = lease, until
        return claimed

    def renew(self, *, lease: UUID, now: datetime, until: datetime) -> None:
        """Hold on to what a lease still holds; what it has lost stays lost."""
        held = sa.update(Notice).where(Notice.lease == lease, Notice.lease_until >= now)
        self._session.execute(held.values(lease_until=until))

    def left_behind(self, now: datetime, limit: int) -> list[Notice]:
        """Notices that a worker was sending when it was last heard of, too long ago; locked."""
        left = sa.select(Notice).where(*_left_behind(now)).limit(limit)
        return list(self._session.scalars(left.with_for_update(skip_locked=True)))

    def lock(self, notice_id: UUID) -> Notice:
        """A notice as it is now, held until the transaction ends; or NotFound."""
        notice = self._session.get(Notice, notice_id, with_for_update=True, populate_existing=True)
        if notice is None:
            raise NotFound
        return notice

    def attempt(self, attempt: Attempt) -> Attempt:
        self._session.add(attempt)
        self._session.flush()
        return attempt

    def open_attempt(self, notice_id: UUID) -> Attempt | None:
        """The try whose end nobody recorded."""
        started = sa.select(Attempt).filter_by(notice_id=notice_id, outcome=None)
        return self._session.scalar(started.order_by(Attempt.id.desc()).limit(1))

    def in_inbox(self, notice_id: UUID) -> Notice:
        """A notice of somebody's inbox, or NotFound."""
        notice = self._session.get(Notice, notice_id)
        if notice is None or notice.channel is not Channel.INBOX:
            raise NotFound
        return notice

    def inbox(
        self, kind: RecipientKind, recipient_id: UUID, *, cursor: str | None, limit: int
    ) -> tuple[list[tuple[Notice, EventCopy | None]], str | None]:
        """An inbox with the events that it is about (None for one about no event), newest first."""
        mine = _with_event(sa.select(Notice, EventCopy)).where(*_inbox(kind, recipient_id))
        if cursor is not None:
            mine = mine.where(Notice.id < cursors.decode_id(cursor))
        rows = self._session.execute(mine.order_by(Notice.id.desc()).limit(limit + 1)).all()
        page = [(row[0], row[1]) for row in rows[:limit]]
        return page, cursors.encode(page[-1][0].id) if len(rows) > limit else None

    def unread(self, kind: RecipientKind, recipient_id: UUID) -> int:
        unread = _with_event(sa.select(sa.func.count()).select_from(Notice)).where(
            *_inbox(kind, recipient_id), Notice.read_at.is_(None)
        )
        return self._session.scalar(unread) or 0

    def of_event(
        self, event_id: UUID, *, cursor: str | None, limit: int
    ) -> tuple[list[Notice], str | None]:
        """Every notice about an event with its attempts, newest first."""
        told = sa.select(Notice).filter_by(event_id=event_id)
        if cursor is not None:
            told = told.where(Notice.id < cursors.decode_id(cursor))
        told = told.options(selectinload(Notice.attempts))
        rows = list(self._session.scalars(told.order_by(Notice.id.desc()).limit(limit + 1)))
        return rows[:limit], cursors.encode(rows[limit - 1].id) if len(rows) > limit else None


class UnitOfWork(BaseUnitOfWork):
    """One transaction of notifications; it wakes the worker when it wrote something to send."""

    events: Events
    registrations: Registrations
    organisations: Copies[OrganisationCopy]
    notices: Notices
    hooks: Hooks

    def __init__(self, database: Database, *, wake: Event, read_only: bool = False) -> None:
        super().__init__(database, read_only=read_only)
        self._wake = wake

    def __enter__(self) -> Self:
        super().__enter__()
        self.events = Events(self.session, EventCopy)
        self.registrations = Registrations(self.session, RegistrationCopy)
        self.organisations = Copies(self.session, OrganisationCopy)
        self.notices = Notices(self.session)
        self.hooks = Hooks(self.session)
        return self

    def commit(self) -> None:
        super().commit()
        if self.notices.added:
            self._wake.set()


def _due(now: datetime) -> tuple[sa.ColumnElement[bool], ...]:
    free = sa.or_(Notice.lease_until.is_(None), Notice.lease_until < now)
    return Notice.next_attempt_at <= now, free


def _left_behind(now: datetime) -> tuple[sa.ColumnElement[bool], ...]:
    return Notice.status == Status.SENDING, Notice.lease_until < now


def _inbox(kind: RecipientKind, recipient_id: UUID) -> tuple[sa.ColumnElement[bool], ...]:
    # Of an event that its owner has not told of yet there is nothing to show; it appears a moment later.
    return (
        Notice.recipient_kind == kind,
        Notice.recipient_id == recipient_id,
        Notice.channel == Channel.INBOX,
        Notice.status == Status.DELIVERED,
        sa.or_(Notice.event_id.is_(None), EventCopy.event_id.is_not(None)),
    )


def _with_event(found: sa.Select[*tuple[Any, ...]]) -> sa.Select[*tuple[Any, ...]]:
    return found.outerjoin(EventCopy, Notice.event_id == EventCopy.event_id)


def _row(notice: Notice) -> dict[str, Any]:
    columns = sa.inspect(Notice).columns
    return {column.key: getattr(notice, column.key) for column in columns}

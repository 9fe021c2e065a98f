"""The queries of webhooks."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert as postgresql_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session, selectinload

from services.notifications.hooks.errors import EndpointExists
from services.notifications.models import Endpoint, HookAttempt, HookDelivery, HookKind, Status
from shared.http import cursors
from shared.http.problems import NotFound


class Hooks:
    """Endpoints with what is on its way to them."""

    def __init__(self, session: Session) -> None:
        self._session = session

    # Endpoints

    def of_organisations(self, ids: Iterable[UUID]) -> Sequence[Endpoint]:
        """The endpoints of some organisations, in the order in which they were made."""
        wanted = sa.select(Endpoint).where(Endpoint.organisation_id.in_(set(ids)))
        return self._session.scalars(wanted.order_by(Endpoint.id)).all()

    def get(self, endpoint_id: UUID) -> Endpoint:
        """An endpoint, or NotFound."""
        endpoint = self._session.get(Endpoint, endpoint_id)
        if endpoint is None:
            raise NotFound
        return endpoint

    def lock_if_there(self, endpoint_id: UUID) -> Endpoint | None:
        """An endpoint as it is now, held until the transaction ends; None if the partner deleted it."""
        return self._session.get(
            Endpoint, endpoint_id, with_for_update=True, populate_existing=True
        )

    def lock(self, endpoint_id: UUID) -> Endpoint:
        """As `lock_if_there`, or NotFound."""
        endpoint = self.lock_if_there(endpoint_id)
        if endpoint is None:
            raise NotFound
        return endpoint

    def keep(self, endpoint: Endpoint) -> None:
        """Write a new or changed endpoint; EndpointExists where another request was faster with its address."""
        self._session.add(endpoint)
        try:
            self._session.flush()
        except IntegrityError:
            raise EndpointExists from None

    def delete(self, endpoint_id: UUID) -> None:
        """With everything that was, or is to be, sent there."""
        self._session.execute(sa.delete(Endpoint).where(Endpoint.id == endpoint_id))

    # Turns

    def anything_to_do(self, now: datetime) -> bool:
        """Whether something is due at an endpoint that nobody serves."""
        return bool(self._session.scalar(sa.select(sa.exists().where(*_to_serve(now)))))

    def take_turns(
        self, *, lease: UUID, now: datetime, until: datetime, limit: int, troubled: bool
    ) -> list[UUID]:
        """Endpoints where something is due, for this worker alone: who waited longest for a turn comes first,
        however much is due where.
        """
        if limit < 1:
            return []
        waiting = (
            sa.select(Endpoint)
            .where(*_to_serve(now), Endpoint.troubled.is_(troubled))
            .order_by(Endpoint.served_at, Endpoint.id)
            .limit(limit)
            .with_for_update(skip_locked=True)
        )
        taken = list(self._session.scalars(waiting))
        for endpoint in taken:
            endpoint.lease, endpoint.lease_until = lease, until
        return [endpoint.id for endpoint in taken]

    def next_due(self, endpoint: Endpoint, now: datetime) -> HookDelivery | None:
        """What to send there next: a test that somebody waits for, else what has been due longest."""
        due = sa.select(HookDelivery).where(*_due(now), HookDelivery.endpoint_id == endpoint.id)
        if not endpoint.is_active:
            due = due.where(HookDelivery.kind == HookKind.TEST)
        tests_first = sa.case((HookDelivery.kind == HookKind.TEST, 0), else_=1)
        due = due.order_by(tests_first, HookDelivery.next_attempt_at, HookDelivery.id).limit(1)
        return self._session.scalar(due.with_for_update())

    # Deliveries

    def tell(self, deliveries: Sequence[HookDelivery]) -> None:
        """Keep new ones; those that a repeated message would tell again are dropped."""
        if not deliveries:
            return
        self._session.flush()
        is_postgresql = self._session.get_bind().dialect.name == "postgresql"
        insert = postgresql_insert if is_postgresql else sqlite_insert
        columns = sa.inspect(HookDelivery).columns
        rows = [{one.key: getattr(row, one.key) for one in columns} for row in deliveries]
        self._session.execute(insert(HookDelivery).values(rows).on_conflict_do_nothing())

    def delivery(self, delivery_id: UUID) -> HookDelivery:
        """One with its attempts, or NotFound."""
        found = self._session.get(
            HookDelivery, delivery_id, options=[selectinload(HookDelivery.attempts)]
        )
        if found is None:
            raise NotFound
        return found

    def lock_delivery(self, delivery_id: UUID) -> HookDelivery:
        """One as it is now, held until the transaction ends; lock its endpoint first."""
        return self._session.get_one(
            HookDelivery,
            delivery_id,
            options=[selectinload(HookDelivery.attempts)],
            with_for_update=True,
            populate_existing=True,
        )

    def deliveries_of(
        self, endpoint_id: UUID, *, cursor: str | None, limit: int
    ) -> tuple[list[HookDelivery], str | None]:
        """What was sent to an endpoint with every attempt, newest first."""
        sent = sa.select(HookDelivery).filter_by(endpoint_id=endpoint_id)
        if cursor is not None:
            sent = sent.where(HookDelivery.id < cursors.decode_id(cursor))
        sent = sent.options(selectinload(HookDelivery.attempts))
        rows = list(self._session.scalars(sent.order_by(HookDelivery.id.desc()).limit(limit + 1)))
        return rows[:limit], cursors.encode(rows[limit - 1].id) if len(rows) > limit else None

    def waiting_test(self, endpoint_id: UUID) -> HookDelivery | None:
        """A test that has not been answered yet."""
        waiting = sa.select(HookDelivery).where(
            HookDelivery.endpoint_id == endpoint_id,
            HookDelivery.kind == HookKind.TEST,
            HookDelivery.next_attempt_at.is_not(None),
        )
        return self._session.scalar(waiting.options(selectinload(HookDelivery.attempts)).limit(1))

    def suppress_waiting(self, endpoint_id: UUID) -> None:
        """What waits is not sent; the partner can replay it."""
        waiting = sa.update(HookDelivery).where(
            HookDelivery.endpoint_id == endpoint_id,
            HookDelivery.kind != HookKind.TEST,
            HookDelivery.next_attempt_at.is_not(None),
        )
        self._session.flush()
        self._session.execute(waiting.values(status=Status.SUPPRESSED, next_attempt_at=None))

    def attempt(self, attempt: HookAttempt) -> HookAttempt:
        self._session.add(attempt)
        self._session.flush()
        return attempt

    def open_attempts(self, delivery_id: UUID) -> Sequence[HookAttempt]:
        """Tries whose end nobody recorded."""
        left = sa.select(HookAttempt).filter_by(delivery_id=delivery_id, outcome=None)
        return self._session.scalars(left).all()


def _due(now: datetime) -> tuple[sa.ColumnElement[bool], ...]:
    return (HookDelivery.next_attempt_at <= now,)


def _to_serve(now: datetime) -> tuple[sa.ColumnElement[bool], ...]:
    sendable = sa.or_(Endpoint.disabled_at.is_(None), HookDelivery.kind == HookKind.TEST)
    due = sa.exists().where(*_due(now), HookDelivery.endpoint_id == Endpoint.id, sendable)
    free = sa.or_(Endpoint.lease_until.is_(None), Endpoint.lease_until < now)
    return due.correlate(Endpoint), free

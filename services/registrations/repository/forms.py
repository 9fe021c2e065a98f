"""The queries of forms and of what was answered."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from services.registrations.models import (
    IN_PLAY,
    AnswerSheet,
    Form,
    Offer,
    Registration,
    Status,
)
from shared.http import cursors


class Forms:
    """Forms by event and version."""

    def __init__(self, session: Session) -> None:
        self._session = session
        # Held, for a session forgets what nobody else holds, and a group of registrations asks for each of them.
        self._read: dict[tuple[UUID, int], Form] = {}

    def newest(self, offer: Offer) -> Form:
        """What an offer asks now; an empty form where it asks nothing."""
        return self.get(offer.event_id, offer.form_version) or Form.empty(offer.event_id)

    def get(self, event_id: UUID, version: int) -> Form | None:
        """A version, if it is (still) there."""
        found = self._read.get((event_id, version))
        if found is None and version and (found := self._session.get(Form, (event_id, version))):
            self._read[event_id, version] = found
        return found

    def add(self, form: Form) -> None:
        self._session.add(form)
        self._session.flush()

    def answered(self, event_id: UUID) -> Sequence[Form]:
        """The versions that somebody answered, the newest first."""
        every = sa.select(Form).filter_by(event_id=event_id).where(_ANSWERED)
        return self._session.scalars(every.order_by(Form.version.desc())).all()

    def forget_unanswered(self, event_id: UUID, *, before: int) -> None:
        """Drop the versions that nobody answered."""
        old = sa.delete(Form).where(Form.event_id == event_id, Form.version < before, ~_ANSWERED)
        self._session.execute(old.execution_options(synchronize_session=False))

    def page(
        self, event_id: UUID, *, cursor: str | None, limit: int
    ) -> tuple[list[tuple[Form, int]], str | None]:
        """The versions of a form, the newest first, with how many answers each has."""
        count = (
            sa.select(sa.func.count())
            .select_from(AnswerSheet)
            .where(_SAME_VERSION)
            .correlate(Form)
            .scalar_subquery()
        )
        listed = sa.select(Form, count).where(Form.event_id == event_id)
        if cursor is not None:
            (after,) = cursors.decode(cursor, 1)
            if not (after.isascii() and after.isdigit() and len(after) < 10):
                raise cursors.bad_cursor()
            listed = listed.where(Form.version < int(after))
        rows = self._session.execute(listed.order_by(Form.version.desc()).limit(limit + 1)).all()
        page = [(form, found) for form, found in rows[:limit]]
        return page, cursors.encode(page[-1][0].version) if len(rows) > limit else None


class AnswerSheets:
    """Answers by registration, and by when they are to go."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def of(self, registration_id: UUID) -> AnswerSheet | None:
        return self._session.get(AnswerSheet, registration_id)

    def of_all(self, registration_ids: Sequence[UUID]) -> dict[UUID, AnswerSheet]:
        """The sheets of a page of registrations, by registration."""
        if not registration_ids:
            return {}
        found = sa.select(AnswerSheet).where(AnswerSheet.registration_id.in_(registration_ids))
        return {sheet.registration_id: sheet for sheet in self._session.scalars(found)}

    def add(self, sheet: AnswerSheet) -> None:
        self._session.add(sheet)

    def remove(self, sheet: AnswerSheet) -> None:
        self._session.delete(sheet)
        self._session.flush()

    def page(
        self, event_id: UUID, *, status: Status | None, cursor: str | None, limit: int
    ) -> tuple[list[AnswerSheet], str | None]:
        """Of those who have a place or ask for one, or with one status, in the order in which they came."""
        listed = sa.select(AnswerSheet).join(Registration, _OF_REGISTRATION)
        whose = [status] if status else IN_PLAY
        listed = listed.where(AnswerSheet.event_id == event_id, Registration.status.in_(whose))
        if cursor is not None:
            listed = listed.where(AnswerSheet.registration_id > cursors.decode_id(cursor))
        ordered = listed.order_by(AnswerSheet.registration_id).limit(limit + 1)
        rows = list(self._session.scalars(ordered))
        page = rows[:limit]
        return page, cursors.encode(page[-1].registration_id) if len(rows) > limit else None

    def all_answers(self, event_id: UUID) -> Iterator[dict[str, Any]]:
        """What those who have a place or ask for one answered, a thousand at a time."""
        found = sa.select(AnswerSheet.answers).join(Registration, _OF_REGISTRATION)
        found = found.where(AnswerSheet.event_id == event_id, Registration.status.in_(IN_PLAY))
        yield from self._session.scalars(found.execution_options(yield_per=1000))

    def due(self, now: datetime, *, limit: int) -> Sequence[UUID]:
        """Events that are over, and of whose answers some were kept for long enough."""
        kept = (
            sa.select(AnswerSheet.event_id, Offer.ends_at, sa.func.min(AnswerSheet.keep_days))
            .join(Offer, Offer.event_id == AnswerSheet.event_id)
            .where(Offer.ends_at <= now, Offer.postponed.is_(False))
            .group_by(AnswerSheet.event_id, Offer.ends_at)
            .order_by(Offer.ends_at)
        )
        # The days are added here, since the databases do it each in their own words.
        found = self._session.execute(kept)
        return [event for event, ended, days in found if (now - ended).days >= days][:limit]

    def past(self, event_id: UUID, days: int, *, limit: int) -> Sequence[AnswerSheet]:
        """Sheets that hold what was to be kept for at most so many days after the event."""
        past = sa.select(AnswerSheet).filter_by(event_id=event_id)
        past = past.where(AnswerSheet.keep_days <= days).order_by(AnswerSheet.registration_id)
        return self._session.scalars(past.limit(limit)).all()


_SAME_VERSION = sa.and_(AnswerSheet.event_id == Form.event_id, AnswerSheet.version == Form.version)
_ANSWERED = sa.exists().where(_SAME_VERSION)
_OF_REGISTRATION = Registration.id == AnswerSheet.registration_id

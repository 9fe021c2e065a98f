"""After the event: who came, and what they thought of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from services.registrations.errors import EventNotOver
from services.registrations.models import Offer, Survey
from services.registrations.models.attendance import (
    Attendance,
    Group,
    attendance,
    attendance_of_members,
)
from services.registrations.repository import UnitOfWork
from services.registrations.survey_questions import READY_MADE


def attendance_of(uow: UnitOfWork, *, event_id: UUID, now: datetime) -> Attendance:
    """Who had a place and who came, by quota and organisation; EventNotOver before, since figures that grow tell more."""
    offer = uow.offers.get(event_id)
    _require_over(offer, now)
    return attendance(uow.registrations.attendance(event_id), offer.quotas)


def attendance_for(
    uow: UnitOfWork, *, event_id: UUID, organisation_id: UUID, now: datetime
) -> Group:
    """The same of those alone who came for one organisation."""
    _require_over(uow.offers.get(event_id), now)
    return attendance_of_members(uow.registrations.attendance(event_id), organisation_id)


def survey_of(uow: UnitOfWork, event_id: UUID) -> Survey:
    """The survey of an event: its organiser's, else the ready-made one, which is not kept before somebody answers."""
    return uow.surveys.find(event_id) or Survey.of(event_id, READY_MADE)


def ask_in_survey(
    uow: UnitOfWork,
    *,
    event_id: UUID,
    questions: Sequence[dict[str, Any]] | None,
    days: int,
    now: datetime,
) -> Survey:
    """Say what is asked (None: the ready-made questions) and for how many days after the event."""
    offer = uow.offers.lock(event_id)
    survey = uow.surveys.keep(survey_of(uow, event_id))
    survey.ask(offer, READY_MADE if questions is None else questions, days, now)
    return survey


def answer_survey(
    uow: UnitOfWork, *, registration_id: UUID, answers: Mapping[str, Any], now: datetime
) -> None:
    """Take one person's answers, once. Nothing is published, logged or kept that would lead back to them."""
    registration = uow.registrations.lock(registration_id)
    survey = uow.surveys.keep(survey_of(uow, registration.event_id))
    before = uow.surveys.has_answered(registration_id)
    survey.require_open_for(registration, now, before=before)
    survey.take(registration.offer, answers)
    uow.surveys.note_participation(registration_id)


def _require_over(offer: Offer, now: datetime) -> None:
    if offer.cancelled or offer.postponed or now < offer.ends_at:
        raise EventNotOver

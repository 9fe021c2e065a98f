"""Answering an event's form, at registration and later."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from services.registrations import messages
from services.registrations.models import AnswerSheet, Form, Offer, Registration, What
from services.registrations.models.form import no_such_version
from services.registrations.operations.seats import note, settle, tell
from services.registrations.repository import UnitOfWork


def answered(
    uow: UnitOfWork, offer: Offer, given: Mapping[str, Any], *, seen: int | None, now: datetime
) -> AnswerSheet | None:
    """The answers to an offer's form, which are not kept yet; None where nothing was said, else Invalid.

    `seen` is the version that was on the screen. Answers to an older one are taken where they are valid for the newest.
    It changes nothing, so that it can stand before a seat is given.
    """
    form = uow.forms.newest(offer)
    answers = form.read(given, seen=_other(uow, form, seen))
    if not answers:
        return None
    sheet = AnswerSheet(event_id=offer.event_id)
    sheet.fill(form, answers, now)
    return sheet


def keep(uow: UnitOfWork, registration: Registration, sheet: AnswerSheet | None) -> None:
    """Keep what a registration answered."""
    if sheet is not None:
        sheet.registration = registration
        uow.answer_sheets.add(sheet)


def see_unanswered(
    uow: UnitOfWork, registrations: Sequence[Registration], *, now: datetime
) -> Sequence[Registration]:
    """Say of each registration what it must answer and does not yet (`unanswered`).

    So it is with colleagues, who were registered by name alone, and where more is asked than when somebody registered.
    """
    asked = [one for one in registrations if one.offer.form_version and one.is_asked(now)]
    sheets = uow.answer_sheets.of_all([one.id for one in asked])
    for one in asked:
        sheet = sheets.get(one.id)
        one.unanswered = uow.forms.newest(one.offer).unanswered(sheet.answers if sheet else {})
    return registrations


def edit_answers(
    uow: UnitOfWork,
    *,
    registration_id: UUID,
    answers: Mapping[str, Any],
    form_version: int | None,
    now: datetime,
) -> Registration:
    """Change some of one's answers, while registration is open; what is not named stays, null takes an answer back.

    All of them must then be valid for the newest form. Where an organiser approves, what was approved is no longer what
    is said: the registration is pending once more and keeps its seat, or its number in the waitlist, so that nobody
    overtakes (`Offer.ask_again`). Saying the same again changes nothing.
    """
    registration = uow.registrations.lock(registration_id)
    offer = registration.offer
    settle(uow, offer, now=now)
    registration.require_editable(now)
    form, sheet = uow.forms.newest(offer), uow.answer_sheets.of(registration_id)
    given = _said_before(form, sheet) | dict(answers)
    wanted = form.read(given, seen=_other(uow, form, form_version))
    if wanted == (sheet.answers if sheet else {}):
        return registration
    if sheet is None:
        sheet = AnswerSheet(event_id=offer.event_id)
        sheet.fill(form, wanted, now)
        keep(uow, registration, sheet)
    elif wanted:
        sheet.fill(form, wanted, now)
    else:
        uow.answer_sheets.remove(sheet)
    is_news = offer.approval and offer.ask_again(registration)
    if is_news:
        registration.position = None
    note(
        uow,
        What.ANSWERS_CHANGED,
        registration,
        now=now,
        by=registration.owner_id,
        details={"form_version": form.version},
    )
    if is_news:
        tell(uow, registration)
        uow.publish(messages.offer_changed(offer, now))
    return registration


def _said_before(form: Form, sheet: AnswerSheet | None) -> dict[str, Any]:
    """What a sheet holds of what the form asks, as one would send it again."""
    kept = sheet.answers if sheet else {}
    return {field.key: field.raw(kept[field.key]) for field in form.fields if field.key in kept}


def _other(uow: UnitOfWork, form: Form, seen: int | None) -> Form | None:
    """The version that was on the screen, if it is not this one; an empty one where it is gone."""
    if seen is None or seen == form.version:
        return None
    if seen > form.version:
        raise no_such_version()
    return uow.forms.get(form.event_id, seen) or Form.empty(form.event_id, seen)

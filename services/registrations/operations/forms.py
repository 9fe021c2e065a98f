"""Writing a form, and what time does with the answers to it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from services.registrations.models import Field, Form, Offer, What
from services.registrations.models.form import contradictions
from services.registrations.operations.seats import note
from services.registrations.repository import UnitOfWork
from shared.http.problems import Invalid

# Versions that nobody answered, but somebody may have on the screen right now.
_LATELY = 20


def set_form(
    uow: UnitOfWork,
    offer: Offer,
    *,
    fields: Sequence[Field],
    retention_days: int,
    by: UUID,
    now: datetime,
) -> Form:
    """Ask these fields from now on: a new version, unless nothing is different. The offer is locked by the caller.

    What was answered stays under its own version. Invalid names every contradiction.
    """
    form = uow.forms.newest(offer)
    before = uow.forms.answered(offer.event_id)
    used = {field.key: field.kind for version in before for field in version.fields}
    if wrong := contradictions(fields, used):
        raise Invalid(wrong)
    if form.same_as(fields, retention_days):
        return form
    offer.form_version += 1
    form = Form(
        event_id=offer.event_id,
        version=offer.form_version,
        kept_fields=[field.as_kept() for field in fields],
        retention_days=retention_days,
        created_at=now,
        created_by=by,
    )
    uow.forms.add(form)
    uow.forms.forget_unanswered(offer.event_id, before=form.version - _LATELY)
    note(uow, What.FORM_CHANGED, offer, now=now, by=by, details={"form_version": form.version})
    return form


def remove_answers(uow: UnitOfWork, offer: Offer, *, now: datetime, most: int) -> int:
    """Remove answers whose time is over, of at most so many registrations; how many those were is noted and said.

    The offer is locked by the caller, so that nobody edits meanwhile.
    """
    if offer.postponed or now < offer.ends_at:
        return 0
    days = (now - offer.ends_at).days
    sheets = uow.answer_sheets.past(offer.event_id, days, limit=most)
    forms: dict[int, Form] = {}
    for sheet in sheets:
        form = forms.get(sheet.version) or uow.forms.get(offer.event_id, sheet.version)
        assert form is not None  # a version that was answered stays
        forms[sheet.version] = form
        if sheet.forget(form, days):
            uow.answer_sheets.remove(sheet)
    if sheets:
        note(uow, What.ANSWERS_REMOVED, offer, now=now, details={"registrations": len(sheets)})
    return len(sheets)

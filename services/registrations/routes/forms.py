"""Forms: what an event asks, in versions, and what was answered."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import Response, jsonify

from services.registrations import operations
from services.registrations.deps import current_deps
from services.registrations.field_templates import TEMPLATES
from services.registrations.routes.blueprint import bp, own_offer
from services.registrations.schemas.forms import (
    AnswersChange,
    CountsView,
    FormPageQuery,
    FormRequest,
    FormView,
    RegistrationDetail,
    SheetList,
    SheetsQuery,
    TemplateList,
    VersionList,
    detail_of,
    form_view,
)
from shared.http.access import ADMIN, ANYONE, ORGANISER, OWN, allow, permit, person_id
from shared.http.etags import require_match, with_etag


@bp.get("/offers/<uuid:event_id>/form")
@allow(ANYONE)
@bp.response(200, FormView)
def show_form(event_id: UUID) -> Response:
    """What an event asks of those who register, in both languages; version 0 and no fields where it asks nothing."""
    with current_deps().unit_of_work(read_only=True) as uow:
        form = uow.forms.newest(uow.offers.get(event_id))
    return with_etag(FormView().dump(form_view(form)), form.version)


@bp.put("/offers/<uuid:event_id>/form")
@allow(ORGANISER, ADMIN)
@bp.arguments(FormRequest)
@bp.response(200, FormView)
def set_form(wanted: dict[str, Any], event_id: UUID) -> Response:
    """Say what is asked from now on: a new version of the form. What was answered stays under its own version."""
    deps = current_deps()
    with deps.unit_of_work() as uow:
        own_offer(uow, event_id)
        offer = uow.offers.lock(event_id)
        require_match(offer.form_version)
        form = operations.set_form(uow, offer, by=person_id(), now=deps.clock.now(), **wanted)
    return with_etag(FormView().dump(form_view(form)), form.version)


@bp.get("/offers/<uuid:event_id>/form/versions")
@allow(ORGANISER, ADMIN)
@bp.arguments(FormPageQuery, location="query")
@bp.response(200, VersionList)
def list_form_versions(query: dict[str, Any], event_id: UUID) -> dict[str, Any]:
    """The versions of a form, the newest first; of those that nobody answered, the latest."""
    with current_deps().unit_of_work(read_only=True) as uow:
        own_offer(uow, event_id)
        found, following = uow.forms.page(event_id, **{"cursor": None} | query)
    items = [form_view(form) | {"answers": answers} for form, answers in found]
    return {"items": items, "next": following}


@bp.get("/form-templates")
@allow(ANYONE)
@bp.response(200, TemplateList)
def list_form_templates() -> dict[str, Any]:
    """Fields that are often asked, ready to be taken into a form."""
    return {"items": TEMPLATES, "next": None}


@bp.get("/offers/<uuid:event_id>/answers")
@allow(ORGANISER, ADMIN)
@bp.arguments(SheetsQuery, location="query")
@bp.response(200, SheetList)
def list_answers(query: dict[str, Any], event_id: UUID) -> dict[str, Any]:
    """What those who have a place or ask for one answered, in the order in which they came; without names."""
    with current_deps().unit_of_work(read_only=True) as uow:
        own_offer(uow, event_id)
        asked = {"cursor": None} | query
        found, following = uow.answer_sheets.page(event_id, **asked)
    return {"items": found, "next": following}


@bp.get("/offers/<uuid:event_id>/answers/counts")
@allow(ORGANISER, ADMIN)
@bp.response(200, CountsView)
def count_answers(event_id: UUID) -> dict[str, Any]:
    """How often each choice was made, over all versions of the form."""
    with current_deps().unit_of_work(read_only=True) as uow:
        own_offer(uow, event_id)
        return operations.count_answers(uow, event_id)


@bp.patch("/registrations/<uuid:registration_id>/answers")
@allow(OWN)
@bp.arguments(AnswersChange)
@bp.response(200, RegistrationDetail)
def edit_answers(wanted: dict[str, Any], registration_id: UUID) -> Response:
    """Change one's answers while registration is open; what is not named stays, null takes an answer back.

    Where an organiser approves, the registration is pending once more. It keeps its seat, or its number in the waitlist.
    """
    deps = current_deps()
    with deps.unit_of_work() as uow:
        permit(owner=uow.registrations.get(registration_id).owner_id)
        registration = operations.edit_answers(
            uow, registration_id=registration_id, now=deps.clock.now(), **wanted
        )
        operations.see_unanswered(uow, [registration], now=deps.clock.now())
        return jsonify(detail_of(registration, uow.answer_sheets.of(registration_id)))

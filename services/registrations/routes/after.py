"""After the event: who came, and what they thought of it."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from services.registrations import operations
from services.registrations.deps import current_deps
from services.registrations.routes.blueprint import bp, own_offer
from services.registrations.schemas.after import (
    AttendanceView,
    OrganisationGroupView,
    OwnSurveyView,
    ResultsView,
    SurveyAnswersRequest,
    SurveyRequest,
    SurveyView,
    attendance_view,
    group_view,
    results_view,
    survey_view,
)
from shared.http.access import ADMIN, ANYONE, LEADER, OFFICER, ORGANISER, OWN, allow, permit


@bp.get("/offers/<uuid:event_id>/attendance")
@allow(ORGANISER, LEADER, ADMIN)
@bp.response(200, AttendanceView)
def show_attendance(event_id: UUID) -> dict[str, Any]:
    """How many had a place, how many of them came, by quota and by organisation.

    Nothing is told of fewer than five people, nor what would let one reckon it from the rest.
    """
    deps = current_deps()
    with deps.unit_of_work(read_only=True) as uow:
        own_offer(uow, event_id)
        found = operations.attendance_of(uow, event_id=event_id, now=deps.clock.now())
        return attendance_view(found, uow.offers.get(event_id))


@bp.get("/offers/<uuid:event_id>/attendance/<uuid:organisation_id>")
@allow(OFFICER, ORGANISER, LEADER)
@bp.response(200, OrganisationGroupView)
def show_attendance_of_members(event_id: UUID, organisation_id: UUID) -> dict[str, Any]:
    """The same of those who came for one's own organisation, whoever plans the event."""
    permit(organisation=organisation_id)
    deps = current_deps()
    with deps.unit_of_work(read_only=True) as uow:
        found = operations.attendance_for(
            uow, event_id=event_id, organisation_id=organisation_id, now=deps.clock.now()
        )
    return group_view(found) | {"organisation_id": organisation_id}


@bp.get("/offers/<uuid:event_id>/survey")
@allow(ANYONE)
@bp.response(200, SurveyView)
def show_survey(event_id: UUID) -> dict[str, Any]:
    """What those who came are asked afterwards, and when."""
    deps = current_deps()
    with deps.unit_of_work(read_only=True) as uow:
        offer = uow.offers.get(event_id)
        return survey_view(operations.survey_of(uow, event_id), offer, deps.clock.now())


@bp.put("/offers/<uuid:event_id>/survey")
@allow(ORGANISER, ADMIN)
@bp.arguments(SurveyRequest)
@bp.response(200, SurveyView)
def ask_in_survey(wanted: dict[str, Any], event_id: UUID) -> dict[str, Any]:
    """Say what is asked, while nobody has answered, and for how many days, while it is open."""
    deps = current_deps()
    now = deps.clock.now()
    with deps.unit_of_work() as uow:
        own_offer(uow, event_id)
        survey = operations.ask_in_survey(uow, event_id=event_id, now=now, **wanted)
        return survey_view(survey, uow.offers.get(event_id), now)


@bp.get("/offers/<uuid:event_id>/survey/results")
@allow(ORGANISER, LEADER, ADMIN)
@bp.response(200, ResultsView)
def show_results(event_id: UUID) -> dict[str, Any]:
    """What was answered, once the survey is closed; before, how many have answered."""
    deps = current_deps()
    with deps.unit_of_work(read_only=True) as uow:
        own_offer(uow, event_id)
        offer = uow.offers.get(event_id)
        return results_view(operations.survey_of(uow, event_id), offer, deps.clock.now())


@bp.get("/registrations/<uuid:registration_id>/survey")
@allow(OWN)
@bp.response(200, OwnSurveyView)
def show_own_survey(registration_id: UUID) -> dict[str, Any]:
    """The questions, and whether one may answer them still."""
    deps = current_deps()
    with deps.unit_of_work(read_only=True) as uow:
        registration = uow.registrations.get(registration_id)
        permit(owner=registration.person_id)
        survey = operations.survey_of(uow, registration.event_id)
        return survey_view(survey, registration.offer, deps.clock.now()) | {
            "attended": registration.checked_in_at is not None,
            "answered": uow.surveys.has_answered(registration_id),
        }


# Without an Idempotency-Key: with it would be kept who sent what, and when. A repeat is told that one has answered.
@bp.post("/registrations/<uuid:registration_id>/survey-answers")
@allow(OWN)
@bp.arguments(SurveyAnswersRequest)
@bp.response(204)
def answer_survey(given: dict[str, Any], registration_id: UUID) -> None:
    """Answer, once. What is said is added to counts and lists that name nobody; that one has answered is kept apart."""
    deps = current_deps()
    with deps.unit_of_work() as uow:
        permit(owner=uow.registrations.get(registration_id).person_id)
        operations.answer_survey(
            uow, registration_id=registration_id, now=deps.clock.now(), **given
        )

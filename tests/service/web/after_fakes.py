"""Registrations' contract for what comes after an event: attendance, and the survey by the service's own rules."""

from __future__ import annotations

from datetime import datetime
from types import SimpleNamespace
from typing import Any
from uuid import UUID

from flask import Flask, request

from services.registrations.errors import DidNotAttend, EventNotOver, SurveyAnswered
from services.registrations.models import Survey, SurveyState
from services.registrations.schemas.after import (
    AnswersRequest,
    OwnSurveyView,
    ResultsView,
    SurveyRequest,
    SurveyView,
    results_view,
    survey_view,
)
from services.registrations.survey_questions import READY_MADE
from shared.http.problems import Invalid, NotFound, flatten
from tests.service.web import fakes

Row = dict[str, Any]
ENDED = {"starts_at": "2026-03-05T07:00:00Z", "ends_at": "2026-03-05T09:30:00Z"}
"""An event of last week."""


def group(places: int | None, attended: int | None, **more: Any) -> Row:
    absent = None if places is None or attended is None else places - attended
    return {
        "places": places, "attended": attended, "no_shows": absent, "too_small": places is None,
    } | more  # fmt: skip


def figures(event: Row) -> Row:
    """Of forty people, with a quota and organisations, some too small to be told."""
    return group(40, 31) | {
        "event_id": event["id"],
        "by_quota": [
            group(12, 9, quota_id=fakes.new_id(), name={"vi": "Hội LHPN phường", "en": "Union"}),
            group(28, 22, quota_id=None, name=None),
        ],
        "by_organisation": [
            group(12, 9, organisation_id=fakes.WOMEN["id"]),
            group(None, None, organisation_id=fakes.UNION["id"]),
            group(None, None, organisation_id=fakes.ORGANISATION["id"]),
            group(20, 16, organisation_id=None),
        ],
    }


def after(app: Flask, world: fakes.World) -> None:
    def loaded(schema: type[Any]) -> Row:
        wrong = schema().validate(request.get_json())
        if wrong:
            raise Invalid(flatten(wrong))
        return dict(schema().load(request.get_json()))

    def led(event_id: str, *roles: str) -> Row:
        found = world.events.get(event_id)
        if not found:
            raise NotFound
        fakes.holding(world, found["organisation"]["id"], *(roles or ("organiser", "leader", "admin")))  # fmt: skip
        return found

    def require_over(event_id: str) -> None:
        if datetime.fromisoformat(world.events[event_id]["ends_at"]) > fakes.NOW:
            raise EventNotOver

    def own(registration_id: str) -> Row:
        found = world.registrations.get(registration_id)
        if not found or found["person_id"] != fakes.caller(world)["id"]:
            raise NotFound
        return found

    def survey_of(event_id: str) -> tuple[Survey, Any]:
        event = world.events[event_id]
        survey = world.surveys.setdefault(event_id, Survey.of(UUID(event_id), READY_MADE))  # fmt: skip
        here = [one for one in world.registrations.values() if one["event_id"] == event_id]
        return survey, SimpleNamespace(
            event_id=event_id,
            ends_at=datetime.fromisoformat(event["ends_at"]),
            cancelled=event["status"] == "cancelled",
            postponed=event["status"] == "postponed",
            checked_in=sum(bool(one["checked_in_at"]) for one in here),
        )

    @app.get("/v1/offers/<event_id>/attendance")
    def attendance(event_id: str) -> Any:
        event = led(event_id)
        require_over(event_id)
        return world.attendances.get(event_id) or figures(event)

    @app.get("/v1/offers/<event_id>/attendance/<organisation_id>")
    def attendance_of_members(event_id: str, organisation_id: str) -> Any:
        fakes.holding(world, organisation_id, "officer", "organiser", "leader")
        require_over(event_id)
        return group(8, 6, organisation_id=organisation_id)

    @app.get("/v1/offers/<event_id>/survey")
    def survey(event_id: str) -> Any:
        return SurveyView().dump(survey_view(*survey_of(event_id), fakes.NOW))

    @app.put("/v1/offers/<event_id>/survey")
    def ask(event_id: str) -> Any:
        led(event_id, "organiser", "admin")
        wanted = loaded(SurveyRequest)
        found, offer = survey_of(event_id)
        found.ask(offer, wanted["questions"] or READY_MADE, wanted["days"], fakes.NOW)
        return SurveyView().dump(survey_view(found, offer, fakes.NOW))

    @app.get("/v1/offers/<event_id>/survey/results")
    def results(event_id: str) -> Any:
        led(event_id)
        return ResultsView().dump(results_view(*survey_of(event_id), fakes.NOW))

    @app.get("/v1/registrations/<registration_id>/survey")
    def own_survey(registration_id: str) -> Any:
        registration = own(registration_id)
        shown = survey_view(*survey_of(registration["event_id"]), fakes.NOW)
        shown |= {
            "attended": bool(registration["checked_in_at"]),
            "answered": registration_id in world.answered,
        }
        return OwnSurveyView().dump(shown)

    @app.post("/v1/registrations/<registration_id>/survey-answers")
    def answer(registration_id: str) -> Any:
        assert "Idempotency-Key" not in request.headers
        registration, given = own(registration_id), loaded(AnswersRequest)["answers"]
        found, offer = survey_of(registration["event_id"])
        assert found.state(offer, fakes.NOW) is SurveyState.OPEN
        if not registration["checked_in_at"]:
            raise DidNotAttend
        if registration_id in world.answered:
            raise SurveyAnswered
        found.take(offer, given)
        world.answered.add(registration_id)
        return "", 204


def over_with_answers(world: fakes.World, count: int, *, days: int = 2) -> Row:
    """An event of last week, answered by so many; with the ready-made days it is open, with two it is closed."""
    event = world.add(**ENDED, status="completed")
    survey = Survey.of(UUID(event["id"]), READY_MADE)
    survey.days = days
    offer: Any = SimpleNamespace(ends_at=datetime.fromisoformat(event["ends_at"]))
    for number in range(count):
        said: Row = {"overall": 5 - number % 2, "again": "yes"}
        said |= {"answers": 4} if number < 3 else {}
        survey.take(offer, said | {"better": f"Opinion {number}\nof two lines"})
    world.surveys[event["id"]] = survey
    return event


def after_pages(world: fakes.World, me: Row) -> list[str]:
    """The pages after an event, with something on each of them."""
    opened, closed = over_with_answers(world, 3, days=14), over_with_answers(world, 7)
    ahead = world.add()
    here = {"checked_in_at": fakes.iso(fakes.NOW)}
    asked = world.register(opened, me, "Khach", **here)
    answered = world.register(opened, me, "Khach", **here)
    world.answered.add(answered["id"])
    others = [world.register(event, me, "Khach") for event in (opened, closed, ahead)]
    base = "/to-chuc/su-kien"
    return [
        f"{base}/{opened['id']}/tham-du", f"{base}/{ahead['id']}/tham-du", f"{base}/{opened['id']}/khao-sat", f"{base}/{closed['id']}/khao-sat",
        f"{base}/{ahead['id']}/khao-sat", f"{base}/{opened['id']}/khao-sat/sua", f"/khao-sat/{asked['id']}", f"/khao-sat/{answered['id']}",
        *(f"/khao-sat/{one['id']}" for one in others), f"/toi/ve/{asked['id']}", f"/su-kien/{opened['id']}", f"{base}/{opened['id']}",
    ]  # fmt: skip

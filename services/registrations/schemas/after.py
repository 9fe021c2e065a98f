"""Shapes of what comes after an event: who came, the survey and its results."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import marshmallow as ma
from marshmallow import fields, validate

from services.registrations.models import Offer, Survey, SurveyState
from services.registrations.models.attendance import Attendance, Group
from services.registrations.schemas.offers import TextView
from shared.http.schemas import in_two_languages
from shared.text import Text

MOST_QUESTIONS, MOST_OPTIONS, LONGEST_OPEN = 20, 10, 60
_KEY = validate.Regexp(r"[a-z][a-z0-9-]{0,39}\Z")
_SMALL = {"description": "Null where it would tell of fewer than five people"}


class GroupView(ma.Schema):
    """People who had a place; no figures where there are too few of them, or too few beside them."""

    places = fields.Integer(required=True, allow_none=True, metadata=_SMALL)
    attended = fields.Integer(required=True, allow_none=True, metadata=_SMALL)
    no_shows = fields.Integer(required=True, allow_none=True, metadata=_SMALL)
    too_small = fields.Boolean(required=True)


class QuotaGroupView(GroupView):
    quota_id = fields.UUID(
        required=True, allow_none=True, metadata={"description": "Null: seats open to everybody"}
    )
    name = fields.Nested(TextView, required=True, allow_none=True)


class OrganisationGroupView(GroupView):
    organisation_id = fields.UUID(
        required=True, allow_none=True, metadata={"description": "Null: for no organisation"}
    )


class AttendanceView(GroupView):
    """The whole, and two breakdowns; a breakdown is null where nothing of it can be told."""

    event_id = fields.UUID(required=True)
    by_quota = fields.List(fields.Nested(QuotaGroupView), required=True, allow_none=True)
    by_organisation = fields.List(
        fields.Nested(OrganisationGroupView), required=True, allow_none=True
    )


class ChoiceShape(ma.Schema):
    key = fields.String(required=True, validate=_KEY)
    text = in_two_languages(200, required=True)


class QuestionShape(ma.Schema):
    """A scale from 1 to 5, a choice of options, or a text."""

    key = fields.String(required=True, validate=_KEY)
    kind = fields.String(required=True, validate=validate.OneOf(["scale", "choice", "text"]))
    text = in_two_languages(400, required=True)
    required = fields.Boolean(load_default=False, truthy={True}, falsy={False})
    options = fields.List(
        fields.Nested(ChoiceShape), load_default=list, validate=validate.Length(0, MOST_OPTIONS)
    )

    @ma.validates_schema
    def options_of_a_choice(self, data: dict[str, Any], **_: Any) -> None:
        options = data.get("options") or []
        keys = [one["key"] for one in options]
        if len(keys) != len(set(keys)):
            said = Text("Hai câu trả lời có cùng mã.", "Two options have the same key.")
            raise ma.ValidationError([said], "options")
        if (data.get("kind") == "choice") != (len(options) > 1):
            said = Text(
                "Câu hỏi lựa chọn cần từ 2 câu trả lời; câu khác thì không có.",
                "A choice needs two options or more; other questions have none.",
            )
            raise ma.ValidationError([said], "options")


class SurveyRequest(ma.Schema):
    questions = fields.List(
        fields.Nested(QuestionShape),
        allow_none=True,
        load_default=None,
        validate=validate.Length(1, MOST_QUESTIONS),
        metadata={"description": "Null or left out: the ready-made ones"},
    )
    days = fields.Integer(
        required=True,
        strict=True,
        validate=validate.Range(1, LONGEST_OPEN),
        metadata={"description": "For how many days after the event's end it is open"},
    )

    @ma.validates_schema
    def keys_differ(self, data: dict[str, Any], **_: Any) -> None:
        keys = [one["key"] for one in data.get("questions") or []]
        if len(keys) != len(set(keys)):
            said = Text("Hai câu hỏi có cùng mã.", "Two questions have the same key.")
            raise ma.ValidationError([said], "questions")


class SurveyAnswersRequest(ma.Schema):
    """By the key of each question: a number from 1 to 5, the key of an option, or a text."""

    answers = fields.Dict(
        keys=fields.String(validate=validate.Length(1, 40)),
        values=fields.Raw(allow_none=True),
        required=True,
        validate=validate.Length(0, MOST_QUESTIONS),
    )


class ChoiceView(ma.Schema):
    key = fields.String(required=True)
    text = fields.Nested(TextView, required=True)


class QuestionView(ma.Schema):
    key = fields.String(required=True)
    kind = fields.String(required=True)
    text = fields.Nested(TextView, required=True)
    required = fields.Boolean(required=True)
    options = fields.List(fields.Nested(ChoiceView), required=True)


class SurveyView(ma.Schema):
    event_id = fields.UUID(required=True)
    state = fields.Enum(SurveyState, by_value=True, required=True)
    days = fields.Integer(required=True)
    opens_at = fields.AwareDateTime(required=True)
    closes_at = fields.AwareDateTime(required=True)
    questions = fields.List(fields.Nested(QuestionView), required=True)


class OwnSurveyView(SurveyView):
    attended = fields.Boolean(required=True)
    answered = fields.Boolean(
        required=True, metadata={"description": "That one has; what one said is nowhere"}
    )


class CountView(ma.Schema):
    value = fields.String(required=True)
    count = fields.Integer(required=True)


class ResultView(ma.Schema):
    """One question. Of fewer than five answers, only that they are too few."""

    question = fields.Nested(QuestionView, required=True)
    too_few = fields.Boolean(required=True)
    answers = fields.Integer(required=True, allow_none=True)
    mean = fields.Float(required=True, allow_none=True)
    counts = fields.List(fields.Nested(CountView), required=True, allow_none=True)
    texts = fields.List(
        fields.String, required=True, allow_none=True, metadata={"description": "In no order"}
    )


class ResultsView(ma.Schema):
    survey = fields.Nested(SurveyView, required=True)
    attended = fields.Integer(required=True)
    answered = fields.Integer(required=True, metadata={"description": "How many people have"})
    results = fields.List(
        fields.Nested(ResultView),
        required=True,
        allow_none=True,
        metadata={
            "description": "Null until it is closed: of figures that grow, each step would tell one answer"
        },
    )


def survey_view(survey: Survey, offer: Offer, now: datetime) -> dict[str, Any]:
    return {
        "event_id": survey.event_id,
        "state": survey.state(offer, now),
        "days": survey.days,
        "opens_at": offer.ends_at,
        "closes_at": survey.closes(offer),
        "questions": survey.questions,
    }


def results_view(survey: Survey, offer: Offer, now: datetime) -> dict[str, Any]:
    closed = survey.state(offer, now) is SurveyState.CLOSED
    return {
        "survey": survey_view(survey, offer, now),
        "attended": offer.checked_in,
        "answered": survey.answered,
        "results": survey.results() if closed else None,
    }


def attendance_view(found: Attendance, offer: Offer) -> dict[str, Any]:
    names = {quota.id: quota.name for quota in offer.quotas}

    def quota(row: Group) -> dict[str, Any]:
        return group_view(row) | {
            "quota_id": row.key,
            "name": names.get(row.key) if row.key else None,
        }

    def organisation(row: Group) -> dict[str, Any]:
        return group_view(row) | {"organisation_id": row.key}

    quotas, organisations = found.by_quota, found.by_organisation
    return group_view(found.whole) | {
        "event_id": offer.event_id,
        "by_quota": None if quotas is None else [quota(row) for row in quotas],
        "by_organisation": None
        if organisations is None
        else [organisation(row) for row in organisations],
    }


def group_view(group: Group) -> dict[str, Any]:
    return {
        "places": group.places,
        "attended": group.attended,
        "no_shows": group.no_shows,
        "too_small": group.too_small,
    }

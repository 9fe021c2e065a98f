"""Shapes of forms, their fields, and what was answered."""

from __future__ import annotations

from typing import Any

import marshmallow as ma
from marshmallow import fields, validate

from services.registrations.models import AnswerSheet, Field, Form, Kind, Status
from services.registrations.models.form import DEFAULT_RETENTION, LONGEST_RETENTION
from services.registrations.models.form_field import LARGEST_NUMBER, LONG_TEXT
from services.registrations.schemas.answers import given_answers, seen_version, unanswered
from services.registrations.schemas.offers import TextView
from services.registrations.schemas.registrations import RegistrationView
from shared.http.schemas import PageQuery, in_two_languages, list_of
from shared.text import Text

MOST_FIELDS, MOST_OPTIONS = 40, 50
_KEY = validate.Regexp(
    r"[a-z][a-z0-9_]{0,39}\Z",
    error="String does not match expected pattern.",
)
_DAYS = validate.Range(1, LONGEST_RETENTION)


class FieldOptionShape(ma.Schema):
    key = fields.String(required=True, validate=_KEY)
    label = in_two_languages(200, required=True)


class ConditionShape(ma.Schema):
    """An earlier field, and what its answer must be (`equals`) or hold (`contains`)."""

    field = fields.String(required=True, validate=_KEY)
    equals = fields.Raw(load_default=None, allow_none=True)
    contains = fields.Raw(load_default=None, allow_none=True)

    @ma.validates_schema
    def one_of_them(self, data: dict[str, Any], **_: Any) -> None:
        values = [data.get("equals"), data.get("contains")]
        plain = all(
            value is None
            or (isinstance(value, str) and len(value) <= 200)
            or (isinstance(value, int | float) and abs(value) <= LARGEST_NUMBER)
            for value in values
        )
        if not plain or sum(value is not None for value in values) != 1:
            said = Text(
                "Xin nêu đúng một: bằng (equals) hoặc có (contains).",
                "Please give one of: equals, contains.",
            )
            raise ma.ValidationError([said], "equals")


class FieldShape(ma.Schema):
    """One thing that is asked. What a kind does not have is left out."""

    key = fields.String(
        required=True,
        validate=_KEY,
        metadata={"description": "Names it for ever; a-z, 0-9 and _, up to 40"},
    )
    kind = fields.Enum(Kind, by_value=True, required=True)
    label = in_two_languages(200, required=True)
    hint = in_two_languages(500, allow_none=True)
    required = fields.Boolean(load_default=False, truthy={True}, falsy={False})
    shown_if = fields.Nested(ConditionShape, allow_none=True)
    retention_days = fields.Integer(
        strict=True,
        allow_none=True,
        validate=_DAYS,
        metadata={"description": "Shorter or longer than the form's own"},
    )
    max_length = fields.Integer(strict=True, allow_none=True, validate=validate.Range(1, LONG_TEXT))
    min = fields.Float(allow_none=True, validate=validate.Range(-LARGEST_NUMBER, LARGEST_NUMBER))
    max = fields.Float(allow_none=True, validate=validate.Range(-LARGEST_NUMBER, LARGEST_NUMBER))
    options = fields.List(
        fields.Nested(FieldOptionShape),
        load_default=list,
        validate=validate.Length(0, MOST_OPTIONS),
    )
    text = in_two_languages(2000, lines=True, allow_none=True)

    @ma.post_load
    def as_field(self, data: dict[str, Any], **_: Any) -> Field:
        return Field.of(data)


class FormRequest(ma.Schema):
    """All fields, in the order in which they are asked."""

    fields_ = fields.List(
        fields.Nested(FieldShape),
        data_key="fields",
        attribute="fields",
        required=True,
        validate=validate.Length(0, MOST_FIELDS),
    )
    retention_days = fields.Integer(
        strict=True,
        load_default=DEFAULT_RETENTION,
        validate=_DAYS,
        metadata={"description": "How many days after the event's end answers are removed"},
    )


class FieldOptionView(ma.Schema):
    key = fields.String(required=True)
    label = fields.Nested(TextView, required=True)


class FieldView(ma.Schema):
    key = fields.String(required=True)
    kind = fields.Enum(Kind, by_value=True, required=True)
    label = fields.Nested(TextView, required=True)
    hint = fields.Nested(TextView, required=True, allow_none=True)
    required = fields.Boolean(required=True)
    shown_if = fields.Nested(ConditionShape, required=True, allow_none=True)
    retention_days = fields.Integer(required=True, allow_none=True)
    max_length = fields.Integer(required=True, allow_none=True)
    min = fields.Float(required=True, allow_none=True)
    max = fields.Float(required=True, allow_none=True)
    options = fields.List(fields.Nested(FieldOptionView), required=True)
    text = fields.Nested(TextView, required=True, allow_none=True)


class FormView(ma.Schema):
    event_id = fields.UUID(required=True)
    version = fields.Integer(required=True, metadata={"description": "0: nothing is asked yet"})
    fields_ = fields.List(
        fields.Nested(FieldView), data_key="fields", attribute="fields", required=True
    )
    retention_days = fields.Integer(required=True)


class VersionView(FormView):
    created_at = fields.AwareDateTime(required=True)
    created_by = fields.UUID(required=True)
    answers = fields.Integer(required=True, metadata={"description": "How many name this version"})


class TemplateView(ma.Schema):
    """Fields that are often asked, ready to be taken into a form."""

    key = fields.String(required=True)
    name = fields.Nested(TextView, required=True)
    fields_ = fields.List(
        fields.Nested(FieldView), data_key="fields", attribute="fields", required=True
    )


class AnswersChange(ma.Schema):
    """What is to be changed; what is not named stays."""

    answers = given_answers(required=True)
    form_version = seen_version()


class RegistrationDetail(RegistrationView):
    """A registration with what was answered."""

    form_version = fields.Integer(
        required=True,
        allow_none=True,
        metadata={"description": "For which the answers were valid; null: there are none"},
    )
    answers = fields.Dict(
        keys=fields.String(),
        values=fields.Raw(),
        required=True,
        metadata={
            "description": "As they were sent; a consent with the text to which it was given"
        },
    )
    unanswered = unanswered()


class SheetView(ma.Schema):
    registration_id = fields.UUID(required=True)
    form_version = fields.Integer(attribute="version", required=True)
    answered_at = fields.AwareDateTime(required=True)
    answers = fields.Dict(keys=fields.String(), values=fields.Raw(), required=True)


class OptionCount(FieldOptionView):
    count = fields.Integer(required=True)


class NumberSpread(ma.Schema):
    least = fields.Float(required=True, allow_none=True)
    largest = fields.Float(required=True, allow_none=True)
    sum = fields.Float(required=True, allow_none=True)
    mean = fields.Float(required=True, allow_none=True)


class FieldCount(ma.Schema):
    key = fields.String(required=True)
    kind = fields.Enum(Kind, by_value=True, required=True)
    label = fields.Nested(TextView, required=True)
    answered = fields.Integer(
        required=True, metadata={"description": "How many answered it; a consent: how many gave it"}
    )
    options = fields.List(fields.Nested(OptionCount), required=True)
    numbers = fields.Nested(NumberSpread, required=True, allow_none=True)


class CountsView(ma.Schema):
    """Of those who have a place or ask for one."""

    answered = fields.Integer(required=True)
    fields_ = fields.List(
        fields.Nested(FieldCount), data_key="fields", attribute="fields", required=True
    )


class FormPageQuery(PageQuery):
    """How the versions of a form are asked for."""


class SheetsQuery(PageQuery):
    """Whose answers."""

    status = fields.Enum(Status, by_value=True, load_default=None)


VersionList = list_of(VersionView)
SheetList = list_of(SheetView)
TemplateList = list_of(TemplateView)


def form_view(form: Form) -> dict[str, Any]:
    names = ("event_id", "version", "fields", "retention_days", "created_at", "created_by")
    return {name: getattr(form, name) for name in names}


def detail_of(registration: Any, sheet: AnswerSheet | None) -> dict[str, Any]:
    """A registration with its answers, as JSON."""
    shown: dict[str, Any] = RegistrationView().dump(registration)
    return shown | {
        "form_version": sheet.version if sheet else None,
        "answers": sheet.answers if sheet else {},
        "unanswered": list(registration.unanswered),
    }

"""The comparison of shapes finds each kind of incompatible change, and lets compatible ones pass."""

from __future__ import annotations

from typing import Any

import marshmallow as ma
import pytest
from marshmallow import fields, validate

from deploy.contracts.compatibility import changes, unreadable
from deploy.contracts.shapes import JsonSchema, shape_of


def shape(**named: fields.Field) -> JsonSchema:
    return shape_of(ma.Schema.from_dict(dict(named)))


def part(**named: fields.Field) -> fields.Nested:
    return fields.Nested(ma.Schema.from_dict(dict(named)), required=True)


def required(kind: type[fields.Field] = fields.String, **options: Any) -> fields.Field:
    return kind(required=True, **options)


INCOMPATIBLE = {
    "a field removed": ({"a": required(), "b": required()}, {"a": required()}, "`b` is gone"),
    "an optional field removed": ({"b": fields.String()}, {}, "`b` is gone"),
    "a field renamed": ({"old": required()}, {"new": required()}, "`old` is gone"),
    "a type narrowed": (
        {"a": required()},
        {"a": required(fields.UUID)},
        "`a` was string and is string (format uuid)",
    ),
    "a type widened": (
        {"a": required(fields.UUID)},
        {"a": required()},
        "`a` was string (format uuid) and is string",
    ),
    "another type": (
        {"a": required(fields.Integer)},
        {"a": required()},
        "`a` was integer and is string",
    ),
    "a date made a moment": (
        {"a": required(fields.Date)},
        {"a": required(fields.AwareDateTime)},
        "`a` was string (format date) and is string (format date-time)",
    ),
    "a list made one value": (
        {"a": fields.List(fields.String(), required=True)},
        {"a": required()},
        "`a` was array and is string",
    ),
    "values taken away": (
        {"a": required(validate=validate.OneOf(["on", "off"]))},
        {"a": required(validate=validate.OneOf(["on"]))},
        "`a` was string (enum ['off', 'on']) and is string (enum ['on'])",
    ),
    "values limited": (
        {"a": required(fields.Integer)},
        {"a": required(fields.Integer, validate=validate.Range(min=1))},
        "`a` was integer and is integer (minimum 1)",
    ),
    "null where there was none": (
        {"a": required()},
        {"a": required(allow_none=True)},
        "`a` was never null and may be null now",
    ),
    "missing where it never was": (
        {"a": required()},
        {"a": fields.String()},
        "`a` was always there and may be missing now",
    ),
    "a field of a part removed": (
        {"a": part(x=required(), y=required())},
        {"a": part(x=required())},
        "`a.y` is gone",
    ),
    "another type in the parts of a list": (
        {"a": fields.List(part(x=required()), required=True)},
        {"a": fields.List(part(x=required(fields.Integer)), required=True)},
        "`a[].x` was string and is integer",
    ),
    "another type in a list": (
        {"a": fields.List(fields.UUID(), required=True)},
        {"a": fields.List(fields.Integer(), required=True)},
        "`a[]` was string (format uuid) and is integer",
    ),
    "a field named like a word of JSON Schema removed": (
        {"description": required(), "a": required()},
        {"a": required()},
        "`description` is gone",
    ),
}
COMPATIBLE = {
    "nothing": ({"a": required()}, {"a": required()}),
    "a new field": ({"a": required()}, {"a": required(), "b": required()}),
    "a new optional field": ({"a": required()}, {"a": required(), "b": fields.String()}),
    "a new field of a part": (
        {"a": part(x=required())},
        {"a": part(x=required(), y=required(allow_none=True))},
    ),
    "always there where it might be missing": ({"a": fields.String()}, {"a": required()}),
    "never null where it might be": ({"a": required(allow_none=True)}, {"a": required()}),
    "never null, one of a list": (
        {"a": required(allow_none=True, validate=validate.OneOf(["on", "off"]))},
        {"a": required(validate=validate.OneOf(["off", "on"]))},
    ),
    "other words and another default": (
        {"a": fields.String(load_default="x", metadata={"description": "before"})},
        {"a": fields.String(load_default="y", metadata={"description": "now"})},
    ),
}
UNREADABLE = {
    "a field that is not sent": ({"a": required()}, {"b": required()}, "`b` is not always there"),
    "a field that may be missing": (
        {"a": fields.String()},
        {"a": required()},
        "`a` is not always there and is needed",
    ),
    "null not allowed": (
        {"a": required(allow_none=True)},
        {"a": required()},
        "`a` may be null and is read as if never",
    ),
    "null not allowed, with a default": (
        {"a": required(allow_none=True)},
        {"a": fields.String(load_default="")},
        "`a` may be null and is read as if never",
    ),
    "another type": (
        {"a": required()},
        {"a": required(fields.Integer)},
        "`a` is string and is read as integer",
    ),
    "a narrower type": (
        {"a": required()},
        {"a": required(fields.UUID)},
        "`a` is string and is read as string (format uuid)",
    ),
    "a number with a fraction as a whole one": (
        {"a": required(fields.Float)},
        {"a": required(fields.Integer)},
        "`a` is number and is read as integer",
    ),
    "fewer values": (
        {"a": required(validate=validate.OneOf(["on", "off"]))},
        {"a": required(validate=validate.OneOf(["on"]))},
        "`a` is string (enum ['off', 'on']) and is read as string (enum ['on'])",
    ),
    "a field of a part that is not sent": (
        {"a": part(x=required())},
        {"a": part(x=required(), y=required())},
        "`a.y` is not always there and is needed",
    ),
    "a field of the parts of a list that may be null": (
        {"a": fields.List(part(x=required(allow_none=True)), required=True)},
        {"a": fields.List(part(x=required()), required=True)},
        "`a[].x` may be null and is read as if never",
    ),
}
READABLE = {
    "only some of the fields": ({"a": required(), "b": required()}, {"a": required()}),
    "a field that is not sent, with a default": (
        {"a": required()},
        {"a": required(), "b": fields.String(load_default="")},
    ),
    "a wider type": ({"a": required(fields.Date)}, {"a": required()}),
    "a whole number as a number": (
        {"a": required(fields.Integer)},
        {"a": required(fields.Float)},
    ),
    "anything": ({"a": required(allow_none=True)}, {"a": required(fields.Raw)}),
    "null allowed where there is none": ({"a": required()}, {"a": required(allow_none=True)}),
    "more values": (
        {"a": required(validate=validate.OneOf(["on"]))},
        {"a": required(validate=validate.OneOf(["on", "off"]))},
    ),
    "some fields of a part": (
        {"a": part(x=required(), y=required())},
        {"a": part(x=required())},
    ),
}


@pytest.mark.parametrize(("before", "now", "said"), INCOMPATIBLE.values(), ids=list(INCOMPATIBLE))
def test_an_incompatible_change_is_found(
    before: dict[str, fields.Field], now: dict[str, fields.Field], said: str
) -> None:
    """By its message type and the path of its field, and nothing else with it."""
    assert changes({"it.happened": shape(**before)}, {"it.happened": shape(**now)}) == [
        f"it.happened: {said}"
    ]


def test_a_message_type_that_is_gone_is_found() -> None:
    """A renamed one too: the new one is no substitute for those who subscribe to the old one."""
    one = shape(a=required())
    assert changes({"it.happened": one}, {"it.occurred": one}) == [
        "it.happened is no longer published"
    ]


@pytest.mark.parametrize(("before", "now"), COMPATIBLE.values(), ids=list(COMPATIBLE))
def test_a_compatible_change_passes(
    before: dict[str, fields.Field], now: dict[str, fields.Field]
) -> None:
    """So does a new message type."""
    shapes = {"it.happened": shape(**now), "new.one": shape()}
    assert changes({"it.happened": shape(**before)}, shapes) == []


@pytest.mark.parametrize(("sent", "needed", "said"), UNREADABLE.values(), ids=list(UNREADABLE))
def test_a_consumer_that_needs_more_than_is_promised_is_found(
    sent: dict[str, fields.Field], needed: dict[str, fields.Field], said: str
) -> None:
    """By the message type and the path of the field."""
    (problem,) = unreadable({"it.happened": shape(**sent)}, {"it.happened": shape(**needed)})
    assert problem.startswith(f"it.happened: {said}")


@pytest.mark.parametrize(("sent", "needed"), READABLE.values(), ids=list(READABLE))
def test_a_consumer_that_needs_no_more_than_is_promised_passes(
    sent: dict[str, fields.Field], needed: dict[str, fields.Field]
) -> None:
    """So does one that reads a type which was not released yet."""
    needs = {"it.happened": shape(**needed), "new.one": shape(a=required())}
    assert unreadable({"it.happened": shape(**sent)}, needs) == []

"""Shapes that every API uses: texts that are checked, texts in two languages, lists, the strict parser."""

from __future__ import annotations

import json
from functools import cache
from typing import Any

import marshmallow as ma
import phonenumbers
from flask import Request
from marshmallow import fields, validate
from webargs.flaskparser import FlaskParser

from shared.http.problems import Invalid, NotJson
from shared.text import Text, nested_deeper_than, unusable_texts

DEEPEST = 64


class KeySet(ma.Schema):
    """Public keys (RFC 7517, section 5)."""

    keys = fields.List(fields.Dict(keys=fields.String(), values=fields.Raw()), required=True)


class Line(fields.String):
    """One line of text, stripped; 1 to `longest` characters, no line breaks or control characters."""

    def __init__(self, longest: int = 200, *, shortest: int = 1, **kwargs: Any) -> None:
        super().__init__(validate=validate.Length(shortest, longest), **kwargs)

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> str:
        text = super()._deserialize(value, attr, data, **kwargs)
        if any(c < " " or c == "\x7f" or c in "\u0085\u2028\u2029" for c in text):
            raise ma.ValidationError(
                [
                    Text(
                        "Chỉ một dòng, không có ký tự điều khiển.",
                        "One line only, without control characters.",
                    )
                ]
            )
        return text.strip()


class Paragraphs(fields.String):
    """Text of several lines, kept exactly as it came."""

    def __init__(self, longest: int = 10_000, **kwargs: Any) -> None:
        super().__init__(validate=validate.Length(0, longest), **kwargs)


def international(text: str) -> str | None:
    """A phone number as E.164, Vietnamese where no country is named; None for what is no number."""
    try:
        number = phonenumbers.parse(text, "VN")
    except phonenumbers.NumberParseException:
        return None
    if not phonenumbers.is_valid_number(number):
        return None
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


class Phone(fields.String):
    """A phone number, kept in the international form (E.164); Vietnamese where no country is named."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> str:
        text = super()._deserialize(value, attr, data, **kwargs)
        if (number := international(text)) is None:
            raise ma.ValidationError(
                [
                    Text(
                        "Số điện thoại không đúng, ví dụ: 0912 345 678.",
                        "That is not a phone number; for example: 0912 345 678.",
                    )
                ]
            )
        return number


def in_two_languages(
    longest: int = 200, *, lines: bool = False, required: bool = False, allow_none: bool = False
) -> fields.Nested:
    """A text as `{"vi": …, "en": …}`; English may be missing."""
    return fields.Nested(_two_languages(longest, lines), required=required, allow_none=allow_none)


@cache
def _two_languages(longest: int, lines: bool) -> type[ma.Schema]:
    # One class for all texts of a length, so that the OpenAPI document names it once.
    kind: Any = Paragraphs if lines else Line
    members = {
        "vi": kind(longest, required=True),
        "en": kind(longest, allow_none=True, load_default=None),
    }
    return ma.Schema.from_dict(
        members, name=f"{'Paragraphs' if lines else 'Line'}InTwoLanguages{longest}"
    )


class PageQuery(ma.Schema):
    """How lists are asked for."""

    cursor = fields.String(validate=validate.Length(1, 500))
    limit = fields.Integer(load_default=50, validate=validate.Range(1, 200))


def list_of(schema: type[ma.Schema], **more: fields.Field[Any]) -> type[ma.Schema]:
    """The shape `{"items": […], "next": cursor}` of a list."""
    members: dict[str, Any] = {
        "items": fields.List(fields.Nested(schema), required=True),
        "next": fields.String(allow_none=True, dump_default=None),
    }
    return ma.Schema.from_dict(members | more, name=f"{schema.__name__}List")


class StrictParser(FlaskParser):
    """Reads bodies as promised: what is not JSON is 400, text that cannot be kept is 422, unknown fields too."""

    DEFAULT_UNKNOWN_BY_LOCATION = {"json": ma.RAISE, "query": ma.RAISE, "headers": ma.EXCLUDE}  # noqa: RUF012

    def load_json(self, req: Request, schema: Any) -> Any:
        body = req.get_data(cache=True)
        try:
            value = json.loads(
                body.decode("utf-8"), parse_constant=_refuse, object_pairs_hook=_once
            )
        except (ValueError, RecursionError):
            raise NotJson from None
        if nested_deeper_than(value, DEEPEST):
            raise NotJson
        _refuse_unusable(value)
        return value

    def load_querystring(self, req: Request, schema: Any) -> Any:
        _refuse_unusable(req.args.to_dict())
        return super().load_querystring(req, schema)


def _refuse(constant: str) -> None:
    raise ValueError(constant)


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    value = dict(pairs)
    if len(value) < len(pairs):
        raise ValueError("a name stands twice in one object")
    return value


def _refuse_unusable(value: Any) -> None:
    said = Text("Có ký tự không lưu được.", "It has characters that cannot be kept.")
    if errors := dict.fromkeys(unusable_texts(value), said):
        raise Invalid(
            {
                path.encode("utf-8", "replace").decode().replace("\x00", "?") or "_": text
                for path, text in errors.items()
            }
        )

"""How answers are sent; what each may be, the event's form says."""

from __future__ import annotations

from typing import Any

from marshmallow import fields, validate

# Twice as many as a form asks: some may be of an older version.
_MOST = 80
_ANSWERS: dict[str, Any] = {
    "keys": fields.String(validate=validate.Length(1, 40)),
    "values": fields.Raw(allow_none=True),
    "validate": validate.Length(max=_MOST),
    "metadata": {
        "description": "By the field's key: a text, an option's key or a list of them, a number, "
        "true for a consent, or a business {name, tax_code, field_of_business, household}"
    },
}


def given_answers(**options: Any) -> fields.Dict:
    """The answers of a request."""
    return fields.Dict(**_ANSWERS, **options)


def seen_version() -> fields.Integer:
    return fields.Integer(
        strict=True,
        load_default=None,
        validate=validate.Range(0, 10**6),
        metadata={
            "description": "The version of the form that was on the screen; answers to an older one are taken "
            "where they are valid for the newest"
        },
    )


def unanswered() -> fields.List[Any]:
    """The keys of the fields that are waited for."""
    return fields.List(
        fields.String(),
        metadata={
            "description": "Fields of the newest form that must be answered and are not yet: of a colleague, "
            "or because they were asked later"
        },
    )

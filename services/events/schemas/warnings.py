"""Shapes of what an event is warned of, and of going on in spite of it."""

from __future__ import annotations

from typing import Any

import marshmallow as ma
from marshmallow import fields, validate

from services.events.models.rule import Warned
from services.events.schemas.events import TextView
from shared.http.schemas import Line, in_two_languages, list_of
from shared.text import Text


class AcceptRequest(ma.Schema):
    """Why it is meant to be so; kept with who said it and when."""

    reason = in_two_languages(1000, lines=True, required=True)

    @ma.validates("reason")
    def said(self, reason: dict[str, Any], data_key: str) -> None:
        # Without Vietnamese it is refused already.
        if not reason.get("vi", "-").strip():
            text = Text(
                "Xin nêu lý do vẫn tiếp tục; lý do được lưu lại.",
                "Please say why you go on all the same; the reason is kept.",
            )
            raise ma.ValidationError({"vi": [text]})


class AcceptedShape(AcceptRequest):
    rule = Line(64, required=True)


class PublishRequest(ma.Schema):
    """Nothing, unless rules ask for it: then a reason for each warning that is accepted."""

    accept = fields.List(
        fields.Nested(AcceptedShape), load_default=list, validate=validate.Length(0, 50)
    )


class AboutView(ma.Schema):
    """A day or another event, with its name; of a holiday, the law that makes it one."""

    date = fields.Date(required=True, allow_none=True)
    event_id = fields.UUID(required=True, allow_none=True)
    text = fields.Nested(TextView, required=True, allow_none=True)
    source = fields.Nested(TextView, required=True, allow_none=True)


class AcceptedView(ma.Schema):
    reason = fields.Nested(TextView, required=True)
    by = fields.UUID(required=True)
    at = fields.AwareDateTime(required=True)


class WarningView(ma.Schema):
    """A rule that an event does not keep. It never forbids."""

    rule = fields.String(required=True)
    text = fields.Nested(TextView, required=True)
    source = fields.Nested(
        TextView,
        required=True,
        allow_none=True,
        metadata={"description": "The law; null where it is common sense"},
    )
    must_be_accepted = fields.Boolean(
        required=True,
        metadata={"description": "Whether publishing asks for a reason"},
    )
    about = fields.List(fields.Nested(AboutView), required=True)
    accepted = fields.Nested(AcceptedView, required=True, allow_none=True)


WarningList = list_of(WarningView)


class SeriesWarningView(WarningView):
    """A rule that one event of a series does not keep."""

    event_id = fields.UUID(required=True)


SeriesWarningList = list_of(SeriesWarningView)


def warning_view(warned: Warned) -> dict[str, Any]:
    """A warning, and by whom it was accepted with which reason."""
    accepted = warned.accepted and {
        "reason": warned.accepted.reason,
        "by": warned.accepted.accepted_by,
        "at": warned.accepted.accepted_at,
    }
    return warned.told() | {
        "must_be_accepted": warned.rule.must_be_accepted,
        "accepted": accepted,
    }

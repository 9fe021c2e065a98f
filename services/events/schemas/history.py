"""Shapes of the history of an event."""

from __future__ import annotations

import marshmallow as ma
from marshmallow import fields

from services.events.schemas.events import TextView
from shared.http.schemas import list_of


class ToldView(ma.Schema):
    """A message that a change caused; notifications' deliveries say who got what of it."""

    type = fields.String(required=True)
    id = fields.UUID(required=True)


class ChangeView(ma.Schema):
    """Who did what to an event, when, why, and what was told because of it."""

    id = fields.UUID(required=True)
    version = fields.Integer(required=True, metadata={"description": "Of the event after it"})
    at = fields.AwareDateTime(required=True)
    person_id = fields.UUID(required=True, allow_none=True)
    action = fields.String(
        required=True,
        metadata={
            "description": "drafted, edited, published, rescheduled, postponed, cancelled or completed"
        },
    )
    fields_ = fields.Dict(
        keys=fields.String(),
        values=fields.List(fields.Raw(allow_none=True)),
        required=True,
        attribute="fields",
        data_key="fields",
        metadata={"description": "By name: what it was, and what it became"},
    )
    reason = fields.Nested(TextView, required=True, allow_none=True)
    told = fields.List(fields.Nested(ToldView), required=True)


ChangeList = list_of(ChangeView)

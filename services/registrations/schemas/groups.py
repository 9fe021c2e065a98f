"""Shapes of registering colleagues."""

from __future__ import annotations

import marshmallow as ma
from marshmallow import fields, validate

from services.registrations.models import MOST_COLLEAGUES
from services.registrations.schemas.registrations import RegistrationView
from shared.http.schemas import Line, Phone


class ColleagueRequest(ma.Schema):
    """One colleague: a name for the list."""

    name = Line(200, required=True)
    phone = Phone(allow_none=True, load_default=None)


class GroupRequest(ma.Schema):
    """Colleagues of the same business."""

    people = fields.List(
        fields.Nested(ColleagueRequest),
        required=True,
        validate=validate.Length(1, MOST_COLLEAGUES),
    )
    together = fields.Boolean(
        load_default=False,
        truthy={True},
        falsy={False},
        metadata={
            "description": "All of them or none; else as many as there are seats, and the others wait in line"
        },
    )
    organisation_id = fields.UUID(
        allow_none=True,
        load_default=None,
        metadata={"description": "For which of one's own organisations they come"},
    )


class GroupView(ma.Schema):
    items = fields.List(fields.Nested(RegistrationView), required=True)

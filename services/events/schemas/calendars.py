"""Shapes of calendars and of the addresses of people's own ones."""

from __future__ import annotations

import marshmallow as ma
from marshmallow import fields, validate

from services.events.models.calendar_address import REMINDERS
from shared.http.schemas import list_of


class CalendarQuery(ma.Schema):
    """Which events a calendar holds."""

    kind = fields.String(load_default=None, validate=validate.Length(0, 64))
    organisation_id = fields.UUID(
        load_default=None, metadata={"description": "That holds it, or takes part"}
    )
    area_id = fields.UUID(load_default=None, metadata={"description": "Where it takes place"})


class CalendarAddressRequest(ma.Schema):
    """How the calendar is wished."""

    reminder = fields.Integer(
        strict=True,
        allow_none=True,
        load_default=None,
        validate=validate.OneOf(REMINDERS),
        metadata={"description": "Minutes before the start; null for none"},
    )


class CalendarAddressView(ma.Schema):
    """That there is an address; it itself was told once."""

    reminder = fields.Integer(required=True, allow_none=True)
    created_at = fields.AwareDateTime(required=True)


CalendarAddressList = list_of(CalendarAddressView)


class NewCalendarAddress(CalendarAddressView):
    """The address, told this once."""

    address = fields.String(
        required=True, metadata={"description": "Secret: whoever knows it reads the calendar"}
    )

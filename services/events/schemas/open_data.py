"""Shapes of open data."""

from __future__ import annotations

import marshmallow as ma
from marshmallow import fields

from services.events.models import AttendanceMode, Status


class OpenEvent(ma.Schema):
    """An event as everybody may use it again: one flat record."""

    id = fields.UUID(required=True, metadata={"description": "Stays for ever"})
    url = fields.String(required=True)
    status = fields.Enum(Status, by_value=True, required=True)
    kind = fields.String(required=True)
    kind_vi = fields.String(required=True)
    kind_en = fields.String(required=True, allow_none=True)
    title_vi = fields.String(required=True)
    title_en = fields.String(required=True, allow_none=True)
    summary_vi = fields.String(required=True, allow_none=True)
    summary_en = fields.String(required=True, allow_none=True)
    organisation_id = fields.UUID(required=True)
    organisation = fields.String(required=True, allow_none=True)
    starts_at = fields.AwareDateTime(required=True)
    ends_at = fields.AwareDateTime(required=True)
    timezone = fields.String(required=True)
    attendance_mode = fields.Enum(AttendanceMode, by_value=True, required=True)
    venue = fields.String(required=True, allow_none=True)
    room = fields.String(required=True, allow_none=True)
    address = fields.String(required=True, allow_none=True)
    area_id = fields.UUID(required=True, allow_none=True)
    latitude = fields.Float(required=True, allow_none=True)
    longitude = fields.Float(required=True, allow_none=True)
    languages = fields.List(fields.String, required=True)
    capacity = fields.Integer(required=True, allow_none=True)
    registration_opens_at = fields.AwareDateTime(required=True)
    registration_closes_at = fields.AwareDateTime(required=True)
    illustrative = fields.Boolean(required=True)
    published_at = fields.AwareDateTime(required=True)
    updated_at = fields.AwareDateTime(required=True)


class OpenEvents(ma.Schema):
    """Every public event, past ones too."""

    licence = fields.String(required=True, metadata={"description": "Address of the licence"})
    items = fields.List(fields.Nested(OpenEvent), required=True)

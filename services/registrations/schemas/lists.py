"""Shapes of lists that are taken along."""

from __future__ import annotations

import marshmallow as ma
from marshmallow import fields, validate

from services.registrations.models import Status


class ExportQuery(ma.Schema):
    format = fields.String(required=True, validate=validate.OneOf(("csv", "xlsx")))
    status = fields.Enum(Status, by_value=True, load_default=None)

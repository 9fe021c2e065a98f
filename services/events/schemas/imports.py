"""Shapes of imports."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any

import marshmallow as ma
from marshmallow import fields

from services.events.models.imports import Fate, Import, Judged
from services.events.schemas.events import HOME_ZONE, TextView
from shared.database.types import jsonable
from shared.http.problems import language
from shared.http.schemas import Line


class ImportQuery(ma.Schema):
    """For whom a file is read, and what stands for what it does not say."""

    organisation_id = fields.UUID(required=True)
    kind = Line(64, required=True, metadata={"description": "Of rows that name none"})
    timezone = Line(64, load_default=HOME_ZONE, metadata={"description": "Of times without a zone"})


class ProblemView(ma.Schema):
    field = fields.String(required=True)
    message = fields.String(required=True)


class RowView(ma.Schema):
    """A row of the file, and what would become of it."""

    place = fields.Integer(required=True, metadata={"description": "In the file, from 1"})
    fate = fields.Enum(Fate, by_value=True, required=True)
    event_id = fields.UUID(required=True, allow_none=True)
    title = fields.Nested(TextView, required=True, allow_none=True)
    starts_at = fields.AwareDateTime(required=True, allow_none=True)
    ends_at = fields.AwareDateTime(required=True, allow_none=True)
    changed = fields.List(fields.String, required=True)
    differences = fields.Dict(
        keys=fields.String(),
        values=fields.List(fields.Raw(allow_none=True)),
        required=True,
        metadata={"description": "By name of what changed: what it is, and what it would be"},
    )
    problems = fields.List(fields.Nested(ProblemView), required=True)


class CountsView(ma.Schema):
    new = fields.Integer(required=True)
    changed = fields.Integer(required=True)
    same = fields.Integer(required=True)
    refused = fields.Integer(required=True)


class ImportView(ma.Schema):
    """A file that was read. Until it is confirmed, nothing is done; what is refused is never done."""

    id = fields.UUID(required=True)
    organisation_id = fields.UUID(required=True)
    format = fields.String(required=True)
    created_at = fields.AwareDateTime(required=True)
    confirmed_at = fields.AwareDateTime(required=True, allow_none=True)
    counts = fields.Nested(CountsView, required=True)
    rows = fields.List(fields.Nested(RowView), required=True)


def import_view(made: Import, judged: Sequence[Judged]) -> dict[str, Any]:
    """An import with what becomes of its rows, in the caller's language."""
    counts = Counter(one.fate.value for one in judged)
    return {
        "id": made.id,
        "organisation_id": made.organisation_id,
        "format": made.format,
        "created_at": made.created_at,
        "confirmed_at": made.confirmed_at,
        "counts": {fate.value: counts[fate.value] for fate in Fate},
        "rows": [_row(one) for one in judged],
    }


def _row(one: Judged) -> dict[str, Any]:
    problems = [
        {"field": name, "message": text.say(language())} for name, text in one.problems.items()
    ]
    shown = {name: one.fields.get(name) for name in ("title", "starts_at", "ends_at")}
    return shown | {
        "place": one.place,
        "fate": one.fate,
        "event_id": one.event_id,
        "changed": one.changed,
        "differences": {name: jsonable(list(pair)) for name, pair in one.differences.items()},
        "problems": problems,
    }

"""Shapes of lists that are taken along, and of lists that are read in."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import marshmallow as ma
from marshmallow import fields, validate

from services.registrations.importing import FIELDS
from services.registrations.models import Fate, Import, ImportRow, Status
from services.registrations.printing import PER_FILE
from shared.http.problems import language
from shared.http.schemas import PageQuery, Paragraphs, list_of


class ExportQuery(ma.Schema):
    format = fields.String(required=True, validate=validate.OneOf(("csv", "xlsx")))
    status = fields.Enum(Status, by_value=True, load_default=None)


class PartQuery(ma.Schema):
    part = fields.Integer(
        load_default=1,
        validate=validate.Range(1, 1000),
        metadata={"description": f"Which {PER_FILE} of them, in the order of given names"},
    )


class RowSaid(ma.Schema):
    """What a row says; empty where it says nothing."""

    name = fields.String(required=True)
    phone = fields.String(required=True)
    email = fields.String(required=True)
    organisation = fields.String(required=True)
    note = fields.String(required=True)


class RowProblem(ma.Schema):
    field = fields.String(required=True, metadata={"description": "_ for the row as a whole"})
    message = fields.String(required=True)


class ImportRowView(ma.Schema):
    """A row of the list, and what would become of it or became of it."""

    place = fields.Integer(required=True, metadata={"description": "Its line in the file, from 1"})
    fate = fields.Enum(Fate, by_value=True, required=True)
    said = fields.Nested(RowSaid, required=True)
    problems = fields.List(fields.Nested(RowProblem), required=True)
    registration_id = fields.UUID(
        required=True,
        allow_none=True,
        metadata={"description": "Which it became, or is recognised as"},
    )


ImportRowList = list_of(ImportRowView)


class FateCounts(ma.Schema):
    new = fields.Integer(required=True)
    changed = fields.Integer(required=True)
    same = fields.Integer(required=True)
    refused = fields.Integer(required=True)
    taken = fields.Integer(required=True)


class ImportedColumns(ma.Schema):
    """Under which heading each field was found; null where none was."""

    name = fields.String(required=True)
    phone = fields.String(allow_none=True, required=True)
    email = fields.String(allow_none=True, required=True)
    organisation = fields.String(allow_none=True, required=True)
    note = fields.String(allow_none=True, required=True)


class ImportView(ma.Schema):
    """A list that was read. Until it is confirmed nothing is done; what is flagged is never done."""

    id = fields.UUID(required=True)
    event_id = fields.UUID(required=True)
    format = fields.String(required=True)
    columns = fields.Nested(ImportedColumns, required=True)
    created_at = fields.AwareDateTime(required=True)
    confirmed_at = fields.AwareDateTime(required=True, allow_none=True)
    counts = fields.Nested(FateCounts, required=True)


class ImportRowsQuery(PageQuery):
    fate = fields.Enum(Fate, by_value=True, load_default=None)


class MendedRow(ma.Schema):
    """What a row says instead; a field that is not named stays as it was."""

    place = fields.Integer(required=True, strict=True, validate=validate.Range(1, 1_000_000))
    name = Paragraphs(1000, load_default=None)
    phone = Paragraphs(1000, load_default=None)
    email = Paragraphs(1000, load_default=None)
    organisation = Paragraphs(1000, load_default=None)
    note = Paragraphs(4000, load_default=None)


class MendRequest(ma.Schema):
    rows = fields.List(fields.Nested(MendedRow), required=True, validate=validate.Length(1, 200))


def import_view(made: Import, counts: Mapping[Fate, int]) -> dict[str, Any]:
    """An import with how many rows there are of each fate."""
    names = ("id", "event_id", "format", "created_at", "confirmed_at")
    return {name: getattr(made, name) for name in names} | {
        "columns": {name: made.columns.get(name) for name in FIELDS},
        "counts": {fate.value: counts.get(fate, 0) for fate in Fate},
    }


def row_view(row: ImportRow) -> dict[str, Any]:
    """A row with what is wrong with it, in the caller's language."""
    spoken = 1 if language() == "en" else 0
    return {
        "place": row.place,
        "fate": row.fate,
        "said": row.said,
        "registration_id": row.registration_id,
        "problems": [
            {"field": name, "message": said[spoken]}
            for name, said in (row.problems | row.conflicts).items()
        ],
    }

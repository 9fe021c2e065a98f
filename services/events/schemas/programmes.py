"""Shapes of programmes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import Any

import marshmallow as ma
from marshmallow import fields, validate

from services.events.models import Programme, Rule, Status
from services.events.models.programme import Progress
from services.events.models.rule import notice_of
from services.events.models.yearly import Copied
from services.events.repository.programmes import Belonging
from services.events.schemas.events import OrganisationBrief, TextView
from services.events.schemas.warnings import WarningView, warning_view
from shared.http.schemas import Line, PageQuery, in_two_languages, list_of
from shared.text import Text

_FIRST_YEAR, _LAST_YEAR = 1900, 2199
_YEAR = validate.Range(_FIRST_YEAR, _LAST_YEAR)
# More than the budget of the country; a number beyond it is a slip of the pen.
_LARGEST_ESTIMATE = 10**16


class Day(fields.Date):
    """A day of the calendar, in a year that databases and calendars can count with."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> date:
        day: date = super()._deserialize(value, attr, data, **kwargs)
        if not _FIRST_YEAR <= day.year <= _LAST_YEAR:
            text = Text("Năm phải từ 1900 đến 2199.", "The year must be between 1900 and 2199.")
            raise ma.ValidationError([text])
        return day


class LegalBasisShape(ma.Schema):
    """The document that asks for the programme; in a change, what is not named stays as it is."""

    number = Line(100, allow_none=True)
    issuer = Line(200, allow_none=True)
    date = Day(allow_none=True)
    valid_from = Day(allow_none=True)
    valid_until = Day(allow_none=True)


class OwedEventShape(ma.Schema):
    """Events of one sort that are owed between two days, both included. In a change, `id` says which item it is."""

    id = fields.UUID(load_default=None, allow_none=True)
    kind = Line(64, required=True)
    title = in_two_languages(300, required=True)
    due_from = Day(required=True)
    due_until = Day(required=True)
    how_many = fields.Integer(strict=True, load_default=1, validate=validate.Range(1, 100))


class ProgrammeChange(ma.Schema):
    """What may be edited. `items` are all of them, in their order: one that is not named is no longer owed."""

    title = in_two_languages(300)
    legal_basis = fields.Nested(LegalBasisShape, allow_none=True)
    funding_source = Line(500, allow_none=True)
    estimate = fields.Integer(
        strict=True,
        allow_none=True,
        validate=validate.Range(0, _LARGEST_ESTIMATE),
        metadata={"description": "In whole VND"},
    )
    items = fields.List(fields.Nested(OwedEventShape), validate=validate.Length(0, 100))


class ProgrammeRequest(ProgrammeChange):
    """A new programme."""

    organisation_id = fields.UUID(required=True)
    year = fields.Integer(strict=True, required=True, validate=_YEAR)
    title = in_two_languages(300, required=True)


class CopyRequest(ma.Schema):
    """For which year."""

    year = fields.Integer(strict=True, required=True, validate=_YEAR)


class ProgrammesQuery(PageQuery):
    """Of which year and organisation."""

    year = fields.Integer(load_default=None, validate=_YEAR)
    organisation_id = fields.UUID(load_default=None)


class LegalBasisView(ma.Schema):
    number = fields.String(required=True, allow_none=True)
    issuer = fields.String(required=True, allow_none=True)
    date = fields.String(required=True, allow_none=True)
    valid_from = fields.String(required=True, allow_none=True)
    valid_until = fields.String(required=True, allow_none=True)


class BelongingView(ma.Schema):
    """An event that belongs to a programme; a draft is seen only by those who plan and lead."""

    id = fields.UUID(required=True)
    status = fields.Enum(Status, by_value=True, required=True)
    title = fields.Nested(TextView, required=True)
    starts_at = fields.AwareDateTime(required=True, allow_none=True)
    ends_at = fields.AwareDateTime(required=True, allow_none=True)


class OwedEventView(ma.Schema):
    """An item with its state now, and how many events are how far."""

    id = fields.UUID(required=True)
    kind = fields.String(required=True)
    title = fields.Nested(TextView, required=True)
    due_from = fields.Date(required=True)
    due_until = fields.Date(required=True)
    publish_until = fields.Date(
        required=True,
        metadata={"description": "The last day to publish an event on the last due day in time"},
    )
    how_many = fields.Integer(required=True)
    state = fields.Enum(Progress, by_value=True, required=True)
    done = fields.Integer(required=True)
    published = fields.Integer(required=True)
    drafted = fields.Integer(required=True)
    events = fields.List(fields.Nested(BelongingView), required=True)


class ProgrammeView(ma.Schema):
    """A programme; its version is the ETag. Its items' states depend on the moment."""

    id = fields.UUID(required=True)
    organisation = fields.Nested(OrganisationBrief, required=True)
    year = fields.Integer(required=True)
    title = fields.Nested(TextView, required=True)
    legal_basis = fields.Nested(LegalBasisView, required=True, allow_none=True)
    funding_source = fields.String(required=True, allow_none=True)
    estimate = fields.Integer(required=True, allow_none=True)
    items = fields.List(fields.Nested(OwedEventView), required=True)
    other_events = fields.List(
        fields.Nested(BelongingView),
        required=True,
        metadata={"description": "Of the programme, beside what it owes"},
    )
    updated_at = fields.AwareDateTime(required=True)


ProgrammeList = list_of(ProgrammeView)


class CopiedView(ma.Schema):
    """A draft that was made, of which event, and what its new day is warned of."""

    event = fields.Nested(BelongingView, required=True)
    copy_of = fields.UUID(required=True)
    warnings = fields.List(fields.Nested(WarningView), required=True)


class ProgrammeCopyView(ProgrammeView):
    """The new programme, with the drafts that were made for it."""

    copied = fields.List(fields.Nested(CopiedView), required=True)


def programme_view(
    programme: Programme,
    events: Sequence[Belonging],
    *,
    rules: Sequence[Rule],
    now: datetime,
    sees_drafts: bool,
) -> dict[str, Any]:
    """A programme as it is at `now`. Drafts count for everybody; what is in them is shown only if `sees_drafts`."""
    shown = {name: getattr(programme, name) for name in _OWN}
    by_item: dict[Any, list[Belonging]] = {}
    for one in events:
        by_item.setdefault(one.owed_event_id, []).append(one)
    items = []
    for item in programme.items:
        paid_by = by_item.get(item.id, [])
        standing = item.standing(paid_by, notice=notice_of(rules, item.kind_key), now=now)
        items.append(
            {name: getattr(item, name) for name in _OF_ITEM}
            | {name: getattr(standing, name) for name in _OF_STANDING}
            | {"kind": item.kind_key, "events": _seen(paid_by, sees_drafts)}
        )
    organisation = programme.organisation
    return shown | {
        "organisation": {
            "id": programme.organisation_id,
            "name": organisation.name if organisation else "",
            "short_name": organisation.short_name if organisation else None,
        },
        "items": items,
        "other_events": _seen(by_item.get(None, []), sees_drafts),
    }


def copied_view(copied: Iterable[Copied]) -> list[Mapping[str, Any]]:
    """What was made from the events of the year before."""
    return [
        {
            "event": one.event,
            "copy_of": one.copy_of,
            "warnings": [warning_view(warned) for warned in one.warnings],
        }
        for one in copied
    ]


_OWN = ("id", "year", "title", "legal_basis", "funding_source", "estimate", "updated_at")
_OF_ITEM = ("id", "title", "due_from", "due_until", "how_many")
_OF_STANDING = ("state", "done", "published", "drafted", "publish_until")


def _seen(events: Iterable[Belonging], sees_drafts: bool) -> list[Belonging]:
    return [one for one in events if sees_drafts or one.status is not Status.DRAFT]

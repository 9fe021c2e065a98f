"""Shapes of series in events' HTTP API."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import marshmallow as ma
from marshmallow import fields

from services.events.models import Event, Series
from services.events.schemas.events import (
    HOME_ZONE,
    EventChange,
    EventView,
    Moment,
    ReasonRequest,
    event_view,
    require_said,
)
from services.events.schemas.warnings import PublishRequest
from shared.http.schemas import Line, in_two_languages

_SINCE = "Only this event and those that follow it"


class PreviewRequest(ma.Schema):
    """What is asked before anything is kept."""

    rule = Line(500, required=True, metadata={"description": "The value of an RRULE (RFC 5545)"})
    starts_at = Moment(required=True)
    timezone = Line(64, load_default=HOME_ZONE)


class PreviewView(ma.Schema):
    rule = fields.String(required=True, metadata={"description": "In its normal form"})
    dates = fields.List(
        fields.AwareDateTime, required=True, metadata={"description": "As its clocks show them"}
    )


class SeriesRequest(ma.Schema):
    """A draft becomes the first date of a series."""

    event_id = fields.UUID(required=True)
    rule = Line(500, required=True, metadata={"description": "The value of an RRULE (RFC 5545)"})


class Scope(ma.Schema):
    """All events of a series, or some."""

    from_event_id = fields.UUID(data_key="from", metadata={"description": _SINCE})


class SeriesChange(EventChange):
    """What is changed in all of them; times are those of the first, the others move along.

    `reason` says why published events move; `cancel_reason` cancels those whose date a new rule no longer gives.
    """

    class Meta:
        # The clocks in which it counts make the series; what is owed is paid by one alone.
        exclude = ("timezone", "owed_event_id")

    from_event_id = fields.UUID(data_key="from", metadata={"description": _SINCE})
    starts_at = Moment()
    rule = Line(500)
    reason = in_two_languages(1000, lines=True)
    cancel_reason = in_two_languages(1000, lines=True)

    @ma.validates("reason", "cancel_reason")
    def said(self, reason: dict[str, Any], data_key: str) -> None:
        require_said(reason)


class SeriesPublication(Scope, PublishRequest):
    """Nothing, unless rules ask for it: then a reason for each warning that is accepted, for all of them."""


class SeriesCancellation(Scope, ReasonRequest):
    """Why; everybody who registered for one of them is told."""


class SeriesView(ma.Schema):
    """A series with its events by date; its version is the ETag."""

    id = fields.UUID(required=True)
    organisation_id = fields.UUID(required=True)
    rule = fields.String(required=True)
    starts_at = fields.AwareDateTime(required=True)
    timezone = fields.String(required=True)
    events = fields.List(fields.Nested(EventView), required=True)
    outside = fields.List(
        fields.UUID,
        required=True,
        metadata={"description": "Published events whose date the rule no longer gives"},
    )
    updated_at = fields.AwareDateTime(required=True)


def series_view(
    series: Series, events: Sequence[Event], now: datetime, *, plans: bool
) -> dict[str, Any]:
    """A series as those see it who plan it; to others, what is published of it."""
    seen = [event for event in events if plans or event.is_public]
    return {
        "id": series.id,
        "organisation_id": series.organisation_id,
        "rule": series.rule,
        "starts_at": series.starts_at,
        "timezone": series.timezone,
        "events": [event_view(event, now, joins=plans) for event in seen],
        "outside": [event.id for event in series.outside(seen)],
        "updated_at": series.updated_at,
    }

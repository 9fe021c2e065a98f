"""Series: events that repeat, changed together."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

from flask import Response, jsonify

from services.events import operations
from services.events.deps import current_deps
from services.events.models import Series
from services.events.repository import UnitOfWork
from services.events.routes.blueprint import bp, own_event
from services.events.schemas.series import (
    PreviewRequest,
    PreviewView,
    SeriesCancellation,
    SeriesChange,
    SeriesPublication,
    SeriesRequest,
    SeriesView,
    series_view,
)
from shared.http.access import (
    ADMIN,
    LEADER,
    ORGANISER,
    PERSON,
    PUBLISHED,
    allow,
    holds,
    permit,
    person_id,
)
from shared.http.etags import require_match
from shared.http.idempotency import creates


@bp.post("/series/preview")
@allow(PERSON)
@bp.arguments(PreviewRequest)
@bp.response(200, PreviewView)
def preview_series(wish: dict[str, Any]) -> dict[str, Any]:
    """The dates that a rule gives, or what is wrong with it. Nothing is kept."""
    return operations.preview(**wish)


@bp.post("/series")
@allow(ORGANISER, ADMIN)
@bp.arguments(SeriesRequest)
@creates(bp, SeriesView, version=1)
def create_series(wish: dict[str, Any], *, uow: UnitOfWork) -> dict[str, Any]:
    """Make a draft the first date of a series; the other dates are drafts like it."""
    now = current_deps().clock.now()
    event = own_event(uow, wish["event_id"])
    series = operations.repeat(uow, event, wish["rule"], host=_host(), now=now)
    return series_view(series, uow.series.events(series), now, plans=True)


@bp.get("/series/<uuid:series_id>")
@allow(PUBLISHED, ORGANISER, LEADER, ADMIN)
@bp.response(200, SeriesView)
def show_series(series_id: UUID) -> Response:
    """A series with its events; their drafts only for those who plan there."""
    with current_deps().unit_of_work(read_only=True) as uow:
        series = uow.series.get(series_id)
        is_public = any(event.is_public for event in uow.series.events(series))
        permit(public=is_public, organisation=series.organisation_id)
        return _shown(uow, series)


@bp.patch("/series/<uuid:series_id>")
@allow(ORGANISER, ADMIN)
@bp.arguments(SeriesChange)
@bp.response(200, SeriesView)
def edit_series(fields: dict[str, Any], series_id: UUID) -> Response:
    """Change all events of a series; with `from`, that one and those that follow become a series of their own.

    What was changed for one alone stays. `outside` names the published events whose date a new rule no longer gives.
    """
    deps = current_deps()
    names = ("rule", "from_event_id", "reason", "cancel_reason")
    about = {name: fields.pop(name, None) for name in names}
    with deps.unit_of_work() as uow:
        series = _own_series(uow, series_id)
        require_match(series.version)
        series = operations.change_series(
            uow, series, fields, **about, host=_host(), now=deps.clock.now()
        )
        return _shown(uow, series)


@bp.post("/series/<uuid:series_id>/publish")
@allow(ORGANISER, ADMIN)
@bp.arguments(SeriesPublication)
@bp.response(200, SeriesView)
def publish_series(wish: dict[str, Any], series_id: UUID) -> Response:
    """Show all its drafts to everybody, or with `from` that one and those that follow. Repeated, it changes nothing.

    As for a single event, with a reason for each warning that needs one; it holds for all of them.
    """
    deps = current_deps()
    with deps.unit_of_work() as uow:
        series = _own_series(uow, series_id)
        operations.publish_series(uow, series, by=person_id(), now=deps.clock.now(), **wish)
        return _shown(uow, series)


@bp.post("/series/<uuid:series_id>/cancel")
@allow(ORGANISER, ADMIN)
@bp.arguments(SeriesCancellation)
@bp.response(200, SeriesView)
def cancel_series(wish: dict[str, Any], series_id: UUID) -> Response:
    """Call off its published events that lie ahead, or with `from` that one and those that follow; drafts stay."""
    deps = current_deps()
    with deps.unit_of_work() as uow:
        series = _own_series(uow, series_id)
        operations.cancel_series(uow, series, **wish, now=deps.clock.now())
        return _shown(uow, series)


def _own_series(uow: UnitOfWork, series_id: UUID) -> Series:
    """A series that the caller may change, locked."""
    series = uow.series.lock(series_id)
    permit(organisation=series.organisation_id)
    return series


def _shown(uow: UnitOfWork, series: Series) -> Response:
    """A series with its version, for `If-Match`. Never 304: its events change without it."""
    plans = any(
        holds(grant, organisation=series.organisation_id) for grant in (ORGANISER, LEADER, ADMIN)
    )
    now = current_deps().clock.now()
    view = series_view(series, uow.series.events(series), now, plans=plans)
    response = jsonify(SeriesView().dump(view))
    response.set_etag(str(series.version))
    return response


def _host() -> str:
    return urlsplit(current_deps().settings.public_url).hostname or "localhost"

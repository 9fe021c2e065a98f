"""What an event is warned of."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from services.events import operations
from services.events.deps import current_deps
from services.events.routes.blueprint import bp, own_event
from services.events.schemas.warnings import (
    AcceptRequest,
    SeriesWarningList,
    WarningList,
    WarningView,
    warning_view,
)
from shared.http.access import ADMIN, LEADER, ORGANISER, allow, permit, person_id


@bp.get("/events/<uuid:event_id>/warnings")
@allow(ORGANISER, LEADER, ADMIN)
@bp.response(200, WarningList)
def list_warnings(event_id: UUID) -> dict[str, Any]:
    """The rules that an event does not keep, each with its source and whether it was accepted."""
    deps = current_deps()
    with deps.unit_of_work(read_only=True) as uow:
        event = uow.events.get(event_id)
        permit(organisation=event.organisation_id)
        found = operations.warnings(uow, event, now=deps.clock.now())
        return {"items": [warning_view(one) for one in found], "next": None}


@bp.get("/series/<uuid:series_id>/warnings")
@allow(ORGANISER, LEADER, ADMIN)
@bp.response(200, SeriesWarningList)
def list_series_warnings(series_id: UUID) -> dict[str, Any]:
    """The rules that the drafts of a series do not keep, event by event, as publishing them all would meet them."""
    deps = current_deps()
    with deps.unit_of_work(read_only=True) as uow:
        series, now = uow.series.get(series_id), deps.clock.now()
        permit(organisation=series.organisation_id)
        drafts = operations.publishable(uow.series.events(series), now)
        found = operations.warnings_of_all(uow, drafts, now=now)
        items = [
            warning_view(one) | {"event_id": draft.id}
            for draft in drafts
            for one in found[draft.id]
        ]
        return {"items": items, "next": None}


@bp.post("/events/<uuid:event_id>/warnings/<string:rule>/accept")
@allow(ORGANISER, ADMIN)
@bp.arguments(AcceptRequest)
@bp.response(200, WarningView)
def accept_warning(wish: dict[str, Any], event_id: UUID, rule: str) -> dict[str, Any]:
    """Go on in spite of a warning, with a reason that is kept. Repeated, it changes nothing."""
    deps = current_deps()
    with deps.unit_of_work() as uow:
        event, now = own_event(uow, event_id), deps.clock.now()
        warned = operations.accept_warning(uow, event, rule=rule, by=person_id(), now=now, **wish)
        return warning_view(warned)

"""Events, from draft to their last steps."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

from flask import Response

from services.events import operations
from services.events.deps import current_deps
from services.events.models import Status
from services.events.repository import UnitOfWork
from services.events.routes.blueprint import bp, may_join, own_event, shown
from services.events.schemas.events import (
    EventChange,
    EventList,
    EventRequest,
    EventsFilter,
    EventsQuery,
    EventView,
    FacetsView,
    KindList,
    Nothing,
    ReasonRequest,
    RescheduleRequest,
    event_view,
)
from services.events.schemas.warnings import PublishRequest
from shared.http.access import (
    ADMIN,
    ANYONE,
    LEADER,
    ORGANISER,
    PUBLISHED,
    allow,
    permit,
    person_id,
)
from shared.http.etags import require_match
from shared.http.idempotency import creates


@bp.get("/kinds")
@allow(ANYONE)
@bp.response(200, KindList)
def list_kinds() -> dict[str, Any]:
    """The sorts of events."""
    with current_deps().unit_of_work(read_only=True) as uow:
        return {"items": uow.kinds.all(), "next": None}


@bp.get("/events")
@allow(PUBLISHED, ORGANISER, LEADER, ADMIN)
@bp.arguments(EventsQuery, location="query")
@bp.response(200, EventList)
def list_events(query: dict[str, Any]) -> dict[str, Any]:
    """Public events by start; the drafts of an organisation only for those who plan there."""
    deps = current_deps()
    query, now = {"cursor": None} | query, deps.clock.now()
    with deps.unit_of_work(read_only=True) as uow:
        wants_drafts = query["status"] is Status.DRAFT
        permit(public=not wants_drafts, organisation=query["organisation_id"])
        if wants_drafts:
            names = ("organisation_id", "cursor", "limit")
            found, following = uow.events.drafts(**{name: query[name] for name in names})
        else:
            found, following = uow.events.page(**_asked(query, now))
        return {"items": [event_view(event, now) for event in found], "next": following}


@bp.get("/events/facets")
@allow(ANYONE)
@bp.arguments(EventsFilter, location="query")
@bp.response(200, FacetsView)
def count_events(query: dict[str, Any]) -> dict[str, Any]:
    """How many public events there are of each kind, organisation, area and language, for the same questions."""
    deps = current_deps()
    with deps.unit_of_work(read_only=True) as uow:
        return uow.facets.count(**_asked(query, deps.clock.now()))


def _asked(query: dict[str, Any], now: datetime) -> dict[str, Any]:
    """What "now" and "not over" mean at this moment."""
    named = {name: value for name, value in query.items() if name != "open"}
    return named | {
        "ends_after": query["ends_after"] or now,
        "open_at": now if query["open"] else None,
    }


@bp.post("/events")
@allow(ORGANISER, ADMIN)
@bp.arguments(EventRequest)
@creates(bp, EventView, version=1)
def create_event(fields: dict[str, Any], *, uow: UnitOfWork) -> dict[str, Any]:
    """Begin an event as a draft."""
    deps = current_deps()
    organisation_id = fields.pop("organisation_id")
    permit(organisation=organisation_id, hidden=False)
    host = urlsplit(deps.settings.public_url).hostname or "localhost"
    now = deps.clock.now()
    event = operations.draft(uow, fields, organisation_id=organisation_id, host=host, now=now)
    return event_view(event, now, joins=True)


@bp.get("/events/<uuid:event_id>")
@allow(PUBLISHED, ORGANISER, LEADER, ADMIN)
@bp.response(200, EventView)
def show_event(event_id: UUID) -> Response:
    """One event."""
    with current_deps().unit_of_work(read_only=True) as uow:
        event = uow.events.get(event_id)
        permit(public=event.is_public, organisation=event.organisation_id)
        return shown(event, joins=may_join(uow, event))


@bp.patch("/events/<uuid:event_id>")
@allow(ORGANISER, ADMIN)
@bp.arguments(EventChange)
@bp.response(200, EventView)
def edit_event(fields: dict[str, Any], event_id: UUID) -> Response:
    """Edit a draft, or the texts of a published event."""
    deps = current_deps()
    with deps.unit_of_work() as uow:
        event = own_event(uow, event_id)
        require_match(event.version)
        return shown(operations.edit(uow, event, fields, now=deps.clock.now()), joins=True)


@bp.post("/events/<uuid:event_id>/publish")
@allow(ORGANISER, ADMIN)
@bp.arguments(PublishRequest)
@bp.response(200, EventView)
def publish_event(wish: dict[str, Any], event_id: UUID) -> Response:
    """Show it to everybody and invite its partners, with a reason for each warning that needs one. Repeated, it changes nothing."""
    deps = current_deps()
    with deps.unit_of_work() as uow:
        event, now = own_event(uow, event_id), deps.clock.now()
        event = operations.publish(uow, event, by=person_id(), now=now, **wish)
        return shown(event, joins=True)


@bp.post("/events/<uuid:event_id>/reschedule")
@allow(ORGANISER, ADMIN)
@bp.arguments(RescheduleRequest)
@bp.response(200, EventView)
def reschedule_event(times: dict[str, Any], event_id: UUID) -> Response:
    """Move a published event; everybody who comes is told. Repeated, it changes nothing."""
    deps = current_deps()
    with deps.unit_of_work() as uow:
        event = operations.reschedule(uow, own_event(uow, event_id), now=deps.clock.now(), **times)
        return shown(event, joins=True)


@bp.post("/events/<uuid:event_id>/postpone")
@allow(ORGANISER, ADMIN)
@bp.arguments(ReasonRequest)
@bp.response(200, EventView)
def postpone_event(wish: dict[str, Any], event_id: UUID) -> Response:
    """Put a published event off; places are kept, and everybody who has one is told. Repeated, it changes nothing."""
    deps = current_deps()
    with deps.unit_of_work() as uow:
        event = operations.postpone(uow, own_event(uow, event_id), now=deps.clock.now(), **wish)
        return shown(event, joins=True)


@bp.post("/events/<uuid:event_id>/complete")
@allow(ORGANISER, ADMIN)
@bp.arguments(Nothing)
@bp.response(200, EventView)
def complete_event(_: dict[str, Any], event_id: UUID) -> Response:
    """Say that it has taken place. Repeated, it changes nothing."""
    deps = current_deps()
    with deps.unit_of_work() as uow:
        event = operations.complete(uow, own_event(uow, event_id), now=deps.clock.now())
        return shown(event, joins=True)


@bp.post("/events/<uuid:event_id>/cancel")
@allow(ORGANISER, ADMIN)
@bp.arguments(ReasonRequest)
@bp.response(200, EventView)
def cancel_event(wish: dict[str, Any], event_id: UUID) -> Response:
    """Call a published event off, for good; everybody who comes is told. Repeated, it changes nothing."""
    deps = current_deps()
    with deps.unit_of_work() as uow:
        event = operations.cancel(uow, own_event(uow, event_id), now=deps.clock.now(), **wish)
        return shown(event, joins=True)

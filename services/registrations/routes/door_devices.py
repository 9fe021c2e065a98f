"""Devices at the door: the list they take with them, what they tell, and the figures of the door."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import Response

from services.registrations import operations
from services.registrations.deps import current_deps
from services.registrations.routes.blueprint import bp, own_offer
from services.registrations.schemas.door import (
    ConflictList,
    DoorListQuery,
    DoorListView,
    DoorView,
    ScansRequest,
    ScansView,
    conflict_view,
    scan_results,
)
from shared.http.access import (
    ADMIN,
    DOOR,
    LEADER,
    OFFICER,
    ORGANISER,
    allow,
    permit,
    person_id,
)
from shared.http.etags import with_etag
from shared.http.schemas import PageQuery


@bp.get("/offers/<uuid:event_id>/door-list")
@allow(DOOR, OFFICER, ORGANISER, ADMIN)
@bp.arguments(DoorListQuery, location="query")
@bp.response(200, DoorListView)
def take_door_list(query: dict[str, Any], event_id: UUID) -> dict[str, Any]:
    """Who may come in, for a device that is to work without network: little, signed, until a day after the event."""
    deps = current_deps()
    now = deps.clock.now()
    with deps.unit_of_work(read_only=True) as uow:
        permit(organisation=uow.offers.get(event_id).organisation_id, event=event_id)
        taken = operations.door_list(uow, deps.tickets, event_id=event_id, now=now, **query)
    names = ("list", "version", "expires_at", "next")
    return {name: getattr(taken, name) for name in names} | {"server_time": now}


@bp.post("/offers/<uuid:event_id>/scans")
@allow(DOOR, OFFICER, ORGANISER, ADMIN)
@bp.arguments(ScansRequest)
@bp.response(200, ScansView)
def tell_scans(batch: dict[str, Any], event_id: UUID) -> dict[str, Any]:
    """What a device scanned, up to 500 at once. Each nonce counts once: what may not have arrived is sent again.

    The earliest admission of a ticket counts, by the clock of the server; later ones are kept as conflicts. Repeated,
    the answer says how it stands by now.
    """
    deps = current_deps()
    now = deps.clock.now()
    with deps.unit_of_work() as uow:
        offer = uow.offers.get(event_id)
        permit(organisation=offer.organisation_id, event=event_id)
        told = operations.record_scans(
            uow, deps.tickets, event_id=event_id, by=person_id(), now=now, **batch
        )
        return {
            "server_time": now,
            "clock_ahead": (batch["sent_at"] - now).total_seconds(),
            "admitted": offer.checked_in,
            "expected": offer.confirmed,
            "results": scan_results(told),
        }


@bp.get("/offers/<uuid:event_id>/door")
@allow(DOOR, OFFICER, ORGANISER, LEADER, ADMIN)
@bp.response(200, DoorView)
def show_door(event_id: UUID) -> Response:
    """Who is in and who is expected, by gate and by quota, as it is now."""
    with current_deps().unit_of_work(read_only=True) as uow:
        offer = uow.offers.get(event_id)
        permit(organisation=offer.organisation_id, event=event_id)
        body = DoorView().dump(operations.door_figures(uow, offer))
    return with_etag(body)


@bp.get("/offers/<uuid:event_id>/door-conflicts")
@allow(ORGANISER, ADMIN)
@bp.arguments(PageQuery, location="query")
@bp.response(200, ConflictList)
def list_door_conflicts(query: dict[str, Any], event_id: UUID) -> dict[str, Any]:
    """Who was let in without network and should not have been, or was in before, or found no seat free."""
    with current_deps().unit_of_work(read_only=True) as uow:
        own_offer(uow, event_id)
        found, following = operations.page_of_conflicts(
            uow, event_id=event_id, **{"cursor": None} | query
        )
        return {"items": [conflict_view(one) for one in found], "next": following}

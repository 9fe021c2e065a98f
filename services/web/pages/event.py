"""One event: what it is, when, where, who answers, and whether one may come."""

from __future__ import annotations

from uuid import UUID

from flask import Blueprint, Response, render_template

from services.web.clients import Json, clients, if_there
from services.web.pages.listing import ics
from services.web.places import place_of
from services.web.session import now, signed_in

bp = Blueprint("event", __name__)


@bp.get("/su-kien/<uuid:event_id>")
def event(event_id: UUID) -> str:
    found = clients().events.event(str(event_id))
    offer = if_there(lambda: clients().registrations.offer(str(event_id)))
    return render_template(
        "event.html",
        event=found,
        offer=offer,
        place=place_of(found, offer, now=now()),
        mine=standing(str(event_id)),
        described=described(found),
    )


@bp.get("/su-kien/<uuid:event_id>.ics")
def event_ics(event_id: UUID) -> Response:
    return ics(f"/events/{event_id}/calendar.ics")


def described(event: Json) -> Json | None:
    """What search engines read of a public event."""
    if event["status"] == "draft":
        return None
    return if_there(lambda: clients().events.for_search_engines(event["id"]))


def standing(event_id: str) -> Json | None:
    """The person's own registration for an event, if it still stands."""
    if not signed_in():
        return None
    found = if_there(lambda: clients().registrations.mine(event_id=event_id)) or {"items": []}
    return next(
        (item for item in found["items"] if item["status"] in ("confirmed", "waitlisted")), None
    )

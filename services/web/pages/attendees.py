"""Who comes: counts, a list that can be searched, and what became of the mails."""

from __future__ import annotations

from collections import Counter
from uuid import UUID

from flask import Blueprint, render_template, request

from services.web.clients import Json, clients, if_there
from services.web.rights import event_seen, may_edit
from services.web.security import keep_nowhere
from services.web.session import needs_person

bp = Blueprint("attendees", __name__, url_prefix="/to-chuc/su-kien")

# So many papers stand in one file, as registrations prints them.
_PER_FILE = 200
_STATUSES = ("confirmed", "waitlisted", "held", "pending", "declined", "cancelled")


@bp.get("/<uuid:event_id>/danh-sach")
@needs_person
def attendees(event_id: UUID) -> str:
    keep_nowhere()
    event = event_seen(event_id)
    asked = {name: request.args.get(name, "").strip()[:200] for name in ("q", "status", "cursor")}
    if asked["status"] not in _STATUSES:
        asked["status"] = ""
    found = clients().registrations.attendees(str(event_id), **asked, limit=100)
    plans = may_edit(str(event["organisation"]["id"]))
    deliveries: list[Json] = []
    # What became of the mails stands below the list as a whole, not below each search in it.
    if plans and not any(asked.values()):
        ask = clients().notifications.deliveries
        deliveries = if_there(lambda: ask(str(event_id))) or []
    mails = [item for item in deliveries if item["channel"] == "email"]
    states = Counter((mail["template"], mail["status"]) for mail in mails)
    return render_template(
        "organiser/attendees.html",
        event=event,
        plans=plans,
        found=found,
        counts=found.get("counts") or {},
        asked=asked,
        statuses=_STATUSES,
        states=sorted(states.items()),
        per_file=_PER_FILE,
        whole=not any(asked.values()),
        deliveries=deliveries,
    )

"""How the door goes, for organisers: who is in, by gate and by quota, and where devices disagreed."""

from __future__ import annotations

from uuid import UUID

from flask import Blueprint, render_template, request

from services.web.clients import clients
from services.web.rights import event_seen, may_edit
from services.web.security import keep_nowhere
from services.web.session import needs_person

bp = Blueprint("door_report", __name__, url_prefix="/to-chuc/su-kien")


@bp.get("/<uuid:event_id>/cua")
@needs_person
def door_report(event_id: UUID) -> str:
    keep_nowhere()
    event = event_seen(event_id)
    ask, cursor = clients().registrations, request.args.get("cursor")
    plans = may_edit(str(event["organisation"]["id"]))
    return render_template(
        "organiser/door.html",
        event=event,
        door=ask.door(str(event_id)),
        conflicts=ask.door_conflicts(str(event_id), cursor=cursor) if plans else None,
    )

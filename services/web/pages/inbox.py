"""What one was told: one's own inbox, and that of an organisation that one works for."""

from __future__ import annotations

from uuid import UUID

from flask import Blueprint, redirect, render_template, request
from werkzeug.wrappers import Response

from services.web.clients import Json, clients
from services.web.rights import runs_channels
from services.web.security import local_path
from services.web.session import needs_person

bp = Blueprint("inbox", __name__)

_READERS = ("officer", "organiser", "leader")


@bp.get("/hop-thu")
@needs_person
def inbox() -> str:
    organisation = request.args.get("don-vi") or None
    found = clients().notifications.inbox(
        organisation_id=organisation, cursor=request.args.get("cursor")
    )
    return render_template(
        "inbox.html",
        found=found,
        organisation=organisation,
        organisations=_organisations(),
        runs_channels=organisation is not None and runs_channels(organisation),
        local_path=local_path,
    )


@bp.post("/hop-thu/<uuid:notification_id>")
@needs_person
def read(notification_id: UUID) -> Response:
    """Mark it as read and go where it leads."""
    clients().notifications.read(str(notification_id))
    return redirect(local_path(request.form.get("next"), "/hop-thu"), 303)


def _organisations() -> list[Json]:
    """The organisations whose inbox the person reads, each once."""
    memberships = clients().community.me().get("memberships", [])
    found = {
        held["organisation"]["id"]: held["organisation"]
        for held in memberships
        if held["role"] in _READERS
    }
    return sorted(found.values(), key=lambda organisation: str(organisation["name"]))

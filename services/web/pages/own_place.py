"""What one can do about one's own place: take the one that is held, look at one's place in line, get a new ticket."""

from __future__ import annotations

from uuid import UUID

from flask import Blueprint, flash, redirect, render_template
from werkzeug.wrappers import Response

from services.web.clients import Refused, clients, if_there
from services.web.security import keep_nowhere
from services.web.session import needs_person, now
from services.web.texts import gettext as _

bp = Blueprint("own_place", __name__, url_prefix="/toi/ve")


@bp.post("/<uuid:registration_id>/nhan-cho")
@needs_person
def accept(registration_id: UUID) -> Response:
    """Take the seat; pressed twice, it is one's own all the same."""
    try:
        clients().registrations.accept(str(registration_id))
    except Refused as refused:
        if refused.status != 409:
            raise
        standing = clients().registrations.registration(str(registration_id))
        if standing["status"] != "confirmed":
            flash(refused.detail or refused.title, "note")
    else:
        flash("accepted", "result")
    return redirect(f"/toi/ve/{registration_id}", 303)


@bp.get("/<uuid:registration_id>/vi-tri")
@needs_person
def line(registration_id: UUID) -> str | Response:
    """The place in line alone, for a page that looks again by itself; once it is another matter, the whole page."""
    keep_nowhere()
    registration = clients().registrations.registration(str(registration_id))
    if registration["status"] != "waitlisted":
        return Response(headers={"HX-Refresh": "true"})
    offer = if_there(lambda: clients().registrations.offer(registration["event_id"]))
    return render_template("own_line.html", registration=registration, offer=offer, seen_at=now())


@bp.get("/<uuid:registration_id>/ve-moi")
@needs_person
def ask_to_reissue(registration_id: UUID) -> str | Response:
    registration = clients().registrations.registration(str(registration_id))
    if registration["status"] != "confirmed":
        return redirect(f"/toi/ve/{registration_id}", 303)
    return render_template("reissue.html", registration=registration)


@bp.post("/<uuid:registration_id>/ve-moi")
@needs_person
def reissue(registration_id: UUID) -> Response:
    try:
        clients().registrations.reissue(str(registration_id))
    except Refused as refused:
        if refused.status != 409:
            raise
        flash(refused.detail or refused.title, "note")
    else:
        flash(_("Đây là vé mới của bạn. Vé cũ đã hết hiệu lực."), "ok")
    return redirect(f"/toi/ve/{registration_id}", 303)

"""The log of an event's seats in sentences: of everybody, or of one person, found by name."""

from __future__ import annotations

from uuid import UUID

from flask import Blueprint, abort, render_template, request

from services.web.clients import Json, clients
from services.web.pages.organiser import event_in
from services.web.pages.seats import PUBLIC
from services.web.seat_words import story
from services.web.security import keep_nowhere
from services.web.session import claims, needs_person
from services.web.texts import gettext as _

bp = Blueprint("seat_log", __name__, url_prefix="/to-chuc/su-kien")

_AT_ONCE, _MOST_FOUND = 50, 20
# Nobody else may.
_BY_THEMSELVES = ("registered", "accepted", "answers-changed")


@bp.get("/<uuid:event_id>/cho/nhat-ky")
@needs_person
def log(event_id: UUID) -> str:
    """In the order in which it happened, a page at a time."""
    keep_nowhere()
    event = event_in(event_id, *PUBLIC)
    asked = clients().registrations
    chosen, q = _chosen(), request.args.get("q", "").strip()[:200]
    found = asked.seat_log(
        str(event_id),
        registration_id=chosen,
        cursor=request.args.get("cursor", "")[:500],
        limit=_AT_ONCE,
    )
    people = asked.attendees(str(event_id), q=q, limit=_MOST_FOUND)["items"] if q else []
    person = asked.registration(chosen) if chosen else None
    if person and person["event_id"] != event["id"]:
        abort(404)
    entries = story(found["items"], asked.offer(str(event_id))["quotas"], event["timezone"])
    return render_template(
        "organiser/seat_log.html",
        event=event,
        entries=[entry | {"who": _who(entry, person)} for entry in entries],
        person=person,
        people=people,
        q=q,
        next=found.get("next"),
    )


def _chosen() -> str:
    """The registration that was picked, if it is an id."""
    try:
        return str(UUID(request.args.get("nguoi", "")))
    except ValueError:
        return ""


def _who(entry: Json, person: Json | None) -> str:
    """By whom: the rules, oneself, whose registration it is, who names people, or somebody of the organisers."""
    if entry["by"] is None:
        return _("theo quy tắc")
    if entry["by"] == claims().get("sub"):
        return _("bạn")
    if entry["what"] in _BY_THEMSELVES or entry["reason"] == "own-wish":
        return _("người đăng ký")
    if entry["what"] in ("nominated", "nominee-replaced") or entry["reason"] == "replaced":
        return _("người đề cử")
    if person and entry["by"] == person["person_id"]:
        return _("người đăng ký")
    return _("ban tổ chức")

"""One's own registrations: the place or the position, the ticket, and giving it up."""

from __future__ import annotations

from functools import partial
from io import BytesIO
from uuid import UUID

import segno
from flask import Blueprint, flash, make_response, redirect, render_template, request
from markupsafe import Markup
from werkzeug.wrappers import Response

from services.web import dates
from services.web.asked import asked_by
from services.web.clients import Json, clients, if_there
from services.web.pages.answers import may_edit
from services.web.places import place_of
from services.web.security import allow_here, keep_nowhere
from services.web.session import claims, needs_person, now
from services.web.texts import gettext as _

bp = Blueprint("mine", __name__)

_ENDED = ("cancelled", "declined")


@bp.get("/toi")
@needs_person
def mine() -> str:
    found = clients().registrations.mine(cursor=request.args.get("cursor"))
    coming: list[Json] = []
    over: list[Json] = []
    for item in found["items"]:
        ended = dates.local(item["event"]["ends_at"]) <= now() or item["status"] in _ENDED
        (over if ended else coming).append(item)
    coming.sort(key=_beside_each_other)
    cursor, following = request.args.get("cursor"), found.get("next")
    return render_template(
        "mine.html",
        coming=coming,
        over=over,
        whole=not cursor and not following,
        next=following,
        doors=[] if cursor else _doors(),
    )


@bp.get("/toi/ve/<uuid:registration_id>")
@needs_person
def ticket(registration_id: UUID) -> str:
    """The ticket, or the position in the waitlist, and what comes next."""
    keep_nowhere()
    allow_here(worker_src="'self'")
    registration = clients().registrations.registration(str(registration_id))
    event = if_there(lambda: clients().events.event(registration["event_id"]))
    called_off = bool(event and event["status"] == "cancelled")
    held = registration["status"] == "confirmed" and not called_off
    waits = registration["status"] == "waitlisted"
    ask = clients().registrations.offer
    offer = if_there(lambda: ask(registration["event_id"])) if waits else None
    return render_template(
        "ticket.html",
        registration=registration,
        event=event,
        called_off=called_off,
        may_return=bool(event and place_of(event, None, now=now()).may_register),
        ticket=clients().registrations.ticket(str(registration_id)) if held else None,
        asked=bool(registration.get("answers")) or _asks(registration, event),
        unanswered=len(registration.get("unanswered", [])) if may_edit(registration, event) else 0,
        qr=qr,
        offer=offer,
        seen_at=now(),
        over=dates.local(registration["event"]["ends_at"]) <= now(),
    )


@bp.get("/toi/ve/<uuid:registration_id>/ma-qr.png")
@needs_person
def ticket_picture(registration_id: UUID) -> Response:
    """The code of the ticket as a picture, to be kept among one's photos."""
    keep_nowhere()
    token = clients().registrations.ticket(str(registration_id))["token"]
    picture = BytesIO()
    segno.make_qr(token, error="m").save(picture, kind="png", scale=16, border=4)
    answer = make_response(picture.getvalue())
    answer.mimetype = "image/png"
    answer.headers["Content-Disposition"] = f'attachment; filename="ve-{registration_id}.png"'
    return answer


@bp.get("/toi/ve/<uuid:registration_id>/huy")
@needs_person
def ask_to_cancel(registration_id: UUID) -> str | Response:
    registration = clients().registrations.registration(str(registration_id))
    if registration["status"] in _ENDED:
        return redirect(f"/toi/ve/{registration_id}", 303)
    return render_template("cancel.html", registration=registration)


@bp.post("/toi/ve/<uuid:registration_id>/huy")
@needs_person
def cancel(registration_id: UUID) -> Response:
    """Give up the place, or the position in the waitlist; doing it twice changes nothing more."""
    was = clients().registrations.registration(str(registration_id))["status"]
    clients().registrations.cancel(str(registration_id))
    done = {
        "confirmed": _(
            "Đã hủy đăng ký. Cảm ơn bạn đã báo trước; chỗ này sẽ dành cho người tiếp theo."
        ),
        "waitlisted": _("Bạn đã rời danh sách chờ. Cảm ơn bạn đã báo trước."),
        "held": _("Bạn đã nhường chỗ. Cảm ơn bạn; chỗ này được mời người tiếp theo."),
        "pending": _("Đã hủy đăng ký. Cảm ơn bạn đã báo trước."),
    }
    flash(done.get(was) or _("Đăng ký này đã hủy từ trước."), "note")
    return redirect("/toi", 303)


def _beside_each_other(item: Json) -> tuple[str, str, bool, str]:
    """By time; at each event one's own place before those of the colleagues."""
    colleague = bool(item.get("registered_by"))
    return str(item["event"]["starts_at"]), item["event_id"], colleague, item["name"]


def _asks(registration: Json, event: Json | None) -> bool:
    """Whether there is something to answer still."""
    asked = asked_by(registration["event_id"]) if may_edit(registration, event) else None
    return bool(asked and asked["fields"])


def _doors() -> list[Json]:
    """The events at whose door the person helps, until they are over; the next one first."""
    ids = [str(event_id) for _, event_id in claims().get("doors", [])][:10]
    found = (if_there(partial(clients().events.event, event_id)) for event_id in ids)
    ahead = [
        event
        for event in found
        if event and event["status"] == "published" and dates.local(event["ends_at"]) > now()
    ]
    return sorted(ahead, key=lambda event: str(event["starts_at"]))


def qr(token: str) -> Markup:
    """The ticket as an inline picture: black on white in light and dark, with a quiet border."""
    drawn = segno.make_qr(token, error="m")
    picture = drawn.svg_inline(
        omitsize=True, border=3, dark="#000", light="#fff", svgclass="qr-code", lineclass=None
    )
    return Markup(picture)  # noqa: S704 - segno draws numbers only; the token is not part of the markup

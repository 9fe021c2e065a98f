"""One's own registrations: the place or the position, the ticket, and giving it up."""

from __future__ import annotations

from functools import partial
from uuid import UUID

import segno
from flask import Blueprint, flash, redirect, render_template, request
from markupsafe import Markup
from werkzeug.wrappers import Response

from services.web import dates
from services.web.clients import Json, clients, if_there
from services.web.security import keep_nowhere
from services.web.session import claims, needs_person, now
from services.web.texts import gettext as _

bp = Blueprint("mine", __name__)


@bp.get("/toi")
@needs_person
def mine() -> str:
    found = clients().registrations.mine(cursor=request.args.get("cursor"))
    coming: list[Json] = []
    over: list[Json] = []
    for item in found["items"]:
        ended = dates.local(item["event"]["ends_at"]) <= now() or item["status"] == "cancelled"
        (over if ended else coming).append(item)
    coming.sort(key=lambda item: str(item["event"]["starts_at"]))
    return render_template(
        "mine.html", coming=coming, over=over, next=found.get("next"), doors=_doors()
    )


@bp.get("/toi/ve/<uuid:registration_id>")
@needs_person
def ticket(registration_id: UUID) -> str:
    """The ticket, or the position in the waitlist, and what comes next."""
    keep_nowhere()
    registration = clients().registrations.registration(str(registration_id))
    held = registration["status"] == "confirmed"
    return render_template(
        "ticket.html",
        registration=registration,
        event=if_there(lambda: clients().events.event(registration["event_id"])),
        ticket=clients().registrations.ticket(str(registration_id)) if held else None,
        qr=qr,
        over=dates.local(registration["event"]["ends_at"]) <= now(),
    )


@bp.get("/toi/ve/<uuid:registration_id>/huy")
@needs_person
def ask_to_cancel(registration_id: UUID) -> str:
    registration = clients().registrations.registration(str(registration_id))
    return render_template("cancel.html", registration=registration)


@bp.post("/toi/ve/<uuid:registration_id>/huy")
@needs_person
def cancel(registration_id: UUID) -> Response:
    """Give the place up; doing it twice changes nothing more."""
    clients().registrations.cancel(str(registration_id))
    flash(
        _("Đã hủy đăng ký. Cảm ơn bạn đã báo trước; chỗ này sẽ dành cho người tiếp theo."), "note"
    )
    return redirect("/toi", 303)


def _doors() -> list[Json]:
    """The events at whose door the person helps, until they are over."""
    ids = [str(event_id) for _, event_id in claims().get("doors", [])][:10]
    found = (if_there(partial(clients().events.event, event_id)) for event_id in ids)
    return [event for event in found if event and dates.local(event["ends_at"]) > now()]


def qr(token: str) -> Markup:
    """The ticket as an inline picture: black on white in light and dark, with a quiet border."""
    drawn = segno.make_qr(token, error="m")
    picture = drawn.svg_inline(
        omitsize=True, border=3, dark="#000", light="#fff", svgclass="qr-code", lineclass=None
    )
    return Markup(picture)  # noqa: S704 - segno draws numbers only; the token is not part of the markup

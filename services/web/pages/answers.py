"""One's own answers: read, and edited while registration is open."""

from __future__ import annotations

from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, request
from werkzeug.wrappers import Response

from services.web import dates
from services.web.asked import asked_by, demand, filled, order, read, shown, untick, version
from services.web.clients import Away, Json, Refused, clients, if_there
from services.web.forms import Form
from services.web.security import keep_nowhere
from services.web.session import needs_person, now
from services.web.texts import gettext as _

bp = Blueprint("answers", __name__, url_prefix="/toi/ve")

Page = Response | tuple[str, int, dict[str, str]]
_STANDING = ("pending", "confirmed", "waitlisted", "held")


@bp.get("/<uuid:registration_id>/tra-loi")
@needs_person
def answers(registration_id: UUID) -> Page:
    registration = clients().registrations.registration(str(registration_id))
    asked = asked_by(registration["event_id"])
    typed = filled(registration["answers"], asked["fields"]) if asked else {}
    return _show(registration, Form(typed), asked)


@bp.post("/<uuid:registration_id>/tra-loi")
@needs_person
def edit(registration_id: UUID) -> Page:
    """Save the answers; where an organiser approves, it says that they are looked at again."""
    registration = clients().registrations.registration(str(registration_id))
    asked, typed = asked_by(registration["event_id"]), Form(request.form)
    if asked is None:
        typed.refuse(Away("registrations"))
        return _show(registration, typed, None)
    given = read(typed, asked["fields"])
    late = demand(typed, asked["fields"], given)
    if typed.good and late:
        typed.focus = late[0]
        return _show(registration, typed, asked, late=True)
    try:
        done = clients().registrations.edit_answers(
            str(registration_id), {"answers": given} | version(typed)
        )
    except (Refused, Away) as error:
        if isinstance(error, Refused) and error.status in (401, 404):
            raise
        typed.refuse(error)
    else:
        flash(_saved(registration["status"], done["status"]), "ok")
        return redirect(f"/toi/ve/{registration_id}", 303)
    return _show(registration, typed, asked)


def _saved(was: str, now_is: str) -> str:
    if now_is != "pending":
        return _("Đã lưu câu trả lời.")
    return {
        "confirmed": _("Đã lưu. Ban tổ chức sẽ xem lại và báo bạn; chỗ của bạn vẫn được giữ."),
        "waitlisted": _(
            "Đã lưu. Ban tổ chức sẽ xem lại và báo bạn; thứ tự chờ của bạn vẫn được giữ."
        ),
    }.get(was, _("Đã lưu. Ban tổ chức sẽ xem và báo bạn."))


def may_edit(registration: Json, event: Json | None) -> bool:
    """Whether the page offers it; the service decides."""
    closes = (event or {}).get("registration_closes_at")
    open_still = not closes or dates.local(closes) > now()
    return registration["status"] in _STANDING and not registration["checked_in_at"] and open_still


def _show(registration: Json, typed: Form, asked: Json | None, *, late: bool = False) -> Page:
    keep_nowhere()
    event = if_there(lambda: clients().events.event(registration["event_id"]))
    fields = asked["fields"] if asked else []
    untick(typed, fields)
    typed.sort_errors(order(fields))
    page = render_template(
        "own_answers.html",
        registration=registration,
        event=event,
        asked=asked,
        form=typed,
        shown=shown(fields, read(typed, fields)),
        kept=typed.typed if asked is None else {},
        late=late,
        editable=may_edit(registration, event),
    )
    return page, typed.status, typed.headers

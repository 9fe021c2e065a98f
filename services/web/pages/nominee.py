"""The page of a nominee's own link: who named them for what, and their answer. Opening it answers nothing."""

from __future__ import annotations

from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, request
from werkzeug.wrappers import Response

from services.web.asked import (
    PREFIX,
    asked_by,
    demand,
    order,
    read,
    shown,
    untick,
    version,
)
from services.web.clients import Away, Json, Refused, clients, if_there
from services.web.forms import Form
from services.web.pages.profile import as_version
from services.web.pages.sign_in import ask
from services.web.security import keep_from_search_engines, keep_nowhere
from services.web.session import signed_in
from services.web.texts import gettext as _

bp = Blueprint("nominee", __name__)

_LONGEST_SECRET = 100
Page = Response | tuple[str, int, dict[str, str]]


@bp.get("/de-cu/<uuid:nominee_id>/<secret>")
def invitation(nominee_id: UUID, secret: str) -> Page:
    return _show(nominee_id, secret, Form(_known()))


@bp.post("/de-cu/<uuid:nominee_id>/<secret>")
def answer(nominee_id: UUID, secret: str) -> Page:
    """Yes or no. Who is not signed in gets a mail first and comes back: so each answers for themselves."""
    form = Form(request.form)
    if "decline" in form.typed:
        return _decline(nominee_id, secret, form)
    if not signed_in():
        return _sign_in_first(nominee_id, secret, form)
    found = _invitation(nominee_id, secret)
    asked = asked_by(found["event_id"])
    if asked is None:
        form.refuse(Away("registrations"))
        return _show(nominee_id, secret, form)
    said: Json = {
        "secret": secret,
        "name": form.text("name", required=_("Xin nhập họ tên để ban tổ chức ghi vào danh sách.")),
        "phone": form.phone("phone") or None,
        "consent_version": as_version(form["consent_version"]),
    }
    answers = read(form, asked["fields"])
    late = demand(form, asked["fields"], answers)
    if asked["fields"]:
        said |= {"answers": answers} | version(form)
    if not form.ticked("consent"):
        form.errors["consent"] = _("Xin đọc và đánh dấu đồng ý, hoặc bấm từ chối.")
    if form.good and late:
        form.focus = late[0]
        return _show(nominee_id, secret, form, asked=asked, late=True)
    if form.good:
        try:
            done = clients().nominations.confirm(str(nominee_id), said)
        except Refused as refused:
            if refused.type == "already-registered":
                flash(refused.title, "note")
                return redirect(f"/toi/ve/{refused.members.get('registration_id', '')}", 303)
            form.refuse_or_leave(refused)
        except Away as away:
            form.refuse(away)
        else:
            flash("registered", "result")
            return redirect(f"/toi/ve/{done['registration_id']}", 303)
    return _show(nominee_id, secret, form)


def _decline(nominee_id: UUID, secret: str, form: Form) -> Page:
    try:
        clients().nominations.decline(str(nominee_id), secret)
    except (Refused, Away) as error:
        form.refuse_or_leave(error)
        return _show(nominee_id, secret, form)
    return redirect(request.path, 303)


def _sign_in_first(nominee_id: UUID, secret: str, form: Form) -> Page:
    email = form.text("email", required=_("Xin nhập địa chỉ thư để nhận mã xác nhận và vé."))
    if form.good:
        try:
            ask(email, come_back=request.path)
        except (Refused, Away) as error:
            form.refuse(error)
        else:
            return redirect("/dang-nhap/ma", 303)
    return _show(nominee_id, secret, form)


def _show(
    nominee_id: UUID, secret: str, form: Form, *, asked: Json | None = None, late: bool = False
) -> Page:
    keep_nowhere()
    keep_from_search_engines()
    found = _invitation(nominee_id, secret)
    form.typed.setdefault("name", found["name"])
    if signed_in() and asked is None:
        asked = asked_by(found["event_id"])
    fields = asked["fields"] if asked else []
    untick(form, fields)
    form.sort_errors(("name", "email", "phone", *order(fields), "consent"))
    page = render_template(
        "nominee.html",
        invitation=found,
        event=if_there(lambda: clients().events.event(found["event_id"])),
        questions=asked,
        shown=shown(fields, read(form, fields)),
        # What was answered before nobody knew what is asked.
        answered={name: said for name, said in form.typed.items() if name.startswith(PREFIX)},
        late=late,
        form=form,
    )
    return page, form.status, form.headers


def _invitation(nominee_id: UUID, secret: str) -> Json:
    return clients().nominations.invitation(str(nominee_id), secret[:_LONGEST_SECRET])


def _known() -> dict[str, str]:
    """The name and phone that community has of whoever is signed in."""
    me = if_there(clients().community.me) if signed_in() else None
    return {name: me[name] for name in ("name", "phone") if me.get(name)} if me else {}

"""Name, phone, language, and what one has agreed to."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, request
from flask import session as cookie
from werkzeug.wrappers import Response

from services.web.clients import Away, Json, Refused, clients
from services.web.forms import Form
from services.web.session import language, needs_person
from services.web.texts import gettext as _

bp = Blueprint("profile", __name__)


@bp.get("/toi/ho-so")
@needs_person
def profile() -> tuple[str, int, dict[str, str]]:
    me = clients().community.me()
    return _show(
        me,
        Form(
            {"name": me["name"] or "", "phone": me.get("phone") or "", "language": me["language"]}
        ),
    )


@bp.post("/toi/ho-so")
@needs_person
def change() -> Response | tuple[str, int, dict[str, str]]:
    form = Form(request.form)
    name = form.text("name", required=_("Xin nhập họ tên của bạn."))
    changes = {
        "name": name,
        "phone": form.phone("phone") or None,
        "language": form["language"] or language(),
    }
    if form.good:
        try:
            me = clients().community.change_me(changes, etag=form["etag"])
        except (Refused, Away) as error:
            if isinstance(error, Refused) and error.status == 401:
                raise
            form.refuse(error)
        else:
            cookie["language"], cookie["name"] = me["language"], me["name"]
            flash(_("Đã lưu hồ sơ."), "ok")
            return redirect("/toi/ho-so", 303)
    return _show(None if form.away else clients().community.me(), form)


@bp.post("/toi/ho-so/dong-y")
@needs_person
def consent() -> Response:
    """Agree to a purpose in the words shown, or take the agreement back."""
    form = Form(request.form)
    given = form["given"] == "1"
    clients().community.consent(
        purpose=form["purpose"],
        given=given,
        version=as_version(form["version"]),
        language=language(),
        key=f"web-{form.nonce}",
    )
    flash(_("Đã ghi nhận sự đồng ý của bạn.") if given else _("Đã rút lại sự đồng ý."), "ok")
    return redirect("/toi/ho-so#dong-y", 303)


def _show(me: Json | None, form: Form) -> tuple[str, int, dict[str, str]]:
    purposes, given = [], {}
    if me is not None:
        purposes = [
            purpose
            for purpose in clients().community.purposes()
            if purpose["legal_basis"] == "consent"
        ]
        given = standing_consents(clients().community.consents())
    page = render_template("profile.html", me=me, form=form, purposes=purposes, given=given)
    return page, form.status, form.headers


def as_version(typed: str) -> str | int:
    """The version of a text, as the form that showed it carries it."""
    return int(typed) if typed.isascii() and typed.isdigit() else typed


def standing_consents(items: list[Json]) -> dict[str, Json]:
    """The latest word on each purpose, if it was a yes."""
    latest: dict[str, Json] = {}
    for item in sorted(items, key=_moment):
        latest[item["purpose"]] = item
    return {purpose: item for purpose, item in latest.items() if item["given"]}


def _moment(consent: Json) -> str:
    return str(
        next((consent[name] for name in ("at", "given_at", "recorded_at") if name in consent), "")
    )

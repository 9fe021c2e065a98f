"""Registering in one short form; whoever is not signed in yet comes back to it with what was typed."""

from __future__ import annotations

from functools import partial
from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, request, session
from werkzeug.wrappers import Response

from services.web.asked import (
    PREFIX,
    asked_by,
    demand,
    filled,
    order,
    read,
    shown,
    untick,
    version,
)
from services.web.clients import Away, Json, Refused, clients, if_there
from services.web.forms import Form
from services.web.pages.event import standing
from services.web.pages.profile import as_version, standing_consents
from services.web.pages.sign_in import ask
from services.web.places import place_of
from services.web.session import language, now, signed_in
from services.web.texts import gettext as _

bp = Blueprint("register", __name__)

NEWS = "news"
_KEPT = ("nonce", "name", "phone", NEWS)
# Registrations that are looked through for what one said before.
_LATELY = 3
_LONGEST_KEPT, _MOST_KEPT = 200, 1000
Page = Response | tuple[str, int, dict[str, str]]


@bp.get("/su-kien/<uuid:event_id>/dang-ky")
def form(event_id: UUID) -> Page:
    if mine := standing(str(event_id)):
        return redirect(f"/toi/ve/{mine['id']}", 303)
    asked = asked_by(str(event_id))
    before = _typed_before(request.path) or _known()
    return _show(str(event_id), Form(_remembered(asked) | before), asked=asked)


@bp.post("/su-kien/<uuid:event_id>/dang-ky")
def register(event_id: UUID) -> Page:
    """Register; pressing twice registers once, since both presses carry the form's own key."""
    typed = Form(request.form)
    name = typed.text("name", required=_("Xin nhập họ tên để ban tổ chức ghi vào danh sách."))
    phone = typed.phone("phone")
    if not signed_in():
        return _sign_in_first(str(event_id), typed)
    asked = asked_by(str(event_id))
    if asked is None:
        typed.refuse(Away("registrations"))
        return _show(str(event_id), typed)
    answers, sendable = read(typed, asked["fields"]), typed.good
    late = demand(typed, asked["fields"], answers)
    if typed.good and late:
        typed.focus = late[0]
        return _show(str(event_id), typed, asked=asked, late=True)
    if sendable:
        # Also where an answer is missing: the service says everything that is wrong at once.
        attendee: Json = {"name": name} | ({"phone": phone} if phone else {})
        if asked["fields"]:
            attendee |= {"answers": answers} | version(typed)
        try:
            done = clients().registrations.register(
                str(event_id), attendee, key=f"web-{typed.nonce}"
            )
        except Refused as refused:
            if refused.type == "already-registered":
                flash(_("Bạn đã đăng ký buổi này rồi. Đây là đăng ký của bạn."), "note")
                return redirect(f"/toi/ve/{refused.members.get('registration_id', '')}", 303)
            if refused.status == 401:
                raise
            typed.refuse(refused)
        except Away as away:
            typed.refuse(away)
        else:
            if not _stands(done):
                typed.renew()
                typed.errors["_"] = _(
                    "Lần đăng ký trước của bạn đã hủy. Nếu vẫn muốn tham dự, xin gửi lại."
                )
                return _show(str(event_id), typed)
            session.pop("draft", None)
            _remember(name, typed)
            flash("registered", "result")
            return redirect(f"/toi/ve/{done['id']}", 303)
    return _show(str(event_id), typed)


def _stands(done: Json) -> bool:
    """Whether what was answered still holds: an old form sent again gets its old answer, also after a cancellation."""
    now = if_there(lambda: clients().registrations.registration(done["id"])) or done
    return bool(now["status"] != "cancelled")


def _show(event_id: str, typed: Form, *, asked: Json | None = None, late: bool = False) -> Page:
    event = clients().events.event(event_id)
    offer = if_there(lambda: clients().registrations.offer(event_id))
    asked = asked or asked_by(event_id)
    fields = asked["fields"] if asked else []
    untick(typed, fields)
    typed.sort_errors(("name", "email", "phone", *order(fields)))
    page = render_template(
        "register.html",
        event=event,
        offer=offer,
        asked=asked,
        shown=shown(fields, read(typed, fields)),
        answered={name: said for name, said in typed.typed.items() if name.startswith(PREFIX)},
        late=late,
        place=place_of(event, offer, now=now()),
        form=typed,
        news=_news(),
    )
    return page, typed.status, typed.headers


def _sign_in_first(event_id: str, typed: Form) -> Page:
    """Keep what was typed, send the mail, and come back here after it."""
    email = typed.text("email", required=_("Xin nhập địa chỉ thư để nhận mã xác nhận và vé."))
    if typed.good:
        try:
            ask(email, come_back=request.path)
        except (Refused, Away) as error:
            typed.refuse(error)
        else:
            kept = {name: typed[name][:_LONGEST_KEPT] for name in _KEPT if name in typed.typed}
            kept |= _answers_that_fit(typed)
            session["draft"] = {"path": request.path, "typed": kept}
            return redirect("/dang-nhap/ma", 303)
    return _show(event_id, typed)


def _answers_that_fit(typed: Form) -> dict[str, str]:
    """Answers are asked once one is signed in; who was signed out meanwhile finds them again if a cookie can hold them."""
    found = {
        name: said
        for name, said in typed.typed.items()
        if name.startswith((PREFIX, "asked.")) and said
    }
    return found if sum(map(len, (*found, *found.values()))) <= _MOST_KEPT else {}


def _typed_before(path: str) -> dict[str, str] | None:
    draft = session.get("draft") or {}
    return dict(draft["typed"]) if draft.get("path") == path else None


def _known() -> dict[str, str]:
    """The name and phone that community already has."""
    me = if_there(clients().community.me) if signed_in() else None
    return {name: me[name] for name in ("name", "phone") if me.get(name)} if me else {}


def _remembered(asked: Json | None) -> dict[str, str]:
    """The business that the person named when registering lately, for a form that asks for one."""
    fields = [one for one in (asked or {"fields": []})["fields"] if one["kind"] == "business"]
    if not fields or not signed_in():
        return {}
    lately = if_there(clients().registrations.mine) or {"items": []}
    for item in lately["items"][:_LATELY]:
        known = if_there(partial(clients().registrations.registration, item["id"])) or {}
        for answer in known.get("answers", {}).values():
            if isinstance(answer, dict) and "tax_code" in answer:
                return filled({field["key"]: answer for field in fields}, fields)
    return {}


def _news() -> Json | None:
    """The purpose that the box asks consent for; None where it is given already or not to be had."""
    purposes = if_there(clients().community.purposes) or []
    news = next((purpose for purpose in purposes if purpose["key"] == NEWS), None)
    if news and signed_in():
        given = if_there(clients().community.consents) or []
        if NEWS in standing_consents(given):
            return None
    return news


def _remember(name: str, typed: Form) -> None:
    """What follows from a registration; it stands even where this fails."""
    me = if_there(clients().community.me)
    if me and not me.get("name"):
        if_there(lambda: clients().community.change_me({"name": name}, etag=me.get("_etag", "*")))
    if not typed.ticked(NEWS):
        return
    version = as_version(typed["news_version"])
    given = if_there(
        lambda: clients().community.consent(
            purpose=NEWS,
            given=True,
            version=version,
            language=language(),
            key=f"web-{typed.nonce}",
        )
    )
    if given is None:
        flash(
            _("Chưa ghi được lựa chọn nhận tin của bạn. Bạn có thể chọn lại trong phần hồ sơ."),
            "note",
        )

"""Writing an event: one long form in the API's own names, so that each refused field finds its place."""

from __future__ import annotations

import re
from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, request
from werkzeug.wrappers import Response

from services.web import dates
from services.web.clients import Away, Json, Refused, clients
from services.web.forms import Form, flat, nested
from services.web.pages.organiser import organisations
from services.web.session import needs_person, now
from services.web.texts import gettext as _

bp = Blueprint("drafting", __name__, url_prefix="/to-chuc/su-kien")

Page = tuple[str, int, dict[str, str]]
HOSTS = 4
_BOTH = ("title", "summary", "description", "audience")
_ORDER = (
    "_", "organisation_id", "kind", "title.vi", "summary.vi", "description.vi", "audience.vi", "starts_at", "ends_at",
    "registration_opens_at", "registration_closes_at", "capacity", "venue.name",
)  # fmt: skip
_TIMES = ("starts_at", "ends_at", "registration_opens_at", "registration_closes_at")


@bp.get("/moi")
@needs_person
def blank() -> Page:
    own = organisations()
    chosen = request.args.get("don-vi") or (own[0]["id"] if own else "")
    typed = {"organisation_id": chosen, "waitlist": "1", "capacity": "100", "timezone": dates.HOME}
    return _show(Form(typed), event=None, own=own)


@bp.post("/moi")
@needs_person
def create() -> Response | Page:
    form = Form(request.form)
    body = _draft(form) | {
        "organisation_id": form.text("organisation_id", required=_("Xin chọn đơn vị chủ trì."))
    }
    if form.good:
        try:
            made = clients().events.create(body, key=f"web-{form.nonce}")
        except (Refused, Away) as error:
            _take(form, error)
        else:
            flash(_("Đã lưu bản nháp. Chưa ai được báo; hãy xem lại rồi công bố."), "ok")
            return redirect(f"/to-chuc/su-kien/{made['id']}", 303)
    return _show(form, event=None, own=organisations())


@bp.get("/<uuid:event_id>/sua")
@needs_person
def edit(event_id: UUID) -> Page:
    event = clients().events.event(str(event_id))
    return _show(Form(_typed(event)), event=event, own=[])


@bp.post("/<uuid:event_id>/sua")
@needs_person
def change(event_id: UUID) -> Response | Page:
    form = Form(request.form)
    event = clients().events.event(str(event_id))
    body = _draft(form) if event["status"] == "draft" else _texts(form)
    if form.good:
        try:
            clients().events.change(str(event_id), body, etag=form["etag"])
        except (Refused, Away) as error:
            _take(form, error)
        else:
            flash(_("Đã lưu thay đổi."), "ok")
            return redirect(f"/to-chuc/su-kien/{event_id}", 303)
    return _show(form, event=event, own=[])


def _take(form: Form, error: Refused | Away) -> None:
    if isinstance(error, Refused):
        if error.status in (401, 403, 404):
            raise error
        if error.status == 412:
            form.errors["_"] = _(
                "Có người vừa sửa sự kiện này. Nội dung bạn nhập vẫn còn đây: xin chép lại phần cần giữ, mở lại trang rồi lưu."
            )
            return
    form.refuse(error)


def _show(form: Form, *, event: Json | None, own: list[Json]) -> Page:
    partners = clients().community.organisations(on=now().date().isoformat())["items"]
    kinds = clients().events.kinds()
    form.sort_errors(_ORDER)
    page = render_template(
        "organiser/form.html",
        form=form,
        event=event,
        own=own,
        kinds=kinds,
        partners=partners,
        hosts=range(HOSTS),
    )
    return page, form.status, {"Retry-After": str(form.retry_after)} if form.away else {}


def _texts(form: Form) -> Json:
    """What may be edited at any time."""
    form.text("title.vi", required=_("Xin nhập tên sự kiện."))
    form.text("venue.name", required=_("Xin nhập nơi tổ chức."))
    body: Json = {name: _both(form, name) for name in _BOTH}
    typed = {
        name: form[name].strip()
        for name in form.typed
        if re.fullmatch(r"hosts\.\d+\.[a-z_.]+", name)
    }
    body["hosts"] = [
        _host(host)
        for host in nested(typed).get("hosts", [])
        if host.get("role_title", {}).get("vi")
    ]
    accessibility = _both(form, "venue.accessibility")
    body["venue"] = {
        "name": form["venue.name"].strip(),
        "address": form["venue.address"].strip(),
    } | ({"accessibility": accessibility} if accessibility else {})
    body["partners"] = [
        name.removeprefix("partner.") for name in form.typed if name.startswith("partner.")
    ]
    return body


def _draft(form: Form) -> Json:
    """Everything that a draft holds."""
    zone = form["timezone"] or dates.HOME
    required = {
        "starts_at": _("Xin nhập giờ bắt đầu."),
        "ends_at": _("Xin nhập giờ kết thúc."),
        "registration_opens_at": _("Xin nhập lúc mở đăng ký."),
        "registration_closes_at": _("Xin nhập hạn đăng ký."),
    }
    return _texts(form) | {
        "kind": form.text("kind", required=_("Xin chọn loại sự kiện.")),
        "timezone": zone,
        "capacity": form.whole("capacity", required=_("Xin nhập sức chứa, ví dụ 200.")),
        "waitlist": form.ticked("waitlist"),
        "document": {
            "number": form["document.number"].strip() or None,
            "date": form["document.date"] or None,
        },
        "legal_basis": form["legal_basis"].strip() or None,
        **{name: form.moment(name, zone=zone, required=required[name]) for name in _TIMES},
    }


def _both(form: Form, name: str) -> Json | None:
    """A text in two languages; English is left out where it is not written."""
    vi, en = form[f"{name}.vi"].strip(), form[f"{name}.en"].strip()
    if not vi and not en:
        return None
    return {"vi": vi} | ({"en": en} if en else {})


def _host(typed: Json) -> Json:
    title, note = typed["role_title"], typed.get("note") or {}
    host: Json = {"role_title": {key: text for key, text in title.items() if text}}
    if note.get("vi"):
        host["note"] = {key: text for key, text in note.items() if text}
    if typed.get("organisation_id"):
        host["organisation_id"] = typed["organisation_id"]
    return host


def _typed(event: Json) -> dict[str, str]:
    """An event as the form's fields."""
    zone = event["timezone"]
    shown = (
        "title",
        "summary",
        "description",
        "audience",
        "hosts",
        "venue",
        "document",
        "legal_basis",
        "capacity",
    )
    typed = flat({name: event.get(name) for name in shown})
    typed |= {name: dates.to_field(event.get(name), zone) for name in _TIMES}
    typed |= {f"partner.{partner['id']}": "1" for partner in event["partners"]}
    typed |= {"kind": event["kind"]["key"], "timezone": zone, "etag": event.get("_etag", "")}
    return typed | ({"waitlist": "1"} if event.get("waitlist") else {})

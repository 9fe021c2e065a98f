"""Writing an event: one long form in the API's own names, so that each refused field finds its place."""

from __future__ import annotations

import re
from uuid import UUID

from flask import Blueprint, abort, flash, redirect, render_template, request
from werkzeug.wrappers import Response

from services.web import dates
from services.web.clients import Away, Json, Refused, clients
from services.web.forms import Form, flat
from services.web.pages.organiser import event_in, offer_of, organisations
from services.web.rights import edits_any, may_edit
from services.web.session import needs_person, now
from services.web.texts import gettext as _

bp = Blueprint("drafting", __name__, url_prefix="/to-chuc/su-kien")

Page = tuple[str, int, dict[str, str]]
HOSTS, MOST_HOSTS = 4, 20
_BOTH = ("title", "summary", "description", "audience")
_ORDER = (
    "_", "organisation_id", "kind", "title.vi", "summary.vi", "description.vi", "audience.vi", "timezone", "starts_at", "ends_at",
    "registration_opens_at", "registration_closes_at", "capacity", "venue.name", "venue.address", "venue.accessibility.vi",
)  # fmt: skip
_TIMES = ("starts_at", "ends_at", "registration_opens_at", "registration_closes_at")
_OF_A_HOST = ("role_title.vi", "role_title.en", "note.vi", "note.en", "organisation_id")


@bp.get("/moi")
@needs_person
def blank() -> Page:
    own = planned()
    chosen = request.args.get("don-vi") or (own[0]["id"] if own else "")
    typed = {"organisation_id": chosen, "waitlist": "1", "capacity": "100", "timezone": dates.HOME}
    return _show(Form(typed), event=None, own=own)


@bp.post("/moi")
@needs_person
def create() -> Response | Page:
    own = planned()
    form = Form(request.form)
    body = _draft(form, event=None) | {
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
    return _show(form, event=None, own=own)


@bp.get("/<uuid:event_id>/sua")
@needs_person
def edit(event_id: UUID) -> Page:
    event = event_in(event_id, "draft", "published", "postponed", "completed")
    return _show(Form(_typed(event)), event=event, own=[])


@bp.post("/<uuid:event_id>/sua")
@needs_person
def change(event_id: UUID) -> Response | Page:
    """Save what differs from the event as the form shows it."""
    event = event_in(event_id, "draft", "published", "postponed", "completed")
    form = Form(request.form)
    wanted, known = _read(form, event), _read(Form(_typed(event)), event)
    changes = {name: value for name, value in wanted.items() if value != known[name]}
    if form.good:
        try:
            if changes:
                clients().events.change(str(event_id), changes, etag=form["etag"])
        except (Refused, Away) as error:
            _take(form, error)
        else:
            flash(_("Đã lưu thay đổi.") if changes else _("Bạn chưa thay đổi gì."), "ok")
            return redirect(f"/to-chuc/su-kien/{event_id}", 303)
    return _show(form, event=event, own=[])


def planned() -> list[Json]:
    """The organisations for which the person plans events; whoever plans for none has no such page."""
    if not edits_any():
        abort(404)
    return [one for one in organisations() if may_edit(str(one["id"]))]


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
    kinds = clients().events.kinds()
    form.sort_errors(_ORDER)
    page = render_template(
        "organiser/form.html",
        form=form,
        event=event,
        offer=offer_of(event) if event else None,
        own=own,
        kinds=kinds,
        partners=_partners(event),
        hosts=range(min(MOST_HOSTS, max(HOSTS, len(_hosts_typed(form)) + 1))),
    )
    return page, form.status, {"Retry-After": str(form.retry_after)} if form.away else {}


def _partners(event: Json | None) -> list[Json]:
    """Whom one can choose: the partners that the event has, also those that are no more, and who is there today."""
    today = clients().community.organisations(on=now().date().isoformat())["items"]
    there = {one["id"]: one for one in today}
    current = {one["id"]: there.get(one["id"], one) for one in event["partners"]} if event else {}
    if event:
        there.pop(event["organisation"]["id"], None)
    return list((current | there).values())


def _read(form: Form, event: Json) -> Json:
    """What the form says of all that may be edited now."""
    return _draft(form, event) if event["status"] == "draft" else _texts(form)


def _texts(form: Form) -> Json:
    """What may be edited at any time."""
    form.text("title.vi", required=_("Xin nhập tên sự kiện."))
    form.text("venue.name", required=_("Xin nhập nơi tổ chức."))
    body: Json = {name: form.both(name) for name in _BOTH}
    body["hosts"] = _hosts(form)
    body["venue"] = {
        "name": form.text("venue.name"),
        "address": form.text("venue.address") or None,
        "accessibility": form.both("venue.accessibility"),
    }
    # In the order of the page, where those that the event has stand first, as they stand in it.
    body["partners"] = [
        name.removeprefix("partner.") for name in form.typed if name.startswith("partner.")
    ]
    return body


def _draft(form: Form, event: Json | None) -> Json:
    """Everything that a draft holds."""
    zone = form.zone("timezone", known=event["timezone"] if event else dates.HOME)
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
            "number": form.text("document.number") or None,
            "date": form.text("document.date") or None,
        },
        "legal_basis": form.text("legal_basis") or None,
        **{name: form.moment(name, zone=zone, required=required[name]) for name in _TIMES},
    }


def _hosts_typed(form: Form) -> list[dict[str, str]]:
    """The rows of the form in which somebody is described, in their order."""
    rows = {
        int(found[1])
        for name in form.typed
        if (found := re.fullmatch(r"hosts\.(\d{1,3})\.[a-z_.]+", name))
    }
    read = [
        {part: form[f"hosts.{row}.{part}"].strip() for part in _OF_A_HOST} for row in sorted(rows)
    ]
    return [host for host in read if any(host[part] for part in _OF_A_HOST[:4])]


def _hosts(form: Form) -> list[Json]:
    """The hosts, moved together on the form as they are in the list, so that each refusal finds its row."""
    described = _hosts_typed(form)
    kept = {name: text for name, text in form.typed.items() if not name.startswith("hosts.")}
    form.typed = kept | {
        f"hosts.{row}.{part}": text
        for row, host in enumerate(described)
        for part, text in host.items()
    }
    return [_host(form, f"hosts.{row}") for row in range(len(described))]


def _host(form: Form, row: str) -> Json:
    title = _("Xin nhập chức danh bằng tiếng Việt, hoặc bỏ trống cả phần của người này.")
    form.text(f"{row}.role_title.vi", required=title)
    return {
        "role_title": form.both(f"{row}.role_title"),
        "note": form.both(f"{row}.note"),
        "organisation_id": form.text(f"{row}.organisation_id") or None,
    }


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

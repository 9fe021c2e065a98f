"""The organiser's own events: the list, one event's overview, and the steps that tell people something."""

from __future__ import annotations

from collections.abc import Callable
from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, request
from werkzeug.wrappers import Response

from services.web import dates
from services.web.clients import Away, Json, Refused, clients, if_there
from services.web.forms import Form
from services.web.places import Place, place_of
from services.web.session import STAFF, claims, needs_person, now
from services.web.texts import gettext as _

bp = Blueprint("organiser", __name__, url_prefix="/to-chuc")

Page = str | Response | tuple[str, int, dict[str, str]]
Row = tuple[Json, Place]
_FIRST_DAY = "2000-01-01T00:00:00Z"


@bp.get("")
@needs_person
def events() -> str:
    """Drafts first, then what is coming, then what is over."""
    own = organisations()
    chosen = request.args.get("don-vi") or (str(own[0]["id"]) if own else "")
    rows: list[Row] = []
    drafts: list[Json] = []
    edits = False
    if chosen:
        edits = may_edit(chosen)
        ask = clients().events.events
        if edits:
            drafts = ask(organisation_id=chosen, status="draft", after=_FIRST_DAY, limit=100)[
                "items"
            ]
        public = ask(organisation_id=chosen, after=_FIRST_DAY, limit=100)["items"]
        rows = [(e, place_of(e, None, now=now())) for e in public if e["status"] != "draft"]
    return render_template(
        "organiser/list.html",
        own=own,
        chosen=chosen,
        edits=edits,
        drafts=drafts,
        coming=[row for row in rows if dates.local(row[0]["ends_at"]) > now()],
        over=[row for row in reversed(rows) if dates.local(row[0]["ends_at"]) <= now()],
    )


@bp.get("/su-kien/<uuid:event_id>")
@needs_person
def overview(event_id: UUID) -> str:
    event = clients().events.event(str(event_id))
    offer = _offer(event)
    return render_template(
        "organiser/event.html",
        event=event,
        offer=offer,
        place=place_of(event, offer, now=now()),
        form=Form(),
    )


@bp.get("/su-kien/<uuid:event_id>/cong-bo")
@needs_person
def ask_to_publish(event_id: UUID) -> str:
    """Who will be told, before anybody is."""
    return render_template(
        "organiser/publish.html", event=clients().events.event(str(event_id)), form=Form()
    )


@bp.post("/su-kien/<uuid:event_id>/cong-bo")
@needs_person
def publish(event_id: UUID) -> Page:
    form = Form(request.form)
    done = _("Đã công bố. Trang sự kiện đã mở và thư mời đang được gửi đến các đơn vị phối hợp.")
    return _step(
        event_id,
        form,
        "organiser/publish.html",
        lambda: clients().events.publish(str(event_id)),
        done,
    )


@bp.get("/su-kien/<uuid:event_id>/doi-lich")
@needs_person
def ask_to_reschedule(event_id: UUID) -> str:
    event = clients().events.event(str(event_id))
    times = ("starts_at", "ends_at", "registration_closes_at")
    form = Form({name: dates.to_field(event.get(name), event["timezone"]) for name in times})
    return render_template("organiser/reschedule.html", event=event, offer=_offer(event), form=form)


@bp.post("/su-kien/<uuid:event_id>/doi-lich")
@needs_person
def reschedule(event_id: UUID) -> Page:
    form = Form(request.form)
    zone = form["timezone"] or dates.HOME
    body: Json = {
        "starts_at": form.moment("starts_at", zone=zone, required=_("Xin nhập giờ bắt đầu mới.")),
        "ends_at": form.moment("ends_at", zone=zone, required=_("Xin nhập giờ kết thúc mới.")),
        "reason": _reason(form),
    }
    if closes := form.moment("registration_closes_at", zone=zone):
        body["registration_closes_at"] = closes
    done = _("Đã đổi lịch. Những người đã đăng ký và đơn vị phối hợp đang được báo.")
    act = lambda: clients().events.reschedule(str(event_id), body)  # noqa: E731
    return _step(event_id, form, "organiser/reschedule.html", act, done)


@bp.get("/su-kien/<uuid:event_id>/huy")
@needs_person
def ask_to_cancel(event_id: UUID) -> str:
    event = clients().events.event(str(event_id))
    return render_template("organiser/cancel.html", event=event, offer=_offer(event), form=Form())


@bp.post("/su-kien/<uuid:event_id>/huy")
@needs_person
def cancel(event_id: UUID) -> Page:
    form = Form(request.form)
    reason = _reason(form)
    done = _("Đã hủy sự kiện. Những người đã đăng ký và đơn vị phối hợp đang được báo kèm lý do.")
    act = lambda: clients().events.cancel(str(event_id), reason=reason)  # noqa: E731
    return _step(event_id, form, "organiser/cancel.html", act, done)


@bp.post("/su-kien/<uuid:event_id>/suc-chua")
@needs_person
def change_capacity(event_id: UUID) -> Page:
    form = Form(request.form)
    capacity = form.whole("capacity", required=_("Xin nhập sức chứa mới."))

    def act() -> Json:
        return clients().registrations.change_offer(
            str(event_id), capacity=capacity or 0, etag=form["etag"]
        )

    done = _("Đã đổi sức chứa. Người trong danh sách chờ được nhận chỗ ngay nếu có thêm chỗ.")
    return _step(event_id, form, "organiser/event.html", act, done)


def organisations() -> list[Json]:
    """The organisations whose events the person sees here; every one for an admin."""
    memberships = clients().community.me().get("memberships", [])
    own = {h["organisation"]["id"]: h["organisation"] for h in memberships if h["role"] in STAFF}
    if claims().get("admin"):
        today = now().date().isoformat()
        own |= {item["id"]: item for item in clients().community.organisations(on=today)["items"]}
    return list(own.values())


def may_edit(organisation_id: str) -> bool:
    """Which links to show; whether they work is for the services to say."""
    held = claims()
    return bool(held.get("admin")) or any(
        role in ("organiser", "leader") and str(organisation) == organisation_id
        for organisation, role in held.get("roles", [])
    )


def _step(event_id: UUID, form: Form, template: str, act: Callable[[], object], done: str) -> Page:
    """Do one thing to an event and say so, or show its form again with what is wrong."""
    if form.good:
        try:
            act()
        except (Refused, Away) as error:
            if isinstance(error, Refused) and error.status in (401, 403, 404):
                raise
            form.refuse(error)
        else:
            flash(done, "ok")
            return redirect(f"/to-chuc/su-kien/{event_id}", 303)
    event = clients().events.event(str(event_id))
    offer = _offer(event)
    page = render_template(
        template, event=event, offer=offer, place=place_of(event, offer, now=now()), form=form
    )
    return page, form.status, {"Retry-After": str(form.retry_after)} if form.away else {}


def _reason(form: Form) -> Json:
    """The reason in Vietnamese, and in English if there is one."""
    reason = {
        "vi": form.text(
            "reason.vi", required=_("Xin nêu lý do; lý do được gửi cho người đã đăng ký.")
        )
    }
    return reason | ({"en": form["reason.en"].strip()} if form["reason.en"].strip() else {})


def _offer(event: Json) -> Json | None:
    if event["status"] == "draft":
        return None
    return if_there(lambda: clients().registrations.offer(event["id"]))

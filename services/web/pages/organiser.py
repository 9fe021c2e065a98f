"""The organiser's own events: the list, one event's overview, and the steps that tell people something."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime
from uuid import UUID

from flask import Blueprint, abort, flash, redirect, render_template, request
from werkzeug.wrappers import Response

from services.web import dates
from services.web.clients import Away, Json, Refused, clients, if_there
from services.web.forms import Form
from services.web.here import here
from services.web.owed import Owed, numbered, pressing
from services.web.places import Place, place_of
from services.web.rights import event_edited, event_seen, leads, may_admit, may_edit, may_see
from services.web.scope import invited_to
from services.web.session import STAFF, claims, needs_person, now
from services.web.texts import gettext as _

bp = Blueprint("organiser", __name__, url_prefix="/to-chuc")

Page = str | Response | tuple[str, int, dict[str, str]]
Row = tuple[Json, Place]
_FIRST_YEAR = 2000
# The pages of steps that tell people.
_STEPS = {
    "organiser/publish.html": "publish",
    "organiser/reschedule.html": "reschedule",
    "organiser/postpone.html": "postpone",
    "organiser/cancel.html": "cancel",
}
# What can still be moved or called off.
AHEAD = ("published", "postponed")


@bp.get("")
@needs_person
def events() -> str:
    """Drafts first, then what is coming, then what is over this year; earlier years one by one."""
    own = organisations()
    asked = request.args.get("don-vi", "")
    if asked and not may_see(asked) and asked not in {str(one["id"]) for one in own}:
        abort(404)
    chosen = asked or (str(own[0]["id"]) if own else "")
    this_year = dates.year_of(now())
    year, cursor = _year_asked(this_year), request.args.get("cursor")
    shown: Json = {"drafts": [], "coming": [], "over": [], "next": None, "earlier": False}
    if chosen and year == this_year:
        found = clients().events.events(
            organisation_id=chosen, after=_iso(now()), limit=100, cursor=cursor
        )
        shown |= {"coming": _rows(found["items"]), "next": found.get("next")}
        if leads(chosen) and not cursor:
            shown["drafts"] = clients().events.all_events(organisation_id=chosen, status="draft")
    if chosen and not cursor:
        shown |= _over(chosen, year)
    return render_template(
        "organiser/list.html",
        own=own,
        chosen=chosen,
        edits=may_edit(chosen),
        year=year,
        this_year=this_year,
        pressing=_pressing(chosen, this_year) if leads(chosen) else None,
        **shown,
    )


@bp.get("/su-kien/<uuid:event_id>")
@needs_person
def overview(event_id: UUID) -> str:
    return _page("organiser/event.html", event_seen(event_id), Form())


@bp.get("/su-kien/<uuid:event_id>/cong-bo")
@needs_person
def ask_to_publish(event_id: UUID) -> str:
    """Who will be told, before anybody is."""
    return _page("organiser/publish.html", event_in(event_id, "draft"), Form())


@bp.post("/su-kien/<uuid:event_id>/cong-bo")
@needs_person
def publish(event_id: UUID) -> Page:
    event = event_in(event_id, "draft")
    done = _("Đã công bố. Trang sự kiện đã mở.")
    if invited_to([event]):
        done += " " + _("Thư mời đang được gửi đến các đơn vị phối hợp.")
    form = Form(request.form)
    why = _("Xin nêu lý do vẫn công bố; lý do được lưu lại.")
    accept = [
        {"rule": one["rule"], "reason": {"vi": form.text(f"accept.{one['rule']}", required=why)}}
        for one in _warnings(event_id)
        if one["must_be_accepted"] and not one["accepted"]
    ]
    act = lambda: clients().events.publish(str(event_id), accept=accept)  # noqa: E731
    return _step(event_id, form, "organiser/publish.html", act, done)


@bp.get("/su-kien/<uuid:event_id>/doi-lich")
@needs_person
def ask_to_reschedule(event_id: UUID) -> str:
    event = event_in(event_id, *AHEAD)
    zone = event["timezone"]
    times = {name: dates.to_field(event[name], zone) for name in ("starts_at", "ends_at")}
    return _page("organiser/reschedule.html", event, Form(times | {"timezone": zone}))


@bp.post("/su-kien/<uuid:event_id>/doi-lich")
@needs_person
def reschedule(event_id: UUID) -> Page:
    event = event_in(event_id, *AHEAD)
    form = Form(request.form)
    zone = form.zone("timezone", known=event["timezone"], hidden=True)
    body: Json = {
        "starts_at": form.moment("starts_at", zone=zone, required=_("Xin nhập giờ bắt đầu mới.")),
        "ends_at": form.moment("ends_at", zone=zone, required=_("Xin nhập giờ kết thúc mới.")),
    }
    if closes := form.moment("registration_closes_at", zone=zone):
        body["registration_closes_at"] = closes
    body["reason"] = reason_of(form)
    done = _("Đã đổi lịch. Những người đã đăng ký và đơn vị phối hợp đang được báo.")
    act = lambda: clients().events.reschedule(str(event_id), body)  # noqa: E731
    return _step(event_id, form, "organiser/reschedule.html", act, done)


@bp.get("/su-kien/<uuid:event_id>/tam-hoan")
@needs_person
def ask_to_postpone(event_id: UUID) -> str:
    return _page("organiser/postpone.html", event_in(event_id, "published"), Form())


@bp.post("/su-kien/<uuid:event_id>/tam-hoan")
@needs_person
def postpone(event_id: UUID) -> Page:
    event_in(event_id, "published")
    form = Form(request.form)
    reason = reason_of(form)
    done = _("Đã tạm hoãn. Những người đã đăng ký và đơn vị phối hợp đang được báo kèm lý do.")
    act = lambda: clients().events.postpone(str(event_id), reason=reason)  # noqa: E731
    return _step(event_id, form, "organiser/postpone.html", act, done)


@bp.post("/su-kien/<uuid:event_id>/da-dien-ra")
@needs_person
def complete(event_id: UUID) -> Page:
    event_in(event_id, "published")
    done = _("Đã ghi nhận sự kiện đã diễn ra. Có thể thêm tài liệu và thông báo kết luận.")
    act = lambda: clients().events.complete(str(event_id))  # noqa: E731
    return _step(event_id, Form(request.form), "organiser/event.html", act, done)


@bp.get("/su-kien/<uuid:event_id>/huy")
@needs_person
def ask_to_cancel(event_id: UUID) -> str:
    return _page("organiser/cancel.html", event_in(event_id, *AHEAD), Form())


@bp.post("/su-kien/<uuid:event_id>/huy")
@needs_person
def cancel(event_id: UUID) -> Page:
    event_in(event_id, *AHEAD)
    form = Form(request.form)
    reason = reason_of(form)
    done = _("Đã hủy sự kiện. Những người đã đăng ký và đơn vị phối hợp đang được báo kèm lý do.")
    act = lambda: clients().events.cancel(str(event_id), reason=reason)  # noqa: E731
    return _step(event_id, form, "organiser/cancel.html", act, done)


@bp.post("/su-kien/<uuid:event_id>/suc-chua")
@needs_person
def change_capacity(event_id: UUID) -> Page:
    event_in(event_id, "published")
    form = Form(request.form)
    capacity = form.whole("capacity", required=_("Xin nhập sức chứa mới."))
    was = int(form["was"]) if form["was"].isascii() and form["was"].isdigit() else None

    def act() -> Json:
        return clients().registrations.change_offer(str(event_id), capacity=capacity or 0, was=was)

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


def event_in(event_id: UUID, *states: str) -> Json:
    """An event that the person may change, in one of these states; in another, its overview says why this is no step."""
    event = event_edited(event_id)
    if event["status"] not in states:
        why = {
            "draft": _("Bản nháp thì sửa trực tiếp; đổi lịch và hủy chỉ dùng sau khi công bố."),
            "published": _("Sự kiện này đã công bố rồi."),
            "postponed": _("Sự kiện này đang tạm hoãn: xin đặt thời gian mới hoặc hủy."),
            "cancelled": _("Sự kiện này đã hủy nên không thay đổi được nữa."),
            "completed": _("Sự kiện này đã diễn ra nên không thay đổi được nữa."),
        }
        flash(why[event["status"]], "note")
        abort(redirect(f"/to-chuc/su-kien/{event_id}", 303))
    return event


def offer_of(event: Json) -> Json | None:
    """What registrations offers of a public event; None while it is away, and of a draft."""
    if event["status"] == "draft":
        return None
    return if_there(lambda: clients().registrations.offer(event["id"]))


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
    page = _page(
        template,
        clients().events.event(str(event_id)),
        form,
        here=here(otherwise=f"/to-chuc/su-kien/{event_id}"),
    )
    return page, form.status, form.headers


def _page(template: str, event: Json, form: Form, **more: object) -> str:
    offer, owner = offer_of(event), str(event["organisation"]["id"])
    return render_template(
        template,
        event=event,
        offer=offer,
        place=place_of(event, offer, now=now()),
        form=form,
        told=_told(template, event),
        warnings=_warnings(UUID(event["id"])) if template == "organiser/publish.html" else [],
        edits=may_edit(owner),
        admits=may_admit(owner),
        leads=leads(owner),
        over=bool(event["ends_at"]) and dates.local(event["ends_at"]) <= now(),
        **more,
    )


def _warnings(event_id: UUID) -> list[Json]:
    return if_there(lambda: clients().events.warnings(str(event_id))) or []


def _told(template: str, event: Json) -> list[Json] | None:
    """Who the step of a page would tell; None where it tells nobody, or notifications is away."""
    step = _STEPS.get(template)
    if step is None:
        return None
    return if_there(lambda: clients().notifications.preview(event, step))


def reason_of(form: Form) -> Json:
    """The reason in Vietnamese, and in English if there is one."""
    why = _("Xin nêu lý do; lý do được gửi cho người đã đăng ký.")
    form.text("reason.vi", required=why)
    return form.both("reason") or {}


def _pressing(organisation_id: str, year: int) -> list[Owed]:
    """What is late or missing of a year's programmes; nothing where nobody knows now."""
    ask = clients().events.programmes
    programmes = if_there(lambda: ask(organisation_id=organisation_id, year=year))
    return pressing(numbered(programmes or ()))


def _over(organisation_id: str, year: int) -> Json:
    """What took place in a year, newest first, and whether there was anything before."""
    ask, begins = clients().events, dates.year_begins(year)
    until = min(_iso(now()), dates.year_begins(year + 1))
    found = ask.all_events(organisation_id=organisation_id, after=begins, to=until)
    first = dates.year_begins(_FIRST_YEAR)
    before = ask.events(organisation_id=organisation_id, after=first, to=begins, limit=1)
    over = [event for event in found if dates.local(event["ends_at"]) <= now()]
    return {"over": _rows(reversed(over)), "earlier": bool(before["items"])}


def _rows(events: Iterable[Json]) -> list[Row]:
    return [(event, place_of(event, None, now=now())) for event in events]


def _year_asked(this_year: int) -> int:
    asked = request.args.get("nam", "")
    year = int(asked) if asked.isascii() and asked.isdigit() and len(asked) == 4 else this_year
    return year if _FIRST_YEAR <= year <= this_year else this_year


def _iso(moment: datetime) -> str:
    return moment.isoformat().replace("+00:00", "Z")

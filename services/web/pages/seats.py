"""The seats of an event: who has them, for whom some are kept, the rules, and who waits in which order."""

from __future__ import annotations

from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, request
from werkzeug.wrappers import Response

from services.web.clients import Away, Json, Refused, clients, if_there
from services.web.forms import Form
from services.web.pages.organiser import event_in
from services.web.seat_words import bar, quota_for
from services.web.security import keep_nowhere
from services.web.session import needs_person, now
from services.web.texts import gettext as _
from services.web.texts import ngettext

bp = Blueprint("seats", __name__, url_prefix="/to-chuc/su-kien")

Page = str | Response | tuple[str, int, dict[str, str]]
PUBLIC = ("published", "postponed", "completed", "cancelled")
OPEN = ("published", "postponed")
_MOST_SHOWN = 500
_LONGEST_HOLD = 14 * 24 * 60


@bp.get("/<uuid:event_id>/cho")
@needs_person
def seats(event_id: UUID) -> Page:
    typed = {"capacity": request.args.get("suc-chua", "")[:8]}
    return show(event_in(event_id, *PUBLIC), Form(typed))


@bp.post("/<uuid:event_id>/cho/suc-chua")
@needs_person
def resize(event_id: UUID) -> Page:
    """More seats at once; fewer than are taken only after it was seen by name who loses theirs."""
    event = event_in(event_id, *OPEN)
    form = Form(request.form)
    capacity = form.whole("capacity", required=_("Xin nhập sức chứa mới."))
    was = int(form["was"]) if form["was"].isascii() and form["was"].isdigit() else None
    losing = request.form.getlist("losing")[:100_000] or None
    if not form.good:
        return show(event, form)
    try:
        clients().registrations.change_offer(
            str(event_id), capacity=capacity or 0, was=was, losing=losing
        )
    except Refused as refused:
        if refused.status in (401, 403, 404):
            raise
        if "losing" in refused.members:
            return _ask(event, form, refused)
        form.refuse(refused)
        if refused.type == "capacity-below-kept":
            form.errors = {"capacity": refused.detail or refused.title}
        return show(event, form)
    except Away as away:
        form.refuse(away)
        return show(event, form)
    flash(_said(losing or []), "ok")
    return redirect(f"/to-chuc/su-kien/{event_id}/cho", 303)


@bp.post("/<uuid:event_id>/cho/quy-tac")
@needs_person
def change_rules(event_id: UUID) -> Page:
    event = event_in(event_id, *OPEN)
    form = Form(request.form)
    wrong = _("Xin nhập số phút từ 1 đến 20160 (14 ngày), hoặc để trống.")
    minutes = form.number("hold_minutes", least=1, most=_LONGEST_HOLD, wrong=wrong)
    if minutes is not None and minutes != int(minutes):
        form.errors["hold_minutes"] = wrong
    if form.good:
        hold = None if minutes is None else int(minutes)
        rules = {"approval": form.ticked("approval"), "hold_minutes": hold}
        try:
            clients().registrations.change_rules(str(event_id), rules)
        except (Refused, Away) as error:
            if isinstance(error, Refused) and error.status in (401, 403, 404):
                raise
            form.refuse(error)
        else:
            flash(_("Đã lưu quy tắc. Quy tắc dùng cho những gì đến từ bây giờ."), "ok")
            return redirect(f"/to-chuc/su-kien/{event_id}/cho", 303)
    return show(event, form, rules=form)


def show(event: Json, form: Form, *, rules: Form | None = None) -> Page:
    """All of it; `form` holds what was typed of the capacity, `rules` what was typed of the rules."""
    keep_nowhere()
    asked = clients().registrations
    offer = asked.offer(event["id"])
    waiting = asked.all_attendees(event["id"], status="waitlisted", most=_MOST_SHOWN)
    waiting.sort(key=lambda one: one["position"] or 0)
    if rules is None:
        hold = offer["hold_minutes"]
        known = {"hold_minutes": "" if hold is None else str(hold)}
        rules = Form(known | ({"approval": "1"} if offer["approval"] else {}))
    kept = sum(int(one["left"]) for one in offer["quotas"])
    taken = int(offer["confirmed"]) + int(offer["held"]) + int(offer.get("asked_again", 0))
    page = render_template(
        "organiser/seats.html",
        kept=kept,
        # Below what is taken seats can be cut, below what is kept they cannot.
        least=taken + kept,
        event=event,
        offer=offer,
        parts_of=bar(offer),
        for_whom={one["id"]: quota_for(one, names_of(event, offer)) for one in offer["quotas"]},
        waiting=waiting,
        form=form,
        rules=rules,
        open=event["status"] in OPEN,
    )
    return page, form.status, form.headers


def names_of(event: Json, offer: Json) -> dict[str, str]:
    """The names of the organisations and areas for which seats are kept, as far as somebody knows them now."""
    near = [event["organisation"], *event["partners"], *event.get("co_organisers", ())]
    names = {str(one["id"]): str(one["name"]) for one in near if one["name"]}
    wanted = {one["organisation_id"] for one in offer["quotas"] if one["organisation_id"]}
    for id_ in sorted(wanted - names.keys()):
        found = if_there(lambda id_=id_: clients().community.organisation(id_))  # type: ignore[misc]
        if found:
            names[id_] = str(found["name"])
    if any(one["area_id"] for one in offer["quotas"]):
        names |= dict(wards())
    return names


def wards() -> list[tuple[str, str]]:
    """The wards that there are today, by id."""
    ask = clients().community.areas
    found = if_there(lambda: ask(on=now().date().isoformat(), level="ward")) or []
    return [(str(one["id"]), str(one["name"])) for one in found]


def _ask(event: Json, form: Form, refused: Refused) -> Page:
    """Name those who would lose their seats, and ask for exactly these."""
    keep_nowhere()
    losing = refused.members["losing"]
    # How many seats are taken in all; it is not said where these alone have changed.
    taken = int(refused.members.get("confirmed", 0))
    if (least := taken - len(losing)) > int(form["capacity"]):
        form.errors["capacity"] = _(
            "Không giảm xuống dưới %(least)s được: những người còn lại đã vào cửa, hoặc đang chờ duyệt lại."
        ) % {"least": least}
        return show(event, form)
    offer = clients().registrations.offer(event["id"])
    page = render_template(
        "organiser/seats_cut.html",
        event=event,
        offer=offer,
        form=form,
        losing=losing,
        changed=refused.type == "others-would-lose",
    )
    return page, 409, {}


def _said(losing: list[str]) -> str:
    if not losing:
        return _("Đã đổi sức chứa. Người trong danh sách chờ được nhận chỗ ngay nếu có thêm chỗ.")
    number = len(losing)
    words = ngettext(
        "Đã giảm sức chứa. %(number)s người mất chỗ và đang được báo.",
        "Đã giảm sức chứa. %(number)s người mất chỗ và đang được báo.",
        number,
    )
    return words % {"number": number}

"""For whom seats are kept: a row each, looked at from the first on; buttons add, clear and move rows without scripts."""

from __future__ import annotations

from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, request
from werkzeug.wrappers import Response

from services.web import dates
from services.web.clients import Away, Json, Refused, clients, if_there
from services.web.forms import Form, flat
from services.web.pages.organiser import event_in
from services.web.pages.seats import OPEN, names_of, wards
from services.web.rows import Rows, rearrange
from services.web.session import needs_person, now
from services.web.texts import gettext as _

bp = Blueprint("quotas", __name__, url_prefix="/to-chuc/su-kien")

Page = Response | tuple[str, int, dict[str, str]]
QUOTAS = Rows(
    "quotas", ("seats", "whom", "release_at", "name.vi", "name.en"), most=50, kept=("id",)
)
FIRST_TIMERS = "first_timers"


@bp.get("/<uuid:event_id>/cho/phan-bo")
@needs_person
def edit(event_id: UUID) -> Page:
    event = event_in(event_id, *OPEN)
    offer = clients().registrations.offer(str(event_id))
    return _show(event, offer, Form(_typed(offer, event["timezone"])))


@bp.post("/<uuid:event_id>/cho/phan-bo")
@needs_person
def save(event_id: UUID) -> Page:
    """All of them at once. Whoever has a seat keeps it."""
    event = event_in(event_id, *OPEN)
    form = Form(request.form)
    offer = clients().registrations.offer(str(event_id))
    moved = form.typed.pop("up", "")
    if moved:
        _move_up(form, moved)
    if rearrange(form, [QUOTAS]) or moved:
        return _show(event, offer, form)
    wanted = _read(form, dict(_choices(event, offer)), event["timezone"])
    if form.good:
        try:
            clients().registrations.set_quotas(str(event_id), wanted)
        except (Refused, Away) as error:
            if isinstance(error, Refused) and error.status in (401, 403, 404):
                raise
            form.refuse(error)
        else:
            flash(
                _("Đã lưu số chỗ phân bổ. Ai đã có chỗ vẫn giữ chỗ.")
                if wanted
                else _("Không còn giữ chỗ cho ai: mọi chỗ còn lại đều tự do."),
                "ok",
            )
            return redirect(f"/to-chuc/su-kien/{event_id}/cho", 303)
    return _show(event, offer, form)


def _show(event: Json, offer: Json, form: Form) -> Page:
    # The services name what a quota is for by another field than the one choice here.
    for name in [one for one in form.errors if one.endswith((".organisation_id", ".area_id"))]:
        form.errors[f"{name.rpartition('.')[0]}.whom"] = form.errors.pop(name)
    page = render_template(
        "organiser/quotas.html",
        event=event,
        offer=offer,
        form=form,
        rows=QUOTAS.shown(form),
        most=QUOTAS.most,
        choices=_choices(event, offer),
    )
    return page, form.status, form.headers


def _choices(event: Json, offer: Json) -> list[tuple[str, str]]:
    """For whom seats may be kept: partners first, then whoever comes for the first time, areas, and all organisations."""
    near = [*event["partners"], *event.get("co_organisers", ())]
    known = {f"organisation_id:{one['id']}": str(one["name"]) for one in near if one["name"]}
    known[FIRST_TIMERS] = _("Người đến lần đầu")
    known |= {f"area_id:{id_}": name for id_, name in wards()}
    for id_, name in names_of(event, offer).items():
        if any(quota["organisation_id"] == id_ for quota in offer["quotas"]):
            known.setdefault(f"organisation_id:{id_}", name)
    ask = clients().community.organisations
    found = if_there(lambda: ask(on=now().date().isoformat())) or {"items": []}
    for one in found["items"]:
        known.setdefault(f"organisation_id:{one['id']}", str(one["name"]))
    for quota in offer["quotas"]:
        known.setdefault(_whom(quota), str(quota["name"]["vi"]))
    return list(known.items())


def _whom(quota: Json) -> str:
    if quota["first_timers"]:
        return FIRST_TIMERS
    if quota["area_id"]:
        return f"area_id:{quota['area_id']}"
    return f"organisation_id:{quota['organisation_id']}"


def _typed(offer: Json, zone: str) -> dict[str, str]:
    rows = [
        {
            "id": quota["id"],
            "whom": _whom(quota),
            "seats": quota["seats"],
            "release_at": dates.to_field(quota["release_at"], zone),
            "name": quota["name"],
        }
        for quota in offer["quotas"]
    ]
    return flat({"quotas": rows})


def _read(form: Form, choices: dict[str, str], zone: str) -> list[Json]:
    return [_quota(form, f"quotas.{row}", choices, zone) for row in range(QUOTAS.gather(form))]


def _quota(form: Form, row: str, choices: dict[str, str], zone: str) -> Json:
    whom = form.text(f"{row}.whom", required=_("Xin chọn giữ chỗ cho ai, hoặc bỏ trống cả dòng."))
    if whom and whom not in choices:
        form.errors[f"{row}.whom"] = _("Xin chọn một mục trong danh sách.")
    sort, _colon, id_ = whom.partition(":")
    if not form[f"{row}.name.vi"].strip() and not form[f"{row}.name.en"].strip():
        form.typed[f"{row}.name.vi"] = choices.get(whom, "")
    quota: Json = {
        "name": form.both(f"{row}.name"),
        "seats": form.whole(f"{row}.seats", required=_("Xin nhập số chỗ giữ.")),
        "release_at": form.moment(f"{row}.release_at", zone=zone),
    }
    quota |= {FIRST_TIMERS: True} if sort == FIRST_TIMERS else {sort: id_}
    known = form.text(f"{row}.id")
    return quota | ({"id": known} if known else {})


def _move_up(form: Form, row: str) -> None:
    """Exchange a row with the one above it; the focus goes along."""
    name, _dot, number = row.partition(".")
    if name != QUOTAS.name or not number.isdecimal() or len(number) > 3 or int(number) == 0:
        return
    this, above = f"quotas.{int(number)}.", f"quotas.{int(number) - 1}."
    for part in (*QUOTAS.parts, *QUOTAS.kept):
        mine, other = form[this + part], form[above + part]
        form.typed |= {this + part: other, above + part: mine}
    form.focus = f"{above}seats"

"""Changing the events of a series together: all of them, or one and those that follow."""

from __future__ import annotations

from uuid import UUID

from flask import Blueprint, abort, flash, redirect, render_template, request
from werkzeug.wrappers import Response

from services.web import dates
from services.web.clients import Away, Json, Refused, clients
from services.web.forms import Form, flat
from services.web.pages.organiser import reason_of
from services.web.pages.repeating import edited_meanwhile
from services.web.rights import series_edited
from services.web.scope import Scope, is_over, scope_of
from services.web.session import needs_person
from services.web.texts import gettext as _

bp = Blueprint("series_changes", __name__, url_prefix="/to-chuc/chuoi")

Page = Response | tuple[str, int, dict[str, str]]
_MOVES = ("starts_at", "ends_at", "registration_closes_at")
_TIMES = (*_MOVES, "registration_opens_at")
_VENUE = ("name", "room", "address")
_ORDER = (
    "_", "title.vi", "title.en", "summary.vi", "summary.en", "starts_at", "ends_at", "registration_opens_at", "registration_closes_at", "capacity",
    "venue.name", "venue.room", "venue.address", "reason.vi", "reason.en",
)  # fmt: skip


@bp.get("/<uuid:series_id>/sua")
@needs_person
def edit(series_id: UUID) -> Page:
    scope = _changing(series_id)
    return _show(scope, Form(_typed(scope)))


@bp.post("/<uuid:series_id>/sua")
@needs_person
def change(series_id: UUID) -> Page:
    """Save what differs from the events as the form shows them."""
    scope = _changing(series_id)
    form = Form(request.form)
    changes = _changes(form, _typed(scope), zone=scope.series["timezone"])
    if scope.public and any(name in changes for name in _MOVES):
        changes["reason"] = reason_of(form)
    if not form.good:
        return _show(scope, form)
    if not changes:
        flash(_("Bạn chưa thay đổi gì."), "ok")
        return redirect(f"/to-chuc/chuoi/{series_id}", 303)
    try:
        made = clients().events.change_series(
            str(series_id), changes | scope.named, etag=form["etag"]
        )
    except (Refused, Away) as error:
        _take(form, error)
        return _show(scope, form)
    flash(_("Đã lưu cho các buổi của chuỗi. Phần đã sửa riêng ở từng buổi thì giữ nguyên."), "ok")
    return redirect(f"/to-chuc/chuoi/{made['id']}", 303)


def _changing(series_id: UUID) -> Scope:
    """What is changed together; where nothing is left to change, the page of the series says so."""
    scope = scope_of(series_edited(series_id))
    if not scope.changing:
        flash(_("Không còn buổi nào để sửa: buổi đã qua hoặc đã hủy thì giữ nguyên."), "note")
        abort(redirect(f"/to-chuc/chuoi/{series_id}", 303))
    return scope


def _take(form: Form, error: Refused | Away) -> None:
    if isinstance(error, Refused):
        if error.status in (401, 403, 404):
            raise error
        if error.status == 412:
            form.errors["_"] = edited_meanwhile()
            return
    form.refuse(error)
    # What is said of a field that this form has by another name.
    for name, shown in (("rule", "starts_at"), ("reason", "reason.vi"), ("from", "_")):
        if name in form.errors:
            form.errors[shown] = form.errors.pop(name)


def _changes(form: Form, known: dict[str, str], *, zone: str) -> Json:
    """What was typed otherwise than it is, as the API takes it."""

    def differs(*names: str) -> bool:
        return any(name in form.typed and form[name].strip() != known.get(name, "").strip() for name in names)  # fmt: skip

    changes: Json = {}
    form.text("title.vi", required=_("Xin nhập tên sự kiện."))
    for name in ("title", "summary"):
        if differs(f"{name}.vi", f"{name}.en"):
            changes[name] = form.both(name)
    form.text("starts_at", required=_("Xin nhập giờ bắt đầu."))
    # With another start, the others are meant as the form shows them: else they would move along unseen.
    moved = differs("starts_at")
    changes |= {
        name: form.moment(name, zone=zone)
        for name in _TIMES
        if differs(name) or (moved and form[name].strip())
    }
    if differs("capacity"):
        changes["capacity"] = form.whole("capacity", required=_("Xin nhập sức chứa, ví dụ 200."))
    if known.get("venue.name"):
        form.text("venue.name", required=_("Xin nhập nơi tổ chức."))
    venue = {part: form.text(f"venue.{part}") or None for part in _VENUE if differs(f"venue.{part}")}  # fmt: skip
    return changes | ({"venue": venue} if venue else {})


def _show(scope: Scope, form: Form) -> Page:
    form.sort_errors(_ORDER)
    form.typed["timezone"] = scope.series["timezone"]
    page = render_template(
        "organiser/series_edit.html", scope=scope, series=scope.series, form=form, lead=_lead(scope)
    )
    return page, form.status, form.headers


def _lead(scope: Scope) -> Json:
    """The event that shows how the others are: the first that was not moved alone, rather one that lies ahead."""
    as_planned = [one for one in scope.events if one["starts_at"] == one["occurrence"]]
    coming = [one for one in as_planned if not is_over(one) and one["status"] != "cancelled"]
    return (coming or as_planned or scope.events)[0]


def _typed(scope: Scope) -> dict[str, str]:
    """The events as the form's fields; times are those of the first date."""
    lead, zone = _lead(scope), scope.series["timezone"]
    typed = flat({name: lead.get(name) for name in ("title", "summary", "venue", "capacity")})
    first, starts = dates.local(scope.starts_at, zone), dates.local(lead["starts_at"] or scope.starts_at, zone)  # fmt: skip
    # As clocks show them: what is two hours after the start is two hours after every start.
    by = first.replace(tzinfo=None) - starts.replace(tzinfo=None)
    for name in _TIMES:
        if lead[name]:
            there = dates.local(lead[name], zone).replace(tzinfo=None) + by
            typed[name] = there.strftime("%Y-%m-%dT%H:%M")
    return typed | {"etag": scope.series.get("_etag", "")}

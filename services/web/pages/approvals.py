"""Registrations that wait for approval: yes to some at once, or no with a reason that they are told."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, request
from werkzeug.wrappers import Response

from services.web.clients import Away, Json, Refused, clients
from services.web.forms import Form
from services.web.pages.organiser import event_in
from services.web.pages.seats import OPEN
from services.web.security import keep_nowhere
from services.web.session import needs_person
from services.web.texts import gettext as _
from services.web.texts import ngettext

bp = Blueprint("approvals", __name__, url_prefix="/to-chuc/su-kien")

Page = Response | tuple[str, int, dict[str, str]]
AT_ONCE = 100


@bp.get("/<uuid:event_id>/cho/duyet")
@needs_person
def approvals(event_id: UUID) -> Page:
    return _show(event_in(event_id, *OPEN), Form(), [])


@bp.post("/<uuid:event_id>/cho/duyet")
@needs_person
def decide(event_id: UUID) -> Page:
    """One after the other, so that one who cannot be placed keeps none of the others from it."""
    event = event_in(event_id, *OPEN)
    form, chosen = Form(request.form), request.form.getlist("chosen")[:AT_ONCE]
    # Only what waits for this event's organiser.
    pending = {str(one["id"]) for one in _pending(event_id)}
    ids = [id_ for id_ in chosen if id_ in pending]
    asked = clients().registrations
    decline = "decline" in form.typed
    reason = form.text("reason", required=_("Xin nêu lý do; người đăng ký đọc nguyên văn.")) if decline else ""  # fmt: skip
    if len(reason) > 400:
        form.errors["reason"] = _("Xin viết ngắn hơn 400 ký tự.")
    if not chosen:
        form.errors["chosen"] = _("Xin chọn ít nhất một người.")
    if not form.good:
        return _show(event, form, chosen)
    act = (lambda id_: asked.decline(id_, reason=reason)) if decline else asked.approve
    done, refused = _each(ids, act)
    if done or not refused:
        flash(_said(done, missed=len(chosen) - len(ids)), "ok")
    for why, number in refused.items():
        flash(f"{number}: {why}" if number > 1 else why, "note")
    return redirect(f"/to-chuc/su-kien/{event_id}/cho/duyet", 303)


def _each(ids: list[str], act: Callable[[str], Json]) -> tuple[Counter[str], Counter[str]]:
    """How many became what, and how many were refused why; what a service is away for stays as it is."""
    done: Counter[str] = Counter()
    refused: Counter[str] = Counter()
    for id_ in ids:
        try:
            done[str(act(id_)["status"])] += 1
        except Refused as error:
            if error.status in (401, 403):
                raise
            refused[error.detail or error.title] += 1
        except Away:
            left = len(ids) - sum(done.values()) - sum(refused.values())
            refused[
                _("Hệ thống đang bận: %(left)s người vẫn chờ duyệt; xin thử lại.") % {"left": left}
            ] += 1
            break
    return done, refused


def _said(done: Counter[str], *, missed: int) -> str:
    words = {
        "confirmed": ngettext("%(num)s người có chỗ", "%(num)s người có chỗ", done["confirmed"]),
        "waitlisted": ngettext(
            "%(num)s người vào danh sách chờ",
            "%(num)s người vào danh sách chờ",
            done["waitlisted"],
        ),
        "declined": ngettext(
            "%(num)s người không được duyệt", "%(num)s người không được duyệt", done["declined"]
        ),
    }
    parts = [words[key] % {"num": done[key]} for key in words if done[key]]
    if not parts:
        return _("Những đăng ký này đã được xử lý từ trước.")
    said = _("Đã ghi: %(what)s. Họ đang được báo qua thư và hộp thư.") % {"what": ", ".join(parts)}
    return said + (" " + _("Phần còn lại đã được xử lý từ trước.") if missed else "")


def _pending(event_id: UUID) -> list[Json]:
    return clients().registrations.all_attendees(str(event_id), status="pending", most=AT_ONCE)


def _show(event: Json, form: Form, chosen: list[str]) -> Page:
    keep_nowhere()
    page = render_template(
        "organiser/approvals.html",
        event=event,
        offer=clients().registrations.offer(event["id"]),
        pending=_pending(UUID(event["id"])),
        form=form,
        chosen=chosen,
    )
    return page, form.status, {}

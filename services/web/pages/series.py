"""A series: its rule in words, its dates, and the steps that are taken for all of them."""

from __future__ import annotations

from collections.abc import Callable
from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, request
from werkzeug.wrappers import Response

from services.web.clients import Away, Json, Refused, clients, if_there
from services.web.forms import Form
from services.web.pages.organiser import reason_of
from services.web.rights import may_edit, series_edited, series_led
from services.web.rule_words import in_words
from services.web.scope import Scope, invited_to, scope_of
from services.web.session import needs_person
from services.web.texts import gettext as _

bp = Blueprint("series", __name__, url_prefix="/to-chuc/chuoi")

Page = Response | tuple[str, int, dict[str, str]]


@bp.get("/<uuid:series_id>")
@needs_person
def show(series_id: UUID) -> Page:
    return _show("organiser/series.html", Scope(series_led(series_id), None), Form())


@bp.get("/<uuid:series_id>/cong-bo")
@needs_person
def ask_to_publish(series_id: UUID) -> Page:
    """All its drafts, and what they are warned of, before anybody is told."""
    scope = Scope(series_edited(series_id), None)
    return _show("organiser/series_publish.html", scope, Form(), warned=_warned(scope))


@bp.post("/<uuid:series_id>/cong-bo")
@needs_person
def publish(series_id: UUID) -> Page:
    scope = Scope(series_edited(series_id), None)
    if not scope.drafts:
        return _nothing_left(scope, _("Chuỗi này không còn bản nháp nào."))
    form, warned = Form(request.form), _warned(scope)
    why = _("Xin nêu lý do vẫn công bố; lý do được lưu lại.")
    accept = [
        {"rule": rule, "reason": {"vi": form.text(f"accept.{rule}", required=why)}}
        for rule, one in (warned or {}).items()
        if one["must_be_accepted"]
    ]
    act = lambda: clients().events.publish_series(str(series_id), accept=accept)  # noqa: E731
    done = _("Đã công bố các bản nháp của chuỗi.")
    if invited_to(scope.drafts):
        done += " " + _("Thư mời đang được gửi đến các đơn vị phối hợp.")
    return _step("organiser/series_publish.html", scope, form, act, done, warned=warned)


@bp.get("/<uuid:series_id>/huy")
@needs_person
def ask_to_cancel(series_id: UUID) -> Page:
    return _show("organiser/series_cancel.html", scope_of(series_edited(series_id)), Form())


@bp.post("/<uuid:series_id>/huy")
@needs_person
def cancel(series_id: UUID) -> Page:
    scope = scope_of(series_edited(series_id))
    if not scope.public:
        return _nothing_left(scope, _("Không còn buổi nào để hủy."))
    form = Form(request.form)
    wish = {"reason": reason_of(form)} | scope.named
    act = lambda: clients().events.cancel_series(str(series_id), wish)  # noqa: E731
    done = _("Đã hủy. Những người đã đăng ký và đơn vị phối hợp đang được báo kèm lý do.")
    return _step("organiser/series_cancel.html", scope, form, act, done)


def _step(
    template: str, scope: Scope, form: Form, act: Callable[[], object], done: str, **more: object
) -> Page:
    """Do one thing to a series and say so, or show its form again with what is wrong."""
    if form.good:
        try:
            act()
        except (Refused, Away) as error:
            if isinstance(error, Refused) and error.status in (401, 403, 404):
                raise
            form.refuse(error)
        else:
            flash(done, "ok")
            return redirect(f"/to-chuc/chuoi/{scope.series['id']}", 303)
    return _show(template, scope, form, **more)


def _nothing_left(scope: Scope, why: str) -> Page:
    """Somebody was faster, or the button was pressed twice: nothing more is done, and nobody is told again."""
    flash(why, "note")
    return redirect(f"/to-chuc/chuoi/{scope.series['id']}", 303)


def _show(template: str, scope: Scope, form: Form, **more: object) -> Page:
    series = scope.series
    outside = set(series["outside"])
    page = render_template(
        template,
        scope=scope,
        series=series,
        form=form,
        words=in_words(series["rule"], series["starts_at"], series["timezone"]),
        partners=invited_to(scope.drafts),
        invitations=sum(len(invited_to([draft])) for draft in scope.drafts),
        # A reason stands on the page itself; what a draft lacks is said on that of the series.
        at="" if _is_asked_here(form) else f"/to-chuc/chuoi/{series['id']}/sua",
        outside=[one for one in series["events"] if one["id"] in outside],
        edits=may_edit(str(series["organisation_id"])),
        **more,
    )
    return page, form.status, form.headers


def _is_asked_here(form: Form) -> bool:
    return any(name.startswith(("accept.", "reason")) for name in form.errors)


def _warned(scope: Scope) -> dict[str, Json] | None:
    """What the drafts are warned of, by rule, with the events that are; None where nobody knows now."""

    def ask() -> dict[str, Json]:
        found: dict[str, Json] = {}
        drafts = {event["id"]: event for event in scope.drafts}
        for one in clients().events.series_warnings(scope.series["id"]):
            if event := drafts.get(one["event_id"]):
                known = found.setdefault(one["rule"], {**one, "must_be_accepted": False, "events": []})  # fmt: skip
                known["must_be_accepted"] |= one["must_be_accepted"] and not one["accepted"]
                known["events"].append((event, one["about"]))
        return found

    return if_there(ask)

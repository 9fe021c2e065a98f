"""How an event repeats: said in a plain form, looked at date by date, and only then kept."""

from __future__ import annotations

from uuid import UUID

from flask import Blueprint, abort, flash, redirect, render_template, request
from werkzeug.wrappers import Response

from services.web import dates, rule_form
from services.web.clients import Away, Json, Refused, clients
from services.web.forms import Form
from services.web.pages.organiser import event_in
from services.web.rights import series_edited
from services.web.rule_words import in_words
from services.web.scope import Scope, by_day, scope_of
from services.web.session import needs_person, now
from services.web.texts import gettext as _

bp = Blueprint("repeating", __name__, url_prefix="/to-chuc")

Page = Response | tuple[str, int, dict[str, str]]


@bp.get("/su-kien/<uuid:event_id>/lap-lai")
@needs_person
def ask_to_repeat(event_id: UUID) -> Page:
    event = _repeatable(event_id)
    start = dates.local(event["starts_at"], event["timezone"])
    return _show_event(event, Form(rule_form.usual(start)), None)


@bp.post("/su-kien/<uuid:event_id>/lap-lai")
@needs_person
def repeat(event_id: UUID) -> Page:
    """Show the dates; make the series when the dates that were shown are wanted."""
    event = _repeatable(event_id)
    form = Form(request.form)
    preview = _preview(form, event["starts_at"], event["timezone"])
    if preview and _wanted(form, preview):
        try:
            made = clients().events.begin_series(
                str(event_id), preview["rule"], key=f"web-{form.nonce}"
            )
        except (Refused, Away) as error:
            _take(form, error)
        else:
            flash(_("Đã tạo chuỗi. Mỗi ngày là một bản nháp; chưa ai được báo."), "ok")
            return redirect(f"/to-chuc/chuoi/{made['id']}", 303)
    return _show_event(event, form, preview)


@bp.get("/chuoi/<uuid:series_id>/quy-tac")
@needs_person
def ask_to_change(series_id: UUID) -> Page:
    scope = scope_of(series_edited(series_id))
    series = scope.series
    typed = rule_form.read_back(series["rule"], scope.starts_at, series["timezone"])
    if "count" in typed and scope.since:
        typed["count"] = str(_left(scope))
        if "rule" in typed:
            typed["rule"] = _with_count(typed["rule"], typed["count"])
    return _show_series(scope, Form(typed | {"etag": series.get("_etag", "")}), None)


@bp.post("/chuoi/<uuid:series_id>/quy-tac")
@needs_person
def change(series_id: UUID) -> Page:
    """Show what the other rule means for the events that there are; change it when that is wanted."""
    scope = scope_of(series_edited(series_id))
    series, form = scope.series, Form(request.form)
    preview = _preview(form, scope.starts_at, series["timezone"])
    reasons = {name: form.both(name) for name in ("reason", "cancel_reason")}
    if preview and form.good and _wanted(form, preview):
        body = {"rule": preview["rule"]} | scope.named
        body |= {name: reason for name, reason in reasons.items() if reason}
        try:
            made = clients().events.change_series(str(series_id), body, etag=form["etag"])
        except (Refused, Away) as error:
            _take(form, error)
        else:
            flash(_("Đã đổi quy tắc lặp."), "ok")
            return redirect(f"/to-chuc/chuoi/{made['id']}", 303)
    return _show_series(scope, form, preview)


def _repeatable(event_id: UUID) -> Json:
    """A draft that can be repeated; of another event, the page that is the next step."""
    event = event_in(event_id, "draft")
    if event["series_id"]:
        abort(redirect(f"/to-chuc/chuoi/{event['series_id']}", 303))
    if not event["starts_at"]:
        flash(_("Xin nhập giờ bắt đầu và lưu bản nháp trước; quy tắc lặp tính từ đó."), "note")
        abort(redirect(f"/to-chuc/su-kien/{event_id}/sua", 303))
    return event


def _preview(form: Form, starts_at: str, zone: str) -> Json | None:
    """The dates of the rule that the form says; None where it says none, and why is said at its field."""
    rule = rule_form.built(form, dates.local(starts_at, zone))
    if not form.good:
        return None
    try:
        return clients().events.preview_series(rule, starts_at=starts_at, timezone=zone)
    except (Refused, Away) as error:
        _take(form, error)
        return None


def _wanted(form: Form, preview: Json) -> bool:
    """Whether these dates, and no others, were looked at."""
    return form["step"] == "keep" and form["previewed"] == preview["rule"]


def _take(form: Form, error: Refused | Away) -> None:
    if isinstance(error, Away):
        form.refuse(error)
        return
    if error.status in (401, 403, 404):
        raise error
    if error.status == 412:
        form.errors["_"] = edited_meanwhile()
        return
    rule_form.refuse(form, error)


def edited_meanwhile() -> str:
    """What to do when somebody else was faster."""
    return _(
        "Có người vừa sửa chuỗi này. Nội dung bạn nhập vẫn còn đây: xin chép lại phần cần giữ, mở lại trang rồi lưu."
    )


def _show_event(event: Json, form: Form, preview: Json | None) -> Page:
    return _show("organiser/repeat.html", form, event["starts_at"], event["timezone"], preview, event=event)  # fmt: skip


def _show_series(scope: Scope, form: Form, preview: Json | None) -> Page:
    zone = scope.series["timezone"]
    given = rule_form.days_of(preview) if preview else set()
    there = by_day(scope.events, zone)
    gone = [one for day, one in there.items() if preview and day not in given]
    return _show(
        "organiser/rule.html",
        form,
        scope.starts_at,
        zone,
        preview,
        scope=scope,
        series=scope.series,
        there=set(there),
        dropped=[one for one in gone if one["status"] == "draft"],
        leaving=[one for one in gone if one in scope.public],
        ahead=now(),
    )


def _show(
    template: str, form: Form, starts_at: str, zone: str, preview: Json | None, **more: object
) -> Page:
    form.sort_errors(rule_form.ORDER)
    page = render_template(
        template,
        form=form,
        preview=preview,
        words=in_words(preview["rule"], starts_at, zone) if preview else "",
        zone=zone,
        starts_at=starts_at,
        month_choices=rule_form.month_choices(dates.local(starts_at, zone)),
        week_choices=rule_form.week_choices(),
        **more,
    )
    return page, form.status, form.headers


def _left(scope: Scope) -> int:
    """How many dates of its rule a series has from where the scope begins."""
    series = scope.series
    ask = clients().events.preview_series
    found = ask(series["rule"], starts_at=series["starts_at"], timezone=series["timezone"])
    begins = dates.local(scope.starts_at)
    return sum(dates.local(moment) >= begins for moment in found["dates"])


def _with_count(rule: str, count: str) -> str:
    parts = [part for part in rule.split(";") if not part.startswith("COUNT=")]
    return ";".join([*parts, f"COUNT={count}"])

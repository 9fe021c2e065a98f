"""The organiser's form of an event: what is asked of those who register, and what they answered."""

from __future__ import annotations

from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, request
from werkzeug.wrappers import Response

from services.web import form_rows
from services.web.asked import prepared
from services.web.clients import Away, Json, Refused, clients, if_there
from services.web.forms import Form
from services.web.rights import event_edited
from services.web.security import keep_nowhere
from services.web.session import needs_person
from services.web.texts import gettext as _
from services.web.texts import language

bp = Blueprint("forms", __name__, url_prefix="/to-chuc/su-kien")

Page = Response | str | tuple[str, int, dict[str, str]]


@bp.get("/<uuid:event_id>/phieu")
@needs_person
def edit(event_id: UUID) -> Page:
    event = event_edited(event_id)
    if event["status"] == "draft":
        return render_template("organiser/form_later.html", event=event)
    known = clients().registrations.form(str(event_id))
    form = Form({"etag": known.get("_etag", "*"), "retention_days": str(known["retention_days"])})
    form_rows.put(form, form_rows.typed(known["fields"]))
    return _show(event, form, known["fields"], days=known["retention_days"])


@bp.post("/<uuid:event_id>/phieu")
@needs_person
def change(event_id: UUID) -> Page:
    """Save the form as it stands on the page, or do what one of its buttons says, which saves nothing."""
    event, form = event_edited(event_id), Form(request.form)
    preview = form.typed.pop("preview", None) is not None
    if form_rows.rearrange(form, _templates()):
        return _show(event, form)
    wanted = form_rows.read(form)
    if preview and form.good:
        form.focus = "preview"
        return _show(event, form, wanted["fields"], days=wanted["retention_days"])
    if form.good:
        try:
            clients().registrations.set_form(str(event_id), wanted, etag=form["etag"])
        except (Refused, Away) as error:
            _take(form, error)
        else:
            flash(_("Đã lưu phiếu đăng ký. Ai đã trả lời giữ nguyên câu trả lời của mình."), "ok")
            return redirect(f"/to-chuc/su-kien/{event_id}/phieu", 303)
    return _show(event, form)


@bp.get("/<uuid:event_id>/cau-tra-loi")
@needs_person
def answers(event_id: UUID) -> Page:
    """How often each choice was made, and the answers one by one; no names."""
    keep_nowhere()
    event = event_edited(event_id)
    asked = prepared(clients().registrations.form(str(event_id)))
    found = clients().registrations.answers(str(event_id), cursor=request.args.get("cursor"))
    return render_template(
        "organiser/answers.html",
        event=event,
        asked=asked,
        counts=clients().registrations.answer_counts(str(event_id)),
        found=found,
        plain=plain,
    )


def plain(number: float) -> str:
    """3 and 3,5, as people write them."""
    written = f"{number:.2f}".rstrip("0").rstrip(".")
    return written if language() == "en" else written.replace(".", ",")


def _take(form: Form, error: Refused | Away) -> None:
    if isinstance(error, Refused):
        if error.status in (401, 403, 404):
            raise error
        if error.status == 412:
            form.errors["_"] = _(
                "Có người vừa sửa phiếu này. Nội dung bạn nhập vẫn còn đây: xin chép lại phần cần giữ, mở lại trang rồi lưu."
            )
            return
    form.refuse(error)
    form_rows.at_their_fields(form)


def _templates() -> list[Json]:
    return if_there(clients().registrations.form_templates) or []


def _show(event: Json, form: Form, fields: list[Json] | None = None, *, days: int = 0) -> Page:
    """`fields` are shown as who registers sees them."""
    form.sort_errors(("_", form_rows.NAME, "retention_days"))
    rows = form_rows.rows_of(form)
    page = render_template(
        "organiser/form_fields.html",
        event=event,
        form=form,
        rows=rows,
        options=[len(form_rows.options_of(row)) for row in rows],
        conditions=[form_rows.conditions(rows, number) for number in range(len(rows))],
        kinds=form_rows.kinds(),
        templates=form_rows.labels(_templates()),
        most=form_rows.MOST,
        most_options=form_rows.MOST_OPTIONS,
        seen=prepared({"fields": fields, "retention_days": days}) if fields else None,
        blank=Form(),
    )
    return page, form.status, form.headers

"""Taking back a programme that was begun by mistake."""

from __future__ import annotations

from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, request
from werkzeug.wrappers import Response

from services.web.clients import Away, Json, Refused, clients
from services.web.forms import Form
from services.web.pages.year import programme_edited, year_page
from services.web.session import needs_person
from services.web.texts import gettext as _

bp = Blueprint("programme_deletion", __name__, url_prefix="/to-chuc/nam")

Page = Response | tuple[str, int, dict[str, str]]


@bp.get("/<uuid:programme_id>/xoa")
@needs_person
def ask_to_delete(programme_id: UUID) -> Page:
    programme = programme_edited(programme_id)
    return _show(programme, Form({"etag": programme.get("_etag", "")}))


@bp.post("/<uuid:programme_id>/xoa")
@needs_person
def delete(programme_id: UUID) -> Page:
    """Delete it; where it is gone already, say so and go on."""
    try:
        programme = programme_edited(programme_id)
    except Refused as error:
        if error.status != 404:
            raise
        flash(_("Chương trình này không còn nữa."), "note")
        return redirect("/to-chuc/nam", 303)
    form = Form(request.form)
    try:
        clients().events.delete_programme(str(programme_id), etag=form["etag"])
    except (Refused, Away) as error:
        if isinstance(error, Refused) and error.status in (401, 403, 404):
            raise
        form.refuse(error)
        if isinstance(error, Refused) and error.status == 412:
            form.errors["_"] = _("Có người vừa sửa chương trình này; xin xem lại trước khi xóa.")
            form.typed["etag"] = programme.get("_etag", "")
        return _show(programme, form)
    flash(_("Đã xóa chương trình."), "ok")
    return redirect(year_page(programme), 303)


def _show(programme: Json, form: Form) -> Page:
    page = render_template(
        "organiser/programme_delete.html",
        programme=programme,
        form=form,
        back=year_page(programme),
        events=[*(e for item in programme["items"] for e in item["events"]), *programme["other_events"]],
    )  # fmt: skip
    return page, form.status, form.headers

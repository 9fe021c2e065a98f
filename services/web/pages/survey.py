"""What those who came thought of an event: asked once, answered for nobody to know who."""

from __future__ import annotations

from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, request
from werkzeug.wrappers import Response

from services.web.clients import Away, Json, Refused, clients
from services.web.forms import Form
from services.web.security import keep_nowhere
from services.web.session import needs_person
from services.web.texts import gettext as _

bp = Blueprint("survey", __name__, url_prefix="/khao-sat")

Page = Response | tuple[str, int, dict[str, str]]
LONGEST_TEXT = 1000


@bp.get("/<uuid:registration_id>")
@needs_person
def questions(registration_id: UUID) -> Page:
    return _show(registration_id, Form())


@bp.post("/<uuid:registration_id>")
@needs_person
def answer(registration_id: UUID) -> Page:
    """Send it, once; a second press is told that one has answered."""
    asked = clients().registrations
    survey = asked.own_survey(str(registration_id))
    form = Form(request.form)
    answers = _read(form, survey["questions"])
    if form.good:
        try:
            asked.answer_survey(str(registration_id), answers)
        except Refused as refused:
            if refused.status in (401, 403, 404):
                raise
            if refused.type in ("survey-answered", "survey-closed", "survey-not-open"):
                return redirect(f"/khao-sat/{registration_id}", 303)
            form.refuse(refused)
        except Away as away:
            form.refuse(away)
        else:
            flash("answered", "result")
            return redirect(f"/khao-sat/{registration_id}", 303)
    return _show(registration_id, form)


def _read(form: Form, asked: list[Json]) -> Json:
    """The answers by question; what was left out is left out."""
    answers: Json = {}
    for question in asked:
        name = f"answers.{question['key']}"
        wanted = _("Xin trả lời câu này.") if question["required"] else ""
        value = form.text(name, required=wanted)
        if not value:
            continue
        if question["kind"] == "text" and len(value) > LONGEST_TEXT:
            form.errors[name] = _("Xin viết ngắn hơn 1000 ký tự.")
        scale = question["kind"] == "scale"
        answers[question["key"]] = int(value) if scale and value in "12345" else value
    return answers


def _show(registration_id: UUID, form: Form) -> Page:
    keep_nowhere()
    asked = clients().registrations
    page = render_template(
        "survey.html",
        registration=asked.registration(str(registration_id)),
        survey=asked.own_survey(str(registration_id)),
        form=form,
    )
    return page, form.status, form.headers

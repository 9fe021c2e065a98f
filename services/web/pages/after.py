"""After an event: who came, and what they thought of it, as far as it tells of nobody."""

from __future__ import annotations

from functools import partial
from typing import Any
from uuid import UUID

from flask import Blueprint, abort, flash, redirect, render_template, request
from werkzeug.wrappers import Response

from services.web.clients import Away, Json, Refused, clients, if_there
from services.web.forms import Form, flat
from services.web.pages.organiser import event_in
from services.web.pages.seats import PUBLIC, names_of
from services.web.rights import leads, may_edit
from services.web.rows import Rows, rearrange
from services.web.session import STAFF, claims, needs_person
from services.web.texts import gettext as _

bp = Blueprint("after", __name__, url_prefix="/to-chuc/su-kien")

Page = str | Response | tuple[str, int, dict[str, str]]
QUESTIONS = Rows(
    "questions", ("text.vi", "text.en", "kind", "options", "required"), most=20, kept=("key",)
)
LONGEST_OPEN, MOST_OPTIONS = 60, 10
_MOST_ORGANISATIONS = 10


@bp.get("/<uuid:event_id>/tham-du")
@needs_person
def attendance(event_id: UUID) -> str:
    """Who had a place and who came: of all for those who lead, of its own members for any other organisation."""
    event = clients().events.event(str(event_id))
    owner = str(event["organisation"]["id"])
    asked = clients().registrations
    found: Json | None = None
    members: list[Json] = []
    names: dict[str, str] = {}
    try:
        if leads(owner):
            found = asked.attendance(str(event_id))
            names = _names(event, found)
        else:
            members = [asked.attendance_of_members(str(event_id), id_) for id_ in _own(owner)]
            names = {id_: _name(id_) for id_ in _own(owner)}
    except Refused as refused:
        if refused.type != "event-not-over":
            raise
    if not leads(owner) and not _own(owner):
        abort(404)
    return render_template(
        "organiser/attendance.html",
        event=event,
        found=found,
        members=members,
        names=names,
        leads=leads(owner),
    )


@bp.get("/<uuid:event_id>/khao-sat")
@needs_person
def results(event_id: UUID) -> str:
    """How many have answered; once the survey is closed, what."""
    event = clients().events.event(str(event_id))
    owner = str(event["organisation"]["id"])
    if event["status"] == "draft" or not leads(owner):
        abort(404)
    return render_template(
        "organiser/survey.html",
        event=event,
        found=clients().registrations.survey_results(str(event_id)),
        edits=may_edit(owner),
    )


@bp.get("/<uuid:event_id>/khao-sat/sua")
@needs_person
def edit(event_id: UUID) -> Page:
    event = event_in(event_id, *PUBLIC)
    survey = clients().registrations.survey(str(event_id))
    return _show(event, Form(_typed(survey)))


@bp.post("/<uuid:event_id>/khao-sat/sua")
@needs_person
def save(event_id: UUID) -> Page:
    event = event_in(event_id, *PUBLIC)
    form = Form(request.form)
    if "ready-made" in form.typed:
        return _save(event, form, None)
    if rearrange(form, [QUESTIONS]):
        return _show(event, form)
    return _save(event, form, _read(form))


def _save(event: Json, form: Form, questions: list[Json] | None) -> Page:
    wrong = _("Xin nhập số ngày từ 1 đến 60.")
    days = form.number("days", least=1, most=LONGEST_OPEN, wrong=wrong)
    if days is None or days != int(days):
        form.errors["days"] = wrong
    if questions == []:
        form.errors["_"] = _("Xin viết ít nhất một câu hỏi.")
    if form.good:
        try:
            clients().registrations.ask_in_survey(
                event["id"], questions=questions, days=int(days or 0)
            )
        except (Refused, Away) as error:
            if isinstance(error, Refused) and error.status in (401, 403, 404):
                raise
            form.refuse(error)
        else:
            flash(_("Đã lưu khảo sát."), "ok")
            return redirect(f"/to-chuc/su-kien/{event['id']}/khao-sat", 303)
    return _show(event, form)


def _show(event: Json, form: Form) -> Page:
    kinds = [
        ("scale", _("Thang điểm từ 1 đến 5")),
        ("choice", _("Chọn một câu trả lời")),
        ("text", _("Viết tự do")),
    ]
    page = render_template(
        "organiser/survey_edit.html",
        event=event,
        form=form,
        rows=QUESTIONS.shown(form),
        most=QUESTIONS.most,
        kinds=kinds,
    )
    return page, form.status, form.headers


def _typed(survey: Json) -> dict[str, str]:
    rows = [
        {
            "key": one["key"],
            "kind": one["kind"],
            "text": one["text"],
            "required": "1" if one["required"] else "",
            "options": "\n".join(_line(option) for option in one["options"]),
        }
        for one in survey["questions"]
    ]
    return flat({"questions": rows, "days": survey["days"]})


def _line(option: Json) -> str:
    """An answer to choose as it is typed: its Vietnamese, and its English behind a slash."""
    text = option["text"]
    return f"{text['vi']} / {text['en']}" if text.get("en") else str(text["vi"])


def _read(form: Form) -> list[Json]:
    rows = [f"questions.{number}" for number in range(QUESTIONS.gather(form))]
    used = {form[f"{row}.key"] for row in rows}
    return [_question(form, row, _key(form, row, number, used)) for number, row in enumerate(rows)]


def _key(form: Form, row: str, number: int, used: set[str]) -> str:
    """Its own, or one that no other question has."""
    key = form[f"{row}.key"] or next(
        name for n in range(number, 1000) if (name := f"q{n + 1}") not in used
    )
    used.add(key)
    form.typed[f"{row}.key"] = key
    return key


def _question(form: Form, row: str, key: str) -> Json:
    form.text(
        f"{row}.text.vi", required=_("Xin viết câu hỏi bằng tiếng Việt, hoặc bỏ trống cả phần.")
    )
    kind = form.text(f"{row}.kind", required=_("Xin chọn cách trả lời."))
    lines = [line.strip() for line in form[f"{row}.options"].split("\n") if line.strip()]
    if kind == "choice" and not 2 <= len(lines) <= MOST_OPTIONS:
        form.errors[f"{row}.options"] = _("Xin viết từ 2 đến 10 câu trả lời, mỗi dòng một câu.")
    return {
        "key": key,
        "kind": kind,
        "text": form.both(f"{row}.text"),
        "required": form[f"{row}.required"] == "1",
        "options": [_option(line, n) for n, line in enumerate(lines)] if kind == "choice" else [],
    }


def _option(line: str, number: int) -> Json:
    vi, slash, en = line.rpartition(" / ")
    text: dict[str, Any] = {"vi": vi.strip(), "en": en.strip()} if slash else {"vi": line}
    return {"key": f"o{number + 1}", "text": text}


def _own(owner: str) -> list[str]:
    """The other organisations for which the person works."""
    held = (str(id_) for id_, role in claims().get("roles", []) if role in STAFF)
    return sorted({id_ for id_ in held if id_ != owner})[:_MOST_ORGANISATIONS]


def _names(event: Json, found: Json) -> dict[str, str]:
    rows = found["by_organisation"] or []
    wanted = [{"organisation_id": one["organisation_id"], "area_id": None} for one in rows]
    return names_of(event, {"quotas": wanted})


def _name(organisation_id: str) -> str:
    found = if_there(partial(clients().community.organisation, organisation_id))
    return str(found["name"]) if found else _("Đơn vị của bạn")

"""Registering colleagues of the same business: a page of its own, reached from one's ticket."""

from __future__ import annotations

from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, request
from werkzeug.wrappers import Response

from services.web.asked import asked_by
from services.web.clients import Away, Json, Refused, clients, if_there
from services.web.forms import Form
from services.web.places import place_of
from services.web.security import keep_nowhere
from services.web.session import needs_person, now
from services.web.texts import gettext as _
from services.web.texts import ngettext

bp = Blueprint("colleagues", __name__)

ROWS, MOST_ROWS = 3, 10
Page = Response | tuple[str, int, dict[str, str]]


@bp.get("/su-kien/<uuid:event_id>/dong-nghiep")
@needs_person
def form(event_id: UUID) -> Page:
    return _show(str(event_id), Form())


@bp.post("/su-kien/<uuid:event_id>/dong-nghiep")
@needs_person
def register(event_id: UUID) -> Page:
    """Register those who have a name; pressing twice registers once."""
    typed = Form(request.form)
    if "more" in typed.typed:
        typed.focus = f"people.{_rows(typed)}.name"
        return _show(str(event_id), typed, rows=MOST_ROWS)
    people, places = _people(typed)
    if not people and typed.good:
        typed.errors["people.0.name"] = _("Xin nhập họ tên của ít nhất một đồng nghiệp.")
    if typed.good:
        group = {"people": people, "together": typed.ticked("together")}
        try:
            done = clients().nominations.register_group(
                str(event_id), group, key=f"web-{typed.nonce}"
            )
        except Refused as refused:
            if refused.status in (401, 403, 404):
                raise
            typed.refuse(refused)
            typed.errors = {_on_page(name, places): said for name, said in typed.errors.items()}
        except Away as away:
            typed.refuse(away)
        else:
            flash(_said(done), "ok")
            return redirect("/toi", 303)
    return _show(str(event_id), typed)


def _people(typed: Form) -> tuple[list[Json], list[int]]:
    """Those who have a name, and in which row of the page each stands."""
    people: list[Json] = []
    places: list[int] = []
    for row in range(MOST_ROWS):
        name, phone = typed.text(f"people.{row}.name"), typed.phone(f"people.{row}.phone")
        if phone and not name:
            typed.errors[f"people.{row}.name"] = _("Xin nhập họ tên của người này.")
        if name:
            people.append({"name": name} | ({"phone": phone} if phone else {}))
            places.append(row)
    return people, places


def _on_page(name: str, places: list[int]) -> str:
    """The field on the page that a field of the request came from."""
    parts = name.split(".")
    if len(parts) == 3 and parts[0] == "people" and parts[1].isdecimal():
        return f"people.{places[int(parts[1])]}.{parts[2]}"
    return "_"


def _said(done: list[Json]) -> str:
    seated = sum(one["status"] == "confirmed" for one in done)
    if seated == len(done):
        return ngettext(
            "Đã đăng ký cho %(num)s đồng nghiệp. Mỗi người có vé riêng ở dưới đây.",
            "Đã đăng ký cho %(num)s đồng nghiệp. Mỗi người có vé riêng ở dưới đây.",
            seated,
        ) % {"num": seated}
    said = _(
        "Đã đăng ký cho %(all)s đồng nghiệp: %(seated)s người có chỗ, những người còn lại trong danh sách chờ hoặc chờ duyệt."
    )
    return said % {"all": len(done), "seated": seated}


def _rows(typed: Form) -> int:
    """How many rows there are to be, so that everything that was typed stands on the page."""
    filled = [row for row in range(MOST_ROWS) if typed.holds(f"people.{row}")]
    return max(ROWS, *(row + 1 for row in filled)) if filled else ROWS


def _show(event_id: str, typed: Form, *, rows: int = 0) -> Page:
    keep_nowhere()
    event = clients().events.event(event_id)
    offer = if_there(lambda: clients().registrations.offer(event_id))
    asked = asked_by(event_id)
    page = render_template(
        "colleagues.html",
        event=event,
        place=place_of(event, offer, now=now()),
        form=typed,
        questions=sum(field["required"] for field in (asked or {"fields": []})["fields"]),
        rows=max(rows, _rows(typed)),
        most=MOST_ROWS,
    )
    return page, typed.status, typed.headers

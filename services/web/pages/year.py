"""The year at a glance: what an organisation owes, how far it is, and what to do next. Programmes are copied from here."""

from __future__ import annotations

from uuid import UUID

from flask import Blueprint, abort, redirect, render_template, request
from werkzeug.wrappers import Response

from services.web import dates
from services.web.clients import Away, Json, Refused, clients
from services.web.forms import Form
from services.web.owed import numbered, pressing
from services.web.pages.organiser import organisations
from services.web.rights import leads, may_edit
from services.web.session import needs_person, now
from services.web.strip import strip
from services.web.texts import gettext as _

bp = Blueprint("year", __name__, url_prefix="/to-chuc/nam")

Page = str | Response | tuple[str, int, dict[str, str]]
_FIRST_YEAR, _LAST_YEAR = 1900, 2199


@bp.get("")
@needs_person
def year() -> str:
    """A year of one organisation: first what is late or missing, then all of it."""
    own = [one for one in organisations() if leads(str(one["id"]))]
    asked = request.args.get("don-vi") or (str(own[0]["id"]) if own else "")
    organisation = next((one for one in own if one["id"] == asked), None)
    if organisation is None:
        abort(404)
    this_year = dates.year_of(now())
    shown = year_asked(this_year)
    programmes = clients().events.programmes(organisation_id=asked, year=shown)
    owed, today = numbered(programmes), dates.today(now())
    others = [event for programme in programmes for event in programme["other_events"]]
    before = (
        [] if programmes else clients().events.programmes(organisation_id=asked, year=shown - 1)
    )
    return render_template(
        "organiser/year.html",
        own=own,
        organisation=organisation,
        edits=may_edit(asked),
        year=shown,
        this_year=this_year,
        programmes=programmes,
        owed=owed,
        pressing=pressing(owed),
        strip=strip(shown, owed, others, today=today),
        kinds=kind_names(),
        before=before,
        today=today,
    )


@bp.get("/<uuid:programme_id>/sao-chep")
@needs_person
def ask_to_copy(programme_id: UUID) -> Page:
    programme = programme_edited(programme_id)
    return _copying(programme, Form({"year": str(programme["year"] + 1)}))


@bp.post("/<uuid:programme_id>/sao-chep")
@needs_person
def copy(programme_id: UUID) -> Page:
    """Make the programme of another year, and show what came of it; sent again, the same is shown."""
    programme = programme_edited(programme_id)
    form = Form(request.form)
    wanted = year_of(form)
    if wanted is not None:
        try:
            made = clients().events.copy_programme(
                str(programme_id), year=wanted, key=f"web-{form.nonce}"
            )
        except (Refused, Away) as error:
            if isinstance(error, Refused) and error.status in (401, 403, 404):
                raise
            form.refuse(error)
        else:
            were = _events_of(programme)
            copied = [(one, were.get(one["copy_of"])) for one in made["copied"]]
            return render_template(
                "organiser/copied.html", programme=programme, made=made, copied=copied
            )
    return _copying(programme, form)


def programme_edited(programme_id: UUID) -> Json:
    """A programme that the person may change, or the page that says there is no such thing."""
    programme = clients().events.programme(str(programme_id))
    if not may_edit(str(programme["organisation"]["id"])):
        abort(404)
    return programme


def year_asked(otherwise: int) -> int:
    """The year that the address names."""
    typed = request.args.get("nam", "")
    year = int(typed) if typed.isascii() and typed.isdigit() and len(typed) == 4 else otherwise
    return year if _FIRST_YEAR < year <= _LAST_YEAR else otherwise


def year_of(form: Form) -> int | None:
    """The year that was typed."""
    wrong = _("Xin nhập năm gồm bốn chữ số, ví dụ 2027.")
    year = form.text("year", required=wrong)
    if year and not (year.isascii() and year.isdigit() and len(year) == 4):
        form.errors["year"] = wrong
    return int(year) if form.good else None


def kind_names() -> dict[str, Json]:
    """The kinds of events by their key."""
    return {kind["key"]: kind["name"] for kind in clients().events.kinds()}


def year_page(programme: Json) -> str:
    """The year of a programme."""
    return f"/to-chuc/nam?don-vi={programme['organisation']['id']}&nam={programme['year']}"


def back_to(programme: Json) -> Response:
    """To the programme in its year."""
    return redirect(f"{year_page(programme)}#p-{programme['id']}", 303)


def _copying(programme: Json, form: Form) -> Page:
    page = render_template("organiser/copy.html", programme=programme, form=form)
    return page, form.status, form.headers


def _events_of(programme: Json) -> dict[str, Json]:
    items = [*programme["items"], {"events": programme["other_events"]}]
    return {event["id"]: event for item in items for event in item["events"]}

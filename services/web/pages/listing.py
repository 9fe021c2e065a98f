"""The calendar: what is coming, by month, with a search that needs no accents; and its feed."""

from __future__ import annotations

from itertools import groupby
from urllib.parse import quote

from flask import Blueprint, Response, redirect, render_template, request, session
from werkzeug.wrappers import Response as AnyResponse

from services.web import dates
from services.web.clients import clients, if_there
from services.web.places import place_of
from services.web.security import keep_from_search_engines, local_path
from services.web.session import now
from shared.text import LANGUAGES

bp = Blueprint("listing", __name__)


@bp.get("/")
def calendar() -> str:
    """The published events from today on."""
    asked = {name: request.args.get(name, "").strip()[:200] for name in ("q", "kind", "cursor")}
    found = clients().events.events(**asked, limit=50)
    rows = [(event, place_of(event, None, now=now())) for event in found["items"]]
    months = [
        (heading, list(group))
        for heading, group in groupby(
            rows, key=lambda row: dates.month(row[0]["starts_at"], row[0].get("timezone"))
        )
    ]
    kinds = if_there(clients().events.kinds) or []
    return render_template(
        "calendar.html", months=months, kinds=kinds, asked=asked, next=found.get("next")
    )


@bp.get("/lich.ics")
def feed() -> Response:
    """Every coming event, to subscribe to."""
    narrowed = ("kind", "organisation_id", "area_id")
    kept = {name: request.args[name] for name in narrowed if name in request.args}
    return ics("/calendar.ics", **kept)


@bp.get("/lich/<secret>.ics")
def own_feed(secret: str) -> Response:
    """Somebody's own calendar, to whoever knows its address."""
    keep_from_search_engines()
    return ics(f"/calendars/{quote(secret, safe='')}.ics")


@bp.post("/ngon-ngu")
def choose_language() -> AnyResponse:
    """Speak this language from now on."""
    chosen = request.form.get("language")
    if chosen in LANGUAGES:
        session["language"] = chosen
        session.permanent = True
    return redirect(local_path(request.form.get("next")), 303)


def ics(path: str, **params: str) -> Response:
    """A calendar of events, passed through with its entity tag."""
    answer = clients().events.ics(path, known=request.headers.get("If-None-Match"), params=params)
    response = Response(
        answer.content, answer.status_code, content_type=answer.headers.get("Content-Type")
    )
    for name in ("ETag", "Content-Disposition", "Last-Modified", "Cache-Control"):
        if name in answer.headers:
            response.headers[name] = answer.headers[name]
    return response

"""The calendar: what is coming, by month, with a search that needs no accents; and its feed."""

from __future__ import annotations

from datetime import date
from itertools import groupby
from urllib.parse import quote

from flask import Blueprint, Response, redirect, render_template, request, session
from werkzeug.wrappers import Response as AnyResponse

from services.web import dates
from services.web.clients import Json, clients, if_there
from services.web.kept import the_same_for_every_visitor
from services.web.months import Month, Row, day_names
from services.web.places import place_of
from services.web.search import Options, Search
from services.web.security import keep_from_search_engines, local_path
from services.web.session import now
from shared.text import LANGUAGES

bp = Blueprint("listing", __name__)
# A year of a ward stands on one page, where the browser's own search finds it, too.
LISTED = 200
# More than that is asked to be narrowed, so that a page stays one question and one screen.
MOST_IN_A_MONTH = 200


@bp.get("/")
def calendar() -> tuple[str, int]:
    """The published events from today on as a list, or those of a month (`thang`) as its days.

    One or the other, each at its own address: both in one page would be read out twice and fetched twice. On a phone
    the month is a list of its days.
    """
    the_same_for_every_visitor()
    today = dates.local(now()).date()
    month = Month.of(request.args["thang"], today=today) if "thang" in request.args else None
    search = Search(request.args, month=month.key if month else "")
    query = search.query() | (month.span() if month else {})
    if month:
        found = clients().events.events(**query | month.span(margin=1), limit=MOST_IN_A_MONTH)
    else:
        found = clients().events.events(**query, cursor=request.args.get("cursor"), limit=LISTED)
    rows = [(event, place_of(event, None, now=now())) for event in found["items"]]
    options = _options(search, query)
    page = render_template(
        "calendar.html",
        form=search.form,
        search=search,
        options=options,
        chips=search.chips(options),
        next=found.get("next"),
        this_month=Month.of("", today=today).key,
        **_as_month(month, rows, today) if month else {"months": _by_month(rows)},
    )
    return page, search.form.status


def _by_month(rows: list[Row]) -> list[tuple[str, list[Row]]]:
    by = groupby(rows, key=lambda row: dates.month(row[0]["starts_at"], row[0].get("timezone")))
    return [(heading, list(group)) for heading, group in by]


def _as_month(month: Month, rows: list[Row], today: date) -> dict[str, object]:
    weeks = month.weeks(rows, today=today)
    return {
        "month": month,
        "weeks": weeks,
        "day_names": day_names(),
        "any": any(day.rows for week in weeks for day in week),
    }


def _options(search: Search, query: dict[str, str | int | None]) -> dict[str, Options]:
    """What the search can be narrowed to; the calendar is there without."""
    events, community = clients().events, clients().community
    facets = if_there(lambda: events.facets(**query)) or {}
    kinds = if_there(events.kinds) or []
    areas: list[Json] = []
    if facets.get("areas"):
        on = dates.local(now()).date().isoformat()
        areas = if_there(lambda: community.areas(on=on, level="ward")) or []
    return search.options(facets, kinds, areas)


@bp.get("/lich.ics")
def feed() -> Response:
    """Every coming event, to subscribe to."""
    the_same_for_every_visitor()
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

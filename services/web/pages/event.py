"""One event: what it is, when, where, who answers, whether one may come, and what is on."""

from __future__ import annotations

import re
from datetime import timedelta
from itertools import groupby
from uuid import UUID

from flask import Blueprint, Response, render_template

from services.web import dates
from services.web.clients import Json, clients, if_there
from services.web.kept import the_same_for_every_visitor
from services.web.pages.listing import ics
from services.web.places import place_of
from services.web.security import allow_here
from services.web.session import now, signed_in

bp = Blueprint("event", __name__)

# What a registration is while it stands.
IN_PLAY = ("confirmed", "waitlisted", "held", "pending")
# From when on joining online is the thing to do.
_DOORS_OPEN = timedelta(hours=1)
_MOST_OTHERS = 6
# Nothing that could end a directive of the policy, or begin another.
_PICTURE = re.compile(r"(https://[A-Za-z0-9.-]+(?::\d+)?)/[^\s]*")


@bp.get("/su-kien/<uuid:event_id>")
def event(event_id: UUID) -> str:
    the_same_for_every_visitor()
    found = clients().events.event(str(event_id))
    offer = if_there(lambda: clients().registrations.offer(str(event_id)))
    return render_template(
        "event.html",
        event=found,
        offer=offer,
        place=place_of(found, offer, now=now()),
        mine=standing(str(event_id)),
        described=described(found),
        agenda=days(found),
        joining=joining(found),
        picture=picture(found),
        others=others(found),
        over=bool(found["ends_at"]) and dates.local(found["ends_at"]) <= now(),
    )


@bp.get("/su-kien/<uuid:event_id>.ics")
def event_ics(event_id: UUID) -> Response:
    the_same_for_every_visitor()
    return ics(f"/events/{event_id}/calendar.ics")


def described(event: Json) -> Json | None:
    """What search engines read of a public event."""
    if event["status"] == "draft":
        return None
    return if_there(lambda: clients().events.for_search_engines(event["id"]))


def standing(event_id: str) -> Json | None:
    """The person's own registration for an event, if it still stands."""
    if not signed_in():
        return None
    found = if_there(lambda: clients().registrations.mine(event_id=event_id)) or {"items": []}
    own = (item for item in found["items"] if not item.get("registered_by"))
    return next((item for item in own if item["status"] in IN_PLAY), None)


def days(event: Json) -> list[tuple[str, list[Json]]]:
    """The agenda by day, on the event's clock; the day is named only where there is more than one."""
    zone = event["timezone"]
    items = sorted(event["agenda"], key=lambda item: dates.local(item["starts_at"], zone))
    found = [
        (dates.day(items_of[0]["starts_at"], zone), items_of)
        for _day, group in groupby(items, key=lambda item: dates.day(item["starts_at"], zone))
        for items_of in [list(group)]
    ]
    return found if len(found) > 1 else [("", items_of) for _day, items_of in found]


def joining(event: Json) -> str:
    """Where an online event is on its way: "ahead", "now" (from an hour before it begins), or nowhere."""
    if event["attendance_mode"] == "offline" or event["status"] not in ("draft", "published"):
        return ""
    if event["starts_at"] is None or event["ends_at"] is None:
        return "ahead"
    if dates.local(event["ends_at"]) <= now():
        return ""
    return "now" if dates.local(event["starts_at"]) - _DOORS_OPEN <= now() else "ahead"


def picture(event: Json) -> Json | None:
    """The event's cover, if a browser may show it here; this answer then allows pictures of that one server.

    A cover is seen or it is no cover, so it is shown and not only linked. But every picture from elsewhere tells its
    server who reads the page, so no other server is allowed, the page that is read is not told (`no-referrer`), and
    what is not plain https is left out.
    """
    cover: Json | None = event["cover"]
    found = cover and _PICTURE.fullmatch(cover["url"])
    if not cover or not found:
        return None
    allow_here(img_src=found[1])
    return cover


def others(event: Json) -> list[Json]:
    """The other dates of its series: those to come, the next one first, or the last ones that there were."""
    if event["series_id"] is None:
        return []
    series = if_there(lambda: clients().events.series(event["series_id"]))
    shown = [
        one
        for one in (series or {"events": []})["events"]
        if one["id"] != event["id"] and one["starts_at"] and one["status"] != "draft"
    ]
    shown.sort(key=lambda one: dates.local(one["starts_at"]))
    ahead = [one for one in shown if dates.local(one["starts_at"]) > now()]
    return ahead[:_MOST_OTHERS] or shown[-_MOST_OTHERS:]

"""Calendars: one event, feeds of what is published, and a person's own at a secret address."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from flask import Response, request

from services.events import ical
from services.events.deps import current_deps
from services.events.models import Event
from services.events.models.calendar_address import digest
from services.events.operations import calendars as operations
from services.events.routes.blueprint import bp, fingerprinted
from services.events.schemas.calendars import (
    CalendarAddressList,
    CalendarAddressRequest,
    CalendarQuery,
    NewCalendarAddress,
)
from shared.http.access import ANYONE, PERSON, PUBLISHED, allow, permit, person_id
from shared.http.problems import language


@bp.get("/events/<uuid:event_id>/calendar.ics")
@allow(PUBLISHED)
@bp.response(200, {"type": "string"}, content_type=ical.CONTENT_TYPE)
def show_calendar_entry(event_id: UUID) -> Response:
    """One event as a calendar entry (RFC 5545); of a cancelled one, the entry that removes it."""
    with current_deps().unit_of_work(read_only=True) as uow:
        event = uow.events.get(event_id)
        permit(public=event.is_public)
        return _calendar([event], cancels=event.is_off, name="su-kien.ics")


@bp.get("/calendar.ics")
@allow(ANYONE)
@bp.arguments(CalendarQuery, location="query")
@bp.response(200, {"type": "string"}, content_type=ical.CONTENT_TYPE)
def show_feed(query: dict[str, Any]) -> Response:
    """Published events as a calendar to subscribe to: all, of a kind, an organisation or an area."""
    deps = current_deps()
    asked = urlencode({name: value for name, value in query.items() if value})
    source = f"{deps.settings.public_url.rstrip('/')}/lich.ics{'?' if asked else ''}{asked}"
    with deps.unit_of_work(read_only=True) as uow:
        found = uow.events.in_calendar(now=deps.clock.now(), **query)
        return _calendar(found, source=source, name="lich.ics")


@bp.get("/calendar-addresses")
@allow(PERSON)
@bp.response(200, CalendarAddressList)
def list_calendar_addresses() -> dict[str, Any]:
    """The address of one's own calendar, if there is one; never the address itself, which nobody keeps."""
    with current_deps().unit_of_work(read_only=True) as uow:
        address = uow.calendar_addresses.of(person_id())
        return {"items": [address] if address else [], "next": None}


@bp.post("/calendar-addresses")
@allow(PERSON)
@bp.arguments(CalendarAddressRequest)
@bp.response(201, NewCalendarAddress)
def renew_calendar_address(wish: dict[str, Any]) -> dict[str, Any]:
    """Get the secret address of one's own calendar, told this once; one that was there before ends.

    It takes no Idempotency-Key: an answer that is kept to be given again would keep the secret. Asked again after a
    lost answer, it gives another address.
    """
    deps = current_deps()
    with deps.unit_of_work() as uow:
        made, secret = operations.open_calendar(
            uow, person_id=person_id(), language=language(), now=deps.clock.now(), **wish
        )
        address = f"{deps.settings.public_url.rstrip('/')}/lich/{secret}.ics"
        return {
            "address": address,
            "reminder": made.reminder,
            "created_at": made.created_at,
        }


@bp.delete("/calendar-addresses")
@allow(PERSON)
@bp.response(204)
def end_calendar_address() -> None:
    """End the address of one's own calendar. Repeated, it changes nothing."""
    with current_deps().unit_of_work() as uow:
        operations.close_calendar(uow, person_id=person_id())


@bp.get("/calendars/<secret>.ics")
@allow(ANYONE)
@bp.response(200, {"type": "string"}, content_type=ical.CONTENT_TYPE)
def show_own_calendar(secret: str) -> Response:
    """The events where a person has a place or waits for one, to whoever knows the address."""
    deps = current_deps()
    with deps.unit_of_work(read_only=True) as uow:
        address = uow.calendar_addresses.by_digest(digest(secret))
        standing = uow.registrations.standing(address.person_id, tuple(ical.STANDING))
        found = uow.events.in_calendar(now=deps.clock.now(), ids=tuple(standing))
        own = ical.Own(standing=standing, reminder=address.reminder)
        # Without SOURCE: a calendar that is passed on as a file would pass its secret on.
        response = _calendar(found, own=own, spoken=address.language, name="lich-cua-toi.ics")
    response.headers["Cache-Control"] = "private, no-cache"
    response.headers["X-Robots-Tag"] = "noindex"
    return response


def _calendar(
    events: Sequence[Event], *, name: str, spoken: str | None = None, **more: Any
) -> Response:
    content = ical.calendar(
        events,
        portal=current_deps().settings.public_url,
        language=spoken or language(),
        **more,
    )
    response = Response(content, content_type=ical.CONTENT_TYPE)
    response.headers["Content-Disposition"] = f'inline; filename="{name}"'
    return fingerprinted(response, request)

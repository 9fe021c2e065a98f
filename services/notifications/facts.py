"""The variables of the templates, from a notice and what is known of its event."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from services.notifications import dates
from services.notifications.models import (
    EventCopy,
    Notice,
    OrganisationCopy,
    RecipientKind,
    Template,
)
from shared.text import Text

_TIMES = {"starts_at", "ends_at"}
_NO_TIME_YET = Text("Sẽ báo sau", "To be announced")


def facts_of(
    notice: Notice,
    event: EventCopy | None,
    organisation: OrganisationCopy | None,
    language: str,
    *,
    name: str = "",
) -> dict[str, Any]:
    """Every variable that a text may name; what a mail adds (code, ticket, link) is empty here.

    `organisation` is the owner's copy: its name as it is today goes before the one in the event's message.
    """
    told = notice.facts
    changed = set(told.get("changed") or ())
    document = told.get("document") or {}
    return {
        "name": name,
        "event": event
        and _event(
            event,
            told,
            organisation,
            language,
            postponed=notice.template is Template.EVENT_POSTPONED,
        ),
        "reason": _reason(notice, event, language),
        "position": told.get("position"),
        "why": told.get("why"),
        "colleague": bool(told.get("colleague")),
        "attendee": "",
        "status": told.get("status"),
        "to_partner": notice.recipient_kind is RecipientKind.ORGANISATION,
        "moved_in_time": bool(changed & _TIMES),
        "moved_in_place": "venue" in changed,
        "document_number": document.get("number"),
        "document_date": dates.document_date(document.get("date"), language),
        "seats": told.get("seats"),
        "named": told.get("named"),
        "confirmed": told.get("confirmed"),
        "partner": "",
        "host": told.get("host") or "",
        "code": "",
        "until": _until(told, event, language),
        "ticket_code": "",
        "ticket_image": "",
        "url": path_of(notice),
    }


def path_of(notice: Notice) -> str:
    """Where in the portal the notice leads."""
    match notice.template:
        case Template.SIGN_IN:
            return f"/dang-nhap/{notice.recipient_id}"
        case Template.CONFIRMED | Template.PROMOTED:
            return f"/toi/ve/{notice.registration_id}"
        case Template.HELD | Template.PENDING | Template.DECLINED:
            return f"/toi/ve/{notice.registration_id}"
        case Template.NOMINATION_OPENED | Template.NOMINATION_CLOSED:
            return f"/doi-tac/{notice.facts.get('list', '')}"
        case Template.NOMINEE_ASKED:
            return f"/de-cu/{notice.recipient_id}"
        case Template.WAITLISTED:
            return "/toi"
        case Template.WEBHOOK_DISABLED:
            return f"/doi-tac/kenh?don-vi={notice.recipient_id}"
        case _:
            return f"/su-kien/{notice.event_id}"


def said(text: dict[str, Any] | None, language: str) -> str:
    """A text in two languages in one of them; Vietnamese where there is no English."""
    found = (text or {}).get(language) or (text or {}).get("vi")
    return str(found or "")


def _event(
    event: EventCopy,
    told: dict[str, Any],
    organisation: OrganisationCopy | None,
    language: str,
    *,
    postponed: bool,
) -> dict[str, Any]:
    # A notice of a move keeps what it told, however often the event moves afterwards.
    starts_at = _moment(told.get("starts_at")) or event.starts_at
    ends_at = _moment(told.get("ends_at")) or event.ends_at
    venue = told.get("venue", event.venue) or {}
    when = dates.when(starts_at, ends_at, event.timezone, language)
    return {
        "title": said(event.title, language),
        "when": _NO_TIME_YET.say(language) if postponed else when,
        "tile": dates.tile(starts_at, event.timezone, language),
        "venue": venue.get("name"),
        "address": venue.get("address"),
        "hosts": [said(host.get("role_title"), language) for host in event.hosts],
        "organisation": _name(organisation, language) or event.organisation_name,
    }


def _reason(notice: Notice, event: EventCopy | None, language: str) -> str:
    if notice.template is Template.EVENT_CANCELLED and event is not None and event.cancelled:
        return said(event.reason, language)
    return said(notice.facts.get("reason"), language)


def _until(told: dict[str, Any], event: EventCopy | None, language: str) -> str:
    """Until when a place is kept, or names are asked for."""
    ends = _moment(told.get("held_until") or told.get("deadline"))
    if ends is None or event is None:
        return ""
    return f"{dates.clock(ends, event.timezone, language)}, {dates.day(ends, event.timezone, language)}"


def _name(organisation: OrganisationCopy | None, language: str) -> str | None:
    if organisation is None:
        return None
    return (organisation.name_en if language == "en" else None) or organisation.name


def _moment(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None

"""Events as search engines read them (https://schema.org/Event), without the link to join and without people."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from services.events.models import AttendanceMode, Event, Status

_MODES = {
    AttendanceMode.OFFLINE: "OfflineEventAttendanceMode",
    AttendanceMode.ONLINE: "OnlineEventAttendanceMode",
    AttendanceMode.MIXED: "MixedEventAttendanceMode",
}
_AVAILABILITY = {
    "open": "InStock",
    "full": "SoldOut",
    "not-yet-open": "PreOrder",
    "closed": "OutOfStock",
    "cancelled": "Discontinued",
    "postponed": "Discontinued",
}


def document(event: Event, *, portal: str, language: str, now: datetime) -> dict[str, Any]:
    """A public event as JSON-LD."""
    assert event.starts_at is not None and event.ends_at is not None  # noqa: PT018 - published
    zone, url = ZoneInfo(event.timezone), f"{portal}/su-kien/{event.id}"
    made: dict[str, Any] = {
        "@context": "https://schema.org",
        "@type": "Event",
        "@id": f"urn:uuid:{event.id}",
        "name": _said(event.title, language),
        "description": _said(event.summary, language),
        "url": url,
        "startDate": event.starts_at.astimezone(zone).isoformat(),
        "endDate": event.ends_at.astimezone(zone).isoformat(),
        "eventStatus": f"https://schema.org/{_status(event)}",
        "eventAttendanceMode": f"https://schema.org/{_MODES[event.attendance_mode]}",
        "location": _location(event, url),
        "organizer": _organizer(event),
        "inLanguage": list(event.languages),
        "isAccessibleForFree": True,
        "image": (event.cover or {}).get("url"),
        "maximumAttendeeCapacity": event.seats.capacity if event.seats else event.capacity,
        "remainingAttendeeCapacity": event.seats.left if event.seats else None,
        "offers": _offer(event, f"{url}/dang-ky", now),
    }
    return {name: value for name, value in made.items() if value not in (None, "", [])}


def _status(event: Event) -> str:
    if event.status is Status.CANCELLED:
        return "EventCancelled"
    if event.status is Status.POSTPONED:
        return "EventPostponed"
    # The reason of a published event is that of its last move.
    moved = event.status is Status.PUBLISHED and event.reason is not None
    return "EventRescheduled" if moved else "EventScheduled"


def _location(event: Event, url: str) -> Any:
    """A place, the event's page for what is online (the link is for those with a place), or both."""
    venue = event.venue or {}
    address = {"@type": "PostalAddress", "streetAddress": venue.get("address")}
    place: dict[str, Any] = {"@type": "Place", "name": venue.get("name")}
    if venue.get("address"):
        place["address"] = address
    if point := venue.get("location"):
        place["geo"] = {"@type": "GeoCoordinates", **point}
    online = {"@type": "VirtualLocation", "url": url}
    return {
        AttendanceMode.OFFLINE: place,
        AttendanceMode.ONLINE: online,
        AttendanceMode.MIXED: [place, online],
    }[event.attendance_mode]


def _organizer(event: Event) -> dict[str, Any] | None:
    if event.organisation is None:
        return None
    return {
        "@type": "Organization",
        "@id": event.organisation_id.urn,
        "name": event.organisation.name,
    }


def _offer(event: Event, url: str, now: datetime) -> dict[str, Any]:
    """A place: free, to be had while registration is open."""
    assert event.registration_opens_at and event.registration_closes_at  # noqa: PT018 - published
    made = {
        "@type": "Offer",
        "url": url,
        "price": 0,
        "priceCurrency": "VND",
        "validFrom": event.registration_opens_at.isoformat(),
        "validThrough": event.registration_closes_at.isoformat(),
    }
    if state := event.registration_state(now):
        made["availability"] = f"https://schema.org/{_AVAILABILITY[state]}"
    return made


def _said(text: dict[str, Any] | None, language: str) -> str:
    return str((text or {}).get(language) or (text or {}).get("vi") or "")

"""An example of each message that registrations publishes."""

from __future__ import annotations

from typing import Any

_EVENT = "0197e2a4-0000-7000-8000-000000000001"

CONFIRMED: dict[str, Any] = {
    "id": "0197e2a4-0000-7000-8000-000000000005",
    "person_id": "0197e2a4-0000-7000-8000-000000000004",
    "colleague": False,
    "event_id": _EVENT,
    "position": None,
    "promoted": False,
    "held_until": None,
    "why": None,
}
WAITLISTED = CONFIRMED | {"position": 3}
PENDING = CONFIRMED
HELD = CONFIRMED | {"promoted": True, "held_until": "2026-03-20T10:00:00+00:00"}
DECLINED = CONFIRMED | {"why": "declined"}
CANCELLED = CONFIRMED | {"why": "own-wish"}
OFFER: dict[str, Any] = {
    "event_id": _EVENT,
    "capacity": 200,
    "seats_left": 34,
    "waitlist_length": 0,
    "state": "open",
}
ATTENDANCE: dict[str, Any] = {"event_id": _EVENT, "checked_in": 12, "confirmed": 34}
NOMINATION: dict[str, Any] = {
    "id": "0197e2a4-0000-7000-8000-000000000006",
    "event_id": _EVENT,
    "organisation_id": "0197e2a4-0000-7000-8000-000000000003",
    "document": {"number": "15/GM-UBND", "date": "2026-03-01"},
    "deadline": "2026-03-20T10:00:00+00:00",
    "seats": 30,
    "named": 0,
    "confirmed": 0,
    "declined": 0,
    "nominee_ids": [],
}
NOMINATION_FILLED = NOMINATION | {
    "named": 1,
    "nominee_ids": ["0197e2a4-0000-7000-8000-000000000007"],
}
NOMINATION_REPLACED = NOMINATION_FILLED | {"named": 28, "confirmed": 20, "declined": 1}
NOMINATION_CLOSED = NOMINATION_REPLACED | {"nominee_ids": []}

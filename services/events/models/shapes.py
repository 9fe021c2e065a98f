"""How the parts of an event that have no columns of their own are kept: as JSON, each part named, nothing for nothing."""

from __future__ import annotations

from typing import Any

from shared.database.types import jsonable

# Kept as JSON, so that ids, dates and moments in them are text.
AS_JSON = frozenset(
    {
        "title",
        "summary",
        "description",
        "audience",
        "hosts",
        "speakers",
        "venue",
        "document",
        "agenda",
        "languages",
        "attachments",
        "cover",
        "contacts",
        "conclusion",
    }
)
_WHOLE: dict[str, dict[str, Any]] = {
    "venue": dict.fromkeys(
        ("name", "room", "room_capacity", "address", "area_id", "location", "accessibility")
    ),
    "document": {"number": None, "date": None},
    "conclusion": {"number": None, "date": None, "url": None, "summary": None},
}
_ITEMS: dict[str, dict[str, Any]] = {
    "hosts": {"organisation_id": None, "note": None},
    "speakers": {"name": None, "organisation_id": None, "note": None},
    "agenda": {"speaker": None, "room": None, "note": None},
    "contacts": {"phone": None, "email": None},
    "attachments": {},
}


def shaped(name: str, value: Any, known: Any) -> Any:
    """A value as it is kept. What a change does not name of a venue or a document stays (as RFC 7396 has it)."""
    value = jsonable(value)
    if name in _ITEMS:
        return [_ITEMS[name] | item for item in value or []]
    if name == "languages":
        return list(dict.fromkeys(value or []))
    if value is None:
        return None
    if name in _WHOLE:
        whole = _WHOLE[name] | (known or {}) | {part: said or None for part, said in value.items()}
        return whole if name == "venue" or any(whole.values()) else None
    return value

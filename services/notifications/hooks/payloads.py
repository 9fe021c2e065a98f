"""What a webhook says: ids and public state, never a person; small, so that any system can take it."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any

from services.notifications.models import HookKind
from shared.database.types import jsonable

LARGEST = 20_000
_LONGEST_REASON = 1_000
_ESSENTIAL = ("id", "event_id", "organisation_id", "status", "sequence")
_OF_AN_EVENT = (
    "id",
    "organisation_id",
    "status",
    "title",
    "venue",
    "starts_at",
    "ends_at",
    "timezone",
    "changed",
)


def of_event(event: dict[str, Any], *, sequence: int) -> dict[str, Any]:
    """The public state of an event. Webhooks may overtake each other; the higher `sequence` is the newer state."""
    state = {name: event[name] for name in _OF_AN_EVENT}
    reason = {language: _cut(text) for language, text in (event["reason"] or {}).items()}
    return state | {"reason": reason or None, "sequence": sequence}


def of_invitation(invitation: dict[str, Any], *, sequence: int) -> dict[str, Any]:
    names = ("event_id", "organisation_id", "document")
    return {name: invitation[name] for name in names} | {"sequence": sequence}


def written(kind: HookKind, data: dict[str, Any], *, at: datetime) -> str:
    """The body as it is signed. One that would be too large keeps its ids, and can be asked for over the API."""
    body = _json({"type": kind.value, "timestamp": at, "data": data})
    if len(body.encode()) <= LARGEST:
        return body
    essential = {name: data[name] for name in _ESSENTIAL if name in data}
    return _json({"type": kind.value, "timestamp": at, "data": essential})


def _json(value: dict[str, Any]) -> str:
    return json.dumps(jsonable(value), ensure_ascii=False, separators=(",", ":"))


def _cut(text: str | None) -> str | None:
    return text if text is None or len(text) <= _LONGEST_REASON else text[:_LONGEST_REASON] + "…"

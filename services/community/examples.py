"""An example of each message that community publishes; people and places are made up."""

from __future__ import annotations

from typing import Any

_PERSON = "0197e2a4-0000-7000-8000-000000000004"
_ORGANISATION = "0197e2a4-0000-7000-8000-000000000002"

PERSON: dict[str, Any] = {"id": _PERSON, "language": "vi", "status": "active"}
ORGANISATION: dict[str, Any] = {
    "id": _ORGANISATION,
    "name": "Ủy ban nhân dân phường",
    "name_en": "People's Committee of the ward",
    "short_name": "UBND phường",
    "kind": "public_body",
    "parent_id": None,
    "area_id": None,
    "valid_from": "2025-07-01",
    "valid_until": None,
    "successor_ids": [],
}
MEMBERSHIP: dict[str, Any] = {
    "person_id": _PERSON,
    "organisation_id": _ORGANISATION,
    "role": "organiser",
    "event_id": None,
    "status": "given",
}
CONSENT: dict[str, Any] = {"person_id": _PERSON, "purpose": "news", "status": "given"}
SIGN_IN: dict[str, Any] = {"id": "0197e2a4-0000-7000-8000-000000000006", "language": "vi"}

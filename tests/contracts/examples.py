"""An example of each message type: what a consumer has to be able to read."""

from __future__ import annotations

from typing import Any

_EVENT = "0197e2a4-0000-7000-8000-000000000001"
_HOST = "0197e2a4-0000-7000-8000-000000000002"
_PARTNER = "0197e2a4-0000-7000-8000-000000000003"
_PERSON = "0197e2a4-0000-7000-8000-000000000004"
_REGISTRATION = "0197e2a4-0000-7000-8000-000000000005"

_STATE: dict[str, Any] = {
    "id": _EVENT,
    "organisation_id": _HOST,
    "organisation": {"id": _HOST, "name": "Ủy ban nhân dân phường", "short_name": "UBND phường"},
    "kind": "dialogue",
    "status": "published",
    "title": {"vi": "Đối thoại với doanh nghiệp trẻ", "en": "Dialogue with young businesses"},
    "summary": {"vi": "Nghe và trả lời", "en": None},
    "description": None,
    "audience": {"vi": "Doanh nghiệp trẻ", "en": "Young businesses"},
    "hosts": [
        {
            "role_title": {"vi": "Chủ tịch UBND phường", "en": None},
            "organisation_id": _HOST,
            "note": None,
        }
    ],
    "venue": {
        "name": "Hội trường UBND phường",
        "address": "1 đường Minh Họa",
        "area_id": None,
        "accessibility": {"vi": "Có lối đi cho xe lăn", "en": "Step-free access"},
    },
    "starts_at": "2026-03-26T07:00:00Z",
    "ends_at": "2026-03-26T09:30:00Z",
    "timezone": "Asia/Ho_Chi_Minh",
    "capacity": 200,
    "waitlist": True,
    "registration_opens_at": "2026-02-09T17:00:00Z",
    "registration_closes_at": "2026-03-25T07:00:00Z",
    "partner_ids": [_PARTNER],
    "changed": [],
    "reason": None,
}
_PLACE: dict[str, Any] = {
    "id": _REGISTRATION,
    "person_id": _PERSON,
    "event_id": _EVENT,
    "position": None,
    "promoted": False,
    "why": None,
}

EXAMPLES: dict[str, dict[str, Any]] = {
    "person.changed": {"id": _PERSON, "language": "vi", "status": "active"},
    "organisation.changed": {
        "id": _HOST,
        "name": "Ủy ban nhân dân phường",
        "name_en": "People's Committee of the ward",
        "short_name": "UBND phường",
        "kind": "public_body",
        "parent_id": None,
        "area_id": None,
        "valid_from": "2025-07-01",
        "valid_until": None,
        "successor_ids": [],
    },
    "membership.changed": {
        "person_id": _PERSON,
        "organisation_id": _HOST,
        "role": "organiser",
        "event_id": None,
        "status": "given",
    },
    "consent.changed": {"person_id": _PERSON, "purpose": "news", "status": "given"},
    "sign_in.requested": {"id": "0197e2a4-0000-7000-8000-000000000006", "language": "vi"},
    "event.published": _STATE,
    "event.changed": _STATE
    | {
        "starts_at": "2026-03-27T07:00:00Z",
        "ends_at": "2026-03-27T09:30:00Z",
        "changed": ["ends_at", "starts_at"],
        "reason": {"vi": "Lãnh đạo bận họp", "en": "The leaders have a meeting"},
    },
    "event.cancelled": _STATE
    | {"status": "cancelled", "changed": ["status"], "reason": {"vi": "Bão lớn", "en": "A storm"}},
    "partner.invited": {
        "event_id": _EVENT,
        "organisation_id": _PARTNER,
        "document": {"number": "12/KH-UBND", "date": "2026-02-02"},
    },
    "registration.confirmed": _PLACE,
    "registration.waitlisted": _PLACE | {"position": 3},
    "registration.cancelled": _PLACE | {"why": "own-wish"},
    "offer.changed": {
        "event_id": _EVENT,
        "capacity": 200,
        "seats_left": 34,
        "waitlist_length": 0,
        "state": "open",
    },
    "attendance.recorded": {"event_id": _EVENT, "checked_in": 12},
}

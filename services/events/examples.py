"""An example of each message that events publishes; titles and places are made up."""

from __future__ import annotations

from typing import Any

_EVENT = "0197e2a4-0000-7000-8000-000000000001"
_HOST = "0197e2a4-0000-7000-8000-000000000002"
_PARTNER = "0197e2a4-0000-7000-8000-000000000003"

PUBLISHED: dict[str, Any] = {
    "id": _EVENT,
    "organisation_id": _HOST,
    "organisation": {"id": _HOST, "name": "Ủy ban nhân dân phường", "short_name": "UBND phường"},
    "kind": "dialogue",
    "status": "published",
    "title": {"vi": "Đối thoại với doanh nghiệp trẻ", "en": "Dialogue with young businesses"},
    "summary": {"vi": "Lãnh đạo phường lắng nghe và trả lời", "en": None},
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
    "attendance_mode": "offline",
    "languages": ["vi"],
    "capacity": 200,
    "waitlist": True,
    "registration_opens_at": "2026-02-09T17:00:00Z",
    "registration_closes_at": "2026-03-25T07:00:00Z",
    "partner_ids": [_PARTNER],
    "changed": [],
    "reason": None,
}
CHANGED = PUBLISHED | {
    "starts_at": "2026-03-27T07:00:00Z",
    "ends_at": "2026-03-27T09:30:00Z",
    "changed": ["ends_at", "starts_at"],
    "reason": {"vi": "Lãnh đạo bận họp đột xuất", "en": "The leaders were called to a meeting"},
}
POSTPONED = PUBLISHED | {
    "status": "postponed",
    "changed": ["status"],
    "reason": {"vi": "Hội trường đang sửa chữa", "en": "The hall is being repaired"},
}
COMPLETED = PUBLISHED | {"status": "completed", "changed": ["status"]}
CANCELLED = PUBLISHED | {
    "status": "cancelled",
    "changed": ["status"],
    "reason": {"vi": "Có bão lớn", "en": "A storm is coming"},
}
INVITATION: dict[str, Any] = {
    "event_id": _EVENT,
    "organisation_id": _PARTNER,
    "document": {"number": "12/KH-UBND", "date": "2026-02-02"},
}

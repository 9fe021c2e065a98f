"""Who may call what, written by hand from the design; the routes must declare the same.

A grant is a word of `shared/http/access.py`. `$name` in a body or a query stands for an id of the scene.
"""

from __future__ import annotations

from typing import Any

from tests.support.scene import PEOPLE_TABLE, TABLE

SERVICES_THAT_CALL = ("notifications",)

_PLANS = "organiser admin"
_OFFICERS = "officer admin"
_SENDER = "service:notifications"
_NAMES = "officer organiser admin"

POLICY: dict[str, str] = {
    # Signing in, sessions and tokens: their secrets are the proof.
    "community POST /v1/sign-ins": "anyone",
    "community POST /v1/sign-ins/{sign_in_id}/complete": "anyone",
    "community POST /v1/sign-ins/delivery": _SENDER,
    "community POST /v1/sessions/token": "anyone",
    "community POST /v1/sessions/end": "anyone",
    "community POST /v1/service-tokens": "anyone",
    "community GET /.well-known/jwks.json": "anyone",
    # People speak for themselves; only the sender reads addresses.
    "community GET /v1/people/me": "person",
    "community PATCH /v1/people/me": "person",
    "community POST /v1/people/addresses": _SENDER,
    "community GET /v1/people/me/consents": "person",
    "community POST /v1/people/me/consents": "person",
    "community GET /v1/purposes": "anyone",
    "community PUT /v1/purposes/{key}": "admin",
    # Areas and organisations are public; roles are given by those who plan.
    "community GET /v1/areas": "anyone",
    "community GET /v1/areas/{area_id}": "anyone",
    "community POST /v1/areas": "admin",
    "community POST /v1/areas/{area_id}/successors": "admin",
    "community GET /v1/organisations": "anyone",
    "community GET /v1/organisations/{organisation_id}": "anyone",
    "community POST /v1/organisations": "admin",
    "community PATCH /v1/organisations/{organisation_id}": _PLANS,
    "community POST /v1/organisations/{organisation_id}/successors": "admin",
    "community POST /v1/organisations/addresses": _SENDER,
    "community GET /v1/organisations/{organisation_id}/memberships": _PLANS,
    "community POST /v1/organisations/{organisation_id}/memberships": _PLANS,
    "community DELETE /v1/organisations/{organisation_id}/memberships/{membership_id}": _PLANS,
    # What is published is everybody's; drafts are seen by those who plan and lead.
    "events GET /v1/kinds": "anyone",
    "events GET /v1/events": "published organiser leader admin",
    "events GET /v1/events/facets": "anyone",
    "events POST /v1/events": _PLANS,
    "events GET /v1/events/{event_id}": "published organiser leader admin",
    "events PATCH /v1/events/{event_id}": _PLANS,
    "events POST /v1/events/{event_id}/publish": _PLANS,
    "events POST /v1/events/{event_id}/reschedule": _PLANS,
    "events POST /v1/events/{event_id}/postpone": _PLANS,
    "events POST /v1/events/{event_id}/complete": _PLANS,
    "events POST /v1/events/{event_id}/cancel": _PLANS,
    "events POST /v1/series/preview": "person",
    "events POST /v1/series": _PLANS,
    "events GET /v1/series/{series_id}": "published organiser leader admin",
    "events GET /v1/series/{series_id}/warnings": "organiser leader admin",
    "events PATCH /v1/series/{series_id}": _PLANS,
    "events POST /v1/series/{series_id}/publish": _PLANS,
    "events POST /v1/series/{series_id}/cancel": _PLANS,
    # What an event is warned of is seen by those who plan and lead; what an authority owes is everybody's to see.
    "events GET /v1/events/{event_id}/warnings": "organiser leader admin",
    "events POST /v1/events/{event_id}/warnings/{rule}/accept": _PLANS,
    "events GET /v1/programmes": "anyone",
    "events POST /v1/programmes": _PLANS,
    "events GET /v1/programmes/{programme_id}": "anyone",
    "events PATCH /v1/programmes/{programme_id}": _PLANS,
    "events DELETE /v1/programmes/{programme_id}": _PLANS,
    "events POST /v1/programmes/{programme_id}/copy": _PLANS,
    "events GET /v1/events/{event_id}/calendar.ics": "published",
    "events GET /v1/events/{event_id}/history": "organiser leader admin",
    "events GET /v1/calendar.ics": "anyone",
    "events GET /v1/events/{event_id}/schema.jsonld": "published",
    "events GET /v1/open-data/catalogue.jsonld": "anyone",
    "events GET /v1/open-data/events.json": "anyone",
    "events GET /v1/open-data/events.csv": "anyone",
    "events GET /v1/feeds/rss.xml": "anyone",
    "events GET /v1/feeds/atom.xml": "anyone",
    # One's own calendar is read by programs that cannot sign in: its address is the proof.
    "events GET /v1/calendar-addresses": "person",
    "events POST /v1/calendar-addresses": "person",
    "events DELETE /v1/calendar-addresses": "person",
    "events GET /v1/calendars/{secret}.ics": "anyone",
    "events POST /v1/imports": _PLANS,
    "events GET /v1/imports/{import_id}": _PLANS,
    "events POST /v1/imports/{import_id}/confirm": _PLANS,
    # A place is the person's; the list is the organiser's; the door lets in.
    "registrations GET /v1/offers/{event_id}": "anyone",
    "registrations PATCH /v1/offers/{event_id}": _PLANS,
    "registrations POST /v1/offers/{event_id}/registrations": "person",
    "registrations GET /v1/offers/{event_id}/registrations": "organiser officer door admin",
    "registrations PUT /v1/offers/{event_id}/quotas": _PLANS,
    "registrations PATCH /v1/offers/{event_id}/rules": _PLANS,
    "registrations GET /v1/offers/{event_id}/log": "organiser leader admin",
    "registrations POST /v1/offers/{event_id}/walk-ins": "door officer organiser admin",
    # What is asked is everybody's to see; what was answered is the person's and the organiser's.
    "registrations GET /v1/form-templates": "anyone",
    "registrations GET /v1/offers/{event_id}/form": "anyone",
    "registrations PUT /v1/offers/{event_id}/form": _PLANS,
    "registrations GET /v1/offers/{event_id}/form/versions": _PLANS,
    "registrations GET /v1/offers/{event_id}/answers": _PLANS,
    "registrations GET /v1/offers/{event_id}/answers/counts": _PLANS,
    "registrations PATCH /v1/registrations/{registration_id}/answers": "own",
    "registrations GET /v1/registrations": "person",
    "registrations GET /v1/registrations/{registration_id}": "own organiser admin",
    "registrations POST /v1/registrations/{registration_id}/cancel": "own organiser admin",
    "registrations POST /v1/registrations/{registration_id}/accept": "own",
    "registrations POST /v1/registrations/{registration_id}/approve": _PLANS,
    "registrations POST /v1/registrations/{registration_id}/decline": _PLANS,
    "registrations POST /v1/registrations/{registration_id}/reissue": "own organiser admin",
    "registrations POST /v1/registrations/{registration_id}/undo-check-in": "door officer organiser admin",
    "registrations GET /v1/registrations/{registration_id}/ticket": "own",
    "registrations POST /v1/tickets": _SENDER,
    "registrations POST /v1/offers/{event_id}/check-ins": "door officer organiser admin",
    "registrations GET /v1/ticket-keys": "anyone",
    "registrations GET /v1/offers/{event_id}/door-list": "door officer organiser admin",
    "registrations POST /v1/offers/{event_id}/scans": "door officer organiser admin",
    "registrations GET /v1/offers/{event_id}/door": "door officer organiser leader admin",
    "registrations GET /v1/offers/{event_id}/door-conflicts": _PLANS,
    # A list is its partner's and the event's organisers'; a nominee's link is the proof, and signed in one confirms.
    "registrations POST /v1/offers/{event_id}/group-registrations": "person",
    "registrations POST /v1/offers/{event_id}/nominations": _PLANS,
    "registrations GET /v1/offers/{event_id}/nominations": "organiser leader admin",
    "registrations GET /v1/nominations": _NAMES,
    "registrations GET /v1/nominations/{nomination_id}": _NAMES,
    "registrations PATCH /v1/nominations/{nomination_id}": _PLANS,
    "registrations POST /v1/nominations/{nomination_id}/close": _PLANS,
    "registrations POST /v1/nominations/{nomination_id}/nominees/preview": _NAMES,
    "registrations POST /v1/nominations/{nomination_id}/nominees": _NAMES,
    "registrations POST /v1/nominations/{nomination_id}/nominees/sheet": _NAMES,
    "registrations POST /v1/nominees/{nominee_id}/replace": _NAMES,
    "registrations POST /v1/nominees/{nominee_id}/look": "anyone",
    "registrations POST /v1/nominees/{nominee_id}/confirm": "person",
    "registrations POST /v1/nominees/{nominee_id}/decline": "anyone",
    "registrations POST /v1/nominees/addresses": _SENDER,
    "registrations GET /v1/offers/{event_id}/export": _PLANS,
    "registrations GET /v1/offers/{event_id}/badges.pdf": _PLANS,
    "registrations GET /v1/offers/{event_id}/tickets.pdf": _PLANS,
    "registrations GET /v1/offers/{event_id}/certificates.pdf": _PLANS,
    "registrations GET /v1/registrations/{registration_id}/ticket.pdf": "own organiser admin",
    "registrations GET /v1/registrations/{registration_id}/certificate.pdf": "own organiser admin",
    "registrations POST /v1/offers/{event_id}/imports": _PLANS,
    "registrations GET /v1/imports/{list_id}": _PLANS,
    "registrations GET /v1/imports/{list_id}/rows": _PLANS,
    "registrations PATCH /v1/imports/{list_id}/rows": _PLANS,
    "registrations POST /v1/imports/{list_id}/confirm": _PLANS,
    # Afterwards: figures for those who lead, of its own members for any organisation; answers are one's own to give.
    "registrations GET /v1/offers/{event_id}/attendance": "organiser leader admin",
    "registrations GET /v1/offers/{event_id}/attendance/{organisation_id}": "officer organiser leader",
    "registrations GET /v1/offers/{event_id}/survey": "anyone",
    "registrations PUT /v1/offers/{event_id}/survey": _PLANS,
    "registrations GET /v1/offers/{event_id}/survey/results": "organiser leader admin",
    "registrations GET /v1/registrations/{registration_id}/survey": "own",
    "registrations POST /v1/registrations/{registration_id}/survey-answers": "own",
    # An inbox is the person's or its organisation's; how mails fared is the organiser's.
    "notifications GET /v1/inbox": "own officer organiser leader",
    "notifications POST /v1/inbox/{notice_id}/read": "own officer organiser leader",
    "notifications POST /v1/previews": _PLANS,
    "notifications GET /v1/deliveries": _PLANS,
    # A partner's own system is its officers' affair.
    "notifications GET /v1/webhook-endpoints": _OFFICERS,
    "notifications POST /v1/webhook-endpoints": _OFFICERS,
    "notifications GET /v1/webhook-endpoints/{endpoint_id}": _OFFICERS,
    "notifications PATCH /v1/webhook-endpoints/{endpoint_id}": _OFFICERS,
    "notifications DELETE /v1/webhook-endpoints/{endpoint_id}": _OFFICERS,
    "notifications POST /v1/webhook-endpoints/{endpoint_id}/rotate": _OFFICERS,
    "notifications POST /v1/webhook-endpoints/{endpoint_id}/test": _OFFICERS,
    "notifications POST /v1/webhook-endpoints/{endpoint_id}/enable": _OFFICERS,
    "notifications GET /v1/webhook-endpoints/{endpoint_id}/deliveries": _OFFICERS,
    "notifications GET /v1/webhook-deliveries/{delivery_id}": _OFFICERS,
    "notifications POST /v1/webhook-deliveries/{delivery_id}/replay": _OFFICERS,
    "notifications GET /v1/outbox": "anyone",
    "notifications GET /v1/outbox/{mail_id}": "anyone",
}

# Where it depends on more than the path: what is asked, and which of the grants can hold for it.
CASES: dict[str, tuple[tuple[str, str], ...]] = {
    "registrations GET /v1/nominations": (("?organisation_id=$organisation", _NAMES),),
    "events GET /v1/events": (
        ("", "published"),
        ("?status=draft&organisation_id=$organisation", "organiser leader admin"),
    ),
    "events POST /v1/imports": (("?organisation_id=$organisation&kind=meeting", _PLANS),),
    "registrations GET /v1/offers/{event_id}/export": (
        ("?format=csv", _PLANS),
        ("?format=xlsx", _PLANS),
    ),
    "notifications GET /v1/inbox": (
        ("", "person"),
        ("?organisation_id=$organisation", "officer organiser leader"),
    ),
    "notifications POST /v1/inbox/{notice_id}/read": (
        ("", "own"),
        ("?notice=organisation", "officer organiser leader"),
    ),
    "notifications GET /v1/deliveries": (("?event_id=$event", _PLANS),),
    "notifications GET /v1/webhook-endpoints": (("?organisation_id=$organisation", _OFFICERS),),
    # Outside of a demo they are not there, for nobody.
    "notifications GET /v1/outbox": (("", ""),),
    "notifications GET /v1/outbox/{mail_id}": (("", ""),),
}

_NAME = {"vi": "Đối thoại"}
BODIES: dict[str, Any] = {
    "community POST /v1/sign-ins": {"email": "moi@test.example", "browser": "0" * 64},
    "community POST /v1/sign-ins/{sign_in_id}/complete": {"browser_nonce": "x", "code": "000000"},
    "community POST /v1/sign-ins/delivery": {"ids": ["$sign_in"]},
    "community POST /v1/sessions/token": {"session": "$session"},
    "community POST /v1/sessions/end": {"session": "$session"},
    "community POST /v1/service-tokens": {"client": "notifications", "secret": "$client_secret"},
    "community PATCH /v1/people/me": {"name": "Ada"},
    "community POST /v1/people/addresses": {"ids": ["$person"]},
    "community POST /v1/people/me/consents": {
        "purpose": "news",
        "given": True,
        "version": 1,
        "language": "vi",
    },
    "community PUT /v1/purposes/{key}": {"legal_basis": "consent", "version": 1, "text": _NAME},
    "community POST /v1/areas": {"level": "ward", "name": "Phường mới"},
    "community POST /v1/areas/{area_id}/successors": {"area_id": "$successor_area"},
    "community POST /v1/organisations": {"kind": "business", "name": "Đơn vị mới"},
    "community PATCH /v1/organisations/{organisation_id}": {"short_name": "Đơn vị"},
    "community POST /v1/organisations/{organisation_id}/successors": {
        "organisation_id": "$successor_organisation"
    },
    "community POST /v1/organisations/addresses": {"ids": ["$organisation"]},
    "community POST /v1/organisations/{organisation_id}/memberships": {
        "email": "vai-tro@test.example",
        "role": "member",
    },
    "events POST /v1/events": {
        "organisation_id": "$organisation",
        "kind": "dialogue",
        "title": _NAME,
    },
    "events POST /v1/imports": TABLE,
    "events POST /v1/imports/{import_id}/confirm": {},
    "events PATCH /v1/events/{event_id}": {"summary": _NAME},
    "events POST /v1/calendar-addresses": {},
    "events POST /v1/events/{event_id}/publish": {},
    "events POST /v1/events/{event_id}/reschedule": {
        "starts_at": "$later",
        "ends_at": "$much_later",
        "reason": {"vi": "Lãnh đạo bận họp"},
    },
    "events POST /v1/events/{event_id}/postpone": {"reason": {"vi": "Hội trường đang sửa"}},
    "events POST /v1/events/{event_id}/complete": {},
    "events POST /v1/events/{event_id}/cancel": {"reason": {"vi": "Bão lớn"}},
    "events POST /v1/series/preview": {"rule": "FREQ=DAILY;COUNT=2", "starts_at": "$later"},
    "events POST /v1/series": {"event_id": "$draft", "rule": "FREQ=DAILY;COUNT=2"},
    "events PATCH /v1/series/{series_id}": {"summary": _NAME},
    "events POST /v1/series/{series_id}/publish": {},
    "events POST /v1/series/{series_id}/cancel": {"reason": {"vi": "Bão lớn"}},
    "events POST /v1/events/{event_id}/warnings/{rule}/accept": {"reason": {"vi": "Đã cân nhắc"}},
    "events POST /v1/programmes": {
        "organisation_id": "$organisation",
        "year": 2027,
        "title": _NAME,
    },
    "events PATCH /v1/programmes/{programme_id}": {"estimate": 1},
    "events POST /v1/programmes/{programme_id}/copy": {"year": 2030},
    "notifications POST /v1/previews": {
        "organisation_id": "$organisation",
        "event_id": "$event",
        "step": "cancel",
    },
    "notifications POST /v1/webhook-endpoints": {
        "organisation_id": "$organisation",
        "url": "https://hethong.example/moi",
    },
    "notifications PATCH /v1/webhook-endpoints/{endpoint_id}": {"topics": ["event.cancelled"]},
    "registrations PATCH /v1/offers/{event_id}": {"capacity": 60},
    "registrations POST /v1/offers/{event_id}/registrations": {"name": "Ada"},
    "registrations PUT /v1/offers/{event_id}/quotas": {
        "quotas": [{"name": _NAME, "seats": 1, "first_timers": True}]
    },
    "registrations PATCH /v1/offers/{event_id}/rules": {"hold_minutes": 60},
    "registrations POST /v1/offers/{event_id}/walk-ins": {"name": "Ada"},
    "registrations PUT /v1/offers/{event_id}/form": {
        "fields": [{"key": "question", "kind": "long-text", "label": _NAME}]
    },
    "registrations PATCH /v1/registrations/{registration_id}/answers": {"answers": {}},
    "registrations POST /v1/registrations/{registration_id}/cancel": {},
    "registrations POST /v1/registrations/{registration_id}/accept": {},
    "registrations POST /v1/registrations/{registration_id}/approve": {},
    "registrations POST /v1/registrations/{registration_id}/decline": {
        "reason": "Không đúng đối tượng"
    },
    "registrations POST /v1/registrations/{registration_id}/reissue": {},
    "registrations POST /v1/registrations/{registration_id}/undo-check-in": {
        "reason": "Nhầm người"
    },
    "registrations POST /v1/offers/{event_id}/imports": PEOPLE_TABLE,
    "registrations PATCH /v1/imports/{list_id}/rows": {"rows": [{"place": 2, "name": "Ada"}]},
    "registrations POST /v1/imports/{list_id}/confirm": {},
    "registrations PUT /v1/offers/{event_id}/survey": {"days": 7},
    "registrations POST /v1/registrations/{registration_id}/survey-answers": {
        "answers": {"overall": 5}
    },
    "registrations POST /v1/tickets": {"registration_ids": ["$registration"]},
    "registrations POST /v1/offers/{event_id}/check-ins": {"registration_id": "$registration"},
    "registrations POST /v1/offers/{event_id}/scans": {
        "device_id": "$registration",
        "sent_at": "$later",
        "scans": [
            {
                "nonce": "$registration",
                "kind": "admit",
                "at": "$later",
                "registration_id": "$registration",
            }
        ],
    },
    "registrations POST /v1/offers/{event_id}/group-registrations": {"people": [{"name": "Ada"}]},
    "registrations POST /v1/offers/{event_id}/nominations": {
        "organisation_id": "$successor_organisation",
        "name": _NAME,
        "seats": 1,
        "deadline": "$soon",
    },
    "registrations PATCH /v1/nominations/{nomination_id}": {"seats": 3, "deadline": "$soon"},
    "registrations POST /v1/nominations/{nomination_id}/close": {},
    "registrations POST /v1/nominations/{nomination_id}/nominees/preview": {
        "text": "Ada, 0912 345 678"
    },
    "registrations POST /v1/nominations/{nomination_id}/nominees": {"text": "Ada, 0912 345 678"},
    "registrations POST /v1/nominations/{nomination_id}/nominees/sheet": PEOPLE_TABLE,
    "registrations POST /v1/nominees/{nominee_id}/replace": {
        "name": "Ada",
        "phone": "0912 345 678",
    },
    "registrations POST /v1/nominees/{nominee_id}/look": {"secret": "$link_secret"},
    "registrations POST /v1/nominees/{nominee_id}/confirm": {
        "secret": "$link_secret",
        "consent_version": 1,
    },
    "registrations POST /v1/nominees/{nominee_id}/decline": {"secret": "$link_secret"},
    "registrations POST /v1/nominees/addresses": {"ids": ["$nominee"]},
}

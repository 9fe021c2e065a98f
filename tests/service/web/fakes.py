"""The four services as small WSGI apps in memory: the JSON of their contract, and a refusal of what it does not name.

What they refuse, they refuse with the services' own problems, so that pages are tested with the sentences that come.
"""

from __future__ import annotations

import base64
import copy
import json
import uuid
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any

import marshmallow as ma
from flask import Flask, jsonify, request

from services.community.errors import SessionEnded, SignInFailed
from services.events.errors import EventCompleted, FixedAfterPublication
from services.events.models import checks
from services.events.models.event import AFTERWARDS, TEXTS
from services.events.models.shapes import AS_JSON, shaped
from services.events.schemas.events import EventChange, EventRequest
from services.registrations.errors import (
    AlreadyCheckedIn,
    AlreadyRegistered,
    EventFull,
    NoTicket,
    TicketInvalid,
)
from shared.http.etags import EditedMeanwhile
from shared.http.idempotency import KeyReused
from shared.http.problems import (
    Away,
    Invalid,
    NotFound,
    Unauthenticated,
    answer_with_problems,
    flatten,
)
from shared.http.schemas import Phone
from shared.text import Text
from tests.service.web import (
    after_fakes,
    channels_fakes,
    door_fakes,
    form_fakes,
    lists_fakes,
    more_fakes,
    nomination_fakes,
    seats_fakes,
    year_fakes,
)

NOW = datetime(2026, 3, 10, 2, 0, tzinfo=UTC)
HALL = "Hội trường UBND phường An Đông"
ORGANISATION = {
    "id": str(uuid.UUID(int=1)),
    "name": "Ủy ban nhân dân phường An Đông",
    "short_name": "UBND phường An Đông",
}
UNION = {"id": str(uuid.UUID(int=2)), "name": "Đoàn phường An Đông", "short_name": "Đoàn phường"}
WOMEN = {
    "id": str(uuid.UUID(int=3)),
    "name": "Hội LHPN phường An Đông",
    "short_name": "Hội LHPN phường",
}
KINDS = [
    {
        "key": "dialogue-business",
        "name": {"vi": "Đối thoại với doanh nghiệp trẻ", "en": "Dialogue with young businesses"},
    },
    {
        "key": "dialogue-youth",
        "name": {"vi": "Đối thoại với thanh niên", "en": "Dialogue with young people"},
    },
    {"key": "training", "name": {"vi": "Tập huấn", "en": "Training"}},
]
CHANGEABLE, WRITABLE = set(EventChange().fields), set(EventRequest().fields)
FILTERS = {"q", "kind", "organisation_id", "area_id", "language", "open", "status", "from", "to"}
IN_BOTH = ("title", "summary", "description", "audience")
NEEDED = ("starts_at", "ends_at", "capacity", "registration_opens_at", "registration_closes_at")


def iso(moment: datetime) -> str:
    return moment.isoformat().replace("+00:00", "Z")


def new_id() -> str:
    return str(uuid.uuid4())


def event(**changes: Any) -> dict[str, Any]:
    """A published dialogue on Thursday 26 March 2026, 14:00 in Vietnam."""
    starts = datetime(2026, 3, 26, 7, 0, tzinfo=UTC)
    plain: dict[str, Any] = {
        "id": new_id(),
        "organisation": ORGANISATION,
        "kind": KINDS[0],
        "title": {
            "vi": "Đối thoại giữa lãnh đạo UBND phường An Đông với doanh nghiệp trẻ và hộ kinh doanh năm 2026",
            "en": "Dialogue between the leaders of An Dong ward and its young businesses, 2026",
        },
        "summary": {
            "vi": "Lắng nghe khó khăn, trả lời tại chỗ, theo dõi từng kiến nghị đến khi có kết quả.",
            "en": "Difficulties heard, answered on the spot, and followed until something comes of them.",
        },
        "description": {
            "vi": "Hóa đơn điện tử, sạp chợ, phòng cháy chữa cháy.",
            "en": "E-invoices, stalls, fire safety.",
        },
        "illustrative": True,
        "hosts": [
            {
                "role_title": {"vi": "Chủ tịch UBND phường", "en": "Chairperson of the ward"},
                "organisation_id": None,
                "note": {"vi": "Chủ trì", "en": "In the chair"},
            },
            {
                "role_title": {
                    "vi": "Trưởng phòng Kinh tế, Hạ tầng và Đô thị",
                    "en": "Head of the economic office",
                },
                "organisation_id": None,
                "note": None,
            },
        ],
        "venue": {
            "name": HALL,
            "address": "34 đường An Dương Vương",
            "area_id": None,
            "accessibility": {"vi": "Có lối đi cho xe lăn", "en": "Step-free access"},
        },
        "starts_at": iso(starts),
        "ends_at": iso(starts + timedelta(hours=2, minutes=30)),
        "timezone": "Asia/Ho_Chi_Minh",
        "capacity": 200,
        "waitlist": True,
        "registration_opens_at": iso(NOW - timedelta(days=10)),
        "registration_closes_at": iso(starts - timedelta(days=1)),
        "audience": {
            "vi": "Doanh nghiệp trẻ, hộ kinh doanh, nhóm khởi nghiệp",
            "en": "Young businesses, household businesses, start-ups",
        },
        "languages": ["vi"],
        "partners": [UNION, WOMEN],
        "document": {"number": "12/KH-UBND", "date": "2026-02-01"},
        "legal_basis": "Kế hoạch 144/KH-UBND, mục II.5",
        "status": "published",
        "attendance_mode": "offline",
        **{name: [] for name in ("speakers", "agenda", "attachments", "contacts", "co_organisers")},
        **dict.fromkeys(("join_url", "cover", "conclusion", "programme_id", "owed_event_id")),
        **dict.fromkeys(("series_id", "occurrence")),
        "reason": None,
        "uid": "x@doithoai",
        "calendar_sequence": 0,
        "seats": {"left": 34, "waitlist_length": 0, "state": "open", "capacity": 200},
        "published_at": iso(NOW),
        "updated_at": iso(NOW),
    }
    return plain | changes


EMPTY: dict[str, Any] = {
    "title": {"vi": "Bản nháp trống", "en": None}, "summary": None, "description": None, "audience": None, "illustrative": False,
    "hosts": [], "venue": None, "starts_at": None, "ends_at": None, "capacity": None, "registration_opens_at": None,
    "registration_closes_at": None, "partners": [], "document": None, "legal_basis": None, "status": "draft", "seats": None,
    "published_at": None,
}  # fmt: skip
"""A draft of which only organisation, kind and title were said."""


FULL: dict[str, Any] = {
    "attendance_mode": "mixed", "join_url": "https://meet.example.vn/an-dong", "languages": ["vi", "zh"], "co_organisers": [UNION],
    "partners": [WOMEN],
    "speakers": [{"role_title": {"vi": "Trưởng ban Quản lý chợ", "en": "Head of the market"}, "name": "Người Minh Họa", "organisation_id": None, "note": {"vi": "Sắp xếp sạp", "en": "Stalls"}}],
    "agenda": [
        {"starts_at": "2026-03-26T14:30:00+07:00", "ends_at": "2026-03-26T15:30:00+07:00", "title": {"vi": "Hóa đơn", "en": "Invoices"}, "speaker": {"vi": "Chi cục Thuế", "en": "Tax office"}, "room": "Phòng A", "note": None},
        {"starts_at": "2026-03-26T14:30:00+07:00", "ends_at": "2026-03-26T15:30:00+07:00", "title": {"vi": "Phòng cháy", "en": "Fire safety"}, "speaker": None, "room": "Phòng B", "note": {"vi": "Có\nthực hành", "en": "With\npractice"}},
        {"starts_at": "2026-03-26T14:00:00+07:00", "ends_at": "2026-03-26T14:30:00+07:00", "title": {"vi": "Khai mạc", "en": "Opening"}, "speaker": None, "room": "Phòng A", "note": None},
    ],
    "attachments": [{"title": {"vi": "Kế hoạch", "en": "Plan"}, "url": "https://andong.example.vn/ke-hoach.pdf"}],
    "cover": {"url": "https://images.example.vn/cho.jpg?w=1", "alt": {"vi": "Chợ An Đông", "en": "The market"}},
    "contacts": [{"name": {"vi": "Phòng Kinh tế", "en": "Economic office"}, "phone": "+842838350000", "email": "kinh-te@example.vn"}],
    "venue": {
        "name": HALL, "address": "34 đường An Dương Vương", "area_id": new_id(), "accessibility": None, "room": "Phòng A", "room_capacity": 50,
        "location": {"latitude": 10.7546, "longitude": 106.6655},
    },
}  # fmt: skip
"""All that an event may hold beside what every one has; its agenda as it was typed, not in order."""

CONCLUSION = {
    "number": "45/TB-UBND", "date": "2026-04-02", "url": "https://andong.example.vn/kl.pdf", "summary": {"vi": "Ba việc\nđã hứa", "en": "Three promises"},
}  # fmt: skip


class World:
    """What the four services hold, what was asked of them, and which of them are away."""

    def __init__(self) -> None:
        self.events: dict[str, dict[str, Any]] = {}
        self.registrations: dict[str, dict[str, Any]] = {}
        self.nominations: dict[str, dict[str, Any]] = {}
        self.consents: list[dict[str, Any]] = []
        self.sign_ins: dict[str, dict[str, Any]] = {}
        self.people: dict[str, dict[str, Any]] = {}
        self.letters: list[dict[str, Any]] = []
        self.deliveries: list[dict[str, Any]] = []
        self.warnings: list[dict[str, Any]] = []
        # Whom a step tells beside those with a place: (kind, status, count).
        self.told_more: list[tuple[str, str | None, int]] = []
        self.programmes: dict[str, Any] = {}
        self.series: dict[str, dict[str, Any]] = {}
        self.mails: dict[str, dict[str, Any]] = {}
        self.keys: dict[tuple[str, str], Any] = {}
        self.organisations = [ORGANISATION, UNION, WOMEN]
        self.asked: list[tuple[str, str]] = []
        self.sent: list[tuple[str, str, Any]] = []
        self.away: set[str] = set()
        # A path at which everything fails, though the service itself is there.
        self.away_at = ""
        self.ended: set[str] = set()
        self.undescribed = False
        self.uploads: list[tuple[str, int]] = []
        self.files: dict[str, dict[str, Any]] = {}
        self.imported: dict[str, str] = {}
        self.histories: dict[str, list[dict[str, Any]]] = {}
        self.addresses: dict[str, dict[str, Any]] = {}
        self.areas: list[dict[str, Any]] = []
        self.no_series = False
        self.forms: dict[str, list[Any]] = {}
        # What an event's offer has beside the count, and what happened to its seats.
        self.offers: dict[str, dict[str, Any]] = {}
        self.seat_logs: dict[str, list[dict[str, Any]]] = {}
        self.conflicts: list[dict[str, Any]] = []
        self.endpoints: dict[str, Any] = {}
        self.hooks: dict[str, Any] = {}
        self.surveys: dict[str, Any] = {}
        self.answered: set[str] = set()
        self.attendances: dict[str, dict[str, Any]] = {}

    def add(self, **changes: Any) -> dict[str, Any]:
        made = event(**changes)
        self.events[made["id"]] = made
        return made

    def person(self, email: str, **more: Any) -> dict[str, Any]:
        person = {
            "id": new_id(), "name": "", "email": email, "phone": None, "language": "vi", "memberships": [], "admin": False,
        } | more  # fmt: skip
        return self.people.setdefault(email, person)

    def register(
        self, event: dict[str, Any], person: dict[str, Any], name: str, **more: Any
    ) -> dict[str, Any]:
        made: dict[str, Any] = {
            "id": new_id(), "event_id": event["id"], "person_id": person["id"], "name": name, "phone": None, "status": "confirmed",
            "registered_by": None, "position": None, "held_until": None, "why": None, "note": None, "registered_at": iso(NOW), "cancelled_at": None, "checked_in_at": None,
            "event": {"title": event["title"], "starts_at": event["starts_at"], "ends_at": event["ends_at"], "timezone": event["timezone"], "venue_name": HALL},
        } | more  # fmt: skip
        self.registrations[made["id"]] = made
        return made

    def apps(self) -> dict[str, Flask]:
        built = {
            "community": community(self), "events": events(self), "registrations": registrations(self), "notifications": notifications(self),
        }  # fmt: skip
        for name, app in built.items():
            _strict(app, name, self)
        return built


def _strict(app: Flask, name: str, world: World) -> None:
    @app.before_request
    def _note() -> None:
        world.asked.append((request.method, request.path))
        if request.method != "GET":
            world.sent.append((request.method, request.path, request.get_json(silent=True)))
        if name in world.away or (request.path == world.away_at):
            raise Away

    answer_with_problems(app)


def body(allowed: set[str], required: set[str] | None = None) -> dict[str, Any]:
    """The JSON object that was sent; a field that the contract does not name is refused."""
    sent: dict[str, Any] = request.get_json()
    wrong = dict.fromkeys(sent.keys() - allowed, "Unknown field.")
    wrong |= dict.fromkeys((required or set()) - sent.keys(), "Xin điền mục này.")
    if wrong:
        raise Invalid(wrong)
    return sent


def query(allowed: set[str]) -> dict[str, str]:
    """The query; a parameter that the contract does not name is refused."""
    asked = request.args.to_dict()
    if unknown := asked.keys() - allowed:
        raise Invalid(dict.fromkeys(unknown, "Unknown field."))
    return asked


def page_of(items: list[Any]) -> dict[str, Any]:
    """As many as were asked for, from the cursor on."""
    start, limit = int(request.args.get("cursor", 0)), int(request.args.get("limit", 50))
    assert 0 < limit <= 200
    following = str(start + limit) if len(items) > start + limit else None
    return {"items": items[start : start + limit], "next": following}


def phone(sent: dict[str, Any]) -> str | None:
    """As the services keep it."""
    try:
        return Phone(allow_none=True).deserialize(sent.get("phone"))
    except ma.ValidationError as wrong:
        raise Invalid({"phone": wrong.messages[0]}) from None


def token_of(person: dict[str, Any]) -> str:
    roles = [[m["organisation"]["id"], m["role"]] for m in person["memberships"]]
    claims = {
        "sub": person["id"],
        "email": person["email"],
        "kind": "person",
        "roles": roles,
        "doors": person.get("doors", []),
        "admin": person["admin"],
    }
    return "x." + base64.urlsafe_b64encode(json.dumps(claims).encode()).decode().rstrip("=") + ".x"


def caller(world: World) -> dict[str, Any]:
    """The person whose token came, or 401."""
    sent = request.headers.get("Authorization", "")
    if not sent.startswith("Bearer x."):
        raise Unauthenticated
    payload = sent.split(".")[1]
    return world.people[
        json.loads(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))["email"]
    ]


def holding(world: World, organisation_id: str, *roles: str, event_id: str = "") -> dict[str, Any]:
    """The caller, if one of the roles (or the door of the event) is theirs; else it is not there."""
    person = caller(world)
    held = any(
        m["organisation"]["id"] == organisation_id and m["role"] in roles
        for m in person["memberships"]
    )
    at_the_door = [organisation_id, event_id] in person.get("doors", [])
    if not held and not at_the_door and not (person["admin"] and "admin" in roles):
        raise NotFound
    return person


def once(world: World, make: Callable[[], Any]) -> Any:
    """Idempotency-Key, which every POST that creates must carry: a repeat gets the first answer, whatever came since."""
    key, sent = (request.path, request.headers["Idempotency-Key"]), request.get_data()
    if key not in world.keys:
        world.keys[key] = sent, copy.deepcopy(make())
    first, answer = world.keys[key]
    if first != sent:
        raise KeyReused
    return answer


def community(world: World) -> Flask:
    app = Flask("community")

    def session_of(person: dict[str, Any]) -> dict[str, Any]:
        return {
            "access_token": token_of(person),
            "expires_at": iso(NOW + timedelta(minutes=10)),
            "person": person,
        }

    @app.post("/v1/sign-ins")
    def ask() -> Any:
        sent = body({"email", "language", "browser"}, {"email", "language", "browser"})
        if "@" not in sent["email"]:
            raise Invalid({"email": "Địa chỉ thư điện tử không đúng."})
        made = {"id": new_id(), "token": "t0ken", "code": "123456", **sent}
        world.sign_ins[made["id"]] = made
        return {"id": made["id"], "expires_at": iso(NOW + timedelta(minutes=10))}, 202

    @app.post("/v1/sign-ins/<sign_in_id>/complete")
    def complete(sign_in_id: str) -> Any:
        import hashlib

        sent = body({"browser_nonce", "code", "token"}, {"browser_nonce"})
        asked = world.sign_ins.get(sign_in_id)
        ours = (
            asked and hashlib.sha256(sent["browser_nonce"].encode()).hexdigest() == asked["browser"]
        )
        if (
            not asked
            or not ours
            or (sent.get("code") != asked["code"] and sent.get("token") != asked["token"])
        ):
            raise SignInFailed
        del world.sign_ins[sign_in_id]
        person = world.person(asked["email"])
        return {"session": f"s-{person['email']}", **session_of(person)}

    @app.post("/v1/sessions/token")
    def token() -> Any:
        secret = body({"session"})["session"]
        if secret in world.ended:
            raise SessionEnded
        return session_of(world.people[secret[2:]])

    @app.post("/v1/sessions/end")
    def end() -> Any:
        world.ended.add(body({"session"})["session"])
        return "", 204

    @app.get("/v1/people/me")
    def me() -> Any:
        return jsonify(caller(world)), 200, {"ETag": '"1"'}

    @app.patch("/v1/people/me")
    def change_me() -> Any:
        sent, person = body({"name", "phone", "language"}), caller(world)
        if request.headers.get("If-Match") != '"1"':
            raise EditedMeanwhile
        person.update(sent, **({"phone": phone(sent)} if "phone" in sent else {}))
        return person

    @app.get("/v1/purposes")
    def purposes() -> Any:
        news = {
            "vi": "Tôi đồng ý nhận thư về những buổi đối thoại và tập huấn sau này.",
            "en": "I agree to receive mails about later dialogues and trainings.",
        }
        service = {
            "vi": "Dùng tên và thư của bạn để tổ chức buổi này.",
            "en": "Your name and mail are used to run this event.",
        }
        return {"items": [
            {"key": "news", "legal_basis": "consent", "version": 1, "text": news},
            {"key": "service", "legal_basis": "contract", "version": 1, "text": service},
        ]}  # fmt: skip

    @app.get("/v1/people/me/consents")
    def consents() -> Any:
        return {
            "items": [c for c in world.consents if c["person"] == caller(world)["id"]],
            "next": None,
        }

    @app.post("/v1/people/me/consents")
    def consent() -> Any:
        sent, person = (
            body(
                {"purpose", "given", "version", "language"},
                {"purpose", "given", "version", "language"},
            ),
            caller(world),
        )
        made = once(world, lambda: {"id": new_id(), "person": person["id"], **sent, "at": iso(NOW)})
        if made not in world.consents:
            world.consents.append(made)
        return made, 201

    @app.get("/v1/organisations")
    def organisations() -> Any:
        query({"on", "limit", "cursor"})
        return page_of([dict(o, kind="association") for o in world.organisations])

    @app.get("/v1/organisations/<organisation_id>")
    def organisation(organisation_id: str) -> Any:
        return next(o for o in world.organisations if o["id"] == organisation_id)

    @app.get("/v1/organisations/<organisation_id>/memberships")
    def memberships(organisation_id: str) -> Any:
        holding(world, organisation_id, "organiser", "admin")
        held = [
            {"id": new_id(), "person_id": person["id"], "name": person["name"], "role": m["role"], "event_id": m["event_id"]}
            for person in world.people.values()
            for m in person["memberships"]
            if m["organisation"]["id"] == organisation_id
        ]  # fmt: skip
        return {"items": held, "next": None}

    @app.get("/v1/areas")
    def areas() -> Any:
        assert query({"on", "level", "limit", "cursor"})["level"] == "ward"
        return page_of(world.areas)

    return app


def events(world: World) -> Flask:
    app = Flask("events")

    def owned(event_id: str, *roles: str) -> dict[str, Any]:
        found = world.events.get(event_id)
        if not found:
            raise NotFound
        holding(world, found["organisation"]["id"], *(roles or ("organiser", "admin")))
        return found

    def matching(asked: dict[str, str]) -> list[dict[str, Any]]:
        status, q, after = asked.get("status"), asked.get("q", ""), asked.get("from", iso(NOW))
        if status == "draft":
            holding(world, asked["organisation_id"], "organiser", "leader", "admin")
        for name in ("organisation_id", "area_id"):
            uuid.UUID(asked.get(name, new_id()))
        return [
            e
            for e in world.events.values()
            if (e["status"] == status if status else e["status"] != "draft")
            and q.casefold() in e["title"]["vi"].casefold()
            and asked.get("kind") in (None, e["kind"]["key"])
            and asked.get("organisation_id") in (None, e["organisation"]["id"])
            and asked.get("area_id") in (None, (e.get("venue") or {}).get("area_id"))
            and asked.get("language", "vi") in e.get("languages", ["vi"])
            and (asked.get("open") != "1" or (e.get("seats") and e["seats"]["left"] > 0))
            and (status == "draft" or e["ends_at"] > after)
            and (status == "draft" or e["starts_at"] < asked.get("to", "~"))
        ]

    @app.get("/v1/events")
    def listing() -> Any:
        shown = matching(query(FILTERS | {"limit", "cursor"}))
        return page_of(sorted(shown, key=lambda e: (e["starts_at"] or "", e["id"])))

    more_fakes.facets(app, matching)
    more_fakes.files(app, world)
    more_fakes.histories(app, world)
    more_fakes.own_calendars(app, world)
    year_fakes.programmes(app, world)

    @app.get("/v1/kinds")
    def kinds() -> Any:
        return {"items": KINDS}

    def dates_of_a_series(series_id: str) -> Any:
        """Of a series that is known by its events alone."""
        found = [one for one in world.events.values() if one["series_id"] == series_id]
        if not found or world.no_series:
            raise NotFound
        return {"id": series_id, "events": [_seen(one) for one in found], "outside": []}

    year_fakes.series(app, world, otherwise=dates_of_a_series)

    @app.post("/v1/events")
    def create() -> Any:
        sent = body(WRITABLE, {"organisation_id", "kind", "title"})
        holding(world, sent["organisation_id"], "organiser", "admin")
        kept = _kept(sent, event(**EMPTY))
        return once(world, lambda: world.add(**kept | {"id": new_id()})), 201

    def _kept(sent: dict[str, Any], known: dict[str, Any]) -> dict[str, Any]:
        """The event as it would be, or what the service says of it."""
        if wrong := EventRequest(partial=True).validate(sent):
            raise Invalid(flatten(wrong))
        kept = known | {k: v for k, v in sent.items() if k not in ("organisation_id", "kind")}
        if "kind" in sent:
            kept["kind"] = next(k for k in KINDS if k["key"] == sent["kind"])
        for name in sent.keys() & AS_JSON:
            kept[name] = shaped(name, sent[name], known[name])
        kept |= {name: kept[name] and {"en": None} | kept[name] for name in IN_BOTH}
        listed = [*world.organisations, *known["partners"], *known["co_organisers"]]
        for name in ("partners", "co_organisers"):
            if name in sent:
                by_id = {one["id"]: one for one in listed}
                kept[name] = [by_id[one] for one in sent[name]]
        times = {name: moment and datetime.fromisoformat(moment) for name, moment in kept.items() if name.endswith("_at")}  # fmt: skip
        planned: Any = SimpleNamespace(**kept | times)
        if contradictions := checks.contradictions(planned):
            raise Invalid(contradictions)
        return kept

    def _seen(found: dict[str, Any]) -> dict[str, Any]:
        """As the caller sees it: the link to join is for who plans it, and for who has a place."""
        person = caller(world) if "Authorization" in request.headers else {"id": "", "admin": False}
        plans = any(
            m["organisation"]["id"] == found["organisation"]["id"]
            for m in person.get("memberships", [])
        )
        joins = plans or any(
            r["event_id"] == found["id"]
            and r["person_id"] == person["id"]
            and r["status"] == "confirmed"
            for r in world.registrations.values()
        )
        return found if joins else found | {"join_url": None}

    @app.get("/v1/events/<event_id>")
    def one(event_id: str) -> Any:
        found = world.events.get(event_id)
        if found is None:
            raise NotFound
        if found["status"] == "draft":
            owned(event_id, "organiser", "leader", "admin")
        return jsonify(_seen(found)), 200, {"ETag": '"7"'}

    @app.patch("/v1/events/<event_id>")
    def change(event_id: str) -> Any:
        found, sent = owned(event_id), body(CHANGEABLE)
        if request.headers.get("If-Match") != '"7"':
            raise EditedMeanwhile
        if found["status"] == "completed" and sent.keys() - AFTERWARDS:
            raise EventCompleted
        fixed = sent.keys() - TEXTS - {"partners", "co_organisers"}
        if found["status"] != "draft" and fixed:
            raise FixedAfterPublication(fixed)
        found.update(_kept(sent, found))
        return found

    @app.post("/v1/events/<event_id>/publish")
    def publish(event_id: str) -> Any:
        accepted = {one["rule"]: one["reason"]["vi"] for one in body({"accept"})["accept"]}
        found = owned(event_id)
        for warning in world.warnings:
            if warning["must_be_accepted"]:
                assert accepted[warning["rule"]].strip()
        missing = [name for name in NEEDED if found[name] is None]
        missing += [] if found["venue"] else ["venue.name"]
        if missing:
            raise Invalid(dict.fromkeys(missing, Text("Xin điền mục này.", "Please fill this in.")))
        found["status"] = "published"
        return found

    @app.post("/v1/events/<event_id>/reschedule")
    def reschedule(event_id: str) -> Any:
        sent = body(
            {"starts_at", "ends_at", "registration_closes_at", "reason"},
            {"starts_at", "ends_at", "reason"},
        )
        owned(event_id).update(sent)
        return owned(event_id)

    @app.get("/v1/events/<event_id>/warnings")
    def warnings(event_id: str) -> Any:
        owned(event_id)
        return page_of(world.warnings)

    @app.post("/v1/events/<event_id>/postpone")
    def postpone(event_id: str) -> Any:
        owned(event_id).update(body({"reason"}, {"reason"}), status="postponed")
        return owned(event_id)

    @app.post("/v1/events/<event_id>/complete")
    def complete(event_id: str) -> Any:
        body(set())
        owned(event_id).update(status="completed")
        return owned(event_id)

    @app.post("/v1/events/<event_id>/cancel")
    def cancel(event_id: str) -> Any:
        owned(event_id).update(body({"reason"}, {"reason"}), status="cancelled")
        for registration in world.registrations.values():
            if registration["event_id"] == event_id:
                registration.update(status="cancelled", cancelled_at=iso(NOW), position=None)
        return owned(event_id)

    @app.get("/v1/events/<event_id>/schema.jsonld")
    def schema(event_id: str) -> Any:
        found = world.events.get(event_id)
        if found is None or found["status"] == "draft" or world.undescribed:
            raise NotFound
        return {"@type": "Event", "name": found["title"]["vi"]}

    @app.get("/v1/calendar.ics")
    @app.get("/v1/calendars/mat.ics", defaults={"event_id": ""})
    @app.get("/v1/events/<event_id>/calendar.ics")
    def ics(event_id: str = "") -> Any:
        if request.headers.get("If-None-Match") == '"c"':
            return "", 304, {"ETag": '"c"'}
        return (
            "BEGIN:VCALENDAR\r\nEND:VCALENDAR\r\n",
            200,
            {"Content-Type": "text/calendar; charset=utf-8", "ETag": '"c"'},
        )

    return app


def registrations(world: World) -> Flask:
    app = Flask("registrations")
    nomination_fakes.nominations(app, world)

    def of(event_id: str, *states: str) -> list[dict[str, Any]]:
        return [
            r
            for r in world.registrations.values()
            if r["event_id"] == event_id and (not states or r["status"] in states)
        ]

    def own(registration_id: str) -> dict[str, Any]:
        found = world.registrations.get(registration_id)
        if not found or caller(world)["id"] not in (
            found["person_id"],
            found["registered_by"],
        ):
            raise NotFound
        return found

    def offer_of(event_id: str) -> dict[str, Any]:
        found = world.events.get(event_id)
        if not found or found["status"] == "draft":
            raise NotFound
        taken = found["capacity"] - (found["seats"] or {"left": found["capacity"]})["left"]
        left = found["capacity"] - taken
        status = "cancelled" if found["status"] == "cancelled" else "open" if left else "full"
        offer = {
            "event_id": event_id, "status": status, "why": "", "capacity": found["capacity"], "seats_left": left, "confirmed": taken,
            "waitlist": found["waitlist"], "waitlist_length": len(of(event_id, "waitlisted")), "opens_at": found["registration_opens_at"],
            "closes_at": found["registration_closes_at"], "starts_at": found["starts_at"], "ends_at": found["ends_at"],
        }  # fmt: skip
        return seats_fakes.offered(world, offer)

    seats_fakes.seats(app, world, offer_of)
    after_fakes.after(app, world)

    form_fakes.forms(app, world, own)

    @app.get("/v1/offers/<event_id>")
    def offer(event_id: str) -> Any:
        return jsonify(offer_of(event_id)), 200, {"ETag": '"3"'}

    @app.patch("/v1/offers/<event_id>")
    def change_offer(event_id: str) -> Any:
        holding(world, ORGANISATION["id"], "organiser", "admin")
        sent, offered = body({"capacity", "was", "losing"}, {"capacity"}), offer_of(event_id)
        if sent.get("was") not in (None, offered["capacity"]):
            raise EditedMeanwhile
        seats_fakes.require_kept(offered, sent["capacity"])
        if sent["capacity"] < offered["confirmed"]:
            seats_fakes.cut(world, of(event_id, "confirmed"), offered["confirmed"], sent)
            world.events[event_id]["seats"]["left"] = 0
        world.events[event_id]["capacity"] = sent["capacity"]
        return offer_of(event_id)

    @app.post("/v1/offers/<event_id>/registrations")
    def register(event_id: str) -> Any:
        allowed = {"name", "phone", "note", "answers", "form_version"}
        sent, person = body(allowed, {"name"}), caller(world)
        number, answered = phone(sent), form_fakes.read(world, event_id, sent)

        def make() -> dict[str, Any]:
            mine = [
                r for r in of(event_id, "confirmed", "waitlisted") if r["person_id"] == person["id"]
            ]
            if mine:
                raise AlreadyRegistered(registration_id=mine[0]["id"])
            full = offer_of(event_id)["seats_left"] == 0
            if full and not world.events[event_id]["waitlist"]:
                raise EventFull
            place = (
                {"status": "waitlisted", "position": len(of(event_id, "waitlisted")) + 1}
                if full
                else {}
            )
            return world.register(
                world.events[event_id], person, sent["name"], phone=number, **place, **answered
            )

        return once(world, make), 201

    @app.get("/v1/offers/<event_id>/registrations")
    def attendees(event_id: str) -> Any:
        offer_of(event_id)
        person = holding(
            world, ORGANISATION["id"], "organiser", "officer", "admin", event_id=event_id
        )
        asked = query({"q", "status", "limit", "cursor"})
        in_full = person["admin"] or any(m["role"] == "organiser" for m in person["memberships"])
        hidden = () if in_full else ("phone", "note", "unanswered")
        shown = [
            {n: v for n, v in form_fakes.seen(world, r).items() if n not in hidden}
            for r in of(event_id)
            if asked.get("q", "").casefold() in r["name"].casefold()
            and asked.get("status") in (None, r["status"])
        ]
        counts = {s: len(of(event_id, s)) for s in ("confirmed", "waitlisted", "cancelled")}
        counts["checked_in"] = len([r for r in of(event_id) if r["checked_in_at"]])
        return page_of(shown) | {"counts": counts}

    @app.get("/v1/registrations")
    def mine() -> Any:
        person, event_id = caller(world), query({"event_id", "limit", "cursor"}).get("event_id")
        own = [
            r
            for r in world.registrations.values()
            if person["id"] in (r["person_id"], r["registered_by"])
            and event_id in (None, r["event_id"])
        ]
        return page_of([form_fakes.seen(world, r) for r in own[::-1]])

    @app.get("/v1/registrations/<registration_id>")
    def one(registration_id: str) -> Any:
        found = world.registrations.get(registration_id)
        owners = (found["person_id"], found["registered_by"]) if found else ()
        if found and caller(world)["id"] not in owners:
            holding(world, ORGANISATION["id"], "organiser", "admin")
            return form_fakes.seen(world, found)
        nothing: dict[str, Any] = {"answers": {}, "form_version": None}
        return nothing | form_fakes.seen(world, own(registration_id))

    @app.post("/v1/registrations/<registration_id>/cancel")
    def cancel(registration_id: str) -> Any:
        body(set())
        own(registration_id).update(status="cancelled", cancelled_at=iso(NOW), position=None)
        return own(registration_id)

    @app.get("/v1/registrations/<registration_id>/ticket")
    def ticket(registration_id: str) -> Any:
        found = own(registration_id)
        if found["status"] != "confirmed":
            raise NoTicket
        token = door_fakes.ticket_of(found)
        return {
            "registration_id": registration_id,
            "event_id": found["event_id"],
            "token": token,
            "code": "K7MQ4RWX",
            "issue": 1,
        }

    door_fakes.doors(app, world)

    @app.post("/v1/offers/<event_id>/check-ins")
    def check_in(event_id: str) -> Any:
        holding(world, ORGANISATION["id"], "organiser", "officer", "admin", event_id=event_id)
        sent, found = body({"ticket", "code", "registration_id"}), of(event_id)
        assert len(sent) == 1
        if len(sent.get("ticket", "")) > 400:
            raise Invalid({"ticket": "Longer than maximum length 400."})
        if "ticket" in sent:
            sent["registration_id"] = str(door_fakes.SIGNER.read(sent["ticket"]).registration_id)
        if not found or sent.get("code", "K7MQ4RWX") != "K7MQ4RWX":
            raise TicketInvalid("unknown")
        entered = next((r for r in found if r["id"] == sent.get("registration_id")), found[0])
        if world.events[event_id]["status"] == "cancelled":
            raise TicketInvalid("event-cancelled")
        if entered["status"] != "confirmed":
            raise TicketInvalid(entered["status"])
        if entered["checked_in_at"]:
            raise AlreadyCheckedIn(
                registration_id=entered["id"],
                name=entered["name"],
                checked_in_at=datetime.fromisoformat(entered["checked_in_at"]),
            )
        entered["checked_in_at"] = iso(NOW)
        return {
            "registration_id": entered["id"],
            "name": entered["name"],
            "checked_in_at": iso(NOW),
        }, 201

    lists_fakes.lists(app, world)
    return app


def notifications(world: World) -> Flask:
    app = Flask("notifications")
    channels_fakes.channels(app, world)

    @app.get("/v1/inbox")
    def inbox() -> Any:
        organisation_id = request.args.get("organisation_id")
        readers = ("officer", "organiser", "leader")
        person = holding(world, organisation_id, *readers) if organisation_id else caller(world)
        owner = person["id"]
        shown = [
            dict(letter) for letter in world.letters if letter["to"] == (organisation_id or owner)
        ]
        for letter in shown:
            del letter["to"]
        return {
            "items": shown,
            "next": None,
            "unread": len([letter for letter in shown if not letter["read_at"]]),
        }

    @app.post("/v1/inbox/<letter_id>/read")
    def read(letter_id: str) -> Any:
        caller(world)
        next(letter for letter in world.letters if letter["id"] == letter_id)["read_at"] = iso(NOW)
        return "", 204

    @app.post("/v1/previews")
    def previews() -> Any:
        body = request.get_json()
        assert body.keys() == {"organisation_id", "event_id", "step", "partner_ids"}
        holding(world, body["organisation_id"], "organiser", "admin")
        template = {
            "publish": "partner-invited",
            "reschedule": "event-changed",
            "postpone": "event-postponed",
            "cancel": "event-cancelled",
        }[body["step"]]
        told = {"template": template, "channels": ["email", "inbox"]}
        people = [("person", "confirmed", 166)] if body["step"] != "publish" else []
        people += world.told_more
        partners = [("organisation", None, len(body["partner_ids"]))]
        return {
            "items": [
                told | {"recipient_kind": kind, "status": status, "count": count}
                for kind, status, count in people + partners
                if count
            ]
        }

    @app.get("/v1/deliveries")
    def deliveries() -> Any:
        query({"event_id", "limit", "cursor"})
        holding(world, ORGANISATION["id"], "organiser", "admin")
        return page_of(world.deliveries)

    @app.get("/v1/outbox")
    def outbox() -> Any:
        return {
            "items": [
                {
                    "id": i,
                    "to": m["headers"]["To"],
                    "subject": m["headers"]["Subject"],
                    "at": iso(NOW),
                }
                for i, m in world.mails.items()
            ]
        }

    @app.get("/v1/outbox/<mail_id>")
    def mail(mail_id: str) -> Any:
        if mail_id not in world.mails:
            raise NotFound
        return world.mails[mail_id]

    return app

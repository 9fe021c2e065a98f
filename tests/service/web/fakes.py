"""The four services as small WSGI apps in memory: the JSON of their contract, and a refusal of what it does not name."""

from __future__ import annotations

import base64
import json
import uuid
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

from flask import Flask, Response, jsonify, request
from werkzeug.exceptions import HTTPException

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
WRITABLE = {
    "organisation_id", "kind", "title", "summary", "description", "illustrative", "hosts", "venue", "starts_at", "ends_at",
    "timezone", "capacity", "waitlist", "registration_opens_at", "registration_closes_at", "audience", "partners",
    "document", "legal_basis",
}  # fmt: skip


class No(Exception):
    """A problem that a fake answers with."""

    def __init__(self, status: int, type: str, **members: Any) -> None:
        self.status, self.document = (
            status,
            {"type": f"/problems/{type}", "title": type, "status": status, **members},
        )


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
        "partners": [UNION, WOMEN],
        "document": {"number": "12/KH-UBND", "date": "2026-02-01"},
        "legal_basis": "Kế hoạch 144/KH-UBND, mục II.5",
        "status": "published",
        "reason": None,
        "uid": "x@doithoai",
        "calendar_sequence": 0,
        "seats": {"left": 34, "waitlist_length": 0, "state": "open", "capacity": 200},
        "published_at": iso(NOW),
        "updated_at": iso(NOW),
    }
    return plain | changes


class World:
    """What the four services hold, what was asked of them, and which of them are away."""

    def __init__(self) -> None:
        self.events: dict[str, dict[str, Any]] = {}
        self.registrations: dict[str, dict[str, Any]] = {}
        self.consents: list[dict[str, Any]] = []
        self.sign_ins: dict[str, dict[str, Any]] = {}
        self.people: dict[str, dict[str, Any]] = {}
        self.letters: list[dict[str, Any]] = []
        self.deliveries: list[dict[str, Any]] = []
        self.mails: dict[str, dict[str, Any]] = {}
        self.keys: dict[tuple[str, str], Any] = {}
        self.asked: list[tuple[str, str]] = []
        self.away: set[str] = set()
        self.ended: set[str] = set()

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
            "position": None, "registered_at": iso(NOW), "cancelled_at": None, "checked_in_at": None,
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
        if name in world.away:
            raise No(503, "away")

    @app.errorhandler(No)
    def _no(error: No) -> Response:
        response = jsonify(error.document)
        response.status_code, response.content_type = error.status, "application/problem+json"
        return response

    @app.errorhandler(HTTPException)
    def _http(error: HTTPException) -> Response:
        return _no(No(error.code or 500, error.name.lower()))


def body(allowed: set[str], required: set[str] | None = None) -> dict[str, Any]:
    """The JSON object that was sent; a field that the contract does not name is refused."""
    sent: dict[str, Any] = request.get_json()
    wrong = [{"field": f, "message": "Unknown field."} for f in sent.keys() - allowed]
    wrong += [
        {"field": f, "message": "Xin điền mục này."} for f in (required or set()) - sent.keys()
    ]
    if wrong:
        raise No(422, "invalid", errors=wrong)
    return sent


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
        raise No(401, "not-signed-in")
    payload = sent.split(".")[1]
    return world.people[
        json.loads(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))["email"]
    ]


def works_for(world: World, organisation_id: str) -> dict[str, Any]:
    person = caller(world)
    if not any(m["organisation"]["id"] == organisation_id for m in person["memberships"]):
        raise No(404, "not-found")
    return person


def once(world: World, make: Callable[[], Any]) -> Any:
    """Idempotency-Key, which every POST that creates must carry."""
    key = (request.path, request.headers["Idempotency-Key"])
    if key not in world.keys:
        world.keys[key] = make()
    return world.keys[key]


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
            raise No(
                422,
                "invalid",
                errors=[{"field": "email", "message": "Địa chỉ thư điện tử không đúng."}],
            )
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
            raise No(400, "sign-in-failed", detail="Mã chưa đúng hoặc đã hết hạn.")
        del world.sign_ins[sign_in_id]
        person = world.person(asked["email"])
        return {"session": f"s-{person['email']}", **session_of(person)}

    @app.post("/v1/sessions/token")
    def token() -> Any:
        secret = body({"session"})["session"]
        if secret in world.ended:
            raise No(401, "session-ended")
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
            raise No(412, "stale")
        if sent.get("phone") and not sent["phone"].lstrip("+").isdigit():
            raise No(
                422, "invalid", errors=[{"field": "phone", "message": "Số điện thoại không đúng."}]
            )
        person.update(sent)
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
        return {
            "items": [dict(o, kind="association") for o in (ORGANISATION, UNION, WOMEN)],
            "next": None,
        }

    return app


def events(world: World) -> Flask:
    app = Flask("events")

    def owned(event_id: str) -> dict[str, Any]:
        found = world.events.get(event_id)
        if not found:
            raise No(404, "not-found")
        works_for(world, found["organisation"]["id"])
        return found

    @app.get("/v1/events")
    def listing() -> Any:
        q, status = request.args.get("q", "").casefold(), request.args.get("status")
        shown = [
            e
            for e in world.events.values()
            if (e["status"] == status if status else e["status"] != "draft")
        ]
        if status == "draft":
            works_for(world, request.args["organisation_id"])
        kind = request.args.get("kind")
        shown = [
            e
            for e in shown
            if q in e["title"]["vi"].casefold() and (not kind or e["kind"]["key"] == kind)
        ]
        return {"items": sorted(shown, key=lambda e: e["starts_at"]), "next": None}

    @app.get("/v1/kinds")
    def kinds() -> Any:
        return {"items": KINDS}

    @app.post("/v1/events")
    def create() -> Any:
        sent = body(
            WRITABLE, {"organisation_id", "kind", "title", "starts_at", "ends_at", "capacity"}
        )
        works_for(world, sent["organisation_id"])
        if sent["ends_at"] <= sent["starts_at"]:
            raise No(
                422,
                "invalid",
                errors=[{"field": "ends_at", "message": "Giờ kết thúc phải sau giờ bắt đầu."}],
            )
        return once(world, lambda: world.add(**_kept(sent), status="draft", seats=None)), 201

    def _kept(sent: dict[str, Any]) -> dict[str, Any]:
        kept = {k: v for k, v in sent.items() if k not in ("organisation_id", "kind", "partners")}
        if "kind" in sent:
            kept["kind"] = next(k for k in KINDS if k["key"] == sent["kind"])
        return kept | {
            "partners": [o for o in (UNION, WOMEN) if o["id"] in sent.get("partners", [])]
        }

    @app.get("/v1/events/<event_id>")
    def one(event_id: str) -> Any:
        found = world.events.get(event_id) or {}
        if not found or (found["status"] == "draft" and owned(event_id) is None):
            raise No(404, "not-found")
        return jsonify(found), 200, {"ETag": '"7"'}

    @app.patch("/v1/events/<event_id>")
    def change(event_id: str) -> Any:
        found, sent = owned(event_id), body(WRITABLE - {"organisation_id"})
        if request.headers.get("If-Match") != '"7"':
            raise No(412, "stale")
        found.update(_kept(sent))
        return found

    @app.post("/v1/events/<event_id>/publish")
    def publish(event_id: str) -> Any:
        body(set())
        found = owned(event_id)
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

    @app.post("/v1/events/<event_id>/cancel")
    def cancel(event_id: str) -> Any:
        owned(event_id).update(body({"reason"}, {"reason"}), status="cancelled")
        return owned(event_id)

    @app.get("/v1/calendar.ics")
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

    def of(event_id: str, *states: str) -> list[dict[str, Any]]:
        return [
            r
            for r in world.registrations.values()
            if r["event_id"] == event_id and (not states or r["status"] in states)
        ]

    def own(registration_id: str) -> dict[str, Any]:
        found = world.registrations.get(registration_id)
        if not found or found["person_id"] != caller(world)["id"]:
            raise No(404, "not-found")
        return found

    def offer_of(event_id: str) -> dict[str, Any]:
        found = world.events.get(event_id)
        if not found or found["status"] == "draft":
            raise No(404, "not-found")
        taken = found["capacity"] - (found["seats"] or {"left": found["capacity"]})["left"]
        left = found["capacity"] - taken
        status = "cancelled" if found["status"] == "cancelled" else "open" if left else "full"
        return {
            "event_id": event_id, "status": status, "why": "", "capacity": found["capacity"], "seats_left": left, "confirmed": taken,
            "waitlist": found["waitlist"], "waitlist_length": len(of(event_id, "waitlisted")), "opens_at": found["registration_opens_at"],
            "closes_at": found["registration_closes_at"], "starts_at": found["starts_at"], "ends_at": found["ends_at"],
        }  # fmt: skip

    @app.get("/v1/offers/<event_id>")
    def offer(event_id: str) -> Any:
        return jsonify(offer_of(event_id)), 200, {"ETag": '"3"'}

    @app.patch("/v1/offers/<event_id>")
    def change_offer(event_id: str) -> Any:
        works_for(world, ORGANISATION["id"])
        sent = body({"capacity"}, {"capacity"})
        if sent["capacity"] < offer_of(event_id)["confirmed"]:
            raise No(
                409,
                "capacity-below-confirmed",
                detail="Sức chứa không được nhỏ hơn số người đã có chỗ.",
            )
        world.events[event_id]["capacity"] = sent["capacity"]
        return offer_of(event_id)

    @app.post("/v1/offers/<event_id>/registrations")
    def register(event_id: str) -> Any:
        sent, person = body({"name", "phone", "note"}, {"name"}), caller(world)
        if sent.get("phone") and not sent["phone"].replace(" ", "").lstrip("+").isdigit():
            raise No(
                422, "invalid", errors=[{"field": "phone", "message": "Số điện thoại không đúng."}]
            )

        def make() -> dict[str, Any]:
            mine = [
                r for r in of(event_id, "confirmed", "waitlisted") if r["person_id"] == person["id"]
            ]
            if mine:
                raise No(409, "already-registered", registration_id=mine[0]["id"])
            full = offer_of(event_id)["seats_left"] == 0
            if full and not world.events[event_id]["waitlist"]:
                raise No(409, "event-full", detail="Buổi này đã hết chỗ.")
            place = (
                {"status": "waitlisted", "position": len(of(event_id, "waitlisted")) + 1}
                if full
                else {}
            )
            return world.register(
                world.events[event_id], person, sent["name"], phone=sent.get("phone"), **place
            )

        return once(world, make), 201

    @app.get("/v1/offers/<event_id>/registrations")
    def attendees(event_id: str) -> Any:
        works_for(world, ORGANISATION["id"])
        q, status = request.args.get("q", "").casefold(), request.args.get("status")
        shown = [
            r
            for r in of(event_id)
            if q in r["name"].casefold() and (not status or r["status"] == status)
        ]
        counts = {s: len(of(event_id, s)) for s in ("confirmed", "waitlisted", "cancelled")}
        counts["checked_in"] = len([r for r in of(event_id) if r["checked_in_at"]])
        return {"items": shown, "next": None, "counts": counts}

    @app.get("/v1/registrations")
    def mine() -> Any:
        person, event_id = caller(world), request.args.get("event_id")
        own = [
            r
            for r in world.registrations.values()
            if r["person_id"] == person["id"] and event_id in (None, r["event_id"])
        ]
        return {"items": own[::-1], "next": None}

    @app.get("/v1/registrations/<registration_id>")
    def one(registration_id: str) -> Any:
        return own(registration_id)

    @app.post("/v1/registrations/<registration_id>/cancel")
    def cancel(registration_id: str) -> Any:
        body({"reason"})
        own(registration_id).update(status="cancelled", cancelled_at=iso(NOW), position=None)
        return own(registration_id)

    @app.get("/v1/registrations/<registration_id>/ticket")
    def ticket(registration_id: str) -> Any:
        found = own(registration_id)
        if found["status"] != "confirmed":
            raise No(409, "no-ticket")
        token = "v1." + base64.urlsafe_b64encode((registration_id * 3).encode()).decode()
        return {
            "registration_id": registration_id,
            "event_id": found["event_id"],
            "token": token,
            "code": "K7MQ4RWX",
            "issue": 1,
        }

    @app.post("/v1/offers/<event_id>/check-ins")
    def check_in(event_id: str) -> Any:
        works_for(world, ORGANISATION["id"])
        sent = body({"ticket", "code", "registration_id"})
        found = of(event_id, "confirmed")
        if len(sent) != 1 or not found or (sent.get("code") not in (None, "K7MQ4RWX")):
            raise No(422, "ticket-invalid", why="Mã này không thuộc buổi này.")
        entered = next((r for r in found if r["id"] == sent.get("registration_id")), found[0])
        if entered["checked_in_at"]:
            raise No(
                409,
                "already-checked-in",
                checked_in_at=entered["checked_in_at"],
                name=entered["name"],
            )
        entered["checked_in_at"] = iso(NOW)
        return {
            "registration_id": entered["id"],
            "name": entered["name"],
            "checked_in_at": iso(NOW),
        }, 201

    return app


def notifications(world: World) -> Flask:
    app = Flask("notifications")

    @app.get("/v1/inbox")
    def inbox() -> Any:
        organisation_id = request.args.get("organisation_id")
        owner = works_for(world, organisation_id)["id"] if organisation_id else caller(world)["id"]
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

    @app.get("/v1/deliveries")
    def deliveries() -> Any:
        works_for(world, ORGANISATION["id"])
        return {"items": world.deliveries, "next": None}

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
            raise No(404, "not-found")
        return world.mails[mail_id]

    return app

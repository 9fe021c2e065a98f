"""Strict stand-ins for the owners: real WSGI apps that refuse what the contract between services does not name."""

from __future__ import annotations

import base64
from datetime import datetime
from typing import Any
from uuid import UUID

import httpx2
from flask import Flask, Response, abort, jsonify, request

from shared.http.clients import JsonClient
from shared.ids import new_id
from tests.support.harness import SIGNER

TOKEN = "the-token-of-notifications"
CALENDAR = (
    "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//test//\r\nMETHOD:{method}\r\n"
    "BEGIN:VEVENT\r\nUID:{id}@test\r\nDTSTAMP:20260305T020000Z\r\nDTSTART:20260326T070000Z\r\n"
    "SUMMARY:Đối thoại\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n"
)


class Owner:
    """One service; `away` makes it answer 503, `garbled` with a page. `asked` lists the paths that were called."""

    name = ""

    def __init__(self) -> None:
        self.app = Flask(f"fake-{self.name}")
        self.away = self.garbled = False
        self.asked: list[str] = []
        self.app.before_request(self._first)
        self._routes(self.app)

    def client(self) -> JsonClient:
        return JsonClient(f"http://{self.name}", transport=httpx2.WSGITransport(self.app))

    def _first(self) -> Response | None:
        self.asked.append(request.path)
        if self.away:
            return Response(status=503)
        return Response("{<html>", content_type="application/json") if self.garbled else None

    def _routes(self, app: Flask) -> None:
        raise NotImplementedError

    def _wanted(self, field: str) -> list[UUID]:
        """The ids of a request by notifications; anything else is refused."""
        if request.headers.get("Authorization") != f"Bearer {TOKEN}":
            abort(401)
        body = request.get_json()
        if set(body) != {field} or not 1 <= len(body[field]) <= 100:
            abort(422)
        return [UUID(one) for one in body[field]]


class Community(Owner):
    name = "community"

    def __init__(self) -> None:
        self.people: dict[UUID, dict[str, Any]] = {}
        self.organisations: dict[UUID, dict[str, Any]] = {}
        self.sign_ins: dict[UUID, dict[str, Any]] = {}
        super().__init__()

    def person(self, id: UUID, **changes: Any) -> None:
        known = {"address": f"{id.hex}@example.org", "name": "Nguyễn Thị Ánh", "language": "vi"}
        self.people[id] = known | {"status": "active"} | changes

    def organisation(self, id: UUID, **changes: Any) -> None:
        known = {"address": f"{id.hex}@example.net", "name": "Đoàn phường", "language": "vi"}
        self.organisations[id] = known | changes

    def sign_in(self, address: str, *, expires_at: datetime, language: str = "vi") -> UUID:
        sign_in = new_id()
        self.sign_ins[sign_in] = {
            "address": address,
            "language": language,
            "code": "483920",
            "token": "tOkEn-of-the-link",
            "expires_at": expires_at.isoformat(),
        }
        return sign_in

    def _routes(self, app: Flask) -> None:
        app.add_url_rule(
            "/.well-known/jwks.json", view_func=lambda: jsonify(SIGNER.public_keys()), endpoint="k"
        )

        @app.post("/v1/service-tokens")
        def service_tokens() -> Any:
            known = {"client": "notifications", "secret": "known-to-community"}
            if request.get_json() != known:
                abort(401)
            return {"access_token": TOKEN, "expires_at": "2126-01-01T00:00:00+00:00"}

        for path, kept in (
            ("people/addresses", self.people),
            ("organisations/addresses", self.organisations),
            ("sign-ins/delivery", self.sign_ins),
        ):
            app.add_url_rule(
                f"/v1/{path}", methods=["POST"], view_func=lambda k=kept: self._of(k), endpoint=path
            )

    def _of(self, kept: dict[UUID, dict[str, Any]]) -> Any:
        wanted = self._wanted("ids")
        return {"items": [{"id": str(one)} | kept[one] for one in wanted if one in kept]}


class Registrations(Owner):
    name = "registrations"

    def __init__(self) -> None:
        self.tickets: dict[UUID, dict[str, Any]] = {}
        self.nominees: dict[UUID, dict[str, Any]] = {}
        super().__init__()

    def nominee(self, id: UUID) -> None:
        self.nominees[id] = {
            "address": f"{id.hex}@example.com",
            "name": "Trần Văn Ví Dụ",
            "secret": "se-cret-of-the-link",
            "partner": {"vi": "Hội Phụ nữ", "en": None},
        }

    def give_ticket(self, registration_id: UUID, event_id: UUID) -> None:
        token = base64.urlsafe_b64encode(registration_id.bytes * 6).decode()
        self.tickets[registration_id] = {
            "registration_id": str(registration_id),
            "event_id": str(event_id),
            "token": token,
            "code": "ACDE34FG",
        }

    def _routes(self, app: Flask) -> None:
        @app.post("/v1/nominees/addresses")
        def nominees() -> Any:
            known = [one for one in self._wanted("ids") if one in self.nominees]
            return {"items": [{"id": str(one)} | self.nominees[one] for one in known]}

        @app.post("/v1/tickets")
        def tickets() -> Any:
            wanted = self._wanted("registration_ids")
            return {"items": [self.tickets[one] for one in wanted if one in self.tickets]}


class Events(Owner):
    name = "events"

    def __init__(self) -> None:
        self.method = "PUBLISH"
        self.broken: set[UUID] = set()
        super().__init__()

    def _routes(self, app: Flask) -> None:
        @app.get("/v1/events/<uuid:event_id>/calendar.ics")
        def calendar(event_id: UUID) -> Response:
            if event_id in self.broken:
                abort(500)
            text = CALENDAR.format(id=event_id, method=self.method)
            return Response(text, content_type="text/calendar; charset=utf-8")

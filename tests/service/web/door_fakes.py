"""Registrations' contract for devices at the door, for the fakes: lists with real signatures, scans by nonce."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from flask import Flask, jsonify, request

from services.registrations.errors import DoorClosed, NotCheckedIn
from services.registrations.tickets import TicketSigner
from shared.http.problems import NotFound
from shared.tokens import new_key
from tests.service.web import fakes

SIGNER = TicketSigner(new_key())
_AT_DOOR = ("organiser", "officer", "admin")


def ticket_of(registration: dict[str, Any]) -> str:
    return SIGNER.sign(
        registration_id=UUID(registration["id"]), event_id=UUID(registration["event_id"]), issue=1
    )


def doors(app: Flask, world: fakes.World) -> None:
    """The list, the scans, the figures; walk-ins, undo and renewed tickets."""

    def at_door(event_id: str) -> list[dict[str, Any]]:
        if event_id not in world.events:
            raise NotFound
        fakes.holding(world, fakes.ORGANISATION["id"], *_AT_DOOR, event_id=event_id)
        return [one for one in world.registrations.values() if one["event_id"] == event_id]

    @app.get("/v1/ticket-keys")
    def keys() -> Any:
        return SIGNER.public_keys()

    @app.get("/v1/offers/<event_id>/door-list")
    def door_list(event_id: str) -> Any:
        asked = fakes.query({"since", "cursor", "limit"})
        people = at_door(event_id)
        ends = datetime.fromisoformat(world.events[event_id]["ends_at"]) + timedelta(days=1)
        if ends <= fakes.NOW:
            raise DoorClosed
        items = [
            {"id": one["id"], "issue": 1, "name": one["name"], "code": "x", "quota": None, "in": one["checked_in_at"]}
            for one in people if one["status"] == "confirmed"
        ]  # fmt: skip
        claims = {
            "event_id": event_id, "version": 7, "since": asked.get("since"),
            "iat": 0, "exp": int(ends.timestamp()), "items": items,
        }  # fmt: skip
        return {
            "list": SIGNER.sign_list(json.dumps(claims).encode()), "version": 7,
            "expires_at": fakes.iso(ends), "next": None, "server_time": fakes.iso(fakes.NOW),
        }  # fmt: skip

    def found(scan: dict[str, Any]) -> dict[str, Any]:
        shown = scan.get("registration_id")
        if scan.get("ticket"):
            shown = str(SIGNER.read(scan["ticket"]).registration_id)
        one = world.registrations.get(str(shown), {"id": None, "name": scan.get("name")})
        return {"registration_id": one["id"], "name": one["name"]}

    @app.post("/v1/offers/<event_id>/scans")
    def scans(event_id: str) -> Any:
        sent = fakes.body({"device_id", "sent_at", "scans"}, {"device_id", "sent_at", "scans"})
        at_door(event_id)
        results = [
            {
                "nonce": scan["nonce"], "outcome": "admitted", "repeated": False, "why": None, "explained": None,
                "at": fakes.iso(fakes.NOW), "first": None, **found(scan),
            }
            for scan in sent["scans"]
        ]  # fmt: skip
        return {
            "server_time": fakes.iso(fakes.NOW), "clock_ahead": 0.0, "admitted": len(results),
            "expected": 1, "results": results,
        }  # fmt: skip

    @app.get("/v1/offers/<event_id>/door")
    def door(event_id: str) -> Any:
        people = at_door(event_id)
        inside = len([one for one in people if one["checked_in_at"]])
        kept = {"quota_id": fakes.new_id(), "name": {"vi": "Hội LHPN", "en": "Women's Union"}}
        return {
            "event_id": event_id, "admitted": inside, "expected": len(people), "walk_ins": 1, "conflicts": len(world.conflicts),
            "gates": [{"gate": "A", "admitted": inside, "walk_ins": 1}, {"gate": None, "admitted": 0, "walk_ins": 0}],
            "quotas": [
                kept | {"admitted": 1, "expected": 2},
                {"quota_id": None, "name": None, "admitted": 0, "expected": 1},
            ],
        }  # fmt: skip

    @app.get("/v1/offers/<event_id>/door-conflicts")
    def conflicts(event_id: str) -> Any:
        fakes.query({"cursor", "limit"})
        fakes.holding(world, fakes.ORGANISATION["id"], "organiser", "admin")
        return fakes.page_of(world.conflicts)

    @app.post("/v1/offers/<event_id>/walk-ins")
    def walk_in(event_id: str) -> Any:
        sent = fakes.body({"name", "phone", "gate"}, {"name"})
        at_door(event_id)
        assert request.headers["Idempotency-Key"]
        made = world.register(world.events[event_id], {"id": None}, sent["name"])
        made["checked_in_at"] = fakes.iso(fakes.NOW)
        return jsonify(
            registration_id=made["id"], name=made["name"], checked_in_at=made["checked_in_at"]
        ), 201

    @app.post("/v1/registrations/<registration_id>/undo-check-in")
    def undo(registration_id: str) -> Any:
        fakes.body({"reason"}, {"reason"})
        found = world.registrations.get(registration_id)
        if found is None:
            raise NotFound
        at_door(found["event_id"])
        if found["checked_in_at"] is None:
            raise NotCheckedIn
        found["checked_in_at"] = None
        return found

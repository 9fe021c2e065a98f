"""More of registrations' contract for the fakes: quotas, rules, approval, holds, cuts that name people, the seat log."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import Flask, request

from services.registrations.errors import (
    CapacityBelowConfirmed,
    CapacityBelowKept,
    EventFull,
    HoldLapsed,
    NotHeld,
    NoTicket,
    NotPending,
    OthersWouldLose,
)
from services.registrations.schemas.offers import QuotasRequest, RulesRequest
from shared.database.types import jsonable
from shared.http.problems import Invalid, NotFound, flatten
from tests.service.web import fakes

Row = dict[str, Any]
KEPT = "Còn 14 chỗ tự do và 20 chỗ giữ cho Hội LHPN phường đến hết 00:00 ngày 20/03."


def quota(**changes: Any) -> Row:
    """Twenty seats for the women's union, until the end of 19 March in Vietnam."""
    plain = {
        "id": fakes.new_id(), "name": {"vi": "Hội LHPN phường", "en": "Women's Union"}, "seats": 20, "taken": 0, "left": 20,
        "organisation_id": fakes.WOMEN["id"], "area_id": None, "first_timers": False, "release_at": "2026-03-19T17:00:00Z",
    }  # fmt: skip
    return plain | changes


def entry(what: str, registration: Row | None = None, **more: Any) -> Row:
    """A line of the seat log; the registration's person did it, unless said otherwise."""
    one = registration or {"id": None, "name": None, "status": None, "person_id": None}
    plain = {
        "number": 1, "registration_id": one["id"], "name": one["name"], "at": fakes.iso(fakes.NOW), "by": one["person_id"], "what": what,
        "status": one["status"], "quota_id": None, "waitlist_number": None, "reason": None, "details": None,
    }  # fmt: skip
    return plain | more


def offered(world: fakes.World, offer: Row) -> Row:
    """An offer with all that there is about its seats."""
    event_id = offer["event_id"]
    plain = {
        "held": 0, "asked_again": 0, "approval": False, "hold_minutes": None, "quotas": [],
        "pending": sum(r["event_id"] == event_id and r["status"] == "pending" for r in world.registrations.values()),
    }  # fmt: skip
    more = plain | world.offers.get(event_id, {})
    left = max(offer["seats_left"] - sum(one["left"] for one in more["quotas"]), 0)
    state = "full" if offer["status"] == "open" and not left else offer["status"]
    return offer | {"seats_left": left, "status": state} | more


def require_kept(offer: Row, capacity: int) -> None:
    """As the service does: before anybody is named."""
    kept, free = sum(one["left"] for one in offer["quotas"]), max(capacity - offer["confirmed"], 0)
    if kept > free:
        raise CapacityBelowKept(kept=kept, free=free)


def cut(world: fakes.World, seated: list[Row], confirmed: int, sent: Row) -> None:
    """Take the seats of those who came last, if exactly they were named."""
    surplus = confirmed - sent["capacity"]
    last = [one for one in reversed(seated) if not one["checked_in_at"]][:surplus]
    named = [{"id": one["id"], "name": one["name"]} for one in last]
    if sent.get("losing") is None or len(last) < surplus:
        raise CapacityBelowConfirmed(confirmed=confirmed, losing=named)
    if {one["id"] for one in last} != set(sent["losing"]):
        raise OthersWouldLose(losing=named)
    for number, one in enumerate(last, 1):
        one.update(status="waitlisted", position=number)


def seats(app: Flask, world: fakes.World, offer_of: Callable[[str], Row]) -> None:
    def planned(event_id: str) -> Row:
        fakes.holding(world, fakes.ORGANISATION["id"], "organiser", "admin")
        return offer_of(event_id)

    def loaded(schema: type[Any]) -> Row:
        wrong = schema().validate(request.get_json())
        if wrong:
            raise Invalid(flatten(wrong))
        return dict(schema().load(request.get_json()))

    def one(registration_id: str) -> Row:
        found = world.registrations.get(registration_id)
        if not found:
            raise NotFound
        return found

    def owned(registration_id: str) -> Row:
        found = one(registration_id)
        if found["person_id"] != fakes.caller(world)["id"]:
            raise NotFound
        return found

    @app.put("/v1/offers/<event_id>/quotas")
    def set_quotas(event_id: str) -> Any:
        planned(event_id)
        kept = [jsonable(wanted) for wanted in loaded(QuotasRequest)["quotas"]]
        there = world.offers.setdefault(event_id, {})
        there["quotas"] = [
            quota(**wanted | {"id": wanted["id"] or fakes.new_id(), "left": wanted["seats"]})
            for wanted in kept
        ]
        return offer_of(event_id)

    @app.patch("/v1/offers/<event_id>/rules")
    def change_rules(event_id: str) -> Any:
        planned(event_id)
        world.offers.setdefault(event_id, {}).update(loaded(RulesRequest))
        return offer_of(event_id)

    @app.get("/v1/offers/<event_id>/log")
    def log(event_id: str) -> Any:
        planned(event_id)
        asked = fakes.query({"registration_id", "limit", "cursor"}).get("registration_id")
        lines = world.seat_logs.get(event_id, [])
        return fakes.page_of([line for line in lines if asked in (None, line["registration_id"])])

    @app.post("/v1/registrations/<registration_id>/approve")
    def approve(registration_id: str) -> Any:
        fakes.body(set())
        found = one(registration_id)
        offer = planned(found["event_id"])
        if found["status"] != "pending":
            raise NotPending
        if offer["seats_left"] > 0:
            found["status"] = "confirmed"
        elif offer["waitlist"]:
            found.update(status="waitlisted", position=1)
        else:
            raise EventFull
        return found

    @app.post("/v1/registrations/<registration_id>/decline")
    def decline(registration_id: str) -> Any:
        sent, found = fakes.body({"reason"}, {"reason"}), one(registration_id)
        planned(found["event_id"])
        if found["status"] != "pending":
            raise NotPending
        found.update(status="declined", why=sent["reason"])
        return found

    @app.post("/v1/registrations/<registration_id>/accept")
    def accept(registration_id: str) -> Any:
        fakes.body(set())
        found = owned(registration_id)
        if found["status"] != "held":
            raise NotHeld
        if found["held_until"] <= fakes.iso(fakes.NOW):
            found.update(status="cancelled", held_until=None)
            raise HoldLapsed
        found.update(status="confirmed", held_until=None)
        return found

    @app.post("/v1/registrations/<registration_id>/reissue")
    def reissue(registration_id: str) -> Any:
        fakes.body(set())
        found = owned(registration_id)
        if found["status"] != "confirmed":
            raise NoTicket
        found["issue"] = found.get("issue", 1) + 1
        return found


def seat_pages(world: fakes.World, me: Row) -> list[str]:
    """The pages about places, with something on each of them: of an event, and of a person's own registrations."""
    longest = "Nguy" + "ễ" * 196
    event = world.add(capacity=200)
    shown = quota(name={"vi": "Hội LHPN phường", "en": "Union"})
    firsts = quota(organisation_id=None, first_timers=True, left=4, seats=6, taken=2, release_at=None, name={"vi": "Người mới", "en": "New"})  # fmt: skip
    world.offers[event["id"]] = {
        "quotas": [shown, firsts], "held": 3, "approval": True, "hold_minutes": 1440, "why": "–",
    }  # fmt: skip
    guests = [world.person(f"{number}@example.vn") for number in range(6)]
    for number, guest in enumerate(guests[:3]):
        name = longest if number == 1 else f"Khach {number}"
        world.register(event, guest, name, status="waitlisted", position=number + 1)
    asking = [
        world.register(event, guest, f"Khach {number}", status="pending", phone="+84912345678", note="Note")
        for number, guest in enumerate(guests[3:])
    ]  # fmt: skip
    kept = [{"name": shown["name"], "left": 12, "until": "2026-03-19T17:00:00+00:00"}]
    world.seat_logs[event["id"]] = [
        entry("resized", by=None, details={"from": 100, "to": 200}),
        entry("registered", asking[0]),
        entry("declined", asking[0], by=me["id"], reason="Reason"),
        entry("registered", asking[1], status="waitlisted", details={"position": 3, "kept": kept}),
    ]
    own = {
        status: world.register(world.add(), me, "Khach", status=status, **more)
        for status, more in {
            "held": {"held_until": "2026-03-11T10:00:00Z"},
            "pending": {},
            "declined": {"why": "Reason"},
            "confirmed": {},
        }.items()
    }
    base = f"/to-chuc/su-kien/{event['id']}/cho"
    return [
        base, f"{base}/phan-bo", f"{base}/duyet", f"{base}/nhat-ky", f"{base}/nhat-ky?q=kh", f"{base}/nhat-ky?nguoi={asking[1]['id']}",
        *(f"/toi/ve/{own[status]['id']}" for status in ("held", "pending", "declined")),
        f"/toi/ve/{own['held']['id']}/huy", f"/toi/ve/{own['pending']['id']}/huy", f"/toi/ve/{own['confirmed']['id']}/ve-moi",
        f"/su-kien/{own['held']['event_id']}",
    ]  # fmt: skip

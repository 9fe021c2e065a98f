"""What each part promises alone still holds where two of them meet."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from services.registrations import operations
from services.registrations.operations.lists import note_export
from services.registrations.worker import settle_due
from shared.database.types import jsonable
from shared.ids import new_id
from tests.service.registrations.conftest import Registrations
from tests.service.registrations.nominating import Partner, confirm
from tests.service.registrations.test_door_devices import Device, figures, outcomes
from tests.service.registrations.test_import import read, take
from tests.support.harness import Person, problem


def rows(house: Registrations, event: UUID, **query: str) -> list[dict[str, Any]]:
    asked = "&".join(f"{name}={value}" for name, value in query.items())
    path = f"/offers/{event}/registrations?limit=200&{asked}"
    return list(house.get(path, by=house.organiser).json["items"])


def log(house: Registrations, event: UUID, one: str) -> list[dict[str, Any]]:
    path = f"/offers/{event}/log?registration_id={one}"
    return list(house.get(path, by=house.organiser).json["items"])


def resize(house: Registrations, event: UUID, capacity: int) -> Any:
    return house.call("PATCH", f"/offers/{event}", {"capacity": capacity}, by=house.organiser)


def test_more_seats_take_nobody_theirs_though_the_door_let_too_many_in(
    registrations: Registrations,
) -> None:
    """Two seats, five inside or expected: four seats are more than two, so nobody is asked to give one up."""
    event = registrations.open_event(capacity=2)
    registrations.register(event, Person(), Person())
    waiting, *_ = registrations.register(event, Person())
    device = Device(registrations, event)
    for number in range(3):
        device.scan("walk-in", name=f"Khách {number}")
    assert outcomes(device.tell()) == ["overbooked"] * 3

    raised = resize(registrations, event, 4)

    assert raised.status_code == 200, raised.json
    assert (raised.json["capacity"], raised.json["confirmed"]) == (4, 5)
    assert registrations.status(waiting) == "waitlisted"
    assert resize(registrations, event, 3).json["type"].endswith("capacity-below-confirmed")
    assert resize(registrations, event, 6).status_code == 200
    assert registrations.status(waiting) == "confirmed"


def test_a_walk_in_who_was_taken_back_at_once_stands_in_the_log_and_on_the_list(
    registrations: Registrations,
) -> None:
    """Let in and taken back in one batch: the place that came of it is explained all the same."""
    event = registrations.open_event(capacity=2)
    device, other = Device(registrations, event), Device(registrations, event)
    other.take_list()
    scan = device.scan("walk-in", name="Khách Nhầm")
    device.scan("undo", undoes=scan["nonce"], reason="Nhầm người")

    answer = device.tell()

    assert outcomes(answer) == ["undone", "undone"]
    (one,) = rows(registrations, event)
    assert one["checked_in_at"] is None
    told = [entry["what"] for entry in log(registrations, event, one["id"])]
    assert told == ["walked-in", "check-in-undone"]
    other.take_list()
    assert one["id"] in other.people
    assert figures(registrations, event)["admitted"] == 0


def test_other_rules_and_a_refusal_are_seen_by_who_has_the_offer(
    registrations: Registrations,
) -> None:
    """Whoever asks again with the ETag is not told that nothing changed."""
    event = registrations.open_event(capacity=2)
    path = f"/offers/{event}"

    def etag() -> str:
        return str(registrations.get(path).headers["ETag"])

    before = etag()
    registrations.call("PATCH", f"{path}/rules", {"approval": True}, by=registrations.organiser)
    ruled = etag()
    (one,) = registrations.register(event, Person())
    asked = etag()
    registrations.post(
        f"/registrations/{one['id']}/decline", {"reason": "Đủ người"}, by=registrations.organiser
    )

    assert len({before, ruled, asked}) == 3
    assert etag() != asked
    assert registrations.get(path).json["pending"] == 0


def test_a_name_that_a_list_corrects_reaches_the_door(registrations: Registrations) -> None:
    """The device asks for what changed, and the log says that it did."""
    event = registrations.open_event(capacity=2)
    take(registrations, read(registrations, event, "Họ tên,SĐT\nTran Van Mo,0912345678\n"))
    device = Device(registrations, event)
    device.take_list()

    take(registrations, read(registrations, event, "Họ tên,SĐT\nTrần Văn Mơ,0912345678\n"))

    device.take_list()
    assert [one["name"] for one in device.people.values()] == ["Trần Văn Mơ"]
    (row,) = rows(registrations, event)
    assert len(log(registrations, event, row["id"])) == 2
    assert log(registrations, event, row["id"])[-1]["details"] == {"edited": ["name"]}


def test_the_door_counts_those_whose_quota_is_gone(registrations: Registrations) -> None:
    """Whoever has a seat keeps it, so the rows still add up to all who are expected."""
    event, ada = registrations.open_event(capacity=3), Person()
    quota = {"name": {"vi": "Lần đầu"}, "seats": 1, "first_timers": True}
    path = f"/offers/{event}/quotas"
    put = registrations.call("PUT", path, {"quotas": [quota]}, by=registrations.organiser)
    assert put.status_code == 200, put.json
    registrations.register(event, ada)
    assert (
        registrations.call("PUT", path, {"quotas": []}, by=registrations.organiser).status_code
        == 200
    )

    shown = figures(registrations, event)

    assert sum(one["expected"] for one in shown["quotas"]) == shown["expected"] == 1


def test_who_waits_is_not_overtaken_when_an_event_is_moved_into_the_future(
    registrations: Registrations,
) -> None:
    """A seat that became free after its end was nobody's; now it is theirs who waited."""
    state = registrations.event(capacity=1)
    event = UUID(state["id"])
    registrations.deliver("event.published", state["id"], 1, state)
    ada, grace = registrations.register(event, Person(), Person())
    registrations.clock.advance(days=22)
    registrations.cancel(ada)
    assert registrations.status(grace) == "waitlisted"

    now = registrations.clock.now()
    moved = {
        "starts_at": now + timedelta(days=7),
        "ends_at": now + timedelta(days=7, hours=2),
        "registration_closes_at": now + timedelta(days=6),
    }
    registrations.deliver("event.changed", state["id"], 2, state | jsonable(moved))

    assert registrations.status(grace) == "confirmed"
    (hedy,) = registrations.register(event, Person())
    assert hedy["status"] == "waitlisted"


def test_who_registers_while_a_list_is_taken_away_reaches_the_door(
    registrations: Registrations,
) -> None:
    """What is noted of the event as a whole waits for nobody, so its number may be seen before a lower one."""
    if registrations.database.engine.dialect.name == "sqlite":
        return  # it has one writer
    event = registrations.open_event(capacity=2)
    device, now = Device(registrations, event), registrations.clock.now()
    with registrations.deps.unit_of_work() as registering:
        one = operations.register(
            registering, event_id=event, person_id=new_id(), now=now, name="Trần Văn Mơ"
        )
        registering.session.flush()
        registering.seat_log.write()
        with registrations.deps.unit_of_work() as exporting:
            note_export(exporting, event_id=event, format="csv", by=new_id(), now=now)
        device.take_list()

    device.take_list()

    assert str(one.id) in device.people


def test_who_stood_in_line_while_kept_seats_were_released_is_not_overtaken(
    registrations: Registrations,
) -> None:
    """Whoever asked a moment before and was decided about a moment after waits for a seat that is free: not for long."""
    event, ada, grace = registrations.open_event(capacity=1), Person(), Person()
    asked_at = registrations.clock.now()
    released = asked_at + timedelta(seconds=1)
    quota = {"name": {"vi": "Lần đầu"}, "seats": 1, "area_id": new_id(), "release_at": released}
    path = f"/offers/{event}/quotas"
    body = jsonable({"quotas": [quota]})
    assert registrations.call("PUT", path, body, by=registrations.organiser).status_code == 200
    registrations.clock.advance(seconds=2)
    assert settle_due(registrations.deps) == 1

    with registrations.deps.unit_of_work() as late:
        first = operations.register(
            late, event_id=event, person_id=ada.id, now=asked_at, name="Trần Văn Mơ"
        )
    (second,) = registrations.register(event, grace)

    assert registrations.status({"id": first.id}) == "confirmed"
    assert second["status"] == "waitlisted"


def test_a_seat_that_the_door_took_is_not_said_to_be_kept(registrations: Registrations) -> None:
    """A walk-in who is inside sits on the seat that was kept: whoever it was for reads that the event is full."""
    event = registrations.open_event(capacity=2)
    quota = {"name": {"vi": "Phường"}, "seats": 1, "area_id": str(new_id())}
    path = f"/offers/{event}/quotas"
    body = {"quotas": [quota]}
    assert registrations.call("PUT", path, body, by=registrations.organiser).status_code == 200
    registrations.register(event, Person())
    device = Device(registrations, event)
    device.scan("walk-in", name="Khách")
    assert outcomes(device.tell()) == ["overbooked"]

    shown = registrations.get(f"/offers/{event}").json

    assert (shown["status"], shown["why"]) == ("full", "Đã hết chỗ.")
    assert [one["left"] for one in shown["quotas"]] == [0]


def test_a_leader_reads_no_words_about_a_person(registrations: Registrations) -> None:
    """Who sees no names is not told them by the reason that an organiser wrote; the reasons that are keys stay."""
    event, organiser = registrations.open_event(), registrations.organiser
    leader = Person().with_role("leader", registrations.organisation)
    rules = {"approval": True}
    registrations.call("PATCH", f"/offers/{event}/rules", rules, by=organiser)
    declined, cancelled = registrations.register(event, Person(), Person())
    reason = {"reason": "Bà Trần Thị Mơ đã dự rồi"}
    registrations.post(f"/registrations/{declined['id']}/decline", reason, by=organiser)
    registrations.cancel(cancelled)

    shown = registrations.get(f"/offers/{event}/log", by=leader)

    assert shown.status_code == 200
    assert "Trần Thị Mơ" not in shown.get_data(as_text=True)
    assert "Trần Thị Mơ" not in str(shown.json)
    assert [one["reason"] for one in shown.json["items"][-2:]] == [None, "organiser"]
    assert log(registrations, event, declined["id"])[-1]["reason"] == reason["reason"]


def test_a_list_ends_with_the_start_of_an_event_that_is_moved_forward(
    registrations: Registrations,
) -> None:
    """Nobody confirms a seat of an event that has begun, and whoever stands at its door gets what was kept."""
    state = registrations.event(capacity=2)
    event = UUID(state["id"])
    registrations.deliver("event.published", state["id"], 1, state)
    partner = Partner(registrations, event)
    partner.name()
    (nominee, _) = partner.nominees()
    starts = registrations.clock.now() + timedelta(days=1)
    moved = jsonable({"starts_at": starts, "ends_at": starts + timedelta(hours=2)})

    registrations.deliver("event.changed", state["id"], 2, state | moved)

    shown = registrations.get(f"/nominations/{partner.list}", by=partner.officer).json
    assert datetime.fromisoformat(shown["deadline"]) == starts
    assert (
        registrations.published("nomination.opened")[-1]
        .data["deadline"]
        .startswith(f"{starts:%Y-%m-%dT%H:%M}")
    )
    registrations.clock.advance(days=1, seconds=1)
    settle_due(registrations.deps)
    refused = confirm(registrations, nominee, Person())
    assert (refused.status_code, problem(refused)) == (409, "nomination-closed")
    device = Device(registrations, event)
    device.scan("walk-in", name="Khách")
    assert outcomes(device.tell()) == ["admitted"]


def test_what_was_taken_back_before_it_was_told_admits_nobody(registrations: Registrations) -> None:
    """It does not matter which of the two comes first; and taking somebody back lets nobody in."""
    event = registrations.open_event(capacity=2)
    (one, _) = registrations.register(event, Person(), Person())
    device = Device(registrations, event)
    scan = device.scan(registration_id=one["id"])
    undo = device.scan("undo", undoes=scan["nonce"], reason="Nhầm người")
    device.waiting = []

    assert outcomes(device.tell([undo])) == ["refused"]
    assert figures(registrations, event)["conflicts"] == 0
    assert outcomes(device.tell([scan])) == ["undone"]

    assert figures(registrations, event)["admitted"] == 0
    assert outcomes(device.tell([undo, scan])) == ["undone", "undone"]
    assert (
        registrations.get(f"/offers/{event}/door-conflicts", by=registrations.organiser).json[
            "items"
        ]
        == []
    )

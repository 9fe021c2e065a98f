"""Devices at the door: a signed list to take along, scans told later, each once, and what comes of two that disagree."""

from __future__ import annotations

import json
import random
from collections import Counter
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
import sqlalchemy as sa
from joserfc import jws
from joserfc.jwk import KeySet

from services.registrations import operations
from services.registrations.operations.door_list import code_digest
from shared.ids import new_id
from tests.service.registrations.conftest import Registrations
from tests.service.registrations.test_door import door, ticket
from tests.support.crowds import at_once
from tests.support.harness import SIGNER, Person, problem


class Device:
    """A device at a gate, with a clock of its own."""

    def __init__(
        self,
        house: Registrations,
        event: UUID,
        *,
        gate: str = "Cửa chính",
        ahead: timedelta = timedelta(0),
    ) -> None:
        self.house, self.event, self.gate, self.ahead = house, event, gate, ahead
        self.id = new_id()
        self.by = Person().at_door(event, house.organisation)
        self.waiting: list[dict[str, Any]] = []
        self.people: dict[str, dict[str, Any]] = {}
        self.version: int | None = None

    @property
    def clock(self) -> datetime:
        return self.house.clock.now() + self.ahead

    def take_list(self, limit: int = 1000) -> list[dict[str, Any]]:
        """What is new on the list, page after page, checked as a device does; the claims of each page."""
        keys = KeySet.import_key_set(self.house.get("/ticket-keys").json)
        claims: list[dict[str, Any]] = []
        cursor, since = "", "" if self.version is None else f"&since={self.version}"
        while True:
            path = f"/offers/{self.event}/door-list?limit={limit}{since}{cursor}"
            answer = self.house.get(path, by=self.by)
            assert answer.status_code == 200, answer.json
            signed = jws.deserialize_compact(answer.json["list"], keys, algorithms=["Ed25519"])
            claims.append(json.loads(signed.payload))
            self.people |= {item["id"]: item for item in claims[-1]["items"]}
            if answer.json["next"] is None:
                break
            cursor = f"&cursor={answer.json['next']}"
        self.version = claims[0]["version"]
        return claims

    def scan(self, kind: str = "admit", **more: Any) -> dict[str, Any]:
        """Scan without network: it waits to be told."""
        scan = {
            "nonce": str(new_id()),
            "kind": kind,
            "at": self.clock.isoformat(),
            "gate": self.gate,
        }
        self.waiting.append(scan | more)
        return self.waiting[-1]

    def tell(self, scans: list[dict[str, Any]] | None = None) -> dict[str, Any]:
        """Send what waits."""
        sent, self.waiting = (scans, self.waiting) if scans is not None else (self.waiting, [])
        answer = self.send(sent)
        assert answer.status_code == 200, answer.json
        return dict(answer.json)

    def send(self, scans: list[dict[str, Any]]) -> Any:
        body = {
            "device_id": str(self.id),
            "sent_at": self.clock.isoformat(),
            "scans": scans,
        }
        return self.house.post(f"/offers/{self.event}/scans", body, by=self.by)


def crowd(house: Registrations, event: UUID, count: int) -> list[tuple[Person, dict[str, Any]]]:
    people = [Person() for _ in range(count)]
    return list(zip(people, house.register(event, *people), strict=True))


def figures(house: Registrations, event: UUID) -> dict[str, Any]:
    return dict(house.get(f"/offers/{event}/door", by=house.organiser).json)


def conflicts(house: Registrations, event: UUID) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    cursor = ""
    while True:
        path = f"/offers/{event}/door-conflicts?limit=200{cursor}"
        page = house.get(path, by=house.organiser).json
        found += page["items"]
        if page["next"] is None:
            return found
        cursor = f"&cursor={page['next']}"


def outcomes(answer: dict[str, Any]) -> list[str]:
    return [result["outcome"] for result in answer["results"]]


def whys(answer: dict[str, Any]) -> list[str]:
    return [result["why"] for result in answer["results"]]


@pytest.mark.parametrize("first", [0, 1])
def test_two_devices_without_network_agree_with_the_list_whichever_tells_first(
    registrations: Registrations, first: int
) -> None:
    """300 tickets, 40 of them scanned on both, clocks ten minutes off in either direction: 40 conflicts, all named."""
    event = registrations.open_event(capacity=300)
    with registrations.deps.unit_of_work() as uow:
        ids = [str(one.id) for one in _registered(registrations, uow, event, 300)]
    west = Device(registrations, event, gate="Cửa Tây", ahead=timedelta(minutes=10))
    east = Device(registrations, event, gate="Cửa Đông", ahead=timedelta(minutes=-10))
    both = ids[130:170]
    # Of the 40, the west has every second one first by the real time, though its clock says later.
    early = {west: set(both[::2]), east: set(both[1::2])}
    for device in (west, east):
        for one in early[device]:
            device.scan(registration_id=one, issue=1)
    registrations.clock.advance(seconds=60)
    for device, own in ((west, ids[:170]), (east, ids[130:])):
        for one in own:
            if one not in early[device]:
                device.scan(registration_id=one, issue=1)
    registrations.clock.advance(seconds=3600)

    devices = [west, east][:: 1 if first == 0 else -1]
    told = {device.id: device.tell() for device in devices}

    shown = figures(registrations, event)
    assert (shown["admitted"], shown["expected"], shown["conflicts"]) == (300, 300, 40)
    assert {gate["gate"]: gate["admitted"] for gate in shown["gates"]} == {
        "Cửa Tây": 150,
        "Cửa Đông": 150,
    }
    found = conflicts(registrations, event)
    assert {one["registration_id"] for one in found} == set(both)
    for conflict in found:
        lost_to = west if conflict["registration_id"] in early[west] else east
        assert conflict["first"]["device_id"] == str(lost_to.id)
        assert conflict["first"]["at"] < conflict["at"]
    # Who told second saw its own conflicts at once.
    last = told[devices[1].id]
    assert Counter(outcomes(last)) == {"admitted": 150, "conflict": 20}
    assert abs(last["clock_ahead"] - devices[1].ahead.total_seconds()) < 1
    assert registrations.count("registrations WHERE checked_in_at IS NOT NULL") == 300


def _registered(house: Registrations, uow: Any, event: UUID, count: int) -> list[Any]:
    return [
        operations.register(
            uow, event_id=event, person_id=new_id(), now=house.clock.now(), name=f"Người {number}"
        )
        for number in range(count)
    ]


def test_repeating_a_batch_changes_nothing(registrations: Registrations) -> None:
    """The answer says how it stands; the log, the counts and the messages are the same."""
    event = registrations.open_event(capacity=3)
    device = Device(registrations, event)
    for _, one in crowd(registrations, event, 3):
        device.scan(registration_id=one["id"])
    device.scan("walk-in", name="Khách Vãng Lai")
    batch = list(device.waiting)

    first = device.tell()
    before = (figures(registrations, event), len(registrations.published()))
    again = [device.tell(batch) for _ in range(3)]

    assert outcomes(first) == ["admitted"] * 3 + ["overbooked"]
    assert [outcomes(one) for one in again] == [outcomes(first)] * 3
    assert {result["repeated"] for one in again for result in one["results"]} == {True}
    assert (figures(registrations, event), len(registrations.published())) == before
    assert registrations.count("scans") == 4
    assert registrations.count("registrations") == 4


def test_a_batch_that_was_cut_and_sent_again_counts_each_scan_once(
    registrations: Registrations,
) -> None:
    """Half of it arrived, its answer was lost; then all of it, in another order."""
    event = registrations.open_event(capacity=20)
    device = Device(registrations, event)
    for _, one in crowd(registrations, event, 20):
        device.scan(registration_id=one["id"])
    whole = list(device.waiting)
    device.tell(whole[:11])
    random.Random(7).shuffle(whole)

    answer = device.tell(whole)

    assert Counter(outcomes(answer)) == {"admitted": 20}
    assert Counter(result["repeated"] for result in answer["results"]) == {True: 11, False: 9}
    assert figures(registrations, event)["admitted"] == 20


def test_50_scanners_and_one_ticket_admit_once(registrations: Registrations) -> None:
    """Each waits for the answer: one is let in, 49 hear that somebody was; nobody was let in twice, so no conflict."""
    event, ada = registrations.open_event(), Person()
    (registration,) = registrations.register(event, ada)
    token = ticket(registrations, ada, registration)["token"]
    by = Person().at_door(event, registrations.organisation)
    signed = SIGNER.issue(by.claims(), now=registrations.clock.now())[0]
    now = registrations.clock.now().isoformat()

    def act(_: int) -> str:
        scan = {"nonce": str(new_id()), "kind": "admit", "at": now, "ticket": token}
        body = {"device_id": str(new_id()), "sent_at": now, "scans": [scan | {"let_in": False}]}
        for _again in range(20):
            answer = registrations.app.test_client().post(
                f"/v1/offers/{event}/scans",
                json=body,
                headers={"Authorization": f"Bearer {signed}"},
            )
            if answer.status_code != 503:
                break
        return str(answer.json["results"][0]["outcome"])

    assert Counter(at_once(50, act)) == {"admitted": 1, "already": 49}
    assert figures(registrations, event)["admitted"] == 1
    assert conflicts(registrations, event) == []


def test_what_opens_no_door_is_refused_with_the_reason_and_kept(
    registrations: Registrations,
) -> None:
    """Forged, of another event, re-issued, cancelled, unknown: somebody was let in with each, so each is listed."""
    event, other = registrations.open_event(capacity=5), registrations.open_event()
    ((ada, first), (grace, second), (_, third)) = crowd(registrations, event, 3)
    hedy = Person()
    (elsewhere,) = registrations.register(other, hedy)
    old = ticket(registrations, ada, first)["token"]
    registrations.post(f"/registrations/{first['id']}/reissue", by=ada)
    cancelled = ticket(registrations, grace, second)["token"]
    registrations.cancel(second)
    device = Device(registrations, event)
    for shown in (
        {"ticket": old[:-1] + ("A" if old[-1] != "A" else "B")},
        {"ticket": ticket(registrations, hedy, elsewhere)["token"]},
        {"ticket": old},
        {"registration_id": first["id"], "issue": 1},
        {"ticket": cancelled},
        {"code": "ACDEFGHJ"},
        {"registration_id": elsewhere["id"]},
        {"registration_id": third["id"], "issue": 1},
    ):
        device.scan(**shown)

    answer = device.tell()

    assert whys(answer) == [
        "forged",
        "other-event",
        "reissued",
        "reissued",
        "cancelled",
        "unknown",
        "unknown",
        None,
    ]
    assert answer["results"][4]["explained"] == "Đăng ký này đã hủy."
    assert figures(registrations, event)["admitted"] == 1
    assert [one["why"] for one in conflicts(registrations, event)] == whys(answer)[:-1]


def test_a_renewed_ticket_and_its_code_admit(registrations: Registrations) -> None:
    """By what is printed on it, and as it is typed."""
    event = registrations.open_event()
    ((ada, first), (grace, second)) = crowd(registrations, event, 2)
    for person, one in ((ada, first), (grace, second)):
        registrations.post(f"/registrations/{one['id']}/reissue", by=person)
    device = Device(registrations, event)
    device.scan(ticket=ticket(registrations, ada, first)["token"])
    code = ticket(registrations, grace, second)["code"].lower()
    device.scan(code=f"{code[:4]}-{code[4:]}")

    assert outcomes(device.tell()) == ["admitted"] * 2


@pytest.mark.parametrize("hours", [1, -1])
def test_a_clock_an_hour_off_is_corrected_and_kept_beside(
    registrations: Registrations, hours: int
) -> None:
    """Its own time stays in the log; the time that counts is the server's."""
    event = registrations.open_event()
    ((_, one), _) = crowd(registrations, event, 2)
    wrong = Device(registrations, event, ahead=timedelta(hours=hours))
    right = Device(registrations, event, gate="Cửa sau")
    scanned_at = registrations.clock.now()
    wrong.scan(registration_id=one["id"])
    registrations.clock.advance(seconds=300)
    right.scan(registration_id=one["id"])
    right.tell()
    registrations.clock.advance(seconds=300)

    answer = wrong.tell()

    (result,) = answer["results"]
    assert result["outcome"] == "admitted"
    assert datetime.fromisoformat(result["at"]) == scanned_at
    assert answer["clock_ahead"] == hours * 3600
    with registrations.database.engine.connect() as connection:
        kept = connection.scalar(
            sa.text("SELECT device_at FROM scans WHERE device_id = :id").bindparams(
                sa.bindparam("id", wrong.id, sa.Uuid())
            )
        )
    assert str(kept).startswith(f"{scanned_at + timedelta(hours=hours):%Y-%m-%d %H:%M:%S}")
    (conflict,) = conflicts(registrations, event)
    assert conflict["gate"] == "Cửa sau"


@pytest.mark.parametrize(
    "clock", ["1970-01-01T00:00:00+00:00", "2199-12-31T23:59:59+14:00", "2026-13-01T00:00:00Z"]
)
def test_a_clock_that_says_anything_breaks_nothing(
    registrations: Registrations, clock: str
) -> None:
    """A phone that lost its time admits now; what is no time is refused by name."""
    event = registrations.open_event()
    ((_, one), _) = crowd(registrations, event, 2)
    device = Device(registrations, event)
    scan = device.scan(registration_id=one["id"])
    scan["at"] = clock

    answer = device.send([scan])

    if "-13-" in clock:
        assert answer.status_code == 422
        assert answer.get_json(force=True)["errors"][0]["field"].endswith("at")
    else:
        assert outcomes(answer.json) == ["admitted"]
        assert datetime.fromisoformat(answer.json["results"][0]["at"]) <= registrations.clock.now()


def test_an_undo_takes_back_one_scan_with_its_reason(registrations: Registrations) -> None:
    """The wrong name was picked where somebody else was in before: that admission stays."""
    event = registrations.open_event(capacity=3)
    ((_, one), (_, two), _) = crowd(registrations, event, 3)
    here, there = Device(registrations, event), Device(registrations, event, gate="Cửa sau")
    here.scan(registration_id=one["id"])
    registrations.clock.advance(seconds=1)
    mistaken = there.scan(registration_id=one["id"])
    alone = there.scan(registration_id=two["id"])
    registrations.clock.advance(seconds=1)
    for nonce in (mistaken["nonce"], alone["nonce"]):
        there.scan("undo", undoes=nonce, reason="Bấm nhầm tên")

    # The undos even before what they take back.
    answer = there.tell(there.waiting[::-1])
    here.tell()

    assert outcomes(answer) == ["undone"] * 4
    assert figures(registrations, event)["admitted"] == 1
    assert conflicts(registrations, event) == []
    log = registrations.get(f"/offers/{event}/log", by=registrations.organiser).json["items"]
    assert [entry["what"] for entry in log][-1] == "checked-in"
    # And the ticket that was taken back admits again.
    there.waiting = []
    there.scan(registration_id=two["id"])
    assert outcomes(there.tell()) == ["admitted"]


def test_an_undo_says_why_and_of_whom(registrations: Registrations) -> None:
    """Without a reason it is refused; of nobody who is in, it changes nothing."""
    event = registrations.open_event()
    ((_, one), _) = crowd(registrations, event, 2)
    device = Device(registrations, event)
    bare = device.scan("undo", registration_id=one["id"])

    assert problem(device.send([bare])) == "invalid"

    answer = device.tell([bare | {"reason": "Nhầm"}])
    assert whys(answer) == ["not-checked-in"]


def test_who_was_undone_at_the_desk_comes_in_again(registrations: Registrations) -> None:
    """Single requests and devices write one log."""
    event = registrations.open_event()
    ((_, one), _) = crowd(registrations, event, 2)
    by = Person().at_door(event, registrations.organisation)
    shown = {"registration_id": one["id"], "gate": "Bàn đón"}
    assert door(registrations, event, shown, by).status_code == 201
    registrations.clock.advance(seconds=60)
    path = f"/registrations/{one['id']}/undo-check-in"
    assert registrations.post(path, {"reason": "Nhầm"}, by=by).status_code == 200
    assert problem(registrations.post(path, {"reason": "Nhầm"}, by=by)) == "not-checked-in"
    registrations.clock.advance(seconds=60)
    device = Device(registrations, event)
    device.scan(registration_id=one["id"])

    assert outcomes(device.tell()) == ["admitted"]
    shown_now = figures(registrations, event)
    assert [(gate["gate"], gate["admitted"]) for gate in shown_now["gates"]] == [("Cửa chính", 1)]


def test_an_undo_at_the_desk_counts_where_another_servers_clock_is_ahead(
    registrations: Registrations,
) -> None:
    """By its own clock it came before the admission."""
    event = registrations.open_event()
    ((_, one), _) = crowd(registrations, event, 2)
    by = Person().at_door(event, registrations.organisation)
    door(registrations, event, {"registration_id": one["id"]}, by)
    registrations.clock.advance(seconds=-2)

    path = f"/registrations/{one['id']}/undo-check-in"
    answer = registrations.post(path, {"reason": "Nhầm"}, by=by)

    assert answer.json["checked_in_at"] is None
    assert figures(registrations, event)["gates"] == []


def test_a_device_that_was_first_takes_over_from_the_desk(registrations: Registrations) -> None:
    """It scanned at nine without network, the desk at five past: nine counts, and the desk's is the conflict."""
    event = registrations.open_event()
    ((_, one), _) = crowd(registrations, event, 2)
    device = Device(registrations, event)
    device.scan(registration_id=one["id"])
    nine = registrations.clock.now()
    registrations.clock.advance(seconds=300)
    door(registrations, event, {"registration_id": one["id"]})
    registrations.clock.advance(seconds=300)

    assert outcomes(device.tell()) == ["admitted"]
    now = registrations.get(f"/registrations/{one['id']}", by=registrations.organiser).json
    assert datetime.fromisoformat(now["checked_in_at"]) == nine


def test_walk_ins_beyond_the_capacity_are_kept_and_shown(registrations: Registrations) -> None:
    """Whoever is inside counts; whoever still waits for the answer is told that no seat is free."""
    event = registrations.open_event(capacity=1)
    device = Device(registrations, event)
    device.scan("walk-in", name="Người Thứ Nhất")
    device.scan("walk-in", name="Người Thứ Hai")
    asked = device.scan("walk-in", name="Người Thứ Ba", let_in=False)

    answer = device.tell()

    assert outcomes(answer) == ["admitted", "overbooked", "refused"]
    shown = figures(registrations, event)
    assert (shown["admitted"], shown["walk_ins"], shown["conflicts"]) == (2, 2, 1)
    assert [one["name"] for one in conflicts(registrations, event)] == ["Người Thứ Hai"]
    assert registrations.get(f"/offers/{event}").json["seats_left"] == 0
    # The answer came too late, and the device decided alone.
    assert outcomes(device.tell([asked | {"let_in": True}])) == ["overbooked"]
    assert figures(registrations, event)["admitted"] == 3
    assert outcomes(device.tell([asked])) == ["overbooked"]
    assert registrations.count("registrations") == 3


def test_a_walk_in_to_an_event_that_was_cancelled_is_refused_and_not_lost(
    registrations: Registrations,
) -> None:
    """The name is kept for the organiser."""
    event = registrations.open_event()
    device = Device(registrations, event)
    device.scan("walk-in", name="Đặng Đến Nơi")
    cancelled = registrations.event(id=event) | {"status": "cancelled", "reason": {"vi": "Bão"}}
    registrations.deliver("event.cancelled", event, 2, cancelled)

    assert whys(device.tell()) == ["event-cancelled"]
    assert [one["name"] for one in conflicts(registrations, event)] == ["Đặng Đến Nơi"]
    answer = registrations.get(f"/offers/{event}/door-list", by=device.by)
    assert problem(answer) == "event-cancelled"


def test_the_list_is_signed_little_and_goes_on_where_it_was(registrations: Registrations) -> None:
    """Names and issues of those with a seat, no code in clear, no phone; then only what changed."""
    event = registrations.open_event(capacity=4)
    people = crowd(registrations, event, 5)
    device = Device(registrations, event)

    pages = device.take_list(limit=2)

    assert [len(page["items"]) for page in pages] == [2, 2, 1]
    (ada, first), (_, second) = people[:2]
    code = ticket(registrations, ada, first)["code"]
    assert device.people[first["id"]] == {
        "id": first["id"],
        "issue": 1,
        "name": "Nguyễn Thị Minh Họa",
        "code": code_digest(event, code),
        "quota": None,
        "in": None,
    }
    assert device.people[people[4][1]["id"]] == {"id": people[4][1]["id"], "status": "waitlisted"}
    assert code not in json.dumps(pages)

    assert [page["items"] for page in device.take_list()] == [[]]
    registrations.cancel(first)
    door(registrations, event, {"registration_id": second["id"]})
    (change,) = device.take_list()

    assert {item["id"] for item in change["items"]} == {
        first["id"],
        second["id"],
        people[4][1]["id"],
    }
    assert device.people[first["id"]]["status"] == "cancelled"
    assert device.people[second["id"]]["in"] is not None
    assert device.people[people[4][1]["id"]]["name"]


def test_a_change_while_pages_are_taken_is_in_the_next_delta(registrations: Registrations) -> None:
    """The version is that of the first page."""
    event = registrations.open_event(capacity=4)
    people = crowd(registrations, event, 3)
    device = Device(registrations, event)
    path = f"/offers/{event}/door-list"
    first = registrations.get(f"{path}?limit=2", by=device.by).json
    registrations.cancel(people[0][1])
    second = registrations.get(f"{path}?limit=2&cursor={first['next']}", by=device.by).json
    assert first["version"] == second["version"]

    device.version = first["version"]
    (change,) = device.take_list()

    assert [item["id"] for item in change["items"]] == [people[0][1]["id"]]


def test_the_list_ends_a_day_after_the_event(registrations: Registrations) -> None:
    """Its claims say so, and later there is none to be had."""
    now = registrations.clock.now()
    event = registrations.open_event(starts_at=now, ends_at=now + timedelta(hours=2))
    device = Device(registrations, event)
    (page,) = device.take_list()
    assert page["exp"] == int((now + timedelta(hours=26)).timestamp())

    registrations.clock.advance(seconds=26 * 3600)

    answer = registrations.get(f"/offers/{event}/door-list", by=device.by)
    assert problem(answer) == "door-closed"


@pytest.mark.parametrize("query", ["since=-1", "since=x", "cursor=x", "limit=0", "limit=5000"])
def test_a_list_is_asked_for_as_it_can_be(registrations: Registrations, query: str) -> None:
    event = registrations.open_event()
    device = Device(registrations, event)

    answer = registrations.get(f"/offers/{event}/door-list?{query}", by=device.by)

    assert answer.status_code == 422


def test_figures_are_by_gate_and_quota_and_unchanged_ones_are_not_sent_again(
    registrations: Registrations,
) -> None:
    """Each change has another ETag."""
    union = new_id()
    event = registrations.open_event(capacity=5)
    quota = {"name": {"vi": "Hội LHPN"}, "seats": 2, "organisation_id": str(union)}
    registrations.call(
        "PUT", f"/offers/{event}/quotas", {"quotas": [quota]}, by=registrations.organiser
    )
    member = Person().with_role("member", union)
    (kept,) = registrations.register(event, member)
    ((_, free),) = crowd(registrations, event, 1)
    path = f"/offers/{event}/door"
    before = registrations.get(path, by=registrations.organiser)
    same = {"If-None-Match": before.headers["ETag"]}
    assert registrations.get(path, by=registrations.organiser, headers=same).status_code == 304
    device = Device(registrations, event)
    device.scan(registration_id=kept["id"])
    device.scan("walk-in", name="Khách")
    device.tell()
    door(registrations, event, {"registration_id": free["id"]})

    shown = registrations.get(path, by=registrations.organiser, headers=same)

    assert shown.status_code == 200
    body = shown.json
    assert [(g["gate"], g["admitted"], g["walk_ins"]) for g in body["gates"]] in (
        [(None, 1, 0), ("Cửa chính", 2, 1)],
        [("Cửa chính", 2, 1), (None, 1, 0)],
    )
    named = {(q["name"] or {}).get("vi"): (q["admitted"], q["expected"]) for q in body["quotas"]}
    assert named == {"Hội LHPN": (1, 1), None: (2, 2)}


def test_a_batch_is_bounded_and_its_statements_do_not_grow(registrations: Registrations) -> None:
    """501 scans are refused; 60 cost as many statements as 3."""
    event = registrations.open_event(capacity=100)
    people = crowd(registrations, event, 63)
    device = Device(registrations, event)
    for _, one in people:
        device.scan(registration_id=one["id"])
    few, many = device.waiting[:3], device.waiting[3:]
    counted: list[str] = []
    sa.event.listen(
        registrations.database.engine,
        "before_cursor_execute",
        lambda _c, _cur, statement, *_: counted.append(statement),
    )

    device.tell(few)
    with_few = len(counted)
    device.tell(many)

    assert len(counted) - with_few == with_few
    many_more = [many[0] | {"nonce": str(new_id())} for _ in range(501)]
    assert device.send(many_more).status_code == 422
    assert device.send([]).status_code == 422


def test_what_devices_tell_is_for_those_at_the_door(registrations: Registrations) -> None:
    """Conflicts are the organiser's."""
    event = registrations.open_event()
    other = Device(registrations, registrations.open_event())
    device = Device(registrations, event)
    for path in ("door-list", "door"):
        assert registrations.get(f"/offers/{event}/{path}", by=other.by).status_code == 404
        assert registrations.get(f"/offers/{event}/{path}", by=device.by).status_code == 200
    assert registrations.get(f"/offers/{event}/door-conflicts", by=device.by).status_code == 403
    other.event = event
    other.scan("walk-in", name="Lạ")
    assert other.send(other.waiting).status_code == 404

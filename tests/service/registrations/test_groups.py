"""One person registers colleagues: each has a ticket, and part of the group can cancel."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from werkzeug.test import TestResponse

from shared.ids import new_id
from tests.service.registrations.conftest import Registrations
from tests.support.harness import Person, problem


def register(
    house: Registrations, event: UUID, by: Person, *names: str, **more: Any
) -> TestResponse:
    body = {"people": [{"name": name} for name in names]} | more
    return house.post(f"/offers/{event}/group-registrations", body, by=by)


def statuses(answer: TestResponse) -> list[str]:
    assert answer.status_code == 201, answer.json
    return [one["status"] for one in answer.json["items"]]


def test_each_colleague_has_a_place_and_a_ticket_of_their_own(registrations: Registrations) -> None:
    """Whoever registered them sees them, among their own, and their tickets; nobody else does."""
    event = registrations.open_event(capacity=5)
    ada, stranger = Person(), Person()
    registrations.register(event, ada)

    group = register(registrations, event, ada, "Grace", "Hedy")

    assert statuses(group) == ["confirmed", "confirmed"]
    mine = registrations.get("/registrations", by=ada).json["items"]
    assert [one["name"] for one in mine] == ["Hedy", "Grace", "Nguyễn Thị Minh Họa"]
    assert [one["registered_by"] for one in mine] == [str(ada.id), str(ada.id), None]
    tickets = []
    for one in group.json["items"]:
        path = f"/registrations/{one['id']}"
        tickets.append(registrations.get(f"{path}/ticket", by=ada).json)
        for hidden in (path, f"{path}/ticket"):
            assert registrations.get(hidden, by=stranger).status_code == 404
        assert registrations.post(f"{path}/cancel", by=stranger).status_code == 404
    assert len({ticket["token"] for ticket in tickets} | {t["code"] for t in tickets}) == 4


def test_part_of_a_group_cancels(registrations: Registrations) -> None:
    """The freed place goes to who waits; the others keep theirs."""
    event = registrations.open_event(capacity=2)
    ada = Person()
    grace, hedy = register(registrations, event, ada, "Grace", "Hedy").json["items"]
    (waiting,) = registrations.register(event, Person())

    done = registrations.post(f"/registrations/{grace['id']}/cancel", by=ada)

    assert (done.json["status"], done.json["why"]) == ("cancelled", "own-wish")
    assert registrations.status(hedy) == registrations.status(waiting) == "confirmed"


def test_as_many_as_there_are_seats_and_the_others_wait(registrations: Registrations) -> None:
    """In the order in which they were named."""
    event = registrations.open_event(capacity=1)
    group = register(registrations, event, Person(), "Ada", "Grace", "Hedy")
    assert statuses(group) == ["confirmed", "waitlisted", "waitlisted"]
    assert [one["position"] for one in group.json["items"]] == [None, 1, 2]


def test_together_means_all_or_none(registrations: Registrations) -> None:
    """Refused with how many seats there are; nobody is registered."""
    event = registrations.open_event(capacity=1)
    answer = register(registrations, event, Person(), "Ada", "Grace", together=True)
    assert problem(answer) == "group-does-not-fit"
    assert answer.json["left"] == 1
    assert registrations.count("registrations") == 0
    assert registrations.published("registration.confirmed") == []


def test_without_a_waitlist_nobody_of_a_group_that_does_not_fit_is_registered(
    registrations: Registrations,
) -> None:
    """Half a group by chance is what nobody asked for."""
    event = registrations.open_event(capacity=1, waitlist=False)
    assert problem(register(registrations, event, Person(), "Ada", "Grace")) == "group-does-not-fit"
    assert registrations.count("registrations") == 0


def test_one_person_registers_ten_colleagues_at_most(registrations: Registrations) -> None:
    """In one request or in several; who cancelled does not count."""
    event = registrations.open_event(capacity=50)
    ada = Person()
    names = [f"Người {number}" for number in range(10)]
    first, *_ = register(registrations, event, ada, *names).json["items"]

    refused = register(registrations, event, ada, "Một Người Nữa")

    assert problem(refused) == "too-many-colleagues"
    assert (refused.json["most"], refused.json["there"]) == (10, 10)
    registrations.post(f"/registrations/{first['id']}/cancel", by=ada)
    assert statuses(register(registrations, event, ada, "Một Người Nữa")) == ["confirmed"]
    too_long = register(registrations, event, Person(), *names, "Thừa")
    assert problem(too_long) == "invalid"


def test_one_key_registers_a_group_once(registrations: Registrations) -> None:
    """As every POST that creates."""
    event = registrations.open_event(capacity=9)
    ada, body = Person(), {"people": [{"name": "Grace"}, {"name": "Hedy"}]}
    path = f"/offers/{event}/group-registrations"
    first, again = (registrations.post(path, body, by=ada, key="một lần") for _ in range(2))
    assert first.json == again.json
    assert registrations.count("registrations") == 2


def test_each_colleague_is_told_to_whoever_registered_them(registrations: Registrations) -> None:
    """As a colleague's, so that it is not taken for their own place; the log has one entry each."""
    event = registrations.open_event(capacity=1)
    ada = Person()
    grace, hedy = register(registrations, event, ada, "Grace", "Hedy").json["items"]
    registrations.post(f"/registrations/{grace['id']}/cancel", by=ada)

    told = registrations.published(
        "registration.confirmed", "registration.waitlisted", "registration.cancelled"
    )

    assert [(m.type, m.subject) for m in told] == [
        ("registration.confirmed", grace["id"]),
        ("registration.waitlisted", hedy["id"]),
        ("registration.cancelled", grace["id"]),
        ("registration.confirmed", hedy["id"]),
    ]
    assert {(m.data["person_id"], m.data["colleague"]) for m in told} == {(str(ada.id), True)}
    log = registrations.get(f"/offers/{event}/log", by=registrations.organiser).json["items"]
    assert [entry["what"] for entry in log] == ["registered", "registered", "cancelled", "promoted"]


def test_colleagues_take_a_partners_seats_only_if_one_belongs_to_it(
    registrations: Registrations,
) -> None:
    """Naming an organisation is not belonging to it."""
    event = registrations.open_event(capacity=1)
    union = new_id()
    quota = {"name": {"vi": "Hội"}, "seats": 1, "organisation_id": str(union)}
    registrations.call(
        "PUT", f"/offers/{event}/quotas", {"quotas": [quota]}, by=registrations.organiser
    )
    stranger, member = Person(), Person().with_role("member", union)
    named = {"organisation_id": str(union)}
    assert statuses(register(registrations, event, stranger, "Ada", **named)) == ["waitlisted"]
    assert statuses(register(registrations, event, member, "Grace", **named)) == ["confirmed"]


def test_a_group_that_waits_for_approval_waits_together(registrations: Registrations) -> None:
    """Each is approved or declined on its own."""
    event = registrations.open_event(capacity=5)
    rules = {"approval": True}
    registrations.call("PATCH", f"/offers/{event}/rules", rules, by=registrations.organiser)
    group = register(registrations, event, Person(), "Ada", "Grace", together=True)
    assert statuses(group) == ["pending", "pending"]


def test_whoever_registered_a_colleague_answers_the_events_form_for_them(
    registrations: Registrations,
) -> None:
    """Nobody else does."""
    event = registrations.open_event(capacity=5)
    ada = Person()
    (grace,) = register(registrations, event, ada, "Grace").json["items"]
    path = f"/registrations/{grace['id']}/answers"
    edit: dict[str, Any] = {"answers": {}}
    assert registrations.call("PATCH", path, edit, by=ada).status_code == 200
    assert registrations.call("PATCH", path, edit, by=Person()).status_code == 404

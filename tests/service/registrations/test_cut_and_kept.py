"""A capacity that is cut below what quotas keep: said before anybody is named who would lose a seat."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from shared.ids import new_id
from tests.service.registrations.conftest import Registrations
from tests.support.harness import Person, problem


def keep(house: Registrations, event: UUID, seats: int, organisation: UUID) -> None:
    quota = {"name": {"vi": "Hội Phụ nữ"}, "seats": seats, "organisation_id": str(organisation)}
    done = house.call("PUT", f"/offers/{event}/quotas", {"quotas": [quota]}, by=house.organiser)
    assert done.status_code == 200, done.get_json(force=True)


def cut(house: Registrations, event: UUID, capacity: int, **more: Any) -> Any:
    return house.call(
        "PATCH", f"/offers/{event}", {"capacity": capacity} | more, by=house.organiser
    )


def test_a_cut_that_collides_with_kept_seats_names_nobody(registrations: Registrations) -> None:
    """It says how many are kept and how many would be free; nobody loses a seat, with names or without."""
    event = registrations.open_event(capacity=5)
    keep(registrations, event, 2, new_id())
    made = registrations.register(event, Person(), Person(), Person())

    refused = cut(registrations, event, 2)
    insisted = cut(registrations, event, 2, losing=[made[2]["id"]])

    for answer in (refused, insisted):
        assert problem(answer) == "capacity-below-kept"
        assert "losing" not in answer.get_json(force=True)
        assert (answer.json["kept"], answer.json["free"]) == (2, 0)
    assert [registrations.status(one) for one in made] == ["confirmed"] * 3
    assert registrations.get(f"/offers/{event}").json["capacity"] == 5


def test_a_seat_that_comes_back_to_its_quota_counts_as_kept(registrations: Registrations) -> None:
    """Whoever would lose it, lost it to a quota that then keeps it again."""
    ours = new_id()
    event = registrations.open_event(capacity=2)
    keep(registrations, event, 1, ours)
    registrations.register(event, Person())
    registrations.register(event, Person().with_role("member", ours))

    refused = cut(registrations, event, 1)

    assert problem(refused) == "capacity-below-kept"
    keep(registrations, event, 0, ours)
    assert problem(cut(registrations, event, 1)) == "capacity-below-confirmed"

"""Who has which role where: given once, taken back, and never the last organiser by an organiser."""

from __future__ import annotations

from collections import Counter
from typing import Any

import pytest

from shared.ids import new_id
from tests.service.community.conftest import ADMIN, SENDER, Community, bearer, errors
from tests.support.crowds import at_once
from tests.support.harness import SIGNER, Person, problem


def signed(community: Community, person: Person) -> dict[str, str]:
    return bearer(SIGNER.issue(person.claims(), now=community.clock.now())[0])


def roles(community: Community, office: str) -> list[tuple[str, str]]:
    """Who has which role, as the organisation's list shows it."""
    answer = community.get(f"/organisations/{office}/memberships", by=ADMIN)
    return [(row["name"], row["role"]) for row in answer.json["items"]]


def test_a_role_is_given_to_an_address(community: Community) -> None:
    """Who is not known yet comes into being, and signs in later as the same person."""
    office = community.organisation()

    given = community.give(office, "ada@test.example", "officer", name="Ada", language="en")

    signed_in = community.sign_in("ADA@test.example")
    assert signed_in["person"] == {"id": given["person_id"], "name": "Ada", "language": "en"}
    assert community.claims(signed_in) == ([[office, "officer"]], [])
    (told,) = community.published("membership.changed")
    assert (told.subject, told.sequence) == (given["id"], 1)
    assert told.data == {
        "person_id": given["person_id"],
        "organisation_id": office,
        "role": "officer",
        "event_id": None,
        "status": "given",
    }


def test_who_is_known_keeps_their_name(community: Community) -> None:
    """What somebody says of themselves is not overwritten by whoever gives them a role."""
    office = community.organisation()
    community.give(office, "ada@test.example", "member", name="Ada")

    again = community.give(office, "ada@test.example", "officer", name="Somebody")

    assert again["name"] == "Ada"
    assert roles(community, office) == [("Ada", "member"), ("Ada", "officer")]


def test_given_twice_it_is_one(community: Community) -> None:
    """The same answer, one row, one message; another role or organisation is another."""
    office, event = community.organisation(), str(new_id())
    first, again = (community.give(office, "ada@test.example", "officer") for _ in range(2))
    doors = [
        community.give(office, "ada@test.example", "door", event_id=event)["id"] for _ in range(2)
    ]
    community.give(office, "ada@test.example", "door", event_id=str(new_id()))

    assert again == first
    assert len(set(doors)) == 1
    assert community.count("memberships") == 3
    assert len(community.published("membership.changed")) == 3


def test_given_ten_times_at_once_it_is_one(community: Community) -> None:
    """To somebody who is known and to somebody who is not."""
    office = community.organisation()
    community.person("ada@test.example")
    admin = signed(community, ADMIN)

    for address in ("ada@test.example", "new@test.example"):

        def act(_: int, address: str = address) -> Any:
            body = {"email": address, "role": "officer"}
            path = f"/v1/organisations/{office}/memberships"
            answer = community.app.test_client().post(path, json=body, headers=admin)
            return answer.status_code, answer.json["id"]

        assert Counter(status for status, _ in at_once(10, act)) == {201: 10}
    assert community.count("memberships") == 2
    assert len(community.published("membership.changed")) == 2


def test_a_role_that_was_taken_back_can_be_given_again(community: Community) -> None:
    """Ended twice it is ended once; the end is told with the next sequence."""
    office = community.organisation()
    first = community.give(office, "ada@test.example", "officer")
    ended = [community.take_back(first, office).status_code for _ in range(2)]

    second = community.give(office, "ada@test.example", "officer")

    assert ended == [204, 204]
    assert second["id"] != first["id"]
    told = [
        (m.subject, m.sequence, m.data["status"]) for m in community.published("membership.changed")
    ]
    assert told == [
        (first["id"], 1, "given"),
        (first["id"], 2, "ended"),
        (second["id"], 1, "given"),
    ]


def test_a_role_whose_time_is_over_can_be_given_again(community: Community) -> None:
    """Nobody had to take it back first."""
    office = community.organisation()
    signed_in = community.sign_in("ada@test.example")
    community.give(office, "ada@test.example", "officer", valid_until="2026-03-06")
    community.clock.advance(days=1)
    over = community.claims(signed_in)

    community.give(office, "ada@test.example", "officer", valid_until="2026-04-01")

    assert over == ([], [])
    assert community.claims(signed_in) == ([[office, "officer"]], [])


def test_the_last_organiser_is_taken_by_an_administrator_alone(community: Community) -> None:
    """Others go freely; a refused end changes nothing."""
    office = community.organisation()
    last = community.give(office, "ada@test.example", "organiser")
    other = community.give(office, "grace@test.example", "organiser")
    officer = community.give(office, "hedy@test.example", "officer")
    organiser = Person().with_role("organiser", office)

    assert community.take_back(other, office, by=organiser).status_code == 204
    assert community.take_back(officer, office, by=organiser).status_code == 204
    refused = community.take_back(last, office, by=organiser)
    assert (refused.status_code, problem(refused)) == (409, "last-organiser")
    assert community.get(f"/organisations/{office}/memberships", by=organiser).json["items"] == [
        last
    ]
    assert community.take_back(last, office, by=ADMIN).status_code == 204


@pytest.mark.parametrize(
    "dates",
    [{"valid_until": "2026-03-05"}, {"valid_from": "2026-03-06"}],
    ids=["over", "not yet"],
)
def test_an_organiser_who_is_none_today_does_not_count(
    community: Community, dates: dict[str, str]
) -> None:
    """Whoever stays must be able to act."""
    office = community.organisation()
    community.give(office, "grace@test.example", "organiser", **dates)
    last = community.give(office, "ada@test.example", "organiser")

    refused = community.take_back(last, office, by=Person().with_role("organiser", office))

    assert problem(refused) == "last-organiser"


def test_organisers_who_take_each_other_back_at_once_leave_one(community: Community) -> None:
    """Whoever is last is refused."""
    office = community.organisation()
    given = [community.give(office, f"{name}@test.example", "organiser") for name in "abcdef"]
    organiser = signed(community, Person().with_role("organiser", office))

    def act(number: int) -> int:
        path = f"/v1/organisations/{office}/memberships/{given[number]['id']}"
        return community.app.test_client().delete(path, headers=organiser).status_code

    assert Counter(at_once(6, act)) == {204: 5, 409: 1}
    assert len(roles(community, office)) == 1


def test_a_door_is_of_an_event_and_nothing_else_is(community: Community) -> None:
    """Told by the field, in both languages; wrong dates and addresses with it."""
    path = f"/organisations/{community.organisation()}/memberships"
    body = {"email": "ada@test.example", "role": "door"}

    def said(language: str = "vi", **more: Any) -> dict[str, str]:
        return errors(community.post(path, body | more, by=ADMIN, language=language))

    assert said() == {"event_id": "Vai trò điểm danh cần một sự kiện; các vai trò khác thì không."}
    assert said("en", role="officer", event_id=str(new_id())) == {
        "event_id": "The door is of one event; the other roles are of none."
    }
    assert said("en", email="x", role="king").keys() == {"email", "role"}
    assert said(
        event_id=str(new_id()), valid_from="2026-03-02", valid_until="2026-03-01"
    ).keys() == {"valid_until"}
    assert community.count("memberships") == 0
    assert community.count("people") == 0


def test_an_organiser_gives_roles_in_their_own_organisation(community: Community) -> None:
    """Not in another one, and nobody else at all."""
    office, other = community.organisation(), community.organisation()
    organiser = Person().with_role("organiser", office)
    body = {"email": "ada@test.example", "role": "officer"}
    elsewhere = community.give(other, "grace@test.example", "officer")

    def answers(by: Person | None) -> list[int]:
        path = f"/organisations/{office}/memberships"
        return [
            community.get(path, by=by).status_code,
            community.post(path, body, by=by).status_code,
            community.take_back(elsewhere, office, by=by or Person()).status_code,
        ]

    assert answers(organiser) == [200, 201, 404]
    assert answers(Person().with_role("organiser", other)) == [404, 404, 404]
    for role in ("member", "officer", "leader"):
        assert answers(Person().with_role(role, office)) == [403, 403, 403]
    assert answers(None)[:2] == [401, 401]
    assert community.get(f"/organisations/{office}/memberships", by=SENDER).status_code == 403
    assert community.take_back(elsewhere, other, by=organiser).status_code == 404
    assert roles(community, other) == [("", "officer")]


def test_what_is_not_there_is_not_found(community: Community) -> None:
    """An unknown organisation, an unknown membership."""
    office, unknown = community.organisation(), str(new_id())
    body = {"email": "ada@test.example", "role": "officer"}

    assert (
        community.post(f"/organisations/{unknown}/memberships", body, by=ADMIN).status_code == 404
    )
    assert community.take_back({"id": unknown}, office).status_code == 404
    assert community.count("people") == 0


def test_a_repeat_with_its_key_gives_one_role(community: Community) -> None:
    """Also when it was taken back in between: the answer is what it was, and nothing happens."""
    office = community.organisation()
    path, body = f"/organisations/{office}/memberships", {"email": "a@b.vn", "role": "officer"}
    first = community.post(path, body, by=ADMIN, key="k")
    community.take_back(first.json, office)

    again = community.post(path, body, by=ADMIN, key="k")
    other = community.post(path, body | {"role": "leader"}, by=ADMIN, key="k")

    assert (again.status_code, again.json) == (201, first.json)
    assert (other.status_code, problem(other)) == (422, "key-reused")
    assert roles(community, office) == []

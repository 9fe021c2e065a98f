"""Tickets and the door: a ticket admits once, and only where it belongs."""

from __future__ import annotations

import base64
from typing import Any
from uuid import UUID

import pytest
import segno

from services.registrations.tickets import decoded, encoded
from shared.ids import new_id
from tests.service.registrations.conftest import Registrations
from tests.support.harness import OtherService, Person, problem


def ticket(
    registrations: Registrations, person: Person, registration: dict[str, Any]
) -> dict[str, Any]:
    answer = registrations.get(f"/registrations/{registration['id']}/ticket", by=person)
    assert answer.status_code == 200, answer.get_data()
    return dict(answer.json)


def door(
    registrations: Registrations, event: UUID, shown: dict[str, Any], by: Person | None = None
) -> Any:
    return registrations.post(
        f"/offers/{event}/check-ins",
        shown,
        by=by or Person().at_door(event, registrations.organisation),
    )


def test_a_ticket_admits_once(registrations: Registrations) -> None:
    """The second showing says who was admitted and when."""
    event, ada = registrations.open_event(), Person()
    (registration,) = registrations.register(event, ada)
    token = ticket(registrations, ada, registration)["token"]

    first = door(registrations, event, {"ticket": token})
    second = door(registrations, event, {"ticket": token})

    assert first.status_code == 201
    assert first.json["name"] == "Nguyễn Thị Minh Họa"
    assert problem(second) == "already-checked-in"
    assert second.get_json(force=True)["registration_id"] == registration["id"]
    assert [m.data["checked_in"] for m in registrations.published("attendance.recorded")] == [1]


def test_the_entry_code_admits_as_typed_by_a_person(registrations: Registrations) -> None:
    """Small letters and a dash are forgiven."""
    event, ada = registrations.open_event(), Person()
    (registration,) = registrations.register(event, ada)
    code = ticket(registrations, ada, registration)["code"].lower()

    assert door(registrations, event, {"code": f"{code[:4]}-{code[4:]}"}).status_code == 201


def test_no_bit_of_a_ticket_can_be_changed(registrations: Registrations) -> None:
    """Every byte flipped, and the ticket is refused."""
    event, ada = registrations.open_event(), Person()
    (registration,) = registrations.register(event, ada)
    raw = bytearray(decoded(ticket(registrations, ada, registration)["token"]))
    for index in range(len(raw)):
        forged = raw.copy()
        forged[index] ^= 1
        answer = door(registrations, event, {"ticket": f"DT2.{encoded(forged)}"})
        assert (answer.status_code, answer.get_json(force=True)["why"]) == (422, "forged")
    assert registrations.count("registrations WHERE checked_in_at IS NOT NULL") == 0


def test_a_ticket_makes_a_coarse_code_and_one_from_before_still_admits(
    registrations: Registrations,
) -> None:
    """41 squares a side at the middle level of correction; Base64 needed 49."""
    event, ada = registrations.open_event(), Person()
    (registration,) = registrations.register(event, ada)
    token = ticket(registrations, ada, registration)["token"]
    before = base64.urlsafe_b64encode(decoded(token)).decode()

    drawn, old = (segno.make_qr(text, error="m") for text in (token, before))

    assert (drawn.mode, drawn.symbol_size(border=0)) == ("alphanumeric", (41, 41))
    assert old.symbol_size(border=0) == (49, 49)
    assert door(registrations, event, {"ticket": before}).status_code == 201


@pytest.mark.parametrize(
    "text", ["", "x", "é", "A" * 400, "====", "💥", "DT2.", "DT2.A", "DT2.///", "DT2.a=é"]
)
def test_what_is_no_ticket_is_refused(registrations: Registrations, text: str) -> None:
    """Whatever a scanner reads."""
    event = registrations.open_event()
    assert door(registrations, event, {"ticket": text}).status_code == 422


def test_a_ticket_of_another_event_or_without_a_place_does_not_admit(
    registrations: Registrations,
) -> None:
    """The reason is said."""
    event, other, ada, grace = (
        registrations.open_event(capacity=1),
        registrations.open_event(),
        Person(),
        Person(),
    )
    (registration,) = registrations.register(event, ada)
    (waiting,) = registrations.register(event, grace)
    token = ticket(registrations, ada, registration)["token"]

    elsewhere = door(registrations, other, {"ticket": token})
    not_yet = door(registrations, event, {"registration_id": waiting["id"]})
    registrations.cancel(registration)
    too_late = door(registrations, event, {"ticket": token})

    whys = [answer.get_json(force=True)["why"] for answer in (elsewhere, not_yet, too_late)]
    assert whys == ["other-event", "waitlisted", "cancelled"]


def test_who_waits_has_no_ticket(registrations: Registrations) -> None:
    """A conflict, not an empty ticket."""
    event, ada = registrations.open_event(capacity=0), Person()
    (registration,) = registrations.register(event, ada)
    assert (
        problem(registrations.get(f"/registrations/{registration['id']}/ticket", by=ada))
        == "no-ticket"
    )


def test_a_ticket_is_shown_to_its_owner_and_the_sender_of_mails_alone(
    registrations: Registrations,
) -> None:
    """Not even to the organiser."""
    event, ada = registrations.open_event(), Person()
    (registration,) = registrations.register(event, ada)
    path = f"/registrations/{registration['id']}/ticket"
    batch = {"registration_ids": [registration["id"]]}

    assert registrations.get(path, by=registrations.organiser).status_code == 404
    assert registrations.get(path, by=Person()).status_code == 404
    assert registrations.get(path).status_code == 401
    assert registrations.post("/tickets", batch, by=OtherService("events")).status_code == 403
    sent = registrations.post("/tickets", batch, by=OtherService("notifications"))
    assert sent.json["items"][0]["code"] == ticket(registrations, ada, registration)["code"]


def test_only_the_door_and_officers_of_the_event_check_in(registrations: Registrations) -> None:
    """Another event's door is not this one's."""
    event, other = registrations.open_event(), registrations.open_event()
    (registration,) = registrations.register(event, Person())
    shown = {"registration_id": registration["id"]}

    assert (
        door(
            registrations, event, shown, by=Person().at_door(other, registrations.organisation)
        ).status_code
        == 404
    )
    assert door(registrations, event, shown, by=Person()).status_code == 403
    assert (
        door(registrations, event, shown, by=Person().with_role("officer", event)).status_code
        == 404
    )
    assert (
        door(
            registrations,
            event,
            shown,
            by=Person().with_role("officer", registrations.organisation),
        ).status_code
        == 201
    )


def test_an_admitted_registration_cannot_be_cancelled(registrations: Registrations) -> None:
    """The seat was used."""
    event, ada = registrations.open_event(), Person()
    (registration,) = registrations.register(event, ada)
    door(registrations, event, {"registration_id": registration["id"]})

    answer = registrations.post(f"/registrations/{registration['id']}/cancel", by=ada)

    assert problem(answer) == "attended-already"


def test_the_door_sees_names_and_the_organiser_phones(registrations: Registrations) -> None:
    """Search finds names without accents."""
    event, ada = registrations.open_event(), Person()
    registrations.post(
        f"/offers/{event}/registrations", {"name": "Đặng Thử Nghiệm", "phone": "0912345678"}, by=ada
    )
    path = f"/offers/{event}/registrations?q=dang%20thu"

    at_door = registrations.get(path, by=Person().at_door(event, registrations.organisation)).json
    in_office = registrations.get(path, by=registrations.organiser).json

    assert [row["name"] for row in at_door["items"]] == ["Đặng Thử Nghiệm"]
    assert "phone" not in at_door["items"][0]
    assert in_office["items"][0]["phone"] == "+84912345678"
    assert in_office["counts"] == {
        "confirmed": 1,
        "held": 0,
        "pending": 0,
        "waitlisted": 0,
        "checked_in": 0,
        "capacity": 2,
    }


def test_a_door_that_another_organisation_gave_opens_nothing(registrations: Registrations) -> None:
    """Whoever organises anything may delegate doors, but only those of their own events."""
    event = registrations.open_event()
    registrations.register(event, Person())
    stranger = Person().at_door(event, new_id())

    assert registrations.get(f"/offers/{event}/registrations", by=stranger).status_code == 404
    assert door(registrations, event, {"code": "ACDEFGHJ"}, by=stranger).status_code == 404

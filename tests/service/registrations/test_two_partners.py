"""No partner sees another's names: every operation of the API, by each of two partners, on its own list and the other's."""

from __future__ import annotations

import json
from typing import Any

import pytest

from deploy import docs
from tests.service.registrations.conftest import Registrations
from tests.service.registrations.nominating import Partner, confirm
from tests.support.harness import Person

BODIES: dict[str, Any] = {
    "preview_nominees": {"text": "Ai Đó, 0903 456 789"},
    "name_nominees": {"text": "Ai Đó, 0903 456 789"},
    "replace_nominee": {"name": "Ai Đó", "phone": "0903 456 789"},
    "change_nomination": {"seats": 3, "deadline": "2026-01-20T00:00:00Z"},
    "look_at_invitation": {"secret": "x"},
    "confirm_nominee": {"secret": "x", "consent_version": 1},
    "decline_nomination": {"secret": "x"},
}


@pytest.mark.parametrize("mine", [0, 1])
def test_no_answer_to_a_partner_holds_a_name_of_the_other_one(
    registrations: Registrations, mine: int
) -> None:
    """Generated from the OpenAPI document: whatever is asked about the event, the other's list, or its nominees."""
    event = registrations.open_event(capacity=20)
    partners = [Partner(registrations, event, seats=4) for _ in range(2)]
    marks = ["Canh Một", "Canh Hai"]
    for partner, mark in zip(partners, marks, strict=True):
        partner.name(
            f"{mark} A, 09123456{ord(mark[-1]) % 10}8\n{mark} B, b@{mark[-1].encode().hex()}.example.vn"
        )
        confirm(registrations, partner.nominees()[0], Person())
    own, other = partners[mine], partners[1 - mine]
    mark, registration = marks[1 - mine], _registration_of(registrations, other)
    asked = 0
    for method, path, operation in docs.operations(docs.openapi_document(registrations.app)):
        for nominee in other.nominees():
            named = {
                "event_id": str(event),
                "nomination_id": str(other.list),
                "nominee_id": nominee["id"],
                "registration_id": registration,
            }
            address = path.removeprefix("/v1")
            for name, value in named.items():
                address = address.replace("{" + name + "}", value)
            if path == "/v1/nominations":
                address += f"?organisation_id={other.organisation}"
            body = None if method == "GET" else BODIES.get(operation["operationId"], {})
            answer = registrations.call(method, address, body, by=own.officer)
            text = answer.get_data(as_text=True)
            assert mark not in json.dumps(answer.get_json(silent=True), ensure_ascii=False), path
            assert mark not in text
            assert answer.status_code < 500
            asked += 1
    assert asked > 40
    # And the organiser of the event sees both.
    for partner, known in zip(partners, marks, strict=True):
        assert known in partner.nominees(by=registrations.organiser)[0]["name"]


def test_nobody_else_sees_a_list(registrations: Registrations) -> None:
    """Neither the host's own officer nor a member of the partner nor an organiser of somewhere else."""
    partner = Partner(registrations, registrations.open_event(capacity=5))
    partner.name()
    others = (
        Person().with_role("officer", registrations.organisation),
        Person().with_role("leader", registrations.organisation),
        Person().with_role("member", partner.organisation),
        Partner(registrations, registrations.open_event(capacity=5)).officer,
    )
    for person in others:
        for answer in (
            registrations.get(f"/nominations/{partner.list}", by=person),
            partner.name("Ai, 0903456789", by=person),
        ):
            assert answer.status_code in (403, 404), person


def test_messages_and_the_log_hold_no_name_phone_or_mail(registrations: Registrations) -> None:
    """Ids and counts alone."""
    event = registrations.open_event(capacity=5)
    partner = Partner(registrations, event)
    partner.name("Chim Hoàng Yến, 0912 345 678, hoang-yen@example.vn")
    partner.replace(partner.nominees()[0], "Chim Sẻ", "0913 456 789")
    log = registrations.get(f"/offers/{event}/log", by=registrations.organiser).json
    said = json.dumps(
        [m.data for m in registrations.published()] + log["items"], ensure_ascii=False
    )
    for mark in ("Chim", "912345678", "913456789", "hoang-yen"):
        assert mark not in said


def _registration_of(registrations: Registrations, partner: Partner) -> str:
    listed = registrations.get(
        f"/offers/{partner.event_id}/registrations", by=registrations.organiser
    ).json["items"]
    return str(
        next(one["id"] for one in listed if one["organisation_id"] == str(partner.organisation))
    )

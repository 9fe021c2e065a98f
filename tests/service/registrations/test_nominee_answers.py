"""Nominees answer the event's form when they confirm, like everybody who registers."""

from __future__ import annotations

from tests.service.registrations.conftest import Registrations
from tests.service.registrations.forms import errors, field, set_form, with_form
from tests.service.registrations.nominating import Partner, confirm, seats_left
from tests.support.harness import Person


def test_a_nominee_answers_the_form_and_the_organiser_reads_it(
    registrations: Registrations,
) -> None:
    """Confirmed again with other answers, nothing changes."""
    event = with_form(registrations, field("trade", required=True), capacity=5)
    partner, lan = Partner(registrations, event), Person()
    partner.name()
    first, _ = partner.nominees()

    done = confirm(registrations, first, lan, answers={"trade": "Bán lẻ"}, form_version=1)
    again = confirm(registrations, first, lan, answers={"trade": "Xây dựng"}, form_version=1)

    assert done.status_code == again.status_code == 200, done.json
    path = f"/registrations/{done.json['registration_id']}"
    seen = registrations.get(path, by=registrations.organiser).json
    assert (seen["answers"], seen["form_version"]) == ({"trade": "Bán lẻ"}, 1)


def test_without_what_is_required_nobody_confirms_and_all_of_it_is_said(
    registrations: Registrations,
) -> None:
    """No seat is taken and the nominee may answer still."""
    event = with_form(
        registrations, field("trade", required=True), field("rules", "consent", required=True)
    )
    partner = Partner(registrations, event)
    partner.name()
    first, _ = partner.nominees()
    before = seats_left(registrations, event)

    refused = confirm(registrations, first, Person())

    assert errors(refused).keys() == {"answers.trade", "answers.rules"}
    assert registrations.count("registrations") == registrations.count("answer_sheets") == 0
    assert seats_left(registrations, event) == before
    assert partner.counts() == (2, 0, 0)


def test_answers_to_an_older_form_are_held_against_the_newest(registrations: Registrations) -> None:
    """As at registration."""
    event = with_form(registrations, field("gone"))
    partner = Partner(registrations, event)
    partner.name()
    first, _ = partner.nominees()
    set_form(registrations, event, field("trade", required=True), seen=1)

    refused = confirm(registrations, first, Person(), answers={"gone": "x"}, form_version=1)

    assert errors(refused).keys() == {"answers.trade"}

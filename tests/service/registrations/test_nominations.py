"""A partner's list: kept seats, names that only it and the organiser see, a deadline, replacing."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

import pytest

from services.registrations.worker import settle_due
from shared.database.types import jsonable
from tests.service.registrations.conftest import Registrations
from tests.service.registrations.nominating import (
    HAI_NGUOI,
    Partner,
    confirm,
    decline,
    look,
    seats_left,
)
from tests.support.harness import OtherService, Person, problem


def test_opening_a_list_keeps_its_seats_and_tells_the_partner(registrations: Registrations) -> None:
    """Kept by a quota of the offer until the deadline; the message carries counts and no name."""
    event = registrations.open_event(capacity=5)

    partner = Partner(
        registrations, event, document_number="15/GM-UBND", document_date="2026-03-01"
    )

    assert partner.opened.status_code == 201
    assert partner.opened.json["open"] is True
    offer = registrations.get(f"/offers/{event}").json
    assert offer["seats_left"] == 3
    assert offer["quotas"][0]["left"] == 2
    (told,) = registrations.published("nomination.opened")
    assert told.data["organisation_id"] == str(partner.organisation)
    assert told.data["document"] == {"number": "15/GM-UBND", "date": "2026-03-01"}
    assert (told.data["seats"], told.data["named"]) == (2, 0)


def test_more_seats_than_are_free_are_not_promised(registrations: Registrations) -> None:
    """A quota larger than the capacity is a named error, and nothing is opened."""
    event = registrations.open_event(capacity=1)
    partner = Partner(registrations, event)
    assert problem(partner.opened) == "capacity-below-kept"
    assert registrations.count("nominations") == 0


def test_an_organisation_has_one_list_for_an_event(registrations: Registrations) -> None:
    """The refusal names the list that is there."""
    partner = Partner(registrations, registrations.open_event(capacity=9))
    again = partner.open()
    assert problem(again) == "nomination-exists"
    assert again.json["nomination_id"] == partner.list


@pytest.mark.parametrize("days", [-1, 22])
def test_a_deadline_lies_ahead_and_before_the_event(
    registrations: Registrations, days: int
) -> None:
    """Else it is refused."""
    event = registrations.open_event(capacity=5)
    deadline = registrations.clock.now() + timedelta(days=days)
    assert problem(Partner(registrations, event, deadline=deadline).opened) == (
        "deadline-not-possible"
    )


def test_seats_are_not_released_before_the_deadline(registrations: Registrations) -> None:
    """They are kept for those who may still confirm."""
    event = registrations.open_event(capacity=5)
    release = registrations.clock.now() + timedelta(days=6)
    assert problem(Partner(registrations, event, release_at=release).opened) == (
        "deadline-not-possible"
    )


def test_good_lines_are_kept_and_flagged_ones_come_back(registrations: Registrations) -> None:
    """What the preview said is what happens; nothing is kept by the preview."""
    partner = Partner(registrations, registrations.open_event(capacity=9), seats=3)
    text = f"STT,Họ và tên,SĐT\n{HAI_NGUOI}\n3. Lê Thiếu Liên Hệ"

    seen = registrations.post(
        f"/nominations/{partner.list}/nominees/preview", {"text": text}, by=partner.officer
    ).json
    assert partner.nominees() == []
    named = partner.name(text)

    assert named.status_code == 201
    assert named.json == seen
    assert [row["name"] for row in named.json["good"]] == ["Nguyễn Thị Minh Họa", "Trần Văn Ví Dụ"]
    assert [(row["line"], row["text"]) for row in named.json["flagged"]] == [
        (4, "3. Lê Thiếu Liên Hệ")
    ]
    assert "số điện thoại" in named.json["flagged"][0]["why"]
    assert named.json["left"] == 1
    assert [(one["name"], one["phone"], one["email"]) for one in partner.nominees()] == [
        ("Nguyễn Thị Minh Họa", "+84912345678", None),
        ("Trần Văn Ví Dụ", None, "vi-du@example.vn"),
    ]


def test_a_list_pasted_twice_names_everybody_once(registrations: Registrations) -> None:
    """The second time every line says that it is there, and nobody is asked again."""
    partner = Partner(registrations, registrations.open_event(capacity=9), seats=4)
    partner.name()

    again = partner.name().json

    assert again["good"] == []
    assert [row["why"] for row in again["flagged"]] == ["Đã có trong danh sách."] * 2
    assert len(registrations.published("nomination.filled")) == 1


def test_more_names_than_seats_are_flagged(registrations: Registrations) -> None:
    """The first are taken."""
    partner = Partner(registrations, registrations.open_event(capacity=9), seats=1)
    named = partner.name().json
    assert [row["name"] for row in named["good"]] == ["Nguyễn Thị Minh Họa"]
    assert [row["why"] for row in named["flagged"]] == ["Hết chỗ của đơn vị."]


def test_confirming_takes_the_seat_that_is_kept(registrations: Registrations) -> None:
    """Though the event is full for everybody else; it is the nominee's own registration, with a ticket."""
    event = registrations.open_event(capacity=3)
    partner = Partner(registrations, event)
    registrations.register(event, Person())
    partner.name()
    first, _ = partner.nominees()
    ada = Person()

    answer = confirm(registrations, first, ada, phone="0909 000 111")

    assert answer.status_code == 200, answer.json
    assert answer.json["state"] == "confirmed"
    mine = answer.json["registration_id"]
    assert registrations.get(f"/registrations/{mine}/ticket", by=ada).status_code == 200
    (told,) = registrations.published("registration.confirmed")[1:]
    assert (told.subject, told.data["person_id"]) == (mine, str(ada.id))
    assert partner.counts() == (2, 1, 0)
    assert registrations.get(f"/offers/{event}").json["quotas"][0]["taken"] == 1


def test_the_consent_is_kept_with_the_text_that_was_shown(registrations: Registrations) -> None:
    """In the language in which it was read; an older text is refused."""
    partner = Partner(registrations, registrations.open_event(capacity=3))
    partner.name()
    first, _ = partner.nominees()
    shown = look(registrations, first, language="en").json["consent"]
    assert problem(confirm(registrations, first, Person(), consent_version=0)) == (
        "consent-text-changed"
    )

    registrations.call(
        "POST",
        f"/nominees/{first['id']}/confirm",
        {"secret": first["secret"], "consent_version": shown["version"]},
        by=Person(),
        language="en",
    )

    with registrations.deps.unit_of_work(read_only=True) as uow:
        kept = uow.nominations.nominee(UUID(first["id"]))
        assert kept.consent_text == shown["text"]
        assert "Women's Union" in kept.consent_text
        assert kept.consent_at == registrations.clock.now()


def test_looking_changes_nothing_and_needs_the_secret(registrations: Registrations) -> None:
    """Without it a nominee looks like what is not there."""
    partner = Partner(registrations, registrations.open_event(capacity=3))
    partner.name()
    first, second = partner.nominees()

    for _ in range(3):
        assert look(registrations, first).json["state"] == "nominated"
    foreign = {"secret": second["secret"]}
    for path in ("look", "decline"):
        assert registrations.post(f"/nominees/{first['id']}/{path}", foreign).status_code == 404
    asked = registrations.post(
        f"/nominees/{first['id']}/confirm", foreign | {"consent_version": 1}, by=Person()
    )
    assert asked.status_code == 404
    assert partner.counts() == (2, 0, 0)


def test_nobody_confirms_without_being_signed_in(registrations: Registrations) -> None:
    """The link says who is meant, the sign-in who confirms."""
    partner = Partner(registrations, registrations.open_event(capacity=3))
    partner.name()
    body = {"secret": partner.nominees()[0]["secret"], "consent_version": 1}
    answer = registrations.post(f"/nominees/{partner.nominees()[0]['id']}/confirm", body)
    assert answer.status_code == 401


def test_confirming_twice_changes_nothing(registrations: Registrations) -> None:
    """By the same person it is the same answer; by another one it is refused."""
    event = registrations.open_event(capacity=3)
    partner = Partner(registrations, event)
    partner.name()
    first, _ = partner.nominees()
    ada = Person()
    one = confirm(registrations, first, ada).json

    assert confirm(registrations, first, ada).json == one
    assert problem(confirm(registrations, first, Person())) == "nominee-taken"
    assert registrations.count("registrations") == 1


def test_nobody_takes_two_seats_of_an_event(registrations: Registrations) -> None:
    """Neither by two links nor beside a registration of one's own: so a partner cannot confirm for others."""
    partner = Partner(registrations, registrations.open_event(capacity=3))
    partner.name()
    first, second = partner.nominees()
    ada = Person()
    confirm(registrations, first, ada)
    assert problem(confirm(registrations, second, ada)) == "already-registered"


def test_until_the_last_second_before_the_deadline(registrations: Registrations) -> None:
    """At the deadline naming, replacing and confirming are refused, before any worker has closed the list."""
    partner = Partner(registrations, registrations.open_event(capacity=9), seats=4)
    partner.name()
    first, second = partner.nominees()
    registrations.clock.advance(days=7, seconds=-1)
    assert confirm(registrations, first, Person()).status_code == 200
    assert partner.name("Đúng Giờ, 0901 234 567").status_code == 201

    registrations.clock.advance(seconds=1)

    shown = registrations.get(f"/nominations/{partner.list}", by=partner.officer).json
    assert (shown["open"], shown["waiting"]) == (False, 0)
    assert problem(confirm(registrations, second, Person())) == "nomination-closed"
    assert problem(partner.replace(second)) == "nomination-closed"
    assert problem(partner.name("Muộn Giờ, 0902 345 678")) == "nomination-closed"
    assert problem(decline(registrations, second)) == "nomination-closed"
    assert look(registrations, second).json["state"] == "lapsed"
    assert [one["state"] for one in partner.nominees()] == ["confirmed", "lapsed", "lapsed"]


def test_what_is_unused_is_everybodys_when_it_is_released(registrations: Registrations) -> None:
    """At the release date, which may come after the deadline; whoever confirmed keeps the seat."""
    event = registrations.open_event(capacity=2)
    release = registrations.clock.now() + timedelta(days=8)
    partner = Partner(registrations, event, release_at=release)
    partner.name()
    confirm(registrations, partner.nominees()[0], Person())
    (waiting,) = registrations.register(event, Person())
    assert waiting["status"] == "waitlisted"

    registrations.clock.advance(days=7)
    settle_due(registrations.deps)
    assert registrations.status(waiting) == "waitlisted"
    assert registrations.published("nomination.closed")[0].data["confirmed"] == 1
    registrations.clock.advance(days=1)
    settle_due(registrations.deps)

    assert registrations.status(waiting) == "confirmed"
    assert len(registrations.published("nomination.closed")) == 1


def test_replacing_gives_the_seat_to_the_substitute(registrations: Registrations) -> None:
    """The place that was confirmed ends, its person is told, and nobody in line gets it."""
    event = registrations.open_event(capacity=2)
    partner = Partner(registrations, event)
    partner.name()
    first, _ = partner.nominees()
    ada = Person()
    mine = confirm(registrations, first, ada).json["registration_id"]
    (waiting,) = registrations.register(event, Person())

    answer = partner.replace(first)

    assert answer.status_code == 201
    assert (answer.json["state"], answer.json["replaces"]) == ("nominated", first["id"])
    (ended,) = registrations.published("registration.cancelled")
    assert (ended.subject, ended.data["why"]) == (mine, "replaced")
    assert registrations.status(waiting) == "waitlisted"
    (told,) = registrations.published("nomination.replaced")
    assert told.data["nominee_ids"] == [answer.json["id"]]
    assert confirm(registrations, answer.json, Person()).json["state"] == "confirmed"
    gone = partner.nominees()[0]
    assert (gone["name"], gone["phone"], gone["email"]) == ("Nguyễn Thị Minh Họa", None, None)


def test_replacing_twice_and_confirming_after_it_are_refused(registrations: Registrations) -> None:
    """By name; the substitute can be replaced in turn."""
    partner = Partner(registrations, registrations.open_event(capacity=3))
    partner.name()
    first, _ = partner.nominees()
    substitute = partner.replace(first).json

    assert problem(partner.replace(first)) == "nominee-replaced"
    assert problem(confirm(registrations, first, Person())) == "nominee-replaced"
    assert problem(decline(registrations, first)) == "nominee-replaced"
    assert partner.replace(substitute, "Phạm Lần Hai", "0977 111 222").status_code == 201
    assert partner.counts() == (2, 0, 0)


def test_one_who_was_admitted_is_not_replaced(registrations: Registrations) -> None:
    """By name."""
    event = registrations.open_event(capacity=3)
    partner = Partner(registrations, event)
    partner.name()
    first, _ = partner.nominees()
    mine = confirm(registrations, first, Person()).json["registration_id"]
    shown = {"registration_id": mine}
    door = Person().at_door(event, registrations.organisation)
    assert registrations.post(f"/offers/{event}/check-ins", shown, by=door).status_code == 201

    assert problem(partner.replace(first)) == "nominee-attended"


def test_a_substitute_is_somebody_who_is_not_on_the_list(registrations: Registrations) -> None:
    """By phone or mail."""
    partner = Partner(registrations, registrations.open_event(capacity=3))
    partner.name()
    first, second = partner.nominees()
    assert problem(partner.replace(second, "Ai Đó", "0912 345 678")) == "named-already"
    assert partner.replace(first, "Tên Đúng Hơn", "0912 345 678").status_code == 201


def test_who_declined_makes_room_for_another_one(registrations: Registrations) -> None:
    """They may change their mind only while there is."""
    partner = Partner(registrations, registrations.open_event(capacity=3))
    partner.name()
    first, second = partner.nominees()

    assert decline(registrations, first).json["state"] == "declined"
    assert decline(registrations, first).status_code == 200
    assert partner.counts() == (1, 0, 1)
    assert confirm(registrations, first, Person()).json["state"] == "confirmed"
    decline(registrations, second)
    assert partner.name("Người Mới, 0902 345 678").json["left"] == 0
    assert problem(confirm(registrations, second, Person())) == "nomination-full"


def test_who_gives_up_the_place_has_declined_and_the_seat_stays_the_partners(
    registrations: Registrations,
) -> None:
    """Before the release it goes to nobody else."""
    event = registrations.open_event(capacity=2)
    partner = Partner(registrations, event)
    partner.name()
    first, _ = partner.nominees()
    ada = Person()
    mine = confirm(registrations, first, ada).json["registration_id"]
    (waiting,) = registrations.register(event, Person())

    registrations.post(f"/registrations/{mine}/cancel", by=ada)

    assert partner.counts() == (1, 0, 1)
    assert registrations.status(waiting) == "waitlisted"
    assert partner.name("Người Mới, 0902 345 678").json["left"] == 0


def test_members_of_the_partner_take_none_of_its_nominees_seats(
    registrations: Registrations,
) -> None:
    """The seats are for those who were named; who was not waits like everybody."""
    event = registrations.open_event(capacity=2)
    partner = Partner(registrations, event)
    member = Person().with_role("member", partner.organisation)
    (own,) = registrations.register(event, member)
    assert own["status"] == "waitlisted"


def test_a_later_deadline_opens_a_list_again(registrations: Registrations) -> None:
    """Who had lapsed may confirm; the partner is told."""
    event = registrations.open_event(capacity=3)
    partner = Partner(registrations, event)
    partner.name()
    first, _ = partner.nominees()
    registrations.clock.advance(days=8)
    settle_due(registrations.deps)
    terms = {"seats": 2, "deadline": registrations.clock.now() + timedelta(days=2)}

    changed = registrations.call(
        "PATCH", f"/nominations/{partner.list}", jsonable(terms), by=registrations.organiser
    )

    assert changed.json["open"] is True
    assert confirm(registrations, first, Person()).status_code == 200
    assert len(registrations.published("nomination.opened")) == 2


def test_seats_that_others_took_are_not_promised_again(registrations: Registrations) -> None:
    """And fewer seats than names are refused."""
    event = registrations.open_event(capacity=3)
    partner = Partner(registrations, event)
    partner.name()
    terms = {"seats": 1, "deadline": registrations.clock.now() + timedelta(days=2)}

    def change() -> str:
        return problem(
            registrations.call(
                "PATCH", f"/nominations/{partner.list}", jsonable(terms), by=registrations.organiser
            )
        )

    assert change() == "seats-below-named"
    terms["seats"] = 9
    assert change() == "capacity-below-kept"


def test_closing_early_releases_the_seats_at_once(registrations: Registrations) -> None:
    """Repeated, it changes nothing."""
    event = registrations.open_event(capacity=2)
    partner = Partner(registrations, event)
    (waiting,) = registrations.register(event, Person())
    for _ in range(2):
        closed = registrations.post(
            f"/nominations/{partner.list}/close", by=registrations.organiser
        )
        assert closed.json["open"] is False
    assert registrations.status(waiting) == "confirmed"
    assert seats_left(registrations, event) == 1
    assert len(registrations.published("nomination.closed")) == 1


def test_the_quotas_of_nominations_stay_when_others_are_set(registrations: Registrations) -> None:
    """Named, they keep what the nomination says."""
    event = registrations.open_event(capacity=5)
    Partner(registrations, event)
    (quota,) = registrations.get(f"/offers/{event}").json["quotas"]
    path = f"/offers/{event}/quotas"

    put = registrations.call("PUT", path, {"quotas": []}, by=registrations.organiser)
    assert [one["id"] for one in put.json["quotas"]] == [quota["id"]]
    wanted = {
        name: quota[name] for name in ("id", "name", "seats", "organisation_id", "release_at")
    }
    same = registrations.call("PUT", path, {"quotas": [wanted]}, by=registrations.organiser)
    assert same.status_code == 200, same.json
    wanted["seats"] = 1
    other = registrations.call("PUT", path, {"quotas": [wanted]}, by=registrations.organiser)
    assert problem(other) == "quota-of-nomination"


def test_a_cancelled_event_takes_no_names(registrations: Registrations) -> None:
    """Nor confirmations."""
    event = registrations.open_event(capacity=3)
    partner = Partner(registrations, event)
    partner.name()
    first, _ = partner.nominees()
    state = registrations.event(id=event, status="cancelled")
    registrations.deliver("event.cancelled", event, 2, state)
    assert problem(confirm(registrations, first, Person())) == "event-cancelled"
    assert problem(partner.name("Muộn, 0902 345 678")) == "event-cancelled"


def test_no_approval_stands_between_a_nominee_and_the_seat(registrations: Registrations) -> None:
    """The organiser asked the partner; and the window for everybody does not matter."""
    now = registrations.clock.now()
    event = registrations.open_event(
        capacity=3,
        registration_opens_at=jsonable(now + timedelta(days=3)),
    )
    rules = {"approval": True}
    registrations.call("PATCH", f"/offers/{event}/rules", rules, by=registrations.organiser)
    partner = Partner(registrations, event)
    partner.name()
    assert confirm(registrations, partner.nominees()[0], Person()).json["state"] == "confirmed"


def test_the_sender_gets_addresses_of_those_who_are_still_asked(
    registrations: Registrations,
) -> None:
    """Not of those without a mail, nor of those who answered or were replaced."""
    partner = Partner(registrations, registrations.open_event(capacity=9), seats=4)
    partner.name("An, an@example.vn\nBình, binh@example.vn\nChi, 0912345678\nDũng, dung@example.vn")
    an, binh, _, dung = nominees = partner.nominees()
    decline(registrations, binh)
    partner.replace(dung)
    (told,) = registrations.published("nomination.filled")
    assert told.data["nominee_ids"] == [one["id"] for one in nominees]

    answer = registrations.post(
        "/nominees/addresses",
        {"ids": told.data["nominee_ids"]},
        by=OtherService("notifications"),
    )

    (item,) = answer.json["items"]
    assert (item["id"], item["address"], item["secret"]) == (
        an["id"],
        "an@example.vn",
        an["secret"],
    )

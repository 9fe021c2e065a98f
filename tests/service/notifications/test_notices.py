"""Who is told what, once, whatever the order in which the messages come."""

from __future__ import annotations

import random
from collections import Counter
from threading import Thread
from typing import Any
from uuid import UUID

import pytest
import sqlalchemy as sa

from services.notifications import operations
from services.notifications.models import Template
from shared.ids import new_id
from shared.messaging.message import Message
from tests.service.notifications.conftest import Notifications
from tests.support.clocks import FixedClock
from tests.support.harness import Person, delivery


def test_a_place_is_told_by_mail_and_in_the_inbox(notifications: Notifications) -> None:
    """The mail waits for the worker; the inbox has it at once."""
    event = notifications.publish()
    notifications.registered(event, Person())

    told = notifications.notices("template", "channel", "status", where="1 = 1")
    assert told == [
        ("registration-confirmed", "email", "created"),
        ("registration-confirmed", "inbox", "delivered"),
    ]


@pytest.mark.parametrize(
    ("type_", "state", "template"),
    [
        ("registration.confirmed", {}, "registration-confirmed"),
        ("registration.confirmed", {"promoted": True}, "registration-promoted"),
        ("registration.waitlisted", {"position": 4}, "registration-waitlisted"),
        ("registration.cancelled", {"why": "own-wish"}, "registration-cancelled"),
        ("registration.cancelled", {"why": "organiser"}, "registration-cancelled"),
        ("registration.cancelled", {"why": "event-cancelled"}, "event-cancelled"),
    ],
)
def test_each_turn_of_a_registration_has_its_notice(
    notifications: Notifications, type_: str, state: dict[str, Any], template: str
) -> None:
    """By what happened, and by whose wish."""
    event = notifications.publish()
    notifications.tell_registration(type_, event, Person(), new_id(), **state)

    assert notifications.notices("template") == [template]


def test_a_repeated_message_tells_nothing_twice(notifications: Notifications) -> None:
    """Neither the same message again, nor the same news in a new envelope."""
    event = notifications.publish()
    state = {"id": str(new_id()), "person_id": str(new_id()), "event_id": event["id"]}
    for envelope in ("a", "a", "b"):
        notifications.deliver("registration.confirmed", state["id"], 1, state, id=envelope)

    assert notifications.count("notices") == 2


def test_newer_news_replace_what_was_not_sent(notifications: Notifications) -> None:
    """Somebody who cancels at once gets no ticket any more."""
    event = notifications.publish()
    person = notifications.somebody()
    registration = notifications.registered(event, person)
    notifications.tell_registration(
        "registration.cancelled", event, person, registration, why="own-wish"
    )
    notifications.work()

    assert notifications.notices("template", "status") == [
        ("registration-confirmed", "superseded"),
        ("registration-cancelled", "delivered"),
    ]
    assert len(notifications.mails()) == 1


def test_overtaken_news_are_kept_as_superseded(notifications: Notifications) -> None:
    """The older message that comes later changes nothing, and says so in the record."""
    event = notifications.publish()
    registration, person = new_id(), notifications.somebody()
    state = {"id": str(registration), "person_id": str(person.id), "event_id": event["id"]}
    notifications.deliver("registration.cancelled", registration, 2, state | {"why": "organiser"})
    notifications.deliver("registration.confirmed", registration, 1, state)
    notifications.work()

    assert notifications.notices("template", "status") == [
        ("registration-cancelled", "delivered"),
        ("registration-confirmed", "superseded"),
    ]
    assert len(notifications.get("/inbox", by=person).json["items"]) == 1


def test_a_move_is_told_to_everybody_who_comes_or_waits_and_to_partners(
    notifications: Notifications,
) -> None:
    """Not to those who cancelled."""
    partner = new_id()
    event = notifications.publish(partner_ids=[partner])
    comes, waits, gone = Person(), Person(), Person()
    notifications.registered(event, comes)
    notifications.tell_registration("registration.waitlisted", event, waits, new_id(), position=1)
    left = notifications.registered(event, gone)
    notifications.tell_registration("registration.cancelled", event, gone, left, why="own-wish")
    notifications.move(event)

    told = notifications.notices("recipient_id", where="template = 'event-changed'")
    assert Counter(str(one).replace("-", "") for one in told) == {
        who.hex: 2 for who in (comes.id, waits.id, partner)
    }


def test_a_corrected_text_is_not_worth_a_mail(notifications: Notifications) -> None:
    """Only another time or place is."""
    event = notifications.publish()
    notifications.registered(event, Person())
    state = event | {"title": {"vi": "Tên mới", "en": None}, "changed": ["title"]}
    notifications.tell("event.changed", event["id"], state)

    assert notifications.notices("template") == ["registration-confirmed"]


def test_a_move_that_a_corrected_text_overtook_is_told_all_the_same(
    notifications: Notifications,
) -> None:
    """The copy has the newest state, and people still learn the new time."""
    event = notifications.publish()
    person = notifications.somebody()
    notifications.registered(event, person)
    moved = event | {
        "starts_at": "2026-03-27T07:00:00Z",
        "ends_at": "2026-03-27T09:00:00Z",
        "changed": ["starts_at", "ends_at"],
    }
    corrected = moved | {"title": {"vi": "Tên mới", "en": None}, "changed": ["title"]}
    notifications.deliver("event.changed", event["id"], 3, corrected)
    notifications.deliver("event.changed", event["id"], 2, moved)
    notifications.work()

    last = notifications.mails()[-1].message
    assert "Tên mới" in last["Subject"]
    assert "27/03/2026" in last.get_body(("plain",)).get_content()


def test_of_two_moves_only_the_last_unsent_goes_out(notifications: Notifications) -> None:
    """In whichever order they come."""
    event = notifications.publish()
    notifications.registered(event, notifications.somebody())
    notifications.work()
    once = event | {"changed": ["starts_at"], "starts_at": "2026-03-27T01:00:00Z"}
    twice = event | {"changed": ["starts_at"], "starts_at": "2026-03-27T02:00:00Z"}
    for sequence, state in random.sample([(2, once), (3, twice)], 2):
        notifications.deliver("event.changed", event["id"], sequence, state)
    notifications.work()

    told = notifications.notices(
        "subject_sequence", "status", where="template = 'event-changed' AND channel = 'email'"
    )
    assert sorted(told) == [(2, "superseded"), (3, "delivered")]


def test_a_move_at_the_same_moment_as_a_registration_is_told(notifications: Notifications) -> None:
    """Of two consumers one waits for the other: nobody comes at the old time because neither saw the other."""
    event, person, registration = notifications.publish(), Person(), new_id()
    mover = Thread(target=notifications.move, args=(event,))
    with notifications.deps.unit_of_work() as uow:
        operations.take_in_registration(
            uow,
            {
                "id": registration,
                "person_id": person.id,
                "event_id": UUID(event["id"]),
                "position": None,
                "held_until": None,
                "why": None,
                "colleague": False,
            },
            template=Template.CONFIRMED,
            status="confirmed",
            sequence=1,
            now=notifications.clock.now(),
        )
        mover.start()
        # It cannot end before this transaction does; without the hold it would.
        mover.join(0.5)
    mover.join(10)

    assert notifications.notices("template") == ["registration-confirmed", "event-changed"]


def test_partners_are_invited_and_told_of_the_end(notifications: Notifications) -> None:
    """The invitation that was not sent yet does not go out for an event that is off."""
    partner = new_id()
    notifications.community.organisation(partner)
    event = notifications.publish(partner_ids=[partner])
    subject = f"{event['id']}:{partner}"
    invitation = {
        "event_id": event["id"],
        "organisation_id": str(partner),
        "document": {"number": "12/TM", "date": "2026-03-02"},
    }
    notifications.deliver("partner.invited", subject, 1, invitation)
    notifications.cancel_event(event)
    notifications.work()

    assert notifications.notices("template", "status") == [
        ("partner-invited", "superseded"),
        ("event-cancelled", "delivered"),
    ]


@pytest.mark.parametrize("order", [(1, 2), (2, 1)])
def test_of_two_invitations_only_the_newest_goes_out(
    notifications: Notifications, order: tuple[int, int]
) -> None:
    """A corrected document replaces the one that was not sent, whichever comes first."""
    partner = new_id()
    notifications.community.organisation(partner)
    event = notifications.publish(partner_ids=[partner])
    for sequence in order:
        invitation = {
            "event_id": event["id"],
            "organisation_id": str(partner),
            "document": {"number": f"{sequence}/TM", "date": None},
        }
        notifications.deliver("partner.invited", f"{event['id']}:{partner}", sequence, invitation)
    notifications.work()

    (mail,) = notifications.mails()
    assert "số 2/TM" in mail.message.get_body(("plain",)).get_content()


def test_a_sign_in_is_told_by_mail_only(notifications: Notifications) -> None:
    """Who is not signed in reads no inbox."""
    notifications.ask_to_sign_in()

    assert notifications.notices("template", "channel", where="1 = 1") == [("sign-in", "email")]


@pytest.mark.parametrize("seed", range(8))
def test_shuffled_and_repeated_messages_leave_the_same_as_serial_ones(
    start: Any, seed: int
) -> None:
    """The copies and each recipient's latest notice are those of serial delivery."""
    messages = _a_history(random.Random(0))
    serial = start()
    serial.consumer.handle_batch([delivery(m.encode(), m.id) for m in messages])
    expected = _state(serial)
    serial.database.close()

    chance = random.Random(seed)
    shuffled = [m for m in messages for _ in range(chance.randint(1, 3))]
    chance.shuffle(shuffled)
    other = start()
    while shuffled:
        some = [shuffled.pop() for _ in range(min(len(shuffled), chance.randint(1, 9)))]
        other.consumer.handle_batch([delivery(m.encode(), m.id) for m in some])

    assert other.count("failed_messages") == 0
    assert _state(other) == expected, f"seed {seed}"


def _a_history(chance: random.Random) -> list[Message]:
    """One event, moved twice and cancelled; ten registrations with turns of their own; two partners."""
    now = FixedClock().now()
    partners = [str(new_id()) for _ in range(2)]
    event = {
        "id": str(new_id()),
        "organisation_id": str(new_id()),
        "title": {"vi": "Đối thoại"},
        "starts_at": "2026-03-26T07:00:00Z",
        "ends_at": "2026-03-26T09:00:00Z",
        "timezone": "Asia/Ho_Chi_Minh",
        "partner_ids": partners,
    }
    told: list[Message] = []

    def tell(type_: str, subject: str, sequence: int, data: dict[str, Any]) -> None:
        told.append(
            Message(
                type=type_, source="test", subject=subject, sequence=sequence, data=data, time=now
            )
        )

    tell("event.published", event["id"], 1, event)
    for partner in partners:
        tell(
            "partner.invited",
            f"{event['id']}:{partner}",
            1,
            {"event_id": event["id"], "organisation_id": partner},
        )
    turns = ("registration.waitlisted", "registration.confirmed", "registration.cancelled")
    for _ in range(10):
        state = {"id": str(new_id()), "person_id": str(new_id()), "event_id": event["id"]}
        for sequence, type_ in enumerate(turns[: chance.randint(1, 3)], start=1):
            tell(type_, state["id"], sequence, state | {"why": "own-wish"})
    off = event | {"status": "cancelled", "reason": {"vi": "Bão"}}
    tell("event.cancelled", event["id"], 2, off)
    return told


def _state(notifications: Notifications) -> dict[str, Any]:
    registrations = "SELECT registration_id, sequence, status FROM registrations"
    latest = (
        "SELECT n.recipient_id, n.channel, n.template, n.status FROM notices n"
        " WHERE n.status <> 'superseded'"
        " AND NOT EXISTS (SELECT 1 FROM notices o WHERE o.recipient_id = n.recipient_id"
        "  AND o.channel = n.channel AND o.status <> 'superseded'"
        "  AND (o.subject_sequence > n.subject_sequence))"
    )
    with notifications.database.engine.connect() as connection:
        return {
            "events": connection.execute(sa.text("SELECT sequence, cancelled FROM events")).all(),
            "registrations": sorted(map(str, connection.execute(sa.text(registrations)))),
            "latest": sorted(map(str, connection.execute(sa.text(latest)))),
        }


def test_a_postponement_is_told_with_its_reason_and_replaces_an_unsent_move(
    notifications: Notifications,
) -> None:
    """To everybody who comes and to partners; the mail names no time."""
    partner, person = new_id(), notifications.somebody()
    event = notifications.publish(partner_ids=[partner])
    notifications.registered(event, person)
    notifications.work()
    moved = notifications.move(event)
    reason = {"vi": "Hội trường đang sửa", "en": None}
    postponed = moved | {"status": "postponed", "changed": ["status"], "reason": reason}
    notifications.tell("event.postponed", event["id"], postponed)
    notifications.work()

    waits = notifications.notices("template", where="channel = 'email' AND status = 'superseded'")
    mail = next(
        one.message
        for one in notifications.mails()
        if "Nguyễn" in str(one.message["To"]) and "hoãn" in one.message["Subject"]
    )
    text = mail.get_body(("plain",)).get_content()

    assert waits == ["event-changed", "event-changed"]
    assert mail["Subject"] == "Tạm hoãn: Đối thoại với doanh nghiệp trẻ"
    assert "Hội trường đang sửa" in text
    assert "Sẽ báo sau" in text
    assert "26/03/2026" not in text

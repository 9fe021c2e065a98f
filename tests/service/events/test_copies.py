"""What others decide is shown as they last said it, in whatever order their messages come."""

from __future__ import annotations

import random
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from shared.ids import new_id
from shared.messaging.message import Message
from tests.service.events.conftest import Events
from tests.support.harness import delivery


def seats(event: dict[str, Any], left: int, **changes: Any) -> dict[str, Any]:
    """What registrations says of an event's seats."""
    return {
        "event_id": event["id"],
        "capacity": 50,
        "seats_left": left,
        "waitlist_length": 0,
        "state": "open",
    } | changes


def registration(event: dict[str, Any], **changes: Any) -> dict[str, Any]:
    return {"id": str(new_id()), "person_id": str(new_id()), "event_id": event["id"]} | changes


def kept(events: Events, table: str, *columns: str) -> list[tuple[Any, ...]]:
    with events.database.engine.connect() as connection:
        rows = connection.execute(sa.text(f"SELECT {', '.join(columns)} FROM {table}"))
        return [tuple(row) for row in rows]


def test_an_event_shows_its_seats_once_registrations_told_of_them(events: Events) -> None:
    """Before that there are none to show; they are in lists too."""
    event = events.published_event()
    assert event["seats"] is None

    events.deliver("offer.changed", event["id"], 1, seats(event, 3, waitlist_length=2))

    shown = {"capacity": 50, "left": 3, "waitlist_length": 2, "state": "open"}
    assert events.show(event)["seats"] == shown
    assert events.get("/events").json["items"][0]["seats"] == shown


def test_a_count_of_seats_that_was_overtaken_is_ignored(events: Events) -> None:
    """The newest sequence wins, not the last to come; the event's own version stays."""
    event = events.published_event()
    etag = events.get(f"/events/{event['id']}").headers["ETag"]
    events.deliver("offer.changed", event["id"], 3, seats(event, 1))
    events.deliver("offer.changed", event["id"], 2, seats(event, 2))
    events.deliver("offer.changed", event["id"], 3, seats(event, 9))

    answer = events.get(f"/events/{event['id']}")

    assert answer.json["seats"]["left"] == 1
    assert answer.headers["ETag"] == etag


def test_a_window_opens_and_closes_without_a_message(events: Events) -> None:
    """Whether one can register now follows from the event's own times, however old the count of seats is."""
    now = events.clock.now()
    event = events.published_event(
        registration_opens_at=(now + timedelta(hours=1)).isoformat(),
        registration_closes_at=(now + timedelta(hours=2)).isoformat(),
    )
    events.deliver("offer.changed", event["id"], 1, seats(event, 5, state="not-yet-open"))
    states = []
    for _ in range(3):
        states.append(events.show(event)["seats"]["state"])
        events.clock.advance(hours=1)
    assert states == ["not-yet-open", "open", "closed"]


def test_full_and_cancelled_are_said_too(events: Events) -> None:
    """Without a seat left it is full; a cancelled event takes nobody."""
    event = events.published_event()
    events.deliver("offer.changed", event["id"], 1, seats(event, 0))
    assert events.show(event)["seats"]["state"] == "full"

    events.post(f"/events/{event['id']}/cancel", {"reason": {"vi": "Bão"}}, by=events.organiser)
    assert events.show(event)["seats"]["state"] == "cancelled"


def test_seats_and_attendance_do_not_make_each_other_stale(events: Events) -> None:
    """They share a counter, and each is guarded by its own newest sequence."""
    event = events.published_event()
    admitted = {"event_id": event["id"], "checked_in": 7}
    events.deliver("attendance.recorded", event["id"], 5, admitted)
    events.deliver("offer.changed", event["id"], 4, seats(event, 1))
    events.deliver("attendance.recorded", event["id"], 3, admitted | {"checked_in": 6})

    assert kept(events, "seats", "checked_in", "attendance_sequence", "sequence") == [(7, 5, 4)]
    assert events.show(event)["seats"]["left"] == 1


def test_seats_of_an_event_that_is_not_known_here_are_kept(events: Events) -> None:
    """Nothing fails: a message never waits for another service."""
    events.deliver("offer.changed", new_id(), 1, seats({"id": str(new_id())}, 1))

    assert events.count("seats") == 1
    assert events.count("failed_messages") == 0


def test_an_organisation_is_called_what_community_last_said(events: Events) -> None:
    """In the event, beside its partners, and in the list; a name that was overtaken does not come back."""
    partner = new_id()
    event = events.published_event(partners=[partner])
    assert event["organisation"] == {
        "id": str(events.organisation),
        "name": "",
        "short_name": None,
    }
    for organisation in (events.organisation, partner):
        events.name_organisation(organisation, "Tên mới", sequence=2, short_name="TM")
        events.name_organisation(organisation, "Tên cũ", sequence=1)

    shown = events.show(event)

    assert shown["organisation"] == {
        "id": str(events.organisation),
        "name": "Tên mới",
        "short_name": "TM",
    }
    assert shown["partners"] == [{"id": str(partner), "name": "Tên mới", "short_name": "TM"}]
    assert events.get("/events").json["items"][0]["organisation"]["name"] == "Tên mới"


def test_a_colleagues_place_is_not_taken_for_ones_own(events: Events) -> None:
    """Whoever registered a colleague does not come because of it."""
    event = events.published_event()
    grace = registration(event, colleague=True)
    events.deliver("registration.confirmed", grace["id"], 1, grace)
    assert kept(events, "registrations", "status", "sequence") == []


def test_who_comes_follows_the_registrations(events: Events) -> None:
    """The type of the message says how far they are; what was overtaken is ignored."""
    event = events.published_event()
    ada = registration(event)
    events.deliver("registration.waitlisted", ada["id"], 1, ada)
    events.deliver("registration.cancelled", ada["id"], 3, ada)
    events.deliver("registration.confirmed", ada["id"], 2, ada)

    assert kept(events, "registrations", "status", "sequence") == [("cancelled", 3)]


def test_a_field_that_a_publisher_adds_is_ignored(events: Events) -> None:
    """Publishers and consumers are deployed one after the other."""
    event = events.published_event()

    events.deliver("offer.changed", event["id"], 1, seats(event, 4, colour="red"))

    assert events.show(event)["seats"]["left"] == 4


@pytest.mark.parametrize("seed", range(3))
def test_shuffled_and_repeated_messages_give_the_same_copies(events: Events, seed: int) -> None:
    """120 messages, each one to three times, in any order and in batches: as if each came once, in order."""
    chance = random.Random(seed)
    event = events.published_event()
    comers = [registration(event) for _ in range(5)]
    statuses = ("waitlisted", "confirmed", "cancelled")
    last = {one["id"]: chance.choice(statuses) for one in comers}
    messages = []

    def say(type_: str, subject: object, sequence: int, data: dict[str, Any]) -> None:
        now = events.clock.now()
        messages.append(
            Message(
                type=type_,
                source="test",
                subject=str(subject),
                sequence=sequence,
                data=data,
                time=now,
            )
        )

    for sequence in range(1, 31):
        say("offer.changed", event["id"], sequence * 2, seats(event, 50 - sequence))
        arrived = {"event_id": event["id"], "checked_in": sequence}
        say("attendance.recorded", event["id"], sequence * 2 + 1, arrived)
        named = {"id": str(events.organisation), "name": f"Tên {sequence}"}
        say("organisation.changed", events.organisation, sequence, named)
    for comer in comers:
        for sequence in range(1, 7):
            status = last[comer["id"]] if sequence == 6 else chance.choice(statuses)
            say(f"registration.{status}", comer["id"], sequence, comer)
    sent = [one for one in messages for _ in range(chance.randint(1, 3))]
    chance.shuffle(sent)

    for start in range(0, len(sent), 20):
        batch = sent[start : start + 20]
        events.consumer.handle_batch([delivery(one.encode(), one.id) for one in batch])

    shown = events.show(event)
    assert (shown["seats"]["left"], shown["organisation"]["name"]) == (20, "Tên 30"), seed
    assert kept(events, "seats", "checked_in", "sequence") == [(30, 60)], seed
    assert {
        str(one).replace("-", ""): status
        for one, status in kept(events, "registrations", "registration_id", "status")
    } == {one.replace("-", ""): status for one, status in last.items()}, seed
    assert events.count("failed_messages") == 0

"""The last steps of an event: postponed, given a new time, cancelled or completed; and what is fixed at each."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from werkzeug.test import TestResponse

from shared.ids import new_id
from tests.service.events.conftest import Events, entry_of, wrong_fields
from tests.support.harness import Person, problem

REASON = {"reason": {"vi": "Hội trường đang sửa", "en": "The hall is being repaired"}}


def _postpone(events: Events, event: dict[str, Any]) -> TestResponse:
    return events.post(f"/events/{event['id']}/postpone", REASON, by=events.organiser)


def _complete(events: Events, event: dict[str, Any]) -> TestResponse:
    return events.post(f"/events/{event['id']}/complete", by=events.organiser)


def _held(events: Events) -> dict[str, Any]:
    """An event that is just over."""
    event = events.published_event()
    events.clock.advance(days=22)
    return event


def test_a_postponed_event_has_no_time_and_keeps_its_texts(events: Events) -> None:
    """Everybody is told once, with the reason; calendars drop the old time; repeated, nothing changes."""
    event = events.published_event()

    postponed = _postpone(events, event).json

    assert (postponed["status"], postponed["reason"]) == ("postponed", REASON["reason"])
    assert _postpone(events, event).json == postponed
    told = events.told_of(event)
    assert [(one.type, one.data["status"]) for one in told] == [
        ("event.published", "published"),
        ("event.postponed", "postponed"),
    ]
    entry = entry_of(events.ics(event))
    assert (entry["STATUS"], entry["SEQUENCE"]) == ("CANCELLED", 1)
    assert events.edited(event, title={"vi": "Tên khác"})["title"]["vi"] == "Tên khác"


@pytest.mark.parametrize("days", [7, 0])
def test_a_new_time_brings_a_postponed_event_back(events: Events, days: int) -> None:
    """Even the old one: whoever was told that it is off learns when it is."""
    event = events.published_event()
    _postpone(events, event)

    moved = events.moved(event, days=days)

    assert moved["status"] == "published"
    told = events.told_of(event)[-1]
    assert told.type == "event.changed"
    assert {"status", "starts_at", "ends_at"} <= set(told.data["changed"])
    entry = entry_of(events.ics(event))
    assert (entry["STATUS"], entry["SEQUENCE"]) == ("CONFIRMED", 2)


def test_a_postponed_event_can_be_cancelled_after_its_old_time(events: Events) -> None:
    """It has no time that could be over."""
    event = events.published_event()
    _postpone(events, event)
    events.clock.advance(days=60)

    assert events.cancelled(event)["status"] == "cancelled"
    assert problem(_postpone(events, event)) == "event-cancelled"


def test_an_event_is_completed_after_its_end_and_not_before(events: Events) -> None:
    """Nor while it is a draft, postponed or cancelled; afterwards it is neither moved nor cancelled."""
    draft, ahead = events.draft(), events.published_event()
    postponed, cancelled = events.published_event(), events.published_event()
    _postpone(events, postponed)
    events.cancelled(cancelled)
    assert problem(_complete(events, draft)) == "not-published"
    assert problem(_complete(events, ahead)) == "event-not-over"
    assert problem(_complete(events, postponed)) == "event-postponed"
    assert problem(_complete(events, cancelled)) == "event-cancelled"

    events.clock.advance(days=22)
    completed = _complete(events, ahead).json

    assert completed["status"] == "completed"
    assert _complete(events, ahead).json == completed
    assert events.told_of(ahead)[-1].type == "event.completed"
    assert problem(events.move(ahead)) == "event-over"
    assert problem(events.cancel(ahead)) == "event-over"
    assert problem(_postpone(events, ahead)) == "event-over"


def test_what_is_published_afterwards_can_still_be_added(events: Events) -> None:
    """The conclusion and its papers; what took place stays as it was."""
    event = _held(events)
    _complete(events, event)

    shown = events.edited(
        event,
        conclusion={"number": "45/TB-UBND", "date": "2026-04-03", "summary": {"vi": "Đã trả lời"}},
        attachments=[{"title": {"vi": "Biên bản"}, "url": "https://quan.example/bien-ban.pdf"}],
    )

    assert shown["conclusion"] == {
        "number": "45/TB-UBND",
        "date": "2026-04-03",
        "url": None,
        "summary": {"vi": "Đã trả lời", "en": None},
    }
    assert shown["attachments"][0]["url"] == "https://quan.example/bien-ban.pdf"
    assert problem(events.edit(event, title={"vi": "Tên khác"})) == "event-completed"


def test_the_link_to_join_is_seen_by_those_with_a_place_alone(events: Events) -> None:
    """And by its organisers; it crosses no broker and stands in no public calendar."""
    comes, waits, other = Person(), Person(), Person()
    event = events.published_event(
        attendance_mode="online", join_url="https://hop.example/phong?mat-khau=1", venue=None
    )
    for person, status in ((comes, "confirmed"), (waits, "waitlisted")):
        place = {"id": str(new_id()), "person_id": str(person.id), "event_id": event["id"]}
        events.deliver(f"registration.{status}", place["id"], 1, place)

    seen = {
        name: events.get(f"/events/{event['id']}", by=by).json["join_url"]
        for name, by in (
            ("comes", comes),
            ("waits", waits),
            ("other", other),
            ("nobody", None),
            ("organiser", events.organiser),
        )
    }

    assert {name for name, link in seen.items() if link} == {"comes", "organiser"}
    assert all("hop.example" not in str(one.data) for one in events.told_of(event))
    assert b"hop.example" not in events.ics(event) + events.ics()


def test_an_online_event_needs_its_link_and_no_place(events: Events) -> None:
    """A mixed one needs both; links are of the web."""
    online = events.draft(attendance_mode="online", venue=None)
    mixed = events.draft(attendance_mode="mixed", venue=None)
    bad = events.post("/events", events.body(join_url="javascript:alert(1)"), by=events.organiser)

    refused = [
        wrong_fields(events.post(f"/events/{one['id']}/publish", by=events.organiser))
        for one in (online, mixed)
    ]

    assert [set(fields) for fields in refused] == [{"join_url"}, {"join_url", "venue.name"}]
    assert set(wrong_fields(bad)) == {"join_url"}


def test_an_agenda_that_cannot_be_is_refused_item_by_item(events: Events) -> None:
    """Outside the event, ending before it starts, two at once in one room; other rooms may be at once."""
    now = events.clock.now()

    def item(start: float, end: float, room: str | None = None) -> dict[str, Any]:
        begins = now + timedelta(days=21)
        return {
            "starts_at": begins + timedelta(minutes=start),
            "ends_at": begins + timedelta(minutes=end),
            "title": {"vi": "Mục"},
            "room": room,
        }

    fine = [item(0, 30, "A"), item(0, 30, "B"), item(30, 120, "A")]
    assert events.draft(agenda=fine)["agenda"][1]["room"] == "B"
    wrong = [item(0, 30), item(20, 40), item(50, 50), item(100, 130)]
    answer = events.post("/events", events.body(agenda=wrong), by=events.organiser, language="en")
    assert wrong_fields(answer) == {
        "agenda.1.starts_at": "This item overlaps the one before it in the same room; please change its time, or name another room.",
        "agenda.2.ends_at": "This item must end after it starts.",
        "agenda.3.starts_at": "This item lies outside the event's time; please change its time or the event's.",
    }


def test_a_room_that_is_too_small_is_named(events: Events) -> None:
    """Unless people may join from elsewhere."""
    venue = {"name": "Trụ sở", "room": "Phòng 2", "room_capacity": 30}
    answer = events.post("/events", events.body(venue=venue), by=events.organiser, language="en")
    assert wrong_fields(answer) == {
        "capacity": "The room seats only 30; please lower the capacity or take another room."
    }
    assert events.draft(venue=venue, attendance_mode="mixed")["venue"]["room"] == "Phòng 2"

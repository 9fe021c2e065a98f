"""What is moved or called off: who comes is told why, once, and never too late."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from tests.service.events.conftest import MOVED_BECAUSE, Events, wrong_fields
from tests.support.harness import problem

HOUR = timedelta(hours=1)


def test_a_moved_event_is_told_with_what_moved_and_why(events: Events) -> None:
    """The state is the new one, in the answer as in the message."""
    event = events.published_event()

    moved = events.moved(event, days=7)

    assert events.moment(moved["starts_at"]) == events.moment("2026-04-02T02:00:00Z")
    assert moved["reason"] == MOVED_BECAUSE
    assert events.get(f"/events/{event['id']}").json == moved
    change = events.told_of(event)[-1]
    assert (change.type, change.sequence) == ("event.changed", 2)
    assert change.data["changed"] == ["ends_at", "registration_closes_at", "starts_at"]
    assert change.data["reason"] == MOVED_BECAUSE
    assert change.data["ends_at"] == "2026-04-02T04:00:00Z"


def test_the_end_of_registration_keeps_its_distance_to_the_start(events: Events) -> None:
    """A day before, as it was; given, it is as given; it is never later than the event's end."""
    event = events.published_event()
    assert events.moment(events.moved(event, days=7)["registration_closes_at"]) == events.moment(
        "2026-04-01T02:00:00Z"
    )

    given = events.moved(event, days=1, registration_closes_at="2026-03-20T00:00:00Z")
    assert events.moment(given["registration_closes_at"]) == events.moment("2026-03-20T00:00:00Z")

    open_to_the_end = events.published_event(registration_closes_at="2026-03-26T04:00:00Z")
    shorter = events.moved(open_to_the_end, days=0, ends_at="2026-03-26T03:00:00Z")
    assert shorter["registration_closes_at"] == shorter["ends_at"]


def test_a_repeated_move_is_told_once(events: Events) -> None:
    """Standing there already, the event keeps its version and its first reason."""
    event = events.published_event()
    times = {"starts_at": "2026-04-02T02:00:00Z", "ends_at": "2026-04-02T04:00:00Z"}
    first = events.moved(event, **times)

    again = events.moved(event, **times, reason={"vi": "Lý do khác"})

    assert again == first
    assert len(events.published("event.changed")) == 1


def test_only_what_moved_is_named(events: Events) -> None:
    """A later end is a move of the end."""
    event = events.published_event()

    events.moved(event, days=0, ends_at="2026-03-26T05:00:00Z")

    assert events.told_of(event)[-1].data["changed"] == ["ends_at"]


def test_nobody_is_moved_into_the_past(events: Events) -> None:
    """Nor does it begin at this moment; nothing is changed and nobody told."""
    event = events.published_event()
    now = events.clock.now()

    for starts_at in (now - HOUR, now):
        answer = events.move(event, starts_at=starts_at, ends_at=now + HOUR)
        assert answer.status_code == 422
        assert wrong_fields(answer)["starts_at"] == "Giờ bắt đầu phải ở phía trước."
    assert events.show(event) == event
    assert events.published("event.changed") == []


def test_a_move_that_contradicts_itself_is_refused_with_each_field_named(events: Events) -> None:
    """It ends before it starts, and registration closes after that."""
    event = events.published_event()

    answer = events.move(
        event,
        starts_at="2026-04-02T04:00:00Z",
        ends_at="2026-04-02T02:00:00Z",
        registration_closes_at="2026-04-02T03:00:00Z",
    )
    too_early = events.move(event, days=0, registration_closes_at="2026-03-04T00:00:00Z")

    assert sorted(wrong_fields(answer)) == ["ends_at", "registration_closes_at"]
    assert wrong_fields(too_early) == {
        "registration_closes_at": "Hạn đăng ký phải sau lúc mở đăng ký."
    }
    assert events.show(event) == event


def test_a_move_and_a_cancellation_need_a_reason(events: Events) -> None:
    """Spaces are none; it is said which field and why."""
    event = events.published_event()

    for reason in ({"vi": " \n"}, {"vi": ""}):
        for answer in (events.move(event, reason=reason), events.cancel(event, reason=" ")):
            assert wrong_fields(answer) == {
                "reason.vi": "Xin nêu lý do; lý do được gửi cho người đã đăng ký."
            }
    missing = events.post(f"/events/{event['id']}/reschedule", by=events.organiser)
    assert sorted(wrong_fields(missing)) == ["ends_at", "reason", "starts_at"]
    assert events.show(event) == event


@pytest.mark.parametrize("reason", [{"en": "A storm"}, {"vi": 5}, {"vi": None, "en": "A storm"}])
def test_a_reason_is_said_in_vietnamese(events: Events, reason: dict[str, Any]) -> None:
    """English alone is refused by name."""
    event = events.published_event()

    answer = events.post(f"/events/{event['id']}/cancel", {"reason": reason}, by=events.organiser)

    assert wrong_fields(answer).keys() == {"reason.vi"}


def test_a_draft_is_neither_moved_nor_cancelled(events: Events) -> None:
    """It is simply edited."""
    draft = events.draft()

    for answer in (events.move(draft), events.cancel(draft)):
        assert (answer.status_code, problem(answer)) == (409, "not-published")
    assert events.show(draft) == draft


def test_what_is_over_is_neither_moved_nor_cancelled(events: Events) -> None:
    """From the moment of its end on; while it runs it may be called off."""
    event, running = events.published_event(), events.published_event()
    events.clock.move_to(events.moment(event["ends_at"]) - timedelta(seconds=1))
    events.cancelled(running)

    events.clock.advance(seconds=1)

    for answer in (events.move(event), events.cancel(event)):
        assert (answer.status_code, problem(answer)) == (409, "event-over")
    assert [one.type for one in events.told_of(event)] == ["event.published"]


def test_a_cancelled_event_is_told_with_the_reason(events: Events) -> None:
    """It stays everybody's to see, as cancelled."""
    event = events.published_event()

    cancelled = events.cancelled(event, reason="Mưa bão\nrất to")

    assert cancelled["status"] == "cancelled"
    assert cancelled["reason"] == {"vi": "Mưa bão\nrất to", "en": None}
    assert events.get(f"/events/{event['id']}").json == cancelled
    told = events.told_of(event)[-1]
    assert (told.type, told.sequence) == ("event.cancelled", 2)
    assert told.data["reason"] == cancelled["reason"]
    assert (told.data["status"], told.data["changed"]) == ("cancelled", ["status"])


def test_cancelling_again_changes_nothing(events: Events) -> None:
    """Another reason neither; nobody is told again, even when its time has passed."""
    event = events.published_event()
    first = events.cancelled(event)

    assert events.cancelled(event, reason="Lý do khác") == first
    events.clock.advance(days=60)
    assert events.cancelled(event) == first
    assert len(events.published("event.cancelled")) == 1


def test_cancelled_is_for_good(events: Events) -> None:
    """It is neither edited, nor published, nor moved any more."""
    event = events.published_event()
    cancelled = events.cancelled(event)

    answers = (
        events.edit(event, title={"vi": "Khác"}),
        events.edit(event, capacity=5),
        events.post(f"/events/{event['id']}/publish", by=events.organiser),
        events.move(event),
    )

    for answer in answers:
        assert (answer.status_code, problem(answer)) == (409, "event-cancelled")
    assert events.show(event) == cancelled
    assert len(events.told_of(event)) == 2


def test_messages_about_an_event_count_up_without_a_gap(events: Events) -> None:
    """Whatever happens to it, in the order in which it happened."""
    event = events.published_event()
    events.edited(event, title={"vi": "Tên mới"})
    events.moved(event)
    events.cancelled(event)

    told = events.told_of(event)
    assert [one.type for one in told] == [
        "event.published",
        "event.changed",
        "event.changed",
        "event.cancelled",
    ]
    assert [one.sequence for one in told] == [1, 2, 3, 4]

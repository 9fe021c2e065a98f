"""The history of an event: who did what, when and why, and what was told because of it."""

from __future__ import annotations

from typing import Any

from shared.ids import new_id
from tests.service.events.conftest import MOVED_BECAUSE, Events
from tests.support.harness import Person


def history(events: Events, event: dict[str, Any], query: str = "") -> list[dict[str, Any]]:
    """Oldest first."""
    answer = events.get(f"/events/{event['id']}/history{query}", by=events.leader)
    assert answer.status_code == 200, answer.get_data(as_text=True)
    return list(reversed(answer.json["items"]))


def test_each_step_is_kept_with_the_person_the_moment_the_reason_and_the_messages(
    events: Events,
) -> None:
    """From draft to cancellation; the messages are those that were really published."""
    person = events.organiser
    event = events.post("/events", events.body(partners=[new_id()]), by=person).json
    events.post(f"/events/{event['id']}/publish", by=person)
    events.clock.advance(hours=1)
    events.moved(event)
    events.cancelled(event)

    kept = history(events, event)

    assert [one["action"] for one in kept] == ["drafted", "published", "rescheduled", "cancelled"]
    assert kept[1]["person_id"] == str(person.id)
    assert events.moment(kept[2]["at"]) == events.clock.now()
    assert [one["reason"] and one["reason"]["vi"] for one in kept] == [
        None,
        None,
        MOVED_BECAUSE["vi"],
        "Mưa bão",
    ]
    told = [(one.type, one.id) for one in events.told_of(event)]
    assert [(m["type"], m["id"]) for one in kept for m in one["told"]] == told


def test_a_change_names_what_was_and_what_became(events: Events) -> None:
    """Only what differs; texts, times and partners."""
    old, new = str(new_id()), str(new_id())
    event = events.draft(partners=[old])

    events.edited(event, title={"vi": "Tên mới"}, partners=[old, new])

    edited = history(events, event)[-1]
    assert edited["action"] == "edited"
    assert edited["fields"] == {
        "title": [event["title"], {"vi": "Tên mới", "en": None}],
        "participants": [[old], [old, new]],
    }
    assert edited["told"] == []


def test_a_draft_that_gets_another_time_is_edited_and_only_what_is_public_is_rescheduled(
    events: Events,
) -> None:
    """Nobody had been promised the first time."""
    draft = events.draft()
    events.edited(draft, starts_at="2026-03-27T02:00:00Z", ends_at="2026-03-27T04:00:00Z")

    assert [one["action"] for one in history(events, draft)] == ["drafted", "edited"]


def test_what_changes_nothing_and_what_is_refused_is_not_kept(events: Events) -> None:
    """Nor what others decide: seats and names of organisations."""
    event = events.published_event()
    events.publish(event)
    events.edited(event, title=event["title"])
    events.edit(event, capacity=5)
    events.name_organisation(events.organisation, "UBND")

    assert [one["action"] for one in history(events, event)] == ["drafted", "published"]


def test_the_history_is_the_organisers_and_leaders_alone_and_comes_in_pages(
    events: Events,
) -> None:
    """Newest first."""
    event = events.published_event()
    stranger = Person().with_role("organiser", new_id())
    assert events.get(f"/events/{event['id']}/history").status_code == 401
    assert events.get(f"/events/{event['id']}/history", by=stranger).status_code == 404

    first = events.get(f"/events/{event['id']}/history?limit=1", by=events.leader).json
    rest = events.get(
        f"/events/{event['id']}/history?limit=1&cursor={first['next']}", by=events.leader
    ).json
    assert [one["items"][0]["action"] for one in (first, rest)] == ["published", "drafted"]
    assert rest["next"] is None

"""Rules that warn: each with its source, none of them forbids, and an acceptance keeps its reason."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from werkzeug.test import TestResponse

from shared.ids import new_id
from tests.service.events.conftest import Events, wrong_fields
from tests.support.harness import Person, problem

NOTICE = "youth_published_30_days_before"
REASON = {"vi": "Lịch của lãnh đạo chỉ còn ngày này", "en": None}
YOUTH_LAW = "Luật Thanh niên 57/2020/QH14"


def warned(events: Events, event: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """What an event is warned of, by rule."""
    answer = events.get(f"/events/{event['id']}/warnings", by=events.organiser)
    assert answer.status_code == 200, answer.get_data(as_text=True)
    return {one["rule"]: one for one in answer.json["items"]}


def accept(events: Events, event: dict[str, Any], rule: str, **more: Any) -> TestResponse:
    body = more.pop("body", {"reason": REASON})
    by = more.pop("by", events.organiser)
    return events.post(f"/events/{event['id']}/warnings/{rule}/accept", body, by=by, **more)


def publish(events: Events, event: dict[str, Any], *rules: str, **more: Any) -> TestResponse:
    body = {"accept": [{"rule": rule, "reason": REASON} for rule in rules]} if rules else {}
    return events.post(f"/events/{event['id']}/publish", body, by=events.organiser, **more)


def youth(events: Events, *, days: int = 21, **changes: Any) -> dict[str, Any]:
    """A draft of a dialogue with young people, so many days ahead, with an agenda."""
    starts_at = events.clock.now() + timedelta(days=days)
    agenda = [
        {
            "starts_at": starts_at,
            "ends_at": starts_at + timedelta(hours=1),
            "title": {"vi": "Hỏi và đáp"},
        }
    ]
    fields = {
        "kind": "dialogue_youth",
        "starts_at": starts_at,
        "ends_at": starts_at + timedelta(hours=2),
        "registration_closes_at": starts_at,
        "agenda": agenda,
    }
    return events.draft(**fields | changes)


def at(day: str, *, hours: float = 2) -> dict[str, Any]:
    """Times from 09:00 there on a day."""
    starts_at = datetime.fromisoformat(f"{day}T09:00:00+07:00")
    return {
        "starts_at": starts_at,
        "ends_at": starts_at + timedelta(hours=hours),
        "registration_closes_at": starts_at,
    }


def test_a_usual_event_is_warned_of_nothing_and_published_as_ever(events: Events) -> None:
    """The rule of 30 days is for dialogues with young people, not for those with young businesses."""
    event = events.draft()

    assert warned(events, event) == {}
    assert publish(events, event).status_code == 200


def test_a_late_dialogue_with_young_people_is_warned_of_with_its_source(events: Events) -> None:
    """And with the last day on which it would have been in time."""
    warning = warned(events, youth(events))[NOTICE]

    assert YOUTH_LAW in warning["source"]["vi"]
    assert "13/2021/NĐ-CP" in warning["source"]["vi"]
    assert "30 ngày" in warning["text"]["vi"]
    assert [one["date"] for one in warning["about"]] == ["2026-02-24"]
    assert (warning["must_be_accepted"], warning["accepted"]) == (True, None)


@pytest.mark.parametrize(("days", "warns"), [(29, True), (30, False)])
def test_thirty_days_are_days_of_the_calendar(events: Events, days: int, warns: bool) -> None:
    """Thirty days before is in time, whatever the hour."""
    events.clock.move_to(datetime(2026, 3, 5, 16, 59, tzinfo=UTC))
    starts_at = datetime(2026, 3, 5, 1, tzinfo=UTC) + timedelta(days=days)
    event = youth(
        events,
        starts_at=starts_at,
        ends_at=starts_at + timedelta(hours=2),
        registration_closes_at=starts_at,
        agenda=[],
    )

    assert (NOTICE in warned(events, event)) is warns


def test_publishing_in_spite_of_a_rule_asks_for_a_reason(events: Events) -> None:
    """The refusal lists what has to be accepted, with its source; nothing was published and nobody told."""
    event = youth(events)

    refused = publish(events, event)

    assert (refused.status_code, problem(refused)) == (409, "warnings-not-accepted")
    (listed,) = refused.get_json(force=True)["warnings"]
    assert (listed["rule"], listed["about"][0]["date"]) == (NOTICE, "2026-02-24")
    assert YOUTH_LAW in listed["source"]["vi"]
    assert events.show(event)["status"] == "draft"
    assert events.told_of(event) == []
    # Another rule's acceptance is none of this one.
    assert problem(publish(events, event, "holiday")) == "warnings-not-accepted"
    assert publish(events, event, NOTICE).json["status"] == "published"


def test_an_acceptance_keeps_its_reason_with_who_and_when(events: Events) -> None:
    """Given while publishing; it is kept after publication as well."""
    event, by = youth(events), events.organiser
    body = {"accept": [{"rule": NOTICE, "reason": REASON}]}
    events.post(f"/events/{event['id']}/publish", body, by=by)
    now = events.clock.now()
    events.clock.advance(days=1)

    accepted = warned(events, event)[NOTICE]["accepted"]

    assert (accepted["reason"], accepted["by"]) == (REASON, str(by.id))
    assert events.moment(accepted["at"]) == now


def test_what_was_accepted_before_is_not_asked_for_again(events: Events) -> None:
    """The same reason again changes nothing; another one takes its place."""
    event, by = youth(events), events.organiser
    first = accept(events, event, NOTICE, by=by).json
    events.clock.advance(hours=1)

    assert accept(events, event, NOTICE).json == first
    other = {"vi": "Sở đã đồng ý", "en": "The department agreed"}
    second = accept(events, event, NOTICE, body={"reason": other}).json
    assert second["accepted"]["reason"] == other
    assert second["accepted"]["at"] != first["accepted"]["at"]
    assert publish(events, event).status_code == 200
    assert events.count("accepted_warnings") == 1


def test_an_acceptance_ends_with_what_it_was_about(events: Events) -> None:
    """Who accepted 21 days of notice has not accepted ten."""
    event = youth(events, agenda=[])
    accept(events, event, NOTICE)
    events.edited(event, **at("2026-03-15"))

    assert warned(events, event)[NOTICE]["accepted"] is None
    assert problem(publish(events, event)) == "warnings-not-accepted"


def test_only_what_is_warned_of_can_be_accepted(events: Events) -> None:
    """And only with a reason, by those who plan."""
    event = youth(events)

    assert problem(accept(events, event, "holiday")) == "no-such-warning"
    assert problem(accept(events, event, "no_such_rule")) == "no-such-warning"
    for body in ({}, {"reason": {"vi": "  "}}, {"reason": {"en": "Why"}}):
        fields = wrong_fields(accept(events, event, NOTICE, body=body))
        assert fields.keys() == {"reason.vi" if body else "reason"}
    stranger = Person().with_role("organiser", new_id())
    assert accept(events, event, NOTICE, by=stranger).status_code == 404
    assert accept(events, event, NOTICE, by=events.leader).status_code == 403
    path = f"/events/{event['id']}/warnings"
    assert events.get(path, by=stranger).status_code == 404
    assert events.get(path).status_code == 401
    assert events.get(path, by=events.leader).status_code == 200
    wrong = events.post(
        f"/events/{event['id']}/publish", {"accept": [{"rule": NOTICE}]}, by=events.organiser
    )
    assert wrong_fields(wrong).keys() == {"accept.0.reason"}


def test_a_dialogue_with_young_people_is_published_with_its_programme(events: Events) -> None:
    """A missing agenda is shown; it holds nothing up."""
    event = youth(events, days=40, agenda=[])

    warning = warned(events, event)["youth_published_with_programme"]

    assert (warning["must_be_accepted"], warning["about"]) == (False, [])
    assert publish(events, event).status_code == 200
    assert warned(events, youth(events, days=50)) == {}


def test_a_conclusion_that_is_not_there_in_time_is_warned_of(events: Events) -> None:
    """Ten days after the day on which it was held, to be confirmed; not before it was held, not when it is there."""
    key = "youth_concluded_in_10_days"
    event = youth(events, days=40)  # 14 April
    publish(events, event)
    events.clock.move_to(datetime(2026, 4, 24, 16, 59, tzinfo=UTC))
    assert key not in warned(events, event)

    events.clock.move_to(datetime(2026, 4, 24, 17, 0, tzinfo=UTC))
    warning = warned(events, event)[key]

    assert warning["about"][0]["date"] == "2026-04-24"
    assert "cần xác minh" in warning["source"]["vi"]
    assert "to be confirmed" in warning["source"]["en"]
    events.edited(event, conclusion={"number": "9/TB", "date": "2026-04-24"})
    assert key not in warned(events, event)
    events.edited(event, conclusion={"date": "2026-04-25"})
    assert key in warned(events, event)


@pytest.mark.parametrize(
    ("day", "name", "sure"),
    [
        ("2026-04-26", "Giỗ Tổ Hùng Vương", True),
        ("2026-04-30", "Ngày Chiến thắng", True),
        ("2026-05-01", "Ngày Quốc tế lao động", True),
        ("2026-09-01", "Quốc khánh", True),
        ("2026-09-02", "Quốc khánh", True),
        ("2027-01-01", "Tết Dương lịch", True),
        ("2027-02-05", "Tết Âm lịch", False),
        ("2027-02-06", "Tết Âm lịch", False),
        ("2027-02-09", "Tết Âm lịch", False),
        ("2027-04-16", "Giỗ Tổ Hùng Vương", True),
    ],
)
def test_a_holiday_is_named_with_the_law_that_makes_it_one(
    events: Events, day: str, name: str, sure: bool
) -> None:
    """Which days Tết has is said anew each year: until then they are to be confirmed."""
    event = events.draft(**at(day))

    warning = warned(events, event)["holiday"]

    assert warning["source"]["vi"] == "Bộ luật Lao động 45/2019/QH14, Điều 112"
    (about,) = warning["about"]
    assert (about["date"], about["text"]["vi"]) == (day, name)
    assert ("cần xác minh" not in about["source"]["vi"]) is sure
    assert publish(events, event).status_code == 200


def test_the_holidays_are_eleven_days_a_year(events: Events) -> None:
    """As article 112 counts them."""
    with events.database.engine.connect() as connection:
        days = [row.date for row in connection.execute(sa.text("SELECT date FROM holidays"))]

    years = [str(day)[:4] for day in days]
    assert (years.count("2026"), years.count("2027"), len(set(days))) == (11, 11, 22)


def test_days_are_those_of_the_events_zone(events: Events) -> None:
    """30 April from 17:00 UTC on is 1 May there; an event over several days meets every holiday in between."""
    evening = datetime(2026, 4, 29, 17, tzinfo=UTC)
    event = events.draft(
        starts_at=evening, ends_at=evening + timedelta(days=1), registration_closes_at=evening
    )

    about = warned(events, event)["holiday"]["about"]

    assert [one["date"] for one in about] == ["2026-04-30", "2026-05-01"]
    assert "holiday" not in warned(events, events.draft(**at("2026-04-29")))


def test_a_leader_in_two_places_at_once_is_warned_of(events: Events) -> None:
    """A leader is a role of an organisation, however it is written; one after the other is fine."""
    first = events.published_event(**at("2026-03-26"), venue={"name": "Nơi khác"})
    host = {
        "role_title": {"vi": "CHỦ TỊCH  UBND phường"},
        "organisation_id": str(events.organisation),
    }
    event = events.draft(**at("2026-03-26"), hosts=[host])

    about = warned(events, event)["leader_in_two_places"]["about"]

    assert [(one["event_id"], one["text"]) for one in about] == [(first["id"], first["title"])]
    assert publish(events, event).status_code == 200
    assert "leader_in_two_places" in warned(events, first)
    after = datetime.fromisoformat("2026-03-26T11:00:00+07:00")
    later = {
        "starts_at": after,
        "ends_at": after + timedelta(hours=1),
        "registration_closes_at": after,
    }
    assert warned(events, events.draft(**later)) == {}
    elsewhere = [{"role_title": {"vi": "Chủ tịch UBND phường"}, "organisation_id": str(new_id())}]
    other = events.draft(**at("2026-03-26"), hosts=elsewhere, venue={"name": "Nơi thứ ba"})
    assert warned(events, other) == {}


def test_a_room_in_two_places_at_once_is_warned_of(events: Events) -> None:
    """By its name with the room, else with the address; a name alone is of many places."""
    key = "room_in_two_places"
    room = {"name": "Trụ sở phường", "room": "Phòng họp 2", "address": "Số 1"}
    first = events.published_event(**at("2026-03-26"), hosts=[], venue=room)

    def warns(**venue: Any) -> bool:
        draft = events.draft(**at("2026-03-26", hours=1), hosts=[], venue=venue)
        found = key in warned(events, draft)
        # Out of the way of the next.
        events.edited(draft, **at("2026-06-01"))
        return found

    assert warns(name="TRU SO PHUONG", room="phòng họp 2")
    assert not warns(name="Trụ sở phường", room="Phòng họp 3")
    assert not warns(name="Trụ sở phường")
    event = events.draft(**at("2026-03-26"), hosts=[], venue={"name": "Nhà văn hóa"})
    events.edited(event, venue={"name": "Trụ sở phường", "room": "Phòng họp 2"})
    assert [one["event_id"] for one in warned(events, event)[key]["about"]] == [first["id"]]
    events.edited(event, venue={"room": "Phòng họp 5"})
    assert warned(events, event) == {}


def test_what_does_not_take_place_takes_no_room(events: Events) -> None:
    """Cancelled, postponed or moved away; and the drafts of others are nobody's to know."""
    key = "room_in_two_places"
    gone, off, moved = (events.published_event(hosts=[]) for _ in range(3))
    other = new_id()
    events.post(
        "/events",
        events.body(organisation_id=other, hosts=[]),
        by=Person().with_role("organiser", other),
    )
    event = events.draft(hosts=[])
    assert len(warned(events, event)[key]["about"]) == 3

    events.cancelled(gone)
    reason = {"reason": {"vi": "Bão"}}
    events.post(f"/events/{off['id']}/postpone", reason, by=events.organiser)
    events.moved(moved)

    assert warned(events, event) == {}


def test_a_window_that_closes_after_the_start_is_warned_of(events: Events) -> None:
    """It is allowed: some let people in while it runs."""
    times = at("2026-03-26")
    event = events.draft(**times | {"registration_closes_at": times["ends_at"]})

    assert warned(events, event).keys() == {"registration_closes_after_start"}
    assert publish(events, event).status_code == 200


def test_an_unfinished_draft_is_warned_of_what_is_known(events: Events) -> None:
    """Without times there is nothing that could clash."""
    nothing = dict.fromkeys(
        ("starts_at", "ends_at", "registration_opens_at", "registration_closes_at")
    )
    event = events.draft(kind="dialogue_youth", **nothing)

    assert warned(events, event).keys() == {"youth_published_with_programme"}
    # What is missing is said before any warning.
    assert publish(events, event).status_code == 422


def test_a_rule_is_a_row(events: Events) -> None:
    """Another notice, for all kinds; and a check that this release does not know warns of nothing."""
    with events.database.engine.begin() as connection:
        connection.execute(
            sa.text("UPDATE rules SET kinds = NULL, parameters = :p WHERE key = :key"),
            {"key": NOTICE, "p": '{"days": 60}'},
        )
        connection.execute(
            sa.text("UPDATE rules SET \"check\" = 'of_tomorrow' WHERE key = :key"),
            {"key": "holiday"},
        )
    event = events.draft(**at("2026-04-30"))

    about = warned(events, event)[NOTICE]["about"]

    assert date.fromisoformat(about[0]["date"]) == date(2026, 3, 1)
    assert "holiday" not in warned(events, event)


def test_the_number_of_queries_does_not_grow_with_the_warnings(events: Events) -> None:
    """However many events there are in the same room."""
    event = events.draft()
    asked: list[str] = []

    def note(*args: Any) -> None:
        asked.append(args[2])

    def queries() -> int:
        asked.clear()
        warned(events, event)
        return len(asked)

    sa.event.listen(events.database.engine, "before_cursor_execute", note)
    try:
        few = queries()
        for _ in range(5):
            events.draft()
        assert len(warned(events, event)["room_in_two_places"]["about"]) == 5
        assert queries() == few
    finally:
        sa.event.remove(events.database.engine, "before_cursor_execute", note)

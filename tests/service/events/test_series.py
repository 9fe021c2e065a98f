"""Series: a draft and a rule become drafts by date; changed one, some or all, told as if each were alone."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from threading import Barrier
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import sqlalchemy as sa
from werkzeug.test import TestResponse

from shared.database.types import jsonable
from shared.ids import new_id
from tests.service.events.conftest import MOVED_BECAUSE, Events, wrong_fields
from tests.support.harness import Person, problem

WEEKLY = "FREQ=WEEKLY;COUNT=4"
WHY = {"vi": "Bão lớn", "en": "A storm"}


def _make(events: Events, rule: str = WEEKLY, **changes: Any) -> dict[str, Any]:
    """A series out of a draft that starts on Thursday, 26 March, at 9:00."""
    answer = _ask(events, rule, events.draft(**changes))
    assert answer.status_code == 201, answer.get_data(as_text=True)
    return dict(answer.json)


def _ask(events: Events, rule: str, event: dict[str, Any], **kwargs: Any) -> TestResponse:
    body = {"event_id": event["id"], "rule": rule}
    return events.post("/series", body, **({"by": events.organiser} | kwargs))


def _published(events: Events, rule: str = WEEKLY, **changes: Any) -> dict[str, Any]:
    return _post(events, _make(events, rule, **changes), "publish")


def _post(events: Events, series: dict[str, Any], verb: str, **body: Any) -> dict[str, Any]:
    answer = events.post(f"/series/{series['id']}/{verb}", body, by=events.organiser)
    assert answer.status_code == 200, answer.get_data(as_text=True)
    return dict(answer.json)


def _change(
    events: Events, series: dict[str, Any], *, match: str = "*", **body: Any
) -> TestResponse:
    body = {"from" if name == "since" else name: value for name, value in body.items()}
    return events.call(
        "PATCH",
        f"/series/{series['id']}",
        jsonable(body),
        by=events.organiser,
        language="en",
        headers={"If-Match": match},
    )


def _changed(events: Events, series: dict[str, Any], **body: Any) -> dict[str, Any]:
    answer = _change(events, series, **body)
    assert answer.status_code == 200, answer.get_data(as_text=True)
    return dict(answer.json)


def _show(events: Events, series: dict[str, Any], **kwargs: Any) -> dict[str, Any]:
    answer = events.get(f"/series/{series['id']}", **({"by": events.organiser} | kwargs))
    assert answer.status_code == 200, answer.get_data(as_text=True)
    return dict(answer.json)


def _days(series: dict[str, Any], name: str = "starts_at") -> list[str]:
    """The dates of the events, on the clocks of the series."""
    zone = ZoneInfo(series["timezone"])
    shown = [datetime.fromisoformat(one[name]).astimezone(zone) for one in series["events"]]
    return [f"{moment:%m-%d %H:%M}" for moment in shown]


def _titles(series: dict[str, Any]) -> list[str]:
    return [event["title"]["vi"] for event in series["events"]]


def _ids(series: dict[str, Any]) -> list[str]:
    return [event["id"] for event in series["events"]]


def _types(events: Events, event: dict[str, Any]) -> list[str]:
    return [one.type for one in events.told_of(event)]


@contextmanager
def _counted(events: Events) -> Iterator[list[str]]:
    """The SQL statements that run meanwhile."""
    seen: list[str] = []

    def note(*arguments: Any) -> None:
        seen.append(arguments[2])

    sa.event.listen(events.database.engine, "before_cursor_execute", note)
    try:
        yield seen
    finally:
        sa.event.remove(events.database.engine, "before_cursor_execute", note)


# --- A draft and a rule ---


def test_a_draft_and_a_rule_become_a_draft_for_each_date(events: Events) -> None:
    """Each is an event of its own; what is counted from the start moves along; nobody is told."""
    first = events.draft(
        agenda=[
            {
                "starts_at": events.clock.now() + timedelta(days=21),
                "ends_at": events.clock.now() + timedelta(days=21, minutes=30),
                "title": {"vi": "Khai mạc"},
            }
        ],
        partners=[new_id()],
    )

    series = _ask(events, "rrule:count=4;freq=weekly", first).json

    assert (series["rule"], series["outside"]) == ("FREQ=WEEKLY;COUNT=4", [])
    assert _days(series) == ["03-26 09:00", "04-02 09:00", "04-09 09:00", "04-16 09:00"]
    assert _days(series, "ends_at")[3] == "04-16 11:00"
    assert _days(series, "registration_opens_at")[3] == "03-25 09:00"
    assert _days(series, "registration_closes_at")[3] == "04-15 09:00"
    assert series["events"][0]["id"] == first["id"]
    last = series["events"][3]
    assert last["agenda"][0]["starts_at"] == "2026-04-16T02:00:00Z"
    assert last["partners"] == first["partners"]
    assert {event["status"] for event in series["events"]} == {"draft"}
    assert len({event["uid"] for event in series["events"]}) == 4
    shown = events.show(last)
    assert shown["series_id"] == series["id"]
    assert shown["occurrence"] == shown["starts_at"]
    assert events.published() == []


def test_a_request_for_a_series_may_be_repeated(events: Events) -> None:
    """With its key it makes one series; without, the draft is of a series already."""
    draft, organiser = events.draft(), events.organiser
    first = _ask(events, WEEKLY, draft, key="k", by=organiser)
    again = _ask(events, WEEKLY, draft, key="k", by=organiser)
    assert (again.status_code, again.json) == (201, first.json)
    assert problem(_ask(events, WEEKLY, draft)) == "repeats-already"
    assert (events.count("series"), events.count("events")) == (1, 4)


def test_only_ones_own_draft_that_has_a_start_is_repeated(events: Events) -> None:
    """A published event is not made the first of many; another's does not exist."""
    other = Person().with_role("organiser", new_id())
    body = {"event_id": events.draft()["id"], "rule": WEEKLY}
    assert problem(events.post("/series", body, by=other)) == "not-found"
    assert problem(_ask(events, WEEKLY, events.published_event())) == "only-drafts-repeat"
    unfinished = events.draft(starts_at=None, ends_at=None, registration_closes_at=None)
    assert set(wrong_fields(_ask(events, WEEKLY, unfinished))) == {"starts_at"}
    assert events.count("series") == 0


@pytest.mark.parametrize(
    ("rule", "said"),
    [
        ("FREQ=DAILY;BYHOUR=9;COUNT=2", "not supported: BYHOUR"),
        ("FREQ=DAILY;LUCK=1;COUNT=2", "not supported: ?"),
        ("FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=31;COUNT=2", "start does not fit"),
        ("FREQ=DAILY;UNTIL=20260231", "no such date"),
        ("FREQ=DAILY;UNTIL=20260101", "start does not fit"),
        ("FREQ=DAILY;COUNT=1000000", "more than 200"),
        ("FREQ=DAILY;UNTIL=20400101", "more than 200"),
        ("FREQ=YEARLY;COUNT=100", "further than 15 years"),
        ("FREQ=WEEKLY;BYDAY=MO;COUNT=3", "start does not fit"),
        ("FREQ=DAILY", "exactly one end"),
        ("💥", "not supported: ?"),
    ],
)
def test_a_rule_that_cannot_be_kept_is_refused_by_name(
    events: Events, rule: str, said: str
) -> None:
    """Seen beforehand, when a series is made, and when its rule is changed; nothing is stored."""
    draft, starts_at = events.draft(), events.clock.now() + timedelta(days=21)
    asked = jsonable({"rule": rule, "starts_at": starts_at})
    series = _make(events)

    answers = [
        events.post("/series/preview", asked, by=events.organiser, language="en"),
        _ask(events, rule, draft, language="en"),
        _change(events, series, rule=rule),
    ]

    for answer in answers:
        assert answer.status_code == 422
        assert said in wrong_fields(answer)["rule"]
    assert (events.count("series"), events.count("events")) == (1, 5)
    assert _show(events, series) == series


def test_a_preview_shows_the_dates_and_keeps_nothing(events: Events) -> None:
    """In the zone that is asked for; a zone that nobody knows is named."""
    body = {"rule": "freq=weekly;count=2;", "starts_at": "2026-03-26T14:00:00Z"}

    shown = events.post("/series/preview", body | {"timezone": "Europe/Paris"}, by=Person()).json
    wrong = events.post("/series/preview", body | {"timezone": "Mars/Base"}, by=Person())

    assert shown == {
        "rule": "FREQ=WEEKLY;COUNT=2",
        "dates": ["2026-03-26T15:00:00+01:00", "2026-04-02T15:00:00+02:00"],
    }
    assert set(wrong_fields(wrong)) == {"timezone"}
    assert (events.count("series"), events.count("events")) == (0, 0)


def test_clocks_keep_their_hour_where_the_offset_changes(events: Events) -> None:
    """Of the start and of everything that is counted from it."""
    paris = ZoneInfo("Europe/Paris")
    starts_at = datetime(2026, 3, 26, 18, tzinfo=paris)

    series = _make(
        events,
        timezone="Europe/Paris",
        starts_at=starts_at,
        ends_at=starts_at + timedelta(hours=15),
        registration_closes_at=datetime(2026, 3, 24, 8, tzinfo=paris),
    )

    assert _days(series) == ["03-26 18:00", "04-02 18:00", "04-09 18:00", "04-16 18:00"]
    assert {day[-5:] for day in _days(series, "ends_at")} == {"09:00"}
    assert {day[-5:] for day in _days(series, "registration_closes_at")} == {"08:00"}
    assert series["events"][1]["occurrence"] == "2026-04-02T16:00:00+00:00"


def test_a_start_in_an_hour_that_clocks_skip_still_ends_after_it_starts(events: Events) -> None:
    """It begins an hour later that day, and lasts as long as the others."""
    starts_at = datetime(2026, 3, 28, 2, 30, tzinfo=ZoneInfo("Europe/Paris"))

    series = _make(
        events,
        "FREQ=DAILY;COUNT=3",
        timezone="Europe/Paris",
        starts_at=starts_at,
        ends_at=starts_at + timedelta(minutes=20),
        registration_closes_at=starts_at,
    )

    assert _days(series) == ["03-28 02:30", "03-29 03:30", "03-30 02:30"]
    assert _days(series, "ends_at") == ["03-28 02:50", "03-29 03:50", "03-30 02:50"]


# --- One, some, all ---


def test_what_was_changed_for_one_alone_stays(events: Events) -> None:
    """When the texts change, when the hour does, and when the rule does; the rest of it goes along."""
    series = _make(events)
    events.edited(series["events"][1], title={"vi": "Buổi đặc biệt"})
    late = events.moment(series["events"][2]["starts_at"]) + timedelta(hours=5)
    events.edited(
        series["events"][2],
        starts_at=late,
        ends_at=late + timedelta(hours=1),
    )

    _changed(events, series, title={"vi": "Tên mới"}, venue={"room": "Phòng 2"})
    first = events.moment(series["starts_at"]) + timedelta(hours=1)
    changed = _changed(events, series, starts_at=first, rule="FREQ=WEEKLY;COUNT=5")

    assert _titles(changed) == ["Tên mới", "Buổi đặc biệt", "Tên mới", "Tên mới", "Tên mới"]
    assert _days(changed) == [
        "03-26 10:00",
        "04-02 10:00",
        "04-09 14:00",
        "04-16 10:00",
        "04-23 10:00",
    ]
    assert _days(changed, "ends_at")[1:3] == ["04-02 12:00", "04-09 15:00"]
    assert _days(changed, "occurrence")[2] == "04-09 10:00"
    assert _ids(changed)[:4] == _ids(series)
    assert {event["venue"]["room"] for event in changed["events"]} == {"Phòng 2"}
    assert {event["venue"]["name"] for event in changed["events"]} == {"Hội trường lớn"}


def test_new_dates_look_like_those_that_do_not_stand_apart(events: Events) -> None:
    """Even if the first does."""
    series = _make(events)
    events.edited(series["events"][0], title={"vi": "Khai mạc"}, capacity=500)

    changed = _changed(events, series, rule="FREQ=WEEKLY;COUNT=5", summary={"vi": "Mới"})

    assert changed["events"][4]["title"] == series["events"][1]["title"]
    assert [event["capacity"] for event in changed["events"]] == [500, 50, 50, 50, 50]
    assert {event["summary"]["vi"] for event in changed["events"]} == {"Mới"}


def test_this_and_following_become_a_series_of_their_own(events: Events) -> None:
    """The series ends before it; each rule gives exactly the dates of its events."""
    series = _make(events)
    third = series["events"][2]

    following = _changed(events, series, since=third["id"], title={"vi": "Tên mới"})

    before = _show(events, series)
    assert (before["rule"], following["rule"]) == (
        "FREQ=WEEKLY;UNTIL=20260402T020000Z",
        "FREQ=WEEKLY;COUNT=2",
    )
    assert (_ids(before), _ids(following)) == (_ids(series)[:2], _ids(series)[2:])
    assert set(_titles(before)).isdisjoint(_titles(following))
    assert set(_titles(following)) == {"Tên mới"}
    assert events.show(third)["series_id"] == following["id"] != series["id"]
    assert before["outside"] == following["outside"] == []


def test_following_with_another_rule_leaves_what_was_before(events: Events) -> None:
    """Dates that exist in both keep their events, exceptions and all."""
    series = _make(events)
    events.edited(series["events"][3], title={"vi": "Tổng kết"})

    following = _changed(
        events, series, since=series["events"][1]["id"], rule="FREQ=DAILY;INTERVAL=14;COUNT=3"
    )

    assert _days(following) == ["04-02 09:00", "04-16 09:00", "04-30 09:00"]
    assert _ids(following)[:2] == [_ids(series)[1], _ids(series)[3]]
    assert _titles(following)[1] == "Tổng kết"
    assert _days(_show(events, series)) == ["03-26 09:00"]


def test_from_the_first_on_is_all(events: Events) -> None:
    """So the series stays the one that it is."""
    series = _make(events)
    changed = _changed(events, series, since=series["events"][0]["id"], title={"vi": "Tên"})
    assert (changed["id"], set(_titles(changed))) == (series["id"], {"Tên"})
    assert events.count("series") == 1


def test_from_an_event_that_is_none_of_its_dates_is_refused(events: Events) -> None:
    """For changes, publishing and cancelling alike."""
    series, other = _make(events), events.draft()
    assert set(wrong_fields(_change(events, series, since=other["id"]))) == {"from"}
    for verb, body in (("publish", {}), ("cancel", {"reason": WHY})):
        answer = events.post(
            f"/series/{series['id']}/{verb}", body | {"from": other["id"]}, by=events.organiser
        )
        assert set(wrong_fields(answer)) == {"from"}


def test_when_the_first_date_moves_the_events_move_with_it(events: Events) -> None:
    """In their order, each with its id: from Thursdays to Fridays."""
    series = _make(events)
    first = events.moment(series["starts_at"]) + timedelta(days=1)

    changed = _changed(events, series, starts_at=first, rule="FREQ=WEEKLY;BYDAY=FR;COUNT=5")

    assert _ids(changed)[:4] == _ids(series)
    assert _days(changed) == [
        f"{day} 09:00" for day in ("03-27", "04-03", "04-10", "04-17", "04-24")
    ]


# --- Published ones ---


def test_published_together_each_is_told_as_if_it_were_alone(events: Events) -> None:
    """And its partners are invited; done twice, it is done once."""
    series = _make(events, partners=[new_id()])

    published = _post(events, series, "publish")

    assert {event["status"] for event in published["events"]} == {"published"}
    for event in series["events"]:
        assert _types(events, event) == ["event.published", "partner.invited"]
    assert _post(events, series, "publish") == published
    assert len(events.published()) == 8
    assert len(_show(events, series, by=None)["events"]) == 4


def test_publishing_is_for_all_or_for_none(events: Events) -> None:
    """One that is not finished holds up the others; those that follow another may go alone."""
    series = _make(events)
    events.edited(series["events"][0], venue=None)

    answer = events.post(f"/series/{series['id']}/publish", by=events.organiser)
    assert set(wrong_fields(answer)) == {"venue.name"}
    assert events.published() == []

    part = _post(events, series, "publish", **{"from": series["events"][1]["id"]})
    assert [event["status"] for event in part["events"]] == ["draft", *["published"] * 3]


def test_a_change_of_texts_is_told_for_each_published_event(events: Events) -> None:
    """With the message of a single edit, and in calendars."""
    series = _published(events)

    changed = _changed(events, series, title={"vi": "Tên mới"})

    for event in changed["events"]:
        told = events.told_of(event)[-1]
        assert (told.type, told.data["changed"]) == ("event.changed", ["title"])
        assert event["calendar_sequence"] == 1
    # Nothing differs: nobody is told again.
    _changed(events, series, title={"vi": "Tên mới"})
    assert len(events.published("event.changed")) == 4


def test_published_events_move_with_a_reason_alone(events: Events) -> None:
    """Everything in them moves along, and when registration opened stays as announced."""
    agenda = [
        {
            "starts_at": events.clock.now() + timedelta(days=21),
            "ends_at": events.clock.now() + timedelta(days=21, hours=1),
            "title": {"vi": "Hỏi đáp"},
        }
    ]
    series = _published(events, agenda=agenda)
    first = events.moment(series["starts_at"]) + timedelta(hours=4)

    refused = _change(events, series, starts_at=first)
    assert set(wrong_fields(refused)) == {"reason"}
    assert _show(events, series)["events"] == series["events"]

    moved = _changed(events, series, starts_at=first, reason=MOVED_BECAUSE)

    assert _days(moved) == [f"{day} 13:00" for day in ("03-26", "04-02", "04-09", "04-16")]
    for before, after in zip(series["events"], moved["events"], strict=True):
        told = events.told_of(after)[-1]
        assert (told.type, told.data["reason"]) == ("event.changed", MOVED_BECAUSE)
        assert set(told.data["changed"]) == {
            "starts_at",
            "ends_at",
            "registration_closes_at",
            "agenda",
        }
        assert after["registration_opens_at"] == before["registration_opens_at"]
        assert events.moment(after["agenda"][0]["starts_at"]) == events.moment(after["starts_at"])


def test_one_moved_alone_stays_where_it_was_moved_to(events: Events) -> None:
    """Its date in the series is still its own: the rule does not make another."""
    series = _published(events)
    moved = events.moved(series["events"][1], days=1)
    first = events.moment(series["starts_at"]) + timedelta(hours=2)

    changed = _changed(events, series, starts_at=first, reason=MOVED_BECAUSE)

    assert _days(changed) == ["03-26 11:00", "04-03 09:00", "04-09 11:00", "04-16 11:00"]
    assert changed["events"][1]["id"] == moved["id"]
    assert _types(events, moved).count("event.changed") == 1


def test_dates_that_are_gone_delete_drafts_and_name_what_was_published(events: Events) -> None:
    """Published ones stay until they are cancelled with a reason; they are found again if their date is."""
    series = _make(events)
    events.publish(series["events"][1])
    shorter = {"rule": "FREQ=WEEKLY;INTERVAL=2;COUNT=2"}

    kept = _changed(events, series, **shorter)

    assert _days(kept) == ["03-26 09:00", "04-02 09:00", "04-09 09:00"]
    assert kept["outside"] == [series["events"][1]["id"]]
    assert _types(events, series["events"][1]) == ["event.published"]
    gone = events.get(f"/events/{series['events'][3]['id']}", by=events.organiser)
    assert problem(gone) == "not-found"

    back = _changed(events, series, rule=WEEKLY)
    assert (_ids(back)[:3], back["outside"]) == (_ids(series)[:3], [])
    assert _ids(back)[3] != _ids(series)[3]

    called_off = _changed(events, series, **shorter, cancel_reason=WHY)
    assert called_off["outside"] == []
    cancelled = called_off["events"][1]
    assert (cancelled["status"], cancelled["reason"]) == ("cancelled", WHY)
    assert _types(events, cancelled)[-1] == "event.cancelled"


def test_all_or_those_that_follow_are_cancelled_with_a_reason(events: Events) -> None:
    """Drafts stay, what has begun too; done twice, it is done once."""
    series = _make(events)
    for event in series["events"][:3]:
        events.publish(event)

    without = events.post(f"/series/{series['id']}/cancel", {}, by=events.organiser)
    assert set(wrong_fields(without)) == {"reason"}
    since = {"from": series["events"][2]["id"]}
    part = _post(events, series, "cancel", reason=WHY, **since)
    assert [event["status"] for event in part["events"]] == [
        "published",
        "published",
        "cancelled",
        "draft",
    ]
    events.clock.advance(days=22)
    rest = _post(events, series, "cancel", reason=WHY)
    assert [event["status"] for event in rest["events"]] == [
        "published",
        "cancelled",
        "cancelled",
        "draft",
    ]
    assert _post(events, series, "cancel", reason=WHY) == rest
    assert [one.data["reason"] for one in events.published("event.cancelled")] == [WHY, WHY]


def test_what_is_over_or_called_off_stays_as_it_was(events: Events) -> None:
    """Nobody is told anew of what took place or was cancelled; one that is postponed gets its texts, no time."""
    series = _published(events)
    events.cancelled(series["events"][2])
    events.post(
        f"/events/{series['events'][3]['id']}/postpone", {"reason": WHY}, by=events.organiser
    )
    events.clock.advance(days=22)
    first = events.moment(series["starts_at"]) + timedelta(hours=1)

    changed = _changed(
        events, series, starts_at=first, title={"vi": "Tên mới"}, reason=MOVED_BECAUSE
    )

    assert [title == "Tên mới" for title in _titles(changed)] == [False, True, False, True]
    assert _days(changed) == ["03-26 09:00", "04-02 10:00", "04-09 09:00", "04-16 09:00"]
    assert changed["events"][3]["status"] == "postponed"
    assert changed["outside"] == []


def test_a_date_that_lies_behind_is_not_made_up(events: Events) -> None:
    """A denser rule gives new drafts from now on."""
    series = _make(events, "FREQ=WEEKLY;COUNT=2")
    events.clock.advance(days=24)
    changed = _changed(events, series, rule="FREQ=DAILY;UNTIL=20260402")
    assert [day[:5] for day in _days(changed)] == [
        "03-26",
        "03-30",
        "03-31",
        "04-01",
        "04-02",
    ]


# --- Wrong, at once, and how much ---


def test_what_cannot_be_is_refused_for_all_of_them(events: Events) -> None:
    """An end before the start, a field of one alone, a zone; nothing is changed."""
    series = _make(events)
    before = events.moment(series["starts_at"]) - timedelta(hours=1)

    assert set(wrong_fields(_change(events, series, ends_at=before))) >= {"ends_at"}
    assert set(wrong_fields(_change(events, series, timezone="Asia/Tokyo"))) == {"timezone"}
    assert set(wrong_fields(_change(events, series, starts_at=None))) == {"starts_at"}
    assert set(wrong_fields(_change(events, series, reason={"vi": " "}))) == {"reason.vi"}
    assert set(wrong_fields(_change(events, series, kind="nothing"))) == {"kind"}
    published = _published(events)
    assert problem(_change(events, published, capacity=5)) == "fixed-after-publication"
    assert _show(events, series) == series


def test_a_series_is_its_organisations(events: Events) -> None:
    """Nobody else sees drafts of it or changes it; what is published is everybody's."""
    series = _make(events)
    other = Person().with_role("organiser", new_id())
    path = f"/series/{series['id']}"
    for by in (None, Person(), other):
        assert problem(events.get(path, by=by)) == "not-found"
    assert problem(events.post(f"{path}/publish", by=other)) == "not-found"
    assert problem(events.post(f"{path}/cancel", {"reason": WHY}, by=other)) == "not-found"
    change = events.call("PATCH", path, {"title": {"vi": "X"}}, by=other, headers={"If-Match": "*"})
    assert problem(change) == "not-found"
    assert len(_show(events, series, by=events.leader)["events"]) == 4
    events.publish(series["events"][1])
    assert _ids(_show(events, series, by=None)) == [series["events"][1]["id"]]


def test_a_change_names_the_version_that_it_saw(events: Events) -> None:
    """A stale one is refused, one without a version too."""
    series = _make(events)
    seen = events.get(f"/series/{series['id']}", by=events.organiser).headers["ETag"]
    changed = _change(events, series, match=seen, title={"vi": "Một"})
    assert changed.headers["ETag"] != seen
    assert problem(_change(events, series, match=seen, title={"vi": "Hai"})) == "edited-meanwhile"
    bare = events.call("PATCH", f"/series/{series['id']}", {}, by=events.organiser)
    assert problem(bare) == "match-required"


def test_of_two_changes_at_once_one_is_told_to_look_again(events: Events) -> None:
    """While single events are edited beside them; nothing is mixed, nobody waits for ever."""
    series = _published(events)
    seen = events.get(f"/series/{series['id']}", by=events.organiser).headers["ETag"]
    barrier = Barrier(3)

    def at_once(ask: Callable[[], TestResponse]) -> int:
        barrier.wait(timeout=10)
        return ask().status_code

    def edit_one() -> TestResponse:
        return events.edit(series["events"][3], summary={"vi": "Riêng"})

    asked = [
        lambda: _change(events, series, match=seen, title={"vi": "Một"}),
        lambda: _change(events, series, match=seen, title={"vi": "Hai"}),
        edit_one,
    ]
    with ThreadPoolExecutor(3) as pool:
        codes = list(pool.map(at_once, asked))

    assert sorted(codes[:2]) == [200, 412]
    assert codes[2] == 200
    shown = _show(events, series)
    assert len(set(_titles(shown))) == 1
    assert shown["events"][3]["summary"]["vi"] == "Riêng"
    assert len(events.published("event.changed")) == 5


def test_the_statements_grow_with_the_events_and_not_faster(events: Events) -> None:
    """From 10 to 50 events each step takes a bounded number more for each."""
    taken: dict[str, list[int]] = {}
    for count in (10, 30, 50):
        draft = events.draft(partners=[new_id()])
        rule = f"FREQ=DAILY;COUNT={count}"
        with _counted(events) as making:
            series = _ask(events, rule, draft).json
        with _counted(events) as publishing:
            _post(events, series, "publish")
        with _counted(events) as changing:
            _changed(
                events,
                series,
                starts_at=events.moment(series["starts_at"]) + timedelta(hours=1),
                title={"vi": "Tên mới"},
                reason=MOVED_BECAUSE,
            )
        with _counted(events) as showing:
            _show(events, series)
        with _counted(events) as cancelling:
            _post(events, series, "cancel", reason=WHY)
        steps = {
            "making": making,
            "publishing": publishing,
            "changing": changing,
            "showing": showing,
            "cancelling": cancelling,
        }
        for name, seen in steps.items():
            taken.setdefault(name, []).append(len(seen))

    grown = {name: [after - less for less, after in pairwise(seen)] for name, seen in taken.items()}
    # Twenty more events: as many more statements the second time as the first.
    assert all(second <= first + 5 for first, second in grown.values()), taken
    assert all(first <= 20 * 14 for first, _ in grown.values()), taken
    assert taken["showing"][2] <= 8


def test_a_series_of_two_hundred_is_made_and_published(events: Events) -> None:
    """The most that a rule may give."""
    series = _make(events, "FREQ=DAILY;COUNT=200")
    published = _post(events, series, "publish")
    assert len(published["events"]) == 200
    assert len(events.published("event.published")) == 200
    assert events.clock.now() < datetime(2027, 1, 1, tzinfo=UTC)

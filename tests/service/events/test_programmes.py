"""Programmes: what an authority owes in a year, how far it is at each moment, and copying it to another year."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from werkzeug.test import TestResponse

from services.events.models.yearly import same_day
from shared.database.types import jsonable
from shared.ids import new_id
from tests.service.events.conftest import Events, wrong_fields
from tests.support.harness import Person, problem


def item(**changes: Any) -> dict[str, Any]:
    """What is owed: one dialogue in March 2026."""
    fields = {
        "kind": "dialogue",
        "title": {"vi": "Đối thoại với doanh nghiệp trẻ"},
        "due_from": "2026-03-01",
        "due_until": "2026-03-31",
    }
    return fields | changes


def body(events: Events, **changes: Any) -> dict[str, Any]:
    """What an organiser sends of a programme."""
    fields = {
        "organisation_id": events.organisation,
        "year": 2026,
        "title": {"vi": "Chương trình đổi mới sáng tạo", "en": "Innovation programme"},
        "legal_basis": {"number": "12/KH-UBND", "issuer": "UBND phường", "date": "2026-01-05"},
        "funding_source": "Ngân sách phường",
        "estimate": 250_000_000,
        "items": [item()],
    }
    return dict(jsonable(fields | changes))


def begin(events: Events, **changes: Any) -> dict[str, Any]:
    answer = events.post("/programmes", body(events, **changes), by=events.organiser)
    assert answer.status_code == 201, answer.get_data(as_text=True)
    return dict(answer.json)


def change(
    events: Events,
    programme: dict[str, Any],
    *,
    match: str | None = "*",
    by: Person | None = None,
    language: str = "vi",
    **fields: Any,
) -> TestResponse:
    return events.call(
        "PATCH",
        f"/programmes/{programme['id']}",
        jsonable(fields),
        by=by or events.organiser,
        language=language,
        headers={"If-Match": match} if match else {},
    )


def show(events: Events, programme: dict[str, Any], by: Person | None = None) -> dict[str, Any]:
    answer = events.get(f"/programmes/{programme['id']}", by=by)
    assert answer.status_code == 200
    return dict(answer.json)


def states(events: Events, programme: dict[str, Any]) -> list[str]:
    return [one["state"] for one in show(events, programme)["items"]]


def copy(events: Events, programme: dict[str, Any], year: int, **more: Any) -> TestResponse:
    path = f"/programmes/{programme['id']}/copy"
    return events.post(path, {"year": year}, by=events.organiser, **more)


def copied(events: Events, programme: dict[str, Any], year: int) -> dict[str, Any]:
    answer = copy(events, programme, year)
    assert answer.status_code == 201, answer.get_data(as_text=True)
    return dict(answer.json)


def queries(events: Events, path: str, by: Person | None = None) -> int:
    """How many statements an answer takes."""
    asked: list[str] = []

    def note(*args: Any) -> None:
        asked.append(args[2])

    sa.event.listen(events.database.engine, "before_cursor_execute", note)
    try:
        assert events.get(path, by=by).status_code == 200
    finally:
        sa.event.remove(events.database.engine, "before_cursor_execute", note)
    return len(asked)


def test_a_programme_is_everybodys_to_read(events: Events) -> None:
    """With its legal basis, its money and what it owes."""
    events.name_organisation(events.organisation, "Ủy ban nhân dân phường")

    shown = show(events, begin(events))

    assert shown["organisation"]["name"] == "Ủy ban nhân dân phường"
    assert (shown["year"], shown["estimate"]) == (2026, 250_000_000)
    assert shown["funding_source"] == "Ngân sách phường"
    assert shown["legal_basis"] == {
        "number": "12/KH-UBND",
        "issuer": "UBND phường",
        "date": "2026-01-05",
        "valid_from": None,
        "valid_until": None,
    }
    (owed,) = shown["items"]
    assert (owed["how_many"], owed["publish_until"], owed["state"]) == (1, "2026-03-31", "missing")


def test_only_organisers_of_its_owner_write_a_programme(events: Events) -> None:
    """And administrators; others do not learn whether it is theirs to change."""
    programme = begin(events)
    stranger = Person().with_role("organiser", new_id())

    assert events.post("/programmes", body(events), by=stranger).status_code == 403
    assert events.post("/programmes", body(events), by=events.leader).status_code == 403
    assert events.post("/programmes", body(events)).status_code == 401
    assert change(events, programme, by=stranger, estimate=1).status_code == 404
    path = f"/programmes/{programme['id']}/copy"
    assert events.post(path, {"year": 2027}, by=stranger).status_code == 404
    assert change(events, programme, by=Person(admin=True), estimate=1).json["estimate"] == 1


def test_programmes_are_listed_by_year_and_organisation(events: Events) -> None:
    """The newest year first, page after page."""
    other = new_id()
    for year in (2025, 2026, 2027):
        begin(events, year=year, items=[])
    someone = Person().with_role("organiser", other)
    events.post("/programmes", body(events, organisation_id=other, items=[]), by=someone)

    first = events.get("/programmes?limit=3").json
    second = events.get(f"/programmes?limit=3&cursor={first['next']}").json
    found = events.get(f"/programmes?year=2026&organisation_id={other}").json["items"]

    years = [one["year"] for one in first["items"] + second["items"]]
    assert years == [2027, 2026, 2026, 2025]
    assert second["next"] is None
    assert [one["organisation"]["id"] for one in found] == [str(other)]
    assert wrong_fields(events.get("/programmes?cursor=x")).keys() == {"cursor"}


@pytest.mark.parametrize(
    ("fields", "wrong"),
    [
        ({"year": 1800}, {"year"}),
        ({"title": {"en": "Only English"}}, {"title.vi"}),
        ({"estimate": -1}, {"estimate"}),
        ({"estimate": 1.5}, {"estimate"}),
        (
            {"items": [item(kind="party"), item(), item(kind="ball")]},
            {"items.0.kind", "items.2.kind"},
        ),
        ({"items": [item(due_until="2026-02-28")]}, {"items.0.due_until"}),
        ({"items": [item(due_from="2027-03-01", due_until="2027-03-31")]}, {"items.0.due_from"}),
        ({"items": [item(due_until="9999-12-31")]}, {"items.0.due_until"}),
        ({"items": [item(how_many=0)]}, {"items.0.how_many"}),
        ({"items": [item(id=str(new_id()))]}, {"items.0.id"}),
        (
            {"legal_basis": {"valid_from": "2026-02-01", "valid_until": "2026-01-31"}},
            {"legal_basis.valid_until"},
        ),
        ({"status": "done"}, {"status"}),
    ],
)
def test_what_cannot_be_is_refused_by_name(
    events: Events, fields: dict[str, Any], wrong: set[str]
) -> None:
    """All at once, each where it stands."""
    answer = events.post("/programmes", body(events, **fields), by=events.organiser)

    assert answer.status_code == 422
    assert wrong_fields(answer).keys() == wrong


def test_an_edit_keeps_what_it_does_not_name(events: Events) -> None:
    """Items with an id stay the ones they are; those that are not named are no longer owed."""
    programme = begin(events, items=[item(), item(kind="training")])
    kept = programme["items"][1]["id"]

    edited = change(
        events,
        programme,
        legal_basis={"valid_until": "2026-12-31"},
        items=[
            item(kind="training", id=kept, due_until="2026-06-30"),
            item(kind="meeting"),
        ],
    ).json

    assert edited["title"] == programme["title"]
    assert edited["legal_basis"]["number"] == "12/KH-UBND"
    assert [one["kind"] for one in edited["items"]] == ["training", "meeting"]
    assert edited["items"][0]["id"] == kept
    assert edited["items"][0]["due_until"] == "2026-06-30"
    twice = [item(kind="training", id=kept), item(kind="training", id=kept)]
    assert wrong_fields(change(events, programme, items=twice)).keys() == {"items.1.id"}
    assert change(events, programme, legal_basis=None).json["legal_basis"] is None


def test_of_two_edits_of_one_version_the_second_is_told(events: Events) -> None:
    """And one that does not say which version it saw."""
    programme = begin(events)
    etag = events.get(f"/programmes/{programme['id']}").headers["ETag"]

    first = change(events, programme, match=etag, estimate=1)
    second = change(events, programme, match=etag, estimate=2)

    assert (first.status_code, problem(second)) == (200, "edited-meanwhile")
    assert second.status_code == 412
    assert first.headers["ETag"] != etag
    unnamed = change(events, programme, match=None, estimate=3)
    assert (unnamed.status_code, problem(unnamed)) == (428, "match-required")
    assert show(events, programme)["estimate"] == 1


def test_a_programme_sent_twice_is_begun_once(events: Events) -> None:
    """With the same key."""
    sent = body(events)
    by = events.organiser
    answers = [events.post("/programmes", sent, by=by, key="k") for _ in range(2)]

    assert answers[0].json == answers[1].json
    assert answers[1].headers["Idempotent-Replayed"] == "true"


def test_an_item_is_missing_drafted_published_and_done(events: Events) -> None:
    """As its event goes on; held is enough, nobody has to say that it was completed."""
    programme = begin(events)
    owed = programme["items"][0]["id"]
    seen = states(events, programme)

    event = events.draft(owed_event_id=owed)
    assert event["programme_id"] == programme["id"]
    seen += states(events, programme)
    events.publish(event)
    seen += states(events, programme)
    events.clock.advance(days=22)
    seen += states(events, programme)
    events.post(f"/events/{event['id']}/complete", by=events.organiser)
    seen += states(events, programme)

    assert seen == ["missing", "drafted", "published", "done", "done"]


def test_what_is_off_does_not_count(events: Events) -> None:
    """A cancelled event pays nothing; a postponed one is planned without a time."""
    programme = begin(events)
    owed = programme["items"][0]["id"]
    event = events.published_event(owed_event_id=owed)

    reason = {"reason": {"vi": "Bão"}}
    events.post(f"/events/{event['id']}/postpone", reason, by=events.organiser)
    postponed = states(events, programme)
    events.cancelled(event)

    assert postponed + states(events, programme) == ["drafted", "missing"]


@pytest.mark.parametrize("last", ["missing", "drafted", "published"])
def test_what_is_not_held_is_late_after_its_last_day(events: Events, last: str) -> None:
    """The day ends with the authority's midnight. What is held afterwards is done all the same."""
    programme = begin(events)
    owed = programme["items"][0]["id"]
    times: dict[str, Any] = {
        "starts_at": datetime(2026, 4, 10, 2, tzinfo=UTC),
        "ends_at": datetime(2026, 4, 10, 4, tzinfo=UTC),
    }
    if last != "missing":
        event = events.draft(owed_event_id=owed, **times)
        if last == "published":
            events.publish(event)

    events.clock.move_to(datetime(2026, 3, 31, 16, 59, tzinfo=UTC))
    assert states(events, programme) == [last]
    events.clock.move_to(datetime(2026, 3, 31, 17, 0, tzinfo=UTC))
    assert states(events, programme) == ["late"]
    events.clock.move_to(datetime(2026, 4, 11, tzinfo=UTC))
    assert states(events, programme) == ["done" if last == "published" else "late"]


def test_what_can_no_longer_be_published_in_time_is_late(events: Events) -> None:
    """A dialogue with young people is published 30 days before, so one due on 30 April is by 31 March."""
    due = {"kind": "dialogue_youth", "due_from": "2026-03-01", "due_until": "2026-04-30"}
    programme = begin(events, items=[item(**due), item(**due)])
    event = events.draft(
        kind="dialogue_youth",
        owed_event_id=programme["items"][1]["id"],
        starts_at=datetime(2026, 4, 29, 2, tzinfo=UTC),
        ends_at=datetime(2026, 4, 29, 4, tzinfo=UTC),
    )
    events.publish(event)

    assert programme["items"][0]["publish_until"] == "2026-03-31"
    events.clock.move_to(datetime(2026, 3, 31, 16, 59, tzinfo=UTC))
    assert states(events, programme) == ["missing", "published"]
    events.clock.move_to(datetime(2026, 3, 31, 17, 0, tzinfo=UTC))
    assert states(events, programme) == ["late", "published"]


def test_an_item_of_several_events_is_as_far_as_so_many_are(events: Events) -> None:
    """Two are owed: one that is published leaves one missing."""
    programme = begin(events, items=[item(how_many=2)])
    owed = programme["items"][0]["id"]

    events.published_event(owed_event_id=owed)
    one = show(events, programme)["items"][0]
    events.draft(owed_event_id=owed)
    two = show(events, programme)["items"][0]

    assert (one["state"], one["published"], one["drafted"]) == ("missing", 1, 0)
    assert (two["state"], two["published"], two["drafted"]) == ("drafted", 1, 1)


def test_drafts_are_counted_for_all_and_shown_to_those_who_plan(events: Events) -> None:
    """In the programme and in its list."""
    programme = begin(events)
    draft = events.draft(owed_event_id=programme["items"][0]["id"])
    beside = events.draft(programme_id=programme["id"])
    public = events.published_event(programme_id=programme["id"], owed_event_id=None)

    for_all, for_those = show(events, programme), show(events, programme, by=events.organiser)
    listed = events.get("/programmes").json["items"][0]

    assert (for_all["items"][0]["state"], for_all["items"][0]["events"]) == ("drafted", [])
    assert [one["id"] for one in for_all["other_events"]] == [public["id"]]
    assert [one["id"] for one in for_those["items"][0]["events"]] == [draft["id"]]
    assert {one["id"] for one in for_those["other_events"]} == {beside["id"], public["id"]}
    assert listed == for_all
    assert show(events, programme, by=events.leader) == for_those


def test_an_event_can_be_put_into_a_programme_at_any_time(events: Events) -> None:
    """Also when it was published or has taken place; another programme leaves the item of the first."""
    programme, other = begin(events), begin(events, year=2027, items=[])
    owed = programme["items"][0]["id"]
    event = events.published_event()

    assert events.edited(event, owed_event_id=owed)["programme_id"] == programme["id"]
    told = events.told_of(event)[-1]
    assert told.data["changed"] == ["owed_event_id", "programme_id"]
    events.clock.advance(days=22)
    events.post(f"/events/{event['id']}/complete", by=events.organiser)
    moved = events.edited(event, programme_id=other["id"])
    assert (moved["programme_id"], moved["owed_event_id"]) == (other["id"], None)
    assert events.edited(event, programme_id=None)["programme_id"] is None


def test_an_event_belongs_to_a_programme_of_its_own_organisation(events: Events) -> None:
    """To an item of that programme, of its own kind; everything else is named."""
    programme = begin(events, items=[item(), item(kind="training")])
    dialogue, training = (one["id"] for one in programme["items"])
    elsewhere = new_id()
    theirs = events.post(
        "/programmes",
        body(events, organisation_id=elsewhere),
        by=Person().with_role("organiser", elsewhere),
    ).json
    event = events.draft(owed_event_id=dialogue)

    def wrong(**fields: Any) -> set[str]:
        edited = events.edit(event, **fields)
        created = events.post("/events", events.body(**fields), by=events.organiser)
        assert wrong_fields(edited).keys() == wrong_fields(created).keys()
        return set(wrong_fields(edited))

    assert wrong(programme_id=theirs["id"]) == {"programme_id"}
    assert wrong(programme_id=str(new_id())) == {"programme_id"}
    assert wrong(owed_event_id=theirs["items"][0]["id"]) == {"programme_id"}
    assert wrong(owed_event_id=str(new_id())) == {"owed_event_id"}
    assert wrong(owed_event_id=training) == {"owed_event_id"}
    assert wrong(programme_id=None, owed_event_id=dialogue) == {"owed_event_id"}
    assert wrong_fields(events.edit(event, kind="training")).keys() == {"owed_event_id"}
    assert (
        events.edited(event, kind="training", owed_event_id=training)["kind"]["key"] == "training"
    )


def test_an_item_with_events_is_not_dropped(events: Events) -> None:
    """They are taken out of it first."""
    programme = begin(events)
    event = events.draft(owed_event_id=programme["items"][0]["id"])

    refused = change(events, programme, items=[], language="en")
    events.edited(event, owed_event_id=None)

    assert wrong_fields(refused) == {
        "items": "An item that events belong to cannot be dropped; please take them out of it first."
    }
    assert change(events, programme, items=[]).json["items"] == []


@pytest.mark.parametrize(
    ("day", "years", "expected"),
    [
        (date(2026, 3, 10), 1, date(2027, 3, 9)),  # the 2nd Tuesday
        (date(2026, 3, 1), 1, date(2027, 3, 7)),  # the 1st Sunday
        (date(2026, 3, 31), 1, date(2027, 3, 30)),  # the 5th Tuesday of two months with five
        (date(2026, 4, 30), 1, date(2027, 4, 29)),  # the 5th Thursday, of which 2027 has one too
        (date(2026, 6, 29), 1, date(2027, 6, 28)),  # the 5th Monday: only four there, so the last
        (date(2028, 2, 29), 1, date(2029, 2, 27)),  # of a leap year
        (date(2028, 2, 28), 1, date(2029, 2, 26)),  # the 4th Monday
        (date(2027, 2, 22), 1, date(2028, 2, 28)),  # the 4th Monday, into a leap year
        (date(2028, 3, 1), 1, date(2029, 3, 7)),  # after the leap day
        (date(2026, 3, 10), 2, date(2028, 3, 14)),
    ],
)
def test_a_day_moves_to_the_same_weekday_of_the_same_week(
    day: date, years: int, expected: date
) -> None:
    """Of the same month: the second Tuesday of March stays the second Tuesday of March."""
    moved = same_day(day, years=years)

    assert moved == expected
    assert (moved.weekday(), moved.month) == (day.weekday(), day.month)


def test_a_copy_has_the_items_and_a_draft_of_what_was_held(events: Events) -> None:
    """With its agenda and its window of registration; without its letter, its link and its conclusion."""
    programme = begin(events, items=[item(), item(kind="training")])
    dialogue = programme["items"][0]["id"]
    partner = new_id()
    held = events.published_event(
        owed_event_id=dialogue,
        partners=[partner],
        document={"number": "1/GM"},
        starts_at="2026-03-26T14:00:00+07:00",  # the 4th Thursday
        ends_at="2026-03-26T16:00:00+07:00",
        registration_opens_at="2026-03-01T08:00:00+07:00",
        registration_closes_at="2026-03-25T17:00:00+07:00",
        agenda=[
            {
                "starts_at": "2026-03-26T14:30:00+07:00",
                "ends_at": "2026-03-26T15:00:00+07:00",
                "title": {"vi": "Hỏi và đáp"},
            }
        ],
    )
    events.cancelled(events.published_event(owed_event_id=dialogue))
    events.draft(owed_event_id=dialogue)
    events.clock.advance(days=25)

    made = copied(events, programme, 2027)

    assert (made["year"], made["estimate"]) == (2027, 250_000_000)
    assert [(one["due_from"], one["due_until"]) for one in made["items"]] == [
        ("2027-03-01", "2027-03-31")
    ] * 2
    assert [one["state"] for one in made["items"]] == ["drafted", "missing"]
    (one,) = made["copied"]
    assert (one["copy_of"], one["warnings"]) == (held["id"], [])
    draft = events.show(one["event"])
    assert (draft["status"], draft["programme_id"]) == ("draft", made["id"])
    assert draft["owed_event_id"] == made["items"][0]["id"]
    assert draft["title"] == held["title"]
    assert (draft["document"], draft["conclusion"], draft["capacity"]) == (None, None, 50)
    assert [one["id"] for one in draft["partners"]] == [str(partner)]
    assert [
        events.moment(draft[name]).astimezone(UTC).isoformat()
        for name in ("starts_at", "ends_at", "registration_opens_at", "registration_closes_at")
    ] == [
        "2027-03-25T07:00:00+00:00",
        "2027-03-25T09:00:00+00:00",
        "2027-02-28T01:00:00+00:00",
        "2027-03-24T10:00:00+00:00",
    ]
    assert draft["agenda"][0]["starts_at"] == "2027-03-25T07:30:00Z"
    assert not events.told_of(draft)


def test_a_copy_keeps_the_time_of_day_of_the_events_own_zone(events: Events) -> None:
    """In Berlin clocks change on 29 March 2026 and on 28 March 2027."""
    programme = begin(events)
    events.published_event(
        programme_id=programme["id"],
        timezone="Europe/Berlin",
        starts_at="2026-03-28T14:00:00+01:00",  # the 4th Saturday, in winter time
        ends_at="2026-03-28T16:00:00+01:00",
        registration_closes_at="2026-03-27T12:00:00+01:00",
    )
    events.published_event(
        programme_id=programme["id"],
        timezone="Europe/Berlin",
        starts_at="2026-03-29T14:00:00+02:00",  # the 5th Sunday, in summer time; in 2027 the last is the 4th
        ends_at="2026-03-29T16:00:00+02:00",
        registration_closes_at="2026-03-27T12:00:00+01:00",
    )
    events.clock.advance(days=30)

    drafts = [events.show(one["event"]) for one in copied(events, programme, 2027)["copied"]]

    assert [events.moment(one["starts_at"]).astimezone(UTC).isoformat() for one in drafts] == [
        "2027-03-27T13:00:00+00:00",
        "2027-03-28T12:00:00+00:00",
    ]
    assert [
        events.moment(one["registration_closes_at"]).astimezone(UTC).isoformat() for one in drafts
    ] == ["2027-03-26T11:00:00+00:00", "2027-03-26T11:00:00+00:00"]


def test_a_copy_warns_of_holidays(events: Events) -> None:
    """The second Sunday of February 2026 was none; in 2027 it is not either, but the first Saturday is Tết."""
    events.clock.move_to(datetime(2026, 1, 20, tzinfo=UTC))
    programme = begin(events, items=[])
    for day in ("07", "14"):
        events.published_event(
            programme_id=programme["id"],
            starts_at=f"2026-02-{day}T08:00:00+07:00",
            ends_at=f"2026-02-{day}T10:00:00+07:00",
            registration_closes_at=f"2026-02-{day}T07:00:00+07:00",
        )
    events.clock.advance(days=40)

    warned = [
        [(one["rule"], one["about"][0]["date"], one["source"]["vi"]) for one in made["warnings"]]
        for made in copied(events, programme, 2027)["copied"]
    ]

    assert warned == [
        [("holiday", "2027-02-06", "Bộ luật Lao động 45/2019/QH14, Điều 112")],
        [],
    ]


def test_due_days_of_a_copy_stay_on_the_calendar(events: Events) -> None:
    """The last day of February stays the last."""
    leap = item(due_from="2028-02-01", due_until="2028-02-29")
    common = item(due_from="2029-02-27", due_until="2029-02-28")
    until_2029 = copied(events, begin(events, year=2028, items=[leap]), 2029)["items"][0]
    until_2032 = copied(events, begin(events, year=2029, items=[common]), 2032)["items"][0]

    assert (until_2029["due_from"], until_2029["due_until"]) == ("2029-02-01", "2029-02-28")
    assert (until_2032["due_from"], until_2032["due_until"]) == ("2032-02-27", "2032-02-29")


def test_a_programme_is_copied_to_a_later_year_once_a_key(events: Events) -> None:
    """Not to its own or one before."""
    programme = begin(events)

    for year in (2026, 2025):
        assert wrong_fields(copy(events, programme, year)).keys() == {"year"}
    by = events.organiser
    path = f"/programmes/{programme['id']}/copy"
    answers = [events.post(path, {"year": 2027}, by=by, key="k") for _ in range(2)]
    assert answers[0].json == answers[1].json
    assert len(events.get("/programmes?year=2027").json["items"]) == 1


def test_the_number_of_queries_does_not_grow_with_the_list(events: Events) -> None:
    """Nor with the items and events of its programmes."""
    programme = begin(events)
    few = queries(events, "/programmes")
    for _ in range(4):
        begin(events, items=[item(), item(kind="training")])
        events.draft(owed_event_id=programme["items"][0]["id"])

    assert queries(events, "/programmes") == few


def test_times_outside_of_the_day_are_counted_by_the_day_there(events: Events) -> None:
    """An event at 01:00 on the second Tuesday there is on Monday in UTC, and stays on a Tuesday."""
    programme = begin(events, items=[])
    start = datetime.fromisoformat("2026-03-10T01:00:00+07:00")
    events.published_event(
        programme_id=programme["id"],
        starts_at=start,
        ends_at=start + timedelta(hours=1),
        registration_closes_at=start,
    )
    events.clock.advance(days=10)

    (made,) = copied(events, programme, 2027)["copied"]

    assert events.moment(made["event"]["starts_at"]) == datetime.fromisoformat(
        "2027-03-09T01:00:00+07:00"
    )

"""What the drafts of a series are warned of: asked at once, and all said at once."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

from tests.service.events.conftest import Events
from tests.service.events.test_warnings import NOTICE, REASON, warned, youth
from tests.support.harness import Person, problem


def series_of(events: Events, rule: str, **changes: Any) -> dict[str, Any]:
    body = {"event_id": youth(events, **changes)["id"], "rule": rule}
    answer = events.post("/series", body, by=events.organiser)
    assert answer.status_code == 201, answer.get_data(as_text=True)
    return dict(answer.json)


def listed(events: Events, series: dict[str, Any]) -> list[dict[str, Any]]:
    answer = events.get(f"/series/{series['id']}/warnings", by=events.leader)
    assert answer.status_code == 200, answer.get_data(as_text=True)
    return list(answer.json["items"])


def test_each_draft_of_a_series_is_warned_of_as_if_it_were_asked_alone(events: Events) -> None:
    """Leaders, rooms and holidays included; what is published or over is not asked any more."""
    hosts = [{"role_title": {"vi": "Chủ tịch"}, "organisation_id": events.organisation}]
    series = series_of(events, "FREQ=DAILY;COUNT=4", days=20, hosts=hosts)
    first, second, *_ = series["events"]
    other = youth(events, days=21, hosts=hosts)

    found = listed(events, series)

    for event in series["events"]:
        alone = warned(events, event)
        assert {o["rule"]: o for o in found if o["event_id"] == event["id"]} == {
            rule: one | {"event_id": event["id"]} for rule, one in alone.items()
        }
    clash = next(
        o for o in found if o["event_id"] == second["id"] and o["rule"] == "leader_in_two_places"
    )
    assert [one["event_id"] for one in clash["about"]] == [other["id"]]
    accepted = {"accept": [{"rule": NOTICE, "reason": REASON}]}
    assert events.post(f"/events/{first['id']}/publish", accepted, by=events.organiser).json
    assert {o["event_id"] for o in listed(events, series)} == {
        one["id"] for one in series["events"][1:]
    }
    events.clock.advance(days=60)
    assert listed(events, series) == []


def test_the_warnings_of_more_drafts_take_no_more_statements(events: Events) -> None:
    short, long = (series_of(events, f"FREQ=DAILY;COUNT={count}") for count in (2, 40))

    assert statements(events, short) == statements(events, long)


def test_what_all_drafts_are_warned_of_is_listed_in_one_refusal(events: Events) -> None:
    """The first says its day and so does the last; nothing is published of any."""
    series = series_of(events, "FREQ=DAILY;COUNT=3", days=20)

    refused = events.post(f"/series/{series['id']}/publish", {}, by=events.organiser)

    assert problem(refused) == "warnings-not-accepted"
    (one,) = refused.get_json(force=True)["warnings"]
    assert one["rule"] == NOTICE
    assert len(one["about"]) == 3
    assert events.published() == []


def test_the_warnings_of_a_series_are_for_those_who_plan_it(events: Events) -> None:
    series = series_of(events, "FREQ=DAILY;COUNT=2")

    for who in (None, Person().with_role("organiser", Person().id)):
        assert events.get(f"/series/{series['id']}/warnings", by=who).status_code in (401, 404)


def statements(events: Events, series: dict[str, Any]) -> int:
    """How many SQL statements the answer takes."""
    seen: list[str] = []

    def note(*arguments: Any) -> None:
        seen.append(arguments[2])

    sa.event.listen(events.database.engine, "before_cursor_execute", note)
    try:
        listed(events, series)
    finally:
        sa.event.remove(events.database.engine, "before_cursor_execute", note)
    return len(seen)

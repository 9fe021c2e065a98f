"""People's own calendars, and what must hold for every feed whatever happens to its events."""

from __future__ import annotations

from datetime import UTC, timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from icalendar import Calendar
from icalendar import Event as Entry

from shared.ids import new_id
from tests.service.events.conftest import Events, entries_of, entry_of, wrong_fields
from tests.support.harness import Person

JOIN = "https://hop.example/phong?mat-khau=1,2;3"


def address_of(events: Events, person: Person, *, language: str = "vi", **wish: Any) -> str:
    """The path under /v1 of a new address of somebody's calendar."""
    answer = events.post("/calendar-addresses", wish, by=person, language=language)
    assert answer.status_code == 201, answer.get_data(as_text=True)
    address = str(answer.json["address"])
    assert address.startswith("https://doithoai.example/lich/")
    return "/calendars/" + address.rpartition("/")[2]


def takes_place_in(events: Events, event: dict[str, Any], person: Person, status: str) -> None:
    """Registrations tells how far somebody is."""
    registration = {"id": str(new_id()), "event_id": event["id"], "person_id": str(person.id)}
    events.deliver(f"registration.{status}", registration["id"], 1, registration)


def own(events: Events, path: str) -> list[Entry]:
    answer = events.get(path)
    assert answer.status_code == 200
    return entries_of(answer.get_data())


def test_ones_own_calendar_holds_where_one_has_or_awaits_a_place(events: Events) -> None:
    """Nothing else: not what one gave up, nor what others go to."""
    ada, grace = Person(), Person()
    having, awaiting, given_up, others = (
        events.published_event(title={"vi": f"Buổi {number}"}) for number in range(4)
    )
    takes_place_in(events, having, ada, "confirmed")
    takes_place_in(events, awaiting, ada, "waitlisted")
    takes_place_in(events, given_up, ada, "cancelled")
    takes_place_in(events, others, grace, "confirmed")

    entries = {str(one["UID"]): one for one in own(events, address_of(events, ada))}

    assert set(entries) == {having["uid"], awaiting["uid"]}
    assert entries[having["uid"]]["STATUS"] == "CONFIRMED"
    assert entries[having["uid"]]["DESCRIPTION"].startswith("Bạn đã có chỗ.\n")
    assert entries[awaiting["uid"]]["STATUS"] == "TENTATIVE"
    assert entries[awaiting["uid"]]["DESCRIPTION"].startswith("Bạn đang trong danh sách chờ.\n")


def test_the_way_into_an_online_event_is_shown_to_who_has_a_place_and_nobody_else(
    events: Events,
) -> None:
    """As CONFERENCE (RFC 7986, section 5.11); not to who waits, not in a feed, not once it is off."""
    ada, grace = Person(), Person()
    event = events.published_event(attendance_mode="online", join_url=JOIN, venue=None)
    takes_place_in(events, event, ada, "confirmed")
    takes_place_in(events, event, grace, "waitlisted")
    mine, hers = address_of(events, ada), address_of(events, grace)

    (entry,) = own(events, mine)
    assert entry["CONFERENCE"] == JOIN
    assert entry["CONFERENCE"].params["VALUE"] == "URI"
    assert entry["CONFERENCE"].params["LABEL"] == "Vào họp trực tuyến"
    for other in (events.get(hers).get_data(), events.ics(), events.ics(event)):
        assert b"hop.example" not in other.replace(b"\r\n ", b"")
    events.cancelled(event)
    (entry,) = own(events, mine)
    assert (entry["STATUS"], "CONFERENCE" in entry) == ("CANCELLED", False)


@pytest.mark.parametrize("minutes", [None, 15, 60, 1440])
def test_a_calendar_reminds_as_its_reader_chose(events: Events, minutes: int | None) -> None:
    """So long before the start, or never; nobody is reminded of what is off."""
    ada = Person()
    event = events.published_event()
    takes_place_in(events, event, ada, "confirmed")
    path = address_of(events, ada, reminder=minutes)

    (entry,) = own(events, path)
    alarms = [one["TRIGGER"].dt for one in entry.walk("VALARM")]

    assert alarms == ([] if minutes is None else [-timedelta(minutes=minutes)])
    assert [one["ACTION"] for one in entry.walk("VALARM")] == ["DISPLAY"] * len(alarms)
    events.cancelled(event)
    assert own(events, path)[0].walk("VALARM") == []
    refused = events.post("/calendar-addresses", {"reminder": 7}, by=ada)
    assert list(wrong_fields(refused)) == ["reminder"]


def test_a_new_address_ends_the_old_one_and_an_end_ends_it_for_good(events: Events) -> None:
    """Each person has one; others' stay."""
    ada, grace = Person(), Person()
    other, first = address_of(events, grace), address_of(events, ada)
    assert events.get(first).status_code == 200

    second = address_of(events, ada, reminder=60)

    assert second != first
    assert [events.get(path).status_code for path in (first, second)] == [404, 200]
    shown = events.get("/calendar-addresses", by=ada)
    assert [one["reminder"] for one in shown.json["items"]] == [60]
    assert "address" not in shown.json["items"][0]
    for _ in range(2):
        assert events.call("DELETE", "/calendar-addresses", by=ada).status_code == 204
    assert events.get(second).status_code == 404
    assert events.get("/calendar-addresses", by=ada).json["items"] == []
    assert events.get(other).status_code == 200
    assert events.get("/calendars/khong-co.ics").status_code == 404
    assert events.post("/calendar-addresses", {}).status_code == 401


def test_the_secret_of_an_address_is_kept_nowhere(events: Events) -> None:
    """Not in its table, and not in the answers that are kept to be given again."""
    ada = Person()
    answer = events.post("/calendar-addresses", {}, by=ada, key="once")
    secret = answer.json["address"].rpartition("/")[2].removesuffix(".ics")
    assert len(secret) >= 43

    with events.database.engine.connect() as connection:
        for table in ("calendar_addresses", "idempotency_keys", "outbox"):
            assert secret not in str(connection.execute(sa.text(f"SELECT * FROM {table}")).all())
    assert events.count("calendar_addresses") == 1


def test_ones_own_calendar_speaks_as_one_read_when_it_was_opened(events: Events) -> None:
    """Programs say no language; it is no search engine's, and its address stands nowhere in it."""
    ada = Person()
    takes_place_in(events, events.published_event(), ada, "confirmed")
    path = address_of(events, ada, language="en")

    answer = events.get(path)

    entry, calendar = entry_of(answer.get_data()), Calendar.from_ical(answer.get_data())
    assert calendar["NAME"] == "Đối Thoại: my calendar"
    assert entry["SUMMARY"] == "Dialogue with young businesses"
    assert entry["DESCRIPTION"].startswith("You have a place.")
    assert path.rpartition("/")[2].removesuffix(".ics").encode() not in answer.get_data()
    assert answer.headers["X-Robots-Tag"] == "noindex"
    assert answer.headers["Cache-Control"] == "private, no-cache"
    again = events.get(path, headers={"If-None-Match": answer.headers["ETag"]})
    assert (again.status_code, again.get_data()) == (304, b"")


_WORDS = st.text("aăđếữ \n,;:\\\"'^=🎉", min_size=1, max_size=40).filter(str.strip)
_LINES = _WORDS.map(lambda text: " ".join(text.split()))
_POINT = st.fixed_dictionaries(
    {"latitude": st.floats(-90, 90).map(lambda x: round(x, 4)), "longitude": st.just(106.7)}
)
_CHANGES = st.one_of(
    st.fixed_dictionaries({"title": st.builds(lambda vi: {"vi": vi}, _LINES)}),
    st.fixed_dictionaries({"summary": st.builds(lambda vi: {"vi": vi}, _WORDS)}),
    st.fixed_dictionaries({"description": st.builds(lambda vi: {"vi": vi}, _WORDS)}),
    st.fixed_dictionaries({"venue": st.fixed_dictionaries({"room": _LINES})}),
    st.fixed_dictionaries({"venue": st.fixed_dictionaries({"name": _LINES, "address": _LINES})}),
    st.fixed_dictionaries({"venue": st.fixed_dictionaries({"location": _POINT})}),
    st.fixed_dictionaries({"audience": st.builds(lambda vi: {"vi": vi}, _LINES)}),
    st.fixed_dictionaries({"languages": st.sampled_from([["vi"], ["en", "vi"]])}),
    st.builds(lambda days: {"move": days}, st.integers(1, 9)),
    st.sampled_from([{"postpone": True}, {"cancel": True}, {"partners": []}]),
)
_COUNTED = ("SEQUENCE", "DTSTAMP", "LAST-MODIFIED")


@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(changes=st.lists(_CHANGES, min_size=1, max_size=6))
def test_whatever_changes_an_entry_keeps_its_uid_and_counts_what_calendars_show(
    events: Events, changes: list[dict[str, Any]]
) -> None:
    """And the feed, read back, is the events: one entry each, at the same moments, with the same words."""
    event = events.published_event()
    before = _entry(events, event)

    for change in changes:
        events.clock.advance(minutes=1)
        _change(events, event, change)
        after = _entry(events, event)
        was, now = (int(str(one["SEQUENCE"])) for one in (before, after))
        if _shown(after) != _shown(before):
            assert now > was, change
        assert now >= was
        before = after

    listed = events.get("/events?limit=200").json["items"]
    entries = {str(one["UID"]): one for one in entries_of(events.ics())}
    assert len(entries) == len(entries_of(events.ics())) == len(listed)
    for one in listed:
        entry, venue = entries[one["uid"]], one["venue"]
        assert entry["DTSTART"].dt.astimezone(UTC) == events.moment(one["starts_at"])
        assert entry["DTEND"].dt.astimezone(UTC) == events.moment(one["ends_at"])
        said = {"cancelled": "Đã hủy: ", "postponed": "Tạm hoãn: "}.get(one["status"], "")
        assert entry["SUMMARY"] == said + one["title"]["vi"]
        place = (venue["room"], venue["name"], venue["address"])
        assert entry["LOCATION"] == ", ".join(filter(None, place))
        off = one["status"] in ("cancelled", "postponed")
        assert entry["STATUS"] == ("CANCELLED" if off else "CONFIRMED")


def _change(events: Events, event: dict[str, Any], change: dict[str, Any]) -> None:
    """What is refused by then (a cancelled event changes no more) changes nothing."""
    if "move" in change:
        events.move(event, days=change["move"])
    elif "postpone" in change:
        body = {"reason": {"vi": "Mưa bão"}}
        events.post(f"/events/{event['id']}/postpone", body, by=events.organiser)
    elif "cancel" in change:
        events.cancel(event)
    else:
        events.edit(event, **change)


def _entry(events: Events, event: dict[str, Any]) -> Entry:
    (entry,) = [one for one in entries_of(events.ics()) if one["UID"] == event["uid"]]
    return entry


def _shown(entry: Entry) -> dict[str, bytes]:
    return {name: entry[name].to_ical() for name in entry if name not in _COUNTED}

"""Calendars (RFC 5545): the same hour in every client, an entry that can be followed, and nothing that breaks its form."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import Any

from icalendar import Calendar

from shared.ids import new_id
from tests.service.events.conftest import Events, entries_of, entry_of
from tests.support.harness import Person

HOUR = timedelta(hours=1)
# What every entry of a feed is made of, whatever its texts are.
OUTLINE = [
    "BEGIN:VCALENDAR",
    "BEGIN:VTIMEZONE",
    "BEGIN:STANDARD",
    "END:STANDARD",
    "END:VTIMEZONE",
    "BEGIN:VEVENT",
    "END:VEVENT",
    "END:VCALENDAR",
]
BREAKING = (
    "\r\nEND:VEVENT\r\nBEGIN:VEVENT\r\nUID:forged",
    "\nATTACH:https://evil.example/",
    "\rX-A:1",
    "\u2028END:VCALENDAR\u2029",
    "\x85X-B:1\x0bX-C:1\x0cX-D:1",
    "\x01\x07\x1b\x1c\x1f\x7f\x9f",
    '"quoted";X-P=1:mailto:a@b,c',
    "back\\slash\\n\\, ^n ^' ^^",
    "tab\tthere",
)


def in_week(events: Events, week: int, **changes: Any) -> dict[str, Any]:
    """A published event of two hours in so many weeks, at nine in Vietnam."""
    return _at(events, events.clock.now() + timedelta(weeks=week), hours=2, **changes)


def _at(
    events: Events, starts_at: datetime, *, hours: float, by: Person | None = None, **changes: Any
) -> dict[str, Any]:
    body = events.body(
        starts_at=starts_at,
        ends_at=starts_at + hours * HOUR,
        registration_closes_at=starts_at,
        **changes,
    )
    by = by or events.organiser
    draft = events.post("/events", body, by=by).json
    answer = events.post(f"/events/{draft['id']}/publish", by=by)
    assert answer.status_code == 200, answer.get_data(as_text=True)
    return dict(answer.json)


def lines_of(ics: bytes) -> list[str]:
    """The lines as they stand, each ended by CRLF, at most 75 octets long and whole in UTF-8."""
    assert ics.endswith(b"\r\n")
    raw = ics.split(b"\r\n")[:-1]
    assert max(map(len, raw)) <= 75
    assert not any(b"\r" in line or b"\n" in line for line in raw)
    return [line.decode("utf-8") for line in raw]


def unfolded(ics: bytes) -> list[str]:
    whole = "\r\n".join(lines_of(ics)).replace("\r\n ", "").replace("\r\n\t", "")
    return whole.split("\r\n")


def outline(ics: bytes) -> list[str]:
    return [line for line in unfolded(ics) if line.startswith(("BEGIN:", "END:"))]


def property_names(ics: bytes) -> set[str]:
    return {line.partition(":")[0].partition(";")[0] for line in unfolded(ics)}


def moment_by_definition(ics: bytes, name: str) -> datetime:
    """The moment of DTSTART or DTEND, reckoned only from the VTIMEZONE that stands beside it."""
    (line,) = [one for one in unfolded(ics) if one.startswith(name) and _in_entry(ics, one)]
    if line.endswith("Z"):
        return datetime.strptime(line.partition(":")[2], "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)
    head, _, text = line.partition(":")
    tzid = head.partition("TZID=")[2]
    (zone,) = [one for one in Calendar.from_ical(ics).walk("VTIMEZONE") if one["TZID"] == tzid]
    local = datetime.strptime(text, "%Y%m%dT%H%M%S")  # noqa: DTZ007 - a local time
    # An onset is told in the offset that was in use before it (RFC 5545, section 3.6.5).
    onsets = []
    for part in zone.subcomponents:
        assert "RRULE" not in part
        starts = [part["DTSTART"].dt, *(one.dt for one in getattr(part.get("RDATE"), "dts", ()))]
        onsets += [(start - part["TZOFFSETFROM"].td, part["TZOFFSETTO"].td) for start in starts]
    onsets.sort()
    ends = [onset for onset, _ in onsets[1:]] + [datetime.max]  # noqa: DTZ901 - a local time
    for (onset, offset), end in zip(onsets, ends, strict=True):
        if onset <= local - offset < end:  # the first time that clocks show it
            return (local - offset).replace(tzinfo=UTC)
    raise AssertionError(f"no clock ever shows {line}")


def _in_entry(ics: bytes, line: str) -> bool:
    whole = unfolded(ics)
    return line in whole[whole.index("BEGIN:VEVENT") :]


def test_an_entry_says_what_somebody_needs_who_comes(events: Events) -> None:
    """When, where, what, from whom, and where to read more."""
    events.name_organisation(events.organisation, "UBND phường Bến Thành")
    event = in_week(events, 3, description={"vi": "Có đón tiếp\ntừ 8 giờ"})

    answer = events.get(f"/events/{event['id']}/calendar.ics")

    entry, url = entry_of(answer.get_data()), f"https://doithoai.example/su-kien/{event['id']}"
    assert answer.content_type == "text/calendar; charset=utf-8"
    assert answer.headers["Content-Disposition"] == 'inline; filename="su-kien.ics"'
    assert entry["SUMMARY"] == "Đối thoại với doanh nghiệp trẻ"
    assert entry["SUMMARY"].params["LANGUAGE"] == "vi"
    assert entry["LOCATION"] == "Hội trường lớn, Số 1"
    assert entry["DESCRIPTION"] == f"Nghe và trả lời\n\nCó đón tiếp\ntừ 8 giờ\n\n{url}"
    assert (entry["UID"], entry["URL"], entry["STATUS"]) == (event["uid"], url, "CONFIRMED")
    assert entry["ORGANIZER"] == events.organisation.urn
    assert entry["ORGANIZER"].params["CN"] == "UBND phường Bến Thành"
    assert entry["CATEGORIES"].cats == ["Đối thoại với doanh nghiệp trẻ"]


def test_an_entry_is_in_english_for_who_prefers_it(events: Events) -> None:
    """What has no English stays Vietnamese; a cache keeps the two apart."""
    event = in_week(events, 3, summary={"vi": "Nghe"})

    answer = events.get(f"/events/{event['id']}/calendar.ics", language="en-GB,en;q=0.9,vi;q=0.5")

    entry = entry_of(answer.get_data())
    assert entry["SUMMARY"] == "Dialogue with young businesses"
    assert entry["SUMMARY"].params["LANGUAGE"] == "en"
    assert entry["DESCRIPTION"].startswith("Nghe\n")
    assert entry["CATEGORIES"].cats == ["Dialogue with young businesses"]
    assert "X-WR-CALNAME:Đối Thoại: calendar of dialogues" in unfolded(answer.get_data())
    assert "Accept-Language" in answer.headers["Vary"]


def test_the_hour_is_told_in_vietnams_zone_which_is_defined_once_and_without_a_rule(
    events: Events,
) -> None:
    """UTC+7 for ever: no yearly rule is made up, in the feed of several events as little as in one."""
    event = in_week(events, 3)
    in_week(events, 60)

    whole = unfolded(events.ics(event))

    assert "DTSTART;TZID=Asia/Ho_Chi_Minh:20260326T090000" in whole
    assert "DTEND;TZID=Asia/Ho_Chi_Minh:20260326T110000" in whole
    begin, end = whole.index("BEGIN:VTIMEZONE"), whole.index("END:VTIMEZONE")
    assert whole[begin : end + 1] == [
        "BEGIN:VTIMEZONE",
        "TZID:Asia/Ho_Chi_Minh",
        "BEGIN:STANDARD",
        "DTSTART:20260101T000000",
        "TZNAME:+07",
        "TZOFFSETFROM:+0700",
        "TZOFFSETTO:+0700",
        "END:STANDARD",
        "END:VTIMEZONE",
    ]
    feed = unfolded(events.ics())
    assert feed.count("BEGIN:VTIMEZONE") == 1
    assert not [line for line in feed if line.startswith(("RRULE", "RDATE"))]


def test_an_event_over_midnight_ends_the_next_day(events: Events) -> None:
    """In the zone of the event: from half past eleven to half past one."""
    event = _at(events, datetime(2026, 3, 26, 16, 30, tzinfo=UTC), hours=2)

    entry = entry_of(events.ics(event))

    assert str(entry.start) == "2026-03-26 23:30:00+07:00"
    assert str(entry.end) == "2026-03-27 01:30:00+07:00"


def test_where_clocks_change_the_definition_alone_tells_the_moment(events: Events) -> None:
    """Berlin, every half hour around both changes and at the turns of the years; the twice-told hour too."""
    spring, autumn = datetime(2026, 3, 29, 1, tzinfo=UTC), datetime(2026, 10, 25, 1, tzinfo=UTC)
    around = [change + half * HOUR / 2 for change in (spring, autumn) for half in range(-4, 5)] + [
        datetime(2026, 12, 31, 23, 30, tzinfo=UTC),
        datetime(2027, 1, 1, 0, 30, tzinfo=UTC),
    ]

    for starts_at in around:
        ics = events.ics(_at(events, starts_at, hours=1.5, timezone="Europe/Berlin"))

        assert moment_by_definition(ics, "DTSTART") == starts_at
        assert moment_by_definition(ics, "DTEND") == starts_at + 1.5 * HOUR
        entry = entry_of(ics)
        assert entry["DTSTART"].dt.astimezone(UTC) == starts_at
        assert entry["DTEND"].dt.astimezone(UTC) == starts_at + 1.5 * HOUR


def test_a_feed_over_years_defines_every_change_between(events: Events) -> None:
    """Two events of Berlin three years apart, and one in Vietnam: each zone once, each change in it."""
    for starts_at in (datetime(2026, 3, 29, 1, tzinfo=UTC), datetime(2029, 3, 25, 1, tzinfo=UTC)):
        _at(events, starts_at, hours=1, timezone="Europe/Berlin")
    in_week(events, 1)

    calendar = Calendar.from_ical(events.ics())

    zones = {str(zone["TZID"]): zone for zone in calendar.walk("VTIMEZONE")}
    assert sorted(zones) == ["Asia/Ho_Chi_Minh", "Europe/Berlin"]
    (summer,) = zones["Europe/Berlin"].walk("DAYLIGHT")
    onsets = sorted([summer["DTSTART"].dt, *(one.dt for one in summer["RDATE"].dts)])
    assert [onset.strftime("%Y%m%dT%H%M") for onset in onsets] == [
        "20260329T0200",
        "20270328T0200",
        "20280326T0200",
        "20290325T0200",
    ]


def test_an_entry_keeps_its_uid_and_counts_up_when_calendars_show_a_change(events: Events) -> None:
    """Moves, texts and the cancellation count; what only the office sees, seats and names do not."""
    draft = events.draft(title={"vi": "Nháp"})
    events.edited(draft, title={"vi": "Tên"})
    event = events.publish(draft)
    seen = [entry_of(events.ics(event))]

    def then() -> int:
        seen.append(entry_of(events.ics(event)))
        return int(seen[-1]["SEQUENCE"])

    events.clock.advance(hours=1)
    events.moved(event)
    assert then() == 1
    events.moved(event, days=0)
    assert then() == 1
    events.edited(event, audience={"vi": "Ai cũng được"}, legal_basis="Điều 5", partners=[new_id()])
    assert then() == 1
    events.name_organisation(events.organisation, "UBND")
    assert then() == 1
    events.edited(event, venue={"address": "Số 2"})
    assert then() == 2
    events.cancelled(event)
    assert then() == 3
    assert {str(one["UID"]) for one in seen} == {event["uid"]}
    assert int(seen[0]["SEQUENCE"]) == event["calendar_sequence"] == 0
    assert seen[1]["DTSTAMP"].dt == events.clock.now()


def test_the_entry_of_a_cancelled_event_removes_it(events: Events) -> None:
    """METHOD:CANCEL with its UID and a higher SEQUENCE (RFC 5546, section 3.2.5)."""
    event = in_week(events, 3)
    assert Calendar.from_ical(events.ics(event))["METHOD"] == "PUBLISH"

    events.cancelled(event)

    ics = events.ics(event)
    assert Calendar.from_ical(ics)["METHOD"] == "CANCEL"
    assert entry_of(ics)["STATUS"] == "CANCELLED"
    assert (entry_of(ics)["UID"], entry_of(ics)["SEQUENCE"]) == (event["uid"], 1)


def test_a_draft_has_no_calendar(events: Events) -> None:
    """For nobody, its organiser included; nor has what is missing."""
    draft = events.draft()

    for by in (None, events.organiser, Person(admin=True)):
        assert events.get(f"/events/{draft['id']}/calendar.ics", by=by).status_code == 404
    assert events.get(f"/events/{new_id()}/calendar.ics").status_code == 404


def test_a_feed_holds_what_is_published_by_start(events: Events) -> None:
    """No drafts; what is over stays thirty days, so that it does not vanish at midnight."""
    second, first = in_week(events, 4), in_week(events, 1)
    events.draft()

    assert [str(one["UID"]) for one in entries_of(events.ics())] == [first["uid"], second["uid"]]
    assert Calendar.from_ical(events.ics())["METHOD"] == "PUBLISH"
    events.clock.move_to(events.moment(first["ends_at"]) + timedelta(days=30, seconds=-1))
    assert len(entries_of(events.ics())) == 2
    events.clock.advance(seconds=1)
    assert [str(one["UID"]) for one in entries_of(events.ics())] == [second["uid"]]


def test_what_is_called_off_stays_in_a_feed_until_clients_have_learnt_of_it(events: Events) -> None:
    """Cancelled or postponed: thirty days from that on, and to its end if that is later."""
    soon, later = in_week(events, 1), in_week(events, 8)
    put_off = in_week(events, 2)
    events.cancelled(soon)
    events.cancelled(later)
    body = {"reason": {"vi": "Hội trường đang sửa"}}
    assert events.post(f"/events/{put_off['id']}/postpone", body, by=events.organiser).json

    def shown() -> dict[str, str]:
        return {str(one["UID"]): str(one["STATUS"]) for one in entries_of(events.ics())}

    off = dict.fromkeys((soon["uid"], put_off["uid"], later["uid"]), "CANCELLED")
    assert shown() == off
    events.clock.advance(days=30, seconds=-1)
    assert shown() == off
    events.clock.advance(seconds=1)
    assert shown() == {later["uid"]: "CANCELLED"}
    events.clock.move_to(events.moment(later["ends_at"]))
    assert shown() == {}


def test_what_has_taken_place_stays_as_it_was(events: Events) -> None:
    """Marked as completed, it does not vanish before its thirty days."""
    event = in_week(events, 1)
    events.clock.move_to(events.moment(event["ends_at"]))
    before = events.ics()

    events.post(f"/events/{event['id']}/complete", by=events.organiser)

    entry = entry_of(events.ics())
    assert (entry["STATUS"], entry["SEQUENCE"]) == ("CONFIRMED", entry_of(before)["SEQUENCE"])


def test_an_entry_says_which_room_and_where_on_the_map(events: Events) -> None:
    """LOCATION begins with the room, GEO is the point; putting the point right is a change, its access is none."""
    point = {"latitude": 10.7769, "longitude": 106.7009}
    venue = {"name": "Nhà văn hóa", "room": "Phòng 2", "address": "Số 1", "location": point}
    event = in_week(events, 3, venue=venue)

    entry = entry_of(events.ics(event))
    assert entry["LOCATION"] == "Phòng 2, Nhà văn hóa, Số 1"
    assert entry["GEO"].to_ical() == "10.7769;106.7009"
    told = len(events.told_of(event))

    moved = events.edited(event, venue={"location": point | {"latitude": 10.7}})
    assert moved["calendar_sequence"] == event["calendar_sequence"] + 1
    assert events.told_of(event)[told].data["changed"] == ["venue.accessibility"]
    same = events.edited(event, venue={"accessibility": {"vi": "Có thang máy"}})
    assert same["calendar_sequence"] == moved["calendar_sequence"]


def test_a_feed_of_an_organisation_holds_where_it_takes_part(events: Events) -> None:
    """As owner, co-organiser or partner; that of an area what takes place there."""
    partner, area = new_id(), new_id()
    venue = {"name": "Hội trường", "area_id": area}
    one = in_week(events, 1, partners=[partner], venue=venue)
    two = in_week(events, 2, co_organisers=[partner])
    in_week(events, 3)

    def uids(query: str) -> list[str]:
        return [str(entry["UID"]) for entry in entries_of(events.ics(query=query))]

    assert uids(f"?organisation_id={partner}") == [one["uid"], two["uid"]]
    assert uids(f"?area_id={area}") == [one["uid"]]
    assert uids(f"?area_id={area}&kind=meeting") == uids(f"?area_id={new_id()}") == []


def test_a_feed_describes_itself(events: Events) -> None:
    """Its name, what it is, its page and its own address (RFC 7986, section 5)."""
    in_week(events, 1)

    calendar = Calendar.from_ical(events.ics(query="?kind=dialogue", language="en"))

    assert calendar["NAME"] == calendar["X-WR-CALNAME"] == "Đối Thoại: calendar of dialogues"
    assert calendar["DESCRIPTION"].startswith("Meetings and dialogues")
    assert calendar["URL"] == "https://doithoai.example"
    assert calendar["SOURCE"] == "https://doithoai.example/lich.ics?kind=dialogue"
    assert calendar["COLOR"] == "seagreen"
    assert "SOURCE" not in Calendar.from_ical(events.ics(in_week(events, 2)))


def test_a_feed_is_narrowed_to_a_kind_and_an_organisation(events: Events) -> None:
    """Both together too; what is asked wrongly is refused."""
    other, admin = new_id(), Person(admin=True)
    one = in_week(events, 1, kind="meeting")
    two = in_week(events, 2)
    three = in_week(events, 3, kind="meeting", organisation_id=other, by=admin)

    def uids(query: str) -> list[str]:
        return [str(entry["UID"]) for entry in entries_of(events.ics(query=query))]

    assert uids("?kind=meeting") == [one["uid"], three["uid"]]
    assert uids(f"?organisation_id={events.organisation}") == [one["uid"], two["uid"]]
    assert uids(f"?organisation_id={other}&kind=meeting") == [three["uid"]]
    assert uids("?kind=party") == []
    assert events.get("/calendar.ics?colour=red").status_code == 422


def test_a_feed_says_how_often_to_look(events: Events) -> None:
    """In the form of RFC 7986 and in that of older clients; an empty one too."""
    whole = unfolded(events.ics())

    assert "REFRESH-INTERVAL;VALUE=DURATION:PT1H" in whole
    assert "X-PUBLISHED-TTL:PT1H" in whole
    assert whole[1] == "VERSION:2.0"
    assert entries_of(events.ics()) == []


def test_a_calendar_that_did_not_change_is_not_sent_again(events: Events) -> None:
    """Read twice it has the same bytes, later too; a 304 for who has it, until something changes."""
    event = in_week(events, 3)

    for path in (f"/events/{event['id']}/calendar.ics", "/calendar.ics"):
        first = events.get(path)
        events.clock.advance(minutes=10)
        again = events.get(path)
        known = {"If-None-Match": first.headers["ETag"]}
        unchanged = events.get(path, headers=known)
        english = events.get(path, headers=known, language="en")
        assert again.get_data() == first.get_data()
        assert (unchanged.status_code, unchanged.get_data()) == (304, b"")
        assert unchanged.headers["ETag"] == first.headers["ETag"]
        assert english.status_code == 200

        events.moved(event, days=1)

        changed = events.get(path, headers=known)
        assert changed.status_code == 200
        assert changed.headers["ETag"] != first.headers["ETag"]


def test_lines_are_short_and_no_character_is_split(events: Events) -> None:
    """Of two, three and four octets, at every place of a line; read back, nothing is lost."""
    event = in_week(events, 3)

    for shift in range(8):
        text = "x" * shift + "Đầu năm họp mặt 🎉 " * 12 + "ế" * 30 + "🏛" * 20
        events.edited(event, title={"vi": text[:300]}, description={"vi": text}, summary=None)
        ics = events.ics(event)

        lines_of(ics)
        assert entry_of(ics)["SUMMARY"] == text[:300].strip()
        assert entry_of(ics)["DESCRIPTION"].partition("\n\n")[0] == text


def test_no_text_changes_the_structure_of_a_calendar(events: Events) -> None:
    """Line breaks of every sort, control characters, quotes and separators in every text that a calendar shows."""
    event = in_week(events, 3)
    names = [property_names(ics) for ics in (events.ics(event), events.ics())]

    for sequence, text in enumerate(BREAKING, start=1):
        one_line = re.sub(r"[\x00-\x1f\x7f\x85\u2028\u2029]", " ", text)
        said = f"a{one_line}b"
        events.name_organisation(events.organisation, f"a{text}b", sequence=sequence)
        events.edited(
            event,
            title={"vi": said},
            summary={"vi": f"a{text}b"},
            description={"vi": f"a{text}b"},
            venue={"name": said, "address": said},
        )
        for ics, expected in zip((events.ics(event), events.ics()), names, strict=True):
            assert outline(ics) == OUTLINE, text
            assert property_names(ics) == expected, text
            assert not re.search(rb"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]", ics), text
            entry = entry_of(ics)
            assert entry["UID"] == event["uid"]
            assert entry["ORGANIZER"] == events.organisation.urn
            assert set(entry["ORGANIZER"].params) == {"CN"}


def test_texts_are_read_back_as_they_were_written(events: Events) -> None:
    """Separators, backslashes and line breaks; a name in quotes gets the other quotes, which a parameter can hold."""
    title = r"a;b,c:d\n\\e\, \; ^n ^' ^^ 'f' {g}"
    events.name_organisation(events.organisation, 'Hội "Trẻ"; số: 1, ^n')
    event = in_week(events, 3, title={"vi": title}, description={"vi": "một\r\nhai\nba\\n\tbốn"})

    entry = entry_of(events.ics(event))

    assert entry["SUMMARY"] == title
    assert entry["DESCRIPTION"].split("\n\n")[1] == "một\nhai\nba\\n\tbốn"
    assert entry["ORGANIZER"].params["CN"] == "Hội 'Trẻ'; số: 1, ^n"

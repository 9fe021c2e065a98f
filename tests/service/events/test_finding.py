"""Lists: what lies ahead, found by words without accents, a page at a time, drafts only for those who plan."""

from __future__ import annotations

import unicodedata
from datetime import timedelta
from typing import Any
from urllib.parse import quote
from uuid import UUID

import pytest
import sqlalchemy as sa
from alembic import command

from shared.database.migrations import config
from shared.http import cursors
from shared.ids import new_id
from tests.service.events.conftest import Events, wrong_fields
from tests.support.databases import ServiceDatabases
from tests.support.harness import Person, problem


def on_day(events: Events, day: int, title: str, **changes: Any) -> dict[str, Any]:
    """A published event in so many days, which ends two hours later."""
    starts_at = events.clock.now() + timedelta(days=day)
    return events.published_event(
        title={"vi": title},
        starts_at=starts_at,
        ends_at=starts_at + timedelta(hours=2),
        registration_closes_at=starts_at,
        **changes,
    )


def statements(events: Events, path: str) -> int:
    """How many SQL statements an answer takes."""
    seen: list[str] = []

    def note(*arguments: Any) -> None:
        seen.append(arguments[2])

    sa.event.listen(events.database.engine, "before_cursor_execute", note)
    try:
        assert events.get(path).status_code == 200
    finally:
        sa.event.remove(events.database.engine, "before_cursor_execute", note)
    return len(seen)


def test_a_list_shows_public_events_by_their_start(events: Events) -> None:
    """Cancelled ones too, so that nobody wonders; no drafts, even for their organiser."""
    on_day(events, 3, "Ba")
    events.cancelled(on_day(events, 2, "Hai"))
    on_day(events, 1, "Một")
    events.draft(title={"vi": "Nháp"})

    assert events.found() == ["Một", "Hai", "Ba"]
    assert events.found(by=events.organiser) == ["Một", "Hai", "Ba"]
    assert events.found("?status=cancelled") == ["Hai"]
    assert events.found("?status=published") == ["Một", "Ba"]


def test_a_list_shows_an_event_as_it_is_shown_alone(events: Events) -> None:
    """The same fields."""
    event = on_day(events, 1, "Một", partners=[new_id()])

    assert events.get("/events").json == {"items": [event], "next": None}


def test_what_is_over_is_left_out_unless_it_is_asked_for(events: Events) -> None:
    """What runs is still there, to the second of its end; `from` goes back and `to` ends before."""
    on_day(events, 1, "Một")
    on_day(events, 2, "Hai")
    events.clock.advance(days=1, hours=2, seconds=-1)
    assert events.found() == ["Một", "Hai"]

    events.clock.advance(seconds=1)

    assert events.found() == ["Hai"]
    assert events.found("?from=2026-03-01T00:00:00%2B07:00") == ["Một", "Hai"]
    assert events.found("?from=2026-03-01T00:00:00Z&to=2026-03-07T02:00:00Z") == ["Một"]
    assert events.found("?to=2026-03-07T02:00:01Z") == ["Hai"]


def test_pages_hold_every_event_once_though_many_begin_together(events: Events) -> None:
    """Of seven with one start, whatever the size of a page."""
    made = [on_day(events, 1, f"Số {number}") for number in range(7)]
    expected = sorted(UUID(one["id"]) for one in made)

    for size in (1, 2, 3, 7, 8):
        got, cursor, pages = [], "", 0
        while True:
            page = events.get(f"/events?limit={size}{cursor}").json
            got += [UUID(one["id"]) for one in page["items"]]
            pages += 1
            if page["next"] is None:
                break
            cursor = f"&cursor={quote(page['next'])}"
        assert got == expected, size
        assert pages == -(-7 // size)


def test_what_is_published_meanwhile_shifts_no_page(events: Events) -> None:
    """A cursor is a place in the order, not a number of rows."""
    for day in (2, 4, 6):
        on_day(events, day, f"Ngày {day}")
    first = events.get("/events?limit=2").json
    on_day(events, 1, "Ngày 1")

    assert events.found(f"?limit=2&cursor={first['next']}") == ["Ngày 6"]


def test_a_cursor_that_is_none_of_ours_is_refused(events: Events) -> None:
    """In whatever way it is wrong; that of another list neither."""
    now, place = "2026-03-05T02:00:00+00:00", str(new_id())
    wrong = (
        "x",
        "é",
        "%F0%9F%92%A5",
        "====",
        "bnVsbA",
        cursors.encode(place),
        cursors.encode(now, "x"),
        cursors.encode("hôm nay", place),
        cursors.encode("2026-03-05T02:00:00", place),
        cursors.encode("0001-01-01T00:00:00+14:00", place),
        cursors.encode("9999-12-31T23:59:59-14:00", place),
        cursors.encode(now, place, place),
        "a" * 501,
    )
    organisation = f"status=draft&organisation_id={events.organisation}"

    for cursor in wrong:
        answer = events.get(f"/events?cursor={cursor}")
        assert (answer.status_code, list(wrong_fields(answer))) == (422, ["cursor"]), cursor
    for cursor in ("x", cursors.encode(now, place), cursors.encode("x")):
        answer = events.get(f"/events?{organisation}&cursor={cursor}", by=events.organiser)
        assert (answer.status_code, list(wrong_fields(answer))) == (422, ["cursor"]), cursor


def test_a_wrong_question_is_refused_with_each_field_named(events: Events) -> None:
    """All at once; so is what nobody asks here."""
    answer = events.get(
        "/events?limit=0&status=secret&from=today&to=0001-01-01T00:00:00%2B14:00"
        "&organisation_id=x&colour=red"
    )

    assert (answer.status_code, problem(answer)) == (422, "invalid")
    assert sorted(wrong_fields(answer)) == [
        "colour",
        "from",
        "limit",
        "organisation_id",
        "status",
        "to",
    ]
    assert list(wrong_fields(events.get("/events?limit=201"))) == ["limit"]
    assert list(wrong_fields(events.get("/events?q=%00"))) == ["q"]


def test_words_are_found_without_accents_in_both_forms_of_unicode(events: Events) -> None:
    """Typed bare, composed or decomposed, in small or capital letters; kept in either form."""
    nfc, nfd = (unicodedata.normalize(form, "Đối thoại đầu năm") for form in ("NFC", "NFD"))
    assert nfc != nfd
    on_day(events, 1, nfc)
    on_day(events, 2, nfd)
    on_day(events, 3, "Tập huấn")

    for q in ("doi thoai", "Đối thoại", unicodedata.normalize("NFD", "ĐỐI THOẠI"), " NAM  dau "):
        assert events.found(f"?q={quote(q)}") == [nfc, nfd], q
    assert events.found("?q=doi%20huan") == []
    assert len(events.found("?q=%20")) == 3


def test_words_are_found_in_title_summary_venue_and_the_hosts_name(events: Events) -> None:
    """Each word somewhere, in either language; a new name of the host is found at once, an old one no more."""
    on_day(
        events,
        1,
        "Họp mặt",
        summary={"vi": "Bàn về thuế", "en": "About taxes"},
        venue={"name": "Nhà văn hóa", "address": "12 Lê Lợi"},
    )
    for word in ("hop", "thue", "taxes", "van hoa", "le loi", "mat loi"):
        assert events.found(f"?q={quote(word)}") == ["Họp mặt"], word
    events.name_organisation(events.organisation, "Quận Bình Thạnh", name_en="Binh Thanh District")
    for word in ("binh thanh", "district", "quận họp"):
        assert events.found(f"?q={quote(word)}") == ["Họp mặt"], word

    events.name_organisation(events.organisation, "Phường Gia Định", sequence=2, short_name="GĐ")

    assert events.found("?q=binh") == []
    assert events.found("?q=gia%20dinh") == events.found("?q=gd") == ["Họp mặt"]


def test_an_edited_title_is_found_and_the_old_one_no_more(events: Events) -> None:
    """What is searched follows what is shown."""
    event = on_day(events, 1, "Họp mặt")

    events.edited(event, title={"vi": "Lấy ý kiến"})

    assert events.found("?q=y%20kien") == ["Lấy ý kiến"]
    assert events.found("?q=hop") == []


def test_signs_with_a_meaning_in_searches_are_plain_characters(events: Events) -> None:
    """Percent, underscore, slash and backslash match themselves only."""
    on_day(events, 1, r"Giảm 50% thuế_phí \ a/b 'c'")
    on_day(events, 2, "Giảm 500 thuế phí")

    for sign in ("%", "_", "50%", "thue_phi", "/", "\\", "'c'"):
        assert len(events.found(f"?q={quote(sign)}")) == 1, sign
    for nothing in ("5%0", "%%", "thue__phi", "a_b", "';--"):
        assert events.found(f"?q={quote(nothing)}") == [], nothing


def test_a_question_of_a_hundred_words_is_answered(events: Events) -> None:
    """The longest that fits."""
    on_day(events, 1, "a b")

    assert events.found("?q=" + "+".join("ab" * 50)) == ["a b"]
    assert list(wrong_fields(events.get("/events?q=" + "a" * 201))) == ["q"]


def test_lists_are_narrowed_to_a_kind_and_an_organisation(events: Events) -> None:
    """Both together too; an unknown one has none."""
    other = new_id()
    elsewhere = Person(admin=True)
    on_day(events, 1, "Một", kind="meeting")
    on_day(events, 2, "Hai")
    body = events.body(organisation_id=other, title={"vi": "Ba"}, kind="meeting")
    third = events.post("/events", body, by=elsewhere).json
    events.post(f"/events/{third['id']}/publish", by=elsewhere)

    assert events.found("?kind=meeting") == ["Một", "Ba"]
    assert events.found(f"?organisation_id={events.organisation}") == ["Một", "Hai"]
    assert events.found(f"?organisation_id={other}&kind=meeting") == ["Ba"]
    assert events.found("?kind=party") == events.found(f"?organisation_id={new_id()}") == []


def test_drafts_are_listed_for_those_who_plan_and_nobody_else(events: Events) -> None:
    """An organisation's for its organisers and leaders, all for admins; to others there is no such list."""
    for number in range(3):
        events.draft(title={"vi": f"Nháp {number}"})
    on_day(events, 1, "Công bố")
    own = f"?status=draft&organisation_id={events.organisation}"
    elsewhere = Person().with_role("organiser", new_id())

    for by in (events.organiser, events.leader, Person(admin=True)):
        assert events.found(own, by=by) == ["Nháp 0", "Nháp 1", "Nháp 2"]
    assert len(events.found("?status=draft", by=Person(admin=True))) == 3
    for other in (None, Person(), elsewhere):
        assert events.get(f"/events{own}", by=other).status_code == 404
    assert events.get("/events?status=draft", by=events.organiser).status_code == 404


def test_drafts_come_in_pages_without_a_time_to_order_them_by(events: Events) -> None:
    """In the order in which they were begun."""
    for number in range(5):
        events.draft(title={"vi": f"Nháp {number}"}, starts_at=None)
    path = f"/events?status=draft&organisation_id={events.organisation}&limit=2"
    titles: list[str] = []
    cursor: str | None = ""
    while cursor is not None:
        page = events.get(path + cursor, by=events.organiser).json
        titles += [item["title"]["vi"] for item in page["items"]]
        cursor = page["next"] and f"&cursor={page['next']}"

    assert titles == [f"Nháp {number}" for number in range(5)]


def test_a_longer_list_takes_no_more_statements(events: Events) -> None:
    """Kinds, hosts, partners and seats come along, however many rows there are."""
    events.name_organisation(events.organisation, "UBND")
    on_day(events, 1, "Một", partners=[new_id()])
    one, found = statements(events, "/events"), statements(events, "/events?q=mot")
    for number in range(9):
        event = on_day(events, 2, f"Một {number}", partners=[new_id(), new_id()], kind="meeting")
        data = {"event_id": event["id"], "capacity": 1, "seats_left": 1}
        more = {"waitlist_length": 0, "state": "open"}
        events.deliver("offer.changed", event["id"], 1, data | more)

    assert statements(events, "/events") == one
    assert statements(events, "/events?q=mot") == found


def free(events: Events, event: dict[str, Any], left: int) -> None:
    """Registrations tells how many seats are left."""
    seats = {"event_id": event["id"], "capacity": 50, "seats_left": left}
    more = {"waitlist_length": 0, "state": "open"}
    events.deliver("offer.changed", event["id"], 1, seats | more)


def test_lists_are_narrowed_to_an_area_and_a_language(events: Events) -> None:
    """Where it takes place, what is spoken there; an edit is followed."""
    area = new_id()
    one = on_day(events, 1, "Một", venue={"name": "Hội trường", "area_id": area})
    on_day(events, 2, "Hai", languages=["vi", "en"])

    assert events.found(f"?area_id={area}") == ["Một"]
    assert events.found("?language=en") == ["Hai"]
    assert events.found("?language=vi") == ["Một", "Hai"]
    assert events.found(f"?language=en&area_id={area}") == events.found("?language=fr") == []
    events.edited(one, languages=["en"], venue={"area_id": new_id()})
    assert events.found("?language=en") == ["Một", "Hai"]
    assert events.found("?language=vi") == ["Hai"]
    assert events.found(f"?area_id={area}") == []


def test_open_means_free_seats_and_registration_open_now(events: Events) -> None:
    """As the state of its seats has it, to the second; nothing that is off, and nothing whose seats nobody knows."""
    now = events.clock.now()
    opens = now + timedelta(hours=1)
    free(events, on_day(events, 5, "Mở"), 3)
    free(events, on_day(events, 6, "Hết chỗ"), 0)
    free(events, on_day(events, 7, "Sắp mở", registration_opens_at=opens), 3)
    on_day(events, 8, "Chưa rõ")
    gone = on_day(events, 9, "Đã hủy")
    free(events, gone, 3)
    events.cancelled(gone)

    assert events.found("?open=true") == ["Mở"]
    assert len(events.found("?open=false")) == 5
    events.clock.move_to(opens)
    assert events.found("?open=true") == ["Mở", "Sắp mở"]
    events.clock.move_to(now + timedelta(days=5))
    assert events.found("?open=true") == ["Sắp mở"]
    states = {
        one["title"]["vi"]: one["seats"] and one["seats"]["state"]
        for one in events.get("/events").json["items"]
    }
    assert [title for title, state in states.items() if state == "open"] == ["Sắp mở"]


def test_facets_count_what_a_list_of_the_same_question_holds(events: Events) -> None:
    """Kinds, organisations, areas and languages, those with the most first; drafts count nowhere."""
    area = new_id()
    events.name_organisation(events.organisation, "UBND phường")
    venue = {"name": "Hội trường", "area_id": area}
    on_day(events, 1, "Một", kind="meeting", venue=venue)
    on_day(events, 2, "Hai", languages=["en", "vi"], venue=venue)
    on_day(events, 3, "Ba")
    events.draft(title={"vi": "Nháp"}, venue=venue)

    def facets(query: str = "") -> dict[str, dict[str, int]]:
        found = events.get(f"/events/facets{query}").json
        return {
            sort: {one.get("key") or one["id"]: one["count"] for one in counted}
            for sort, counted in found.items()
        }

    assert facets() == {
        "kinds": {"dialogue": 2, "meeting": 1},
        "organisations": {str(events.organisation): 3},
        "areas": {str(area): 2},
        "languages": {"vi": 3, "en": 1},
    }
    assert facets("?kind=meeting")["areas"] == {str(area): 1}
    assert facets(f"?area_id={area}&language=en&q=hai")["kinds"] == {"dialogue": 1}
    assert not any(facets("?open=true").values())
    assert not any(facets("?status=draft").values())
    shown = events.get("/events/facets").json
    assert shown["organisations"][0]["name"] == "UBND phường"
    assert shown["kinds"][0]["name"]["vi"] == "Đối thoại với doanh nghiệp trẻ"
    assert events.get("/events/facets?limit=5").status_code == 422


def test_a_page_takes_the_same_statements_whatever_its_size_and_filter(events: Events) -> None:
    """One row or thirty; so do facets."""
    area = new_id()
    few = statements(events, "/events?limit=1"), statements(events, "/events/facets")
    for number in range(30):
        venue = {"name": "Hội trường", "area_id": area}
        free(events, on_day(events, 2, f"Số {number}", venue=venue, partners=[new_id()]), 1)
    one = statements(events, "/events?limit=1")
    # Words ask for the organisations that are called so, first.
    query = f"&open=true&language=vi&area_id={area}&kind=dialogue&q=so"
    found = statements(events, f"/events?limit=1{query}")

    for size in (2, 10, 30, 200):
        assert statements(events, f"/events?limit={size}") == one
        assert statements(events, f"/events?limit={size}{query}") == found
    assert found <= one + 2
    assert statements(events, "/events/facets") == few[1]


@pytest.mark.postgres
def test_every_filter_has_an_index_that_keeps_the_order_of_lists(
    service_databases: ServiceDatabases,
) -> None:
    """On PostgreSQL, which then reads a page and no more of a hundred thousand events."""
    engine = sa.create_engine(service_databases.postgresql("events"))
    wanted = {
        "events_in_order": ["starts_at"],
        "events_of_kind": ["kind_key", "starts_at"],
        "events_of_organisation": ["organisation_id", "starts_at"],
        "events_of_area": ["venue_area_id", "starts_at"],
        "events_of_status": ["status", "starts_at"],
    }

    found = {one["name"]: one["column_names"] for one in sa.inspect(engine).get_indexes("events")}

    assert {name: found[name] for name in wanted} == {
        name: [*columns, "id", "ends_at"] for name, columns in wanted.items()
    }
    engine.dispose()


def test_events_from_before_are_found_by_their_languages_too(events: Events) -> None:
    """The migration reads them from what every event had; and it can be taken back."""
    on_day(events, 1, "Một", languages=["vi", "en"])
    tree = config("events", events.database.engine)

    command.downgrade(tree, "0005")
    assert not sa.inspect(events.database.engine).has_table("spoken")
    command.upgrade(tree, "head")

    assert events.found("?language=en") == events.found("?language=vi") == ["Một"]

"""The demo's data: consistent in itself, true to the tables, and near on whatever day it is loaded."""

from __future__ import annotations

import csv
import json
import os
import re
import unicodedata
from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from deploy.demo import schedule

DEMO = Path(schedule.__file__).parent
FILES = sorted(DEMO.glob("*.json"))
DATA = {path.stem: json.loads(path.read_text(encoding="utf-8")) for path in FILES}
AREAS = {row["key"]: row for row in DATA["areas"]["areas"]}
ORGANISATIONS = {row["key"]: row for row in DATA["organisations"]}
PEOPLE = {row["key"]: row for row in DATA["people"]}
EVENTS = {row["key"]: row for row in DATA["events"]}
PROGRAMMES = {row["key"]: row for row in DATA["programmes"]}
WALK = DATA["walk"][0]
SEATS = DATA["seats"][0]
LEGAL_BASES = {row["key"]: row for row in DATA["legal_bases"]}

EVERY_DAY = [date(2027, 1, 1) + timedelta(days=n) for n in range(365 + 366)]
TODAY = date(2026, 1, 1)
ROLES = {"member", "officer", "organiser", "leader"}
# "uỷ", "hoà": the marks stand on the first vowel here, as in "Ủy", "hòa"; "quý" is no such case.
OTHER_TONE_PLACEMENT = re.compile(r"o[àáảãạ]\b|o[èéẻẽẹ]\b|(?<!q)u[ỳýỷỹỵ]\b", re.IGNORECASE)


def valid(row: dict, day: date) -> bool:
    since, until = row["valid_from"], row["valid_until"]
    return (since is None or date.fromisoformat(since) <= day) and (
        until is None or day < date.fromisoformat(until)
    )


def wards(day: date) -> list[dict]:
    return [row for row in AREAS.values() if row["level"] == "ward" and valid(row, day)]


def successors(row: dict) -> list[str]:
    return [s["area"] if isinstance(s, dict) else s for s in row["successors"]]


def texts(value: object) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for key, item in value.items():
            yield key
            yield from texts(item)
    elif isinstance(value, list):
        for item in value:
            yield from texts(item)


def two_languages(value: object) -> Iterator[dict]:
    if isinstance(value, dict):
        if "vi" in value or "en" in value:
            yield value
        for item in value.values():
            yield from two_languages(item)
    elif isinstance(value, list):
        for item in value:
            yield from two_languages(item)


def keys_reached(start: str, rows: dict[str, dict], follow) -> set[str]:
    reached: set[str] = set()
    ahead = list(follow(rows[start]))
    while ahead:
        key = ahead.pop()
        if key not in reached:
            reached.add(key)
            ahead.extend(follow(rows[key]))
    return reached


def times(event: dict, loaded_on: date) -> tuple[datetime, datetime, datetime, datetime]:
    starts_at, ends_at = schedule.resolve(event["when"], loaded_on, event["timezone"])
    opens_at, closes_at = schedule.registration_window(
        event["registration"], starts_at, ends_at, event["timezone"]
    )
    return starts_at, ends_at, opens_at, closes_at


def local_day(at: datetime, event: dict) -> date:
    return at.astimezone(ZoneInfo(event["timezone"])).date()


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_a_file_is_nfc_and_laid_out_in_one_way(path: Path):
    """A diff shows what changed and nothing else; no two spellings of one word."""
    text = path.read_text(encoding="utf-8")

    assert text == unicodedata.normalize("NFC", text)
    assert text == json.dumps(DATA[path.stem], ensure_ascii=False, indent=2) + "\n"


def test_keys_are_slugs_and_unique():
    """A key is written by hand in many places: plain letters, once each."""
    for name, rows in DATA.items():
        keys = [row["key"] for row in (rows["areas"] if name == "areas" else rows)]
        assert len(keys) == len(set(keys)), name
        assert all(re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", key) for key in keys), name


def test_every_row_of_a_file_has_the_same_fields_in_the_same_order():
    """A loader may take a field without asking whether it is there."""
    for name, rows in DATA.items():
        shapes = {tuple(row) for row in (rows["areas"] if name == "areas" else rows)}
        assert len(shapes) == 1, name


def test_every_vietnamese_text_has_its_english():
    """Both languages, neither empty, with as many paragraphs."""
    found = list(two_languages(list(DATA.values())))

    assert len(found) > 80
    for text in found:
        assert set(text) == {"vi", "en"}
        assert text["vi"], text
        assert text["en"], text
        assert type(text["vi"]) is type(text["en"])
        if isinstance(text["vi"], list):
            assert len(text["vi"]) == len(text["en"])
            assert all(text["vi"] + text["en"])


def test_areas_and_organisations_have_an_english_name():
    """Names stand beside each other, as `name` and `name_en`."""
    assert all(row["name"] and row["name_en"] for row in (*AREAS.values(), *ORGANISATIONS.values()))


def test_tone_marks_stand_where_the_rest_of_the_platform_puts_them():
    """ "Ủy", "hòa", "hủy"; not "Uỷ", "hoà", "huỷ"."""
    assert OTHER_TONE_PLACEMENT.search("Uỷ ban")
    assert [text for text in texts(DATA) if OTHER_TONE_PLACEMENT.search(text)] == []


def test_no_text_has_stray_spaces_or_control_characters():
    """What is loaded is what is shown."""
    strays = [t for t in texts(DATA) if t != t.strip() or "  " in t or re.search(r"[\x00-\x1f]", t)]

    assert strays == []


def test_every_address_is_reserved_and_belongs_to_one_row():
    """RFC 2606: .example receives nothing, so a demo never writes to a stranger."""
    addresses = [row["email"] for row in PEOPLE.values()] + [
        row["contact_email"] for row in ORGANISATIONS.values() if row["contact_email"]
    ]
    addresses += [nominee["email"] for nominee in SEATS["nomination"]["nominees"]]

    assert all(re.fullmatch(r"[a-z.-]+@[a-z0-9-]+\.example", a) for a in addresses)
    assert len(addresses) == len(set(addresses))
    mentioned = re.findall(r"[\w.-]+@[\w.-]+", "\n".join(texts(DATA)))
    assert set(mentioned) == set(addresses)


def test_every_key_that_is_referred_to_exists():
    """No loose ends in areas, organisations, people, events and legal bases."""
    for row in AREAS.values():
        assert {*filter(None, [row["parent"]]), *successors(row)} <= AREAS.keys(), row["key"]
    for row in ORGANISATIONS.values():
        assert row["area"] in AREAS, row["key"]
        assert {*filter(None, [row["parent"]]), *successors(row)} <= ORGANISATIONS.keys(), row[
            "key"
        ]
    for row in PEOPLE.values():
        assert {m["organisation"] for m in row["memberships"]} <= ORGANISATIONS.keys(), row["key"]
        assert set(row["doors"]) <= EVENTS.keys(), row["key"]
    for row in EVENTS.values():
        named = {row["organisation"], *row["partners"]}
        named |= {part["organisation"] for part in (*row["hosts"], *row["quotas"])}
        assert named <= ORGANISATIONS.keys(), row["key"]
        assert row["venue"]["area"] in AREAS, row["key"]
        assert {basis["document"] for basis in row["legal_basis"]} <= LEGAL_BASES.keys(), row["key"]
    for row in DATA["purposes"]:
        assert row["document"] in LEGAL_BASES, row["key"]
    for row in LEGAL_BASES.values():
        assert row["issuer_organisation"] is None or row["issuer_organisation"] in ORGANISATIONS


def test_words_of_a_fixed_set_are_of_that_set():
    """Levels, kinds, roles, extents, languages and legal bases, as the services know them."""
    assert {row["level"] for row in AREAS.values()} == {"city", "district", "ward"}
    assert {s["extent"] for row in AREAS.values() for s in row["successors"]} == {"whole", "part"}
    kinds = {row["kind"] for row in ORGANISATIONS.values()}
    assert kinds == {"public_body", "association", "business"}
    assert {m["role"] for row in PEOPLE.values() for m in row["memberships"]} == ROLES
    assert {row["language"] for row in PEOPLE.values()} == {"vi", "en"}
    assert {row["kind"] for row in EVENTS.values()} == {
        "dialogue",
        "dialogue_youth",
        "meeting",
        "consultation",
        "training",
    }
    bases = {row["legal_basis"] for row in DATA["purposes"]}
    assert bases <= {"consent", "contract", "public_task"}


@pytest.mark.parametrize("rows", [AREAS, ORGANISATIONS], ids=["areas", "organisations"])
def test_nothing_is_above_itself_or_succeeds_itself(rows: dict):
    """Parents and successors, followed to the end, never come back."""
    for key in rows:
        assert key not in keys_reached(key, rows, lambda row: filter(None, [row["parent"]]))
        assert key not in keys_reached(key, rows, successors)


@pytest.mark.parametrize("rows", [AREAS, ORGANISATIONS], ids=["areas", "organisations"])
def test_a_successor_takes_over_on_the_day_its_predecessor_ends(rows: dict):
    """`valid_until` is exclusive, so there is no day between the two and no successor without an end."""
    for row in rows.values():
        assert row["valid_until"] is not None or row["successors"] == [], row["key"]
        for key in successors(row):
            assert valid(rows[key], date.fromisoformat(row["valid_until"])), (row["key"], key)


def test_the_organisations_of_a_ward_that_ended_go_where_the_ward_goes():
    """A ward's committee is succeeded by the committee of the ward that took its area in."""
    found = 0
    for row in ORGANISATIONS.values():
        area = AREAS[row["area"]]
        if area["level"] == "ward" and row["valid_until"]:
            found += 1
            assert {ORGANISATIONS[key]["area"] for key in successors(row)} == set(successors(area))
    assert found == 14


def test_what_ended_without_a_successor_is_to_be_confirmed_and_says_so():
    """An end that nobody took over from is a question, not a fact."""
    for row in (*AREAS.values(), *ORGANISATIONS.values()):
        if row["valid_until"] and not row["successors"]:
            assert row["confirmed"] is False, row["key"]
            assert row.get("note"), row["key"]


def test_the_walk_is_cast_with_people_who_have_their_parts():
    """The organiser organises for the host, the officer serves the partner, three people want two seats."""
    parts = {
        name: PEOPLE[WALK[name]]["memberships"] for name in ("organiser", "officer", "door")
    } | {key: PEOPLE[key]["memberships"] for key in WALK["attendees"]}

    assert {"organisation": WALK["host"], "role": "organiser"} in parts["organiser"]
    assert {"organisation": WALK["partner"], "role": "officer"} in parts["officer"]
    assert len(set(WALK["attendees"])) == 3
    assert WALK["event"]["capacity"] == 2


def test_the_event_of_the_walk_takes_registrations_on_the_day_of_loading():
    """Whatever the day, and from its first moment to its last."""
    for loaded_on in EVERY_DAY:
        starts_at, _, opens_at, closes_at = times(WALK["event"], loaded_on)

        midnight = datetime.combine(loaded_on, time.min, ZoneInfo(WALK["event"]["timezone"]))
        assert opens_at <= midnight
        assert midnight + timedelta(days=1) < closes_at < starts_at


def test_the_event_with_quotas_has_seats_of_every_sort_and_a_waitlist():
    """Whoever comes last waits, though seats are free: they are kept."""
    kept, asked = SEATS["quotas"], SEATS["nomination"]
    partners = [asked["organisation"], *(one["organisation"] for one in kept if one["organisation"])]  # fmt: skip
    assert {SEATS["host"], *partners} <= ORGANISATIONS.keys()
    assert {"organisation": asked["organisation"], "role": "officer"} in PEOPLE[SEATS["officer"]][
        "memberships"
    ]
    coming = 1 + len(SEATS["colleagues"])
    open_to_all = SEATS["event"]["capacity"] - sum(one["seats"] for one in (*kept, asked))
    assert (len(kept), len(SEATS["form"])) == (2, 3)
    assert len(asked["nominees"]) < asked["seats"]
    assert 1 + open_to_all < coming < SEATS["event"]["capacity"]


def test_whoever_is_named_for_seats_is_a_role_title_and_illustrative():
    """No person is made up where a title will do."""
    named = [*SEATS["nomination"]["nominees"], *SEATS["colleagues"]]
    assert all(one["name"].endswith("(minh họa)") for one in named)
    keys = {field["key"] for field in SEATS["form"]}
    for answers in (SEATS["registrant"]["answers"], *(one["answers"] for one in SEATS["colleagues"])):  # fmt: skip
        assert answers.keys() <= keys


def test_registration_for_the_event_with_quotas_is_open_on_the_day_of_loading():
    """And its partner can still name people."""
    for loaded_on in EVERY_DAY:
        starts_at, _, opens_at, closes_at = times(SEATS["event"], loaded_on)
        midnight = datetime.combine(loaded_on, time.min, ZoneInfo(SEATS["event"]["timezone"]))
        deadline = starts_at - timedelta(days=SEATS["nomination"]["closes_days_before"])
        assert opens_at <= midnight
        assert midnight + timedelta(days=1) < min(deadline, closes_at)


@pytest.mark.parametrize("rows", [AREAS, ORGANISATIONS], ids=["areas", "organisations"])
def test_a_parent_is_there_as_long_as_its_child(rows: dict):
    """On a child's first day known and on its last, its parent holds too."""
    for row in rows.values():
        if row["parent"]:
            for day in first_and_last_day(row):
                assert valid(rows[row["parent"]], day), row["key"]


def test_an_organisation_is_there_as_long_as_its_area():
    """No organisation outlives the area that it works in, or is older."""
    for row in ORGANISATIONS.values():
        for day in first_and_last_day(row):
            assert valid(AREAS[row["area"]], day), row["key"]


def first_and_last_day(row: dict) -> tuple[date, date]:
    until = row["valid_until"]
    return (
        date.fromisoformat(row["valid_from"] or "2023-05-04"),
        date.fromisoformat(until) - timedelta(days=1) if until else TODAY,
    )


@pytest.mark.parametrize(
    ("day", "count"),
    [
        (date(2023, 5, 4), 14),
        (date(2024, 12, 31), 14),
        (date(2025, 1, 1), 10),
        (date(2025, 6, 30), 10),
        (date(2025, 7, 1), 3),
        (TODAY, 3),
    ],
)
def test_a_day_has_the_wards_of_that_day(day: date, count: int):
    """A report on 2024 still lists the wards of 2024."""
    assert len(wards(day)) == count


def test_a_code_is_reused_over_time_and_unique_on_any_day():
    """The same code names an old ward and a new one, never two at once."""
    for day in (date(2023, 5, 4), date(2025, 1, 1), date(2025, 7, 1)):
        codes = [row["code"] for row in AREAS.values() if row["code"] and valid(row, day)]
        assert len(codes) == len(set(codes)), day
    before = {row["code"]: row["name"] for row in wards(date(2025, 6, 30))}
    after = {row["code"]: row["name"] for row in wards(date(2025, 7, 1))}
    assert len(before.keys() & after.keys()) == 3
    assert all(before[code] != after[code] for code in after)


def test_a_district_goes_where_its_wards_go():
    """What is said of the whole agrees with what is said of its parts; no edge twice."""
    for row in AREAS.values():
        assert len(successors(row)) == len(set(successors(row))), row["key"]
        children = [child for child in AREAS.values() if child["parent"] == row["key"]]
        if row["successors"]:
            last = [c for c in children if c["valid_until"] == row["valid_until"]]
            assert not last or set(successors(row)) == {key for c in last for key in successors(c)}


def test_an_area_without_a_code_is_to_be_confirmed():
    """What the tables do not hold stays empty and is marked."""
    without = [row for row in AREAS.values() if row["code"] is None]

    assert len(without) == 4
    assert not any(row["confirmed"] for row in without)


@pytest.fixture(scope="module")
def tables() -> Path:
    folder = os.environ.get("CONFORMANCE_DATA")
    if not folder or not (Path(folder) / "areas").is_dir():
        pytest.skip("CONFORMANCE_DATA names no folder with areas/: tables not compared")
    return Path(folder) / "areas"


def test_wards_of_january_2025_are_those_of_the_table(tables: Path):
    """Names and codes on the day of the statistics office's table."""
    ours = {(row["name"], row["code"]) for row in wards(date(2025, 1, 4))}
    district = next(row for row in AREAS.values() if row["level"] == "district")

    with (tables / "hcmc-2025-01.csv").open(encoding="utf-8", newline="") as file:
        rows = [row for row in csv.DictReader(file) if row["Mã QH"] == district["code"]]

    assert ours == {(row["Phường Xã"], row["Mã PX"]) for row in rows}
    assert {(row["Quận Huyện"], row["Mã TP"], row["Tỉnh Thành Phố"]) for row in rows} == {
        (district["name"], AREAS[district["parent"]]["code"], AREAS[district["parent"]]["name"])
    }


def test_successors_of_july_2025_are_those_of_the_table(tables: Path):
    """Each edge with both names, both codes and its extent, no more and no fewer."""
    extents = {"Nhập toàn bộ": "whole", "Nhập một phần": "part"}
    ours = {
        (
            old["name"],
            old["code"],
            AREAS[to["area"]]["name"],
            AREAS[to["area"]]["code"],
            to["extent"],
        )
        for old in wards(date(2025, 6, 30))
        for to in old["successors"]
    }
    new_codes = {row["code"] for row in wards(date(2025, 7, 1))}
    district = next(row for row in AREAS.values() if row["level"] == "district")

    with (tables / "hcmc-2025-07-succession.csv").open(encoding="utf-8", newline="") as file:
        rows = [{k: v.strip() for k, v in row.items()} for row in csv.DictReader(file)]

    theirs = {
        (r["Tên Xã cũ"], r["Mã Xã cũ"], r["Tên Xã mới"], r["Mã Xã mới"], extents[r["Ghi chú"]])
        for r in rows
        if r["Mã Xã mới"] in new_codes
        or r["Quận/huyện"] == f"{district['name']} ({district['code']})"
    }
    assert ours == theirs


def test_memberships_are_in_organisations_of_today():
    """Nobody acts for what is no more."""
    for row in PEOPLE.values():
        for membership in row["memberships"]:
            assert valid(ORGANISATIONS[membership["organisation"]], TODAY), row["key"]


def test_who_holds_an_office_is_named_by_role_and_marked_as_illustrative():
    """Only those who attend carry a person's name, and it is an invented one."""
    for row in PEOPLE.values():
        if (
            {m["role"] for m in row["memberships"]} & (ROLES - {"member"})
            or row["doors"]
            or row["admin"]
        ):
            assert row["name"].endswith("(minh họa)"), row["key"]


def test_there_is_one_admin_and_somebody_at_the_door_of_the_event_of_today():
    """The demo can be run from the first minute."""
    doors = {key for row in PEOPLE.values() for key in row["doors"]}

    assert sum(row["admin"] for row in PEOPLE.values()) == 1
    assert any(EVENTS[key]["when"]["rule"] == "today" for key in doors)


def test_every_event_has_an_organiser_and_a_leader_in_its_organisation():
    """What the policy asks for is there: somebody may edit it, somebody may see its figures."""
    for event in EVENTS.values():
        roles = {
            membership["role"]
            for person in PEOPLE.values()
            for membership in person["memberships"]
            if membership["organisation"] == event["organisation"]
        }
        assert {"organiser", "leader"} <= roles, event["key"]


def test_an_event_invites_organisations_of_today_and_not_its_own():
    """Owner, hosts and partners are all valid; the owner is no partner of itself."""
    for event in EVENTS.values():
        named = {event["organisation"], *event["partners"]}
        named |= {host["organisation"] for host in event["hosts"]}
        assert all(valid(ORGANISATIONS[key], TODAY) for key in named), event["key"]
        assert event["organisation"] not in event["partners"], event["key"]
        assert valid(AREAS[event["venue"]["area"]], TODAY), event["key"]


def test_quotas_are_for_partners_and_leave_seats_for_everybody():
    """Seats that are kept are fewer than seats that there are."""
    for event in EVENTS.values():
        assert {quota["organisation"] for quota in event["quotas"]} <= set(event["partners"])
        assert sum(quota["seats"] for quota in event["quotas"]) < event["capacity"], event["key"]


def test_a_programme_names_its_legal_basis_and_who_plans_it():
    """What is owed is of a kind of that event that pays it, and the owner of both is the same."""
    for programme in PROGRAMMES.values():
        assert programme["legal_basis"]["document"] in LEGAL_BASES, programme["key"]
        assert valid(ORGANISATIONS[programme["organisation"]], TODAY)
        assert "minh họa" in programme["title"]["vi"]
        for item in programme["items"]:
            first, last = (date(2026, item[n]["month"], item[n]["day"]) for n in ("from", "until"))
            assert first <= last
    owed = [event for event in EVENTS.values() if event["owed"]]
    assert len(owed) >= 3
    for event in owed:
        programme = PROGRAMMES[event["owed"]["programme"]]
        items = {item["key"]: item for item in programme["items"]}
        assert programme["organisation"] == event["organisation"], event["key"]
        assert items[event["owed"]["item"]]["kind"] == event["kind"], event["key"]


def test_what_is_on_lies_within_its_event_and_one_of_them_repeats():
    """By the clocks of the day; who speaks is named by role."""
    for event in EVENTS.values():
        clocks = [(item["start"], item["end"]) for item in event["agenda"]]
        assert all(start < end for start, end in clocks), event["key"]
        if clocks:
            assert event["when"]["start"] <= min(clocks)[0], event["key"]
            assert max(end for _, end in clocks) <= event["when"]["end"], event["key"]
        assert all(one.keys() == {"role_title", "note"} for one in event["speakers"])
    assert sum(event["repeats"] is not None for event in EVENTS.values()) == 1
    assert sum(bool(event["agenda"]) for event in EVENTS.values()) >= 5


def test_every_event_is_marked_as_illustrative_and_names_its_legal_basis():
    """Nobody takes the demo for an announcement; every programme says what it rests on."""
    assert all(event["illustrative"] is True for event in EVENTS.values())
    assert all(event["legal_basis"] for event in EVENTS.values())


def test_registering_does_not_rest_on_consent_and_news_does():
    """One is a task of the authority, the other a free choice."""
    bases = {row["key"]: row["legal_basis"] for row in DATA["purposes"]}

    assert bases["registration"] != "consent"
    assert bases["news"] == "consent"


def test_no_event_is_over_before_the_day_of_loading():
    """On every day of a common and of a leap year, everything is today or ahead, within 400 days."""
    for loaded_on in EVERY_DAY:
        for event in EVENTS.values():
            starts_at, ends_at, opens_at, closes_at = times(event, loaded_on)
            assert loaded_on <= local_day(starts_at, event) <= loaded_on + timedelta(days=400)
            assert starts_at < ends_at
            assert opens_at < closes_at <= ends_at
            assert {at.tzinfo for at in (starts_at, ends_at, opens_at, closes_at)} == {UTC}


def test_an_event_of_an_office_is_on_a_working_day():
    """Every rule but today's keeps off Saturdays, Sundays and holidays."""
    assert all(
        "working_day" in event["when"]
        for event in EVENTS.values()
        if event["when"]["rule"] != "today"
    )
    for loaded_on in EVERY_DAY:
        for event in EVENTS.values():
            if "working_day" in event["when"]:
                assert schedule.is_working_day(local_day(times(event, loaded_on)[0], event))


def test_on_any_day_one_event_is_today_and_open_for_registration():
    """From midnight until shortly before its end, there is something for the door to do."""
    for loaded_on in EVERY_DAY:
        today = [
            (event, times(event, loaded_on))
            for event in EVENTS.values()
            if event["when"]["rule"] == "today"
        ]
        assert len(today) == 1
        event, (starts_at, ends_at, opens_at, closes_at) = today[0]
        assert local_day(starts_at, event) == local_day(ends_at, event) == loaded_on
        assert opens_at <= midnight(loaded_on, event)
        assert closes_at > starts_at + timedelta(hours=12)


def test_on_any_day_an_event_that_is_still_ahead_is_open_until_the_next():
    """Whenever the demo is loaded, there is a dialogue to register for, and time to do so."""
    for loaded_on in EVERY_DAY:
        tomorrow = loaded_on + timedelta(days=1)
        windows = [
            (event, times(event, loaded_on))
            for event in EVENTS.values()
            if event["kind"] == "dialogue"
        ]
        assert any(
            opens_at <= midnight(loaded_on, event)
            and closes_at >= midnight(tomorrow, event)
            and local_day(starts_at, event) > tomorrow
            for event, (starts_at, _, opens_at, closes_at) in windows
        ), loaded_on


def test_a_dialogue_with_young_people_is_published_thirty_days_before():
    """Youth Law 57/2020/QH14: the plan and the programme, at least 30 days ahead; preferably in March."""
    youth = [event for event in EVENTS.values() if event["kind"] == "dialogue_youth"]

    assert youth
    for loaded_on in EVERY_DAY:
        for event in youth:
            day = local_day(times(event, loaded_on)[0], event)
            assert day - loaded_on >= timedelta(days=30)
            assert day.month == 3


def test_entrepreneurs_day_is_kept_on_the_13th_of_october_or_the_working_day_before():
    """As the event's own text promises."""
    event = next(e for e in EVENTS.values() if e["when"]["rule"] == "next_month_day")

    assert "liền trước" in " ".join(event["description"]["vi"])
    for loaded_on in EVERY_DAY:
        day = local_day(times(event, loaded_on)[0], event)
        assert (day.month, day.day) in {(10, 11), (10, 12), (10, 13)}


@pytest.mark.parametrize(
    ("loaded_on", "expected"),
    [
        (date(2026, 1, 1), date(2026, 10, 13)),
        (date(2026, 10, 13), date(2026, 10, 13)),
        (date(2026, 10, 14), date(2027, 10, 13)),
        (date(2029, 10, 1), date(2029, 10, 12)),  # the 13th is a Saturday
        (date(2029, 10, 13), date(2030, 10, 11)),  # the 12th has passed; next year's is a Sunday
    ],
)
def test_a_day_of_the_year_is_this_years_until_it_has_passed(loaded_on: date, expected: date):
    """Also where it moves to the working day before."""
    rule = {"rule": "next_month_day", "month": 10, "day": 13, "working_day": "previous"}

    assert schedule.day_of(rule, loaded_on) == expected


@pytest.mark.parametrize(
    ("rule", "loaded_on", "expected"),
    [
        ({"rule": "next_month_day", "month": 2, "day": 29}, date(2097, 1, 1), date(2104, 2, 29)),
        (
            {"rule": "next_month_day", "month": 12, "day": 31, "working_day": "next"},
            date(2028, 1, 1),  # 31 December 2027 was a Friday, 2028 ends on a Sunday
            date(2029, 1, 2),
        ),
        (
            {"rule": "next_month_day", "month": 12, "day": 31, "working_day": "next"},
            date(2029, 1, 2),
            date(2029, 1, 2),
        ),
        (
            {"rule": "next_weekday_of_month", "month": 3, "weekday": "thursday", "nth": 2},
            date(2027, 3, 11),
            date(2027, 3, 11),
        ),
        (
            {"rule": "next_weekday_of_month", "month": 2, "weekday": "friday", "nth": 5},
            date(2026, 1, 1),
            date(2036, 2, 29),
        ),
        (
            {"rule": "in_days", "days": 2, "working_day": "next"},
            date(2027, 4, 28),
            date(2027, 5, 3),
        ),
        ({"rule": "today", "working_day": "next"}, date(2027, 9, 2), date(2027, 9, 3)),
    ],
)
def test_rules_hold_at_the_edges_of_the_calendar(rule: dict, loaded_on: date, expected: date):
    """Leap days, the turn of the year, days on the very day of loading, holidays beside a weekend."""
    assert schedule.day_of(rule, loaded_on) == expected


def test_holidays_are_the_callers_when_it_names_some():
    """Another place has other days off."""
    rule = {"rule": "today", "working_day": "next"}

    assert schedule.day_of(rule, date(2027, 9, 2), holidays=()) == date(2027, 9, 2)


@pytest.mark.parametrize("place", ["Asia/Ho_Chi_Minh", "Europe/Paris"])
def test_hours_are_those_of_the_zone(place: str):
    """Two in the afternoon there, whatever the offset of that day."""
    rule = {"rule": "today", "start": "14:00", "end": "16:30"}
    for loaded_on in (date(2027, 1, 4), date(2027, 7, 5)):
        starts_at, ends_at = schedule.resolve(rule, loaded_on, place)
        there = starts_at.astimezone(ZoneInfo(place))
        assert (there.date(), there.time()) == (loaded_on, time(14))
        assert ends_at - starts_at == timedelta(hours=2, minutes=30)


@pytest.mark.parametrize(
    "rule",
    [
        {"rule": "some_day", "start": "08:00", "end": "09:00"},
        {"rule": "in_days", "days": -1, "start": "08:00", "end": "09:00"},
        {"rule": "next_month_day", "month": 2, "day": 30, "start": "08:00", "end": "09:00"},
        {"rule": "today", "start": "09:00", "end": "09:00"},
    ],
)
def test_a_rule_that_makes_no_sense_is_refused(rule: dict):
    """A wrong row stops the loading instead of showing a wrong day."""
    with pytest.raises(ValueError, match=r"unknown rule|no day|ends before"):
        schedule.resolve(rule, date(2027, 1, 4), "Asia/Ho_Chi_Minh")


def test_a_registration_that_never_closes_is_refused():
    """Its end is counted from the start or from the end."""
    now = datetime(2027, 1, 4, tzinfo=UTC)
    with pytest.raises(ValueError, match="unknown end"):
        schedule.registration_window({"opens": {"days_before": 1}, "closes": {}}, now, now, "UTC")


def midnight(day: date, event: dict) -> datetime:
    return datetime.combine(day, time.min, ZoneInfo(event["timezone"]))

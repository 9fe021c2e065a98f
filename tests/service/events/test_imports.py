"""Files of events: each entry is new, changed, the same or refused before anything is done; then it is done once."""

from __future__ import annotations

import io
import time
import zipfile
from typing import Any

import xlsxwriter
from werkzeug.test import TestResponse

from tests.conformance.data import conformance_data
from tests.service.events.conftest import Events
from tests.support.crowds import at_once
from tests.support.harness import SIGNER, Person, problem

ICS, CSV = "text/calendar", "text/csv"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def calendar(*entries: str) -> bytes:
    body = "".join(f"BEGIN:VEVENT\n{entry.strip()}\nEND:VEVENT\n" for entry in entries)
    return f"BEGIN:VCALENDAR\nVERSION:2.0\nPRODID:-//x//x//VI\n{body}END:VCALENDAR\n".encode()


MEETING = """
UID:hop-1@cu.example
SUMMARY:Họp mặt doanh nghiệp trẻ
LOCATION:Hội trường cũ
DTSTART;TZID=Asia/Ho_Chi_Minh:20260410T140000
DTEND;TZID=Asia/Ho_Chi_Minh:20260410T160000
"""


def upload(
    events: Events, content: bytes, media: str = ICS, *, by: Person | None = None, **query: str
) -> TestResponse:
    token, _ = SIGNER.issue((by or events.organiser).claims(), now=events.clock.now())
    asked = {"organisation_id": str(events.organisation), "kind": "meeting"} | query
    return events.client.post(
        "/v1/imports",
        query_string=asked,
        data=content,
        content_type=media,
        headers={"Authorization": f"Bearer {token}", "Accept-Language": "en"},
    )


def read(events: Events, content: bytes, media: str = ICS, **query: str) -> dict[str, Any]:
    answer = upload(events, content, media, **query)
    assert answer.status_code == 201, answer.get_data(as_text=True)
    return dict(answer.json)


def confirm(events: Events, made: dict[str, Any]) -> dict[str, Any]:
    answer = events.post(f"/imports/{made['id']}/confirm", by=events.organiser, language="en")
    assert answer.status_code == 200, answer.get_data(as_text=True)
    return dict(answer.json)


def drafts(events: Events) -> list[dict[str, Any]]:
    query = f"/events?status=draft&organisation_id={events.organisation}"
    return list(events.get(query, by=events.organiser).json["items"])


def fates(made: dict[str, Any]) -> list[str]:
    return [row["fate"] for row in made["rows"]]


def test_nothing_is_done_before_it_is_confirmed_and_then_once(events: Events) -> None:
    """The second confirmation finds everything the same; nobody is told of drafts."""
    made = read(events, calendar(MEETING))
    assert (fates(made), drafts(events)) == (["new"], [])

    first = confirm(events, made)
    again = confirm(events, made)

    (draft,) = drafts(events)
    assert (draft["title"]["vi"], draft["venue"]["name"], draft["kind"]["key"]) == (
        "Họp mặt doanh nghiệp trẻ",
        "Hội trường cũ",
        "meeting",
    )
    assert events.moment(draft["starts_at"]) == events.moment("2026-04-10T07:00:00Z")
    assert [row["event_id"] for row in first["rows"]] == [draft["id"]]
    assert fates(again) == ["same"]
    assert events.published() == []


def test_a_file_that_comes_again_changes_what_differs_and_nothing_else(events: Events) -> None:
    """By the UID of each entry; what has been published meanwhile is left to its organisers."""
    other = MEETING.replace("hop-1", "hop-2").replace("Họp mặt", "Tập huấn")
    confirm(events, read(events, calendar(MEETING, other)))
    public = next(one for one in drafts(events) if "Tập huấn" in one["title"]["vi"])
    now = events.clock.now()
    events.edited(
        public,
        capacity=10,
        registration_opens_at=now,
        registration_closes_at="2026-04-09T00:00:00Z",
    )
    events.publish(public)

    moved = calendar(MEETING.replace("T140000", "T150000"), other.replace("T140000", "T150000"))
    made = read(events, moved)

    assert [(row["fate"], row["changed"]) for row in made["rows"]] == [
        ("changed", ["starts_at"]),
        ("refused", ["starts_at"]),
    ]
    was, becomes = made["rows"][0]["differences"]["starts_at"]
    assert events.moment(was) == events.moment("2026-04-10T07:00:00Z")
    assert events.moment(becomes) == events.moment("2026-04-10T08:00:00Z")
    confirm(events, made)
    (draft,) = drafts(events)
    assert events.moment(draft["starts_at"]) == events.moment("2026-04-10T08:00:00Z")
    assert events.moment(events.show(public)["starts_at"]) == events.moment("2026-04-10T07:00:00Z")


def test_a_series_of_a_calendar_becomes_its_dates(events: Events) -> None:
    """Without the dates left out, with those that were changed; a rule outside the subset is named."""
    series = MEETING + "RRULE:FREQ=WEEKLY;COUNT=4\nEXDATE;TZID=Asia/Ho_Chi_Minh:20260417T140000"
    changed = (
        MEETING.replace("20260410T14", "20260424T09").replace("20260410T16", "20260424T10")
        + "RECURRENCE-ID;TZID=Asia/Ho_Chi_Minh:20260424T140000"
    )
    endless = MEETING.replace("hop-1", "hop-3") + "RRULE:FREQ=DAILY"

    made = read(events, calendar(series, changed, endless))

    starts = [row["starts_at"] for row in made["rows"] if row["fate"] == "new"]
    assert [events.moment(one).strftime("%d %H") for one in starts] == ["10 07", "24 02", "01 07"]
    assert made["rows"][-1]["problems"] == [
        {"field": "rrule", "message": "The rule needs exactly one end: COUNT or UNTIL."}
    ]


def test_a_table_is_read_by_its_headings(events: Events) -> None:
    """With a title above them; a bad row is flagged and the good ones are kept."""
    text = (
        "Chương trình năm 2026;;;;\n"
        "Tên sự kiện;Loại;Ngày;Giờ bắt đầu;Kết thúc;Địa điểm;Sức chứa\n"
        "Đối thoại mùa xuân;Đối thoại với thanh niên;26/03/2026;14:00;16:30;Hội trường lớn;1.200\n"
        "Tập huấn;Không rõ;27/03/2026;8h30;10:00;;20\n"
        ";;28/03/2026;8:00;;;\n"
        "Họp mặt;;31/02/2026;8:00;;;\n"
        "Ngược giờ;;28/03/2026;10:00;9:00;;\n"
    )
    made = read(events, text.encode("utf-8-sig"), CSV)

    assert fates(made) == ["new", "refused", "refused", "refused", "refused"]
    wrong = [[one["field"] for one in row["problems"]] for row in made["rows"]]
    assert wrong == [[], ["kind"], ["title"], ["starts_at"], ["ends_at"]]
    confirm(events, made)
    (draft,) = drafts(events)
    assert (draft["kind"]["key"], draft["capacity"]) == ("dialogue_youth", 1200)
    assert events.moment(draft["ends_at"]) == events.moment("2026-03-26T09:30:00Z")


def test_a_workbook_is_read_with_its_dates(events: Events) -> None:
    """Real dates and times of cells; a formula counts as what it showed last."""
    content = io.BytesIO()
    book = xlsxwriter.Workbook(
        content, {"in_memory": True, "default_date_format": "dd/mm/yyyy hh:mm"}
    )
    sheet = book.add_worksheet()
    sheet.write_row(0, 0, ["Tên sự kiện", "Bắt đầu", "Kết thúc", "Sức chứa"])
    sheet.write(1, 0, "=1+1 là tên")
    sheet.write_datetime(1, 1, events.moment("2026-05-05T08:00:00"))
    sheet.write_datetime(1, 2, events.moment("2026-05-05T10:00:00"))
    sheet.write_formula(1, 3, "=20+30", None, 50)
    book.close()

    made = read(events, content.getvalue(), XLSX)

    confirm(events, made)
    (draft,) = drafts(events)
    assert draft["capacity"] == 50
    assert events.moment(draft["starts_at"]) == events.moment("2026-05-05T01:00:00Z")


def test_an_entry_without_a_key_is_known_by_title_and_start(events: Events) -> None:
    """So that the same table, read again, doubles nothing; within one file it is refused."""
    text = "title,start,end\nHọp,2026-05-05 08:00,2026-05-05 09:00\n"
    confirm(events, read(events, text.encode(), CSV))

    assert fates(read(events, text.encode(), CSV)) == ["same"]
    doubled = text + text.splitlines()[1] + "\n"
    assert fates(read(events, doubled.encode(), CSV)) == ["same", "refused"]


def test_two_confirmations_at_the_same_moment_make_each_draft_once(events: Events) -> None:
    """The import's row is locked."""
    made = read(events, calendar(MEETING))
    at_once(4, lambda _: confirm(events, made))
    assert len(drafts(events)) == 1


def test_what_is_no_such_file_is_refused_by_name(events: Events) -> None:
    """Nothing is stored and nothing fails."""
    bomb = io.BytesIO()
    with zipfile.ZipFile(bomb, "w", zipfile.ZIP_DEFLATED) as parts:
        parts.writestr("xl/worksheets/sheet1.xml", b"0" * (65 * 1024 * 1024))
    far = io.BytesIO()
    with xlsxwriter.Workbook(far) as workbook:
        sheet = workbook.add_worksheet()
        sheet.write_string(0, 0, "title")
        sheet.write_string(
            60_000, 2_000, "a cell for whose sake all others would be kept in memory"
        )
    refused = {
        "no calendar": upload(events, b"\xff\x00nothing"),
        "no table": upload(events, b"a,b\n1,2\n", CSV),
        "no workbook": upload(events, b"PK\x03\x04nothing", XLSX),
        "a bomb": upload(events, bomb.getvalue(), XLSX),
        "a far cell": upload(events, far.getvalue(), XLSX),
        "too many": upload(events, calendar(*[MEETING] * 1001)),
    }
    assert {name: problem(answer) for name, answer in refused.items()} == dict.fromkeys(
        refused, "unreadable-file"
    )
    assert problem(upload(events, b"{}", "application/json")) == "no-such-format"
    assert upload(events, b"x" * (10 * 1024 * 1024 + 1)).status_code == 413
    assert upload(events, calendar(MEETING), kind="none").status_code == 422
    assert upload(events, calendar(MEETING), timezone="Mars/Base").status_code == 422


def test_only_organisers_read_files_in_and_see_what_was_read(events: Events) -> None:
    """Of that organisation."""
    made = read(events, calendar(MEETING))
    stranger = Person().with_role("organiser", Person().id)

    assert upload(events, calendar(MEETING), by=stranger).status_code == 403
    assert events.get(f"/imports/{made['id']}", by=stranger).status_code == 404
    assert events.post(f"/imports/{made['id']}/confirm", by=stranger).status_code == 404


def test_calendars_found_in_the_wild_get_a_preview_or_a_problem(events: Events) -> None:
    """None with an error of the server; what was good can be confirmed. How long the slowest took is printed."""
    samples = sorted(conformance_data("icalendar", "samples").rglob("*.ics"))
    assert len(samples) > 100
    slowest, failed = 0.0, []
    for sample in samples:
        began = time.monotonic()
        answer = upload(events, sample.read_bytes())
        if answer.status_code not in (201, 422):
            failed.append((sample.name, answer.status_code))
        if answer.status_code == 201:
            done = events.post(f"/imports/{answer.json['id']}/confirm", by=events.organiser)
            if done.status_code != 200:
                failed.append((sample.name, done.status_code))
        slowest = max(slowest, time.monotonic() - began)
    print(f"{len(samples)} calendars, the slowest in {slowest:.2f} s")
    assert failed == []


def test_two_files_with_the_same_entry_at_the_same_moment_make_one_draft(events: Events) -> None:
    """Whoever comes second finds what the first made."""
    files = [read(events, calendar(MEETING)) for _ in range(4)]
    done = at_once(4, lambda number: confirm(events, files[number]))
    assert len(drafts(events)) == 1
    assert sorted(fates(one)[0] for one in done) == ["new", "same", "same", "same"]


def test_what_is_too_long_for_its_field_is_refused_and_never_cut_unseen(events: Events) -> None:
    """In tables as in calendars; what just fits is kept whole."""
    rows = [("t" * 301, "v", "d"), ("B", "v" * 201, "d"), ("C", "v", "d" * 20_001), ("t" * 300, "v" * 200, "d" * 20_000)]  # fmt: skip
    heading = "Tên sự kiện,Bắt đầu,Địa điểm,Nội dung\n"
    table = heading + "".join(f"{t},26/03/2026 14:00,{v},{d}\n" for t, v, d in rows)
    entries = (
        f"UID:{n}\nSUMMARY:{t}\nLOCATION:{v}\nDESCRIPTION:{d}\nDTSTART:20260410T140000Z"
        for n, (t, v, d) in enumerate(rows)
    )

    for made in (read(events, table.encode(), CSV), read(events, calendar(*entries))):
        wrong = [[one["field"] for one in row["problems"]] for row in made["rows"]]
        assert wrong == [["title"], ["venue"], ["description"], []]
        assert "shorten" in made["rows"][0]["problems"][0]["message"]
        assert fates(made) == ["refused", "refused", "refused", "new"]

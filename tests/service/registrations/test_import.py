"""Lists of attendees: what would become of each row is said first, good rows are kept, flagged ones mended in place."""

from __future__ import annotations

import io
import time
import zipfile
from datetime import date
from typing import Any
from uuid import UUID

import pytest
import xlsxwriter
from werkzeug.test import TestResponse

from services.registrations.importing import LARGEST_FILE
from services.registrations.operations.imports import KEPT
from services.registrations.operations.imports import take as take_some
from services.registrations.worker import tidy
from shared.ids import new_id
from shared.sheets import LARGEST_UNPACKED
from tests.service.registrations.conftest import Registrations
from tests.support.crowds import at_once
from tests.support.harness import SIGNER, Person, problem

CSV = "text/csv"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
LIST = """STT;Họ và tên;SĐT;Thư điện tử;Doanh nghiệp;Ghi chú
1;Nguyễn Thị Ữ;0912 345 678;ut@cty.example;Công ty Ữ Ậ;Ăn chay
2;Trần Văn Ậ;0987.654.321;;Hộ kinh doanh Ậ;
3;;0909 000 111;;Công ty Ữ Ậ;
4;Lê Thị Hạ;12345;sai-dia-chi;;
5;Phạm Mơ;;;;
"""


def upload(
    registrations: Registrations,
    event: UUID,
    content: bytes | str,
    media: str = CSV,
    *,
    by: Person | None = None,
    language: str = "vi",
    key: str | None = None,
) -> TestResponse:
    who = by or registrations.organiser
    token, _ = SIGNER.issue(who.claims(), now=registrations.clock.now())
    headers = {"Authorization": f"Bearer {token}", "Accept-Language": language}
    return registrations.app.test_client().post(
        f"/v1/offers/{event}/imports",
        data=content.encode() if isinstance(content, str) else content,
        content_type=media,
        headers=headers | ({"Idempotency-Key": key} if key else {}),
    )


def read(registrations: Registrations, event: UUID, content: bytes | str, media: str = CSV) -> str:
    answer = upload(registrations, event, content, media)
    assert answer.status_code == 201, answer.json
    return str(answer.json["id"])


def rows(registrations: Registrations, made: str, query: str = "") -> list[dict[str, Any]]:
    answer = registrations.get(f"/imports/{made}/rows?limit=200{query}", by=registrations.organiser)
    assert answer.status_code == 200, answer.json
    return list(answer.json["items"])


def counts(answer: TestResponse) -> dict[str, int]:
    return {name: count for name, count in answer.json["counts"].items() if count}


def take(registrations: Registrations, made: str) -> TestResponse:
    answer = registrations.post(f"/imports/{made}/confirm", by=registrations.organiser)
    assert answer.status_code == 200, answer.json
    return answer


def attendees(registrations: Registrations, event: UUID) -> list[dict[str, Any]]:
    answer = registrations.get(
        f"/offers/{event}/registrations?limit=200", by=registrations.organiser
    )
    return list(answer.json["items"])


def sheet(*lines: list[Any], merge: tuple[int, int, int, int, str] | None = None) -> bytes:
    file = io.BytesIO()
    with xlsxwriter.Workbook(file, {"default_date_format": "dd/mm/yyyy"}) as workbook:
        written = workbook.add_worksheet()
        for number, cells in enumerate(lines):
            written.write_row(number, 0, cells)
        if merge is not None:
            written.merge_range(*merge)
    return file.getvalue()


def test_a_list_is_looked_at_before_anything_is_done(registrations: Registrations) -> None:
    """Vietnamese headings are understood; a flagged row says which column, why and what to do."""
    event = registrations.open_event(capacity=10)
    answer = upload(registrations, event, LIST)
    assert answer.status_code == 201, answer.json
    assert answer.json["columns"] == {
        "name": "Họ và tên",
        "phone": "SĐT",
        "email": "Thư điện tử",
        "organisation": "Doanh nghiệp",
        "note": "Ghi chú",
    }
    assert counts(answer) == {"new": 3, "refused": 2}
    assert attendees(registrations, event) == []

    flagged = rows(registrations, answer.json["id"], "&fate=refused")
    said = {row["place"]: [one["field"] for one in row["problems"]] for row in flagged}
    assert said == {4: ["name"], 5: ["phone", "email"]}
    assert "0912 345 678" in flagged[1]["problems"][0]["message"]
    assert rows(registrations, answer.json["id"])[0]["said"]["phone"] == "+84912345678"


def test_good_rows_are_taken_and_flagged_ones_mended_in_place(registrations: Registrations) -> None:
    """And sent again; nobody is doubled."""
    event = registrations.open_event(capacity=3)
    made = read(registrations, event, LIST)
    assert counts(take(registrations, made)) == {"taken": 3, "refused": 2}

    mended = registrations.call(
        "PATCH",
        f"/imports/{made}/rows",
        {
            "rows": [
                {"place": 4, "name": "Đỗ Mới"},
                {"place": 5, "phone": "", "email": ""},
                {"place": 2, "name": "Người khác"},
            ]
        },
        by=registrations.organiser,
    )
    assert mended.status_code == 200, mended.json
    assert counts(mended) == {"taken": 3, "new": 2}
    assert counts(take(registrations, made)) == {"taken": 5}
    assert counts(take(registrations, made)) == {"taken": 5}

    found = attendees(registrations, event)
    assert [(one["name"], one["status"], one["position"]) for one in found] == [
        ("Nguyễn Thị Ữ", "confirmed", None),
        ("Trần Văn Ậ", "confirmed", None),
        ("Phạm Mơ", "confirmed", None),
        ("Đỗ Mới", "waitlisted", 1),
        ("Lê Thị Hạ", "waitlisted", 2),
    ]
    first = found[0]
    assert (first["phone"], first["email"]) == ("+84912345678", "ut@cty.example")
    assert (first["organisation_name"], first["note"]) == ("Công ty Ữ Ậ", "Ăn chay")


def test_the_same_list_again_doubles_nobody(registrations: Registrations) -> None:
    """By phone, by mail, and without either by name and organisation; what it says more is added."""
    event = registrations.open_event(capacity=10)
    take(registrations, read(registrations, event, LIST))
    again = LIST.replace("Phạm Mơ;;;;", "Pham Mo;;;;Đến muộn").replace("ut@cty.example", "")
    answer = upload(registrations, event, again)
    assert counts(answer) == {"same": 2, "changed": 1, "refused": 2}
    take(registrations, answer.json["id"])
    found = attendees(registrations, event)
    assert len(found) == 3
    assert (found[2]["name"], found[2]["note"]) == ("Phạm Mơ", "Đến muộn")
    assert found[0]["email"] == "ut@cty.example"
    assert counts(upload(registrations, event, again)) == {"same": 3, "refused": 2}


def test_who_registered_themselves_is_recognised_and_left_alone(
    registrations: Registrations,
) -> None:
    """What somebody with an account said of themselves, no list changes."""
    event = registrations.open_event(capacity=10)
    registrations.post(
        f"/offers/{event}/registrations", {"name": "Lê Tự", "phone": "0912345678"}, by=Person()
    )
    answer = upload(registrations, event, "Name,Phone,Note\nLê Tự,84912345678,x\n")
    assert counts(answer) == {"same": 1}
    take(registrations, answer.json["id"])
    assert [one["note"] for one in attendees(registrations, event)] == [None]


def test_a_phone_of_another_is_flagged_and_nothing_guessed(registrations: Registrations) -> None:
    """One name twice is one too many, and whoever cancelled is not brought back."""
    event = registrations.open_event(capacity=10)
    made = read(
        registrations, event, "Tên,ĐT\nAn,0912345678\nBình,0912345678\nAN,0912345678\nCúc,\nCúc,\n"
    )
    flagged = {
        row["place"]: row["problems"][0] for row in rows(registrations, made, "&fate=refused")
    }
    assert {place: one["field"] for place, one in flagged.items()} == {3: "phone", 4: "_", 6: "_"}
    assert "An" in flagged[3]["message"]
    assert "2" in flagged[3]["message"]
    take(registrations, made)
    registrations.cancel(attendees(registrations, event)[0])
    again = upload(registrations, event, "Tên,ĐT\nAn,0912345678\n", language="en")
    assert counts(again) == {"refused": 1}


def test_a_full_event_without_a_waitlist_flags_the_rest(registrations: Registrations) -> None:
    """Who came first in the list has a place; with more seats the rest is taken the same way."""
    event = registrations.open_event(capacity=1, waitlist=False)
    made = read(registrations, event, "Name\nA\nB\n")
    assert counts(take(registrations, made)) == {"taken": 1, "refused": 1}
    assert rows(registrations, made)[1]["problems"][0]["field"] == "_"
    registrations.call("PATCH", f"/offers/{event}", {"capacity": 2}, by=registrations.organiser)
    assert counts(take(registrations, made)) == {"taken": 2}


def test_the_rules_of_the_offer_hold(registrations: Registrations) -> None:
    """Where an organiser approves they wait for it; after the end of registration nobody is taken at all."""
    event = registrations.open_event(capacity=5)
    registrations.call(
        "PATCH", f"/offers/{event}/rules", {"approval": True}, by=registrations.organiser
    )
    take(registrations, read(registrations, event, "Name\nA\n"))
    assert [one["status"] for one in attendees(registrations, event)] == ["pending"]
    made = read(registrations, event, "Name\nB\n")
    registrations.clock.advance(days=20, hours=1)
    answer = registrations.post(f"/imports/{made}/confirm", by=registrations.organiser)
    assert problem(answer) == "registration-closed"
    assert len(attendees(registrations, event)) == 1


def test_who_has_no_account_is_not_asked_to_accept(registrations: Registrations) -> None:
    """Where freed seats are held, theirs is theirs at once: nobody could say yes for them."""
    event = registrations.open_event(capacity=1)
    registrations.call(
        "PATCH", f"/offers/{event}/rules", {"hold_minutes": 60}, by=registrations.organiser
    )
    take(registrations, read(registrations, event, "Name\nA\nB\n"))
    registrations.cancel(attendees(registrations, event)[0])
    found = attendees(registrations, event)
    assert [one["status"] for one in found] == ["cancelled", "confirmed"]


def test_each_place_is_in_the_log_and_no_message_names_anybody(
    registrations: Registrations,
) -> None:
    """People without an account are told nothing by us; the offer tells its new figures once."""
    event = registrations.open_event(capacity=5)
    before = len(registrations.published())
    take(registrations, read(registrations, event, "Name\nA\nB\n"))
    assert [one.type for one in registrations.published()[before:]] == ["offer.changed"]
    log = registrations.get(f"/offers/{event}/log", by=registrations.organiser).json["items"]
    assert [one["what"] for one in log] == ["imported", "imported"]
    assert {one["by"] for one in log} != {None}


def test_a_workbook_as_offices_write_them(registrations: Registrations) -> None:
    """A title above, a family name of its own, a phone that lost its 0, a date where none belongs, merged cells."""
    event = registrations.open_event(capacity=9)
    content = sheet(
        ["DANH SÁCH ĐẠI BIỂU"],
        [],
        ["TT", "Họ và tên đệm", "Tên", "Số ĐT (Zalo)*", "Đơn vị/Doanh nghiệp"],
        [1, "Nguyễn Thị", "Ữ", 912345678, "Công ty Ữ"],
        [2, "Trần Văn", "Ậ", 84987654321.0, ""],
        [3, "Lê", "Hạ", "'+84 909 000 111", "Hộ Hạ"],
        [4, "Đỗ", "Mơ", date(1984, 3, 5), ""],
        [5, "Vũ", "Tư", "9.12346E+08", ""],
        [6, "Ngô", "Năm", "0912 000 222 / 0913 000 333", ""],
        [7, "Hồ", "Sáu", "+84123", ""],
        ["", "Tổng cộng: 6", "", "", ""],
        merge=(3, 4, 4, 4, "Công ty Ữ"),
    )
    made = read(registrations, event, content, XLSX)
    found = {row["place"]: row for row in rows(registrations, made)}
    assert [found[place]["said"]["name"] for place in (4, 5, 6)] == [
        "Nguyễn Thị Ữ",
        "Trần Văn Ậ",
        "Lê Hạ",
    ]
    assert [found[place]["said"]["phone"] for place in (4, 5, 6)] == [
        "+84912345678",
        "+84987654321",
        "+84909000111",
    ]
    assert found[5]["said"]["organisation"] == "Công ty Ữ"
    flagged = {
        place: row["problems"][0]["field"] for place, row in found.items() if row["problems"]
    }
    assert flagged == {7: "phone", 8: "phone", 9: "phone", 10: "phone", 11: "name"}
    assert "rút gọn" in found[8]["problems"][0]["message"]
    assert "nhiều số" in found[9]["problems"][0]["message"]


def test_merged_names_and_formulas_are_flagged(registrations: Registrations) -> None:
    """Nobody has another's name; what is calculated is not what somebody wrote."""
    event = registrations.open_event(capacity=9)
    content = sheet(
        ["Name", "Phone"],
        ["An", "0912345678"],
        ["", "0912345679"],
        merge=(1, 0, 2, 0, "An"),
    )
    made = read(registrations, event, content, XLSX)
    assert "gộp" in rows(registrations, made)[1]["problems"][0]["message"]
    made = read(registrations, event, 'Name,Phone\n=A1&B1,\n"=HYPERLINK(""x"")",\n')
    assert {row["problems"][0]["field"] for row in rows(registrations, made)} == {"name"}


def test_our_own_list_comes_in_again(registrations: Registrations) -> None:
    """In both forms everybody is recognised."""
    event = registrations.open_event(capacity=9)
    take(registrations, read(registrations, event, LIST))
    for format_, media in (("csv", CSV), ("xlsx", XLSX)):
        content = registrations.get(
            f"/offers/{event}/export?format={format_}", by=registrations.organiser
        ).data
        assert counts(upload(registrations, event, content, media)) == {"same": 3}


def bomb() -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as parts:
        parts.writestr("xl/worksheets/sheet1.xml", b" " * (LARGEST_UNPACKED + 1))
    return file.getvalue()


def far_cell() -> bytes:
    """Five kilobytes that ask for all memory: two cells, as far from each other as a sheet is large."""
    file = io.BytesIO()
    with xlsxwriter.Workbook(file) as workbook:
        written = workbook.add_worksheet()
        written.write_string(0, 0, "Name")
        written.write_string(60_000, 2_000, "x")
    return file.getvalue()


def lying() -> bytes:
    """A workbook whose directory says that its sheet is small."""
    content = bytearray(bomb())
    at = content.rindex(b"PK\x01\x02")
    content[at + 24 : at + 28] = (1000).to_bytes(4, "little")
    return bytes(content)


@pytest.mark.parametrize(
    ("content", "media", "expected"),
    [
        (b"", CSV, "unreadable-file"),
        (b"", XLSX, "unreadable-file"),
        (b" \n\n", CSV, "unreadable-file"),
        (b"\xff\xd8\xff\xe0 a picture", CSV, "unreadable-file"),
        (b"PK\x03\x04 no zip", XLSX, "unreadable-file"),
        (b"Name\n", CSV, "unreadable-file"),
        (b"a,b\n1,2\n", CSV, "unreadable-file"),
        (b"Name\n" + b"A\n" * 50_001, CSV, "unreadable-file"),
        (b'Name\n"' + b"A" * 200_000 + b'"\n', CSV, "unreadable-file"),
        (b"x", "application/pdf", "no-such-format"),
        (b"x", "application/vnd.ms-excel", "no-such-format"),
    ],
    ids=lambda value: str(value)[:30],
)
def test_what_is_no_list_is_refused_by_name(
    registrations: Registrations, content: bytes, media: str, expected: str
) -> None:
    """And nothing of it is kept."""
    event = registrations.open_event()
    answer = upload(registrations, event, content, media)
    assert problem(answer) == expected
    assert answer.json["detail"]
    assert registrations.count("imports") == registrations.count("import_rows") == 0


@pytest.mark.parametrize("made", [bomb, far_cell, lying], ids=lambda made: made.__name__)
def test_a_workbook_that_asks_for_too_much_is_refused(
    registrations: Registrations, made: Any
) -> None:
    """In little time and memory; the process that serves goes on."""
    event = registrations.open_event()
    began = time.monotonic()
    answer = upload(registrations, event, made(), XLSX)
    assert problem(answer) == "unreadable-file"
    assert "quá lớn" in answer.json["detail"] or made is lying
    assert time.monotonic() - began < 20


def test_a_file_that_is_too_large_is_refused_unread(registrations: Registrations) -> None:
    """One of 100 MiB as one of a little more than 10."""
    event = registrations.open_event()
    for size in (LARGEST_FILE + 1, 100 * 1024 * 1024):
        assert upload(registrations, event, b"x" * size).status_code == 413


def test_an_upload_with_a_key_is_kept_once(registrations: Registrations) -> None:
    """As every POST that creates."""
    event = registrations.open_event()
    by = registrations.organiser
    first, again = (upload(registrations, event, LIST, key="k", by=by) for _ in range(2))
    assert first.json == again.json
    assert registrations.count("imports") == 1


def test_two_confirm_at_once_and_nobody_is_doubled(registrations: Registrations) -> None:
    """The second finds what the first made."""
    event = registrations.open_event(capacity=2)
    made = [read(registrations, event, "Name\nA\nB\nC\n") for _ in range(2)]
    token, _ = SIGNER.issue(registrations.organiser.claims(), now=registrations.clock.now())
    headers = {"Authorization": f"Bearer {token}"}

    def confirm(number: int) -> TestResponse:
        client = registrations.app.test_client()
        return client.post(f"/v1/imports/{made[number]}/confirm", json={}, headers=headers)

    answers = at_once(2, confirm)
    assert [answer.status_code for answer in answers] == [200, 200]
    found = attendees(registrations, event)
    assert [one["status"] for one in found] == ["confirmed", "confirmed", "waitlisted"]


def test_a_long_list_is_taken_in_parts(registrations: Registrations) -> None:
    """In the order of its rows; meanwhile nobody waits for long."""
    event = registrations.open_event(capacity=2)
    made = read(registrations, event, "Name\nA\nB\nC\n")
    with registrations.deps.unit_of_work() as uow:
        take_some(
            uow, UUID(made), by=registrations.organiser.id, now=registrations.clock.now(), at_once=2
        )
    assert [one["name"] for one in attendees(registrations, event)] == ["A", "B"]
    assert counts(take(registrations, made)) == {"taken": 3}
    found = attendees(registrations, event)
    assert [one["status"] for one in found] == ["confirmed", "confirmed", "waitlisted"]


def test_a_list_is_its_organisers_alone(registrations: Registrations) -> None:
    """Reading, looking, mending, taking."""
    event = registrations.open_event()
    made = read(registrations, event, LIST)
    other = Person().with_role("organiser", new_id())
    for by in (other, Person(), Person().at_door(event, registrations.organisation)):
        assert upload(registrations, event, LIST, by=by).status_code in (403, 404)
        for method, path, body in (
            ("GET", "", None),
            ("GET", "/rows", None),
            ("PATCH", "/rows", {"rows": [{"place": 2, "name": "X"}]}),
            ("POST", "/confirm", {}),
        ):
            answer = registrations.call(method, f"/imports/{made}{path}", body, by=by)
            assert answer.status_code in (403, 404), path


def test_a_list_is_forgotten_after_a_while(registrations: Registrations) -> None:
    """With its rows, which hold what is personal; who was registered stays."""
    event = registrations.open_event(capacity=5)
    take(registrations, read(registrations, event, LIST))
    tidy(registrations.deps)
    assert registrations.count("imports") == 1
    registrations.clock.advance(days=KEPT.days, minutes=1)
    tidy(registrations.deps)
    assert registrations.count("imports") == registrations.count("import_rows") == 0
    assert registrations.count("registrations") == 3


@pytest.mark.slow
def test_five_thousand_rows_are_taken_within_ten_seconds(registrations: Registrations) -> None:
    """Read and registered, of our own time: the bench measures the whole. A second time nobody is doubled."""
    event = registrations.open_event(capacity=4000)
    content = "Họ và tên,SĐT,Đơn vị\n" + "".join(
        f"Nguyễn Thị Ữ {n},09{10_000_000 + n},Công ty {n % 97}\n" for n in range(5000)
    )
    began = time.process_time()
    made = read(registrations, event, content)
    assert counts(take(registrations, made)) == {"taken": 5000}
    assert time.process_time() - began < 10
    assert counts(upload(registrations, event, content)) == {"same": 5000}
    found = registrations.get(f"/offers/{event}/registrations", by=registrations.organiser).json
    assert (found["counts"]["confirmed"], found["counts"]["waitlisted"]) == (4000, 1000)

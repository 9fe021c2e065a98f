"""A partner's list as a spreadsheet: looked at, its good rows then named as if they had been pasted."""

from __future__ import annotations

from typing import Any

import pytest
from werkzeug.test import TestResponse

from tests.service.registrations.conftest import Registrations
from tests.service.registrations.nominating import Partner
from tests.service.registrations.test_import import CSV, XLSX, bomb, far_cell, lying, sheet
from tests.support.harness import SIGNER, Person, problem

TITLE = ["DANH SÁCH ĐỀ CỬ NGƯỜI DỰ"]
HEADINGS = ["STT", "Họ và tên", "Chức vụ", "Số điện thoại", "Email"]
HOA = [1, "Nguyễn Thị Minh Họa", "Giám đốc", "0912 345 678", ""]
DU = [2, "Trần Văn Ví Dụ", "", 987654321, "Vi-Du@example.vn"]


def look(
    partner: Partner, content: bytes, media: str = XLSX, *, by: Person | None = None
) -> TestResponse:
    house = partner.house
    token, _ = SIGNER.issue((by or partner.officer).claims(), now=house.clock.now())
    return house.app.test_client().post(
        f"/v1/nominations/{partner.list}/nominees/sheet",
        data=content,
        content_type=media,
        headers={"Authorization": f"Bearer {token}", "Accept-Language": "vi"},
    )


def why(answer: TestResponse) -> dict[int, Any]:
    """By the line in the file, why it is not taken."""
    return {row["line"]: row["why"] for row in answer.json["flagged"]}


def test_a_workbook_is_read_by_its_headings_and_its_rows_are_named(
    registrations: Registrations,
) -> None:
    """Under a title; a number that lost its first 0 is one. Looking keeps nothing."""
    partner = Partner(registrations, registrations.open_event(capacity=9), seats=5)

    seen = look(partner, sheet(TITLE, HEADINGS, HOA, DU))

    assert seen.status_code == 200, seen.json
    people = [(row["line"], row["name"], row["phone"], row["email"]) for row in seen.json["good"]]
    assert people == [
        (3, "Nguyễn Thị Minh Họa", "+84912345678", None),
        (4, "Trần Văn Ví Dụ", "+84987654321", "vi-du@example.vn"),
    ]
    assert (seen.json["flagged"], seen.json["left"], partner.nominees()) == ([], 3, [])

    done = partner.name("\n".join(row["text"] for row in seen.json["good"]))

    assert [row["name"] for row in done.json["good"]] == [name for _, name, _, _ in people]
    assert [one["phone"] for one in partner.nominees()] == ["+84912345678", "+84987654321"]


def test_what_is_wrong_with_a_row_is_said_at_its_line(registrations: Registrations) -> None:
    """Formulas, shortened and doubled numbers, nobody to be asked, twice the same; the others are taken."""
    partner = Partner(registrations, registrations.open_event(capacity=9), seats=5)
    lines: list[list[Any]] = [
        HEADINGS,
        HOA,
        ["", "=A1&B1", "", "0912 000 111", ""],
        ["", "Lê Rút Gọn", "", "8.49E+10", ""],
        ["", "Lê Không Thư", "", "", ""],
        ["", "Lê Sai Thư", "", "", "sai-dia-chi"],
        ["", "Nguyễn Lặp", "", "0912345678", ""],
    ]
    content = "\n".join(",".join(map(str, line)) for line in lines).encode()

    seen = look(partner, content, CSV)

    assert [row["line"] for row in seen.json["good"]] == [2]
    said = why(seen)
    assert list(said) == [3, 4, 5, 6, 7]
    for line, part in ((3, "công thức"), (4, "rút gọn"), (5, "Thiếu số"), (6, "không đúng")):
        assert part in said[line]
    assert said[7] == "Trùng với dòng 2."


def test_a_cell_that_is_merged_with_the_row_above_is_said(registrations: Registrations) -> None:
    """One number for two people is nobody's; the names stay to be mended."""
    partner = Partner(registrations, registrations.open_event(capacity=9), seats=5)
    other = ["", "Trần Chung Số", "", "", ""]

    seen = look(partner, sheet(HEADINGS, HOA, other, merge=(1, 3, 2, 3, "0912 345 678")))

    assert [row["name"] for row in seen.json["good"]] == ["Nguyễn Thị Minh Họa"]
    assert "gộp" in why(seen)[3]
    assert seen.json["flagged"][0]["text"] == "Trần Chung Số"


@pytest.mark.parametrize(
    ("content", "media", "expected"),
    [
        (b"", XLSX, "unreadable-file"),
        (b"PK\x03\x04 nothing", XLSX, "unreadable-file"),
        (sheet(["0912 345 678", "x"]), XLSX, "unreadable-file"),
        (sheet(HEADINGS), XLSX, "unreadable-file"),
        (bomb(), XLSX, "unreadable-file"),
        (lying(), XLSX, "unreadable-file"),
        (far_cell(), XLSX, "unreadable-file"),
        (b"x", "application/vnd.ms-excel", "no-such-format"),
        (b"x" * (1024 * 1024 + 1), CSV, "request-entity-too-large"),
    ],
)
def test_a_file_that_is_no_list_is_named(
    registrations: Registrations, content: bytes, media: str, expected: str
) -> None:
    """With what to do, whatever it asks of the memory."""
    partner = Partner(registrations, registrations.open_event())
    assert problem(look(partner, content, media)) == expected


def test_only_so_many_rows_are_read(registrations: Registrations) -> None:
    """The rest is said to be divided; there are never more seats than that."""
    partner = Partner(registrations, registrations.open_event(capacity=9), seats=5)
    lines = [f"Người Thứ {number},09{number:08}" for number in range(1200)]

    seen = look(partner, "\n".join(["Họ tên,SĐT", *lines]).encode(), CSV)

    assert len(seen.json["good"]) == 5
    assert "1000 dòng đầu" in seen.json["flagged"][-1]["why"]


def test_nobody_reads_into_anothers_list(registrations: Registrations) -> None:
    """A partner's officer only into their own; a closed list takes nobody."""
    event = registrations.open_event()
    partner, other = Partner(registrations, event), Partner(registrations, event)
    content = sheet(HEADINGS, HOA)

    assert look(partner, content, by=other.officer).status_code == 404
    assert look(partner, content, by=registrations.organiser).status_code == 200
    registrations.clock.advance(days=8)
    assert problem(look(partner, content)) == "nomination-closed"

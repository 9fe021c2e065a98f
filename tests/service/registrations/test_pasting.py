"""Lists as partners paste them: each line a person, whatever stands around the parts that are needed."""

from __future__ import annotations

import time

import pytest

from services.registrations.pasting import read


@pytest.mark.parametrize(
    "line",
    [
        "Nguyễn Thị Minh Họa, 0912 345 678, minh-hoa@example.vn",
        "1. Nguyễn Thị Minh Họa; 0912.345.678; minh-hoa@example.vn",
        "12) Nguyễn Thị Minh Họa\t+84 912 345 678\tminh-hoa@example.vn",
        "3\tNguyễn Thị Minh Họa\t0912345678\tminh-hoa@example.vn",
        "- Nguyễn Thị Minh Họa - 0912-345-678 - minh-hoa@example.vn",
        "  7/ Nguyễn Thị Minh Họa 0912345678 minh-hoa@example.vn",
        "minh-hoa@example.vn | 0912345678 | Nguyễn  Thị Minh Họa",
        "Nguye\u0302\u0303n Thi\u0323 Minh Ho\u0323a, 0912\u00a0345\u00a0678, <minh-hoa@example.vn>",
        "0912 345 678, Nguyễn Thị Minh Họa, minh-hoa@example.vn",
        "1. 0912 345 678, Nguyễn Thị Minh Họa, minh-hoa@example.vn",
    ],
)
def test_a_line_is_read_however_it_is_written(line: str) -> None:
    """Numbered or not, by comma, tab, semicolon, bar or dash, in any order, letters composed or not."""
    (row,) = read(line)
    assert (row.name, row.phone, row.email, row.why) == (
        "Nguyễn Thị Minh Họa",
        "+84912345678",
        "minh-hoa@example.vn",
        None,
    )


def test_what_nobody_needs_is_named_and_left_out() -> None:
    """A birthday is no phone number; a post is not kept."""
    (row,) = read("1. Trần Văn Ví Dụ, Phó Giám đốc, 12/03/1990, 0912345678, Công ty Hoa Sen")
    assert (row.name, row.phone, row.why) == ("Trần Văn Ví Dụ", "+84912345678", None)
    assert row.ignored == ("Phó Giám đốc", "Công ty Hoa Sen")


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("0912345678, a@example.vn", "Thiếu họ tên"),
        ("Trần Văn Ví Dụ", "Thiếu số điện thoại hoặc thư"),
        ("Trần Văn Ví Dụ, 0912 345", "Số điện thoại không đúng"),
        ("Trần Văn Ví Dụ, 0012 345 678 99", "Số điện thoại không đúng"),
        ("Trần Văn Ví Dụ, vi-du@", "Thiếu số điện thoại hoặc thư"),
        ("Trần Văn Ví Dụ, vi-du@máy, 0912345678", "Địa chỉ thư không đúng"),
        ("An, an@example.vn, Bình, binh@example.vn", "hai người"),
        ("A" * 201 + ", 0912345678", "dài quá 200"),
        ("Trần\x01Văn, 0912345678", "ký tự không đọc được"),
    ],
)
def test_a_line_that_cannot_be_taken_says_why(line: str, said: str) -> None:
    """And says nothing of the others."""
    bad, good = read(f"{line}\nLê Hợp Lệ, 0987654321")
    assert said in (bad.says("vi") or "")
    assert bad.says("en")
    assert good.why is None


def test_heads_and_empty_lines_are_passed_over() -> None:
    """Line numbers are those of the text."""
    rows = read("\ufeffSTT\tHọ và tên\tSố điện thoại\tEmail\r\n\r\n1\tLê Hợp Lệ\t0987654321\t\r\n")
    assert [(row.line, row.name) for row in rows] == [(3, "Lê Hợp Lệ")]


def test_who_stands_twice_is_taken_once() -> None:
    """By phone or by mail, whatever case it is in; the second line names the first."""
    rows = read(
        "An, 0912345678, an@example.vn\nBình, binh@example.vn\nAn lần hai, AN@example.vn\nAn nữa, +84912345678"
    )
    assert [row.says("en") for row in rows] == [
        None,
        None,
        "The same as line 1.",
        "The same as line 1.",
    ]


def test_a_hostile_text_takes_no_time() -> None:
    """No line makes the patterns run for long, and lines are bounded."""
    started = time.perf_counter()
    for text in (
        "a" * 100_000,
        "1 " * 50_000,
        "@" * 100_000,
        "a@" * 50_000,
        "(1" * 50_000,
        "\n" * 99_999,
    ):
        assert len(read(text)) <= 1001
    assert time.perf_counter() - started < 5

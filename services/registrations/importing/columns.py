"""Which column says what: found by the headings, in Vietnamese with or without accents, or in English."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date, datetime
from typing import Final

from services.registrations.importing.rows import MERGED, NOT_A_NAME, Row, check
from shared.sheets import Cell, Table, UnreadableSheet, text_of
from shared.text import Text, fold

MOST_ROWS: Final = 50_000
# Headings may come below the title of the list and the name of the office.
MOST_LINES: Final = MOST_ROWS + 1000
_HEADINGS_WITHIN = 20
_HEADINGS = {
    "family": ("ho", "ho dem", "ho lot", "ho va ten dem", "ho va chu dem", "last name", "surname", "family name"),
    "given": ("first name", "given name"),
    "name": (
        "ho va ten", "ho ten", "ten", "ten nguoi tham du", "nguoi tham du", "ho ten nguoi tham du", "ho va ten nguoi tham du",
        "dai bieu", "ho ten dai bieu", "ho va ten dai bieu", "khach moi", "name", "full name", "fullname", "attendee",
        "attendee name", "participant",
    ),
    "phone": (
        "so dien thoai", "dien thoai", "sdt", "so dt", "dt", "dtdd", "dien thoai di dong", "di dong", "so di dong",
        "so dien thoai lien he", "dien thoai lien he", "sdt lien he", "zalo", "phone", "phone number", "mobile", "tel",
        "telephone", "cell",
    ),
    "email": ("email", "e-mail", "mail", "thu dien tu", "dia chi email", "dia chi thu dien tu", "hop thu", "email address"),
    "organisation": (
        "don vi", "ten don vi", "don vi cong tac", "noi cong tac", "co quan", "co quan don vi", "doanh nghiep",
        "ten doanh nghiep", "cong ty", "ten cong ty", "to chuc", "ho kinh doanh", "don vi doanh nghiep",
        "organisation", "organization", "company", "business", "employer",
    ),
    "note": ("ghi chu", "luu y", "yeu cau", "note", "notes", "comment", "comments", "remarks"),
}  # fmt: skip
_BY_HEADING = {name: field for field, names in _HEADINGS.items() for name in names}
_AROUND = re.compile(r"\(.*?\)|[*:.]+")
_BETWEEN = re.compile(r"\s*[/\-,–]\s*")
_NO_HEADINGS = Text(
    "Không tìm thấy cột họ và tên. Xin đặt tên cột ở dòng đầu, ví dụ: Họ và tên, Số điện thoại, Email, Đơn vị, Ghi chú.",
    "No column of names was found. Please name the columns in the first row, for example: Name, Phone, Email, Organisation, Note.",
)
_NO_ROWS = Text(
    "Bảng chỉ có tên cột, chưa có ai. Xin điền danh sách rồi gửi lại.",
    "The table has headings only. Please fill in the list and send it again.",
)
_TOO_MANY = Text(
    f"Tệp có hơn {MOST_ROWS} người; xin chia nhỏ.",
    f"The file holds more than {MOST_ROWS} people; please split it.",
)
# More lines in merged cells than that are no list that somebody wrote.
_MOST_MERGED = 2 * MOST_LINES
_TOO_MERGED = Text(
    "Bảng có quá nhiều ô gộp. Xin bỏ gộp ô rồi gửi lại.",
    "The table has too many merged cells. Please unmerge them and send it again.",
)
Columns = dict[str, int]


def read(table: Table) -> tuple[dict[str, str], list[Row]]:
    """The headings that were understood, by field, and the rows below them; UnreadableSheet without any."""
    head, columns, headings = _headings(table.rows)
    merged = _Merged(table, columns)
    rows: list[Row] = []
    for line in range(head + 1, len(table.rows)):
        cells = table.rows[line]
        if not any(map(text_of, cells)):
            continue
        if len(rows) == MOST_ROWS:
            raise UnreadableSheet(_TOO_MANY)
        rows.append(_row(line, cells, columns, merged))
    if not rows:
        raise UnreadableSheet(_NO_ROWS)
    return headings, rows


def _headings(rows: Sequence[Sequence[Cell]]) -> tuple[int, Columns, dict[str, str]]:
    for line, cells in enumerate(rows[:_HEADINGS_WITHIN]):
        columns: Columns = {}
        headings: dict[str, str] = {}
        for place, cell in enumerate(cells):
            text = text_of(cell)
            field = _field(text)
            if field is not None and field not in columns:
                columns[field] = place
                headings[field] = text[:100]
        if "given" in columns and "name" not in columns:
            columns["name"], headings["name"] = columns["given"], headings["given"]
        if "name" in columns and (len(columns) > 1 or len(rows[line]) == 1 or _is_alone(cells)):
            if "family" in columns:
                headings["name"] = f"{headings['family']} + {headings['name']}"
            shown = {
                name: text for name, text in headings.items() if name not in ("family", "given")
            }
            return line, columns, shown
    raise UnreadableSheet(_NO_HEADINGS)


def _is_alone(cells: Sequence[Cell]) -> bool:
    """Whether a list of names has nothing beside it but its numbering."""
    others = {fold(text_of(cell)) for cell in cells} - {""}
    return len(others) <= 2


def _field(heading: str) -> str | None:
    folded = fold(_AROUND.sub(" ", heading))
    if folded in _BY_HEADING:
        return _BY_HEADING[folded]
    # Two words for one thing: "Đơn vị/Doanh nghiệp", "SĐT - Zalo".
    parts = {_BY_HEADING.get(part) for part in _BETWEEN.split(folded)}
    return parts.pop() if len(parts) == 1 else None


class _Merged:
    """Where the cells of the columns that matter were merged."""

    def __init__(self, table: Table, columns: Columns) -> None:
        self._table = table
        self._below: dict[tuple[int, int], tuple[int, int]] = {}
        self._across: set[int] = set()
        matter = set(columns.values())
        marked = 0
        for top, left, bottom, right in table.merged:
            marked += bottom - top + 1
            if marked > _MOST_MERGED:
                raise UnreadableSheet(_TOO_MERGED)
            if left < right and left <= columns["name"] <= right:
                self._across.update(range(top, bottom + 1))
            for column in [column for column in matter if left <= column <= right]:
                for line in range(top + 1, min(bottom, len(table.rows) - 1) + 1):
                    self._below[line, column] = (top, left)

    def is_heading(self, line: int) -> bool:
        """Whether the name's cell is part of one that goes across columns: the title of a group."""
        return line in self._across

    def above(self, line: int, column: int) -> Cell:
        """What the merged cell says to which this one belongs; None where it is on its own."""
        found = self._below.get((line, column))
        return None if found is None else self._table.rows[found[0]][found[1]]


def _row(line: int, cells: Sequence[Cell], columns: Columns, merged: _Merged) -> Row:
    said: dict[str, str] = {}
    shared: list[str] = []
    for field, column in columns.items():
        cell = cells[column] if column < len(cells) else ""
        text = _text(cell)
        if not text and (above := merged.above(line, column)) is not None:
            # Everybody of a group has its organisation; nobody has another's name, phone or address.
            text = _text(above) if field in ("organisation", "note") else ""
            shared += [] if field in ("organisation", "note") else [field]
        said[field] = text
    if family := said.pop("family", ""):
        said["name"] = f"{family} {said['name']}"
    said.pop("given", None)
    kept, problems = check(said)
    problems |= {field: MERGED for field in shared if field in kept}
    if merged.is_heading(line):
        problems["name"] = NOT_A_NAME
    return Row(line + 1, kept, problems)


def _text(cell: Cell) -> str:
    """A date in a column of texts is shown as people write it; it will not pass for a name or a phone."""
    if isinstance(cell, datetime | date):
        return f"{cell:%d/%m/%Y}"
    return text_of(cell)

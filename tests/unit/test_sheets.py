"""Tables of others are read within bounds, whatever they ask for."""

from __future__ import annotations

import io
import subprocess
import sys
from datetime import date, datetime, timedelta

import pytest
import xlsxwriter

from shared import sheet_reader
from shared.sheets import UnreadableSheet, read_csv, read_xlsx, text_of


def workbook(*cells: tuple[int, int, object], many: tuple[int, int, str] | None = None) -> bytes:
    file = io.BytesIO()
    with xlsxwriter.Workbook(file) as book:
        sheet = book.add_worksheet()
        day = book.add_format({"num_format": "dd/mm/yyyy"})
        for row, column, cell in cells:
            if isinstance(cell, date):
                sheet.write_datetime(row, column, cell, day)
            else:
                sheet.write(row, column, cell)
        rows, columns, text = many or (0, 0, "")
        for row in range(rows):
            sheet.write_row(row, 0, [text] * columns)
    return file.getvalue()


def test_cells_keep_their_kinds_and_lines_their_numbers() -> None:
    """Lines above the first are there, and a text with what others take for line ends is one text."""
    odd = "Ữ\u2028\x85 b"
    table = read_xlsx(
        workbook((2, 0, odd), (3, 0, 912345678), (4, 0, date(2026, 3, 5)), (5, 0, True)),
        most_rows=10,
    )
    column = [row[0] for row in table.rows]
    assert column == ["", "", odd, 912345678.0, date(2026, 3, 5), True]
    assert [text_of(cell) for cell in column[3:]] == ["912345678", "2026-03-05", "True"]


def test_a_sheet_that_says_too_much_is_too_large() -> None:
    """One text in many cells is small in the file, and large for whoever reads it."""
    repeated = workbook(many=(1000, 50, "Ữ" * 1000))
    assert len(repeated) < 1024 * 1024
    with pytest.raises(UnreadableSheet, match="too large"):
        read_xlsx(repeated, most_rows=2000)


def test_columns_far_to_the_right_are_left_out() -> None:
    """They are no part of a table that somebody wrote."""
    (row,) = read_xlsx(workbook((0, 0, "a"), (0, 5000, "b")), most_rows=10).rows
    assert len(row) == sheet_reader.MOST_COLUMNS


def test_the_reader_has_so_much_memory_and_no_more() -> None:
    """Asked on its own: it is stopped, where without the bound it would take a gigabyte."""
    far = workbook((0, 0, "a"), (30_000, 1_000, "b"))
    done = subprocess.run(
        [sys.executable, "-P", sheet_reader.__file__, "10"],
        input=far,
        capture_output=True,
        timeout=60,
        check=False,
    )
    assert done.returncode != 0


@pytest.mark.parametrize("separator", [",", ";", "\t"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_text_files_are_read_as_offices_save_them(separator: str, encoding: str) -> None:
    """With and without their mark."""
    table = read_csv(f"Họ{separator}Tên\r\nữ{separator}ậ\r\n".encode(encoding), most_rows=10)
    assert table.rows == [["Họ", "Tên"], ["ữ", "ậ"]]


def test_times_are_times() -> None:
    """A moment without a zone, as sheets have it, and how long something takes."""
    moment = datetime.fromisoformat("2026-01-02T03:00:00")
    tagged = [sheet_reader._tagged(cell) for cell in (moment, timedelta(hours=1))]
    assert tagged == [{"datetime": "2026-01-02T03:00:00"}, {"seconds": 3600.0}]

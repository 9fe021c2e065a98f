"""A workbook of one sheet, written row by row (constant memory). Every text is a text: no formula, no link."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import datetime
from typing import IO

import xlsxwriter

from services.registrations.exporting.columns import Columns, Record

_WIDTHS = (32, 36, 16, 30, 16, 12, 17, 17, 40)
_ANSWER_WIDTH = 30
# What XML 1.0 has no place for and XlsxWriter does not write in another way.
_NOT_IN_XML = re.compile("[\ud800-\udfff\ufffe\uffff]")
_OPTIONS = {
    "constant_memory": True,
    "strings_to_formulas": False,
    "strings_to_urls": False,
    "strings_to_numbers": False,
}


def write_xlsx(file: IO[bytes], columns: Columns, records: Iterable[Record]) -> None:
    """All records, a row each below the headings, which stay in sight; times are times."""
    with xlsxwriter.Workbook(file, _OPTIONS) as workbook:
        heading = workbook.add_format({"bold": True, "bottom": 1, "valign": "top"})
        moment = workbook.add_format({"num_format": "dd/mm/yyyy hh:mm", "align": "left"})
        sheet = workbook.add_worksheet(_SHEET.get(columns.language, _SHEET["vi"]))
        headings = columns.headings()
        for place in range(len(headings)):
            width = _WIDTHS[place] if place < len(_WIDTHS) else _ANSWER_WIDTH
            sheet.set_column(place, place, width)
        sheet.freeze_panes(1, 1)
        for place, text in enumerate(headings):
            sheet.write_string(0, place, _NOT_IN_XML.sub("\ufffd", text), heading)
        texts, numbers, times = sheet.write_string, sheet.write_number, sheet.write_datetime
        for line, row in enumerate(columns.rows(records), 1):
            for place, cell in enumerate(row):
                if cell.__class__ is str:
                    if cell:
                        texts(line, place, _NOT_IN_XML.sub("\ufffd", cell))
                elif isinstance(cell, datetime):
                    times(line, place, cell, moment)
                elif cell is not None:
                    numbers(line, place, cell)


_SHEET = {"vi": "Danh sách", "en": "Attendees"}

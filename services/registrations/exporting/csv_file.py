"""Comma-separated text (RFC 4180) that spreadsheets open as it is meant.

It begins with the mark of UTF-8, without which Excel takes it for another encoding and breaks every accent. A text that a
spreadsheet would calculate gets an apostrophe in front, as OWASP says ("CSV Injection"); a phone number, too, since
+84912345678 would become the number 84912345678 and is readable as '+84912345678. Our own import takes the apostrophe off.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Iterator
from typing import IO

from services.registrations.exporting.columns import Cells, Columns, Record

# What a spreadsheet takes for the beginning of a formula, wide forms included, behind any space or invisible mark.
_CALCULATED = re.compile("[\\s\u200b-\u200f\u2060\ufeff]*[=+\\-@＝＋－＠]|[\t\r]")


def write_csv(file: IO[bytes], columns: Columns, records: Iterable[Record]) -> None:
    """All records, a line each below the headings."""
    text = io.TextIOWrapper(file, encoding="utf-8-sig", newline="")
    lines = csv.writer(text, lineterminator="\r\n")
    lines.writerow(columns.headings())
    lines.writerows(_harmless(columns.rows(records)))
    # The file stays open: it belongs to who gave it.
    text.detach()


def _harmless(rows: Iterable[Cells]) -> Iterator[Cells]:
    calculated = _CALCULATED.match
    for row in rows:
        yield tuple(
            f"'{cell}" if cell.__class__ is str and calculated(cell) else cell for cell in row
        )

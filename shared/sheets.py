"""Tables of others (.csv, .xlsx) as rows of cells, read without trusting the file.

It stands here, not in the service that reads events and in the one that reads attendees, because it is a guard: two copies
would be mended once. What headings mean is each service's own.
"""

from __future__ import annotations

import csv
import io
import json
import os
import subprocess
import sys
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any, Final

from shared.sheet_reader import TOO_LARGE
from shared.text import Text

# What the parts of a workbook may be together when they are unpacked, and how many times their packed size.
LARGEST_UNPACKED: Final = 64 * 1024 * 1024
LARGEST_RATIO: Final = 200
_READER = Path(__file__).with_name("sheet_reader.py")
_KEPT = ("PYTHONPATH", "PYTHONHOME", "LD_LIBRARY_PATH", "VIRTUAL_ENV")
_SECONDS = 20
_NOT_A_TABLE = Text(
    "Tệp này không đọc được như một bảng. Xin lưu lại thành .xlsx, hoặc .csv kiểu UTF-8, rồi gửi lại.",
    "This file cannot be read as a table. Please save it as .xlsx, or as .csv in UTF-8, and send it again.",
)
_UNPACKS_TOO_LARGE = Text(
    "Tệp quá lớn khi mở ra. Xin chép riêng bảng cần đọc sang một tệp mới rồi gửi lại.",
    "The file is too large once it is unpacked. Please copy the table alone into a new file and send it again.",
)
_EMPTY = Text("Tệp này trống. Xin chọn tệp khác.", "This file is empty. Please choose another.")
# A text, a number, a yes or no, a date, a time, or nothing ("" or None).
Cell = Any


class UnreadableSheet(ValueError):
    """The file is no table, or too large; `text` says what to do."""

    def __init__(self, text: Text) -> None:
        super().__init__(text.en)
        self.text = text


@dataclass(frozen=True, slots=True)
class Table:
    """The rows from the first line of the sheet on, and where cells were merged: (top, left, bottom, right), from 0."""

    rows: Sequence[Sequence[Cell]]
    merged: Sequence[tuple[int, int, int, int]] = field(default=())


def read_csv(content: bytes, *, most_rows: int) -> Table:
    """Text in UTF-8 (with or without its mark) or UTF-16 with it; separated by comma, semicolon or tab.

    Of more than `most_rows` lines there is one more than that.
    """
    encoding = "utf-16" if content[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig"
    try:
        text = content.decode(encoding)
    except UnicodeDecodeError:
        raise UnreadableSheet(_NOT_A_TABLE) from None
    if not text.strip():
        raise UnreadableSheet(_EMPTY)
    if "\x00" in text:
        raise UnreadableSheet(_NOT_A_TABLE)
    try:
        dialect: Any = csv.Sniffer().sniff(text.split("\n", 1)[0][:10_000], delimiters=",;\t")
    except csv.Error:
        dialect = csv.excel
    rows = []
    try:
        for row in csv.reader(io.StringIO(text, newline=""), dialect):
            rows.append(row)
            if len(rows) > most_rows:
                break
    except csv.Error:
        raise UnreadableSheet(_NOT_A_TABLE) from None
    return Table(rows)


def read_xlsx(content: bytes, *, most_rows: int) -> Table:
    """The first sheet of a workbook; of a formula its last value, of merged cells the first.

    What the file says of its own size is looked at first; since it may lie, it is then read in a process whose memory
    and time are bounded.
    """
    if not content:
        raise UnreadableSheet(_EMPTY)
    _check_sizes(content)
    try:
        done = subprocess.run(  # noqa: S603 - our own program; the file comes as its input
            [sys.executable, "-P", str(_READER), str(most_rows)],
            input=content,
            capture_output=True,
            # Nothing of this service's secrets.
            env={name: os.environ[name] for name in _KEPT if name in os.environ},
            timeout=_SECONDS,
            check=False,
        )
    except subprocess.TimeoutExpired:
        raise UnreadableSheet(_UNPACKS_TOO_LARGE) from None
    # It was stopped, or ran into a bound that it knows of.
    if (
        done.returncode < 0
        or done.returncode == TOO_LARGE
        or b"MemoryError" in done.stderr
        or b"Panic" in done.stderr
    ):
        raise UnreadableSheet(_UNPACKS_TOO_LARGE)
    if done.returncode:
        raise UnreadableSheet(_NOT_A_TABLE)
    merged, *rows = (
        json.loads(line, object_hook=_cell) for line in done.stdout.split(b"\n") if line
    )
    if not rows:
        raise UnreadableSheet(_EMPTY)
    return Table(rows, [(top, left, bottom, right) for top, left, bottom, right in merged])


def _check_sizes(content: bytes) -> None:
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as parts:
            sizes = [part.file_size for part in parts.infolist()]
    except (zipfile.BadZipFile, ValueError, NotImplementedError):
        raise UnreadableSheet(_NOT_A_TABLE) from None
    if sum(sizes) > min(LARGEST_UNPACKED, max(len(content) * LARGEST_RATIO, 1024 * 1024)):
        raise UnreadableSheet(_UNPACKS_TOO_LARGE)


def _cell(tagged: dict[str, Any]) -> Cell:
    ((kind, value),) = tagged.items()
    match kind:
        case "datetime":
            return datetime.fromisoformat(value)
        case "date":
            return date.fromisoformat(value)
        case "time":
            return time.fromisoformat(value)
        case "seconds":
            return timedelta(seconds=value)
    return value


def text_of(cell: Cell) -> str:
    """What stands in a cell, as a text; a whole number without its point."""
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    return str(cell).strip() if cell is not None else ""

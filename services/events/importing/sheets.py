"""Tables of others (.csv, .xlsx): the columns are found by their headings, in Vietnamese or English."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from services.events.importing.rows import (
    BAD_END,
    MOST_ROWS,
    NO_START,
    TOO_MANY,
    Row,
    UnreadableFile,
    key,
)
from shared import sheets
from shared.sheets import text_of as _text
from shared.text import Text, fold

_HEADINGS = {
    "key": ("ma", "ma su kien", "id", "uid", "key"),
    "title": ("ten", "ten su kien", "su kien", "tieu de", "title", "event", "name", "summary"),
    "kind": ("loai", "loai su kien", "hinh thuc", "kind", "type"),
    "day": ("ngay", "ngay to chuc", "date", "day"),
    "starts_at": (
        "bat dau",
        "gio bat dau",
        "thoi gian bat dau",
        "tu",
        "start",
        "starts at",
        "from",
    ),
    "ends_at": ("ket thuc", "gio ket thuc", "thoi gian ket thuc", "den", "end", "ends at", "to"),
    "venue": ("dia diem", "noi to chuc", "venue", "location", "place"),
    "address": ("dia chi", "address"),
    "capacity": ("suc chua", "so cho", "capacity", "seats"),
    "description": ("noi dung", "mo ta", "ghi chu", "description", "content", "notes"),
}
_MOMENTS = (
    "%d/%m/%Y %H:%M",
    "%d/%m/%Y %H:%M:%S",
    "%Y-%m-%d %H:%M",
    "%Y-%m-%d %H:%M:%S",
    "%Y-%m-%dT%H:%M",
)
_DAYS = ("%d/%m/%Y", "%Y-%m-%d", "%d-%m-%Y", "%d.%m.%Y")
_TIMES = ("%H:%M", "%H:%M:%S", "%Hh%M", "%Hh")
_NO_HEADINGS = Text(
    "Không tìm thấy cột tên sự kiện và giờ bắt đầu; xin đặt tên cột ở dòng đầu, ví dụ: Tên sự kiện, Bắt đầu, Kết thúc.",
    "No columns for title and start were found; please name them in the first row, for example: Title, Start, End.",
)
_BAD_CAPACITY = Text(
    "Sức chứa phải là số nguyên từ 0 đến 100.000.",
    "The capacity must be a whole number from 0 to 100,000.",
)
Cells = Sequence[Any]


def read_csv(content: bytes, timezone: str) -> list[Row]:
    """A table of text."""
    return _read(sheets.read_csv, content, timezone)


def read_xlsx(content: bytes, timezone: str) -> list[Row]:
    """The first sheet of a workbook."""
    return _read(sheets.read_xlsx, content, timezone)


def _read(read: Callable[..., sheets.Table], content: bytes, timezone: str) -> list[Row]:
    try:
        # The headings may come below a title, and lines may be empty.
        table = read(content, most_rows=10 * MOST_ROWS)
    except sheets.UnreadableSheet as unreadable:
        raise UnreadableFile(unreadable.text) from None
    return _rows(table.rows, timezone)


def _rows(table: Iterable[Cells], timezone: str) -> list[Row]:
    lines = iter(table)
    columns = _columns(lines)
    zone = ZoneInfo(timezone)
    rows: list[Row] = []
    for cells in lines:
        said = {name: cells[place] for name, place in columns.items() if place < len(cells)}
        if not any(_text(cell) for cell in cells):
            continue
        if len(rows) == MOST_ROWS:
            raise UnreadableFile(TOO_MANY)
        rows.append(_row(len(rows) + 1, said, zone))
    return rows


def _columns(lines: Iterator[Cells]) -> dict[str, int]:
    """Where each field stands. The headings may come below a title of the table."""
    for _, cells in zip(range(10), lines, strict=False):
        found: dict[str, int] = {}
        for place, cell in enumerate(cells):
            heading = fold(_text(cell))
            for name, names in _HEADINGS.items():
                if heading in names:
                    found.setdefault(name, place)
        if "title" in found and ("starts_at" in found or "day" in found):
            return found
    raise UnreadableFile(_NO_HEADINGS)


def _row(place: int, said: dict[str, Any], zone: ZoneInfo) -> Row:
    row = Row(place, key=key(_text(said.get("key"))) or None)
    row.fields["timezone"] = zone.key
    row.take_title(_text(said.get("title")))
    if kind := fold(_text(said.get("kind"))):
        row.fields["kind"] = kind
    row.take_venue(_text(said.get("venue")), _text(said.get("address")))
    row.take_description(_text(said.get("description")))
    _take_capacity(row, said.get("capacity"))
    _take_times(row, said, zone)
    return row


def _take_capacity(row: Row, cell: Any) -> None:
    text = _text(cell)
    if not text:
        return
    digits = text.replace(".", "").replace(",", "").replace(" ", "")
    if isinstance(cell, float) and cell.is_integer():
        digits = str(int(cell))
    if digits.isascii() and digits.isdigit() and int(digits) <= 100_000:
        row.fields["capacity"] = int(digits)
    else:
        row.problems["capacity"] = _BAD_CAPACITY


def _take_times(row: Row, said: dict[str, Any], zone: ZoneInfo) -> None:
    day = _day(said.get("day"))
    starts_at = _moment(said.get("starts_at"), day)
    if starts_at is None and not _text(said.get("starts_at")) and day is not None:
        starts_at = datetime.combine(day, time(8))
    if starts_at is None:
        row.problems["starts_at"] = NO_START
        return
    if _text(said.get("ends_at")):
        ends_at = _moment(said.get("ends_at"), day or starts_at.date())
    else:
        ends_at = starts_at + timedelta(hours=2)
    if ends_at is None:
        row.problems["ends_at"] = BAD_END
        return
    row.take_times(starts_at.replace(tzinfo=zone), ends_at.replace(tzinfo=zone))


def _moment(cell: Any, day: date | None) -> datetime | None:
    """A date with its time, or a time on `day`; on the clock of the importer's zone."""
    if isinstance(cell, datetime):
        return cell.replace(tzinfo=None)
    if isinstance(cell, time):
        return datetime.combine(day, cell) if day else None
    if isinstance(cell, timedelta):
        return datetime.combine(day, time()) + cell if day else None
    text = " ".join(_text(cell).split())
    if (moment := _parsed(text, _MOMENTS)) is not None:
        return moment
    if day is not None and (clock := _parsed(text.lower(), _TIMES)) is not None:
        return datetime.combine(day, clock.time())
    return None


def _day(cell: Any) -> date | None:
    if isinstance(cell, datetime):
        return cell.date()
    if isinstance(cell, date):
        return cell
    found = _parsed(_text(cell), _DAYS)
    return found.date() if found else None


def _parsed(text: str, forms: Iterable[str]) -> datetime | None:
    for form in forms:
        try:
            return datetime.strptime(text, form)  # noqa: DTZ007 - its zone is the importer's
        except ValueError:
            continue
    return None

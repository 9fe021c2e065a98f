"""Calendars of others (RFC 5545), as they are found in the wild: forgiven where the meaning is plain, else refused by row."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, time, timedelta, tzinfo
from typing import Any
from zoneinfo import ZoneInfo, available_timezones

from icalendar import Calendar

from services.events.importing.rows import (
    BAD_END,
    MOST_ROWS,
    NO_START,
    TOO_MANY,
    Row,
    UnreadableFile,
    key,
)
from services.events.models.recurrence import Rule, RuleRefused
from shared.text import Text

# The library takes its time for each line; no calendar of events is larger.
LARGEST_CALENDAR = 2 * 1024 * 1024
_NOT_A_CALENDAR = Text(
    "Tệp này không phải là lịch (.ics) đọc được.", "This is no calendar (.ics) that can be read."
)
_TOO_LARGE = Text(
    "Lịch lớn hơn 2 MiB; xin chia nhỏ.", "The calendar is larger than 2 MiB; please split it."
)
_EXCEPTION_ALONE = Text(
    "Đây là một ngày thay đổi của một chuỗi không có trong tệp.",
    "This is a changed date of a series that is not in the file.",
)
_WHOLE_DAY = timedelta(days=1)


def read_calendar(content: bytes, timezone: str) -> list[Row]:
    """A row for each event; one that recurs gives a row for each date. Times without a zone are of `timezone`."""
    if len(content) > LARGEST_CALENDAR:
        raise UnreadableFile(_TOO_LARGE)
    entries = _entries(content)
    if len(entries) > MOST_ROWS:
        raise UnreadableFile(TOO_MANY)
    rows: list[Row] = []
    changed = {_id(one): one for one in entries if "RECURRENCE-ID" in one}
    used: set[tuple[str, str]] = set()
    for entry in entries:
        if "RECURRENCE-ID" not in entry:
            rows += _rows(entry, ZoneInfo(timezone), changed, used)
            if len(rows) > MOST_ROWS:
                raise UnreadableFile(TOO_MANY)
    rows += [Row(0, key=key[0], problems={"_": _EXCEPTION_ALONE}) for key in changed.keys() - used]
    for place, row in enumerate(rows, 1):
        row.place = place
    return rows


def _entries(content: bytes) -> list[Any]:
    try:
        calendars = Calendar.from_ical(content, multiple=True)
        entries = [entry for one in calendars for entry in one.walk("VEVENT")]
    except Exception as error:
        raise UnreadableFile(_NOT_A_CALENDAR) from error
    if not calendars:
        raise UnreadableFile(_NOT_A_CALENDAR)
    return entries


def _rows(
    entry: Any, zone: ZoneInfo, changed: dict[tuple[str, str], Any], used: set[tuple[str, str]]
) -> Iterator[Row]:
    """The rows of one event, its changed dates in their places."""
    row = _read(entry, zone)
    if "RRULE" not in entry or row.problems:
        yield row
        return
    uid, starts_at, lasts = row.key or "", row.fields["starts_at"], _lasts(row)
    try:
        text = entry["RRULE"].to_ical().decode()
        dates = Rule.parse(text).occurrences(starts_at, row.fields["timezone"])
    except RuleRefused as refused:
        row.problems["rrule"] = refused.text
        yield row
        return
    except Exception:  # noqa: BLE001 - a rule that is none
        row.problems["rrule"] = _NOT_A_RULE
        yield row
        return
    left_out = _left_out(entry, zone)
    for start in dates:
        if start in left_out:
            continue
        name = (uid, _name(start))
        if name in changed:
            used.add(name)
            other = _read(changed[name], zone)
            other.key = f"{uid}/{_name(start)}"
            yield other
            continue
        times = {"starts_at": start, "ends_at": start + lasts}
        yield Row(0, key=f"{uid}/{_name(start)}", fields=row.fields | times)


_NOT_A_RULE = Text("Không đọc được quy tắc lặp.", "The recurrence rule cannot be read.")


def _read(entry: Any, zone: ZoneInfo) -> Row:
    row = Row(0, key=key(str(entry.get("UID", ""))) or None)
    row.take_title(_text(entry, "SUMMARY"))
    row.take_description(_text(entry, "DESCRIPTION"))
    row.take_venue(_text(entry, "LOCATION"))
    starts_at = _moment(entry, "DTSTART", zone)
    if starts_at is None:
        row.problems["starts_at"] = NO_START
        return row
    row.fields["timezone"] = _zone_of(starts_at, zone)
    ends_at = _end(entry, starts_at, zone)
    if ends_at is None:
        row.problems["ends_at"] = BAD_END
    else:
        row.take_times(starts_at, ends_at)
    return row


def _text(entry: Any, name: str) -> str:
    value = entry.get(name, "")
    return str(value[0] if isinstance(value, list) and value else value or "")


def _value(entry: Any, name: str) -> Any:
    """The date or time of a property; None where there is none that can be read."""
    found = entry.get(name)
    found = found[0] if isinstance(found, list) and found else found
    try:
        return getattr(found, "dt", None)
    except ValueError:  # the library keeps what it could not read
        return None


def _moment(entry: Any, name: str, zone: tzinfo) -> datetime | None:
    return _aware(_value(entry, name), zone)


def _aware(value: Any, zone: tzinfo) -> datetime | None:
    """A date is the beginning of its day; a time without a zone is of `zone`."""
    if isinstance(value, datetime):
        try:
            moment = value if value.tzinfo else value.replace(tzinfo=zone)
            moment.utctimetuple()  # too near the first or last day, it overflows
        except (OverflowError, ValueError):
            return None
        return moment
    if isinstance(value, date):
        return datetime.combine(value, time(), zone)
    return None


def _end(entry: Any, starts_at: datetime, zone: tzinfo) -> datetime | None:
    """DTEND, else DTSTART with DURATION; without both a day is whole and a moment lasts an hour (RFC 5545, 3.6.1
    gives it none, which nobody could attend)."""
    if "DTEND" in entry:
        return _moment(entry, "DTEND", zone)
    lasts = _value(entry, "DURATION")
    if isinstance(lasts, timedelta):
        pass
    elif "DURATION" in entry:
        return None
    else:
        is_date = not isinstance(_value(entry, "DTSTART"), datetime)
        lasts = _WHOLE_DAY if is_date else timedelta(hours=1)
    try:
        return starts_at + lasts
    except OverflowError:
        return None


def _zone_of(moment: datetime, otherwise: ZoneInfo) -> str:
    """The name of a zone that everybody knows; the importer's where the file has one of its own."""
    key = getattr(moment.tzinfo, "key", None)
    return key if key in available_timezones() else otherwise.key


def _lasts(row: Row) -> timedelta:
    lasts: timedelta = row.fields["ends_at"] - row.fields["starts_at"]
    return lasts


def _left_out(entry: Any, zone: tzinfo) -> set[datetime]:
    found = entry.get("EXDATE", [])
    lists = found if isinstance(found, list) else [found]
    moments = (_aware(one.dt, zone) for many in lists for one in getattr(many, "dts", []))
    return {moment for moment in moments if moment is not None}


def _id(entry: Any) -> tuple[str, str]:
    moment = _aware(_value(entry, "RECURRENCE-ID"), ZoneInfo("UTC"))
    return key(str(entry.get("UID", ""))), _name(moment) if moment else "?"


def _name(moment: datetime) -> str:
    return moment.astimezone(ZoneInfo("UTC")).strftime("%Y%m%dT%H%M%SZ")

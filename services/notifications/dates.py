"""Dates as notices say them, with explicit patterns; the zone is the event's."""

from __future__ import annotations

from datetime import date, datetime
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from babel.dates import format_date, format_datetime

HOME = "Asia/Ho_Chi_Minh"
_LOCALE = {"vi": "vi", "en": "en_GB"}
_DAY = {"vi": "EEEE, dd/MM/y", "en": "EEEE, d MMMM y"}
_DATE = {"vi": "dd/MM/y", "en": "d MMMM y"}
_TILE = {"vi": "'Thg' M", "en": "MMM"}
_ZONE = {"vi": "giờ Việt Nam", "en": "Vietnam time"}


def day(moment: datetime, zone: str, language: str) -> str:
    """As a line begins: "Thứ Năm, 26/03/2026" or "Thursday, 26 March 2026"."""
    said = _say(moment, zone, language, _DAY)
    return said[:1].upper() + said[1:]


def tile(moment: datetime, zone: str, language: str) -> tuple[str, str]:
    """The two lines of a calendar leaf: ("Thg 3", "26")."""
    return _say(moment, zone, language, _TILE), str(_local(moment, zone).day)


def clock(moment: datetime, zone: str, language: str) -> str:
    """ "14:00 (giờ Việt Nam)"."""
    return f"{_local(moment, zone):%H:%M} ({_zone_name(zone, language)})"


def when(starts_at: datetime, ends_at: datetime, zone: str, language: str) -> str:
    """ "Thứ Năm, 26/03/2026, 14:00 – 16:30 (giờ Việt Nam)"; another last day is named."""
    starts, ends = _local(starts_at, zone), _local(ends_at, zone)
    last_day = "" if starts.date() == ends.date() else f"{day(ends_at, zone, language)}, "
    return (
        f"{day(starts_at, zone, language)}, {starts:%H:%M} – {last_day}{ends:%H:%M}"
        f" ({_zone_name(zone, language)})"
    )


def document_date(text: str | None, language: str) -> str | None:
    """The date of a document, "02/03/2026" or "2 March 2026"; what is no ISO date stays as it was written."""
    try:
        written = date.fromisoformat(text or "")
    except ValueError:
        return text
    return str(format_date(written, _DATE[language], locale=_LOCALE[language]))


def _say(moment: datetime, zone: str, language: str, patterns: dict[str, str]) -> str:
    return str(format_datetime(_local(moment, zone), patterns[language], locale=_LOCALE[language]))


def _local(moment: datetime, zone: str) -> datetime:
    return moment.astimezone(_known(zone))


def _known(zone: str) -> ZoneInfo:
    # A zone that this machine's tables do not have must not hold back a mail: home's hour, said as such.
    try:
        return ZoneInfo(zone)
    except (ZoneInfoNotFoundError, ValueError):
        return ZoneInfo(HOME)


def _zone_name(zone: str, language: str) -> str:
    known = _known(zone).key
    return _ZONE[language] if known == HOME else known

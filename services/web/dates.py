"""Dates as people say them, in both languages, with explicit patterns; the zone is the event's."""

from __future__ import annotations

from datetime import UTC, date, datetime, tzinfo
from functools import cache
from zoneinfo import ZoneInfo, available_timezones

from babel.dates import format_datetime

from services.web.texts import gettext as _
from services.web.texts import language

HOME = "Asia/Ho_Chi_Minh"
_DAY = {"vi": "EEEE, dd/MM/y", "en": "EEEE, d MMMM y"}
_SHORT_DAY = {"vi": "dd/MM/y", "en": "d MMM y"}
_MONTH = {"vi": "'Tháng' M/y", "en": "MMMM y"}
_TILE = {"vi": "'Thg' M", "en": "MMM"}


@cache
def zones() -> frozenset[str]:
    """The time zones that there are; a name that somebody typed is looked up before it is used."""
    return frozenset(available_timezones())


def local(moment: str | datetime, zone: str | None = None) -> datetime:
    """A moment (aware, or ISO 8601 with offset) on the wall clock of `zone`."""
    moment = datetime.fromisoformat(moment) if isinstance(moment, str) else moment
    return moment.astimezone(ZoneInfo(zone or HOME))


def day(moment: str | datetime, zone: str | None = None) -> str:
    """As a line begins: "Thứ Năm, 26/03/2026" or "Thursday, 26 March 2026"."""
    text = _said(moment, zone, _DAY)
    return text[:1].upper() + text[1:]


def day_inside(moment: str | datetime, zone: str | None = None) -> str:
    """As it stands inside a sentence: "thứ Năm, 26/03/2026"; English keeps its capital."""
    text = day(moment, zone)
    return text[:1].lower() + text[1:] if language() == "vi" else text


def short_day(moment: str | datetime, zone: str | None = None) -> str:
    """ "26/03/2026" or "26 Mar 2026"."""
    return _said(moment, zone, _SHORT_DAY)


def written_day(day: str) -> str:
    """A plain date ("2023-05-04") as documents show it."""
    return short_day(f"{day[:10]}T12:00:00+07:00")


def typed_day(text: str) -> str | None:
    """The day that somebody typed ("2026-03-26" or "26/03/2026") as ISO 8601; None if it is none."""
    for form in ("%Y-%m-%d", "%d/%m/%Y"):
        try:
            return datetime.strptime(text, form).date().isoformat()  # noqa: DTZ007 - a day has no zone
        except ValueError:
            continue
    return None


def weekday(number: int) -> str:
    """The name of a day of the week (Monday is 0) as it stands inside a sentence: "thứ Năm" or "Thursday"."""
    # 1 January 2024 was a Monday.
    name = _said(datetime(2024, 1, 1 + number, 12, tzinfo=UTC), None, {"vi": "EEEE", "en": "EEEE"})
    return name[:1].lower() + name[1:] if language() == "vi" else name


def month_label(number: int) -> str:
    """A month in the least room: "T3" or "Mar"."""
    return _said(datetime(2024, number, 1, 12, tzinfo=UTC), None, {"vi": "'T'M", "en": "MMM"})[:3]


def month_name(number: int) -> str:
    """A month within a sentence: "tháng 3" or "March"."""
    return _said(datetime(2024, number, 1, 12, tzinfo=UTC), None, {"vi": "'tháng' M", "en": "MMMM"})


def today(moment: datetime) -> date:
    """The day that the calendar at home shows."""
    return local(moment).date()


def month(moment: str | datetime, zone: str | None = None) -> str:
    """A heading: "Tháng 3/2026" or "March 2026"."""
    return _said(moment, zone, _MONTH)


def tile(moment: str | datetime, zone: str | None = None) -> tuple[str, str]:
    """The two lines of a calendar leaf: ("Thg 3", "26")."""
    return _said(moment, zone, _TILE), str(local(moment, zone).day)


def clock(moment: str | datetime, zone: str | None = None) -> str:
    """ "14:00"."""
    return local(moment, zone).strftime("%H:%M")


def moment(at: str | datetime, zone: str | None = None) -> str:
    """ "14:00, 26/03/2026" or "14:00, 26 Mar 2026"."""
    return f"{clock(at, zone)}, {short_day(at, zone)}"


def hours(starts_at: str | None, ends_at: str | None, zone: str | None = None) -> str:
    """ "14:00 – 16:30 (giờ Việt Nam)"; the last day is named when it is another one. A draft may lack either."""
    if starts_at is None:
        return _("Chưa có giờ")
    starts = local(starts_at, zone)
    if ends_at is None:
        return f"{clock(starts, zone)} ({zone_name(zone)})"
    ends = local(ends_at, zone)
    until = (
        clock(ends, zone)
        if starts.date() == ends.date()
        else f"{clock(ends, zone)}, {day_inside(ends, zone)}"
    )
    return f"{clock(starts, zone)} – {until} ({zone_name(zone)})"


def span(starts_at: str | None, ends_at: str | None, zone: str | None = None) -> str:
    """A row's line: "Thứ Năm, 26/03/2026, 14:00–16:30"; the zone is named only where it is not Vietnam's."""
    if starts_at is None:
        return _("Chưa có giờ")
    starts, ends = local(starts_at, zone), local(ends_at, zone) if ends_at else None
    until = f"–{clock(ends, zone)}" if ends and starts.date() == ends.date() else ""
    where = "" if (zone or HOME) == HOME else f" ({zone})"
    return f"{day(starts, zone)}, {clock(starts, zone)}{until}{where}"


def zone_name(zone: str | None = None) -> str:
    """The zone's name for a reader."""
    name = _("giờ Việt Nam") if (zone or HOME) == HOME else str(zone)
    return name.replace(" ", "\N{NO-BREAK SPACE}")


def year_of(moment: datetime) -> int:
    """The year that the calendar at home shows."""
    return local(moment).year


def year_begins(year: int) -> str:
    """The first moment of a year at home, as the APIs take it."""
    return from_field(f"{year:04}-01-01T00:00")


def day_begins(day: date) -> str:
    """The first moment of a day at home, as the APIs take it."""
    return from_field(f"{day.isoformat()}T00:00")


def to_field(moment: str | None, zone: str | None = None) -> str:
    """A moment as an `<input type="datetime-local">` holds it, on the zone's wall clock."""
    return local(moment, zone).strftime("%Y-%m-%dT%H:%M") if moment else ""


def from_field(text: str, zone: str | None = None) -> str:
    """The moment that such a field says, as ISO 8601 in UTC. ValueError when it says none."""
    naive = datetime.fromisoformat(text.strip().replace(" ", "T"))
    if naive.tzinfo is not None or not 1900 < naive.year < 2200:
        raise ValueError(text)
    where: tzinfo = ZoneInfo(zone or HOME)
    return naive.replace(tzinfo=where).astimezone(UTC).isoformat().replace("+00:00", "Z")


def _said(moment: str | datetime, zone: str | None, patterns: dict[str, str]) -> str:
    lang = language()
    return str(
        format_datetime(
            local(moment, zone), patterns[lang], locale="en_GB" if lang == "en" else "vi"
        )
    )

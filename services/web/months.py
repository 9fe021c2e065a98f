"""A month as weeks of days, Monday first, with what takes place on each day."""

from __future__ import annotations

import re
from calendar import Calendar
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from babel.dates import get_day_names

from services.web import dates
from services.web.clients import Json
from services.web.places import Place
from services.web.texts import language

_ASKED = re.compile(r"([12]\d{3})-(0[1-9]|1[0-2])", re.ASCII)
# The days beside a month are asked for, too, and the APIs know those of 2199 at most.
_FIRST_YEAR, _LAST_YEAR = 2000, 2198
_A_DAY, _AN_INSTANT = timedelta(days=1), timedelta(microseconds=1)
Row = tuple[Json, Place]


@dataclass(slots=True)
class Day:
    """A day of the grid; those of the months beside it hold nothing."""

    date: date
    inside: bool
    today: bool
    rows: list[Row] = field(default_factory=list)

    @property
    def noon(self) -> datetime:
        """A moment of it, to be said by."""
        return datetime.combine(self.date, time(12), ZoneInfo(dates.HOME))


@dataclass(frozen=True, slots=True)
class Month:
    first: date

    @classmethod
    def of(cls, text: str, *, today: date) -> Month:
        """The month of an address ("2026-03"); this one where it says none."""
        found = _ASKED.fullmatch(text)
        if found and _FIRST_YEAR <= int(found[1]) <= _LAST_YEAR:
            return cls(date(int(found[1]), int(found[2]), 1))
        return cls(today.replace(day=1))

    @property
    def key(self) -> str:
        """As it stands in an address."""
        return f"{self.first:%Y-%m}"

    @property
    def noon(self) -> datetime:
        return Day(self.first, inside=True, today=False).noon

    @property
    def before(self) -> Month:
        return Month((self.first - _A_DAY).replace(day=1))

    @property
    def after(self) -> Month:
        return Month((self.first + 31 * _A_DAY).replace(day=1))

    def span(self, *, margin: int = 0) -> dict[str, str]:
        """Its bounds as the API takes them, with so many days more on either side."""
        return {
            "after": dates.day_begins(self.first - margin * _A_DAY),
            "to": dates.day_begins(self.after.first + margin * _A_DAY),
        }

    def weeks(self, rows: Iterable[Row], *, today: date) -> list[list[Day]]:
        """Its weeks; an event over several days stands on each."""
        weeks = [
            [Day(day, day.month == self.first.month, day == today) for day in week]
            for week in Calendar().monthdatescalendar(self.first.year, self.first.month)
        ]
        days = {day.date: day for week in weeks for day in week if day.inside}
        for row in rows:
            event = row[0]
            zone = event.get("timezone")
            day = max(dates.local(event["starts_at"], zone).date(), self.first)
            # What ends at midnight is not on the day that begins then.
            last = (dates.local(event["ends_at"], zone) - _AN_INSTANT).date()
            while day in days and day <= last:
                days[day].rows.append(row)
                day += _A_DAY
        return weeks


def day_names() -> list[tuple[str, str]]:
    """The days of a week, short and in full, Monday first."""
    locale = "en_GB" if language() == "en" else "vi"
    short, full = (get_day_names(width, locale=locale) for width in ("abbreviated", "wide"))
    return [(str(short[day]), str(full[day])) for day in range(7)]

"""When the demo's events take place: rules relative to the day of loading, turned into times."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator, Mapping
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

Rule = Mapping[str, Any]
MonthDay = tuple[int, int]

WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
SATURDAY = WEEKDAYS.index("saturday")
STEPS = {"next": timedelta(days=1), "previous": timedelta(days=-1)}
# 29 February may be away for eight years (1896 to 1904), a fifth Friday of it for longer still.
YEARS_AHEAD = 40


def _read_holidays() -> frozenset[MonthDay]:
    rows = json.loads(Path(__file__).with_name("holidays.json").read_text(encoding="utf-8"))
    return frozenset((row["month"], row["day"]) for row in rows)


HOLIDAYS = _read_holidays()


def resolve(
    rule: Rule, loaded_on: date, zone: str, *, holidays: Collection[MonthDay] = HOLIDAYS
) -> tuple[datetime, datetime]:
    """Start and end in UTC of an event under `rule`, for data loaded on the day `loaded_on` of `zone`.

    The README beside this file lists the rules. ValueError: an unknown rule, a day that never comes,
    an end that is not after the start.
    """
    day = day_of(rule, loaded_on, holidays=holidays)
    starts_at, ends_at = (
        _in_utc(day, time.fromisoformat(rule[edge]), zone) for edge in ("start", "end")
    )
    if ends_at <= starts_at:
        raise ValueError(f"ends before it starts: {rule}")
    return starts_at, ends_at


def registration_window(
    registration: Mapping[str, Mapping[str, int]],
    starts_at: datetime,
    ends_at: datetime,
    zone: str,
) -> tuple[datetime, datetime]:
    """When registration opens and closes, in UTC.

    It opens at midnight of `zone`, `days_before` the day of the event, and closes `hours_before` its
    start or `hours_before_end`.
    """
    first_day = starts_at.astimezone(ZoneInfo(zone)).date()
    opens_on = first_day - timedelta(days=registration["opens"]["days_before"])
    match registration["closes"]:
        case {"hours_before": hours}:
            closes_at = starts_at - timedelta(hours=hours)
        case {"hours_before_end": hours}:
            closes_at = ends_at - timedelta(hours=hours)
        case other:
            raise ValueError(f"unknown end of registration: {other}")
    return _in_utc(opens_on, time.min, zone), closes_at.astimezone(UTC)


def day_of(rule: Rule, loaded_on: date, *, holidays: Collection[MonthDay] = HOLIDAYS) -> date:
    """The first day under `rule` that is `least_days_ahead` (0) or more days after `loaded_on`."""
    earliest = loaded_on + timedelta(days=rule.get("least_days_ahead", 0))
    for nominal in _nominal_days(rule, loaded_on):
        day = _on_a_working_day(nominal, rule.get("working_day"), holidays)
        if day >= earliest:
            return day
    raise ValueError(f"no day to come under {rule}")


def is_working_day(day: date, holidays: Collection[MonthDay] = HOLIDAYS) -> bool:
    """Monday to Friday, and no holiday that has a fixed date; Tết and other lunar days are not known."""
    return day.weekday() < SATURDAY and (day.month, day.day) not in holidays


def _nominal_days(rule: Rule, loaded_on: date) -> Iterator[date]:
    match rule:
        case {"rule": "today"}:
            yield loaded_on
        case {"rule": "in_days", "days": days}:
            yield loaded_on + timedelta(days=days)
        case {"rule": "next_month_day", "month": month, "day": day}:
            for year in _years_from(loaded_on):
                yield from _existing_day(year, month, day)
        case {"rule": "next_weekday_of_month", "month": month, "weekday": weekday, "nth": nth}:
            for year in _years_from(loaded_on):
                offset = (WEEKDAYS.index(weekday) - date(year, month, 1).weekday()) % 7
                yield from _existing_day(year, month, 1 + offset + 7 * (nth - 1))
        case _:
            raise ValueError(f"unknown rule: {rule}")


def _years_from(day: date) -> range:
    # The year before too: its last days may be moved over New Year.
    return range(day.year - 1, day.year + YEARS_AHEAD)


def _existing_day(year: int, month: int, day: int) -> Iterator[date]:
    try:
        yield date(year, month, day)
    except ValueError:
        return


def _on_a_working_day(day: date, direction: str | None, holidays: Collection[MonthDay]) -> date:
    if direction is not None:
        while not is_working_day(day, holidays):
            day += STEPS[direction]
    return day


def _in_utc(day: date, at: time, zone: str) -> datetime:
    return datetime.combine(day, at, ZoneInfo(zone)).astimezone(UTC)

"""Recurrence rules: a subset of RFC 5545's RRULE (section 3.3.10), expanded in the zone of the event.

In the subset: FREQ of DAILY, WEEKLY, MONTHLY or YEARLY; INTERVAL; an end, as COUNT or as UNTIL; BYMONTH, BYMONTHDAY,
BYDAY (in a rule by month or year also counted, as in 1MO or -1FR), BYSETPOS and WKST. Everything else is refused rather
than misread: parts by hour, minute, second, week or day of the year, rules without an end, other calendars (RFC 7529),
and a start that the rule itself does not meet, of which the RFC says that its meaning is undefined.
"""

from __future__ import annotations

import re
from calendar import monthrange
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import islice
from typing import Final
from zoneinfo import ZoneInfo

from dateutil.relativedelta import relativedelta
from dateutil.rrule import rrulestr

from shared.text import Text

# A series is planned by people and each of its events is registered for: more than this is a slip of the pen.
MOST: Final = 200
# No series reaches further.
FURTHEST: Final = relativedelta(years=15)

_FIRST_YEAR, _LAST_YEAR = 1900, 2199
_WEEKDAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
_WEEKDAY = f"(?:{'|'.join(_WEEKDAYS)})"
_NUMBERS = r"[+-]?\d{1,3}(?:,[+-]?\d{1,3})*"
# In the order of the normal form.
_PARTS = {
    "FREQ": re.compile("DAILY|WEEKLY|MONTHLY|YEARLY"),
    "INTERVAL": re.compile(r"[1-9]\d{0,2}"),
    "COUNT": re.compile(r"[1-9]\d{0,8}"),
    "UNTIL": re.compile(r"\d{8}(?:T\d{6}Z?)?"),
    "BYMONTH": re.compile(r"(?:0?[1-9]|1[0-2])(?:,(?:0?[1-9]|1[0-2]))*"),
    "BYMONTHDAY": re.compile(_NUMBERS),
    "BYDAY": re.compile(rf"(?:[+-]?\d{{1,2}})?{_WEEKDAY}(?:,(?:[+-]?\d{{1,2}})?{_WEEKDAY})*"),
    "BYSETPOS": re.compile(_NUMBERS),
    "WKST": re.compile(_WEEKDAY),
}
_OUTSIDE = ("BYSECOND", "BYMINUTE", "BYHOUR", "BYYEARDAY", "BYWEEKNO", "RSCALE", "SKIP")

_NO_FREQUENCY = Text(
    "Quy tắc lặp phải có FREQ: DAILY, WEEKLY, MONTHLY hoặc YEARLY.",
    "The rule needs a FREQ: DAILY, WEEKLY, MONTHLY or YEARLY.",
)
_NO_END = Text(
    "Quy tắc lặp phải có đúng một điểm kết thúc: COUNT hoặc UNTIL.",
    "The rule needs exactly one end: COUNT or UNTIL.",
)
_NO_SENSE = Text(
    "Các phần của quy tắc lặp không đi được với nhau; xin xem lại BYDAY, BYMONTHDAY và BYSETPOS.",
    "The parts of the rule do not go together; please look at BYDAY, BYMONTHDAY and BYSETPOS.",
)
_NO_DATE = Text(
    "Ngày ở UNTIL không có trong lịch; ví dụ: UNTIL=20261231.",
    "There is no such date as that of UNTIL; for example: UNTIL=20261231.",
)
_STARTS_ELSEWHERE = Text(
    "Ngày bắt đầu không khớp với quy tắc lặp; xin chọn ngày đầu tiên mà quy tắc cho ra.",
    "The start does not fit the rule; please choose the first date that the rule gives.",
)
_TOO_MANY = Text(
    f"Quy tắc lặp cho ra hơn {MOST} sự kiện; xin rút ngắn lại.",
    f"The rule gives more than {MOST} events; please shorten it.",
)
_TOO_FAR = Text(
    f"Quy tắc lặp kéo dài hơn {FURTHEST.years} năm, hoặc không bao giờ đủ số lần; xin sửa lại.",
    f"The rule reaches further than {FURTHEST.years} years, or never comes to its count; please change it.",
)


class RuleRefused(ValueError):
    """The rule cannot be kept; `text` says why and what to do."""

    def __init__(self, text: Text) -> None:
        super().__init__(text.en)
        self.text = text


@dataclass(frozen=True, slots=True)
class Rule:
    """A rule of the subset. `text` is its normal form: in capitals, its parts always in the same order."""

    text: str

    @classmethod
    def parse(cls, text: str) -> Rule:
        """Read the value of an RRULE, with or without that word before it; RuleRefused says what is wrong with it."""
        parts = _parts(text)
        _require_sense(parts)
        return _normal(parts)

    def occurrences(self, starts_at: datetime, timezone: str) -> list[datetime]:
        """Every start, the first one included, as the clocks of `timezone` show it; aware, in that zone.

        An hour that clocks skip is read with the offset before the jump, one that they show twice is the first
        (RFC 5545, section 3.3.5). RuleRefused if the rule does not meet `starts_at`, yields more than MOST, or
        reaches further than FURTHEST.
        """
        zone = ZoneInfo(timezone)
        # Rules count in whole seconds.
        first = starts_at.astimezone(zone).replace(tzinfo=None, fold=0, microsecond=0)
        parts = _parts(self.text)
        count, end = int(parts.pop("COUNT", 0)), _end(parts.pop("UNTIL", None), zone)
        horizon = first + FURTHEST
        if count > MOST:
            raise RuleRefused(_TOO_MANY)
        if end is not None and end > horizon:
            raise RuleRefused(_TOO_FAR)
        # The library looks for the first date until the year 9999: only where there is one.
        if not _may_fall_on(first, parts):
            raise RuleRefused(_STARTS_ELSEWHERE)
        endless = rrulestr(
            ";".join(f"{name}={said}" for name, said in parts.items()), dtstart=first
        )
        found = list(islice(endless.replace(until=end or horizon), count or MOST + 1))
        if found[:1] != [first]:
            raise RuleRefused(_STARTS_ELSEWHERE)
        if len(found) > MOST:
            raise RuleRefused(_TOO_MANY)
        if len(found) < count:
            raise RuleRefused(_TOO_FAR)
        return [start.replace(tzinfo=zone) for start in found]

    def divided(self, first: Sequence[datetime]) -> tuple[Rule, Rule]:
        """As two: one that ends with the last of `first`, the dates that it gives first, and one for the rest."""
        parts = _parts(self.text)
        ends = {"UNTIL": f"{first[-1].astimezone(UTC):%Y%m%dT%H%M%SZ}"}
        before = {name: said for name, said in parts.items() if name != "COUNT"} | ends
        if "COUNT" in parts:
            parts["COUNT"] = str(int(parts["COUNT"]) - len(first))
        return _normal(before), _normal(parts)


def _normal(parts: dict[str, str]) -> Rule:
    return Rule(";".join(f"{name}={parts[name]}" for name in _PARTS if name in parts))


def _parts(text: str) -> dict[str, str]:
    """The parts by name, each of the form that the RFC gives it; a last semicolon is forgiven."""
    parts: dict[str, str] = {}
    for part in text.strip().upper().removeprefix("RRULE:").removesuffix(";").split(";"):
        name, _, said = part.partition("=")
        if name not in _PARTS:
            raise RuleRefused(_not_in_the_subset(name))
        if name in parts or not _PARTS[name].fullmatch(said):
            raise RuleRefused(
                Text(
                    f"Không đọc được phần {name} của quy tắc lặp.",
                    f"The part {name} of the rule cannot be read.",
                )
            )
        parts[name] = said
    return parts


def _not_in_the_subset(name: str) -> Text:
    # A name that no rule has is not said back: it may be anything.
    named, usable = (name if name in _OUTSIDE else "?"), ", ".join(_PARTS)
    return Text(
        f"Quy tắc lặp có phần chưa được hỗ trợ: {named}. Có thể dùng: {usable}.",
        f"The rule has a part that is not supported: {named}. Supported are: {usable}.",
    )


def _require_sense(parts: dict[str, str]) -> None:
    """What the RFC forbids, and what would have no end."""
    if "FREQ" not in parts:
        raise RuleRefused(_NO_FREQUENCY)
    if ("COUNT" in parts) == ("UNTIL" in parts):
        raise RuleRefused(_NO_END)
    if "UNTIL" in parts:
        _moment(parts["UNTIL"])
    by_month_or_year = parts["FREQ"] in ("MONTHLY", "YEARLY")
    days, places = _numbers(parts, "BYMONTHDAY"), _numbers(parts, "BYSETPOS")
    counted = [int(number) for number in re.findall(r"[+-]?\d+", parts.get("BYDAY", ""))]
    whole = _are_within(days, 31) and _are_within(places, 366) and _are_within(counted, 53)
    lonely = places and not parts.keys() & {"BYDAY", "BYMONTHDAY", "BYMONTH"}
    misplaced = (places or counted) and not by_month_or_year
    if not whole or lonely or misplaced or (days and parts["FREQ"] == "WEEKLY"):
        raise RuleRefused(_NO_SENSE)


def _are_within(numbers: list[int], most: int) -> bool:
    """Whether each counts from the start or from the end, and no further than that."""
    return all(1 <= abs(number) <= most for number in numbers)


def _may_fall_on(day: datetime, parts: dict[str, str]) -> bool:
    """Whether the months, days and weekdays of the rule allow this day."""
    last = monthrange(day.year, day.month)[1]
    months, days = _numbers(parts, "BYMONTH"), _numbers(parts, "BYMONTHDAY")
    weekdays = {name[-2:] for name in parts.get("BYDAY", "").split(",") if name}
    return (
        (not months or day.month in months)
        and (not days or day.day in days or day.day - last - 1 in days)
        and (not weekdays or _WEEKDAYS[day.weekday()] in weekdays)
    )


def _numbers(parts: dict[str, str], name: str) -> list[int]:
    return [int(number) for number in parts[name].split(",")] if name in parts else []


def _end(until: str | None, zone: ZoneInfo) -> datetime | None:
    """UNTIL on the clock of the zone; the rule includes it, a date to the end of its day."""
    if until is None:
        return None
    moment = _moment(until)
    if until.endswith("Z"):
        return moment.replace(tzinfo=UTC).astimezone(zone).replace(tzinfo=None, fold=0)
    return moment if "T" in until else moment + timedelta(days=1, seconds=-1)


def _moment(until: str) -> datetime:
    form = "%Y%m%dT%H%M%S" if "T" in until else "%Y%m%d"
    try:
        moment = datetime.strptime(until.removesuffix("Z"), form)  # noqa: DTZ007 - its zone is the event's
    except ValueError:
        raise RuleRefused(_NO_DATE) from None
    if not _FIRST_YEAR <= moment.year <= _LAST_YEAR:
        raise RuleRefused(_NO_DATE)
    return moment

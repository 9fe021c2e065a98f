"""A recurrence rule (RFC 5545, the subset of events) as people say it."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from services.web import dates
from services.web.texts import gettext as _
from services.web.texts import language, ngettext

WEEKDAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")


def parts_of(rule: str) -> dict[str, str]:
    """The parts of a rule in its normal form, by name."""
    return dict(part.split("=", 1) for part in rule.split(";") if "=" in part)


def in_words(rule: str, starts_at: str, zone: str) -> str:
    """A rule in its normal form: "Mỗi 2 tuần vào thứ Năm, 4 lần". `starts_at` is its first date."""
    parts, start = parts_of(rule), dates.local(starts_at, zone)
    said = [_every(parts.get("FREQ", ""), int(parts.get("INTERVAL", "1")))]
    if "BYMONTH" in parts:
        months = [part.lstrip("0") for part in parts["BYMONTH"].split(",")]
        said.append(_("trong tháng %(months)s") % {"months": listed(months)})
    if "BYDAY" in parts:
        days = [_day(part) for part in parts["BYDAY"].split(",")]
        said.append(_("vào %(days)s") % {"days": listed(days)})
    if "BYMONTHDAY" in parts:
        days = [day_of_month(int(part)) for part in parts["BYMONTHDAY"].split(",")]
        said.append(_("vào %(days)s") % {"days": listed(days)})
    if not parts.keys() & {"BYDAY", "BYMONTHDAY"}:
        said.append(_unsaid(parts, start))
    if "BYSETPOS" in parts:
        places = listed([_place(int(part)) for part in parts["BYSETPOS"].split(",")])
        said.append(_("(chỉ lấy %(places)s trong số đó)") % {"places": places})
    return f"{' '.join(part for part in said if part)}, {_end(parts, zone)}"


def listed(words: list[str]) -> str:
    """ "thứ Hai, thứ Tư và thứ Sáu"."""
    if len(words) < 2:
        return "".join(words)
    return _("%(first)s và %(last)s") % {"first": ", ".join(words[:-1]), "last": words[-1]}


def ends_on(until: str, zone: str) -> str:
    """The last day that an UNTIL includes, as ISO 8601."""
    day = datetime.strptime(until[:8], "%Y%m%d").date()  # noqa: DTZ007 - a day of the zone's calendar
    if until.endswith("Z"):
        moment = datetime.strptime(until, "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)
        day = moment.astimezone(ZoneInfo(zone)).date()
    return day.isoformat()


def counted_weekday(nth: int, number: int) -> str:
    """ "thứ Năm lần thứ 4 trong tháng"; -1 is the last."""
    return _day(f"{nth}{WEEKDAYS[number]}")


def day_of_month(number: int) -> str:
    """ "ngày 26"; -1 is the last."""
    if number == -1:
        return _("ngày cuối tháng")
    if number < 0:
        return _("ngày thứ %(number)s từ cuối tháng") % {"number": _nth(-number)}
    return _("ngày %(number)s") % {"number": _nth(number)}


def _every(frequency: str, number: int) -> str:
    once = {
        "DAILY": _("Mỗi ngày"),
        "WEEKLY": _("Mỗi tuần"),
        "MONTHLY": _("Mỗi tháng"),
        "YEARLY": _("Mỗi năm"),
    }
    often = {
        "DAILY": _("Mỗi %(number)s ngày"),
        "WEEKLY": _("Mỗi %(number)s tuần"),
        "MONTHLY": _("Mỗi %(number)s tháng"),
        "YEARLY": _("Mỗi %(number)s năm"),
    }
    return once.get(frequency, "") if number == 1 else often.get(frequency, "") % {"number": number}


def _day(part: str) -> str:
    found = re.fullmatch(r"([+-]?\d+)?([A-Z]{2})", part)
    if found is None:
        return part
    name = dates.weekday(WEEKDAYS.index(found[2]))
    if not found[1]:
        return name
    nth = int(found[1])
    if nth == -1:
        return _("%(day)s cuối cùng trong tháng") % {"day": name}
    if nth == 1:
        return _("%(day)s đầu tiên trong tháng") % {"day": name}
    if nth < 0:
        return _("%(day)s thứ %(nth)s từ cuối tháng") % {"day": name, "nth": _nth(-nth)}
    return _("%(day)s lần thứ %(nth)s trong tháng") % {"day": name, "nth": _nth(nth)}


def _unsaid(parts: dict[str, str], start: datetime) -> str:
    """What a rule takes from its first date."""
    frequency = parts.get("FREQ", "")
    if frequency == "YEARLY" and "BYMONTH" not in parts:
        day = day_of_month(start.day)
        return _("vào %(day)s %(month)s") % {"day": day, "month": dates.month_name(start.month)}
    if frequency == "WEEKLY":
        return _("vào %(days)s") % {"days": dates.weekday(start.weekday())}
    if frequency in ("MONTHLY", "YEARLY"):
        return _("vào %(days)s") % {"days": day_of_month(start.day)}
    return ""


def _place(number: int) -> str:
    if number == -1:
        return _("ngày cuối")
    if number < 0:
        return _("ngày thứ %(number)s từ cuối") % {"number": _nth(-number)}
    return _("ngày thứ %(number)s") % {"number": _nth(number)}


def _nth(number: int) -> str:
    """A number that counts: 4, in English 4th."""
    if language() != "en":
        return str(number)
    ending = (
        "th" if number % 100 in (11, 12, 13) else {1: "st", 2: "nd", 3: "rd"}.get(number % 10, "th")
    )
    return f"{number}{ending}"


def _end(parts: dict[str, str], zone: str) -> str:
    if "COUNT" in parts:
        times = int(parts["COUNT"])
        return ngettext("%(num)d lần", "%(num)d lần", times) % {"num": times}
    until = ends_on(parts.get("UNTIL", "19000101"), zone)
    return _("đến hết %(day)s") % {"day": dates.written_day(until)}

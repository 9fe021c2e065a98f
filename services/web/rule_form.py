"""Saying by a plain form how an event repeats; who knows RRULE may write it instead."""

from __future__ import annotations

from calendar import monthrange
from datetime import datetime

from services.web import dates
from services.web.clients import Json, Refused
from services.web.forms import Form
from services.web.rule_words import WEEKDAYS, counted_weekday, day_of_month, ends_on, parts_of
from services.web.texts import gettext as _

ORDER = ("_", "every", "unit", "days", "month_by", "end", "count", "until", "rule", "cancel_reason.vi", "reason.vi")  # fmt: skip
_MOST = 99


def usual(start: datetime) -> dict[str, str]:
    """What the form proposes for an event that first starts at `start`, on its own clock."""
    return {
        "every": "1",
        "unit": "weeks",
        f"day.{WEEKDAYS[start.weekday()]}": "1",
        "month_by": "day",
        "end": "count",
    }


def month_choices(start: datetime) -> list[tuple[str, str]]:
    """The days of a month that `start` is, each with its words: a rule must give its first date."""
    last, nth = monthrange(start.year, start.month)[1], (start.day - 1) // 7 + 1
    choices = [
        ("day", _("vào %(days)s") % {"days": day_of_month(start.day)}),
        ("nth", _("vào %(days)s") % {"days": counted_weekday(nth, start.weekday())}),
    ]
    if start.day + 7 > last:
        words = counted_weekday(-1, start.weekday())
        choices.append(("last", _("vào %(days)s") % {"days": words}))
    if start.day == last:
        choices.append(("end", _("vào %(days)s") % {"days": day_of_month(-1)}))
    return choices


def week_choices() -> list[tuple[str, str]]:
    """The days of a week, each with its name as a line begins."""
    named = [(key, dates.weekday(number)) for number, key in enumerate(WEEKDAYS)]
    return [(key, name[:1].upper() + name[1:]) for key, name in named]


def built(form: Form, start: datetime) -> str:
    """The rule that the form says; what is wrong is said at its field."""
    if written := form.text("rule"):
        return written
    every = form.whole("every", required=_("Xin nhập số, ví dụ 1 là mỗi tuần hoặc mỗi tháng."))
    if every and every > _MOST:
        form.errors["every"] = _("Xin nhập một số từ 1 đến 99.")
    said = [
        "FREQ=MONTHLY" if form["unit"] == "months" else "FREQ=WEEKLY",
        f"INTERVAL={every}" if every and every > 1 else "",
        _month(form, start) if form["unit"] == "months" else _week(form, start),
        _end(form, start),
    ]
    return ";".join(part for part in said if part)


def read_back(rule: str, starts_at: str, zone: str) -> dict[str, str]:
    """A rule as the fields of the form; as RRULE where the plain ones cannot say it."""
    parts, start = parts_of(rule), dates.local(starts_at, zone)
    typed = usual(start) | {"every": parts.get("INTERVAL", "1")}
    if "COUNT" in parts:
        typed |= {"end": "count", "count": parts["COUNT"]}
    else:
        typed |= {"end": "until", "until": ends_on(parts.get("UNTIL", "19000101"), zone)}
    # A week that does not begin on Monday counts otherwise; the plain fields cannot say that.
    parts = {name: said for name, said in parts.items() if (name, said) != ("WKST", "MO")}
    days = {name: said for name, said in parts.items() if name.startswith(("BY", "WKST"))}
    if parts.get("FREQ") == "WEEKLY" and _plain_week(days):
        ticked = days["BYDAY"].split(",") if days else [WEEKDAYS[start.weekday()]]
        kept = {name: text for name, text in typed.items() if not name.startswith("day.")}
        return kept | {"unit": "weeks"} | {f"day.{day}": "1" for day in ticked}
    for choice, _words in month_choices(start):
        told = parts_of(_day_of_month(choice, start))
        if parts.get("FREQ") == "MONTHLY" and (days == told or (choice == "day" and not days)):
            return typed | {"unit": "months", "month_by": choice}
    return typed | {"rule": rule}


def refuse(form: Form, refused: Refused) -> None:
    """Take over what the service said; what it says of a rule that was put together here stands at the end of it."""
    form.refuse(refused)
    for name in ("reason", "cancel_reason"):
        if name in form.errors:
            form.errors[f"{name}.vi"] = form.errors.pop(name)
    if "rule" in form.errors and not form["rule"]:
        form.errors[_end_of(form)] = form.errors.pop("rule")


def days_of(preview: Json) -> set[str]:
    """The days that a rule gives, on the clocks of the event."""
    return {moment[:10] for moment in preview["dates"]}


def _week(form: Form, start: datetime) -> str:
    ticked = [day for day in WEEKDAYS if form.ticked(f"day.{day}")]
    first = WEEKDAYS[start.weekday()]
    if not ticked or first not in ticked:
        said = _("Buổi đầu tiên là %(day)s, nên xin chọn cả ngày đó.")
        form.errors["days"] = said % {"day": dates.day_inside(start, str(start.tzinfo))}
    # The day of the first date goes without saying, so that it can be moved to another one later.
    return "" if ticked == [first] else f"BYDAY={','.join(ticked)}"


def _month(form: Form, start: datetime) -> str:
    choice = form["month_by"]
    if choice not in dict(month_choices(start)):
        form.errors["month_by"] = _("Xin chọn ngày trong tháng.")
        return ""
    return _day_of_month(choice, start)


def _day_of_month(choice: str, start: datetime) -> str:
    weekday, nth = WEEKDAYS[start.weekday()], (start.day - 1) // 7 + 1
    return {
        "day": f"BYMONTHDAY={start.day}",
        "nth": f"BYDAY={nth}{weekday}",
        "last": f"BYDAY=-1{weekday}",
        "end": "BYMONTHDAY=-1",
    }[choice]


def _end(form: Form, start: datetime) -> str:
    if _end_of(form) == "count":
        times = form.whole("count", required=_("Xin nhập tổng số lần, kể cả buổi đầu tiên."))
        return f"COUNT={times}"
    until = form.day("until", required=_("Xin nhập ngày cuối cùng có thể diễn ra."))
    if until and until < start.date().isoformat():
        form.errors["until"] = _("Ngày kết thúc phải sau buổi đầu tiên, ngày %(day)s.") % {
            "day": dates.short_day(start, str(start.tzinfo))
        }
    return f"UNTIL={(until or '').replace('-', '')}"


def _end_of(form: Form) -> str:
    return "until" if form["end"] == "until" else "count"


def _plain_week(days: dict[str, str]) -> bool:
    return not days or (days.keys() == {"BYDAY"} and set(days["BYDAY"].split(",")) <= set(WEEKDAYS))

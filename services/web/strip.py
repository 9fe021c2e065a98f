"""The year as a strip: when events are owed and when they are, drawn as SVG in hundredths of its width."""

from __future__ import annotations

from calendar import isleap
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date

from services.web import dates
from services.web.clients import Json
from services.web.owed import Owed
from services.web.words import progress_state

# The first hundredths are for the number of the row.
_LEFT = 7.0
_HEAD, _ROW = 30, 26


@dataclass(frozen=True, slots=True)
class Dot:
    """An event; an open one is not published."""

    x: float
    open: bool


@dataclass(frozen=True, slots=True)
class Line:
    """A row: the window in which something is owed (if it is), and the events in it."""

    y: int
    label: str
    tone: str = ""
    x: float = 0.0
    width: float = 0.0
    dots: Sequence[Dot] = field(default=())


@dataclass(frozen=True, slots=True)
class Strip:
    """All of it; `today` is a place only in this year."""

    height: int
    months: Sequence[tuple[float, str]]
    lines: Sequence[Line]
    today: float | None


def strip(year: int, owed: Iterable[Owed], others: Iterable[Json], *, today: date) -> Strip:
    """The strip of a year: a row for each item, and one for the events beside them."""
    lines = [_line(year, one, number) for number, one in enumerate(owed)]
    beside = _dots(year, others)
    if beside:
        lines.append(Line(_y(len(lines)), "+", dots=beside))
    return Strip(
        height=_HEAD + _ROW * len(lines),
        months=[(_place(year, date(year, n, 1)), dates.month_label(n)) for n in range(1, 13)],
        lines=lines,
        today=_place(year, today) if today.year == year else None,
    )


def _line(year: int, owed: Owed, number: int) -> Line:
    first = max(date.fromisoformat(owed.item["due_from"]), date(year, 1, 1))
    last = min(date.fromisoformat(owed.item["due_until"]), date(year, 12, 31))
    x = _place(year, first)
    # The last day is in time, too.
    end = _place(year, last, through=True)
    return Line(
        y=_y(number),
        label=str(owed.number),
        tone=progress_state(owed.state)[1],
        x=x,
        width=round(max(end - x, 0.8), 2),
        dots=_dots(year, owed.item["events"]),
    )


def _dots(year: int, events: Iterable[Json]) -> list[Dot]:
    shown = [one for one in events if one["starts_at"] and one["status"] != "cancelled"]
    days = [(dates.local(one["starts_at"]).date(), one["status"]) for one in shown]
    return [Dot(_place(year, day), status == "draft") for day, status in days if day.year == year]


def _y(number: int) -> int:
    return _HEAD + _ROW * number + _ROW // 2


def _place(year: int, day: date, *, through: bool = False) -> float:
    """Where a day begins (or ends), in hundredths of the width."""
    passed = day.timetuple().tm_yday - (0 if through else 1)
    return round(_LEFT + (100 - _LEFT) * passed / (366 if isleap(year) else 365), 2)

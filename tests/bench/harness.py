"""Measuring: ours beside a yardstick, in turns, in one run; medians, a table, and an object of JSON a row."""

from __future__ import annotations

import json
import math
import os
import platform
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import TypeVar

# Fewer say nothing on a machine that others use, too.
LEAST_ROUNDS = 5
Measured = TypeVar("Measured")


@dataclass(frozen=True, slots=True)
class Target:
    """The bound that a row is to keep: of its ratio to the yardstick, else of its value."""

    at_least: float | None = None
    at_most: float | None = None
    of_ratio: bool = True

    def is_held(self, figure: float) -> bool:
        return (self.at_least is None or figure >= self.at_least) and (
            self.at_most is None or figure <= self.at_most
        )

    def text(self, unit: str) -> str:
        sign, bound = ("≥", self.at_least) if self.at_least is not None else ("≤", self.at_most)
        return f"{sign} {bound:g} {'×' if self.of_ratio else unit}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One figure: the median of the rounds beside the yardstick's, and how far the rounds lay apart."""

    name: str
    unit: str
    values: Sequence[float]
    yardsticks: Sequence[float] = ()
    target: Target | None = None

    @property
    def value(self) -> float:
        return median(self.values)

    @property
    def yardstick(self) -> float | None:
        return median(self.yardsticks) if self.yardsticks else None

    @property
    def ratio(self) -> float | None:
        return self.value / self.yardstick if self.yardstick else None

    @property
    def held(self) -> bool | None:
        """Whether the target was reached; None where there is none."""
        if self.target is None:
            return None
        figure = self.ratio if self.target.of_ratio else self.value
        return figure is not None and self.target.is_held(figure)

    def as_json(self) -> str:
        return json.dumps(
            {
                "name": self.name,
                "value": _rounded(self.value),
                "unit": self.unit,
                "yardstick": _rounded(self.yardstick),
                "ratio": _rounded(self.ratio),
                "target": self.target.text(self.unit) if self.target else None,
                "held": self.held,
                "spread": [_rounded(min(self.values)), _rounded(max(self.values))],
                "rounds": len(self.values),
            },
            ensure_ascii=False,
        )

    def cells(self) -> tuple[str, ...]:
        """The row of the table."""
        unit = f" {self.unit}"
        spread = f"{_figure(min(self.values))}–{_figure(max(self.values))}"
        return (
            self.name,
            _figure(self.value) + unit,
            spread,
            "–" if self.yardstick is None else _figure(self.yardstick) + unit,
            "–" if self.ratio is None else f"{self.ratio:.2f} ×",
            self.target.text(self.unit) if self.target else "–",
            {True: "yes", False: "NO", None: "–"}[self.held],
        )


HEADINGS = ("what", "median", "of rounds", "yardstick", "ratio", "target", "held")


def in_turns(
    measures: Mapping[str, Callable[[], Measured]], *, rounds: int, say: Callable[[str], None]
) -> dict[str, list[Measured]]:
    """Measure each in its turn, A B A B …, so that what else the machine does falls on all of them alike.

    A first round warms up and is not counted.
    """
    assert rounds >= LEAST_ROUNDS
    found: dict[str, list[Measured]] = {name: [] for name in measures}
    for number in range(rounds + 1):
        for name, measure in measures.items():
            result = measure()
            if number:
                found[name].append(result)
        say(f"round {number} of {rounds}" if number else "warmed up")
    return found


def percentile(values: Iterable[float], percent: float) -> float:
    """The least value that so many percent do not exceed (nearest rank)."""
    ordered = sorted(values)
    return ordered[max(math.ceil(len(ordered) * percent / 100) - 1, 0)]


def table(rows: Sequence[Row]) -> str:
    """The rows as a Markdown table whose columns stand under each other."""
    lines = [HEADINGS, *(row.cells() for row in rows)]
    widths = [max(len(line[column]) for line in lines) for column in range(len(HEADINGS))]

    def drawn(cells: Sequence[str]) -> str:
        return f"| {' | '.join(cell.ljust(width) for cell, width in zip(cells, widths, strict=True))} |"

    ruler = f"|{'|'.join('-' * (width + 2) for width in widths)}|"
    return "\n".join([drawn(lines[0]), ruler, *map(drawn, lines[1:])])


def write_lines(rows: Iterable[Row], path: Path) -> None:
    """An object of JSON a row."""
    path.parent.mkdir(exist_ok=True)
    path.write_text("".join(row.as_json() + "\n" for row in rows), encoding="utf-8")


def machine() -> str:
    """What runs here, and whether it was quiet when the run began."""
    one, five, _ = os.getloadavg()
    return (
        f"{os.cpu_count()} cores, load before the run {one:.1f} (1 min) {five:.1f} (5 min), "
        f"Python {platform.python_version()}, {platform.system()} {platform.machine()}"
    )


def _figure(value: float) -> str:
    return f"{value:,.0f}" if value >= 100 else f"{value:.1f}"


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 3)

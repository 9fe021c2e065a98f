"""Text for a terminal: tables, ages, and others' words without the power to command the terminal."""

from __future__ import annotations

import json
import unicodedata
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from typing import Any

from shared.database.types import jsonable

WIDEST = 60


def harmless(text: str) -> str:
    """Text in which every character that acts instead of showing stands as `\\uXXXX`.

    Those are controls, line ends, direction marks and other format characters, and halves of characters.
    """
    return "".join(
        _escaped(one) if unicodedata.category(one) in ("Cc", "Cf", "Cs", "Zl", "Zp") else one
        for one in text
    )


def pretty(value: Any) -> str:
    """JSON over several lines, readable and harmless; the escapes are JSON's own."""
    text = json.dumps(jsonable(value), ensure_ascii=False, indent=2)
    return "\n".join(harmless(line) for line in text.split("\n"))


def table(heads: Sequence[str], rows: Sequence[Sequence[object]]) -> Iterator[str]:
    """The lines of a table; numbers stand to the right, a long text is cut."""
    cells = [[_cell(value) for value in row] for row in rows]
    widths = [
        max(len(head), *(len(row[place]) for row in cells)) if cells else len(head)
        for place, head in enumerate(heads)
    ]
    right = [
        bool(rows) and all(isinstance(row[place], int | None) for row in rows)
        for place in range(len(heads))
    ]
    for line in (list(heads), *cells):
        yield "  ".join(
            text.rjust(width) if to_right else text.ljust(width)
            for text, width, to_right in zip(line, widths, right, strict=True)
        ).rstrip()


def age(seconds: float) -> str:
    """A duration in its largest unit: "12 s", "5 min", "3 h", "40 d"."""
    for unit, size in (("d", 86_400), ("h", 3_600), ("min", 60)):
        if seconds >= 2 * size:
            return f"{int(seconds // size)} {unit}"
    return f"{max(int(seconds), 0)} s"


def moment(at: datetime | None) -> str:
    """An instant in UTC, to the millisecond."""
    return (
        ""
        if at is None
        else f"{at.astimezone(UTC):%Y-%m-%d %H:%M:%S}.{at.microsecond // 1000:03d}Z"
    )


def _cell(value: object) -> str:
    text = harmless("" if value is None else str(value))
    return text if len(text) <= WIDEST else text[: WIDEST - 1] + "…"


def _escaped(character: str) -> str:
    units = character.encode("utf-16-be", "surrogatepass")
    return "".join(f"\\u{units[i]:02x}{units[i + 1]:02x}" for i in range(0, len(units), 2))

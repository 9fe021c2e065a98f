"""Whom a partner names in a spreadsheet: its rows as lines, which are then read as if they had been pasted."""

from __future__ import annotations

from collections.abc import Iterator

from services.registrations.importing.columns import read as read_people
from services.registrations.importing.rows import Row
from services.registrations.pasting import MOST_LINES, read_lines
from services.registrations.pasting import Row as Pasted
from shared.sheets import Table
from shared.text import Text

# With the title of the list, the name of the office and the headings above.
MOST_SHEET_LINES = MOST_LINES + 50
_NEEDED = ("name", "phone", "email")


def read_nominees(table: Table) -> list[Pasted]:
    """The people of a table with headings; UnreadableSheet where no column of names is found.

    What nobody needs to ask somebody is not kept. A cell that is merged with another row, a formula or a number that a
    spreadsheet shortened is said at its line, and the others are taken all the same.
    """
    _, rows = read_people(table)
    return read_lines(_lines(rows))


def _lines(rows: list[Row]) -> Iterator[tuple[int, str, Text | None]]:
    for row in rows:
        wrong = (row.problems[field] for field in _NEEDED if field in row.problems)
        text = ", ".join(filter(None, (row.said[field] for field in _NEEDED)))
        # A line that says nothing is still one that somebody meant: of merged cells, the lower ones.
        yield row.place, text or "–", next(wrong, None)

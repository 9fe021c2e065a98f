"""Rows of a form: the items of a list, one below the other, with an empty one at the end. Buttons add and clear rows."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from services.web.forms import Form

Row = dict[str, str]


@dataclass(frozen=True, slots=True)
class Rows:
    """The rows in which the items of one list are typed.

    `parts` are what is typed in a row, `kept` what travels along unseen and makes no item by itself.
    """

    name: str
    parts: tuple[str, ...]
    most: int
    least: int = 1
    kept: tuple[str, ...] = ()

    def gather(self, form: Form) -> int:
        """Move the rows that say something together, as the items stand in the list, so that each refusal finds its row.

        How many those are.
        """
        rows = self._typed(form)
        said = [row for row in rows if self._says(row)]
        self._put(form, said + [{}] * (len(rows) - len(said)))
        return len(said)

    def add(self, form: Form) -> None:
        """One more row, and the focus in it."""
        self.gather(form)
        rows = self._typed(form)
        self._put(form, [*rows, {}])
        form.focus = f"{self.name}.{len(rows)}.{self.parts[0]}"

    def clear(self, form: Form, number: int) -> None:
        """Take a row away; those below it move up."""
        rows = self._typed(form)
        self._put(form, rows[:number] + rows[number + 1 :])
        form.focus = f"{self.name}.{number}.{self.parts[0]}"
        self.gather(form)

    def shown(self, form: Form) -> range:
        """The numbers of the rows on the page: those that there are, and an empty one if there is room."""
        rows = self._typed(form)
        said = sum(self._says(row) for row in rows)
        return range(min(self.most, max(self.least, said + 1, len(rows))))

    def _typed(self, form: Form) -> list[Row]:
        own = re.compile(rf"{self.name}\.(\d{{1,3}})\.[a-z_.]+")
        numbers = {int(found[1]) for name in form.typed if (found := own.fullmatch(name))}
        return [
            {part: form[f"{self.name}.{row}.{part}"].strip() for part in self.parts + self.kept}
            for row in sorted(numbers)
        ]

    def _says(self, row: Row) -> bool:
        return any(row[part] for part in self.parts)

    def _put(self, form: Form, rows: list[Row]) -> None:
        others = {
            name: text for name, text in form.typed.items() if not name.startswith(f"{self.name}.")
        }
        form.typed = others | {
            f"{self.name}.{number}.{part}": row.get(part, "")
            for number, row in enumerate(rows)
            for part in self.parts + self.kept
        }


def rearrange(form: Form, lists: Iterable[Rows]) -> bool:
    """Do what the button of a row says ("add" names a list, "clear" a row), and whether one was pressed. Nothing is saved."""
    added, cleared = form.typed.pop("add", ""), form.typed.pop("clear", "")
    name, _, number = cleared.partition(".")
    for rows in lists:
        if rows.name == added:
            rows.add(form)
        if rows.name == name and number.isdecimal():
            rows.clear(form, int(number))
    return bool(added or cleared)

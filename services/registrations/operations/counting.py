"""Counting what was answered, without names."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from typing import Any
from uuid import UUID

from services.registrations.models import Field, Form, Kind
from services.registrations.repository import UnitOfWork


def count_answers(uow: UnitOfWork, event_id: UUID) -> dict[str, Any]:
    """How often each choice was made by those who have a place or ask for one, over all versions of the form.

    Fields as they are asked now, then those that were answered before; of options that are gone, those that were chosen.
    """
    newest = uow.forms.newest(uow.offers.get(event_id))
    tallies = {field.key: _Tally(field, asked=True) for field in newest.fields}
    for field in _fields(uow.forms.answered(event_id)):
        tallies.setdefault(field.key, _Tally(field, asked=False)).know(field)
    sheets = 0
    for answers in uow.answer_sheets.all_answers(event_id):
        sheets += 1
        for key, answer in answers.items():
            tallies[key].count(answer)
    return {"answered": sheets, "fields": [tally.found() for tally in tallies.values()]}


def _fields(forms: Iterable[Form]) -> Iterable[Field]:
    return (field for form in forms for field in form.fields)


class _Tally:
    """What was answered to one field."""

    def __init__(self, field: Field, *, asked: bool) -> None:
        self._field, self._answered = field, 0
        self._asked = {option["key"] for option in field.options} if asked else set()
        self._options = {option["key"]: option for option in field.options}
        self._chosen: Counter[str] = Counter()
        self._sum: float = 0
        self._least: float | None = None
        self._largest: float | None = None

    def know(self, field: Field) -> None:
        """Options that were there once, too."""
        for option in field.options:
            self._options.setdefault(option["key"], option)

    def count(self, answer: Any) -> None:
        self._answered += 1
        match self._field.kind:
            case Kind.CHOICE:
                self._chosen[answer] += 1
            case Kind.CHOICES:
                self._chosen.update(answer)
            case Kind.NUMBER:
                self._sum += answer
                self._least = answer if self._least is None else min(self._least, answer)
                self._largest = answer if self._largest is None else max(self._largest, answer)

    def found(self) -> dict[str, Any]:
        return {
            "key": self._field.key,
            "kind": self._field.kind,
            "label": self._field.label,
            "answered": self._answered,
            "options": [
                option | {"count": self._chosen[key]}
                for key, option in self._options.items()
                if key in self._asked or self._chosen[key]
            ],
            "numbers": self._spread() if self._field.kind is Kind.NUMBER else None,
        }

    def _spread(self) -> dict[str, float | None]:
        mean = round(self._sum / self._answered, 2) if self._answered else None
        whole = self._sum if self._answered else None
        return {"least": self._least, "largest": self._largest, "sum": whole, "mean": mean}

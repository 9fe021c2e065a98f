"""What a form asks as columns of a list, each answer a text: over all versions of the form that somebody answered."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from services.registrations.models import Field, Form, Kind
from shared.text import Text

# More columns than that are no list that anybody reads; the newest questions come first.
MOST_QUESTIONS: Final = 120
_AGREED = Text("Đồng ý", "Agreed")
_YES = "x"
# A business takes a column for each of its parts: they are sorted and compared apart.
_PARTS: Final = (
    ("name", None),
    ("tax_code", Text("mã số thuế", "tax code")),
    ("field_of_business", Text("ngành nghề", "field of business")),
    ("household", Text("hộ kinh doanh", "household business")),
)


@dataclass(frozen=True, slots=True)
class Question:
    """One field as it is asked now, or was last; with every option that there ever was."""

    field: Field
    options: Mapping[str, Mapping[str, Any]]

    def headings(self, language: str) -> list[str]:
        label = _said(self.field.label, language)
        if self.field.kind is not Kind.BUSINESS:
            return [label]
        return [f"{label}: {part.say(language)}" if part else label for _, part in _PARTS]

    def cells(self, answer: Any, language: str) -> list[str | None]:
        """A text a column; None where nothing was said."""
        if self.field.kind is Kind.BUSINESS:
            return [self._part(answer, name) for name, _ in _PARTS]
        return [None if answer is None else self._text(answer, language)]

    def _text(self, answer: Any, language: str) -> str:
        match self.field.kind:
            case Kind.CHOICE:
                return self._option(answer, language)
            case Kind.CHOICES:
                return "; ".join(self._option(key, language) for key in answer)
            case Kind.NUMBER:
                return str(answer).replace(".", ",") if language == "vi" else str(answer)
            case Kind.CONSENT:
                return _AGREED.say(language)
        return str(answer)

    def _option(self, key: str, language: str) -> str:
        option = self.options.get(key)
        return _said(option["label"], language) if option else key

    @staticmethod
    def _part(answer: Any, name: str) -> str | None:
        said = answer[name] if answer else None
        return _YES if said is True else said or None


def questions_of(forms: Iterable[Form]) -> list[Question]:
    """The fields of a form's versions, the newest version first, each key once."""
    found: dict[str, Field] = {}
    options: dict[str, dict[str, Any]] = {}
    for form in forms:
        for field in form.fields:
            found.setdefault(field.key, field)
            known = options.setdefault(field.key, {})
            for option in field.options:
                known.setdefault(option["key"], option)
    return [Question(field, options[key]) for key, field in found.items()][:MOST_QUESTIONS]


def cells_of(
    questions: Sequence[Question], answers: Mapping[str, Any] | None, language: str
) -> Iterable[str | None]:
    """What one registration answered, in the order of the questions."""
    given = answers or {}
    for question in questions:
        yield from question.cells(given.get(question.field.key), language)


def _said(words: Mapping[str, Any], language: str) -> str:
    return str(words.get(language) or words["vi"])

"""What a form asks: one field of it, and what counts as an answer."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import Any

from services.registrations.models.business import Wrong, is_line, read_business
from services.registrations.models.sentences import filled
from shared.text import Text, fold

SHORT_TEXT, LONG_TEXT = 500, 5000
LARGEST_NUMBER = 10**15
Words = dict[str, Any]

_TEXT = Text("Phải là chữ.", "It must be text.")
_ONE_LINE = Text("“{label}” chỉ gồm một dòng.", "“{label}” is one line only.")
_LENGTH = Text("“{label}” dài nhất {most} ký tự.", "“{label}” may have at most {most} characters.")
_NUMBER = Text(
    "“{label}” phải là số, ví dụ 12 hoặc 3,5.", "“{label}” must be a number, such as 12 or 3.5."
)
_LEAST = Text("“{label}” nhỏ nhất là {least}.", "“{label}” must be at least {least}.")
_MOST = Text("“{label}” lớn nhất là {most}.", "“{label}” must be at most {most}.")
_OPTION = Text(
    "Xin chọn lại “{label}”: lựa chọn này không có, hoặc không còn nữa.",
    "Please choose “{label}” again: that is not, or no longer, one of the choices.",
)
_YES_OR_NO = Text("Phải là có hoặc không.", "It must be yes or no.")


class Kind(StrEnum):
    """What sort of answer a field takes."""

    SHORT_TEXT = "short-text"
    LONG_TEXT = "long-text"
    CHOICE = "choice"
    CHOICES = "choices"
    NUMBER = "number"
    CONSENT = "consent"
    BUSINESS = "business"


TEXTS = (Kind.SHORT_TEXT, Kind.LONG_TEXT)
CHOOSING = (Kind.CHOICE, Kind.CHOICES)


@dataclass(frozen=True, slots=True)
class Field:
    """One thing that is asked; texts are in two languages, English may be missing.

    `key` names it for ever, so that answers of several versions of a form are counted together. `shown_if` names an
    earlier field and what its answer must be (`equals`) or hold (`contains`); only then is it asked.
    """

    key: str
    kind: Kind
    label: Words
    hint: Words | None = None
    required: bool = False
    shown_if: dict[str, Any] | None = None
    retention_days: int | None = None
    max_length: int | None = None
    min: float | None = None
    max: float | None = None
    options: tuple[dict[str, Any], ...] = ()
    text: Words | None = None

    @classmethod
    def of(cls, kept: Mapping[str, Any]) -> Field:
        """A field as it was kept, or as a request names it."""
        return cls(**{**kept, "kind": Kind(kept["kind"]), "options": tuple(kept["options"] or ())})

    def as_kept(self) -> dict[str, Any]:
        """As JSON."""
        return asdict(self) | {"kind": self.kind.value, "options": list(self.options)}

    @property
    def longest(self) -> int:
        """How long a text may be."""
        most = SHORT_TEXT if self.kind is Kind.SHORT_TEXT else LONG_TEXT
        return min(self.max_length or most, most)

    def read(self, value: Any) -> Any:
        """An answer as it is kept, None where nothing was said; else Wrong."""
        if value is None or value in ("", []) or (isinstance(value, str) and not value.strip()):
            return None
        match self.kind:
            case Kind.SHORT_TEXT | Kind.LONG_TEXT:
                return self._read_text(value)
            case Kind.CHOICE:
                return self._read_choice(value)
            case Kind.CHOICES:
                return self._read_choices(value)
            case Kind.NUMBER:
                return self._read_number(value)
            case Kind.CONSENT:
                return self._read_consent(value)
            case Kind.BUSINESS:
                return read_business(value)

    def raw(self, kept: Any) -> Any:
        """A kept answer as one would send it again; a consent holds only for the text to which it was given."""
        if self.kind is Kind.CONSENT:
            return bool(kept) and kept["text"] == self.text
        return kept

    def is_met(self, condition: Mapping[str, Any], answer: Any) -> bool:
        """Whether an answer of this field (None where there is none) is what a `shown_if` waits for."""
        equals, contains = condition.get("equals"), condition.get("contains")
        if self.kind is Kind.CONSENT:
            return bool(answer) is equals
        if answer is None:
            return False
        if contains is not None:
            if self.kind is Kind.CHOICES:
                return contains in answer
            return fold(str(contains)) in fold(str(answer))
        if self.kind in TEXTS:
            return fold(str(equals)) == fold(str(answer))
        return bool(answer == equals)

    def wrong(self, sentence: Text, **values: Any) -> Wrong:
        return Wrong({"": filled(sentence, label=self.label, **values)})

    def _read_text(self, value: Any) -> str:
        if not isinstance(value, str):
            raise self.wrong(_TEXT)
        if len(value) > self.longest:
            raise self.wrong(_LENGTH, most=self.longest)
        if self.kind is Kind.LONG_TEXT:
            return value
        if not is_line(value, self.longest):
            raise self.wrong(_ONE_LINE)
        return value.strip()

    def _read_choice(self, value: Any) -> str:
        if not isinstance(value, str) or value not in self._keys:
            raise self.wrong(_OPTION)
        return value

    def _read_choices(self, value: Any) -> list[str]:
        """In the form's order, each once."""
        chosen = value if isinstance(value, list) else [None]
        if not all(isinstance(one, str) and one in self._keys for one in chosen):
            raise self.wrong(_OPTION)
        return [key for key in self._keys if key in chosen]

    def _read_number(self, value: Any) -> int | float:
        if isinstance(value, bool) or not isinstance(value, int | float) or value != value:
            raise self.wrong(_NUMBER)
        least = -LARGEST_NUMBER if self.min is None else self.min
        most = LARGEST_NUMBER if self.max is None else self.max
        if value < least:
            raise self.wrong(_LEAST, least=plain(least))
        if value > most:
            raise self.wrong(_MOST, most=plain(most))
        return plain(value)

    def _read_consent(self, value: Any) -> dict[str, Any] | None:
        """A yes, with the text to which it was given."""
        if not isinstance(value, bool):
            raise self.wrong(_YES_OR_NO)
        return {"given": True, "text": self.text} if value else None

    @property
    def _keys(self) -> list[str]:
        return [option["key"] for option in self.options]


def plain(number: float) -> int | float:
    """3 where it is 3.0."""
    return int(number) if number == int(number) else number

"""What somebody answered, held against the questions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from shared.http.problems import Invalid
from shared.text import Text

SCALE = (1, 2, 3, 4, 5)
LONGEST_TEXT = 1000
_MISSING = Text("Xin trả lời câu này.", "Please answer this one.")
_UNKNOWN = Text("Không có câu hỏi này.", "There is no such question.")
_NO_SCALE = Text("Xin chọn một số từ 1 đến 5.", "Please choose a number from 1 to 5.")
_NO_OPTION = Text("Xin chọn một câu trả lời có sẵn.", "Please choose one of the answers given.")
_NO_TEXT = Text(
    "Xin viết chữ, không quá 1000 ký tự.", "Please write text of at most 1000 characters."
)


def checked(questions: Sequence[Mapping[str, Any]], answers: Mapping[str, Any]) -> dict[str, Any]:
    """The answers that say something; Invalid, with all that is wrong, where one does not fit its question."""
    wrong: dict[str, Text | str] = {
        f"answers.{key}": _UNKNOWN for key in answers.keys() - {one["key"] for one in questions}
    }
    found: dict[str, Any] = {}
    for question in questions:
        key = question["key"]
        value = answers.get(key)
        value = value.strip() if isinstance(value, str) else value
        if value in (None, ""):
            if question["required"]:
                wrong[f"answers.{key}"] = _MISSING
        elif refusal := _refusal(question, value):
            wrong[f"answers.{key}"] = refusal
        else:
            found[key] = value
    if wrong:
        raise Invalid(wrong)
    return found


def _refusal(question: Mapping[str, Any], value: Any) -> Text | None:
    match question["kind"]:
        case "scale":
            # True is 1 to Python.
            fits = isinstance(value, int) and not isinstance(value, bool) and value in SCALE
            return None if fits else _NO_SCALE
        case "choice":
            fits = isinstance(value, str) and value in [one["key"] for one in question["options"]]
            return None if fits else _NO_OPTION
    return None if isinstance(value, str) and len(value) <= LONGEST_TEXT else _NO_TEXT

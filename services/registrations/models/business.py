"""A business as it names itself on a form, and the numbers by which tax offices know it."""

from __future__ import annotations

import re
from typing import Any

from shared.text import Text

LONGEST = 200
_PARTS = ("name", "tax_code", "field_of_business", "household")
_WEIGHTS = (31, 29, 23, 19, 17, 13, 7, 5, 3)
_DIGITS = re.compile(r"\d{10}(\d{2,3})?", re.ASCII)
# Provinces in a personal number: 001 (Hà Nội) to 096 (Cà Mau); the merged ones keep the numbers of old.
_PROVINCES = range(1, 97)

_NAME = Text(
    "Xin nhập tên doanh nghiệp hoặc hộ kinh doanh.", "Please give the name of the business."
)
_TAX_CODE = Text(
    "Mã số thuế có 10 hoặc 13 số, hộ kinh doanh có thể dùng số định danh cá nhân 12 số. Xin kiểm tra lại từng số.",
    "A tax code has 10 or 13 digits; a household business may give its owner's 12-digit personal number. Please check each digit.",
)
_LINE = Text("Chỉ một dòng, dài nhất 200 ký tự.", "One line only, of at most 200 characters.")
_YES_OR_NO = Text("Phải là có hoặc không.", "It must be yes or no.")
_UNKNOWN = Text("Không có mục này.", "There is no such field.")
_KIND = Text("Không đúng kiểu dữ liệu.", "It is not of the right kind.")


class Wrong(Exception):
    """No answer: what is wrong, by the part of it ("" is all of it)."""

    def __init__(self, errors: dict[str, Text]) -> None:
        super().__init__(", ".join(errors))
        self.errors = errors


def read_tax_code(text: str) -> str | None:
    """A tax code as it is kept, or None for what is none.

    Ten digits of which the last checks the others, thirteen for a branch (written 0100112437-001), or the twelve of the
    personal number that has stood for the tax codes of people and household businesses since 1 July 2025 (Circular
    86/2024/TT-BTC, article 5).
    """
    digits = re.sub(r"[\s.\-]", "", text)
    if not _DIGITS.fullmatch(digits):
        return None
    if len(digits) == 12:
        return digits if int(digits[:3]) in _PROVINCES else None
    total = sum(weight * int(digit) for weight, digit in zip(_WEIGHTS, digits, strict=False))
    if 10 - total % 11 != int(digits[9]) or digits[10:] == "000":
        return None
    return digits if len(digits) == 10 else f"{digits[:10]}-{digits[10:]}"


def read_business(value: Any) -> dict[str, Any] | None:
    """A business as it is kept: all four parts, its name at least; None where nothing was said. Else Wrong."""
    if not isinstance(value, dict):
        raise Wrong({"": _KIND})
    wrong = {"": _UNKNOWN} if value.keys() - set(_PARTS) else {}
    household = value.get("household")
    if household is not None and not isinstance(household, bool):
        wrong["household"] = _YES_OR_NO
    texts: dict[str, str] = {}
    for part in _PARTS[:3]:
        said = value.get(part)
        if said is not None and not (isinstance(said, str) and is_line(said, LONGEST)):
            wrong[part] = _LINE
        else:
            texts[part] = (said or "").strip()
    if not wrong and not household and not any(texts.values()):
        return None
    if texts.get("name") == "":
        wrong["name"] = _NAME
    code = read_tax_code(texts["tax_code"]) if texts.get("tax_code") else None
    if texts.get("tax_code") and code is None:
        wrong["tax_code"] = _TAX_CODE
    if wrong:
        raise Wrong(wrong)
    return {
        "name": texts["name"],
        "tax_code": code,
        "field_of_business": texts["field_of_business"] or None,
        "household": bool(household),
    }


def is_line(text: str, longest: int) -> bool:
    """Whether a text is one line of at most so many characters."""
    return len(text.strip()) <= longest and not any(
        c < " " or c == "\x7f" or c in "\u0085\u2028\u2029" for c in text.strip()
    )

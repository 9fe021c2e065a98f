"""A row of a list of attendees: what it says, and what is wrong with it and how to mend it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from marshmallow import ValidationError, validate

from shared.http.schemas import international
from shared.text import Text, fold

FIELDS: Final = ("name", "phone", "email", "organisation", "note")
_LONGEST: Final = {"name": 200, "phone": 60, "email": 254, "organisation": 200, "note": 2000}
_SPACE = re.compile("[\\s\x1c-\x1f\x85\u2028\u2029]+")
_CONTROL = re.compile("[\x00-\x08\x0e-\x1f\x7f-\x9f\ud800-\udfff\u200b\ufeff]")
# An apostrophe that keeps a spreadsheet from calculating, as our own lists have it.
_KEPT_FROM_CALCULATING = re.compile("'(?=\\s*[=+\\-@＝＋－＠])")
_SUMS = ("tong cong", "tong so", "cong:", "total", "nguoi lap", "xac nhan cua")
_SEVERAL = re.compile(r"\d{8,}\D*[/,;&–-]\D*\d{8,}|\d{8,}\s+0\d{8,}")
_is_email = validate.Email()

NO_NAME = Text(
    "Thiếu họ và tên. Xin điền, hoặc bỏ dòng này nếu không phải là một người.",
    "The name is missing. Please fill it in, or leave the row out if it is nobody.",
)
NOT_A_NAME = Text(
    "Đây không giống tên người. Xin điền họ và tên, hoặc bỏ qua dòng này.",
    "This does not look like a name. Please fill in the name, or leave the row out.",
)
FORMULA = Text(
    "Ô này là công thức. Xin điền giá trị thay cho công thức.",
    "This cell is a formula. Please fill in its value instead.",
)
BAD_PHONE = Text(
    "Số điện thoại không đúng, ví dụ: 0912 345 678. Xin sửa hoặc để trống.",
    "That is not a phone number; for example: 0912 345 678. Please correct it or leave it empty.",
)
SHORTENED = Text(
    "Bảng tính đã rút gọn số này, các chữ số cuối bị mất. Xin điền lại đủ số.",
    "The spreadsheet shortened this number and its last digits are lost. Please fill it in again.",
)
SEVERAL = Text(
    "Ô này có nhiều số. Xin giữ một số, các số khác ghi vào ghi chú.",
    "There are several numbers here. Please keep one, and put the others into the note.",
)
BAD_EMAIL = Text(
    "Thư điện tử không đúng, ví dụ: ten@donvi.vn. Xin sửa hoặc để trống.",
    "That is not an email address; for example: name@office.vn. Please correct it or leave it empty.",
)
TOO_LONG = Text(
    "Dài quá {longest} ký tự. Xin rút gọn.",
    "Longer than {longest} characters. Please shorten it.",
)
MERGED = Text(
    "Ô này bị gộp với dòng trên. Xin điền riêng cho dòng này.",
    "This cell is merged with the row above. Please fill it in for this row.",
)


@dataclass(slots=True)
class Row:
    """`place` is its line in the file, from 1; `said` what it says by field, `problems` what is wrong by field."""

    place: int
    said: dict[str, str] = field(default_factory=dict)
    problems: dict[str, Text] = field(default_factory=dict)


def check(said: Mapping[str, str]) -> tuple[dict[str, str], dict[str, Text]]:
    """The texts of a row as they are kept where they are good, as they came where not; and what is wrong with them."""
    kept, problems = {}, {}
    for name in FIELDS:
        text = one_line(said.get(name, "")) if name != "note" else lines(said.get(name, ""))
        text = _KEPT_FROM_CALCULATING.sub("", text, count=1)
        number = international(text) if name == "phone" and text else None
        kept[name] = number or (text.lower() if name == "email" else text)
        if number is None and (problem := _problem(name, text)) is not None:
            problems[name] = problem
    return kept, problems


def one_line(text: str) -> str:
    return _SPACE.sub(" ", _CONTROL.sub("", text)).strip()


def lines(text: str) -> str:
    return _CONTROL.sub("", text.replace("\r\n", "\n").replace("\r", "\n")).strip()


def _problem(name: str, text: str) -> Text | None:
    longest = _LONGEST[name]
    if len(text) > longest:
        return Text(TOO_LONG.say("vi", longest=longest), TOO_LONG.say("en", longest=longest))
    if text.startswith(("=", "#REF!", "#N/A", "#NAME?", "#VALUE!")):
        return FORMULA
    match name:
        case "name":
            return _name_problem(text)
        case "phone" if text:
            if re.fullmatch(r"\d([.,]\d+)?[eE]\+?\d+", text):
                return SHORTENED
            return SEVERAL if _SEVERAL.search(re.sub("[ .()]", "", text)) else BAD_PHONE
        case "email" if text:
            return None if _is_address(text) else BAD_EMAIL
    return None


def _name_problem(text: str) -> Text | None:
    if not text:
        return NO_NAME
    if not any(map(str.isalpha, text)) or fold(text).startswith(_SUMS):
        return NOT_A_NAME
    return None


def _is_address(text: str) -> bool:
    try:
        _is_email(text)
    except ValidationError:
        return False
    return True

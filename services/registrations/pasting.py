"""Reading a list of people as it is pasted: one a line, numbered or not, its parts in any order and by any separator."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace

from marshmallow import ValidationError
from marshmallow.validate import Email

from shared.http.schemas import international
from shared.text import Text, fold

LONGEST_TEXT = 100_000
MOST_LINES = 1000
LONGEST_NAME = 200

# "1. ", "12) ", "3<tab>", "- ": what stands before the first part.
_NUMBERED = re.compile(r"^\s*(?:\d{1,4}\s*[.)\-:/]\s*|\d{1,4}\s*[\t;,|]\s*|[-*•–]\s+)(?=\D|0|\+)")
# Bounded, so that no line takes long.
_MAIL = re.compile(r"[^\s,;|<>()\"]{1,64}@[^\s,;|<>()\"]{1,255}")
_PHONE = re.compile(r"\+?\(?\d[\d .()\-]{6,24}\d")
_SEPARATORS = re.compile(r"[\t;,|]|\s{3,}|\s[-–—]\s")
_HEADS = frozenset(
    {
        "stt", "tt", "so tt", "ho ten", "ho va ten", "ten", "so dien thoai", "dien thoai", "sdt", "di dong", "email", "thu", "thu dien tu",
        "mail", "ghi chu", "chuc vu", "don vi", "name", "full name", "phone", "mobile", "e-mail", "no.", "no", "#",
    }
)  # fmt: skip

NO_NAME = Text("Thiếu họ tên.", "The name is missing.")
NAME_TOO_LONG = Text(
    "Họ tên dài quá 200 ký tự; có thể dòng này có nhiều người.",
    "The name is longer than 200 characters; perhaps there are several people in this line.",
)
NO_CONTACT = Text(
    "Thiếu số điện thoại hoặc thư để mời người này.",
    "A phone number or a mail is missing, so this person cannot be asked.",
)
BAD_PHONE = Text("Số điện thoại không đúng.", "That is not a phone number.")
BAD_MAIL = Text("Địa chỉ thư không đúng.", "That is not a mail address.")
SEVERAL = Text(
    "Có hai người trong một dòng; xin để mỗi người một dòng.",
    "There are two people in this line; please write one a line.",
)
UNREADABLE = Text("Có ký tự không đọc được.", "It has characters that cannot be read.")
TWICE = Text("Trùng với dòng {line}.", "The same as line {line}.")
STANDS_ALREADY = Text("Đã có trong danh sách.", "On the list already.")
NO_SEAT_LEFT = Text("Hết chỗ của đơn vị.", "No seat of the partner is left.")
TOO_MANY_LINES = Text(
    "Chỉ đọc 1000 dòng đầu; xin chia danh sách.",
    "Only the first 1000 lines are read; please divide the list.",
)


@dataclass(frozen=True, slots=True)
class Row:
    """One line: who is meant, or why it cannot be taken; `ignored` are parts that nobody needs here."""

    line: int
    text: str
    name: str = ""
    phone: str | None = None
    email: str | None = None
    why: Text | None = None
    other: int | None = None
    ignored: tuple[str, ...] = ()

    def says(self, language: str) -> str | None:
        """Why it is not taken, in words."""
        return self.why.say(language, line=self.other) if self.why else None


@dataclass(frozen=True, slots=True)
class Pasted:
    """What becomes of the lines for one list; `left` of its seats are still without a name."""

    good: list[Row]
    flagged: list[Row]
    left: int


def read(text: str) -> list[Row]:
    """The people of a pasted text, each line by itself: what is wrong with one says nothing of the others."""
    lines = enumerate(_lines(text), 1)
    return read_lines((number, line, None) for number, line in lines)


def read_lines(lines: Iterable[tuple[int, str, Text | None]]) -> list[Row]:
    """The same of lines that have their numbers, and for some why they cannot be taken, as whoever found them knows."""
    rows: list[Row] = []
    seen: dict[str, int] = {}
    for count, (number, line, why) in enumerate(lines, 1):
        if count > MOST_LINES:
            rows.append(Row(number, line[:LONGEST_NAME], why=TOO_MANY_LINES))
            break
        if line.strip() and not _is_head(line):
            row = _row(number, line)
            rows.append(_once(row if why is None else replace(row, why=why), seen))
    return rows


def _lines(text: str) -> Iterator[str]:
    # Names come decomposed from some machines, and with spaces that do not break from some papers.
    whole = unicodedata.normalize("NFC", text).replace("\r\n", "\n").replace("\r", "\n")
    yield from whole.translate({0xA0: " ", 0x202F: " ", 0xFEFF: None, 0x200B: None}).split("\n")


def _is_head(line: str) -> bool:
    cells = [fold(cell).strip(" :") for cell in re.split(r"[\t;,|]", line) if cell.strip()]
    return bool(cells) and all(cell in _HEADS for cell in cells)


def _row(number: int, line: str) -> Row:
    said = line.strip()[: 2 * LONGEST_NAME]
    if any(c != "\t" and unicodedata.category(c) in ("Cc", "Cs", "Cn") for c in line):
        return Row(number, "".join(c if c.isprintable() else " " for c in said), why=UNREADABLE)
    rest = _NUMBERED.sub("", line.strip(), count=1)
    mails, rest = _taken(_MAIL, rest, _mail)
    phones, rest = _taken(_PHONE, rest, international)
    parts = [part.strip(" .,:\"'<>()-") for part in _SEPARATORS.split(rest)]
    words = [part for part in parts if any(c.isalpha() for c in part)]
    name = " ".join(words[0].split()) if words else ""
    found = Row(
        number,
        said,
        name=name,
        phone=next((one for one in phones if one), None),
        email=next((one for one in mails if one), None),
        ignored=tuple(words[1:]),
    )
    return replace(found, why=_wrong(found, mails, phones))


def _wrong(row: Row, mails: list[str | None], phones: list[str | None]) -> Text | None:
    if not row.name:
        return NO_NAME
    if len(row.name) > LONGEST_NAME:
        return NAME_TOO_LONG
    if len([one for one in mails if one]) > 1:
        return SEVERAL
    if mails and row.email is None:
        return BAD_MAIL
    if phones and row.phone is None:
        return BAD_PHONE
    return None if row.phone or row.email else NO_CONTACT


def _once(row: Row, seen: dict[str, int]) -> Row:
    """The first line of a person counts."""
    if row.why is not None:
        return row
    keys = [key for key in (row.phone, row.email and row.email.casefold()) if key]
    before = next((seen[key] for key in keys if key in seen), None)
    for key in keys:
        seen.setdefault(key, row.line)
    return row if before is None else replace(row, why=TWICE, other=before)


def _taken(
    pattern: re.Pattern[str], text: str, read_one: Callable[[str], str | None]
) -> tuple[list[str | None], str]:
    """What looks like such a part, read (None: it is none), and the text without it."""
    found = [read_one(match.group()) for match in pattern.finditer(text)]
    return found, pattern.sub("\t", text)


def _mail(text: str) -> str | None:
    text = text.strip(".:'")
    try:
        return str(Email()(text)) if len(text) <= 254 else None
    except ValidationError:
        return None

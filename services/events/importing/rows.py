"""A row of an import: what one entry of a file says of an event, or why it says nothing usable."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

from shared.text import Text

LARGEST_FILE: Final = 10 * 1024 * 1024
# More than a year of any authority; beyond it somebody meant another file.
MOST_ROWS: Final = 1000
_FIRST_YEAR, _LAST_YEAR = 1900, 2199
_LINE_BREAKS = re.compile("[\r\n\x0b\x0c\x1c-\x1e\x85\u2028\u2029\t]+")
_CONTROL = re.compile("[\x00-\x08\x0e-\x1f\x7f-\x9f\ud800-\udfff]")


class UnreadableFile(ValueError):
    """The file is none of its kind, or too large; `text` says what to do."""

    def __init__(self, text: Text) -> None:
        super().__init__(text.en)
        self.text = text


TOO_MANY = Text(
    f"Tệp có hơn {MOST_ROWS} sự kiện; xin chia nhỏ.",
    f"The file holds more than {MOST_ROWS} events; please split it.",
)
NO_TITLE = Text("Thiếu tên sự kiện.", "The title is missing.")
NO_START = Text(
    "Thiếu ngày giờ bắt đầu, hoặc không đọc được; ví dụ: 26/03/2027 14:00.",
    "The start is missing or cannot be read; for example: 26/03/2027 14:00.",
)
BAD_END = Text(
    "Giờ kết thúc không đọc được hoặc không sau giờ bắt đầu.",
    "The end cannot be read or is not after the start.",
)
BAD_YEAR = Text("Năm phải từ 1900 đến 2199.", "The year must be between 1900 and 2199.")
BAD_ZONE = Text("Không có múi giờ này.", "There is no such time zone.")


@dataclass(slots=True)
class Row:
    """`key` names the entry in its file (a calendar's UID), so that the same entry is known when it comes again;
    `fields` are those of a draft, `problems` what is wrong by field."""

    place: int
    key: str | None = None
    fields: dict[str, Any] = field(default_factory=dict)
    problems: dict[str, Text] = field(default_factory=dict)

    def take_title(self, text: str) -> None:
        if title := self.fitting("title", line(text), 300):
            self.fields["title"] = {"vi": title, "en": None}
        else:
            self.problems["title"] = NO_TITLE

    def take_description(self, text: str) -> None:
        if description := self.fitting("description", paragraphs(text), 20_000):
            self.fields["description"] = {"vi": description, "en": None}

    def take_venue(self, name: str, address: str = "") -> None:
        if venue := self.fitting("venue", line(name), 200):
            self.fields["venue"] = {"name": venue}
            if address := self.fitting("venue", line(address), 300):
                self.fields["venue"]["address"] = address

    def fitting(self, name: str, text: str, longest: int) -> str:
        """A text that its field holds; of a longer one the beginning, and that it is too long: nothing is cut unseen."""
        if len(text) > longest:
            self.problems[name] = Text(
                f"Dài hơn {longest} ký tự; xin rút ngắn trong tệp.",
                f"It is longer than {longest} characters; please shorten it in the file.",
            )
        return text[:longest].strip()

    def take_times(self, starts_at: datetime, ends_at: datetime) -> None:
        """Both aware."""
        for name, moment in (("starts_at", starts_at), ("ends_at", ends_at)):
            if _FIRST_YEAR <= moment.year <= _LAST_YEAR:
                self.fields[name] = moment
            else:
                self.problems[name] = BAD_YEAR
        if not self.problems.keys() & {"starts_at", "ends_at"} and ends_at <= starts_at:
            self.problems["ends_at"] = BAD_END


def line(text: str) -> str:
    """One line of what somebody wrote, without control characters."""
    return _CONTROL.sub("", _LINE_BREAKS.sub(" ", text)).strip()


def key(text: str) -> str:
    """What an entry is known by, cut to what is kept of it."""
    return line(text)[:400].strip()


def paragraphs(text: str) -> str:
    """Several lines of it."""
    return _CONTROL.sub("", text.replace("\r\n", "\n").replace("\r", "\n")).strip()

"""What papers are drawn with: shaped letters, texts that are fitted into their box, QR codes, cutting marks."""

from __future__ import annotations

import io
import logging
import re
import unicodedata
from collections.abc import Iterator, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any, Final, cast

import segno
from fpdf import FPDF
from fpdf.fonts import TTFFont

FONT: Final = "BeVietnamPro"
LETTERS: Final = Path(__file__).parents[1] / "vendor"
# Stacked marks need air between lines: Ữ below a g.
LINE_HEIGHT: Final = 1.3
_POINT = 25.4 / 72
_MEASURED_AT = 10
_GREY, _BLACK = 95, 0
_INVISIBLE = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\ufeff\ufffe\uffff\ud800-\udfff]+")
# It would name the letters of somebody's name that the font does not have.
logging.getLogger("fpdf").setLevel(logging.CRITICAL)
logging.getLogger("fontTools").setLevel(logging.CRITICAL)


class Paper(FPDF):
    """A document of pages in millimetres; whoever draws on it says where, nothing flows by itself."""

    def __init__(
        self, format: str | tuple[float, float] = "A4", *, landscape: bool = False
    ) -> None:
        super().__init__("landscape" if landscape else "portrait", "mm", format)
        self.set_auto_page_break(auto=False)
        self.set_margin(0)
        self.c_margin = 0
        for style, name in (("", "Regular"), ("B", "Bold")):
            self.add_font(FONT, style, LETTERS / f"BeVietnamPro-{name}.ttf")
        self.set_font(FONT, size=10)
        # Harfbuzz puts marks where they belong, however a name was typed (NFC or NFD).
        self.set_text_shaping(True)
        self._letters = frozenset(cast(TTFFont, self.fonts[FONT.lower()]).cmap)
        self._widths: dict[tuple[str, str], float] = {}

    def fitted(
        self,
        text: str,
        box: tuple[float, float, float, float],
        *,
        largest: float,
        smallest: float = 5.0,
        bold: bool = False,
        align: str = "L",
        middle: bool = False,
        grey: bool = False,
    ) -> float:
        """A text in its box (x, y, width, height), as large as it fits; where it ends. What is too long even for the
        smallest letters is cut, and says so with an ellipsis."""
        x, y, width, height = box
        self.set_font(FONT, "B" if bold else "", largest)
        text = self._shown(text)
        if not text:
            return y
        self.set_text_color(_GREY if grey else _BLACK)
        size = largest
        lines = self._lines(text, width)
        while len(lines) * size * _POINT * LINE_HEIGHT > height and size > smallest:
            size = max(size - (1 if size > 12 else 0.5), smallest)
            self.set_font_size(size)
            lines = self._lines(text, width)
        line = size * _POINT * LINE_HEIGHT
        room = max(int(height / line + 1e-6), 1)
        if len(lines) > room:
            lines = [*lines[: room - 1], f"{lines[room - 1].rstrip()[:-1]}…"]
        if middle:
            y += max(height - len(lines) * line, 0) / 2
        for one in lines:
            self.set_xy(x, y)
            self.cell(width, line, one, align=align)
            y += line
        return y

    def _shown(self, text: str) -> str:
        """A text in letters that there are. What the font lacks (Han, emoji) is left out while something else remains."""
        text = " ".join(_INVISIBLE.sub(" ", unicodedata.normalize("NFC", text)).split())
        there = self._letters
        return " ".join("".join(c for c in text if ord(c) in there or c == " ").split()) or text

    def _lines(self, text: str, width: float) -> list[str]:
        """How a text is broken at the size that is set. Words are measured once: to shape them anew for each size that
        is tried would take most of the time of a sheet."""
        scale, space = self.font_size_pt / _MEASURED_AT, self._width(" ")
        lines: list[str] = []
        left = 0.0
        for word in text.split():
            wide = self._width(word) * scale
            if wide > width:
                return self._broken_anywhere(text, width)
            if lines and wide + space * scale <= left:
                lines[-1] += f" {word}"
                left -= wide + space * scale
            else:
                lines.append(word)
                left = width - wide
        return lines

    def _broken_anywhere(self, text: str, width: float) -> list[str]:
        found = cast(
            list[str],
            self.multi_cell(width - 0.2, 1, text, align="L", dry_run=True, output="LINES"),
        )
        return [line.strip() for line in found]

    def _width(self, word: str) -> float:
        key = (self.font_style, word)
        if key not in self._widths:
            size = self.font_size_pt
            self.set_font_size(_MEASURED_AT)
            self._widths[key] = self.get_string_width(word)
            self.set_font_size(size)
        return self._widths[key]

    def qr(self, token: str, x: float, y: float, size: float) -> None:
        """A QR code with its quiet zone, black on white."""
        picture = io.BytesIO()
        # To try all eight masks for the best one takes eight times as long; readers take any.
        code = segno.make(token, error="l", mask=4, micro=False)
        code.save(picture, kind="png", scale=3, border=2)
        self.image(picture, x, y, size, size)

    def cut(self, x: float, y: float, width: float, height: float) -> None:
        """Where to cut: a thin line that any printer shows and nobody minds."""
        self.set_line_width(0.1)
        self.set_draw_color(170)
        self.set_dash_pattern(1, 1)
        self.rect(x, y, width, height)
        self.set_dash_pattern()

    def written(self) -> bytes:
        return bytes(self.output())


def on_sheets(
    paper: Paper, items: Sequence[Any], *, columns: int, rows: int, width: float, height: float
) -> Iterator[tuple[Any, float, float]]:
    """Each item with the corner of its place; a new sheet when one is full."""
    left, top = (210 - columns * width) / 2, (297 - rows * height) / 2
    for number, item in enumerate(items):
        place = number % (columns * rows)
        if place == 0:
            paper.add_page()
        x, y = left + place % columns * width, top + place // columns * height
        paper.cut(x, y, width, height)
        yield item, x, y


def in_words(day: datetime) -> str:
    """A date as documents have it (Decree 30/2020/NĐ-CP, annex I): a 0 before days below 10 and months below 3."""
    month = f"{day.month:02}" if day.month < 3 else f"{day.month}"
    return f"ngày {day.day:02} tháng {month} năm {day.year}"

"""Hostile strings in exported lists: as other programs open them, no cell is a formula and no mark is lost."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from services.registrations.exporting import WRITERS, Columns
from services.registrations.models import Status
from shared.text import unusable_texts
from tests.conformance.data import conformance_json
from tests.support.spreadsheets import by_calamine, by_libreoffice

NOW = datetime(2026, 11, 25, 1, 30, tzinfo=UTC)
PHONE = "+84912345678"
# What a database keeps: neither NUL nor lone surrogates.
TEXTS = st.text(
    st.characters(exclude_categories=["Cs"], exclude_characters="\x00"), min_size=1, max_size=40
)
STARTS = st.sampled_from((*"=+-@＝＋－＠\t\r\n'", "", " ", "\u200b", "\ufeff", "_x0041_"))


def written(names: Iterable[str], format: str) -> bytes:
    """A list of people with these names."""
    records = [(name, name, PHONE, None, Status.CONFIRMED, None, NOW, None, name) for name in names]
    file = io.BytesIO()
    write, _ = WRITERS[format]
    write(file, Columns("vi", "Asia/Ho_Chi_Minh"), records)
    return file.getvalue()


def read_csv(content: bytes) -> list[list[str]]:
    return list(csv.reader(io.StringIO(content.decode("utf-8-sig"), newline="")))[1:]


def is_calculated(cell: str) -> bool:
    """Whether a spreadsheet might take the cell of a text file for a formula."""
    return bool(re.match("[\\s\u200b\ufeff]*[=+\\-@＝＋－＠]|[\t\r]", cell))


@given(st.lists(st.builds(str.__add__, STARTS, TEXTS), min_size=1, max_size=20))
@example(["=1+1", "\t=1", "'=1", "\ufffe", "_x000D_", "Ữ", "U\u031b\u0303"])
@settings(max_examples=60, deadline=None)
def test_any_text_comes_back_from_both_forms(names: list[str]) -> None:
    """An apostrophe in front of what would be calculated is all that is added to a line of text."""
    for row, name in zip(read_csv(written(names, "csv")), names, strict=True):
        assert not any(map(is_calculated, row))
        assert row[0] in (name, f"'{name}")
    for row, name in zip(by_calamine(written(names, "xlsx"))[1:], names, strict=True):
        assert same(row[0], name)


def same(shown: object, name: str) -> bool:
    """XML has no place for two characters, and knows one kind of line break."""
    return line_breaks(str(shown)) == line_breaks(re.sub("[\ufffe\uffff]", "\ufffd", name))


def line_breaks(text: str) -> str:
    return re.sub("\r\n?", "\n", text)


@pytest.mark.slow
@pytest.mark.parametrize("format", ["csv", "xlsx"])
def test_the_collection_of_hostile_strings_in_libreoffice(format: str, tmp_path: Path) -> None:
    """No cell of a text file became a formula; what is shown is every name as it is, and every phone."""
    strings = conformance_json("strings", "naughty-strings.json")
    names = [one for one in strings if one.strip() and not list(unusable_texts(one))]
    content = written(names, format)
    if format == "csv":
        cells = by_libreoffice(content, tmp_path / "formulas", ending=format, formulas=True)
        assert [cell for row in cells for cell in row if cell.startswith("=")] == []
    shown = by_libreoffice(content, tmp_path / "shown", ending=format, texts=9)[1:]
    assert {row[2].removeprefix("'") for row in shown} == {PHONE}
    lost = [pair for pair in zip(_names(shown), names, strict=True) if not _kept(*pair)]
    assert lost == []


def _names(rows: Sequence[Sequence[str]]) -> list[str]:
    return [row[0] for row in rows]


def _kept(shown: str, name: str) -> bool:
    without = "[\x01-\x08\x0b\x0c\x0e-\x1f\x7f]"  # LibreOffice shows no control characters
    bare = line_breaks(re.sub(without, "", name))
    allowed = (bare, f"'{bare}", re.sub("[\ufffe\uffff]", "\ufffd", bare))
    return line_breaks(re.sub(without, "", shown)) in allowed

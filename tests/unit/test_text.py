"""Vietnamese text: found without accents, refused where it cannot be kept."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.text import Text, fold, nested_deeper_than, unusable_texts


@pytest.mark.parametrize("form", ["NFC", "NFD"])
@pytest.mark.parametrize(
    ("typed", "written"),
    [
        ("doi thoai", "Đối thoại"),
        ("nguyen thi", "NGUYỄN THỊ"),
        ("an dong", "An  Đông"),
        ("uy ban", "Ủy ban"),
    ],
)
def test_what_is_typed_without_accents_finds_what_is_written(
    typed: str, written: str, form: str
) -> None:
    """In both Unicode forms; đ is a letter of its own."""
    assert fold(unicodedata.normalize(form, written)) == typed


@given(st.text())
def test_folding_twice_changes_nothing_more(text: str) -> None:
    """The stored form and the searched form meet."""
    assert fold(fold(text)) == fold(text)


def test_texts_that_no_database_keeps_are_named_by_their_path() -> None:
    """NUL and lone surrogates, however deep, also in keys."""
    value = {"name": "a\x00", "items": [{"x": "\ud800"}, {"x": "fine"}], "k\x00": 1}
    assert set(unusable_texts(value)) == {"name", "items.0.x", "_"}


def test_depth_is_counted_as_levels_within_each_other() -> None:
    """64 levels are fine, 65 are not."""
    deep: object = 1
    for _ in range(64):
        deep = [deep]
    assert not nested_deeper_than(deep, 64)
    assert nested_deeper_than([deep], 64)


def test_a_text_is_said_in_vietnamese_unless_english_is_asked_for() -> None:
    """Fields are filled in both."""
    text = Text("Còn {left} chỗ", "{left} places left")
    assert (text.say("vi", left=3), text.say("en", left=3), text.say("fr", left=3)) == (
        "Còn 3 chỗ",
        "3 places left",
        "Còn 3 chỗ",
    )

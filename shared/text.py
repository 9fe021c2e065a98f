"""Vietnamese text: folded for searching, checked before it is kept, and said in two languages."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

LANGUAGES = ("vi", "en")
_UNUSABLE = re.compile("[\x00\ud800-\udfff]")


@dataclass(frozen=True, slots=True)
class Text:
    """One sentence in Vietnamese and English; `str.format` fields may stand in both."""

    vi: str
    en: str

    def say(self, language: str, **values: object) -> str:
        """The sentence in `language` (Vietnamese unless it is "en"), its fields filled in."""
        return (self.en if language == "en" else self.vi).format(**values)


def fold(text: str) -> str:
    """The form in which texts are compared when searching: "Đối thoại" becomes "doi thoai".

    Marks are dropped after NFD; đ is a letter of its own that no decomposition takes apart.
    """
    bare = "".join(c for c in unicodedata.normalize("NFD", text) if not unicodedata.combining(c))
    return " ".join(bare.replace("đ", "d").replace("Đ", "d").casefold().split())


def unusable_texts(value: Any, path: str = "") -> Iterator[str]:
    """The paths ("name", "items.0.x") of texts that no database keeps: with NUL or a lone surrogate."""
    if isinstance(value, str):
        if _UNUSABLE.search(value):
            yield path
    elif isinstance(value, dict):
        for key, item in value.items():
            if next(unusable_texts(key), None) is not None:
                yield path or "_"
            yield from unusable_texts(item, f"{path}.{key}" if path else str(key))
    elif isinstance(value, list):
        for index, item in enumerate(value):
            yield from unusable_texts(item, f"{path}.{index}" if path else str(index))


def nested_deeper_than(value: Any, limit: int) -> bool:
    """Whether lists and objects stand in each other more than `limit` levels deep."""
    level: list[Any] = [value]
    for _ in range(limit + 1):
        level = [
            item
            for outer in level
            if isinstance(outer, dict | list)
            for item in (outer.values() if isinstance(outer, dict) else outer)
        ]
        if not level:
            return False
    return True

"""The English catalogue: complete, current, and with the same fields in each sentence."""

from __future__ import annotations

import re
from pathlib import Path

from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po

from services.web.texts import CATALOGUES

WEB = Path(CATALOGUES).parent
_FIELD = re.compile(r"%\((\w+)\)[sd]")


def used() -> set[str | tuple[str, ...]]:
    found = extract_from_dir(
        WEB,
        method_map=[
            ("pages/**.py", "python"),
            ("**.py", "python"),
            ("templates/**.html", "jinja2.ext:babel_extract"),
        ],
        options_map={"templates/**.html": {"trimmed": "true", "silent": "false"}},
    )
    return {message for _, _, message, _, _ in found}


def catalogue():
    with (CATALOGUES / "en.po").open("rb") as file:
        return {message.id: message for message in read_po(file, locale="en") if message.id}


def test_every_sentence_has_an_english_text():
    english = catalogue()

    missing = [
        text for text in used() if text not in english or not all(_texts(english[text].string))
    ]

    assert missing == []


def test_no_sentence_of_the_catalogue_is_unused():
    assert set(catalogue()) - used() == set()


def test_both_languages_have_the_same_fields():
    for vietnamese, message in catalogue().items():
        fields = set(_FIELD.findall(_texts(vietnamese)[0]))
        for english in _texts(message.string):
            assert set(_FIELD.findall(english)) == fields, english


def _texts(value) -> tuple[str, ...]:
    return value if isinstance(value, tuple) else (value,)

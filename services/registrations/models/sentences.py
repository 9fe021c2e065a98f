"""Sentences that hold what people wrote."""

from __future__ import annotations

from typing import Any

from shared.text import Text


def filled(sentence: Text, **values: Any) -> Text:
    """A sentence with its fields filled in for good; a text in two languages goes into each in its own.

    What people wrote may hold braces, so that nothing is left to be filled in later.
    """

    def say(language: str, words: str) -> str:
        chosen = {
            name: (value.get(language) or value["vi"]) if isinstance(value, dict) else value
            for name, value in values.items()
        }
        return words.format(**chosen).replace("{", "{{").replace("}", "}}")

    return Text(say("vi", sentence.vi), say("en", sentence.en))

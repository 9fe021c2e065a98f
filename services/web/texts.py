"""Words on the screen: Vietnamese is the source, English a catalogue that is read at start, without a compile step."""

from __future__ import annotations

from functools import cache
from io import BytesIO
from pathlib import Path
from typing import Any

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.support import NullTranslations, Translations
from flask import has_request_context

from services.web import session

CATALOGUES = Path(__file__).parent / "translations"


@cache
def catalogue(language: str) -> NullTranslations:
    """The words of a language; Vietnamese needs no catalogue."""
    path = CATALOGUES / f"{language}.po"
    if not path.exists():
        return NullTranslations()
    compiled = BytesIO()
    with path.open("rb") as file:
        write_mo(compiled, read_po(file, locale=language, abort_invalid=True))
    compiled.seek(0)
    return Translations(compiled)


def language() -> str:
    """The language of the current request."""
    return session.language() if has_request_context() else "vi"


def gettext(message: str) -> str:
    """`message` in the language of the request."""
    return str(catalogue(language()).ugettext(message))


def ngettext(one: str, many: str, number: int) -> str:
    """The form of `one` or `many` that `number` takes in the language of the request."""
    return str(catalogue(language()).ungettext(one, many, number))


def said(text: dict[str, Any] | str | None) -> str:
    """A text that exists in two languages, in the reader's; Vietnamese where there is no English."""
    if not isinstance(text, dict):
        return text or ""
    return str(text.get(language()) or text.get("vi") or "")

"""From a notice's facts to what a person reads: subject, text and HTML of a mail, title and body in the inbox.

The words stand in one file a language; the layouts hold none. Words are rendered as plain text and put
into the HTML by an escaping template, so that no text that anybody typed becomes markup.
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import css_inline
import mrml
from jinja2 import Environment, StrictUndefined
from jinja2 import Template as JinjaTemplate

from services.notifications.models import RecipientKind, Template
from shared.text import LANGUAGES

FOLDER = Path(__file__).with_name("templates")
_WORDS_TO_FILL = (
    "greeting_person",
    "greeting_organisation",
    "colleague",
    "ticket_alt",
    "sent_by",
    "summary",
)
_TEXTS = ("tone", "label", "subject", "title", "body", "mail", "button", "after", "why")


@dataclass(frozen=True, slots=True)
class Rendered:
    """A mail's content."""

    subject: str
    text: str
    html: str


class Templates:
    """Every template in every language, compiled once; a missing text or variable is an error, not a gap."""

    def __init__(self, folder: Path = FOLDER) -> None:
        # Plain text: it is escaped where it enters the HTML.
        plain = Environment(undefined=StrictUndefined, autoescape=False)  # noqa: S701
        escaping = Environment(undefined=StrictUndefined, autoescape=True)
        self._texts: dict[tuple[str, str, str], JinjaTemplate] = {}
        self._words: dict[str, dict[str, str]] = {}
        for language in LANGUAGES:
            said = tomllib.loads((folder / f"{language}.toml").read_text("utf-8"))
            self._words[language] = said["words"]
            for template in Template:
                for part in _TEXTS:
                    source = said[template.value][part].strip()
                    self._texts[language, template, part] = plain.from_string(source)
            for word in _WORDS_TO_FILL:
                self._texts[language, "words", word] = plain.from_string(said["words"][word])
        self._text_layout = plain.from_string((folder / "layout.txt").read_text("utf-8"))
        self._html_layout = escaping.from_string(_html((folder / "layout.mjml").read_text("utf-8")))

    def mail(
        self, template: Template, kind: RecipientKind, language: str, facts: dict[str, Any]
    ) -> Rendered:
        """A mail in `language`; `facts` are the variables that the texts and the layouts name."""
        texts = {part: self._say(language, template, part, facts) for part in _TEXTS}
        if facts["colleague"]:
            said = self._say(language, "words", "colleague", facts)
            texts["body"] = f"{said}\n\n{texts['body']}"
        greeting = (
            "greeting_organisation" if kind is RecipientKind.ORGANISATION else "greeting_person"
        )
        shown = facts | texts
        # In the texts `why` is the reason of a cancellation; in the layout, why one gets the mail.
        shown |= {
            "because": texts["why"],
            "greeting": self._say(language, "words", greeting, facts),
            "sent_by": self._say(language, "words", "sent_by", facts),
            "ticket_alt": self._say(language, "words", "ticket_alt", facts),
            "words": self._words[language],
            "language": language,
            "preview": " ".join(texts["body"].split()),
            "paragraphs": _paragraphs,
        }
        return Rendered(
            texts["subject"], self._text_layout.render(shown), self._html_layout.render(shown)
        )

    def inbox(self, template: Template, language: str, facts: dict[str, Any]) -> tuple[str, str]:
        """Title and body of a notice in the inbox."""
        body = [self._say(language, template, "body", facts)]
        if facts["colleague"]:
            body.insert(0, self._say(language, "words", "colleague", facts))
        if facts["reason"]:
            body.append(f"{self._words[language]['reason']}: {facts['reason']}")
        if facts["event"]:
            body.append(self._say(language, "words", "summary", facts))
        return self._say(language, template, "subject", facts), "\n\n".join(body)

    def _say(self, language: str, template: str, part: str, facts: dict[str, Any]) -> str:
        said = self._texts[language, template, part].render(facts).strip()
        # A removed alternative leaves empty lines behind.
        return "\n\n".join(_paragraphs(said))


def _paragraphs(text: str) -> list[str]:
    return [part.strip() for part in text.split("\n\n") if part.strip()]


def _html(mjml: str) -> str:
    """The layout as HTML for mail programs, its Jinja untouched; what can stand in the tags stands there."""
    inliner = css_inline.CSSInliner(keep_style_tags=True, load_remote_stylesheets=False)
    made: str = inliner.inline(mrml.to_html(mjml).content)
    return made

"""The form of an event as a browser fills it in and sends it."""

from __future__ import annotations

import re
from html.parser import HTMLParser


class Filled(HTMLParser):
    """What a browser would send of the form on a page, if nothing were typed: line breaks as CR LF, no empty ticks."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.typed: dict[str, str] = {}
        self._text, self._select = "", ""
        found = re.search(r'<form method="post" novalidate>.*?</form>', page, re.DOTALL)
        assert found, "no form"
        self.feed(found[0])

    def handle_starttag(self, tag, attrs):
        found = dict(attrs)
        if tag == "input" and (found.get("type") != "checkbox" or "checked" in found):
            self.typed[found["name"]] = found.get("value") or ""
        elif tag == "textarea":
            self._text, self.typed[found["name"]] = found["name"], ""
        elif tag == "select":
            self._select = found["name"]
        elif tag == "option" and ("selected" in found or self._select not in self.typed):
            self.typed[self._select] = found.get("value") or ""

    def handle_data(self, data):
        if self._text:
            self.typed[self._text] += data.replace("\n", "\r\n")

    def handle_endtag(self, tag):
        if tag == "textarea":
            self.typed[self._text] = self.typed[self._text].removeprefix("\r\n")
            self._text = ""


class Form:
    """The edit form of an event, filled in from the event and sent."""

    def __init__(self, browser, world, made):
        self.browser, self.world, self.event = browser, world, made
        self.path = f"/to-chuc/su-kien/{made['id']}/sua"

    def page(self):
        return self.browser.get(self.path).text

    def send(self, **changes):
        """The answer; of a name that is changed to None, the field is left out, as an empty tick is."""
        typed = Filled(self.page()).typed | changes
        sent = {name: value for name, value in typed.items() if value is not None}
        return self.browser.client.post(self.path, data=sent)

    @property
    def saved(self):
        """The change that the events service was sent last, or None."""
        sent = [what for method, path, what in self.world.sent if method == "PATCH"]
        return sent[-1] if sent else None

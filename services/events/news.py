"""What was newly published or changed, as feeds for readers: RSS 2.0 and Atom (RFC 4287)."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import UTC, datetime
from email.utils import format_datetime
from typing import Any
from xml.etree.ElementTree import Element, SubElement, register_namespace, tostring
from zoneinfo import ZoneInfo

from services.events.models import Event, Status
from shared.text import Text

RSS_TYPE = "application/rss+xml; charset=utf-8"
ATOM_TYPE = "application/atom+xml; charset=utf-8"
_ATOM = "http://www.w3.org/2005/Atom"
_TITLE = Text("Đối Thoại: sự kiện mới", "Đối Thoại: new events")
_ABOUT = Text(
    "Sự kiện vừa công bố hoặc vừa thay đổi.", "Events that were just published or changed."
)
_OFF = {
    Status.CANCELLED: Text("Đã hủy: {title}", "Cancelled: {title}"),
    Status.POSTPONED: Text("Tạm hoãn: {title}", "Postponed: {title}"),
}
_AUTHOR = "Đối Thoại"
# XML 1.0, section 2.2: the characters that a document may hold; no escape brings in another one.
_NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_NEVER = datetime(1970, 1, 1, tzinfo=UTC)

register_namespace("atom", _ATOM)


def rss(events: Sequence[Event], *, portal: str, address: str, language: str) -> bytes:
    """RSS 2.0. `address` is that of the feed itself; the events come newest change first."""
    made = Element("rss", version="2.0")
    channel = SubElement(made, "channel")
    _add(channel, "title", _TITLE.say(language))
    _add(channel, "link", portal)
    _add(channel, "description", _ABOUT.say(language))
    _add(channel, "language", language)
    _add(channel, "lastBuildDate", format_datetime(_newest(events), usegmt=True))
    own = {"href": address, "rel": "self", "type": "application/rss+xml"}
    SubElement(channel, f"{{{_ATOM}}}link", own)
    for event in events:
        item = SubElement(channel, "item")
        _add(item, "title", _title(event, language))
        _add(item, "link", f"{portal}/su-kien/{event.id}")
        _add(item, "description", _told(event, language))
        _add(item, "category", _said(event.kind.name, language))
        _add(item, "guid", event.id.urn, isPermaLink="false")
        _add(item, "pubDate", format_datetime(event.updated_at.astimezone(UTC), usegmt=True))
    return _bytes(made)


def atom(events: Sequence[Event], *, portal: str, address: str, language: str) -> bytes:
    """Atom. `address` is that of the feed itself; the events come newest change first."""
    made = Element("feed", {"xmlns": _ATOM, "xml:lang": language})
    _add(made, "id", address)
    _add(made, "title", _TITLE.say(language))
    _add(made, "subtitle", _ABOUT.say(language))
    _add(made, "updated", _newest(events).isoformat())
    SubElement(made, "link", href=address, rel="self", type="application/atom+xml")
    SubElement(made, "link", href=portal, rel="alternate", type="text/html")
    _add(SubElement(made, "author"), "name", _AUTHOR)
    for event in events:
        entry = SubElement(made, "entry")
        _add(entry, "id", event.id.urn)
        _add(entry, "title", _title(event, language))
        _add(entry, "updated", event.updated_at.isoformat())
        if event.published_at is not None:
            _add(entry, "published", event.published_at.isoformat())
        page = f"{portal}/su-kien/{event.id}"
        SubElement(entry, "link", href=page, rel="alternate", type="text/html")
        SubElement(entry, "category", term=event.kind_key)
        if event.organisation is not None:
            _add(SubElement(entry, "author"), "name", event.organisation.name or _AUTHOR)
        _add(entry, "summary", _told(event, language))
    return _bytes(made)


def _title(event: Event, language: str) -> str:
    title = _said(event.title, language)
    off = _OFF.get(event.status)
    return off.say(language, title=title) if off else title


def _told(event: Event, language: str) -> str:
    """When and where it is, and what it is about."""
    assert event.starts_at is not None  # nothing is published without it
    starts_at = event.starts_at.astimezone(ZoneInfo(event.timezone))
    when = f"{starts_at:%H:%M, %d/%m/%Y} ({event.timezone})"
    venue = event.venue or {}
    where = ", ".join(filter(None, (venue.get("name"), venue.get("address"))))
    return "\n".join(filter(None, (when, where, _said(event.summary, language))))


def _newest(events: Sequence[Event]) -> datetime:
    return max((event.updated_at for event in events), default=_NEVER).astimezone(UTC)


def _add(parent: Element, name: str, text: str, **attributes: str) -> None:
    SubElement(parent, name, attributes).text = _NOT_XML.sub("", text)


def _bytes(made: Element) -> bytes:
    content: bytes = tostring(made, encoding="utf-8", xml_declaration=True)
    return content


def _said(text: dict[str, Any] | None, language: str) -> str:
    return str((text or {}).get(language) or (text or {}).get("vi") or "")

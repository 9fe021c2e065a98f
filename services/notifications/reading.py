"""Notices and mails as a page shows them."""

from __future__ import annotations

import base64
from email.header import decode_header, make_header
from email.message import EmailMessage
from email.utils import parsedate_to_datetime
from typing import Any

from services.notifications.facts import facts_of, path_of
from services.notifications.mailers.local_outbox import Kept
from services.notifications.models import EventCopy, Notice, OrganisationCopy
from services.notifications.rendering import Templates

_SHOWN = ("From", "To", "Subject", "Date", "Message-ID", "Auto-Submitted")


def inbox_item(
    templates: Templates,
    notice: Notice,
    event: EventCopy | None,
    host: OrganisationCopy | None,
    *,
    reader: OrganisationCopy | None,
    language: str,
) -> dict[str, Any]:
    """A notice in the reader's language. `reader` is the organisation whose inbox it is, if it is one's."""
    name = reader.name if reader is not None else ""
    facts = facts_of(notice, event, host, language, name=name)
    title, body = templates.inbox(notice.template, language, facts)
    return {
        "id": notice.id,
        "kind": notice.template,
        "title": title,
        "body": body,
        "event_id": notice.event_id,
        "registration_id": notice.registration_id,
        "url": path_of(notice),
        "created_at": notice.created_at,
        "read_at": notice.read_at,
    }


def outbox_item(kept: Kept) -> dict[str, Any]:
    message = kept.message
    return {
        "id": kept.id,
        "to": _header(message, "To"),
        "subject": _header(message, "Subject"),
        "at": parsedate_to_datetime(str(message["Date"])),
    }


def outbox_mail(kept: Kept) -> dict[str, Any]:
    """A mail with its inline images put into the HTML, so that a page shows it as a mail program does."""
    message = kept.message
    html = _text(message, "html")
    for part in message.walk():
        if part["Content-ID"]:
            data = base64.b64encode(part.get_content()).decode()
            cid = str(part["Content-ID"]).strip("<>")
            html = html.replace(f"cid:{cid}", f"data:{part.get_content_type()};base64,{data}")
    return {
        "id": kept.id,
        "headers": {name: _header(message, name) for name in _SHOWN if name in message},
        "text": _text(message, "plain"),
        "html": html,
        "attachments": [
            {"name": part.get_filename(), "type": part.get_content_type()}
            for part in message.iter_attachments()
        ],
    }


def _header(message: EmailMessage, name: str) -> str:
    """A header as mail programs show it; the parsed one keeps the spaces between encoded words (RFC 2047, section 6.2)."""
    raw = next(value for key, value in message.raw_items() if key == name)
    return str(make_header(decode_header(raw)))


def _text(message: EmailMessage, subtype: str) -> str:
    body: Any = message.get_body((subtype,))
    return str(body.get_content()) if body is not None else ""

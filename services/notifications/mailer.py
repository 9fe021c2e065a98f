"""The port to whatever carries mails, and the mail itself."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from datetime import datetime, timedelta
from email.header import Header
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime, parseaddr
from typing import Protocol
from uuid import UUID

from services.notifications.models import Outcome

TICKET_IMAGE = "ve@doithoai"
LONGEST_HEADER = 400
# Bodies as seven-bit text: no server on the way has to know more.
_POLICY = SMTP.clone(cte_type="7bit")
_METHOD = re.compile(rb"^METHOD:([A-Z]{1,20})\r?$", re.MULTILINE)


class BadAddress(ValueError):
    """No mail can be sent to such an address."""


@dataclass(frozen=True, slots=True)
class Mailbox:
    """A name and an address."""

    name: str
    address: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Mail:
    """One mail to one recipient. Its id is the notice's: whoever sees it twice knows it for the same."""

    notice_id: UUID
    sender: Mailbox
    to: Mailbox
    subject: str
    text: str
    html: str
    at: datetime
    ticket_png: bytes | None = None
    calendar: bytes | None = None

    @property
    def message_id(self) -> str:
        return f"<{self.notice_id}@{self.sender.address.rpartition('@')[2] or 'localhost'}>"

    @property
    def calendar_method(self) -> str:
        """The METHOD that the calendar names (RFC 5546); its part has to say the same."""
        found = _METHOD.search(self.calendar or b"")
        return found[1].decode() if found else "PUBLISH"


class Mailer(Protocol):
    """Hands a mail to a provider, and says what came of it; it never raises for what a provider does."""

    # Kept with each attempt.
    name: str
    # Whether sending the same mail again can be seen by nobody.
    repeatable: bool
    # How long to wait before an essential mail goes out again when nobody knows whether it went.
    repeats_after: timedelta

    def send(self, mail: Mail) -> Outcome: ...


def sender_from(text: str) -> Mailbox:
    """The sender that a setting names: `Name <address>`."""
    name, address = parseaddr(text)
    return Mailbox(one_line(name), address)


def one_line(text: str) -> str:
    """Text as a header may carry it: no line break of any kind, no control character, a bounded length."""
    calm = "".join(" " if unicodedata.category(c) in ("Cc", "Zl", "Zp", "Cs") else c for c in text)
    return " ".join(calm.split())[:LONGEST_HEADER]


def checked_address(address: str) -> str:
    """An address that stays one address in any header; BadAddress otherwise."""
    local, at, domain = address.rpartition("@")
    if not (local and at and domain) or re.search(r'[\s,;:<>()\[\]"\\\x00-\x1f\x7f]', address):
        raise BadAddress
    return address


def mime(mail: Mail) -> bytes:
    """The mail in MIME: text and HTML as alternatives, the ticket inline, the calendar attached.

    The headers that carry what people typed are written here rather than by `EmailMessage`: it decodes
    encoded words in a title while it folds, so that "=?utf-8?q?=0D=0ABcc:…?=" became a header of its own.
    BadAddress if there is no recipient to write to.
    """
    headers = {
        "From": _mailbox(mail.sender),
        "To": _mailbox(mail.to),
        "Subject": _encoded(mail.subject),
        "Date": format_datetime(mail.at),
        "Message-ID": mail.message_id,
        # RFC 3834: no out-of-office note comes back.
        "Auto-Submitted": "auto-generated",
    }
    head = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
    return head.encode() + _body(mail).as_bytes()


def _body(mail: Mail) -> EmailMessage:
    message = EmailMessage(policy=_POLICY)
    message.set_content(mail.text)
    message.add_alternative(mail.html, subtype="html")
    if mail.ticket_png is not None:
        _, html = message.iter_parts()
        assert isinstance(html, EmailMessage)
        html.add_related(
            mail.ticket_png,
            "image",
            "png",
            cid=f"<{TICKET_IMAGE}>",
            disposition="inline",
            filename="ve.png",
        )
    if mail.calendar is not None:
        message.add_attachment(
            mail.calendar,
            "text",
            "calendar",
            filename="lich.ics",
            params={"method": mail.calendar_method, "charset": "utf-8"},
        )
    return message


def _mailbox(mailbox: Mailbox) -> str:
    address = f"<{checked_address(mailbox.address)}>"
    name = _encoded(mailbox.name)
    return f"{name}\r\n {address}" if name else address


def _encoded(text: str) -> str:
    """Text as encoded words (RFC 2047), always: nothing in it can be taken for a header's structure."""
    text = one_line(text)
    return Header(text, "utf-8", header_name="Subject").encode(linesep="\r\n") if text else ""

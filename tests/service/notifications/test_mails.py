"""What a person reads: every template in both languages, and mails whose structure nothing can change."""

from __future__ import annotations

import json
import os
import tomllib
from datetime import UTC, datetime
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from icalendar import Calendar

from services.notifications.facts import facts_of
from services.notifications.mailer import (
    BadAddress,
    Mail,
    Mailbox,
    checked_address,
    mime,
    one_line,
    sender_from,
)
from services.notifications.models import EventCopy, Notice, RecipientKind, Template
from services.notifications.rendering import FOLDER, Templates
from shared.ids import new_id
from tests.service.notifications.conftest import Notifications

TEMPLATES = Templates()
NOW = datetime(2026, 3, 5, 2, 0, tzinfo=UTC)


def event(**changes: Any) -> EventCopy:
    known = {
        "event_id": new_id(),
        "sequence": 1,
        "organisation_id": new_id(),
        "organisation_name": "UBND phường Minh Họa",
        "title": {"vi": "Đối thoại", "en": "Dialogue"},
        "hosts": [{"role_title": {"vi": "Chủ tịch UBND phường"}}],
        "venue": {"name": "Hội trường", "address": "1 đường Minh Họa"},
        "starts_at": datetime(2026, 3, 26, 7, 0, tzinfo=UTC),
        "ends_at": datetime(2026, 3, 26, 9, 30, tzinfo=UTC),
        "timezone": "Asia/Ho_Chi_Minh",
        "partner_ids": [],
        "cancelled": True,
        "reason": {"vi": "Bão lớn", "en": None},
    }
    return EventCopy(**known | changes)


def notice(template: Template, kind: RecipientKind, **facts: Any) -> Notice:
    return Notice(
        id=new_id(),
        template=template,
        recipient_kind=kind,
        recipient_id=new_id(),
        event_id=new_id(),
        registration_id=new_id(),
        facts=facts,
    )


def kinds_of(template: Template) -> list[RecipientKind]:
    if template is Template.SIGN_IN:
        return [RecipientKind.SIGN_IN]
    if template is Template.NOMINEE_ASKED:
        return [RecipientKind.NOMINEE]
    if template in (
        Template.PARTNER_INVITED,
        Template.NOMINATION_OPENED,
        Template.NOMINATION_CLOSED,
    ):
        return [RecipientKind.ORGANISATION]
    if template in (Template.EVENT_CHANGED, Template.EVENT_CANCELLED):
        return [RecipientKind.PERSON, RecipientKind.ORGANISATION]
    return [RecipientKind.PERSON]


EVERY = [(t, k, language) for t in Template for k in kinds_of(t) for language in ("vi", "en")]


@pytest.mark.parametrize(("template", "kind", "language"), EVERY)
@pytest.mark.parametrize("full", [True, False])
def test_every_template_renders_in_both_languages(
    template: Template, kind: RecipientKind, language: str, full: bool
) -> None:
    """With everything that may be known, and with nothing but the title; a missing variable is an error."""
    told = (
        {
            "position": 3,
            "why": "own-wish",
            "status": "waitlisted",
            "reason": {"vi": "Họp"},
            "changed": ["starts_at", "venue"],
            "document": {"number": "12/TM", "date": "02/03/2026"},
            "deadline": "2026-03-20T10:00:00+00:00",
            "seats": 30,
            "named": 28,
            "confirmed": 20,
        }
        if full
        else {}
    )
    bare: dict[str, Any] = {"hosts": [], "venue": None, "organisation_name": None, "reason": None}
    about = None if template is Template.SIGN_IN else event(**({} if full else bare))
    facts = facts_of(
        notice(template, kind, **told), about, None, language, name="Ánh" if full else ""
    )
    facts |= {"code": "483920"} if template is Template.SIGN_IN else {}
    made = TEMPLATES.mail(template, kind, language, facts)

    for text in (made.subject, made.text, made.html):
        assert "{{" not in text
        assert "{%" not in text
        assert "None" not in text
    assert "\n\n\n" not in made.text
    assert made.subject
    assert f'lang="{language}"' in made.html
    if about is not None:
        title, body = TEMPLATES.inbox(template, language, facts)
        assert title
        assert "None" not in body


def test_both_languages_say_the_same_things() -> None:
    """The same fields in both files, none empty in one and filled in the other."""
    vi, en = (tomllib.loads((FOLDER / f"{x}.toml").read_text("utf-8")) for x in ("vi", "en"))
    assert {k: {f: bool(t) for f, t in v.items()} for k, v in vi.items()} == {
        k: {f: bool(t) for f, t in v.items()} for k, v in en.items()
    }


def test_dates_are_said_in_the_events_zone() -> None:
    """Thursday begins a line with capitals in Vietnamese; the zone is named."""
    facts = facts_of(notice(Template.CONFIRMED, RecipientKind.PERSON), event(), None, "vi")
    assert facts["event"]["when"] == "Thứ Năm, 26/03/2026, 14:00 – 16:30 (giờ Việt Nam)"
    assert facts["event"]["tile"] == ("Thg 3", "26")
    tokyo = event(timezone="Asia/Tokyo")
    facts = facts_of(notice(Template.CONFIRMED, RecipientKind.PERSON), tokyo, None, "en")
    assert facts["event"]["when"] == "Thursday, 26 March 2026, 16:00 – 18:30 (Asia/Tokyo)"


def test_text_that_somebody_typed_is_never_markup() -> None:
    """It is shown as it is, in the text and in the HTML."""
    hostile = '<script>alert(1)</script>{{ 7*7 }}"&'
    facts = facts_of(
        notice(Template.CONFIRMED, RecipientKind.PERSON),
        event(title={"vi": hostile}, organisation_name=hostile),
        None,
        "vi",
        name=hostile,
    )
    made = TEMPLATES.mail(Template.CONFIRMED, RecipientKind.PERSON, "vi", facts)
    assert "<script" not in made.html
    assert "&lt;script&gt;" in made.html
    assert "{{ 7*7 }}" in made.text
    assert hostile in made.subject


# Mails


def mail(**changes: Any) -> Mail:
    known: dict[str, Any] = {
        "notice_id": UUID("01a20b75-41dd-72d9-8f39-df52e74238d1"),
        "sender": sender_from("Đối Thoại <khong-tra-loi@doithoai.example>"),
        "to": Mailbox("Nguyễn Thị Ánh", "anh@example.org"),
        "subject": "Bạn đã có chỗ",
        "text": "Chào bạn",
        "html": "<p>Chào bạn</p>",
        "at": NOW,
    }
    return Mail(**known | changes)


def parsed(mail_: Mail) -> EmailMessage:
    return message_from_bytes(mime(mail_), EmailMessage, policy=default)


HOSTILE = [
    "a\r\nBcc: evil@example.org",
    "a\nBcc: evil@example.org",
    "a\rBcc: evil@example.org",
    "a\x00b",
    "a\u2028Bcc: evil@example.org",
    "a\u2029Bcc: x",
    "a\u0085Bcc: x",
    "a\x0b\x0cBcc: x",
    "=?utf-8?q?=0D=0ABcc:_evil@example.org?=",
    '"a" <evil@example.org>, b',
    "a\ud800b",
    "Ữ" * 3000,
    "",
]


@pytest.mark.parametrize("text", HOSTILE)
def test_no_name_or_title_changes_a_mails_headers(text: str) -> None:
    """One recipient, the known headers and no others."""
    made = parsed(mail(to=Mailbox(text, "anh@example.org"), subject=text))

    assert set(made.keys()) == {
        "From",
        "To",
        "Subject",
        "Date",
        "Message-ID",
        "Auto-Submitted",
        "MIME-Version",
        "Content-Type",
    }
    assert [one.addr_spec for one in made["To"].addresses] == ["anh@example.org"]
    raw = mime(mail(to=Mailbox(text, "anh@example.org"), subject=text))
    head = raw.partition(b"\r\n\r\n")[0]
    assert b"\nBcc" not in head
    assert b"\x00" not in raw
    assert max(map(len, raw.split(b"\r\n"))) <= 998


def test_hostile_names_of_the_collection_change_nothing_either() -> None:
    """Every string of the naughty list, as a name and as a title."""
    folder = os.environ.get("CONFORMANCE_DATA")
    if not folder:
        pytest.skip("CONFORMANCE_DATA is not set: without the collection of hostile strings")
    for text in json.loads((Path(folder) / "strings/naughty-strings.json").read_text("utf-8")):
        made = parsed(mail(to=Mailbox(text, "anh@example.org"), subject=text))
        assert [one.addr_spec for one in made["To"].addresses] == ["anh@example.org"]
        assert len(made.keys()) == 8
        assert made["Subject"] == one_line(text)


@pytest.mark.parametrize(
    "address",
    ["", "a", "@b", "a@", "a@b\r\nBcc: c@d", "a@b, c@d", "<a@b>", "a b@c", "a@b>", "a@[1.2.3.4]"],
)
def test_what_is_no_address_gets_no_mail(address: str) -> None:
    """Nor does it become two."""
    with pytest.raises(BadAddress):
        checked_address(address)


def test_a_confirmation_carries_ticket_and_calendar(notifications: Notifications) -> None:
    """Text and HTML as alternatives, the code inline, the calendar attached with its own method."""
    notifications.events.method = "REQUEST"
    published = notifications.publish()
    person = notifications.somebody(name="Trần Thị Bích Ngọc", language="en")
    notifications.registered(published, person)
    notifications.work()

    (kept,) = notifications.mails()
    message = kept.message
    (to,) = message["To"].addresses
    assert (to.display_name, to.addr_spec) == ("Trần Thị Bích Ngọc", f"{person.id.hex}@example.org")
    assert message["Subject"] == "You have a place: Dialogue with young businesses"
    assert message["Message-ID"] == f"<{kept.id}@doithoai.example>"
    kinds = [part.get_content_type() for part in message.walk()]
    assert kinds == [
        "multipart/mixed",
        "multipart/alternative",
        "text/plain",
        "multipart/related",
        "text/html",
        "image/png",
        "text/calendar",
    ]
    html = message.get_body(("html",)).get_content()
    (image,) = [part for part in message.walk() if part.get_content_type() == "image/png"]
    assert f"cid:{image['Content-ID'].strip('<>')}" in html
    assert image.get_content().startswith(b"\x89PNG")
    (calendar,) = message.iter_attachments()
    assert calendar.get_param("method") == "REQUEST"
    assert Calendar.from_ical(calendar.get_content()).events[0]["SUMMARY"] == "Đối thoại"
    assert "https://doithoai.example/toi/ve/" in message.get_body(("plain",)).get_content()


def test_a_sign_in_mail_carries_link_and_code(notifications: Notifications) -> None:
    """And says until when they work."""
    sign_in = notifications.ask_to_sign_in("an@example.org")
    notifications.work()

    (kept,) = notifications.mails()
    text = kept.message.get_body(("plain",)).get_content()
    assert "Mã đăng nhập: 483920" in text
    assert f"https://doithoai.example/dang-nhap/{sign_in}?token=tOkEn-of-the-link" in text
    assert "đến 09:10 (giờ Việt Nam)" in text
    assert str(kept.message["To"]) == "an@example.org"
    assert "483920" not in kept.message["Subject"]


def test_a_partners_mail_speaks_to_the_organisation(notifications: Notifications) -> None:
    """By its name, with the document that invites it."""
    partner = new_id()
    notifications.community.organisation(partner, name="Hội LHPN phường")
    published = notifications.publish(partner_ids=[partner])
    invitation = {
        "event_id": published["id"],
        "organisation_id": str(partner),
        "document": {"number": "12/TM-UBND", "date": "2026-03-02"},
    }
    notifications.deliver("partner.invited", f"{published['id']}:{partner}", 1, invitation)
    notifications.work()

    (kept,) = notifications.mails()
    text = kept.message.get_body(("plain",)).get_content()
    assert "Kính gửi Hội LHPN phường," in text
    assert "Theo văn bản số 12/TM-UBND ngày 02/03/2026." in text
    assert "UBND phường Minh Họa trân trọng mời Hội LHPN phường phối hợp" in text

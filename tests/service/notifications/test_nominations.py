"""Partners are asked for names, and those whom they named are asked themselves."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from shared.ids import new_id
from tests.service.notifications.conftest import Notifications


def asked(
    notifications: Notifications, event: dict[str, Any], partner: UUID, **changes: Any
) -> dict[str, Any]:
    notifications.community.organisation(partner, name="Hội Phụ nữ")
    return {
        "id": str(new_id()),
        "event_id": event["id"],
        "organisation_id": str(partner),
        "document": {"number": "15/GM-UBND", "date": "2026-03-01"},
        "deadline": "2026-03-20T10:00:00+00:00",
        "seats": 30,
        "named": 0,
        "confirmed": 0,
        "nominee_ids": [],
    } | changes


def text_of(notifications: Notifications) -> str:
    (kept,) = notifications.mails()
    return str(kept.message.get_body(("plain",)).get_content())


def test_a_partner_is_asked_for_names_with_the_letter_and_the_deadline(
    notifications: Notifications,
) -> None:
    """By mail and in its inbox; the button leads to its list."""
    state = asked(notifications, notifications.publish(), new_id())
    notifications.tell("nomination.opened", state["id"], state)
    notifications.work()

    text = text_of(notifications)
    assert "dành cho Hội Phụ nữ 30 chỗ" in text
    assert "Theo văn bản số 15/GM-UBND ngày 01/03/2026." in text
    assert "xác nhận: 17:00 (giờ Việt Nam), Thứ Sáu, 20/03/2026." in text
    assert f"https://doithoai.example/doi-tac/{state['id']}" in text
    assert notifications.notices("template", where="channel = 'inbox'") == ["nomination-opened"]


def test_a_nominee_is_asked_by_a_mail_with_a_link_of_their_own(
    notifications: Notifications,
) -> None:
    """Address, name and secret come from registrations just before; nothing of it is kept here."""
    nominee = new_id()
    notifications.registrations.nominee(nominee)
    state = asked(notifications, notifications.publish(), new_id(), nominee_ids=[str(nominee)])
    notifications.tell("nomination.filled", state["id"], state)
    notifications.work()

    text = text_of(notifications)
    assert "Chào Trần Văn Ví Dụ," in text
    assert "Hội Phụ nữ đã đề cử bạn" in text
    assert f"https://doithoai.example/de-cu/{nominee}/se-cret-of-the-link" in text
    assert notifications.count("notices WHERE CAST(facts AS TEXT) LIKE '%se-cret%'") == 0


def test_who_is_not_asked_any_more_gets_no_mail(notifications: Notifications) -> None:
    """Replaced, answered, or without a mail: registrations leaves them out."""
    state = asked(notifications, notifications.publish(), new_id(), nominee_ids=[str(new_id())])
    notifications.tell("nomination.replaced", state["id"], state)
    notifications.work()
    assert notifications.mails() == []
    assert notifications.notices("status") == ["suppressed"]


def test_nobody_is_asked_for_an_event_that_is_off(notifications: Notifications) -> None:
    """What was not sent yet does not go out, and nothing is written anew."""
    event, nominee = notifications.publish(), new_id()
    notifications.registrations.nominee(nominee)
    state = asked(notifications, event, new_id(), nominee_ids=[str(nominee)])
    notifications.tell("nomination.opened", state["id"], state)
    notifications.tell("nomination.filled", state["id"], state)
    notifications.cancel_event(event)
    notifications.tell("nomination.replaced", state["id"], state)
    notifications.work()
    assert notifications.mails() == []
    assert set(notifications.notices("status")) == {"superseded"}


def test_a_closed_list_is_told_once_with_its_counts(notifications: Notifications) -> None:
    """It overtakes what was not sent of the opening; an opening that comes late is overtaken."""
    state = asked(notifications, notifications.publish(), new_id(), named=28, confirmed=20)
    notifications.deliver("nomination.closed", state["id"], 9, state)
    notifications.deliver("nomination.opened", state["id"], 1, state)
    notifications.work()
    text = text_of(notifications)
    assert "Trong 30 chỗ, đơn vị đã đề cử 28 người và 20 người đã xác nhận." in text
    assert notifications.notices("template", "status") == [
        ("nomination-closed", "delivered"),
        ("nomination-opened", "superseded"),
    ]


def test_a_colleagues_place_is_told_as_theirs(notifications: Notifications) -> None:
    """With their name on the mail, and no entry for the calendar of the one who registered them."""
    ada = notifications.somebody()
    grace = notifications.registered(notifications.publish(), ada, colleague=True)
    notifications.registrations.tickets[grace]["name"] = "Grace"
    notifications.work()
    (kept,) = notifications.mails()
    text = str(kept.message.get_body(("plain",)).get_content())
    assert "chỗ của Grace mà bạn đã đăng ký giúp" in text
    types = {part.get_content_type() for part in kept.message.walk()}
    assert "text/calendar" not in types
    assert "image/png" in types
    inbox = notifications.get("/inbox", by=ada).json["items"][0]["body"]
    assert "chỗ của đồng nghiệp mà bạn đã đăng ký giúp" in inbox

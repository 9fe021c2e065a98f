"""Mails by SMTP, to a real server that takes, refuses, and hangs up at the worst moment."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, Session

from services.notifications.mailer import Mailbox
from services.notifications.mailers import SmtpMailer
from services.notifications.models import Result
from tests.service.notifications.conftest import Notifications
from tests.service.notifications.test_mails import mail


class Post:
    """Keeps what it takes; `answers` are what it says to RCPT and to the end of DATA."""

    def __init__(self) -> None:
        self.taken: list[Envelope] = []
        self.rcpt = self.data = ""
        self.hang_up: str | None = None

    async def handle_RCPT(  # noqa: N802
        self, server: SMTP, _session: Session, envelope: Envelope, address: str, _options: Any
    ) -> str:
        if self.hang_up == "before":
            server.transport.abort()
        if not self.rcpt:
            envelope.rcpt_tos.append(address)
        return self.rcpt or "250 ok"

    async def handle_DATA(self, server: SMTP, _session: Session, envelope: Envelope) -> str:  # noqa: N802
        if not self.data:
            self.taken.append(envelope)
        if self.hang_up == "after":
            server.transport.abort()
        return self.data or "250 taken"


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture
def post() -> Iterator[tuple[Post, int]]:
    handler = Post()
    controller = Controller(
        handler,
        hostname="127.0.0.1",
        port=free_port(),
        auth_required=False,
        auth_require_tls=False,
        authenticator=lambda *_: AuthResult(success=False, handled=False),
    )
    controller.start()
    yield handler, controller.port
    controller.stop()


def mailer(port: int, **changes: Any) -> SmtpMailer:
    return SmtpMailer("127.0.0.1", port, **{"security": "none", "timeout": 3.0} | changes)


def test_a_mail_arrives_as_it_was_written(post: tuple[Post, int]) -> None:
    """Marks, long lines and lines that begin with a dot included."""
    handler, port = post
    text = "Ữ Ậ đối thoại\n.\n..hai chấm\n" + "dài " * 400 + "\n"
    outcome = mailer(port).send(mail(text=text))

    assert outcome.result is Result.DELIVERED
    (envelope,) = handler.taken
    assert envelope.rcpt_tos == ["anh@example.org"]
    assert envelope.mail_from == "khong-tra-loi@doithoai.example"
    message = message_from_bytes(envelope.content, EmailMessage, policy=default)
    assert message.get_body(("plain",)).get_content().replace("\r\n", "\n") == text
    assert message["To"].addresses[0].display_name == "Nguyễn Thị Ánh"


@pytest.mark.parametrize(
    ("rcpt", "data", "result"),
    [
        ("450 later", "", Result.TEMPORARY),
        ("550 unknown", "", Result.PERMANENT),
        ("", "451 later", Result.TEMPORARY),
        ("", "554 no", Result.PERMANENT),
        ("", "what?", Result.AMBIGUOUS),
    ],
)
def test_refusals_are_temporary_or_final_as_the_server_says(
    post: tuple[Post, int], rcpt: str, data: str, result: Result
) -> None:
    """4yz may be tried again, 5yz not; what is no answer after the whole mail leaves a doubt."""
    handler, port = post
    handler.rcpt, handler.data = rcpt, data

    assert mailer(port).send(mail()).result is result


@pytest.mark.parametrize(
    ("moment", "result"), [("before", Result.TEMPORARY), ("after", Result.AMBIGUOUS)]
)
def test_a_line_that_goes_dead_is_in_doubt_only_after_the_mail_was_handed_over(
    post: tuple[Post, int], moment: str, result: Result
) -> None:
    """Before that nothing can have been taken."""
    handler, port = post
    handler.hang_up = moment

    assert mailer(port).send(mail()).result is result


def test_a_server_that_takes_too_long_is_not_handed_the_mail(post: tuple[Post, int]) -> None:
    """Another worker would take over meanwhile, and both would send it."""
    handler, port = post

    assert mailer(port, patience=0.0).send(mail()).why == "slow"
    assert handler.taken == []


def test_a_server_that_is_not_there_is_tried_again() -> None:
    """Nothing was handed over."""
    assert mailer(free_port()).send(mail()).result is Result.TEMPORARY


def test_a_refused_login_or_missing_encryption_stops_the_line(post: tuple[Post, int]) -> None:
    """No mail would fare better."""
    _, port = post
    login = mailer(port, username="a", password="b").send(mail())
    foreign = mailer(port, username="a", password="mật khẩu").send(mail())
    encryption = mailer(port, security="starttls").send(mail())

    assert {login.result, foreign.result, encryption.result} == {Result.TECHNICAL}


def test_an_address_that_would_be_two_is_never_said_to_the_server(post: tuple[Post, int]) -> None:
    """It fails for good, before any connection."""
    handler, port = post
    outcome = mailer(port).send(mail(to=Mailbox("A", "a@example.org>\r\nRCPT TO:<b@example.org")))

    assert outcome.result is Result.PERMANENT
    assert handler.taken == []


@pytest.mark.parametrize("sender", ["Đối Thoại", "a b@example.org", "Đối Thoại <đt@example.org>"])
def test_a_sender_that_is_no_address_is_refused_at_the_start(start: Any, sender: str) -> None:
    """Rather than failing every mail for good."""
    with pytest.raises(ValueError, match="MAIL_FROM"):
        start(mail_from=sender)


def test_the_worker_sends_through_the_server_of_the_settings(
    start: Any, post: tuple[Post, int]
) -> None:
    """SMTP_HOST chooses it."""
    handler, port = post
    notifications: Notifications = start(
        smtp_host="127.0.0.1", smtp_port=port, smtp_security="none"
    )
    notifications.registered(notifications.publish(), notifications.somebody())
    notifications.work()

    assert notifications.attempts() == [("smtp", "delivered", "")]
    message = message_from_bytes(handler.taken[0].content, EmailMessage, policy=default)
    assert message["Subject"] == "Bạn đã có chỗ: Đối thoại với doanh nghiệp trẻ"
    assert [part.get_content_type() for part in message.iter_attachments()] == ["text/calendar"]

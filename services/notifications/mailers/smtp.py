"""Mails by SMTP. The conversation is spelt out, because it matters at which word the line went dead."""

from __future__ import annotations

import contextlib
import re
import smtplib
import ssl
import time
from collections.abc import Callable
from datetime import timedelta

from services.notifications.mailer import BadAddress, Mail, mime
from services.notifications.models import Outcome, Result

TIMEOUT = 20.0
# From the call to the content, however slowly the server answers: what follows ends within the worker's lease.
PATIENCE = 60.0
_LINE_BEGINS_WITH_DOT = re.compile(rb"^\.", re.MULTILINE)


class SmtpMailer:
    """One connection a mail."""

    name = "smtp"
    repeatable = False
    repeats_after = timedelta(seconds=5)

    def __init__(
        self,
        host: str,
        port: int,
        *,
        security: str = "starttls",
        username: str = "",
        password: str = "",
        timeout: float = TIMEOUT,
        patience: float = PATIENCE,
    ) -> None:
        if security not in ("starttls", "tls", "none"):
            raise ValueError(f"SMTP_SECURITY: starttls, tls or none, not {security!r}")
        self._host, self._port, self._security = host, port, security
        self._username, self._password = username, password
        self._timeout, self._patience = timeout, patience

    def send(self, mail: Mail) -> Outcome:
        try:
            content = mime(mail)
        except BadAddress:
            return Outcome(Result.PERMANENT, "bad-address")
        deadline = time.monotonic() + self._patience
        try:
            server = self._connect()
        except smtplib.SMTPAuthenticationError as error:
            return _temporary_or(Result.TECHNICAL, error.smtp_code, "login")
        except (smtplib.SMTPNotSupportedError, ssl.SSLCertVerificationError):
            return Outcome(Result.TECHNICAL, "security")
        except UnicodeError:
            # A login in other letters than smtplib can say.
            return Outcome(Result.TECHNICAL, "login")
        except (OSError, smtplib.SMTPException):
            return Outcome(Result.TEMPORARY, "connect")
        try:
            return self._transfer(server, mail, content, deadline)
        finally:
            # The answer is known; how the server takes its leave is of no account.
            with contextlib.suppress(OSError, smtplib.SMTPException):
                server.quit()
            server.close()

    def _connect(self) -> smtplib.SMTP:
        context = ssl.create_default_context()
        server: smtplib.SMTP = (
            smtplib.SMTP_SSL(self._host, self._port, timeout=self._timeout, context=context)
            if self._security == "tls"
            else smtplib.SMTP(self._host, self._port, timeout=self._timeout)
        )
        try:
            server.ehlo_or_helo_if_needed()
            if self._security == "starttls":
                server.starttls(context=context)
                server.ehlo()
            if self._username:
                server.login(self._username, self._password)
        except BaseException:
            server.close()
            raise
        return server

    def _transfer(
        self, server: smtplib.SMTP, mail: Mail, content: bytes, deadline: float
    ) -> Outcome:
        options = []
        if not mail.to.address.isascii():
            if not server.has_extn("smtputf8"):
                return Outcome(Result.PERMANENT, "no-smtputf8")
            options = ["SMTPUTF8"]
        try:
            steps: tuple[tuple[str, Callable[[], tuple[int, bytes]]], ...] = (
                ("sender", lambda: server.mail(mail.sender.address, options)),
                ("recipient", lambda: server.rcpt(mail.to.address)),
                ("data", lambda: server.docmd("DATA")),
            )
            for why, step in steps:
                if time.monotonic() > deadline:
                    return Outcome(Result.TEMPORARY, "slow")
                code, _ = step()
                if code not in (250, 251, 354):
                    return _temporary_or(Result.PERMANENT, code, why)
        except (OSError, smtplib.SMTPException):
            return Outcome(Result.TEMPORARY, "cut-before-data")
        try:
            server.send(_LINE_BEGINS_WITH_DOT.sub(b"..", content.rstrip(b"\r\n")) + b"\r\n.\r\n")
            code, _ = server.getreply()
        except (OSError, smtplib.SMTPException):
            return Outcome(Result.AMBIGUOUS, "cut-after-data")
        if 200 <= code < 300:
            return Outcome(Result.DELIVERED)
        if code < 400:
            return Outcome(Result.AMBIGUOUS, "no-answer-after-data")
        return _temporary_or(Result.PERMANENT, code, "content")


def _temporary_or(final: Result, code: int, why: str) -> Outcome:
    """RFC 5321, section 4.2.1: 4yz may be tried again, 5yz not. -1 is an answer that was none."""
    return Outcome(final if code >= 500 else Result.TEMPORARY, f"{why}-{code}")

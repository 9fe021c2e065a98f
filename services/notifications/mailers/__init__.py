"""The ways in which mails leave; the settings choose."""

from __future__ import annotations

from pathlib import Path

from services.notifications.mailer import BadAddress, Mailer, checked_address, sender_from
from services.notifications.mailers.local_outbox import LocalOutbox
from services.notifications.mailers.sendgrid_api import SendGridMailer
from services.notifications.mailers.smtp import SmtpMailer
from services.notifications.settings import NotificationsSettings

__all__ = ["LocalOutbox", "SendGridMailer", "SmtpMailer", "mailer_for", "outbox_folder"]


def mailer_for(settings: NotificationsSettings) -> Mailer:
    """SendGrid when its key is set, SMTP when its host is set, else files on this machine.

    ValueError where a setting would fail every mail for good.
    """
    try:
        checked_address(sender_from(settings.mail_from).address).encode("ascii")
    except (BadAddress, UnicodeEncodeError):
        raise ValueError("MAIL_FROM: Name <address>, the address in ASCII") from None
    if settings.sendgrid_api_key:
        return SendGridMailer(settings.sendgrid_api_key, host=settings.sendgrid_host)
    if settings.smtp_host:
        return SmtpMailer(
            settings.smtp_host,
            settings.smtp_port,
            security=settings.smtp_security,
            username=settings.smtp_username,
            password=settings.smtp_password,
        )
    return LocalOutbox(outbox_folder(settings))


def outbox_folder(settings: NotificationsSettings) -> Path:
    """Where the local outbox keeps its files."""
    return Path(settings.data_dir) / "outbox"

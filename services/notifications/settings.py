"""Settings of notifications."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from shared.settings import Settings, setting


@dataclass(frozen=True, kw_only=True)
class NotificationsSettings(Settings):
    service: ClassVar[str] = "notifications"

    registrations_url: str = setting(
        "http://127.0.0.1:8000/api/registrations",
        doc="Base address of registrations, for the tickets in mails",
    )
    events_url: str = setting(
        "http://127.0.0.1:8000/api/events",
        doc="Base address of events, for the calendar entries in mails",
    )
    data_dir: str = setting(
        "data", doc="Folder for what the service keeps in files: the local outbox of mails"
    )
    demo: bool = setting(False, doc="1 shows every mail at /outbox, to callers on this machine")
    mail_from: str = setting(
        "Đối Thoại <khong-tra-loi@doithoai.example>", doc="Sender of every mail: Name <address>"
    )
    sendgrid_api_key: str = setting("", doc="Set: mails go through SendGrid", secret=True)
    sendgrid_host: str = setting("https://api.sendgrid.com", doc="Base address of SendGrid's API")
    smtp_host: str = setting("", doc="Set (and no SendGrid key): mails go through this SMTP server")
    smtp_port: int = setting(587, doc="Port of the SMTP server")
    smtp_security: str = setting("starttls", doc="starttls, tls (from the first byte) or none")
    smtp_username: str = setting("", doc="Login at the SMTP server; empty: without one")
    smtp_password: str = setting("", doc="Password at the SMTP server", secret=True)
    webhook_http: bool = setting(
        False, doc="1 lets partners' webhook addresses begin with http://; for tests and intranets"
    )
    webhook_networks: tuple[str, ...] = setting(
        (), doc="Networks (CIDR, with commas) that webhooks reach although they are not public"
    )
    webhook_milliseconds: int = setting(
        15_000,
        doc="How long a partner's system may take for a webhook, a third of it for being reached",
    )

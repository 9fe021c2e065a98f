"""How mails leave, as the environment of this process says; what that means for those who wait for one."""

from __future__ import annotations

import dataclasses
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from environs import EnvError

from deploy.unable import Unable
from services.notifications.mailers import mailer_for
from services.notifications.settings import NotificationsSettings


def mail_settings() -> dict[str, Any]:
    """The settings of notifications about mails; Unable where one cannot be used."""
    try:
        found = NotificationsSettings.read_from_env(_names())
        mailer_for(NotificationsSettings(database_url="", **found))
    except (EnvError, ValueError) as error:
        raise Unable(f"{error}; docs/settings.md lists every setting") from error
    return found


def mail_variables() -> dict[str, str]:
    """The same as variables for another process: secrets stay in the files that they are in."""
    names = {f"{name.upper()}{end}" for name in _names() for end in ("", "_FILE")}
    return {name: value for name, value in os.environ.items() if name in names}


def where_mails_stay(
    mail: Mapping[str, Any], *, data: Path, demo: bool, address: str
) -> str | None:
    """One line for whoever starts a platform that sends no mails; None where it does."""
    if mail.get("sendgrid_api_key") or mail.get("smtp_host"):
        return None
    stay = f"No mail leaves this machine: they stay in {data / 'outbox'}"
    if demo:
        return f"{stay}, and this machine alone reads them at {address}/outbox (DEMO=1)"
    return (
        f"{stay}, and nobody can sign in until SMTP_HOST or SENDGRID_API_KEY is set "
        "(or DEMO=1, which shows them at /outbox to this machine alone)"
    )


def _names() -> set[str]:
    return {
        field.name
        for field in dataclasses.fields(NotificationsSettings)
        if field.name.startswith(("smtp_", "sendgrid_", "mail_"))
    }

"""Mails by SendGrid's API (v3 Mail Send): one thin adapter over its library."""

from __future__ import annotations

import base64
import http.client
import logging
import socket
from datetime import timedelta
from typing import Any
from urllib.error import URLError

from python_http_client.exceptions import HTTPError
from sendgrid import SendGridAPIClient

from services.notifications.mailer import (
    TICKET_IMAGE,
    BadAddress,
    Mail,
    checked_address,
    one_line,
)
from services.notifications.models import Outcome, Result

TIMEOUT = 15.0
# The library writes whole requests, key and address included, into its debug log.
logging.getLogger("python_http_client").setLevel(logging.WARNING)


class SendGridMailer:
    """A request a mail; the library's client is not shared, since it keeps state between calls."""

    name = "sendgrid"
    repeatable = False
    repeats_after = timedelta(hours=24)

    def __init__(self, api_key: str, *, host: str, timeout: float = TIMEOUT) -> None:
        self._api_key, self._host, self._timeout = api_key, host.rstrip("/"), timeout

    def send(self, mail: Mail) -> Outcome:
        api = SendGridAPIClient(self._api_key, host=self._host)
        # Without it the library waits for ever.
        api.client.timeout = self._timeout
        try:
            answer = api.send(_request(mail))
        except BadAddress:
            return Outcome(Result.PERMANENT, "bad-address")
        except HTTPError as error:
            return _refused(int(error.status_code))
        except URLError as error:
            # Raised while connecting or handing over the request; the answer was not awaited yet.
            if isinstance(error.reason, ConnectionResetError | BrokenPipeError):
                return Outcome(Result.AMBIGUOUS, "cut")
            return Outcome(Result.TEMPORARY, _short(error.reason))
        except (OSError, http.client.HTTPException) as error:
            # The request is out; what became of it nobody said.
            return Outcome(Result.AMBIGUOUS, _short(error))
        if answer.status_code in (200, 202):
            return Outcome(Result.DELIVERED)
        return _refused(int(answer.status_code))


def _refused(status: int) -> Outcome:
    if status in (401, 403):
        return Outcome(Result.TECHNICAL, f"http-{status}")
    if status in (408, 429) or status >= 500:
        return Outcome(Result.TEMPORARY, f"http-{status}")
    return Outcome(Result.PERMANENT, f"http-{status}")


def _short(error: object) -> str:
    if isinstance(error, socket.gaierror):
        return "name"
    return type(error).__name__


def _request(mail: Mail) -> dict[str, Any]:
    to = {"email": checked_address(mail.to.address)}
    if name := one_line(mail.to.name):
        to["name"] = name
    request: dict[str, Any] = {
        "personalizations": [{"to": [to], "custom_args": {"notice_id": str(mail.notice_id)}}],
        "from": {"email": mail.sender.address, "name": mail.sender.name},
        "subject": one_line(mail.subject),
        "content": [
            {"type": "text/plain", "value": mail.text},
            {"type": "text/html", "value": mail.html},
        ],
        "headers": {"Message-ID": mail.message_id, "Auto-Submitted": "auto-generated"},
        "tracking_settings": {
            "click_tracking": {"enable": False, "enable_text": False},
            "open_tracking": {"enable": False},
            "subscription_tracking": {"enable": False},
        },
    }
    attached = []
    if mail.ticket_png is not None:
        attached.append(
            _attachment(mail.ticket_png, "image/png", "ve.png")
            | {"disposition": "inline", "content_id": TICKET_IMAGE}
        )
    if mail.calendar is not None:
        kind = f"text/calendar; method={mail.calendar_method}; charset=utf-8"
        attached.append(
            _attachment(mail.calendar, kind, "lich.ics") | {"disposition": "attachment"}
        )
    if attached:
        request["attachments"] = attached
    return request


def _attachment(content: bytes, kind: str, filename: str) -> dict[str, Any]:
    return {
        "content": base64.b64encode(content).decode(),
        "type": kind,
        "filename": filename,
    }

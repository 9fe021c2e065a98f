"""Mails by SendGrid, to a server that checks every request as strictly as its description, and misbehaves."""

from __future__ import annotations

import base64
import json
import os
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from referencing import Registry
from referencing.jsonschema import DRAFT202012

from services.notifications.mailers import SendGridMailer
from services.notifications.models import Result
from tests.service.notifications.conftest import Notifications
from tests.service.notifications.test_mails import mail
from tests.service.notifications.test_smtp import free_port

KEY = "SG.a-test-key"
KNOWN = {
    "personalizations",
    "from",
    "subject",
    "content",
    "headers",
    "tracking_settings",
    "attachments",
}
# What the description refers to in files that it was published without.
_PERSON = {
    "type": "object",
    "properties": {
        "email": {"type": "string", "minLength": 3},
        "name": {"type": "string", "minLength": 1},
    },
    "required": ["email"],
    "additionalProperties": False,
}
ELSEWHERE: Registry = Registry().with_resource(
    "../../components/schemas.json",
    DRAFT202012.create_resource(
        {
            "from_email_object": _PERSON,
            "reply_to_email_object": _PERSON,
            "to_email_array": {"type": "array", "items": _PERSON, "minItems": 1},
            "cc_bcc_email_object": {"type": "array", "items": _PERSON},
        }
    ),
)


class FakeSendGrid(ThreadingHTTPServer):
    """`behaviour` holds what to do with the next requests: a status, "stall", "cut" (after accepting)."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Answer)
        self.accepted: list[dict[str, Any]] = []
        self.faults: list[str] = []
        self.behaviour: list[int | str] = []
        self.released = threading.Event()
        self.schema = _schema()

    @property
    def host(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}"

    def check(self, path: str, headers: Any, body: dict[str, Any]) -> list[str]:
        """What is wrong with a request: by the description, and beyond it where that is lax."""
        wrong = []
        if path != "/v3/mail/send" or headers["Content-Type"] != "application/json":
            wrong.append("address or kind")
        if headers["Authorization"] != f"Bearer {KEY}":
            wrong.append("key")
        wrong += [f"unknown: {name}" for name in set(body) - KNOWN]
        if [part["type"] for part in body["content"]] != ["text/plain", "text/html"]:
            wrong.append("order of the parts")
        tracking = body["tracking_settings"]
        if any(tracking[kind]["enable"] for kind in ("click_tracking", "open_tracking")):
            wrong.append("tracking")
        for attachment in body.get("attachments", []):
            base64.b64decode(attachment["content"], validate=True)
        if self.schema is not None:
            checked = jsonschema.Draft202012Validator(self.schema, registry=ELSEWHERE)
            wrong += [error.message for error in checked.iter_errors(body)]
        return wrong


class Answer(BaseHTTPRequestHandler):
    server: FakeSendGrid

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        self.server.faults += self.server.check(self.path, self.headers, body)
        step = self.server.behaviour.pop(0) if self.server.behaviour else 202
        if step in (202, "stall", "cut"):
            self.server.accepted.append(body)
        if step == "stall":
            self.server.released.wait(10)
            return
        if step == "cut":
            self.close_connection = True
            return
        assert isinstance(step, int)
        self.send_response(step)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_: Any) -> None:
        pass


def _schema() -> dict[str, Any] | None:
    folder = os.environ.get("CONFORMANCE_DATA")
    if not folder:
        return None
    described = json.loads((Path(folder) / "sendgrid/mail_send.json").read_text("utf-8"))
    body = described["mail_send"]["post"]["requestBody"]["content"]["application/json"]
    return dict(body["schema"])


@pytest.fixture
def sendgrid(monkeypatch: pytest.MonkeyPatch) -> Iterator[FakeSendGrid]:
    monkeypatch.setenv("no_proxy", "127.0.0.1")
    server = FakeSendGrid()
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield server
    server.released.set()
    server.shutdown()
    server.server_close()
    assert server.faults == []


def mailer(sendgrid: FakeSendGrid) -> SendGridMailer:
    return SendGridMailer(KEY, host=sendgrid.host, timeout=1.0)


def test_a_mail_is_handed_over_as_the_description_wants_it(sendgrid: FakeSendGrid) -> None:
    """With the notice's id, without tracking, the ticket inline and the calendar attached."""
    calendar = b"BEGIN:VCALENDAR\r\nMETHOD:REQUEST\r\nEND:VCALENDAR\r\n"
    made = mail(ticket_png=b"\x89PNG", calendar=calendar)
    outcome = mailer(sendgrid).send(made)

    assert outcome.result is Result.DELIVERED
    (request,) = sendgrid.accepted
    (person,) = request["personalizations"]
    assert person["to"] == [{"email": "anh@example.org", "name": "Nguyễn Thị Ánh"}]
    assert person["custom_args"] == {"notice_id": str(made.notice_id)}
    assert request["headers"]["Message-ID"] == made.message_id
    ticket, attached = request["attachments"]
    assert (ticket["disposition"], ticket["content_id"]) == ("inline", "ve@doithoai")
    assert attached["type"] == "text/calendar; method=REQUEST; charset=utf-8"
    assert base64.b64decode(attached["content"]) == calendar


@pytest.mark.parametrize(
    ("behaviour", "result"),
    [
        (429, Result.TEMPORARY),
        (500, Result.TEMPORARY),
        (503, Result.TEMPORARY),
        (400, Result.PERMANENT),
        (413, Result.PERMANENT),
        (401, Result.TECHNICAL),
        (403, Result.TECHNICAL),
        ("stall", Result.AMBIGUOUS),
        ("cut", Result.AMBIGUOUS),
    ],
)
def test_each_misbehaviour_is_told_apart(
    sendgrid: FakeSendGrid, behaviour: int | str, result: Result
) -> None:
    """Later, never, stop everything, or nobody knows."""
    sendgrid.behaviour = [behaviour]

    assert mailer(sendgrid).send(mail()).result is result


def test_a_refused_connection_is_tried_again(monkeypatch: pytest.MonkeyPatch) -> None:
    """The library raises urllib's own error for it."""
    monkeypatch.setenv("no_proxy", "127.0.0.1")
    away = SendGridMailer(KEY, host=f"http://127.0.0.1:{free_port()}", timeout=1.0)

    assert away.send(mail()).result is Result.TEMPORARY


def test_nothing_is_dropped_and_nothing_doubled_while_sendgrid_misbehaves(
    start: Any, sendgrid: FakeSendGrid
) -> None:
    """60 mails, every fifth 429, every tenth 500, some cut after they were accepted."""
    notifications: Notifications = start(sendgrid_api_key=KEY, sendgrid_host=sendgrid.host)
    sendgrid.behaviour = [
        "cut" if n % 17 == 0 else 500 if n % 10 == 0 else 429 if n % 5 == 0 else 202
        for n in range(1, 61)
    ]
    event = notifications.publish()
    for _ in range(60):
        notifications.registered(event, notifications.somebody())
    for _ in range(6):
        notifications.work()
        notifications.clock.advance(minutes=1)

    statuses = notifications.notices("status")
    assert statuses.count("ambiguous") == 3
    assert statuses.count("delivered") == 57
    sent = [one["personalizations"][0]["custom_args"]["notice_id"] for one in sendgrid.accepted]
    assert len(sent) == len(set(sent)) == 60


def test_a_wrong_key_stops_the_line_and_the_mails_wait(start: Any, sendgrid: FakeSendGrid) -> None:
    """No more than the few that were on their way are refused."""
    notifications: Notifications = start(sendgrid_api_key=KEY, sendgrid_host=sendgrid.host)
    sendgrid.behaviour = [401] * 30
    event = notifications.publish()
    for _ in range(30):
        notifications.registered(event, notifications.somebody())
    notifications.worker().run_once()

    assert 30 - len(sendgrid.behaviour) <= 4
    assert set(notifications.notices("status")) == {"created", "technical-failure"}
    assert None not in notifications.notices("next_attempt_at")

"""The gateway of `doithoai up`: what it passes on, and what it says itself."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from werkzeug.test import Client

from deploy.gateway import Gateway
from deploy.up import free_port
from tests.support.echo import echo

SERVICES = ("community", "events", "registrations", "notifications")


@pytest.fixture(scope="module")
def behind() -> Iterator[str]:
    with echo() as port:
        yield f"http://127.0.0.1:{port}"


@pytest.fixture(scope="module")
def gateway(behind: str) -> Client:
    return Client(Gateway(behind, dict.fromkeys(SERVICES, behind)))


@pytest.mark.parametrize(
    ("path", "behind_it"),
    [
        ("/su-kien/1?trang=2", "/su-kien/1?trang=2"),
        ("/api/events/v1/events?q=%C4%91%E1%BB%91i", "/v1/events?q=%C4%91%E1%BB%91i"),
        ("/%C4%91%20x", "/%C4%91%20x"),
    ],
)
def test_addresses_are_passed_on_as_they_are(gateway: Client, path: str, behind_it: str) -> None:
    """Without the prefix of the service, and with all their letters."""
    assert gateway.get(path).json["path"] == behind_it


def test_the_whole_way_of_a_request_is_passed_on(gateway: Client) -> None:
    """/outbox is shown only where all of it lies on this machine, also with another proxy in front."""
    sent = {"X-Forwarded-For": "203.0.113.9", "Forwarded": "for=203.0.113.9"}
    told = gateway.get("/outbox", headers=sent, environ_base={"REMOTE_ADDR": "127.0.0.1"}).json

    assert told["X-Forwarded-For"] == "203.0.113.9, 127.0.0.1"
    assert told["Forwarded"] == "for=203.0.113.9"


@pytest.mark.parametrize("path", ["/metrics", "/api/events/metrics", "/api", "/api/nobody/v1/x"])
def test_what_is_nobodys_or_not_to_be_shown_is_a_problem_in_the_callers_language(
    gateway: Client, path: str
) -> None:
    """As in the other deployments."""
    titles = {"vi": "Không tìm thấy", "en": "Not found"}
    for language, title in titles.items():
        answer = gateway.get(path, headers={"Accept-Language": language})
        assert (answer.status_code, answer.content_type) == (404, "application/problem+json")
        assert (answer.json["type"], answer.json["title"]) == ("/problems/not-found", title)


def test_a_service_that_is_away_is_a_problem_and_a_portal_that_is_away_a_sentence() -> None:
    """Both say that it is worth trying again."""
    nobody = f"http://127.0.0.1:{free_port()}"
    gateway = Client(Gateway(nobody, dict.fromkeys(SERVICES, nobody)))
    service, portal = gateway.get("/api/events/v1/events"), gateway.get("/")

    assert (service.status_code, service.json["type"]) == (503, "/problems/away")
    assert (portal.status_code, portal.mimetype) == (503, "text/plain")
    assert {answer.headers["Retry-After"] for answer in (service, portal)} == {"5"}

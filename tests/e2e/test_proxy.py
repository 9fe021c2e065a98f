"""The proxy's configuration, run by a real nginx: what it says itself, and what it tells those behind it."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Callable, Iterator

import httpx2
import pytest

from deploy.up import free_port
from shared.http.problems import Away, NotFound
from shared.text import Text
from tests.support.commands import ROOT
from tests.support.echo import echo
from tests.support.waiting import until

PROXY = ROOT / "deploy" / "proxy"
LANGUAGES = [
    ("", "vi"),
    ("vi", "vi"),
    ("vi-VN,vi;q=0.9,en;q=0.8", "vi"),
    ("fr", "vi"),
    ("en", "en"),
    ("en-GB,en;q=0.9,vi;q=0.8", "en"),
    ("fr,en;q=0.8", "en"),
]
pytestmark = pytest.mark.skipif(shutil.which("nginx") is None, reason="nginx is not here")
Start = Callable[..., httpx2.Client]


@pytest.fixture(scope="module")
def behind() -> Iterator[int]:
    """The port of what stands for every service and the portal."""
    with echo() as port:
        yield port


@pytest.fixture(scope="module")
def start(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Start]:
    """Starts the proxy of the composed deployment in front of a port of this machine."""
    running: list[subprocess.Popen[bytes]] = []

    def start_(port_behind: int, *, scheme: str = "scheme.conf") -> httpx2.Client:
        folder, port = tmp_path_factory.mktemp("proxy"), free_port()
        written = (PROXY / "nginx.conf").read_text()
        for ours, here in (
            ("listen 8080", f"listen 127.0.0.1:{port}"),
            ("http://${service}-api:8000", f"http://127.0.0.1:{port_behind}"),
            ("http://$portal:8000", f"http://127.0.0.1:{port_behind}"),
            (" /tmp/", f" {folder}/"),
            ("worker_processes auto", "worker_processes 1"),
        ):
            assert ours in written
            written = written.replace(ours, here)
        (folder / "nginx.conf").write_text(written)
        shutil.copy(PROXY / scheme, folder / "scheme.conf")
        # As root it would hand its work to somebody who may not write into the folder of the tests.
        as_we = "user root; " if os.getuid() == 0 else ""
        command = [
            "nginx",
            "-e",
            "stderr",
            "-g",
            f"{as_we}daemon off;",
            "-c",
            folder / "nginx.conf",
        ]
        log = (folder / "log").open("wb")
        running.append(subprocess.Popen(command, stdout=log, stderr=log))
        client = httpx2.Client(base_url=f"http://127.0.0.1:{port}", trust_env=False)
        until(lambda: answers(client), what="the proxy")
        return client

    yield start_
    for process in running:
        process.terminate()
        process.wait(timeout=10)


@pytest.fixture(scope="module")
def proxy(start: Start, behind: int) -> httpx2.Client:
    return start(behind)


@pytest.fixture(scope="module")
def nobody_behind(start: Start) -> httpx2.Client:
    return start(free_port())


def answers(client: httpx2.Client) -> bool:
    try:
        return client.get("/metrics").status_code == 404
    except httpx2.TransportError:
        return False


def test_what_is_for_the_machines_inside_is_not_shown(proxy: httpx2.Client) -> None:
    """A page's address is answered with a sentence, an API's with a problem."""
    for path in ("/metrics", "/outbox", "/outbox/1"):
        answer = proxy.get(path)
        assert (answer.status_code, answer.text.count("\n")) == (404, 1)
        assert answer.headers["Content-Type"] == "text/plain; charset=utf-8"
    assert proxy.get("/api/community/metrics").json()["type"] == "/problems/not-found"


@pytest.mark.parametrize(("wanted", "language"), LANGUAGES)
def test_its_own_problems_are_those_of_the_services_in_the_callers_language(
    proxy: httpx2.Client, nobody_behind: httpx2.Client, wanted: str, language: str
) -> None:
    """The same types and titles, and Vietnamese unless English is wanted before it."""
    headers, path = {"Accept-Language": wanted}, "/api/events/v1/events"
    missing = proxy.get("/api/nobody/v1", headers=headers)
    large = proxy.post(path, content=b"x" * (1024 * 1024 + 1), headers=headers)
    away = nobody_behind.get(path, headers=headers)

    too_large = Text("Nội dung quá lớn", "The body is too large")
    for answer, status, type_, title in (
        (missing, 404, "not-found", NotFound.title),
        (large, 413, "request-entity-too-large", too_large),
        (away, 503, "away", Away.title),
    ):
        told = answer.json()
        assert (answer.status_code, told["status"]) == (status, status)
        assert (told["type"], told["title"]) == (f"/problems/{type_}", title.say(language))
        assert answer.headers["Content-Type"] == "application/problem+json"
        assert answer.headers["Vary"] == "Accept-Language"
    assert away.headers["Retry-After"] == "5"


AN_ID = "01a211bd-b7bf-76cd-8e0e-0e9c94f3f724"


@pytest.mark.parametrize(
    "path",
    [
        "/to-chuc/nhap",
        "/api/events/v1/imports",
        f"/to-chuc/su-kien/{AN_ID}/nhap-danh-sach",
        f"/api/registrations/v1/offers/{AN_ID}/imports",
    ],
)
def test_files_of_ten_mebibytes_pass_where_they_are_taken_and_nowhere_else(
    proxy: httpx2.Client, path: str
) -> None:
    """By the portal's form and by the API."""
    a_file, more = b"x" * (10 * 1024 * 1024), b"x" * (12 * 1024 * 1024)

    assert proxy.post(path, content=a_file).json()["Content-Length"] == str(len(a_file))
    assert proxy.post(path, content=more).status_code == 413
    for other in (
        "/",
        "/to-chuc",
        f"{path}/x",
        "/api/events/v1/events",
        "/api/community/v1/imports",
    ):
        assert proxy.post(other, content=a_file).status_code == 413, other
    assert proxy.get("/api/events/v1/imports").json()["path"] == "/v1/imports"
    of_a_list = f"/v1/offers/{AN_ID}/imports"
    assert proxy.get(f"/api/registrations{of_a_list}").json()["path"] == of_a_list


def test_answers_of_the_services_pass_as_they_are(proxy: httpx2.Client) -> None:
    """A 404 of theirs is not the proxy's."""
    answer = proxy.get("/api/events/v1/missing")

    assert answer.status_code == 404
    assert answer.json()["path"] == "/v1/missing"


def test_what_callers_say_about_themselves_is_replaced(proxy: httpx2.Client) -> None:
    """Anybody may send these headers."""
    said = {"X-Forwarded-Proto": "https", "X-Forwarded-For": "127.0.0.1", "Forwarded": "for=::1"}
    told = proxy.get("/api/events/v1/events", headers=said).json()

    assert told["X-Forwarded-Proto"] == "http"
    assert told["X-Forwarded-Prefix"] == "/api/events"
    assert "Forwarded" not in told


def test_behind_tls_the_scheme_of_the_one_in_front_is_passed_on(start: Start, behind: int) -> None:
    """With PROXY_BEHIND_TLS; only the one word is believed."""
    proxy = start(behind, scheme="scheme-behind-tls.conf")

    def told(**headers: str) -> str:
        sent = {name.replace("_", "-"): value for name, value in headers.items()}
        return str(proxy.get("/", headers=sent).json()["X-Forwarded-Proto"])

    assert told(X_Forwarded_Proto="https") == "https"
    assert [told(), told(X_Forwarded_Proto="gopher")] == ["http", "http"]

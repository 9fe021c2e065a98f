"""`doithoai serve` as it stands before the world: its public address, what it shows to whom, and its folder."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from email import message_from_bytes
from email.policy import default
from pathlib import Path

import httpx2
import pytest

from deploy.up import free_port
from tests.support.commands import ROOT, doithoai, environment, is_refused_in_one_line
from tests.support.waiting import until

PUBLIC = "https://doithoai.example"
# As a proxy on this machine says where a request came from.
HERE, ELSEWHERE = {"X-Forwarded-For": "127.0.0.1"}, {"X-Forwarded-For": "203.0.113.9"}
SERVICES = ("community", "events", "registrations", "notifications")


@dataclass(frozen=True)
class Served:
    """The running platform, with what it said before it answered."""

    http: httpx2.Client
    data: Path
    said: list[str]


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    data, port = tmp_path_factory.mktemp("serve") / "data", free_port()
    command = [sys.executable, "-m", "deploy.cli", "serve", "--data", str(data)]
    with subprocess.Popen(
        [*command, "--port", str(port)],
        cwd=ROOT,
        env=environment(PUBLIC_URL=PUBLIC + "/", PYTHONUNBUFFERED="1"),
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    ) as process:
        try:
            assert process.stdout is not None
            said = [process.stdout.readline().strip() for _ in range(2)]
            with httpx2.Client(base_url=f"http://127.0.0.1:{port}", trust_env=False) as http:
                yield Served(http, data, said)
        finally:
            process.terminate()
            ended = process.wait(timeout=15)
    assert ended == 0


def test_who_starts_it_without_a_mailer_is_told_where_mails_stay(served: Served) -> None:
    """One line before the address: otherwise the first visitor waits for a mail that never comes."""
    mails, address = served.said

    assert str(served.data / "outbox") in mails
    assert "SMTP_HOST or SENDGRID_API_KEY" in mails
    assert address.startswith("http://127.0.0.1:")


def test_links_in_mails_lead_to_the_public_address(served: Served) -> None:
    """Not to the one that the process listens on."""
    body = {"email": "ada@example.org", "language": "vi", "browser": "0" * 64}
    headers = {"Idempotency-Key": "once"}
    asked = served.http.post("/api/community/v1/sign-ins", json=body, headers=headers)
    assert asked.is_success, asked.text

    def mails() -> str:
        found = [path.read_bytes() for path in (served.data / "outbox").glob("*.eml")]
        parts = [message_from_bytes(mail, policy=default).get_body(("plain",)) for mail in found]
        return "".join(part.get_content() for part in parts if part is not None)

    until(mails, what="the sign-in mail")
    assert f"{PUBLIC}/" in mails()
    assert "127.0.0.1" not in mails()


def test_an_https_address_makes_cookies_secure_and_asks_browsers_for_https(served: Served) -> None:
    """Whatever the proxy in front says or forgets to say: TLS ends before it."""
    page = served.http.get("/dang-nhap")

    assert page.status_code == 200
    assert "Secure" in page.headers["Set-Cookie"]
    assert page.headers["Strict-Transport-Security"] == "max-age=31536000"


@pytest.mark.parametrize("path", ["/metrics", *(f"/api/{one}/metrics" for one in SERVICES)])
def test_figures_are_for_this_machine_alone(served: Served, path: str) -> None:
    """As in front of containers; also where a proxy on this machine passes the request on."""

    def status(headers: dict[str, str]) -> int:
        return served.http.get(path, headers=headers).status_code

    assert [status({}), status(HERE)] == [200, 200]
    assert [status(ELSEWHERE), status({"Forwarded": "for=203.0.113.9"})] == [404, 404]


@pytest.mark.parametrize(
    ("language", "title"), [("vi", "Không tìm thấy"), ("en-GB,en;q=0.9", "Not found")]
)
@pytest.mark.parametrize("path", ["/api", "/api/", "/api/nobody/v1/things", "/api/communityx/v1"])
def test_an_address_of_no_service_is_answered_with_a_problem(
    served: Served, path: str, language: str, title: str
) -> None:
    """A program asked; a page is no answer to it."""
    answer = served.http.get(path, headers={"Accept-Language": language})

    assert answer.status_code == 404
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert (answer.json()["type"], answer.json()["title"]) == ("/problems/not-found", title)


@pytest.mark.parametrize("command", ["serve", "demo"])
def test_its_folder_is_private_and_its_own(served: Served, command: str) -> None:
    """Neither a second platform nor a demo starts on it, and nothing of it is lost."""
    assert served.data.stat().st_mode & 0o777 == 0o700

    done = doithoai(command, "--data", str(served.data), "--port", str(free_port()))

    assert is_refused_in_one_line(done), done.stderr
    assert "--data" in done.stderr
    assert served.http.get("/api/community/readyz").status_code == 200

"""What `doithoai up` gives to the processes that it starts."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from deploy.mailing import mail_variables, where_mails_stay
from deploy.up import Composed, Options
from tests.support.waiting import until

ROOT = Path(__file__).resolve().parents[2]
# Starts one part and is then killed, as `doithoai up` may be.
PARENT = """
import sys, time
from pathlib import Path
from deploy.up import Part
part = Part("one", ["sleep", "60"], {"PATH": "/usr/bin:/bin"}, "", Path(sys.argv[1]))
part.start()
print(part.process.pid, flush=True)
time.sleep(60)
"""


def composed(tmp_path: Path, **options: object) -> Composed:
    where = {"database_url": "postgresql://127.0.0.1/postgres", "broker_url": "amqp://127.0.0.1/"}
    return Composed(Options(data=tmp_path, **where, **options), say=lambda _: None)


def test_settings_of_mails_reach_notifications_and_nobody_else(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A secret that is in a file stays in the file."""
    monkeypatch.setenv("SMTP_HOST", "mail.example")
    monkeypatch.setenv("SMTP_PASSWORD_FILE", "/run/secrets/smtp_password")
    monkeypatch.setenv("MAIL_FROM", "Đối Thoại <thu@doithoai.example>")
    parts = composed(tmp_path, mail=mail_variables()).parts

    given = parts["notifications.work"].environment
    assert given["SMTP_HOST"] == "mail.example"
    assert given["SMTP_PASSWORD_FILE"] == "/run/secrets/smtp_password"
    assert given["MAIL_FROM"] == "Đối Thoại <thu@doithoai.example>"
    assert [name for name, part in parts.items() if "SMTP_HOST" in part.environment] == [
        f"notifications.{role}" for role in ("api", "relay", "consume", "work")
    ]


@pytest.mark.parametrize(
    ("set_to", "told"),
    [("", "http://127.0.0.1:8001"), ("https://doithoai.example", "https://doithoai.example")],
)
def test_every_process_knows_the_public_address(tmp_path: Path, set_to: str, told: str) -> None:
    """The one that was set, else the one that the platform listens on."""
    parts = composed(tmp_path, port=8001, public_url=set_to).parts

    assert {part.environment["PUBLIC_URL"] for part in parts.values()} == {told}


def test_who_starts_a_platform_without_a_mailer_is_told_what_that_means() -> None:
    """Where the mails are, and what to set; nothing where mails leave."""
    where, address = Path("data"), "http://127.0.0.1:8000"
    said = where_mails_stay({}, data=where, demo=False, address=address)
    in_a_demo = where_mails_stay({}, data=where, demo=True, address=address)

    assert said is not None
    assert all(word in said for word in ("data/outbox", "SMTP_HOST", "SENDGRID_API_KEY", "DEMO=1"))
    assert in_a_demo is not None
    assert "http://127.0.0.1:8000/outbox" in in_a_demo
    assert "\n" not in said + in_a_demo
    for leaves in ({"smtp_host": "mail.example"}, {"sendgrid_api_key": "key"}):
        assert where_mails_stay(leaves, data=where, demo=False, address=address) is None


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="the kernel's own way")
def test_processes_end_with_the_one_that_started_them_even_by_kill_9(tmp_path: Path) -> None:
    """None is left behind to answer on a port, or to relay beside a second one."""
    command = [sys.executable, "-c", PARENT, str(tmp_path / "log")]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as parent:
        assert parent.stdout is not None
        child = int(parent.stdout.readline())
        try:
            until(lambda: "sleep" in command_of(child), what="the part")
            parent.kill()
            parent.wait()
            until(lambda: not command_of(child), seconds=5, what="the end of the part")
        finally:
            if command_of(child):
                os.kill(child, signal.SIGKILL)


def command_of(pid: int) -> str:
    """What a process runs; nothing where it has ended (or waits for its parent to notice)."""
    try:
        return Path(f"/proc/{pid}/cmdline").read_text()
    except (FileNotFoundError, ProcessLookupError):
        return ""

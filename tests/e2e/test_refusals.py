"""What cannot be done is refused in one clear line: why, and what to do."""

from __future__ import annotations

import os
import socket
from pathlib import Path

import pytest

from deploy.up import free_port
from tests.support.commands import doithoai, is_refused_in_one_line, keys_of_community, python


def test_a_port_that_is_used_is_said_in_one_line(tmp_path: Path) -> None:
    """With what to do about it."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        done = doithoai("serve", "--data", str(tmp_path), "--port", str(taken.getsockname()[1]))

    assert is_refused_in_one_line(done), done.stderr
    assert "PORT=" in done.stderr


@pytest.mark.parametrize("command", ["serve", "demo", "up"])
@pytest.mark.parametrize("port", ["0", "99999", "-1"])
def test_a_port_that_there_is_not_is_said_in_one_line(
    tmp_path: Path, command: str, port: str
) -> None:
    """By every command that listens."""
    done = doithoai(command, "--data", str(tmp_path / "data"), f"--port={port}")

    assert is_refused_in_one_line(done), done.stderr
    assert "PORT=" in done.stderr


def test_a_folder_that_cannot_be_written_is_said_in_one_line(tmp_path: Path) -> None:
    """A file stands where the folder should be."""
    (tmp_path / "file").write_text("")
    done = doithoai("serve", "--data", str(tmp_path / "file" / "data"), "--port", str(free_port()))

    assert is_refused_in_one_line(done), done.stderr
    assert "--data" in done.stderr


def test_the_demo_leaves_a_folder_alone_that_is_not_its_own(tmp_path: Path) -> None:
    """It begins anew each time, so it must be sure whose folder it empties."""
    (tmp_path / "letters.txt").write_text("keep me")
    done = doithoai("demo", "--data", str(tmp_path), "--port", str(free_port()))

    assert is_refused_in_one_line(done), done.stderr
    assert [path.name for path in tmp_path.iterdir()] == ["letters.txt"]


@pytest.mark.parametrize("address", ["not a mail", "", "ada", "a@example.org\nBcc: x@example.org"])
def test_an_administrator_without_a_mail_address_is_refused(tmp_path: Path, address: str) -> None:
    """Nobody could ever sign in with it."""
    (tmp_path / "community.db").touch()
    url = {"DATABASE_URL": f"sqlite:///{tmp_path / 'community.db'}"}
    by_folder = doithoai("admin", "create", address, "--data", str(tmp_path))
    by_service = python("-m", "services.community", "admin", address, **url, **keys_of_community())

    for done in (by_folder, by_service):
        assert is_refused_in_one_line(done), done.stderr
        assert "is no mail address" in done.stderr


def test_an_administrator_of_no_platform_leaves_nothing_behind(tmp_path: Path) -> None:
    """Somebody mistyped the folder."""
    done = doithoai("admin", "create", "ada@example.org", "--data", str(tmp_path))

    assert is_refused_in_one_line(done), done.stderr
    assert "doithoai serve" in done.stderr
    assert list(tmp_path.iterdir()) == []


def test_a_key_that_cannot_be_used_is_said_in_one_line(tmp_path: Path) -> None:
    """By what serves a folder and by a service's own process."""
    (tmp_path / "secrets").mkdir()
    (tmp_path / "secrets" / "signing_key").touch()
    whole = doithoai("serve", "--data", str(tmp_path), "--port", str(free_port()))
    broken = keys_of_community() | {"SIGNING_KEY": "broken"}
    one = python("-m", "services.community", "api", DATABASE_URL="sqlite:///x.db", **broken)

    assert is_refused_in_one_line(whole), whole.stderr
    assert "signing_key is empty" in whole.stderr
    assert is_refused_in_one_line(one), one.stderr
    assert "SIGNING_KEY: not an Ed25519 private key" in one.stderr


@pytest.mark.parametrize("command", ["serve", "up"])
@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("PUBLIC_URL", "doithoai.example"),
        ("PUBLIC_URL", "https://doithoai.example/portal"),
        ("SMTP_PORT", "many"),
        ("MAIL_FROM", "nobody"),
    ],
)
def test_a_setting_that_cannot_be_used_is_said_in_one_line(
    tmp_path: Path, command: str, name: str, value: str
) -> None:
    """Before anything is made or started."""
    done = doithoai(command, "--data", str(tmp_path / "data"), **{name: value})

    assert is_refused_in_one_line(done), done.stderr
    assert name in done.stderr
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("role", ["api", "work"])
def test_a_process_whose_mails_would_all_fail_does_not_start(tmp_path: Path, role: str) -> None:
    """Its workers would fail at it again and again."""
    url = {"DATABASE_URL": f"sqlite:///{tmp_path / 'notifications.db'}", "MAIL_FROM": "nobody"}
    done = python("-m", "services.notifications", role, **url)

    assert is_refused_in_one_line(done), done.stderr
    assert "MAIL_FROM" in done.stderr


def test_a_secret_in_a_file_that_is_missing_is_said_in_one_line(tmp_path: Path) -> None:
    """As in a container whose secrets were not mounted."""
    away = keys_of_community() | {"DATABASE_URL_FILE": str(tmp_path / "away")}
    done = python("-m", "services.community", "migrate", **away)

    assert is_refused_in_one_line(done), done.stderr
    assert "DATABASE_URL_FILE" in done.stderr


def test_up_without_a_broker_is_said_in_one_line(tmp_path: Path) -> None:
    """At once, with where it was looked for and without the password."""
    where = f"amqp://guest:hush@127.0.0.1:{free_port()}/"
    done = doithoai("up", "--data", str(tmp_path), "--port", str(free_port()), BROKER_URL=where)

    assert is_refused_in_one_line(done), done.stderr
    assert "RabbitMQ does not answer" in done.stderr
    assert "hush" not in done.stderr


@pytest.mark.rabbitmq
def test_up_without_a_database_is_said_in_one_line(tmp_path: Path) -> None:
    """With the server's own reason."""
    where = {
        "BROKER_URL": os.environ["BROKER_URL"],
        "DATABASE_URL": f"postgresql://postgres:hush@127.0.0.1:{free_port()}/postgres",
    }
    done = doithoai("up", "--data", str(tmp_path), "--port", str(free_port()), **where)

    assert is_refused_in_one_line(done), done.stderr
    assert "PostgreSQL cannot be used" in done.stderr
    assert "hush" not in done.stderr

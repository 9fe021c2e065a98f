"""The command line as a newcomer types it: the demo walks the main job, the first administrator, tidying up."""

from __future__ import annotations

import json
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import psycopg
import pytest

from deploy.up import free_port
from tests.support.commands import ROOT, doithoai, environment, keys_of_community, python
from tests.support.databases import dsn


@pytest.mark.slow
def test_the_demo_walks_the_main_job_and_exits_0() -> None:
    """Every step is printed; the process ends by itself."""
    done = doithoai("demo", "--once", "--port", str(free_port()))

    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.count("✓") >= 11
    assert "7 đăng ký một buổi có chỗ phân bổ, 3 người chờ" in done.stdout
    assert "✗" not in done.stdout


def test_the_first_administrator_is_made_by_the_service_alone(tmp_path: Path) -> None:
    """An image holds nothing of `deploy`. The database need not be migrated before, and twice is once."""
    command = ("-m", "services.community", "admin", "ada@example.org", "--name", "Ada")
    url = f"sqlite:///{tmp_path / 'community.db'}"

    done = [python(*command, DATABASE_URL=url, **keys_of_community()) for _ in range(2)]

    assert [one.returncode for one in done] == [0, 0], done[0].stderr
    with closing(sqlite3.connect(tmp_path / "community.db")) as connection:
        admins = connection.execute("SELECT email, name FROM people WHERE admin").fetchall()
    assert admins == [("ada@example.org", "Ada")]


@pytest.mark.postgres
def test_an_administrator_can_be_made_before_the_first_migration(
    scratch_database: Callable[[], str],
) -> None:
    """The database is brought up to date on the way."""
    url = scratch_database()

    done = doithoai("admin", "create", "ada@example.org", DATABASE_URL=url)

    assert done.returncode == 0, done.stderr
    with psycopg.connect(dsn(url)) as connection:
        admins = connection.execute("SELECT email FROM people WHERE admin").fetchall()
    assert admins == [("ada@example.org",)]


def test_the_worker_warns_once_that_no_mail_leaves(tmp_path: Path) -> None:
    """In its log, where containers are looked after."""
    settings = {
        "DATABASE_URL": f"sqlite:///{tmp_path / 'notifications.db'}",
        "DATA_DIR": str(tmp_path),
        "HEALTH_PORT": str(free_port()),
    }
    assert python("-m", "services.notifications", "migrate", **settings).returncode == 0
    command = [sys.executable, "-m", "services.notifications", "work"]
    with subprocess.Popen(
        command, cwd=ROOT, env=environment(**settings), stderr=subprocess.PIPE, text=True
    ) as process:
        assert process.stderr is not None
        first = json.loads(process.stderr.readline())
        process.terminate()
        rest = process.stderr.read()

    assert first["level"] == "warning"
    assert "SMTP_HOST" in first["event"]
    assert first["folder"] == str(tmp_path / "outbox")
    assert "SMTP_HOST" not in rest


def test_make_clean_keeps_the_keys_of_databases_that_stay(tmp_path: Path) -> None:
    """Without them every session and every ticket in those databases would be void."""
    shutil.copy(ROOT / "Makefile", tmp_path)
    for folder in ("services", "shared", "deploy", "tests", "build/demo", "build/up/secrets"):
        (tmp_path / folder).mkdir(parents=True)
    done = subprocess.run(
        ["make", "clean"], cwd=tmp_path, capture_output=True, text=True, timeout=60, check=True
    )

    assert [path.name for path in (tmp_path / "build").iterdir()] == ["up"]
    assert (tmp_path / "build" / "up" / "secrets").is_dir()
    assert "build/up" in done.stdout


@pytest.mark.skipif(shutil.which("docker-compose") is None, reason="docker-compose is not here")
def test_the_public_address_of_containers_follows_the_port_of_their_proxy() -> None:
    """Unless it is set itself."""
    assert public_urls() == {"http://127.0.0.1:8000"}
    assert public_urls(PROXY_PORT="9000") == {"http://127.0.0.1:9000"}
    set_itself = {"PROXY_PORT": "9000", "PUBLIC_URL": "https://doithoai.example"}
    assert public_urls(**set_itself) == {"https://doithoai.example"}


def public_urls(**variables: str) -> set[str]:
    """What the containers are told."""
    done = subprocess.run(
        ["docker-compose", "-f", "docker-compose.yml", "config", "--format", "json"],
        cwd=ROOT,
        env=environment(**variables),
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    services = json.loads(done.stdout)["services"].values()
    told = [service.get("environment") or {} for service in services]
    return {one["PUBLIC_URL"] for one in told if "PUBLIC_URL" in one}

"""The command line as a newcomer types it: the demo walks the main job, and refuses in one clear line."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from deploy.up import free_port

ROOT = Path(__file__).resolve().parents[2]


def doithoai(*arguments: str, seconds: int = 120) -> subprocess.CompletedProcess[str]:
    environment = {
        name: value
        for name, value in os.environ.items()
        if name not in ("DATABASE_URL", "BROKER_URL", "PORT", "ONCE", "DATA")
    }
    return subprocess.run(
        [sys.executable, "-m", "deploy.cli", *arguments],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        timeout=seconds,
        check=False,
    )


@pytest.mark.slow
def test_the_demo_walks_the_main_job_and_exits_0() -> None:
    """Every step is printed; the process ends by itself."""
    done = doithoai("demo", "--once", "--port", str(free_port()))

    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.count("✓") >= 11
    assert "✗" not in done.stdout


def test_a_port_that_is_used_is_said_in_one_line(tmp_path: Path) -> None:
    """With what to do about it."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        done = doithoai("serve", "--data", str(tmp_path), "--port", str(taken.getsockname()[1]))

    assert done.returncode == 1
    assert len(done.stderr.strip().splitlines()) == 1
    assert "PORT=" in done.stderr


def test_a_folder_that_cannot_be_written_is_said_in_one_line(tmp_path: Path) -> None:
    """A file stands where the folder should be."""
    (tmp_path / "file").write_text("")
    done = doithoai("serve", "--data", str(tmp_path / "file" / "data"), "--port", str(free_port()))

    assert done.returncode == 1
    assert len(done.stderr.strip().splitlines()) == 1
    assert "--data" in done.stderr


def test_the_demo_leaves_a_folder_alone_that_is_not_its_own(tmp_path: Path) -> None:
    """It begins anew each time, so it must be sure whose folder it empties."""
    (tmp_path / "letters.txt").write_text("keep me")
    done = doithoai("demo", "--data", str(tmp_path), "--port", str(free_port()))

    assert done.returncode == 1
    assert (tmp_path / "letters.txt").read_text() == "keep me"

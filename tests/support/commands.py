"""Commands as somebody types them, in a shell that has none of our settings."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

from shared.tokens import new_key

ROOT = Path(__file__).resolve().parents[2]
_OURS = ("DATABASE_URL", "BROKER_URL", "PORT", "ONCE", "DATA", "DEMO", "HOST", "PUBLIC_URL")
_OF_MAILS = ("SMTP_", "SENDGRID_", "MAIL_")


def environment(**changes: str) -> dict[str, str]:
    """The shell's variables without those that we read, and `changes`."""
    kept = {
        name: value
        for name, value in os.environ.items()
        if name not in _OURS and not name.startswith(_OF_MAILS)
    }
    return kept | changes


def python(
    *arguments: str, seconds: int = 120, **variables: str
) -> subprocess.CompletedProcess[str]:
    """What came of `python …` in the project's folder."""
    return subprocess.run(
        [sys.executable, *arguments],
        cwd=ROOT,
        env=environment(**variables),
        capture_output=True,
        text=True,
        timeout=seconds,
        check=False,
    )


def doithoai(
    *arguments: str, seconds: int = 120, **variables: str
) -> subprocess.CompletedProcess[str]:
    """What came of `doithoai …`."""
    return python("-m", "deploy.cli", *arguments, seconds=seconds, **variables)


def is_refused_in_one_line(done: subprocess.CompletedProcess[str]) -> bool:
    """And with an exit code that says so."""
    return done.returncode == 1 and len(done.stderr.strip().splitlines()) == 1


def keys_of_community() -> dict[str, str]:
    """What community needs to start, beside a database."""
    return {"SIGNING_KEY": json.dumps(new_key().as_dict(private=True)), "SIGN_IN_KEY": "k" * 32}

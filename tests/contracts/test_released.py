"""What the last release promised still holds, and nobody needs more than that."""

from __future__ import annotations

import subprocess
import sys

from deploy import contracts


def test_what_the_last_release_published_is_still_published() -> None:
    """An incompatible change is a new message type beside the old one."""
    assert contracts.broken_promises() == []


def test_each_consumer_reads_the_messages_of_today_and_of_the_last_release() -> None:
    """A publisher of the last release may still run, or its messages still wait in a queue."""
    assert contracts.unreadable_messages() == []


def test_the_command_finds_the_present_state_compatible() -> None:
    """`python -m deploy.contracts` says nothing and succeeds."""
    done = subprocess.run(
        [sys.executable, "-m", "deploy.contracts"], capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stdout) == (0, ""), done.stderr

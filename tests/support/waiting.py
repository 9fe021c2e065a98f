"""Waiting for a condition, with a bound."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable


def until(
    condition: Callable[[], object], *, seconds: float = 15.0, what: str = "the condition"
) -> None:
    """Return as soon as `condition` holds; AssertionError when time is up."""
    pause = threading.Event()
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            raise AssertionError(f"waited {seconds} s in vain for {what}")
        pause.wait(0.01)

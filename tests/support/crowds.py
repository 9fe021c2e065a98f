"""Many who act at the same moment."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any


def at_once(clients: int, act: Callable[[int], Any]) -> list[Any]:
    """Let so many threads act at the same moment; what they got, by number."""
    barrier = Barrier(clients)

    def run(number: int) -> Any:
        barrier.wait()
        return act(number)

    with ThreadPoolExecutor(clients) as pool:
        return list(pool.map(run, range(clients)))

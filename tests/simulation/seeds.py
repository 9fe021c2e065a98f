"""Which seeds run: SEEDS=n says how many, SEED=n runs that one alone; chunks of them are shared among workers."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable
from typing import Any

import pytest

from tests.simulation.world import NeverQuiet, World

CHUNK = 50
LAST_LINES = 60


def chunks(number: int, *, quick: int) -> list[Any]:
    """Ranges of seeds to parametrise with: `number` in all; those after the first `quick` are marked slow."""
    if seed := os.environ.get("SEED"):
        return [pytest.param(range(int(seed), int(seed) + 1), id=f"seed {seed}")]
    number = int(os.environ.get("SEEDS") or number)
    starts = [0, *range(quick, number, CHUNK)]
    return [
        pytest.param(
            range(start, min(end, number)),
            id=f"seeds {start} to {min(end, number) - 1}",
            marks=[pytest.mark.slow] if start else [],
        )
        for start, end in zip(starts, [*starts[1:], number], strict=True)
    ]


def hold(world: World, run: Callable[[World], Iterable[str]], file: str) -> None:
    """Fail with what is wrong, the way there, and how to go it again."""
    if not (found := faults(world, run)):
        return
    shown = world.trace[-LAST_LINES:]
    pytest.fail(
        "\n".join(
            [
                f"seed {world.seed}: {len(found)} wrong",
                *(f"  {one}" for one in found),
                f"the last {len(shown)} of {len(world.trace)} steps:",
                *(f"  {one}" for one in shown),
                f"again, exactly so: SEED={world.seed} make test ARGS={file}",
            ]
        ),
        pytrace=False,
    )


def faults(world: World, run: Callable[[World], Iterable[str]]) -> list[str]:
    """What a run left wrong; that it never came to an end is one of these."""
    try:
        return list(run(world))
    except NeverQuiet as error:
        return [str(error)]


def one_seed() -> int:
    """For a test that runs once: SEED, or always the same."""
    return int(os.environ.get("SEED") or 1)

"""The table, and its rows as JSON lines."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

from tests.faults.run import Run

ROWS = Path("build") / "faults.jsonl"
_HEAD = ("fault", "rounds", "acknowledged", "lost", "doubled", "slowest recovery", "seed", "held")


def table(runs: Sequence[Run]) -> str:
    """The table in Markdown; what did not hold, and what was measured beside, below it."""
    lines = [_HEAD, tuple("-" * len(name) for name in _HEAD), *(_row(run) for run in runs)]
    widths = [max(len(line[place]) for line in lines) for place in range(len(_HEAD))]
    drawn = [
        "| "
        + " | ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True))
        + " |"
        for line in lines
    ]
    said = [f"- {run.name}: {text}" for run in runs for text in (*run.broken, *_once(run.notes))]
    return "\n".join([*drawn, "", *said])


def write(runs: Sequence[Run], path: Path = ROWS) -> None:
    """One JSON object a row."""
    path.parent.mkdir(parents=True, exist_ok=True)
    rows = [
        {
            "fault": run.name,
            "rounds": run.done,
            "acknowledged": run.acknowledged,
            "lost": run.lost,
            "doubled": run.doubled,
            "recovery_s": None if run.recovery is None else round(run.recovery, 2),
            "seed": run.seed,
            "held": run.held,
            "size": run.size.value,
            "not_run": run.not_run,
            "broken": run.broken,
            "notes": run.notes,
        }
        for run in runs
    ]
    path.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows))


def _row(run: Run) -> tuple[str, ...]:
    if run.not_run is not None:
        return (run.name, "not run", "", "", "", "", str(run.seed), run.not_run)
    recovery = "" if run.recovery is None else f"{run.recovery:.1f} s"
    counts = (run.done, run.acknowledged, run.lost, run.doubled)
    return (
        run.name,
        *(f"{count:,}" for count in counts),
        recovery,
        str(run.seed),
        "yes" if run.held else "NO",
    )


def _once(notes: list[str]) -> list[str]:
    return list(dict.fromkeys(notes))

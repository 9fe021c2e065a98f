"""`python -m tests.faults [names…]`: break things on purpose, and count. QUICK=1, FULL=1, SEED=number."""

from __future__ import annotations

import os
import random
import signal
import sys
import time
import traceback
from types import FrameType

from shared import logs
from tests.faults import report, rows
from tests.faults.run import Fault, NotRun, OverTime, Run, Size
from tests.faults.servers import Ground

SECONDS_TO_PREPARE = 150.0


def main(names: list[str]) -> int:
    known = rows.in_order()
    wanted = [one for one in known if not names or any(n in one.name for n in names)]
    if not wanted:
        say(f"no such fault; there are: {', '.join(one.name for one in known)}")
        return 2
    size = (
        Size.QUICK
        if os.environ.get("QUICK")
        else Size.FULL
        if os.environ.get("FULL")
        else Size.NORMAL
    )
    wanted = [one for one in wanted if one.rounds.at(size)]
    seed = int(os.environ.get("SEED") or random.SystemRandom().randrange(10**6))
    logs.configure("console", level=50)
    say(f"faults: {size.value}, {len(wanted)} rows, seed {seed} (SEED={seed} repeats it)")
    began = time.monotonic()
    signal.signal(signal.SIGTERM, _interrupt)
    ground = Ground(say, quick=size is Size.QUICK)
    runs: list[Run] = []
    try:
        runs.extend(_run(one, ground, size, seed) for one in wanted)
    except KeyboardInterrupt:
        say("faults: interrupted")
        return 130
    finally:
        ground.close()
        report.write(runs)
        say("\n" + report.table(runs))
        say(f"\n{time.monotonic() - began:.0f} s, seed {seed}, rows in {report.ROWS}")
    return 0 if all(run.held or run.not_run for run in runs) else 1


def _run(one: Fault, ground: Ground, size: Size, seed: int) -> Run:
    seconds = one.seconds.at(size)
    run = Run(one.name, ground, size, int(one.rounds.at(size)), seed, seconds, say)
    signal.signal(signal.SIGALRM, _over_time)
    signal.setitimer(signal.ITIMER_REAL, SECONDS_TO_PREPARE)
    try:
        ground.prepare(one.needs)
        run.began = time.monotonic()
        signal.setitimer(signal.ITIMER_REAL, seconds)
        one.run(run)
    except NotRun as why:
        run.not_run = str(why)
    except OverTime:
        run.broken.append(f"over its time of {seconds:.0f} s")
        _trace()
    except Exception as error:  # noqa: BLE001 - whatever it was, the other rows run
        run.broken.append(f"{type(error).__name__}: {error}")
        _trace()
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
    held = "not run" if run.not_run else "held" if run.held else "NOT HELD"
    say(f"{run.name:26} {held}  ({time.monotonic() - run.began:.1f} s)")
    for text in run.broken:
        say(f"  {text}")
    return run


def _trace() -> None:
    if os.environ.get("DEBUG"):
        traceback.print_exc()


def say(text: str) -> None:
    print(text, flush=True)


def _over_time(_signal: int, _frame: FrameType | None) -> None:
    raise OverTime


def _interrupt(_signal: int, _frame: FrameType | None) -> None:
    raise KeyboardInterrupt


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

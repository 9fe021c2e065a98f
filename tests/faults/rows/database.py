"""PostgreSQL stopped at once and started again, and the network to it and to RabbitMQ cut without a reset."""

from __future__ import annotations

import math
import time

from tests.faults.checker import check
from tests.faults.load import Load, Told
from tests.faults.run import Of, Run, Size, fault
from tests.support.proxy import Wire

HEALTHY = 15.0
# A call to the database ends after 15 s, and a new connection is made within 5.
LONGEST = 31.0
BACK = 60.0
# How many cuts one load and one check have together, how long the network is well between them, and how many
# register a second meanwhile.
TOGETHER, GAP, CUT_RATE = 5, 2.0, 15.0


@fault("database restarted", rounds=Of(1, 4, 20), seconds=Of(60, 240, 600), needs=("platform",))
def restarted(run: Run) -> None:
    """PostgreSQL stops at once, as in a crash, and starts again, under load: 503 that says when to come again, no half
    states, healthy in 15 s."""
    site, server = run.ground.platform(), run.ground.postgresql
    loads: list[Load] = []
    for number in run.each_round():
        with Load(site, f"{run.name} {number}", Of(60, 200, 200).at(run.size), run.rng) as load:
            load.go_on(run.rng.uniform(0.3, 1.0))
            server.stop()
            load.go_on(run.rng.uniform(0.2, 1.5))
            server.start()
            began = time.monotonic()
            first = load.wait_for_ok(began, HEALTHY)
            run.hold(first is not None or load.over, "nobody was served in 15 s")
            for name in ("registrations.api", "registrations.relay", "notifications.consume"):
                run.wait(lambda name=name: site.is_up(name), seconds=HEALTHY, what=f"{name} ready")
            run.recovered(time.monotonic() - began, within=HEALTHY)
        refused = load.statuses()[503]
        run.note(f"{refused} answers of 503")
        loads.append(load)
        if number % TOGETHER == 0 or number == run.rounds:
            check(run, site, *loads, within=BACK)
            loads = []


@fault(
    "network to the database", rounds=Of(1, 10, 30), seconds=Of(90, 500, 1500), needs=("platform",)
)
def to_database(run: Run) -> None:
    """Nothing passes between registrations and its database, without a reset; what was sent comes late, or never."""
    _cuts(run, run.ground.platform().to_database)


@fault(
    "network to the broker", rounds=Of(1, 10, 30), seconds=Of(90, 500, 1500), needs=("platform",)
)
def to_broker(run: Run) -> None:
    """Nothing passes between all services and RabbitMQ, without a reset; what was sent comes late, or never."""
    _cuts(run, run.ground.platform().to_broker)


def _cuts(run: Run, wire: Wire) -> None:
    """Several cuts under one load, the next before all have recovered from the last; then one check."""
    site = run.ground.platform()
    most = Of(2, 15, 60).at(run.size)
    # Many short ones, few long ones. What swallows is noticed after 20 s: too long for a quick run.
    swallows = 0.0 if run.size is Size.QUICK else 0.5
    cuts = [
        (math.exp(run.rng.uniform(0, math.log(most))), run.rng.random() < swallows)
        for _ in range(run.rounds)
    ]
    for start in range(0, len(cuts), TOGETHER):
        together = cuts[start : start + TOGETHER]
        wishes = CUT_RATE * sum(seconds + GAP + 2 for seconds, _ in together)
        with Load(site, f"{run.name} {start}", wishes, run.rng, rate=CUT_RATE) as load:
            for seconds, swallow in together:
                cut = time.monotonic()
                load.go_on(run.rng.uniform(0.5, GAP))
                (wire.swallow if swallow else wire.hold)()
                load.go_on(seconds)
                wire.repair()
                run.note(f"{seconds:.1f} s, {'bytes gone' if swallow else 'bytes late'}")
                run.round_is_over(cut)
            began = time.monotonic()
            if load.wait_for_ok(began, LONGEST) is None:
                run.hold(load.over, f"nobody was served {LONGEST:.0f} s after the cut")
            load.finish(BACK)
        run.hold(load.longest <= LONGEST, f"a call took {load.longest:.1f} s")
        stopped = time.monotonic()
        settled = check(run, site, load, within=BACK)
        run.recovered(stopped - began + settled.messages, within=BACK)
        unknown = sum(a.told is Told.UNKNOWN for a in load.attempts)
        run.note(f"{unknown} unknown at first, the longest call {load.longest:.1f} s")

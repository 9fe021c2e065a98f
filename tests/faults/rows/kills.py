"""kill -9 of each kind of process while fifty a second register, at random moments and at the crash points."""

from __future__ import annotations

import time
from collections.abc import Callable

from tests.faults.checker import CONFIRMED, check
from tests.faults.load import RATE, Attempt, Load
from tests.faults.platforms import Site
from tests.faults.run import Of, Run, Size, fault
from tests.faults.variants import (
    AFTER_COMMIT,
    AFTER_PUBLISH,
    AFTER_SEND,
    BEFORE_COMMIT,
)
from tests.support.waiting import until

PROMISED = 30.0
# Registrations around a kill, at fifty a second.
BURST = Of(40, 30, 75)
DEATHS_RATE = 15.0
# How many kills one check has together. A mail whose owner was killed thrice waits a minute: once for all of them.
TOGETHER = 20
_KILLS, _SECONDS = Of(1, 20, 100), Of(30, 300, 1200)


@fault("kill api", rounds=_KILLS, seconds=_SECONDS, needs=("platform",))
def kill_api(run: Run) -> None:
    """kill -9 of the process that answers HTTP, with its workers or without; recovered when a request that came after it is acknowledged."""
    _kill(run, ("registrations.api",))


@fault("kill relay", rounds=_KILLS, seconds=_SECONDS, needs=("platform",))
def kill_relay(run: Run) -> None:
    """kill -9 of a relay; recovered when a registration made after it has its mail."""
    _kill(run, ("registrations.relay",))


@fault("kill consume", rounds=_KILLS, seconds=_SECONDS, needs=("platform",))
def kill_consume(run: Run) -> None:
    """kill -9 of a consumer; recovered when a registration made after it has its mail."""
    _kill(run, ("notifications.consume", "events.consume"))


@fault("kill work", rounds=_KILLS, seconds=Of(45, 500, 1400), needs=("platform",))
def kill_work(run: Run) -> None:
    """kill -9 of the sender of mails; recovered when a registration made after it has its mail."""
    if run.size is Size.QUICK:
        run.note("in a quick run the claim of a worker that died ends after 5 s; usually after 20")
    _kill(run, ("notifications.work",))


@fault("kill embedded", rounds=_KILLS, seconds=Of(40, 300, 1200), needs=("embedded",))
def kill_embedded(run: Run) -> None:
    """kill -9 of the one process of the embedded platform; recovered when a new request is acknowledged."""
    site = run.ground.embedded()

    def kill(load: Load) -> None:
        began = time.monotonic()
        site.process.kill()
        site.process.start()
        _recovered(run, site, load, began, mail=False)

    _rounds(run, site, kill)


def _kill(run: Run, names: tuple[str, ...]) -> None:
    site = run.ground.platform()

    def kill(load: Load) -> None:
        name = run.rng.choice(names)
        before, began = site.pid(name), time.monotonic()
        # An API has workers of its own, which kill -9 of their parent leaves alive.
        site.kill(name, alone=run.rng.random() < 0.5)
        _recovered(run, site, load, began, mail=not name.endswith(".api"))
        run.wait(lambda: site.is_up(name, before), seconds=PROMISED, what=f"{name} to be ready")

    _rounds(run, site, kill)
    site.heal()


def _rounds(run: Run, site: Site, kill: Callable[[Load], None]) -> None:
    """Each kill stands in a burst of its own; what several left behind is checked together."""
    loads: list[Load] = []
    for number in run.each_round():
        with Load(site, f"{run.name} {number}", BURST.at(run.size), run.rng) as load:
            load.go_on(run.rng.uniform(0.1, 0.6) * BURST.at(run.size) / RATE)
            kill(load)
            load.finish(PROMISED)
        loads.append(load)
        if number % TOGETHER == 0 or number == run.rounds:
            check(run, site, *loads, within=60.0)
            loads = []


def _recovered(run: Run, site: Site, load: Load, began: float, *, mail: bool) -> None:
    """From the kill until somebody who came after it was served."""
    first: Attempt | None = load.wait_for_ok(began, PROMISED)
    if first is None:
        run.broken.append(f"nobody was served within {PROMISED:.0f} s")
        return
    ended = first.began + first.seconds
    if mail:
        wanted = (
            site.world.people[first.person]["address"],
            CONFIRMED + load.events[first.event],
        )
        if not run.wait(
            lambda: site.mails.counted()[wanted], seconds=PROMISED, what="a mail after the kill"
        ):
            return
        ended = time.monotonic()
    run.recovered(ended - began, within=PROMISED)


@fault("crash points", rounds=Of(1, 2, 10), seconds=Of(60, 400, 900), needs=("platform",))
def crash_points(run: Run) -> None:
    """The api dies before and after its commit, the relay between publishing and deleting, the consumer before and
    after its commit (nothing acknowledged), the worker between sending and recording."""
    site = run.ground.platform()
    for number in run.each_round():
        other = number % 2 == 0
        deaths = {
            "registrations.api": BEFORE_COMMIT if other else AFTER_COMMIT,
            "registrations.relay": AFTER_PUBLISH,
            "notifications.consume": BEFORE_COMMIT if other else AFTER_COMMIT,
            "notifications.work": AFTER_SEND,
        }
        for name, point in deaths.items():
            site.replace(name, point)
        mortal = {}
        for name in deaths:
            until(lambda name=name: site.is_up(name), seconds=30, what=f"{name} with its death")
            mortal[name] = site.composed.parts[name].process
            site.usual(name)
        began = time.monotonic()
        # Until all have died; the slower, the more of them have something to do.
        with Load(site, f"{run.name} {number}", 400, run.rng, rate=DEATHS_RATE) as load:
            for name, process in mortal.items():
                assert process is not None
                dead = lambda process=process: process.poll() is not None  # noqa: E731
                run.wait(dead, seconds=30, what=f"the death of {name}")
            died = time.monotonic()
            run.note(f"all had died after {died - began:.1f} s")
            _recovered(run, site, load, died, mail=True)
        for name in deaths:
            run.wait(lambda name=name: site.is_up(name), seconds=PROMISED, what=f"{name} again")
        check(run, site, load, within=60.0)

"""Events, registrations and notifications on the virtual broker: copies, and what people were told, end up true.

`SEEDS=n` says how many runs, `SEED=n` repeats one of them exactly.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from functools import partial

import pytest

from tests.simulation.chance import STORM, Weather
from tests.simulation.deliveries import follow
from tests.simulation.platform import Platform
from tests.simulation.seeds import chunks, faults, hold
from tests.simulation.truth import differences, wrong
from tests.simulation.world import Simulated, Variant, World

FILE = "tests/simulation/test_services.py"
OPERATIONS_IN_A_RUN = 25
# A negative control ends with the first that shows it.
SOME = range(60)
# Nothing but what a negative control is to be found out by.
WINDY = Weather(disorder=0.3, delay=0.3, lost_binding=0.3)
# Real handlers do not fail by themselves, so commits do, often enough for messages to be set aside.
ROUGH = replace(STORM, crash=0.06, refused_commit=0.15)


@pytest.mark.parametrize("seeds", chunks(100, quick=10))
def test_copies_and_the_latest_notices_are_those_of_serial_delivery(
    platforms: tuple[Platform, Platform], seeds: range, tally: Callable[[World], None]
) -> None:
    """And those of their owners; nobody is told older news after newer ones."""
    for seed in seeds:
        world = World(seed, platforms[0].services, platforms[0].clock, ROUGH)
        hold(world, partial(_run, *platforms), FILE)
        tally(world)


def test_a_seed_runs_the_same_way_again(platforms: tuple[Platform, Platform]) -> None:
    """Though all ids are others, and whatever ran in between."""
    traces = []
    for seed in (3, 4, 5, 3):
        world = World(seed, platforms[0].services, platforms[0].clock, ROUGH)
        faults(world, partial(_run, *platforms))
        traces.append(world.trace)

    assert traces[0] == traces[-1]


# Negative controls


def test_without_the_comparison_of_sequences_people_are_told_older_news(
    platforms: tuple[Platform, Platform],
) -> None:
    """Notifications forgets between the steps how far it has followed each registration."""
    forget = "UPDATE registrations SET sequence = 0"

    assert _found(platforms, "notifications", forget, what="the latest notice differs")


def test_without_the_relay_s_parking_messages_are_lost(
    platforms: tuple[Platform, Platform],
) -> None:
    """What came back unroutable is thrown away."""
    lost = "events' registrations are not those of registrations"

    assert _found(platforms, "registrations", "DELETE FROM unroutable", what=lost)


def _run(platform: Platform, serial: Platform, world: World) -> Iterable[str]:
    world.run(platform.operations(world.chance.random, OPERATIONS_IN_A_RUN))
    offered = list(world.broker.offered.values())
    serial.empty()
    follow(serial.services, offered)
    return [*wrong(platform, offered), *differences(platform, serial)]


def _found(
    platforms: tuple[Platform, Platform], service: str, statement: str, *, what: str
) -> bool:
    """Whether some seed shows this fault where a service's tables are changed between the steps."""

    def between_steps(services: Sequence[Simulated]) -> None:
        next(one for one in services if one.name == service).disk.write(statement)

    storm, variant = platforms[0], Variant(between_steps=between_steps)
    worlds = (World(seed, storm.services, storm.clock, WINDY, variant) for seed in SOME)
    return any(what in one for world in worlds for one in faults(world, partial(_run, *platforms)))

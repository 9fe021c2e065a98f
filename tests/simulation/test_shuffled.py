"""10,000 messages, each delivered one to five times and shuffled in windows of 1,000: the same end as in order."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from random import Random

import pytest

from shared.http.problems import Problem
from shared.messaging.broker import Outgoing
from tests.simulation.counters import Counters, Guards, not_followed
from tests.simulation.deliveries import follow, outbox, shuffled
from tests.simulation.platform import Platform
from tests.simulation.seeds import one_seed
from tests.simulation.truth import differences
from tests.simulation.world import Simulated

MESSAGES = 10_000
MOST, WINDOW, TOGETHER = 5, 1000, 200


@pytest.mark.parametrize("messages", [1000, pytest.param(MESSAGES, marks=pytest.mark.slow)])
def test_counters_are_followed_as_in_order(tmp_path: Path, messages: int) -> None:
    """One effect each, and the newest value."""
    assert list(_followed(tmp_path, Guards(), messages)) == []


def test_without_the_comparison_of_sequences_they_are_not(tmp_path: Path) -> None:
    """Negative control."""
    found = list(_followed(tmp_path, Guards(compares_sequences=False), 1000))

    assert any("keeps" in one for one in found)
    assert not any("effect" in one for one in found)


@pytest.mark.timeout(900)
@pytest.mark.parametrize("messages", [500, pytest.param(MESSAGES, marks=pytest.mark.slow)])
def test_copies_and_the_latest_notices_are_as_in_order(
    platforms: tuple[Platform, Platform], messages: int
) -> None:
    """What events and registrations decide in some thousand operations, as the three services follow it."""
    assert _differences(platforms, messages) == []


def test_without_the_comparison_of_sequences_the_latest_notices_differ(
    platforms: tuple[Platform, Platform],
) -> None:
    """Negative control: between the batches, notifications forgets how far it has followed."""

    def forget(service: Simulated) -> None:
        if service.name == "notifications":
            service.disk.write("UPDATE registrations SET sequence = 0")

    found = _differences(platforms, 500, between=forget)

    assert any("the latest notice differs" in one for one in found)


def _differences(
    platforms: tuple[Platform, Platform],
    number: int,
    between: Callable[[Simulated], None] = lambda _: None,
) -> list[str]:
    """What shuffled delivery leaves otherwise than delivery in order."""
    storm, serial = platforms
    seed = one_seed()
    storm.empty()
    serial.empty()
    messages = _decided(storm, Random(seed), number)
    assert len(messages) >= number
    storm.empty()

    repeated = shuffled(Random(seed), messages, most=MOST, window=WINDOW)
    follow(storm.services, repeated, together=TOGETHER, between=between)
    follow(serial.services, messages, together=TOGETHER)

    return [f"{one} (SEED={seed})" for one in differences(storm, serial)]


def _followed(folder: Path, guards: Guards, number: int) -> Iterator[str]:
    seed = one_seed()
    counters, random = Counters(folder, guards), Random(seed)
    counters.decide(random, number)
    messages = shuffled(random, outbox(counters.counting), most=MOST, window=WINDOW)
    follow((counters.copying, counters.watching), messages, together=TOGETHER)
    yield from (f"{one} (SEED={seed})" for one in not_followed(counters))
    counters.close()


def _decided(platform: Platform, random: Random, number: int) -> list[Outgoing]:
    """Let people use the platform until so many messages wait; registrations hears of events at once."""
    told = 0
    for service, operation in platform.operations(random, 2 * number, people=200):
        try:
            operation()
        except Problem:
            continue
        if service == "events":
            of_event = outbox(platform.events, after=told)
            follow([platform.registrations], of_event)
            told += len(of_event)
        if told + platform.registrations.disk.rows("SELECT max(id) FROM outbox")[0][0] >= number:
            break
    return outbox(platform.events, platform.registrations)

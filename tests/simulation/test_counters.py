"""The message path on a virtual broker and clock: whatever happens on the way, each message has one effect.

`SEEDS=n` says how many runs, `SEED=n` repeats one of them exactly.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import fields
from functools import partial
from pathlib import Path

import pytest

from shared.messaging.broker import Outgoing, Receipt
from tests.simulation.broker import VirtualBroker
from tests.simulation.chance import CALM, STORM, Weather
from tests.simulation.counters import MOST_TRIES, TROUBLES, Counters, Guards, out_of_order, wrong
from tests.simulation.seeds import chunks, faults, hold
from tests.simulation.world import Simulated, Variant, World

FILE = "tests/simulation/test_counters.py"
CHANGES_IN_A_RUN = 12
# Enough for each negative control to be found out.
SOME = range(20)


@pytest.fixture(scope="module")
def counters(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Counters]:
    made = Counters(tmp_path_factory.mktemp("counters"))
    yield made
    made.close()


@pytest.mark.parametrize("seeds", chunks(1000, quick=50))
def test_each_message_has_one_effect_and_copies_end_with_the_newest(
    counters: Counters, seeds: range, tally: Callable[[World], None]
) -> None:
    """Through repeats, losses, disorder, delays and deaths at every edge; only the hopeless end up parked."""
    for seed in seeds:
        world = _world(counters, seed)
        hold(world, partial(_run, counters), FILE)
        tally(world)


def test_without_faults_each_counter_is_followed_in_order(counters: Counters) -> None:
    """Also where its handlers run between others'."""
    for seed in SOME:
        world = _world(counters, seed, weather=CALM)
        world.run(counters.operations(world.chance.random, 30, troubles=TROUBLES[:1]))

        assert list(out_of_order(counters)) == []
        assert list(wrong(counters)) == []


def test_a_message_that_always_fails_is_tried_six_times_however_often_it_comes(
    counters: Counters,
) -> None:
    """What waits for its next attempt is left to it. `watching` tries many at once first, and then each alone."""
    for seed in range(5):
        counters.tries.clear()
        world = _world(counters, seed, weather=Weather(repeat=0.2, disorder=0.3))
        world.run(counters.operations(world.chance.random, 4, troubles=("hopeless",)))

        assert set(counters.tries.values()) <= {2 * MOST_TRIES, 2 * MOST_TRIES + 1}


def test_a_seed_runs_the_same_way_again(counters: Counters, tmp_path: Path) -> None:
    """Step by step, whatever ran before it: here alone on new disks, there after others."""
    after_others = {seed: _trace(counters, seed) for seed in SOME}
    for seed in SOME[10:]:
        alone = Counters(tmp_path)

        assert _trace(alone, seed) == after_others[seed]
        alone.close()
    assert after_others[0] != after_others[1]


def test_every_kind_of_fault_happens(counters: Counters) -> None:
    """A storm in which something never happened would prove nothing of it."""
    happened: Counter[str] = Counter()
    for seed in SOME:
        world = _world(counters, seed)
        faults(world, partial(_run, counters))
        happened += world.chance.happened

    assert {field.name for field in fields(Weather)} | {"dead_letter"} <= happened.keys()


# Negative controls: each takes one guard out, and the checker has to find that.


def test_without_the_inbox_messages_have_more_than_one_effect(counters: Counters) -> None:
    """It is emptied between the steps."""
    variant = Variant(between_steps=lambda services: _write(services, "DELETE FROM inbox"))

    assert _found(counters, variant=variant, what="more than one effect")


def test_without_the_comparison_of_sequences_copies_end_with_older_news(tmp_path: Path) -> None:
    """The handlers take in whatever came last."""
    careless = Counters(tmp_path, Guards(compares_sequences=False))

    assert _found(careless, what="keeps")
    careless.close()


def test_without_confirms_messages_are_lost(counters: Counters) -> None:
    """The broker's word is taken for what it did not take."""
    variant = Variant(broker=_Flattering)

    assert _found(counters, variant=variant, what="no effect")


def test_without_the_outbox_messages_are_lost(tmp_path: Path) -> None:
    """The change is committed before its message is written."""
    careless = Counters(tmp_path, Guards(has_outbox=False))

    assert _found(careless, what="no effect")
    careless.close()


def test_without_counted_attempts_a_message_that_fails_is_tried_for_ever(
    counters: Counters,
) -> None:
    """The count is set back between the steps."""
    forget = "UPDATE failed_messages SET attempts = 0 WHERE next_attempt_at IS NOT NULL"
    variant = Variant(between_steps=lambda services: _write(services, forget))

    assert _found(counters, variant=variant, what="still tried")


def test_without_the_broker_s_limit_a_deadly_message_is_never_set_aside(counters: Counters) -> None:
    """It kills each process that it is given to, as often as there are processes."""
    variant = Variant(broker=_Patient)

    assert _found(counters, variant=variant, what="still handed over")


class _Flattering(VirtualBroker):
    """Says CONFIRMED whatever became of a message."""

    def publish(self, batch: Sequence[Outgoing], *, timeout: float = 10.0) -> list[Receipt]:
        return [Receipt.CONFIRMED for _ in super().publish(batch, timeout=timeout)]


class _Patient(VirtualBroker):
    """Gives a message out as often as it comes back."""

    def limit(self, queue: str) -> int | None:
        return None


def _world(
    counters: Counters, seed: int, *, weather: Weather = STORM, variant: Variant | None = None
) -> World:
    return World(seed, counters.services, counters.clock, weather, variant or Variant())


def _run(counters: Counters, world: World) -> Iterable[str]:
    world.run(counters.operations(world.chance.random, CHANGES_IN_A_RUN))
    return wrong(counters)


def _trace(counters: Counters, seed: int) -> list[str]:
    world = _world(counters, seed)
    faults(world, partial(_run, counters))
    return world.trace


def _found(counters: Counters, *, what: str, variant: Variant | None = None) -> bool:
    """Whether some seed shows this fault."""
    return any(
        what in one
        for seed in SOME
        for one in faults(_world(counters, seed, variant=variant), partial(_run, counters))
    )


def _write(services: Sequence[Simulated], statement: str) -> None:
    for service in services:
        service.disk.write(statement)

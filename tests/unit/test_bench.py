"""The harness of `make bench` counts as it says."""

from __future__ import annotations

import json

from tests.bench.harness import Row, Target, in_turns, percentile, table


def test_measures_take_turns_and_the_first_round_does_not_count():
    """A B A B …: what else the machine does falls on both alike."""
    order: list[str] = []

    def measure(name: str) -> float:
        order.append(name)
        return float(len(order))

    found = in_turns(
        {"ours": lambda: measure("ours"), "yardstick": lambda: measure("yardstick")},
        rounds=5,
        say=lambda _: None,
    )

    assert order == ["ours", "yardstick"] * 6
    assert found == {"ours": [3, 5, 7, 9, 11], "yardstick": [4, 6, 8, 10, 12]}


def test_a_row_is_the_ratio_of_medians_held_against_its_target():
    """And says so in the table and in JSON."""
    row = Row(
        name="relay",
        unit="/s",
        values=[100, 700, 600, 650, 640],
        yardsticks=[1000, 990, 5000, 1010, 1005],
        target=Target(at_least=0.6),
    )

    assert (row.value, row.yardstick, row.held) == (640, 1005, True)
    written = json.loads(row.as_json())
    assert written["ratio"] == 0.637
    assert (written["target"], written["held"], written["spread"]) == ("≥ 0.6 ×", True, [100, 700])
    assert "| 0.64 × | ≥ 0.6 × | yes" in table([row])


def test_a_row_without_yardstick_is_held_against_its_own_value():
    """In its unit."""
    row = Row(name="p99", unit="ms", values=[9, 11, 12], target=Target(at_most=10, of_ratio=False))

    assert row.ratio is None
    assert row.held is False
    assert json.loads(row.as_json())["target"] == "≤ 10 ms"


def test_a_percentile_is_a_value_that_was_measured():
    """Nearest rank."""
    assert percentile(range(1, 101), 99) == 99
    assert percentile([3, 1, 2], 50) == 2
    assert percentile([7], 99) == 7

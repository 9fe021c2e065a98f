"""Recurrence rules as another implementation expands them: each as expected, or refused, and none different."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

from services.events.models.recurrence import Rule, RuleRefused
from tests.conformance.data import conformance_data

LEAST_EXPANDED = 30


def test_each_rule_gives_the_expected_dates_or_is_refused() -> None:
    """Evaluated in UTC. What is refused has a part outside the subset, or a start that it does not meet."""
    expanded: list[str] = []
    refused: list[str] = []
    different: list[str] = []
    for rule, starts_at, expected in _vectors():
        try:
            found = Rule.parse(rule).occurrences(starts_at, "UTC")
        except RuleRefused as why:
            starts_elsewhere = starts_at != expected[0] and "does not fit the rule" in str(why)
            outside = "not supported" in str(why)
            (refused if starts_elsewhere or outside else different).append(rule)
            continue
        (expanded if found == expected else different).append(rule)
    print(
        f"{len(expanded)} expanded as expected, {len(refused)} refused, {len(different)} different"
    )
    assert different == []
    assert len(expanded) >= LEAST_EXPANDED


def _vectors() -> Iterator[tuple[str, datetime, list[datetime]]]:
    text = conformance_data("icalendar", "rrule-vectors.txt").read_text()
    for block in text.split("\n\n"):
        lines = [line for line in block.splitlines() if line and not line.startswith("#")]
        if lines:
            found = dict(line.split(":", 1) for line in lines)
            yield (
                found["RRULE"],
                _moment(found["DTSTART"]),
                [_moment(one) for one in found["INSTANCES"].split(",")],
            )


def _moment(text: str) -> datetime:
    return datetime.strptime(text.removesuffix("Z"), "%Y%m%dT%H%M%S").replace(tzinfo=UTC)

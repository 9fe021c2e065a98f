"""Scans of one registration: what they come to depends on when they happened, not on when they were told."""

from __future__ import annotations

import random
from datetime import UTC, datetime, timedelta

import pytest

from services.registrations.models import Outcome, Scan, ScanKind
from services.registrations.models.scan import LONGEST_AWAY, corrected, replay
from shared.ids import new_id

NINE = datetime(2026, 3, 26, 2, 0, tzinfo=UTC)


def scan(kind: ScanKind, minute: int, *, undoes: Scan | None = None) -> Scan:
    return Scan(
        id=new_id(),
        nonce=new_id(),
        kind=kind,
        outcome=Outcome.ADMITTED,
        at=NINE + timedelta(minutes=minute),
        undoes=undoes.nonce if undoes else None,
    )


def some_scans(chance: random.Random) -> list[Scan]:
    """Up to eight of one registration, no two at the same minute."""
    made: list[Scan] = []
    for minute in chance.sample(range(60), chance.randint(1, 8)):
        kind = chance.choice([ScanKind.ADMIT, ScanKind.ADMIT, ScanKind.UNDO])
        admits = [one for one in made if one.kind is ScanKind.ADMIT]
        wrong = chance.choice([None, *admits]) if kind is ScanKind.UNDO else None
        made.append(scan(kind, minute, undoes=wrong))
    return made


@pytest.mark.parametrize("seed", range(300))
def test_told_in_any_order_and_in_any_parts_scans_come_to_the_same(seed: int) -> None:
    """Decided anew after each one, as against once at the end."""
    chance = random.Random(seed)
    scans = some_scans(chance)
    at_once = replay(scans)
    expected = {one.id: (one.outcome, one.why, one.first_id) for one in scans}
    chance.shuffle(scans)
    for one in scans:
        one.outcome, one.why, one.first_id = Outcome.ADMITTED, None, None

    inside = None
    for count in range(1, len(scans) + 1):
        inside = replay(scans[:count])

    assert inside is at_once
    assert {one.id: (one.outcome, one.why, one.first_id) for one in scans} == expected
    admitting = [one for one in scans if one.admits]
    assert admitting == ([inside] if inside else [])


@pytest.mark.parametrize(
    ("ago", "off", "age"),
    [(60, 0, 60), (60, 3600, 60), (60, -3600, 60), (-60, 0, 0), (40 * 86400, 0, 31 * 86400)],
)
def test_a_time_is_corrected_by_the_clock_of_whoever_sends_it(ago: int, off: int, age: int) -> None:
    """Never in the future, and never older than a month."""
    sent_at = NINE + timedelta(seconds=off)
    found = corrected(sent_at - timedelta(seconds=ago), sent_at=sent_at, now=NINE)
    assert found == NINE - timedelta(seconds=age)
    assert timedelta(days=31) == LONGEST_AWAY

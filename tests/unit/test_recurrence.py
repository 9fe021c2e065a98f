"""Recurrence rules: what is in the subset, what is refused, and the clocks of the zone."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from services.events.models.recurrence import MOST, Rule, RuleRefused

HOME = "Asia/Ho_Chi_Minh"


def _starts(rule: str, starts_at: str, zone: str = HOME) -> list[str]:
    found = Rule.parse(rule).occurrences(datetime.fromisoformat(starts_at), zone)
    return [start.isoformat() for start in found]


def test_a_rule_is_expanded_on_the_clock_of_the_zone() -> None:
    """Nine in the morning there is the day before in UTC for nobody, yet two in the morning is."""
    assert _starts("FREQ=MONTHLY;BYDAY=1TU;COUNT=3", "2026-09-01T09:00+07:00") == [
        "2026-09-01T09:00:00+07:00",
        "2026-10-06T09:00:00+07:00",
        "2026-11-03T09:00:00+07:00",
    ]
    assert _starts("FREQ=WEEKLY;BYDAY=MO;COUNT=2", "2026-11-01T19:00+00:00") == [
        "2026-11-02T02:00:00+07:00",
        "2026-11-09T02:00:00+07:00",
    ]


def test_an_hour_stays_the_same_when_clocks_change() -> None:
    """The offset follows the zone; a skipped hour is read with the offset before the jump."""
    assert _starts("FREQ=WEEKLY;COUNT=3", "2026-03-15T02:30+01:00", "Europe/Paris") == [
        "2026-03-15T02:30:00+01:00",
        "2026-03-22T02:30:00+01:00",
        "2026-03-29T02:30:00+01:00",
    ]
    skipped = Rule.parse("FREQ=WEEKLY;COUNT=3").occurrences(
        datetime.fromisoformat("2026-03-15T02:30+01:00"), "Europe/Paris"
    )[-1]
    assert skipped.astimezone(UTC) == datetime(2026, 3, 29, 1, 30, tzinfo=UTC)
    assert _starts("FREQ=WEEKLY;COUNT=2", "2026-10-18T09:00+02:00", "Europe/Paris")[1] == (
        "2026-10-25T09:00:00+01:00"
    )


@pytest.mark.parametrize(
    ("rule", "last"),
    [
        ("FREQ=DAILY;UNTIL=20261103", "2026-11-03T09:00:00+07:00"),
        ("FREQ=DAILY;UNTIL=20261103T085959", "2026-11-02T09:00:00+07:00"),
        ("FREQ=DAILY;UNTIL=20261103T090000", "2026-11-03T09:00:00+07:00"),
        ("FREQ=DAILY;UNTIL=20261103T015959Z", "2026-11-02T09:00:00+07:00"),
        ("FREQ=DAILY;UNTIL=20261103T020000Z", "2026-11-03T09:00:00+07:00"),
    ],
)
def test_the_end_is_included(rule: str, last: str) -> None:
    """A date to the end of its day; a moment of UTC by the zone's clock."""
    assert _starts(rule, "2026-11-01T09:00+07:00")[-1] == last


def test_the_normal_form_is_one_for_each_rule() -> None:
    """In capitals and in one order, whatever a client wrote."""
    written = ("RRULE:count=3;byday=mo;freq=weekly", "FREQ=WEEKLY;COUNT=3;BYDAY=MO;")
    assert {Rule.parse(text).text for text in written} == {"FREQ=WEEKLY;COUNT=3;BYDAY=MO"}


@pytest.mark.parametrize(
    ("rule", "why"),
    [
        ("", "not supported"),
        ("COUNT=3", "needs a FREQ"),
        ("FREQ=SECONDLY;COUNT=3", "FREQ of the rule"),
        ("FREQ=DAILY", "exactly one end"),
        ("FREQ=DAILY;COUNT=3;UNTIL=20270101", "exactly one end"),
        ("FREQ=DAILY;COUNT=0", "COUNT of the rule"),
        ("FREQ=DAILY;COUNT=3;COUNT=4", "COUNT of the rule"),
        ("FREQ=DAILY;INTERVAL=0;COUNT=3", "INTERVAL of the rule"),
        ("FREQ=DAILY;COUNT=2;BYHOUR=9", "not supported: BYHOUR"),
        ("FREQ=YEARLY;COUNT=2;BYWEEKNO=20", "not supported: BYWEEKNO"),
        ("FREQ=YEARLY;COUNT=2;RSCALE=CHINESE", "not supported: RSCALE"),
        ("FREQ=DAILY;COUNT=2;<script>=1", "not supported: ?"),
        ("FREQ=DAILY;UNTIL=20260231", "no such date"),
        ("FREQ=DAILY;UNTIL=99991231", "no such date"),
        ("FREQ=WEEKLY;COUNT=2;BYDAY=1MO", "do not go together"),
        ("FREQ=WEEKLY;COUNT=2;BYMONTHDAY=1", "do not go together"),
        ("FREQ=MONTHLY;COUNT=2;BYMONTHDAY=32", "do not go together"),
        ("FREQ=DAILY;COUNT=2;BYSETPOS=1", "do not go together"),
        ("FREQ=DAILY;COUNT=2;BYMONTH=13", "BYMONTH of the rule"),
        ("FREQ=WEEKLY;BYDAY=MO;COUNT=2", "does not fit the rule"),
        ("FREQ=MONTHLY;BYDAY=5SU;BYMONTHDAY=1;COUNT=2", "does not fit the rule"),
        ("FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=31;COUNT=2", "does not fit the rule"),
        ("FREQ=YEARLY;COUNT=20", "never comes to its count"),
        ("FREQ=DAILY;UNTIL=20991231", "reaches further"),
        ("FREQ=DAILY;COUNT=1000000", f"more than {MOST}"),
        ("FREQ=DAILY;UNTIL=20271101", f"more than {MOST}"),
    ],
)
def test_what_is_not_in_the_subset_is_refused_by_name(rule: str, why: str) -> None:
    """Never misread, and never expanded into more than people can hold."""
    with pytest.raises(RuleRefused) as refused:
        _starts(rule, "2026-11-01T09:00+07:00")  # a Sunday
    assert why in refused.value.text.en

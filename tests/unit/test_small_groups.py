"""What may not be told of small groups cannot be reckoned from what is told."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import product
from uuid import UUID

import pytest

from services.registrations.models.attendance import (
    Cell,
    attendance,
    attendance_of_members,
)
from services.registrations.models.quota import Quota
from services.registrations.models.small_groups import LEAST, hidden

A, B, C = (UUID(int=number) for number in (1, 2, 3))


@pytest.mark.parametrize(
    ("sizes", "away"),
    [
        ((6, 7), set()),
        ((6, 0), set()),
        ((3, 6, 9), {0, 1}),
        ((4, 4, 8, 9), {0, 1, 2}),
        ((3, 9, 6), {0, 2}),
        ((1, 1, 8, 9), {0, 1, 2}),
        ((3, 4, 9), {0, 1}),
        ((1, 1, 1, 1, 1, 9, 8), {0, 1, 2, 3, 4, 6}),
        ((0, 2, 8, 0, 9), {1, 2}),
        ((5, 5, 3, 9), {0, 1, 2}),
    ],
)
def test_with_a_small_group_another_is_hidden(sizes: Sequence[int], away: set[int]) -> None:
    """The least of the others, so that subtracting from the whole gives no one group."""
    assert hidden(sizes) == frozenset(away)


@pytest.mark.parametrize("sizes", [(3,), (1, 1, 1, 1, 1), (2, 2), (4, 4, 4), (3, 9), (2, 3, 4)])
def test_where_nothing_can_be_hidden_behind_nothing_is_told(sizes: Sequence[int]) -> None:
    assert hidden(sizes) is None


@pytest.mark.parametrize(("groups", "most"), [(2, 12), (3, 9), (4, 6), (5, 5)])
def test_no_hidden_figure_can_be_reckoned_from_the_whole_and_the_others(
    groups: int, most: int
) -> None:
    """Every breakdown of so many groups, read by somebody who knows the rule: each hidden one may be this or that."""
    possible: dict[tuple[int, tuple[int | None, ...]], list[tuple[int, ...]]] = {}
    for sizes in product(range(most + 1), repeat=groups):
        away = hidden(sizes)
        if away is not None:
            seen = tuple(None if index in away else size for index, size in enumerate(sizes))
            possible.setdefault((sum(sizes), seen), []).append(sizes)
            assert all(size is None or size == 0 or size >= LEAST for size in seen)
    for (whole, seen), ways in possible.items():
        for index in range(groups):
            if seen[index] is None:
                assert len({sizes[index] for sizes in ways}) > 1, (whole, seen, ways)


def cells(*people: tuple[UUID | None, UUID | None, int, int]) -> Iterator[Cell]:
    return (Cell(*one) for one in people)


def quota(id_: UUID, organisation: UUID) -> Quota:
    return Quota(id=id_, organisation_id=organisation, seats=9, taken=0)


def test_attendance_counts_who_came_and_who_did_not() -> None:
    found = attendance(cells((A, B, 8, 6), (None, None, 10, 5)), [quota(A, B)])

    assert (found.whole.places, found.whole.attended, found.whole.no_shows) == (18, 11, 7)
    assert found.by_quota is not None
    assert [(one.key, one.places, one.no_shows) for one in found.by_quota] == [
        (A, 8, 2),
        (None, 10, 5),
    ]


def test_a_whole_that_is_small_is_not_told() -> None:
    found = attendance(cells((None, None, 4, 4)), [])

    assert found.whole.too_small
    assert found.by_quota is found.by_organisation is None


def test_two_breakdowns_together_tell_no_small_group() -> None:
    """Seven members in their quota and two beside it: the difference of the tables would be these two."""
    found = attendance(
        cells((A, B, 7, 7), (None, B, 2, 0), (None, C, 8, 8), (None, None, 9, 9)), [quota(A, B)]
    )

    assert found.by_organisation is not None
    told = {one.key: one.places for one in found.by_organisation}
    assert told[B] is None
    assert list(told.values()).count(None) == 2


@pytest.mark.parametrize(
    ("own", "others", "told"), [(6, 9, 6), (4, 9, None), (6, 3, None), (6, 0, 6)]
)
def test_a_partner_is_told_of_its_members_unless_they_or_the_rest_are_few(
    own: int, others: int, told: int | None
) -> None:
    """Of the rest, too, since the whole is known."""
    found = attendance_of_members(cells((A, B, own, own), (None, None, others, 0)), B)

    assert found.places == told

"""Figures about people: a group that is too small is not told, nor can it be reckoned from what is told beside it."""

from __future__ import annotations

from collections.abc import Collection, Sequence

# Of fewer people nothing is told.
LEAST = 5


def told(size: int) -> bool:
    """Whether a group may be told of by itself: nobody, or enough people."""
    return size == 0 or size >= LEAST


def hidden(sizes: Sequence[int], *, also: Collection[int] = ()) -> frozenset[int] | None:
    """Which groups (by index) of a whole that is told may not be told; None where that leaves none that may.

    The small ones, those named in `also`, and as many others, the least first, as it takes so that what is left when
    one subtracts the rest from the whole does not say what each of them is.
    """
    away = {index for index, size in enumerate(sizes) if not told(size)} | set(also)
    others = {index for index, size in enumerate(sizes) if size} - away
    while away and others and not _mixed([sizes[index] for index in away]):
        # All of the same size together: which of them was taken would tell, too.
        least = min(sizes[index] for index in others)
        away |= {index for index in others if sizes[index] == least}
        others -= away
    return None if away and not others else frozenset(away)


def _mixed(sizes: Sequence[int]) -> bool:
    """Whether the sum of these tells nothing of any one of them: it is that of neither the least nor the most."""
    number, whole = len(sizes), sum(sizes)
    if number < 2 or whole < LEAST or whole == number:
        return False
    return max(sizes) >= LEAST or whole < number * (LEAST - 1)

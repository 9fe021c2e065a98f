"""A line whose waiting members are handled together, in their order, each with a bound."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor

import pytest

from shared.line import Group, Line, LineFull, WaitedTooLong
from tests.support.waiting import until

Outcomes = Sequence[str | Exception]


class Counter:
    """Where groups are handled; it is held up until it may go on, and remembers them."""

    def __init__(self) -> None:
        self.groups: list[list[str]] = []
        self.may_go_on = threading.Event()
        self.fits: Callable[[str], bool] | None = None

    def handle(self, group: Group[str, str]) -> Outcomes:
        assert self.may_go_on.wait(10)
        if self.fits is not None:
            group.take_in(self.fits)
        self.groups.append(list(group))
        return [ValueError(one) if one.startswith("bad") else f"{one} done" for one in group]


def queue_up(
    pool: ThreadPoolExecutor, line: Line[str, str], counter: Counter, *names: str
) -> list[Future[str]]:
    """Let them come one after the other; the first is handled alone, since nobody waited."""
    asked = []
    for name in names:
        waiting = len(line) + (1 if line.is_busy else 0)
        asked.append(pool.submit(line.join, name, counter.handle))
        until(lambda: line.is_busy and len(line) >= waiting, what=f"{name} in line")  # noqa: B023
    return asked


def test_those_who_wait_are_the_next_group_in_their_order():
    """No timer: the first is handled at once, alone."""
    line, counter = Line[str, str](longest=10), Counter()
    with ThreadPoolExecutor(8) as pool:
        asked = queue_up(pool, line, counter, "a", "b", "c", "d")
        counter.may_go_on.set()

    assert [one.result() for one in asked] == ["a done", "b done", "c done", "d done"]
    assert counter.groups == [["a"], ["b", "c", "d"]]
    assert not line.is_busy


def test_a_group_is_no_larger_than_it_may_be():
    """The rest is the group after it."""
    line, counter = Line[str, str](longest=10, largest=2), Counter()
    with ThreadPoolExecutor(8) as pool:
        asked = queue_up(pool, line, counter, "a", "b", "c", "d")
        counter.may_go_on.set()

    assert {one.result() for one in asked} == {"a done", "b done", "c done", "d done"}
    assert counter.groups == [["a"], ["b", "c"], ["d"]]


def test_who_comes_while_the_first_is_held_up_joins_if_it_fits():
    """The others keep their places for the next group."""
    line, counter = Line[str, str](longest=10), Counter()
    counter.fits = lambda one: one.startswith("x")
    with ThreadPoolExecutor(8) as pool:
        asked = queue_up(pool, line, counter, "x1", "y1", "x2", "y2", "x3")
        counter.may_go_on.set()

    assert [one.result() for one in asked] == [f"{n} done" for n in ("x1", "y1", "x2", "y2", "x3")]
    assert counter.groups == [["x1", "x2", "x3"], ["y1", "y2"]]


def test_beyond_its_length_nobody_is_taken():
    """At once, and those inside keep their places."""
    line, counter = Line[str, str](longest=2), Counter()
    with ThreadPoolExecutor(8) as pool:
        asked = queue_up(pool, line, counter, "a", "b", "c")
        with pytest.raises(LineFull):
            line.join("d", counter.handle)
        counter.may_go_on.set()

    assert [one.result() for one in asked] == ["a done", "b done", "c done"]


def test_an_exception_belongs_to_the_one_whose_outcome_it_is():
    """The others of the group have theirs."""
    line, counter = Line[str, str](longest=10), Counter()
    with ThreadPoolExecutor(8) as pool:
        _, bad, good = queue_up(pool, line, counter, "a", "bad", "good")
        counter.may_go_on.set()

    assert isinstance(bad.exception(), ValueError)
    assert good.result() == "good done"


def test_a_group_that_fails_fails_for_all_of_it_and_the_next_goes_on():
    """Nobody waits for ever."""
    line, counter = Line[str, str](longest=10), Counter()

    def fail(group: Group[str, str]) -> Outcomes:
        assert counter.may_go_on.wait(10)
        raise KeyError("all of them")

    with ThreadPoolExecutor(8) as pool:
        (first,) = queue_up(pool, line, counter, "a")
        asked = []
        for number in range(1, 4):
            asked.append(pool.submit(line.join, "b", fail))
            until(lambda: len(line) == number, what="the line")  # noqa: B023
        counter.may_go_on.set()

    assert first.result() == "a done"
    assert all(isinstance(one.exception(), KeyError) for one in asked)
    assert line.join("again", counter.handle) == "again done"


def test_who_waits_longer_than_its_patience_leaves_the_line():
    """Nothing was begun, and the group is handled without it."""
    line, counter = Line[str, str](longest=10, patience=0.01), Counter()
    with ThreadPoolExecutor(8) as pool:
        (first,) = queue_up(pool, line, counter, "a")
        with pytest.raises(WaitedTooLong) as late:
            line.join("b", counter.handle)
        counter.may_go_on.set()

    assert not late.value.begun
    assert first.result() == "a done"
    assert counter.groups == [["a"]]


def test_who_is_in_a_group_that_does_not_end_is_told_that_nobody_knows():
    """The group goes on; its effect is not undone."""
    line, begun = Line[str, str](longest=10, patience=0.2), threading.Event()
    may_end = threading.Event()
    handled: list[str] = []

    def handle(group: Group[str, str]) -> Outcomes:
        until(lambda: len(line) == 1, what="the second in line")
        group.take_in(lambda _: True)
        begun.set()
        assert may_end.wait(10)
        handled.extend(group)
        return [f"{one} done" for one in group]

    with ThreadPoolExecutor(8) as pool:
        first = pool.submit(line.join, "a", handle)
        until(lambda: line.is_busy, what="the first")
        with pytest.raises(WaitedTooLong) as late:
            line.join("b", handle)
        may_end.set()

    assert late.value.begun
    assert first.result() == "a done"
    assert handled == ["a", "b"]


def test_a_thread_that_is_ended_while_it_leads_does_not_stop_the_line():
    """Who was with it is told that nobody knows; the next leads."""
    line, counter = Line[str, str](longest=10), Counter()

    def end(group: Group[str, str]) -> Outcomes:
        raise SystemExit

    with pytest.raises(SystemExit):
        line.join("a", end)

    counter.may_go_on.set()
    assert line.join("b", counter.handle) == "b done"

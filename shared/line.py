"""A bounded line: while one group is handled, those who arrive wait, and the next group is all of them.

For work that waits for the same thing again and again (a row's lock, a disk at each commit), where doing it together
costs little more than doing it once. There is no thread of its own and no timer: whoever stands first handles the group,
its own request among them, and wakes the others; when nobody waits, that is at once.
"""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from enum import Enum, auto
from typing import Generic, TypeVar

One = TypeVar("One")
Outcome = TypeVar("Outcome")


class LineFull(Exception):
    """As many wait as may; nothing was begun."""


class WaitedTooLong(Exception):
    """Its turn did not come in time. `begun`: it had, but the group has not ended, so nobody knows what comes of it."""

    def __init__(self, *, begun: bool) -> None:
        super().__init__(f"begun: {begun}")
        self.begun = begun


class _State(Enum):
    WAITS = auto()
    LEADS = auto()
    HANDLED = auto()
    DONE = auto()


class _Place(Generic[One, Outcome]):
    __slots__ = ("called", "one", "outcome", "state")

    def __init__(self, one: One) -> None:
        self.one = one
        self.state = _State.WAITS
        self.outcome: Outcome | Exception | None = None
        self.called = threading.Event()


class Group(Generic[One, Outcome]):
    """Those who are handled together, in the order in which they came."""

    def __init__(self, line: Line[One, Outcome], first: _Place[One, Outcome]) -> None:
        self._line = line
        self._places = [first]
        self.take_in(lambda _: True)

    def __iter__(self) -> Iterator[One]:
        return (place.one for place in self._places)

    def __len__(self) -> int:
        return len(self._places)

    def take_in(self, fits: Callable[[One], bool]) -> None:
        """Those who have come by now join behind, if they fit: while the first waited for a lock, say."""
        self._places += self._line.call(fits, limit=self._line.largest - len(self._places))

    def end(self, outcomes: Sequence[Outcome | Exception]) -> None:
        """Each has an outcome."""
        self._line.dismiss(self._places, outcomes)


# As many outcomes as requests, in their order. An exception among them is that one's own.
Handle = Callable[[Group[One, Outcome]], "Sequence[Outcome | Exception]"]


class Line(Generic[One, Outcome]):
    """One a process. At most `longest` wait, each for `patience` seconds; a group has at most `largest`."""

    def __init__(self, *, longest: int, patience: float = 20.0, largest: int = 100) -> None:
        self._longest, self._patience, self.largest = longest, patience, largest
        self._lock = threading.Lock()
        self._waiting: deque[_Place[One, Outcome]] = deque()
        self._busy = False

    def __len__(self) -> int:
        """How many wait, without those that are being handled."""
        return len(self._waiting)

    @property
    def is_busy(self) -> bool:
        """Whether a group is being handled."""
        return self._busy

    def join(self, one: One, handle: Handle[One, Outcome]) -> Outcome:
        """What became of a request when its group was handled; or its own exception, LineFull or WaitedTooLong."""
        place = _Place[One, Outcome](one)
        with self._lock:
            if self._busy:
                if len(self._waiting) >= self._longest:
                    raise LineFull
                self._waiting.append(place)
            else:
                self._busy, place.state = True, _State.LEADS
        if place.state is not _State.LEADS:
            self._wait(place)
        if place.state is _State.LEADS:
            self._lead(place, handle)
        if isinstance(place.outcome, Exception):
            raise place.outcome
        return place.outcome  # type: ignore[return-value]  # done, and not an exception

    def _wait(self, place: _Place[One, Outcome]) -> None:
        if place.called.wait(self._patience):
            return
        with self._lock:
            if place.state is _State.WAITS:
                self._waiting.remove(place)
                raise WaitedTooLong(begun=False)
            if place.state is _State.HANDLED:
                raise WaitedTooLong(begun=True)
        # It was called in this very moment.

    def _lead(self, first: _Place[One, Outcome], handle: Handle[One, Outcome]) -> None:
        group = Group(self, first)
        outcomes: Sequence[Outcome | Exception] = []
        try:
            outcomes = handle(group)
            assert len(outcomes) == len(group), "as many outcomes as requests"
        except Exception as error:  # noqa: BLE001 - it is each one's own, raised where that one waits
            outcomes = [error for _ in group]
        finally:
            # None where even this thread is ended from outside.
            group.end(outcomes or [WaitedTooLong(begun=True) for _ in group])

    def call(self, fits: Callable[[One], bool], *, limit: int) -> list[_Place[One, Outcome]]:
        """Take out of the line those who fit, in their order."""
        with self._lock:
            called = [place for place in self._waiting if fits(place.one)][:limit]
            for place in called:
                place.state = _State.HANDLED
            if called:
                self._waiting = deque(p for p in self._waiting if p.state is _State.WAITS)
        return called

    def dismiss(
        self, group: Sequence[_Place[One, Outcome]], outcomes: Sequence[Outcome | Exception]
    ) -> None:
        """Let the next in line lead, then wake those who have their outcome."""
        with self._lock:
            for place, outcome in zip(group, outcomes, strict=True):
                place.outcome, place.state = outcome, _State.DONE
            following = self._waiting.popleft() if self._waiting else None
            if following is None:
                self._busy = False
            else:
                following.state = _State.LEADS
        if following is not None:
            following.called.set()
        for place in group:
            place.called.set()

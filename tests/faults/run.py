"""One row of the table while it runs: its rounds, its seed, what was counted, and what did not hold."""

from __future__ import annotations

import random
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tests.faults.servers import Ground


class Size(StrEnum):
    QUICK = "quick"
    NORMAL = "normal"
    FULL = "full"


class OverTime(BaseException):
    """The row's time is up. No `except Exception` holds it."""


class NotRun(Exception):
    """The machine does not allow this row; the text says why."""


@dataclass(frozen=True)
class Of:
    """A figure for each size."""

    quick: float
    normal: float
    full: float

    def at(self, size: Size) -> float:
        return float(getattr(self, size.value))


@dataclass
class Run:
    """What a fault's function is given, and what it fills in."""

    name: str
    ground: Ground
    size: Size
    rounds: int
    seed: int
    seconds: float
    say: Callable[[str], None]
    acknowledged: int = 0
    lost: int = 0
    doubled: int = 0
    recovery: float | None = None
    done: int = 0
    broken: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    not_run: str | None = None
    # A negative control: its guard is out, and what counts is that the checker sees it.
    is_control: bool = False
    began: float = field(default_factory=time.monotonic)

    def __post_init__(self) -> None:
        # Each row by itself repeats with the seed, whichever rows ran before it.
        self.rng = random.Random(f"{self.seed}:{self.name}")

    @property
    def held(self) -> bool:
        if self.broken or self.not_run is not None:
            return False
        return bool(self.lost or self.doubled) == self.is_control

    def each_round(self) -> Iterator[int]:
        """The rounds, each said with its seconds."""
        for number in range(1, self.rounds + 1):
            began = time.monotonic()
            yield number
            self.round_is_over(began)

    def round_is_over(self, began: float) -> None:
        self.done += 1
        self.say(
            f"  {self.name:24} {self.done}/{self.rounds}  acknowledged {self.acknowledged}"
            f"  lost {self.lost}  doubled {self.doubled}  ({time.monotonic() - began:.1f} s)"
        )

    def hold(self, condition: object, otherwise: str) -> None:
        """A promise: where it does not hold, the row does not, and goes on."""
        if not condition:
            self.broken.append(otherwise)

    def recovered(self, seconds: float, *, within: float) -> None:
        self.recovery = max(self.recovery or 0.0, seconds)
        self.hold(seconds <= within, f"recovered after {seconds:.1f} s, promised {within:.0f} s")

    def note(self, text: str) -> None:
        self.notes.append(text)

    def wait(self, condition: Callable[[], object], *, seconds: float, what: str) -> bool:
        """Wait for it; where it does not come, the row does not hold."""
        end, pause = time.monotonic() + seconds, threading.Event()
        while not condition():
            if time.monotonic() > end:
                self.broken.append(f"waited {seconds:.0f} s in vain for {what}")
                return False
            # What is looked at runs on the same machine.
            pause.wait(0.05)
        return True


@dataclass(frozen=True)
class Fault:
    """A row: what is done, how often, and how long it may take."""

    name: str
    what: str
    rounds: Of
    seconds: Of
    needs: tuple[str, ...]
    run: Callable[[Run], None]


FAULTS: dict[str, Fault] = {}


def fault(
    name: str, *, rounds: Of, seconds: Of, needs: tuple[str, ...] = ()
) -> Callable[[Callable[[Run], None]], Callable[[Run], None]]:
    """Make a function a row of the table; its docstring says what it does.

    `needs` are the parts of the ground (servers.py) that are made before its time begins.
    """

    def register(function: Callable[[Run], None]) -> Callable[[Run], None]:
        what = " ".join((function.__doc__ or "").split())
        FAULTS[name] = Fault(name, what, rounds, seconds, needs, function)
        return function

    return register

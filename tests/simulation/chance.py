"""What a seed decides: which process runs next, and which faults happen where."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, fields
from random import Random


class Crash(BaseException):
    """The process ends here, as by kill -9: whatever it had in memory is gone."""


@dataclass(frozen=True, slots=True)
class Weather:
    """How likely each fault is, each time that it could happen."""

    crash: float = 0.0
    refused_commit: float = 0.0
    lost_confirm: float = 0.0
    refused_publish: float = 0.0
    repeat: float = 0.0
    disorder: float = 0.0
    delay: float = 0.0
    lost_acknowledgement: float = 0.0
    lost_binding: float = 0.0
    switch: float = 0.0


CALM = Weather()
STORM = Weather(
    crash=0.04,
    refused_commit=0.02,
    lost_confirm=0.1,
    refused_publish=0.1,
    repeat=0.15,
    disorder=0.5,
    delay=0.2,
    lost_acknowledgement=0.1,
    lost_binding=0.3,
    switch=0.1,
)


class Chance:
    """One source of chance for a whole run: the same seed, the same run.

    Each seed has its own weather, in which some faults never happen and some happen often, so that the
    runs differ in more than their order.
    """

    def __init__(self, seed: int, weather: Weather = STORM) -> None:
        self.random = Random(seed)
        self.happened: Counter[str] = Counter()
        mix = {
            field.name: getattr(weather, field.name) * self.random.choice((0, 1, 1, 3))
            for field in fields(weather)
        }
        self.weather = Weather(**mix)

    def hits(self, fault: str) -> bool:
        """Whether this fault happens, here and now."""
        odds = getattr(self.weather, fault)
        if not odds or self.random.random() >= odds:
            return False
        self.happened[fault] += 1
        return True

    @property
    def is_calm(self) -> bool:
        return self.weather == CALM

    def calm_down(self) -> None:
        """No fault happens from now on."""
        self.weather = CALM

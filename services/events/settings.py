"""Settings of events."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from shared.settings import Settings


@dataclass(frozen=True, kw_only=True)
class EventsSettings(Settings):
    service: ClassVar[str] = "events"

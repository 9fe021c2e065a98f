"""Settings of events."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from shared.settings import Settings, setting


@dataclass(frozen=True, kw_only=True)
class EventsSettings(Settings):
    service: ClassVar[str] = "events"

    open_data_licence: str = setting(
        "https://creativecommons.org/licenses/by/4.0/",
        doc="Address of the licence under which open data is given",
    )

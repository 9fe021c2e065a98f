"""What the portal reads from the environment."""

from __future__ import annotations

import dataclasses
from typing import ClassVar

from shared import settings as shared
from shared.settings import setting


@dataclasses.dataclass(frozen=True, kw_only=True)
class Settings(shared.Settings):
    """The portal's settings; it has no database and no broker of its own."""

    service: ClassVar[str] = "web"

    database_url: str = setting("", doc="Not used: the portal keeps nothing", secret=True)
    secret_key: str = setting(
        doc="Signs the portal's cookie; at least 32 random characters", secret=True
    )
    events_url: str = setting("http://127.0.0.1:8000/api/events", doc="Base address of events")
    registrations_url: str = setting(
        "http://127.0.0.1:8000/api/registrations", doc="Base address of registrations"
    )
    notifications_url: str = setting(
        "http://127.0.0.1:8000/api/notifications", doc="Base address of notifications"
    )
    demo: bool = setting(False, doc="1 shows every mail at /outbox, to this machine only")

    kept_ms: int = setting(
        1000,
        doc="How many milliseconds a page that is the same for every visitor is kept; 0 builds each anew",
    )

    @property
    def secure_cookies(self) -> bool:
        """Cookies travel over HTTPS only, unless the portal itself is served without it."""
        return self.public_url.startswith("https://")

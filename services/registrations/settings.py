"""Settings of registrations."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from shared.settings import Settings, setting


@dataclass(frozen=True, kw_only=True)
class RegistrationsSettings(Settings):
    service: ClassVar[str] = "registrations"

    ticket_key: str = setting(
        doc="Ed25519 private key (JWK) that signs tickets; `doithoai secrets` makes one",
        secret=True,
        key=True,
    )

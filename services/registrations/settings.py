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
    admission_line: int = setting(
        256,
        doc="How many may wait in each process of the api role to be registered; beyond it they are told to come again (503). "
        "Where it is less than THREADS, everything else is answered meanwhile",
    )

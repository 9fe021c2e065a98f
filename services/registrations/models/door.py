"""What is told of scans: a batch that was taken in, and where somebody was let in who should not have been."""

from __future__ import annotations

from dataclasses import dataclass, field
from uuid import UUID

from services.registrations.models.registration import Registration
from services.registrations.models.scan import Scan


@dataclass(slots=True)
class Told:
    """A batch as it was taken in: its scans in the order in which they were sent, and what they are about."""

    scans: list[Scan]
    repeated: set[UUID]
    registrations: dict[UUID, Registration]
    # Scans that admitted before others, by id.
    first: dict[UUID, Scan] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Conflict:
    """Somebody who was let in and should not have been, or was in before."""

    scan: Scan
    registration: Registration | None
    first: Scan | None

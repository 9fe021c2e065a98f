"""What was scanned at a door: each scan once, in the order in which it happened, whenever it arrives."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from enum import StrEnum
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from services.registrations.models.base import Base
from shared.database.types import string_enum

# A device that was away for longer tells of its scans as if they were that old.
LONGEST_AWAY = timedelta(days=31)


class ScanKind(StrEnum):
    """What was done at the door."""

    ADMIT = "admit"
    WALK_IN = "walk-in"
    UNDO = "undo"


class Outcome(StrEnum):
    """What a scan came to."""

    ADMITTED = "admitted"
    # A walk-in who is inside though no seat was free.
    OVERBOOKED = "overbooked"
    CONFLICT = "conflict"
    REFUSED = "refused"
    UNDONE = "undone"


ADMITTING = (Outcome.ADMITTED, Outcome.OVERBOOKED)
# What an organiser has to look at where somebody was let in.
TROUBLED = (Outcome.CONFLICT, Outcome.OVERBOOKED, Outcome.REFUSED)
NOT_INSIDE = "not-checked-in"


class Scan(Base):
    """One scan of one device, known by its nonce. Whoever adds one holds the offer's lock.

    `at` is the device's time corrected by how much its clock was off when it sent the scan; the device's own is kept
    beside it. What a scan came to follows from all scans of its registration, so it does not matter who syncs first.
    """

    __tablename__ = "scans"
    __table_args__ = (
        sa.UniqueConstraint("event_id", "nonce", name="one_scan_a_nonce"),
        sa.Index("scans_of_event", "event_id", "outcome", "gate"),
        sa.Index("scans_of_registration", "registration_id"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    event_id: Mapped[UUID] = mapped_column(sa.ForeignKey("offers.event_id"))
    nonce: Mapped[UUID] = mapped_column(doc="The device's name for it")
    device_id: Mapped[UUID | None] = mapped_column(doc="None: a single check-in, with network")
    gate: Mapped[str | None] = mapped_column(sa.String(60))
    kind: Mapped[ScanKind] = mapped_column(string_enum(ScanKind))
    outcome: Mapped[Outcome] = mapped_column(string_enum(Outcome))
    why: Mapped[str | None] = mapped_column(sa.String(32), doc="It was refused; a key")
    registration_id: Mapped[UUID | None]
    undoes: Mapped[UUID | None] = mapped_column(doc="The nonce of the scan that is taken back")
    first_id: Mapped[UUID | None] = mapped_column(
        doc="The scan that admitted before, in a conflict"
    )
    let_in: Mapped[bool] = mapped_column(doc="Somebody went in before the answer was known")
    at: Mapped[datetime]
    device_at: Mapped[datetime]
    received_at: Mapped[datetime]
    by: Mapped[UUID | None]
    reason: Mapped[str | None] = mapped_column(sa.Text, doc="Why it was taken back")
    name: Mapped[str | None] = mapped_column(
        sa.String(200), doc="Of a walk-in who got no registration"
    )

    @property
    def admits(self) -> bool:
        return self.outcome in ADMITTING

    @property
    def is_final(self) -> bool:
        """Refused for what was shown, which no other scan changes."""
        return self.outcome is Outcome.REFUSED and self.why != NOT_INSIDE

    def refuse(self, why: str) -> None:
        self.outcome, self.why = Outcome.REFUSED, why


def corrected(device_at: datetime, *, sent_at: datetime, now: datetime) -> datetime:
    """When it happened by our clock, from how long before sending it happened by the device's; never in the future."""
    return now - min(max(sent_at - device_at, timedelta(0)), LONGEST_AWAY)


def replay(scans: Iterable[Scan]) -> Scan | None:
    """Decide all scans of one registration anew, in the order in which they happened; the one by which somebody is in.

    The earliest admission counts and later ones conflict with it. An undo that names a scan takes back that one as if
    it never was; one that names none takes back whatever admitted at that moment.
    """
    in_order = sorted(scans, key=lambda scan: (scan.at, scan.id))
    taken_back = {scan.undoes for scan in in_order if scan.kind is ScanKind.UNDO and scan.undoes}
    inside: Scan | None = None
    for scan in in_order:
        if scan.nonce in taken_back:
            scan.outcome, scan.first_id = Outcome.UNDONE, None
        elif scan.is_final:
            continue
        elif scan.kind is not ScanKind.UNDO:
            _admit(scan, inside)
            inside = inside or scan
        elif scan.undoes or inside:
            scan.outcome, scan.why = Outcome.UNDONE, None
            if not scan.undoes and inside is not None:
                inside.outcome, inside = Outcome.UNDONE, None
        else:
            scan.refuse(NOT_INSIDE)
    return inside


def _admit(scan: Scan, inside: Scan | None) -> None:
    scan.first_id = inside.id if inside else None
    if inside is not None:
        scan.outcome = Outcome.CONFLICT
    elif scan.outcome is not Outcome.OVERBOOKED:
        scan.outcome = Outcome.ADMITTED

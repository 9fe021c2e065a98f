"""The queries of the door: scans, what a door's list holds, and the figures at its foot."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Sequence
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from services.registrations.models import Registration, Scan, SeatLogEntry, Status
from services.registrations.models.scan import ADMITTING, TROUBLED, ScanKind
from shared.http import cursors


class Scans:
    """Scans by nonce, registration and event."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def add(self, scan: Scan) -> None:
        self._session.add(scan)

    def by_nonce(self, event_id: UUID, nonces: Collection[UUID]) -> dict[UUID, Scan]:
        known = sa.select(Scan).filter_by(event_id=event_id).where(Scan.nonce.in_(nonces))
        return {scan.nonce: scan for scan in self._session.scalars(known)}

    def ahead_of(self, event_id: UUID, nonces: Collection[UUID]) -> dict[UUID, list[Scan]]:
        """Scans that took back one of these before it was told; by what they take back."""
        ahead = sa.select(Scan).filter_by(event_id=event_id, registration_id=None)
        found: dict[UUID, list[Scan]] = defaultdict(list)
        for scan in self._session.scalars(ahead.where(Scan.undoes.in_(nonces))):
            if scan.undoes is not None:
                found[scan.undoes].append(scan)
        return found

    def of_registrations(self, ids: Collection[UUID]) -> dict[UUID, list[Scan]]:
        """All scans of some registrations."""
        found: dict[UUID, list[Scan]] = defaultdict(list)
        for scan in self._session.scalars(sa.select(Scan).where(Scan.registration_id.in_(ids))):
            if scan.registration_id is not None:
                found[scan.registration_id].append(scan)
        return found

    def by_id(self, ids: Collection[UUID]) -> dict[UUID, Scan]:
        found = self._session.scalars(sa.select(Scan).where(Scan.id.in_(ids)))
        return {scan.id: scan for scan in found}

    def troubled(
        self, event_id: UUID, *, cursor: str | None, limit: int
    ) -> tuple[list[Scan], str | None]:
        """Where somebody was let in who should not have been, or twice; in the order in which it came."""
        listed = sa.select(Scan).filter_by(event_id=event_id, let_in=True)
        listed = listed.where(Scan.outcome.in_(TROUBLED), Scan.kind != ScanKind.UNDO)
        if cursor is not None:
            listed = listed.where(Scan.id > cursors.decode_id(cursor))
        rows = list(self._session.scalars(listed.order_by(Scan.id).limit(limit + 1)))
        page = rows[:limit]
        return page, cursors.encode(page[-1].id) if len(rows) > limit else None

    def count_troubled(self, event_id: UUID) -> int:
        counted = sa.select(sa.func.count()).where(Scan.event_id == event_id, Scan.let_in)
        troubled = counted.where(Scan.outcome.in_(TROUBLED), Scan.kind != ScanKind.UNDO)
        return self._session.scalar(troubled) or 0

    def admitted_by_gate(self, event_id: UUID) -> Sequence[tuple[str | None, int, int]]:
        """Gate, who went in there, and how many of them were walk-ins."""
        walk_ins = sa.func.count().filter(Scan.kind == ScanKind.WALK_IN)
        counted = sa.select(Scan.gate, sa.func.count(), walk_ins).where(Scan.event_id == event_id)
        counted = counted.where(Scan.outcome.in_(ADMITTING)).group_by(Scan.gate)
        return [
            (gate, admitted, walked)
            for gate, admitted, walked in self._session.execute(counted.order_by(Scan.gate))
        ]


class DoorLists:
    """Who may come in, as a device takes it with it."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def version(self, event_id: UUID) -> int:
        """The number of what happened last to any place of an event.

        Not that of what happened to the event as a whole: a list that is exported is noted without the offer's lock, so
        its number may be seen before a lower one of somebody's place is.
        """
        newest = sa.select(sa.func.max(SeatLogEntry.number)).filter_by(event_id=event_id)
        return self._session.scalar(newest.where(SeatLogEntry.registration_id.is_not(None))) or 0

    def page(
        self, event_id: UUID, *, since: int | None, after: UUID | None, limit: int
    ) -> tuple[list[Registration], UUID | None]:
        """Registrations by id; with `since`, those to which something happened after that version."""
        listed = sa.select(Registration).filter_by(event_id=event_id)
        if since is not None:
            changed = sa.select(SeatLogEntry.registration_id).filter_by(event_id=event_id)
            changed = changed.where(SeatLogEntry.number > since)
            # In a statement of its own, NULL in the list would match nothing on either database.
            changed = changed.where(SeatLogEntry.registration_id.is_not(None))
            listed = listed.where(Registration.id.in_(changed))
        if after is not None:
            listed = listed.where(Registration.id > after)
        rows = list(self._session.scalars(listed.order_by(Registration.id).limit(limit + 1)))
        page = rows[:limit]
        return page, page[-1].id if len(rows) > limit else None

    def some(self, event_id: UUID, ids: Collection[UUID]) -> dict[UUID, Registration]:
        """Those of `ids` that are for the event."""
        found = sa.select(Registration).filter_by(event_id=event_id)
        rows = self._session.scalars(found.where(Registration.id.in_(ids)))
        return {registration.id: registration for registration in rows}

    def by_codes(self, event_id: UUID, codes: Collection[str]) -> dict[str, Registration]:
        found = sa.select(Registration).filter_by(event_id=event_id)
        rows = self._session.scalars(found.where(Registration.entry_code.in_(codes)))
        return {registration.entry_code: registration for registration in rows}

    def by_quota(self, event_id: UUID) -> dict[UUID | None, tuple[int, int]]:
        """Of each quota (None: seats for everybody), who was admitted and who is expected in all."""
        admitted = sa.func.count(Registration.checked_in_at)
        counted = sa.select(Registration.quota_id, admitted, sa.func.count())
        counted = counted.where(
            Registration.event_id == event_id, Registration.status == Status.CONFIRMED
        )
        rows = self._session.execute(counted.group_by(Registration.quota_id))
        return {quota: (inside, expected) for quota, inside, expected in rows}

"""What devices at the door tell when they have network again."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from services.registrations import messages
from services.registrations.errors import TicketInvalid
from services.registrations.models import Offer, Outcome, Registration, Scan, ScanKind, What
from services.registrations.models.door import Told
from services.registrations.models.scan import corrected, replay
from services.registrations.operations.registering import new_entry_code
from services.registrations.operations.seats import as_noted, settle
from services.registrations.repository import UnitOfWork
from services.registrations.tickets import Ticket, TicketReader
from shared.ids import new_id

FULL = "event-full"
UNKNOWN = "unknown"
REISSUED = "reissued"


def record_scans(
    uow: UnitOfWork,
    tickets: TicketReader,
    *,
    event_id: UUID,
    device_id: UUID,
    sent_at: datetime,
    scans: Sequence[dict[str, Any]],
    by: UUID,
    now: datetime,
) -> Told:
    """Take in what a device scanned, each nonce once, however often and in whatever order it is sent.

    Nobody is turned away any more, so nothing is lost: who should not have been let in is kept as a conflict.
    The number of statements does not depend on the number of scans.
    """
    offer = uow.offers.lock(event_id)
    settle(uow, offer, now=now)
    batch = _Batch(uow, tickets, offer, by, now)
    batch.look_up(scans)
    # What is taken back may be of the same batch.
    for one in sorted(scans, key=lambda one: one["kind"] is ScanKind.UNDO):
        batch.take_in(one, device_id=device_id, sent_at=sent_at)
    batch.decide()
    told = Told([batch.known[one["nonce"]] for one in scans], batch.repeated, batch.registrations)
    firsts = {scan.first_id for scan in told.scans if scan.first_id}
    told.first = {scan.id: scan for scan in batch.history() if scan.id in firsts}
    return told


class _Batch:
    """The scans of one request, with all that is known of what they show."""

    def __init__(
        self, uow: UnitOfWork, tickets: TicketReader, offer: Offer, by: UUID, now: datetime
    ) -> None:
        self.uow, self.tickets, self.offer, self.by, self.now = uow, tickets, offer, by, now
        self.known: dict[UUID, Scan] = {}
        self.repeated: set[UUID] = set()
        self.registrations: dict[UUID, Registration] = {}
        self._codes: dict[str, Registration] = {}
        self._read: dict[UUID, Ticket | str] = {}
        self._before: dict[UUID, list[Scan]] = {}
        self._ahead: dict[UUID, list[Scan]] = {}
        self._touched: set[UUID] = set()
        self._walked_in: set[UUID] = set()

    def look_up(self, scans: Sequence[dict[str, Any]]) -> None:
        """Read everything that the batch names, a query for each sort."""
        event = self.offer.event_id
        nonces = {one["nonce"] for one in scans} | {one["undoes"] for one in scans}
        self.known = self.uow.scans.by_nonce(event, nonces - {None})
        self._ahead = self.uow.scans.ahead_of(event, {one["nonce"] for one in scans})
        for one in scans:
            if one["ticket"] is not None:
                self._read[one["nonce"]] = self._ticket(one["ticket"])
        codes = {one["code"] for one in scans if one["code"] is not None}
        self._codes = self.uow.door_lists.by_codes(event, codes)
        named = {one["registration_id"] for one in scans} | {
            scan.registration_id for scan in self.known.values()
        }
        named |= {read.registration_id for read in self._read.values() if isinstance(read, Ticket)}
        named |= {registration.id for registration in self._codes.values()}
        ids = {one for one in named if one is not None}
        self.registrations = self.uow.door_lists.some(event, ids)
        self._before = self.uow.scans.of_registrations(ids)

    def history(self) -> list[Scan]:
        """All scans of what the batch is about."""
        return [scan for scans in self._before.values() for scan in scans]

    def take_in(self, one: dict[str, Any], *, device_id: UUID, sent_at: datetime) -> None:
        if before := self.known.get(one["nonce"]):
            self.repeated.add(before.nonce)
            if one["let_in"] and not before.let_in:
                self._let_in_after_all(before)
            return
        scan = Scan(
            id=new_id(),
            event_id=self.offer.event_id,
            device_id=device_id,
            outcome=Outcome.ADMITTED,
            at=corrected(one["at"], sent_at=sent_at, now=self.now),
            device_at=one["at"],
            received_at=self.now,
            by=self.by,
            **{name: one[name] for name in ("nonce", "gate", "kind", "let_in", "reason", "undoes")},
        )
        self.known[scan.nonce] = scan
        match scan.kind:
            case ScanKind.WALK_IN:
                self._walk_in(scan, one["name"])
            case ScanKind.UNDO if scan.undoes in self.known:
                self._take_back(scan, self.known[scan.undoes])
            case _:
                self._show(scan, one)
        self.uow.scans.add(scan)

    def decide(self) -> None:
        """Say of everybody whom the batch touched whether they are in, and tell it."""
        moved = []
        for registration_id in sorted(self._touched):
            registration = self.registrations[registration_id]
            admission = replay(self._before[registration_id])
            moved += self._noted(registration, admission)
        self.uow.seat_log.add_many(moved)
        if self._walked_in:
            self.uow.publish(messages.offer_changed(self.offer, self.now))
        if moved:
            self.uow.publish(messages.attendance_recorded(self.offer))

    def _noted(self, registration: Registration, admission: Scan | None) -> list[dict[str, Any]]:
        """What the log says of it; of a walk-in who was taken back in the same batch both, since the place is there."""
        came, news = registration.id in self._walked_in, registration.inside_by(admission)
        told: list[tuple[What, str | None]] = [(What.WALKED_IN, None)] if came else []
        if admission is None and (came or news):
            told.append((What.CHECK_IN_UNDONE, self._why(registration.id)))
        elif news and not came:
            told.append((What.CHECKED_IN, None))
        return [
            as_noted(what, registration, now=self.now, by=self.by, reason=why) for what, why in told
        ]

    def _why(self, registration_id: UUID) -> str | None:
        """The reason that was given last for taking somebody back."""
        undone = [scan for scan in self._before[registration_id] if scan.reason]
        return max(undone, key=lambda scan: (scan.at, scan.id)).reason if undone else None

    def _ticket(self, token: str) -> Ticket | str:
        try:
            read = self.tickets.read(token)
        except TicketInvalid as invalid:
            return str(invalid.values["why"])
        return read if read.event_id == self.offer.event_id else "other-event"

    def _show(self, scan: Scan, one: dict[str, Any]) -> None:
        """A ticket, an entry code, or a name on the list."""
        read = self._read.get(scan.nonce)
        if isinstance(read, str):
            scan.refuse(read)
            return
        if one["code"] is not None:
            registration = self._codes.get(one["code"])
        else:
            registration = self.registrations.get(
                read.registration_id if read else one["registration_id"]
            )
        if registration is None:
            scan.refuse(UNKNOWN)
            return
        self._about(scan, registration)
        issue = read.issue if read else one["issue"]
        if scan.kind is ScanKind.UNDO:
            return
        if issue is not None and issue != registration.issue:
            scan.refuse(REISSUED)
        elif why := registration.why_not_in():
            scan.refuse(why)

    def _walk_in(self, scan: Scan, name: str) -> None:
        """Whoever is inside already is counted, beyond the capacity if need be; whoever waits for the answer is not."""
        if self.offer.cancelled or self.offer.postponed:
            scan.name = name
            scan.refuse("event-cancelled" if self.offer.cancelled else "event-postponed")
            return
        registration = Registration.of(
            id=new_id(),
            offer=self.offer,
            person_id=None,
            name=name,
            entry_code=new_entry_code(),
            now=self.now,
        )
        if self.offer.has_seat_for(registration, self.now):
            self.offer.place(registration, self.now)
        elif scan.let_in:
            self.offer.squeeze_in(registration)
            scan.outcome, scan.why = Outcome.OVERBOOKED, None
        else:
            scan.name = name
            scan.refuse(FULL)
            return
        self.uow.session.add(registration)
        self.registrations[registration.id] = registration
        self._walked_in.add(registration.id)
        self._about(scan, registration)

    def _take_back(self, scan: Scan, wrong: Scan) -> None:
        if wrong.registration_id is None:
            # Nothing but the two scans knows of it: a forged ticket that was let in, say.
            wrong.outcome = scan.outcome = Outcome.UNDONE
        else:
            self._about(scan, self.registrations[wrong.registration_id])

    def _let_in_after_all(self, scan: Scan) -> None:
        """The answer did not come in time, and the device decided alone."""
        scan.let_in = True
        if scan.kind is ScanKind.WALK_IN and scan.why == FULL and scan.name is not None:
            name, scan.name = scan.name, None
            scan.outcome, scan.why = Outcome.ADMITTED, None
            self._walk_in(scan, name)

    def _about(self, scan: Scan, registration: Registration) -> None:
        scan.registration_id = registration.id
        history = self._before.setdefault(registration.id, [])
        for one in (scan, *self._ahead.pop(scan.nonce, [])):
            if one not in history:
                history.append(one)
            if one is not scan:
                # It took back a scan of which nobody had told yet.
                one.registration_id, one.outcome, one.why = registration.id, Outcome.UNDONE, None
        self._touched.add(registration.id)

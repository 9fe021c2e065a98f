"""The door: who may come in, and who came in after all."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

from services.registrations import messages
from services.registrations.errors import EventCancelled, EventFull, EventPostponed, TicketInvalid
from services.registrations.models import (
    Offer,
    Outcome,
    Registration,
    Scan,
    ScanKind,
    What,
)
from services.registrations.models.registration import plain_code
from services.registrations.models.scan import replay
from services.registrations.operations.registering import new_entry_code
from services.registrations.operations.seats import note, settle
from services.registrations.repository import UnitOfWork
from services.registrations.tickets import TicketReader
from shared.ids import new_id


def check_in(
    uow: UnitOfWork,
    *,
    registration_id: UUID,
    by: UUID,
    now: datetime,
    gate: str | None = None,
) -> Registration:
    """Let somebody in, once."""
    registration = uow.registrations.lock(registration_id)
    registration.check_in(now, by)
    uow.scans.add(scan_now(registration, ScanKind.ADMIT, gate=gate, by=by, now=now))
    note(uow, What.CHECKED_IN, registration, now=now, by=by)
    uow.publish(messages.attendance_recorded(registration.offer))
    return registration


def undo_check_in(
    uow: UnitOfWork, *, registration_id: UUID, reason: str, by: UUID, now: datetime
) -> Registration:
    """It was a mistake; the reason is kept, and the ticket admits again."""
    registration = uow.registrations.lock(registration_id)
    registration.require_inside()
    undo = scan_now(registration, ScanKind.UNDO, gate=None, by=by, now=now)
    undo.reason = reason
    known = uow.scans.of_registrations([registration_id])[registration_id]
    # After all that is known, even where the clock of another server is a moment ahead.
    undo.at = max([now, *(scan.at + timedelta(microseconds=1) for scan in known)])
    uow.scans.add(undo)
    registration.inside_by(replay([*known, undo]))
    note(uow, What.CHECK_IN_UNDONE, registration, now=now, by=by, reason=reason)
    uow.publish(messages.attendance_recorded(registration.offer))
    return registration


def walk_in(
    uow: UnitOfWork,
    *,
    event_id: UUID,
    name: str,
    phone: str | None,
    by: UUID,
    now: datetime,
    gate: str | None = None,
) -> Registration:
    """Somebody without a registration takes a free seat and goes in; EventFull where there is none.

    Seats that are kept for some are theirs until they are released.
    """
    offer = uow.offers.lock(event_id)
    settle(uow, offer, now=now)
    _require_taking_place(offer)
    registration = Registration.of(
        id=new_id(),
        offer=offer,
        person_id=None,
        name=name,
        phone=phone,
        entry_code=new_entry_code(),
        now=now,
    )
    if not offer.has_seat_for(registration, now):
        raise EventFull
    offer.place(registration, now)
    registration = uow.registrations.add(registration)
    registration.check_in(now, by)
    uow.scans.add(scan_now(registration, ScanKind.WALK_IN, gate=gate, by=by, now=now))
    note(uow, What.WALKED_IN, registration, now=now, by=by)
    uow.publish(messages.offer_changed(offer, now))
    uow.publish(messages.attendance_recorded(offer))
    return registration


def find_admission(
    uow: UnitOfWork,
    tickets: TicketReader,
    *,
    event_id: UUID,
    ticket: str | None,
    code: str | None,
    registration_id: UUID | None,
) -> UUID:
    """Which registration a ticket, an entry code or a name on the list stands for; or TicketInvalid."""
    if code is not None:
        found = uow.registrations.by_code(event_id, plain_code(code))
        if found is None:
            raise TicketInvalid("unknown")
        return found.id
    if ticket is not None:
        read = tickets.read(ticket)
        if read.event_id != event_id:
            raise TicketInvalid("other-event")
        registration = uow.registrations.get(read.registration_id)
        if registration.issue != read.issue:
            raise TicketInvalid("reissued")
        return registration.id
    assert registration_id is not None  # the schema wants one of the three
    if uow.registrations.get(registration_id).event_id != event_id:
        raise TicketInvalid("other-event")
    return registration_id


def scan_now(
    registration: Registration, kind: ScanKind, *, gate: str | None, by: UUID, now: datetime
) -> Scan:
    """What a single request at the door leaves in the log of scans."""
    return Scan(
        id=new_id(),
        event_id=registration.event_id,
        nonce=new_id(),
        device_id=None,
        gate=gate,
        kind=kind,
        outcome=Outcome.UNDONE if kind is ScanKind.UNDO else Outcome.ADMITTED,
        registration_id=registration.id,
        let_in=False,
        at=now,
        device_at=now,
        received_at=now,
        by=by,
    )


def _require_taking_place(offer: Offer) -> None:
    if offer.cancelled:
        raise EventCancelled
    if offer.postponed:
        raise EventPostponed

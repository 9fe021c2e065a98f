"""What can be done with places, each as an organiser would say it. Operations never commit."""

from __future__ import annotations

import secrets
from datetime import datetime
from typing import Any
from uuid import UUID

from services.registrations import messages
from services.registrations.errors import AlreadyRegistered, TicketInvalid
from services.registrations.models import Offer, Registration, Status
from services.registrations.repository import UnitOfWork
from services.registrations.tickets import TicketReader
from shared.http.etags import EditedMeanwhile
from shared.ids import new_id

# Without letters and digits that people mistake for each other (0 O, 1 I L, 5 S, 2 Z, 8 B, U V).
CODE_ALPHABET = "ACDEFGHJKMNPQRTWXY34679"


def register(
    uow: UnitOfWork,
    *,
    event_id: UUID,
    person_id: UUID,
    now: datetime,
    name: str,
    phone: str | None = None,
    note: str | None = None,
) -> Registration:
    """Register an attendee: a place while there is one, else a number in the waitlist."""
    offer = uow.offers.lock(event_id)
    if existing := uow.registrations.active_of(event_id, person_id):
        raise AlreadyRegistered(registration_id=str(existing.id))
    registration = Registration.of(
        id=new_id(),
        offer=offer,
        person_id=person_id,
        name=name,
        phone=phone,
        note=note,
        entry_code=new_entry_code(),
        now=now,
    )
    offer.admit(registration, now)
    registration = uow.registrations.add(registration)
    confirmed = registration.status is Status.CONFIRMED
    uow.publish(
        messages.registration(
            messages.REGISTRATION_CONFIRMED if confirmed else messages.REGISTRATION_WAITLISTED,
            registration,
        )
    )
    uow.publish(messages.offer_changed(offer, now))
    return registration


def cancel(uow: UnitOfWork, *, registration_id: UUID, now: datetime, why: str) -> Registration:
    """Give up a place or a number in the waitlist; a freed place goes to the first in line at once."""
    registration = uow.registrations.lock(registration_id)
    if registration.status is Status.CANCELLED:
        return registration
    registration.offer.release(registration, now, why)
    registration.position = None
    uow.publish(messages.registration(messages.REGISTRATION_CANCELLED, registration))
    promote_from_waitlist(uow, registration.offer, now=now)
    uow.publish(messages.offer_changed(registration.offer, now))
    return registration


def promote_from_waitlist(uow: UnitOfWork, offer: Offer, *, now: datetime) -> None:
    """Give free places to those who wait, in their order. The offer is locked by the caller."""
    uow.session.flush()
    while offer.can_promote(now) and (first := uow.registrations.first_in_line(offer.event_id)):
        offer.promote(first)
        first.position = None
        uow.session.flush()
        uow.publish(messages.registration(messages.REGISTRATION_CONFIRMED, first, promoted=True))


def resize(
    uow: UnitOfWork, *, event_id: UUID, capacity: int, was: int | None, now: datetime
) -> Offer:
    """Change the number of seats, if it is still what the organiser saw; new ones go to those who wait."""
    offer = uow.offers.lock(event_id)
    if was is not None and was != offer.capacity:
        raise EditedMeanwhile
    offer.resize(capacity)
    promote_from_waitlist(uow, offer, now=now)
    uow.publish(messages.offer_changed(offer, now))
    return offer


def check_in(uow: UnitOfWork, *, registration_id: UUID, by: UUID, now: datetime) -> Registration:
    """Let somebody in, once."""
    registration = uow.registrations.lock(registration_id)
    registration.check_in(now, by)
    uow.publish(messages.attendance_recorded(registration.offer))
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
        found = uow.registrations.by_code(event_id, code.upper().replace("-", "").replace(" ", ""))
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


def take_in_event(uow: UnitOfWork, event: dict[str, Any], *, sequence: int, now: datetime) -> None:
    """Keep the copy of an event up to date; the seats of a known one stay as they were decided here."""
    offer = uow.offers.lock_if_known(event["id"])
    if offer is not None and offer.has_seen(sequence):
        return
    if offer is None:
        offer = Offer(
            event_id=event["id"],
            capacity=event["capacity"],
            confirmed=0,
            waitlisted=0,
            checked_in=0,
            last_number=0,
            sequence=0,
            cancelled=False,
            postponed=False,
        )
        uow.offers.add(offer)
    _copy(offer, event, sequence)
    uow.publish(messages.offer_changed(offer, now))


def close_offer(uow: UnitOfWork, event: dict[str, Any], *, sequence: int, now: datetime) -> None:
    """The event does not take place: every registration ends, and each person is told once."""
    take_in_event(uow, event, sequence=sequence, now=now)
    uow.session.flush()
    offer = uow.offers.lock(event["id"])
    if offer.event_sequence != sequence or offer.cancelled:
        return
    offer.cancelled = True
    for registration in uow.registrations.all_active(offer.event_id):
        offer.release(registration, now, "event-cancelled")
        uow.publish(messages.registration(messages.REGISTRATION_CANCELLED, registration))
    uow.publish(messages.offer_changed(offer, now))


def new_entry_code() -> str:
    """Eight characters that are easy to read out; about 36 bits, unique within its event by constraint."""
    return "".join(secrets.choice(CODE_ALPHABET) for _ in range(8))


def _copy(offer: Offer, event: dict[str, Any], sequence: int) -> None:
    offer.event_sequence = sequence
    offer.organisation_id, offer.title = event["organisation_id"], event["title"]
    offer.venue_name = (event["venue"] or {}).get("name")
    offer.starts_at, offer.ends_at, offer.timezone = (
        event["starts_at"],
        event["ends_at"],
        event["timezone"],
    )
    offer.postponed = event["status"] == "postponed"
    offer.waitlist = event["waitlist"]
    offer.opens_at, offer.closes_at = (
        event["registration_opens_at"],
        event["registration_closes_at"],
    )

"""One person's way: asking for a place, waiting, taking it, giving it up."""

from __future__ import annotations

import secrets
from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from services.registrations import messages
from services.registrations.errors import AlreadyRegistered
from services.registrations.models import Offer, Registration, Status, What
from services.registrations.operations.answering import answered, keep
from services.registrations.operations.seats import note, promote_from_waitlist, settle, tell
from services.registrations.repository import UnitOfWork
from shared.ids import new_id

# Without letters and digits that people mistake for each other (0 O, 1 I L, 5 S, 2 Z, 8 B, U V).
CODE_ALPHABET = "ACDEFGHJKMNPQRTWXY34679"


def register(
    uow: UnitOfWork, *, event_id: UUID, person_id: UUID, now: datetime, **wish: Any
) -> Registration:
    """Register an attendee: a place while there is one, else a number in the waitlist."""
    offer = uow.offers.lock(event_id)
    settle(uow, offer, now=now)
    registration = admit(
        uow,
        offer,
        person_id=person_id,
        existing=getattr(uow.registrations.active_of(event_id, person_id), "id", None),
        first_time=not uow.registrations.has_attended(person_id),
        now=now,
        **wish,
    )
    uow.publish(messages.offer_changed(offer, now))
    return registration


def admit(
    uow: UnitOfWork,
    offer: Offer,
    *,
    person_id: UUID,
    existing: UUID | None,
    first_time: bool,
    now: datetime,
    member_of: Collection[UUID] = (),
    organisation_id: UUID | None = None,
    answers: Mapping[str, Any] | None = None,
    form_version: int | None = None,
    **attendee: Any,
) -> Registration:
    """Admit one attendee to an offer that is locked and settled; who locked it tells how the offer stands after all.

    `existing` is the registration that the person has, and `member_of` the organisations to which the person belongs,
    which decides about the seats kept for them. The event's form is read first, so that a seat and the answers are
    decided together; `form_version` is the one that was on the screen. Refused, it leaves no trace.
    """
    if existing is not None:
        raise AlreadyRegistered(registration_id=str(existing))
    if organisation_id not in member_of:
        ours = [one.organisation_id for one in offer.quotas if one.organisation_id in member_of]
        organisation_id = ours[0] if ours else None
    registration = Registration.of(
        id=new_id(),
        offer=offer,
        person_id=person_id,
        organisation_id=organisation_id,
        first_time=first_time,
        entry_code=new_entry_code(),
        now=now,
        **attendee,
    )
    offer.require_open(now)
    sheet = answered(uow, offer, answers or {}, seen=form_version, now=now)
    offer.admit(registration, now)
    # Whoever comes has the highest number of those who wait.
    registration.position = offer.waitlisted if registration.status is Status.WAITLISTED else None
    uow.registrations.add_later(registration)
    keep(uow, registration, sheet)
    note(uow, What.REGISTERED, registration, now=now, by=person_id)
    tell(uow, registration)
    return registration


def cancel(
    uow: UnitOfWork, *, registration_id: UUID, now: datetime, why: str, by: UUID
) -> Registration:
    """Give up a place or a number in the waitlist; a freed place goes to the first in line at once."""
    registration = uow.registrations.lock(registration_id)
    settle(uow, registration.offer, now=now)
    if not registration.is_in_play:
        return registration
    registration.offer.release(registration, now, why)
    registration.position = None
    note(uow, What.CANCELLED, registration, now=now, by=by, reason=why)
    return _freed(uow, registration, now)


def accept(uow: UnitOfWork, *, registration_id: UUID, now: datetime) -> Registration:
    """Take the seat that is held for one. Repeated, it changes nothing."""
    registration = uow.registrations.lock(registration_id)
    settle(uow, registration.offer, now=now)
    registration.offer.accept(registration, now)
    uow.session.flush()
    note(uow, What.ACCEPTED, registration, now=now, by=registration.owner_id)
    return _freed(uow, registration, now)


def approve(uow: UnitOfWork, *, registration_id: UUID, by: UUID, now: datetime) -> Registration:
    """Say yes to a registration: it gets a place, or the next number in the waitlist.

    One whose answers were edited since gets back what it kept; from the waitlist, also what became free meanwhile.
    """
    registration = uow.registrations.lock(registration_id)
    settle(uow, registration.offer, now=now)
    registration.offer.approve(registration, now)
    uow.session.flush()
    registration.position = uow.registrations.position_of(registration)
    note(uow, What.APPROVED, registration, now=now, by=by)
    tell(uow, registration)
    if registration.status is Status.WAITLISTED:
        promote_from_waitlist(uow, registration.offer, now=now)
    uow.publish(messages.offer_changed(registration.offer, now))
    return registration


def decline(
    uow: UnitOfWork, *, registration_id: UUID, reason: str, by: UUID, now: datetime
) -> Registration:
    """Say no, with a reason that the person is told; a seat that was kept meanwhile goes to the next."""
    registration = uow.registrations.lock(registration_id)
    kept_a_seat = registration.keeps_seat
    registration.offer.decline(registration, now, reason)
    note(uow, What.DECLINED, registration, now=now, by=by, reason=reason)
    if kept_a_seat:
        return _freed(uow, registration, now)
    tell(uow, registration)
    return registration


def reissue(uow: UnitOfWork, *, registration_id: UUID, by: UUID, now: datetime) -> Registration:
    """A new ticket and entry code, where the old one was lost or passed on; the old one is refused."""
    registration = uow.registrations.lock(registration_id)
    registration.reissue(new_entry_code())
    note(uow, What.REISSUED, registration, now=now, by=by)
    return registration


def new_entry_code() -> str:
    """Eight characters that are easy to read out; about 36 bits, unique within its event by constraint."""
    return "".join(secrets.choice(CODE_ALPHABET) for _ in range(8))


def _freed(uow: UnitOfWork, registration: Registration, now: datetime) -> Registration:
    """Tell how it stands, and give to those who wait what it left."""
    tell(uow, registration)
    promote_from_waitlist(uow, registration.offer, now=now)
    uow.publish(messages.offer_changed(registration.offer, now))
    return registration

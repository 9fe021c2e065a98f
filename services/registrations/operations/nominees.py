"""A nominee's own answer: yes, which takes the seat that is kept, or no."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from services.registrations import messages
from services.registrations.errors import AlreadyRegistered, ConsentTextChanged
from services.registrations.models import Nominee, Registration, What
from services.registrations.models.consent import VERSION, consent_text
from services.registrations.operations.answering import answered, keep
from services.registrations.operations.registering import new_entry_code
from services.registrations.operations.seats import note, settle, tell
from services.registrations.repository import UnitOfWork
from shared.ids import new_id


def confirm_nominee(
    uow: UnitOfWork,
    *,
    nominee_id: UUID,
    person_id: UUID,
    name: str | None,
    phone: str | None,
    consent_version: int,
    language: str,
    now: datetime,
    answers: Mapping[str, Any] | None = None,
    form_version: int | None = None,
) -> Nominee:
    """Take the seat that a partner's list keeps, and agree to the text that was shown. Repeated by the same person, it changes nothing.

    Whoever knows the link and is signed in is the nominee (docs/adr/0010): the registration is theirs like any other. It needs no approval,
    since the organiser asked the partner. The event's form is answered like anybody's, else Invalid. AlreadyRegistered where they have a place, or wait for one, by themselves.
    """
    nominee = uow.nominations.lock_nominee(nominee_id)
    nomination, offer = nominee.nomination, nominee.nomination.offer
    settle(uow, offer, now=now)
    if nominee.has_confirmed(person_id):
        return nominee
    nominee.require_open(now)
    if consent_version != VERSION:
        raise ConsentTextChanged(version=VERSION)
    if existing := uow.registrations.active_of(offer.event_id, person_id):
        raise AlreadyRegistered(registration_id=str(existing.id))
    sheet = answered(uow, offer, answers or {}, seen=form_version, now=now)
    registration = Registration.of(
        id=new_id(),
        offer=offer,
        person_id=person_id,
        name=name or nominee.name,
        phone=phone or nominee.phone,
        organisation_id=nomination.organisation_id,
        nomination_id=nomination.id,
        first_time=not uow.registrations.has_attended(person_id),
        entry_code=new_entry_code(),
        now=now,
    )
    offer.seat_nominee(registration, now)
    registration = uow.registrations.add(registration)
    keep(uow, registration, sheet)
    nominee.confirm(
        registration, version=VERSION, text=consent_text(nomination.name, language), now=now
    )
    note(uow, What.REGISTERED, registration, now=now, by=person_id, reason="nominated")
    tell(uow, registration)
    uow.publish(messages.offer_changed(offer, now))
    return nominee


def decline_nomination(uow: UnitOfWork, *, nominee_id: UUID, now: datetime) -> Nominee:
    """Say no: the partner may name somebody else. Repeated, it changes nothing."""
    nominee = uow.nominations.lock_nominee(nominee_id)
    settle(uow, nominee.nomination.offer, now=now)
    nominee.decline(now)
    return nominee

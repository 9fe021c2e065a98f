"""Registering colleagues of the same business, who have no account here."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from services.registrations import messages
from services.registrations.errors import EventFull, GroupDoesNotFit, TooManyColleagues
from services.registrations.models import MOST_COLLEAGUES, Offer, Registration, What
from services.registrations.operations.registering import new_entry_code
from services.registrations.operations.seats import note, settle, tell
from services.registrations.repository import UnitOfWork
from shared.ids import new_id


def register_group(
    uow: UnitOfWork,
    *,
    event_id: UUID,
    people: Sequence[dict[str, Any]],
    together: bool,
    organisation_id: UUID | None,
    member_of: Collection[UUID],
    by: UUID,
    now: datetime,
) -> list[Registration]:
    """Register colleagues: each has a place and a ticket of their own, and whoever registered them sees and cancels each.

    What the event's form asks is answered afterwards, for each on their own ticket; until then it is said to be missing.

    `together`: all of them or none (GroupDoesNotFit). Else as many as there are seats, and the others wait in line; where
    there is no waitlist, none. The colleagues count for an organisation only if whoever registers them belongs to it.
    """
    offer = uow.offers.lock(event_id)
    settle(uow, offer, now=now)
    there = uow.registrations.colleagues_of(event_id, by)
    if there + len(people) > MOST_COLLEAGUES:
        raise TooManyColleagues(most=MOST_COLLEAGUES, there=there)
    group = [
        Registration.of(
            id=new_id(),
            offer=offer,
            person_id=None,
            registered_by=by,
            organisation_id=organisation_id if organisation_id in member_of else None,
            entry_code=new_entry_code(),
            now=now,
            **person,
        )
        for person in people
    ]
    _admit(offer, group, together=together, now=now)
    for registration in group:
        uow.registrations.add(registration)
        note(uow, What.REGISTERED, registration, now=now, by=by, reason="group")
        tell(uow, registration)
    uow.publish(messages.offer_changed(offer, now))
    return group


def _admit(offer: Offer, group: Sequence[Registration], *, together: bool, now: datetime) -> None:
    left = offer.seats_left(now)
    try:
        for registration in group:
            offer.admit(registration, now)
    except EventFull:
        raise GroupDoesNotFit(left=left) from None
    if together and any(registration.waitlist_number is not None for registration in group):
        raise GroupDoesNotFit(left=left)

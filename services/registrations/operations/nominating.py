"""A partner's list: opened by the organiser, filled and mended by the partner, closed by its deadline."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

from services.registrations import messages, nomination_messages
from services.registrations.errors import (
    DeadlineNotPossible,
    EventCancelled,
    NamedAlready,
    NominationExists,
)
from services.registrations.models import Nomination, Nominee, NomineeState, Offer, Quota, What
from services.registrations.operations.seats import (
    close_list,
    note,
    promote_from_waitlist,
    settle,
    tell,
)
from services.registrations.pasting import NO_SEAT_LEFT, STANDS_ALREADY, Pasted, Row
from services.registrations.repository import UnitOfWork
from shared.ids import new_id


def open_nomination(
    uow: UnitOfWork,
    *,
    event_id: UUID,
    organisation_id: UUID,
    name: dict[str, Any],
    seats: int,
    deadline: datetime,
    release_at: datetime | None,
    document_number: str | None,
    document_date: date | None,
    by: UUID,
    now: datetime,
) -> Nomination:
    """Ask a partner for names: its seats are kept from now until they are released (at the deadline, or later).

    CapacityBelowKept where so many are not free; NominationExists where it was asked before.
    """
    offer = uow.offers.lock(event_id)
    settle(uow, offer, now=now)
    if offer.cancelled:
        raise EventCancelled
    if there := uow.nominations.of(event_id, organisation_id):
        raise NominationExists(nomination_id=str(there.id))
    nomination = Nomination(
        id=new_id(),
        event_id=event_id,
        offer=offer,
        organisation_id=organisation_id,
        name=name,
        seats=0,
        document_number=document_number,
        document_date=document_date,
        opened_at=now,
        opened_by=by,
        sequence=0,
        nominees=[],
    )
    nomination.set_terms(seats=seats, deadline=deadline, now=now)
    offer.quotas.append(_quota(nomination, offer))
    _keep(nomination, release_at)
    offer.require_room_for_quotas(now)
    uow.nominations.add(nomination)
    note(uow, What.NOMINATION_OPENED, offer, now=now, by=by, details=_terms(nomination))
    _seats_changed(uow, offer, now)
    uow.publish(
        nomination_messages.nomination(nomination_messages.NOMINATION_OPENED, nomination, now)
    )
    return nomination


def change_nomination(
    uow: UnitOfWork,
    *,
    nomination_id: UUID,
    seats: int,
    deadline: datetime,
    release_at: datetime | None,
    by: UUID,
    now: datetime,
) -> Nomination:
    """Other seats or another deadline; one that was closed is open again. The partner is told."""
    nomination = _settled(uow, nomination_id, now)
    offer = nomination.offer
    if offer.cancelled:
        raise EventCancelled
    nomination.set_terms(seats=seats, deadline=deadline, now=now)
    _keep(nomination, release_at)
    offer.require_room_for_quotas(now)
    note(uow, What.NOMINATION_CHANGED, offer, now=now, by=by, details=_terms(nomination))
    _seats_changed(uow, offer, now)
    uow.publish(
        nomination_messages.nomination(nomination_messages.NOMINATION_OPENED, nomination, now)
    )
    return nomination


def bring_lists_forward(uow: UnitOfWork, offer: Offer, *, now: datetime) -> None:
    """No list ends after its event has begun; its partner is told of the earlier deadline. The offer is locked by the caller."""
    for nomination in uow.nominations.of_event(offer.event_id):
        if nomination.bring_forward():
            note(uow, What.NOMINATION_CHANGED, offer, now=now, details=_terms(nomination))
            if nomination.is_open(now):
                uow.publish(
                    nomination_messages.nomination(
                        nomination_messages.NOMINATION_OPENED, nomination, now
                    )
                )


def close_nomination(
    uow: UnitOfWork, *, nomination_id: UUID, by: UUID, now: datetime
) -> Nomination:
    """End a list before its deadline: what is unused is everybody's at once. Repeated, it changes nothing."""
    nomination = _settled(uow, nomination_id, now)
    if nomination.closed_at is None:
        close_list(uow, nomination, now=now, by=by)
        nomination.quota().release_at = now
        _seats_changed(uow, nomination.offer, now)
    return nomination


def nominate(
    uow: UnitOfWork, *, nomination_id: UUID, rows: Sequence[Row], by: UUID, now: datetime
) -> Pasted:
    """Name the people of a pasted list for the seats of a list; the good lines are taken, the others are said why they are not.

    Who stands on the list already is not named again, so a list that is pasted twice names everybody once.
    """
    nomination = _settled(uow, nomination_id, now)
    pasted = sort_out(nomination, rows, now)
    named = [
        _named(
            nomination, {"name": row.name, "phone": row.phone, "email": row.email}, by=by, now=now
        )
        for row in pasted.good
    ]
    if named:
        uow.session.flush()
        note(uow, What.NOMINATED, nomination.offer, now=now, by=by, details=_terms(nomination))
        uow.publish(
            nomination_messages.nomination(
                nomination_messages.NOMINATION_FILLED,
                nomination,
                now,
                asked=[nominee.id for nominee in named],
            )
        )
    return pasted


def sort_out(nomination: Nomination, rows: Sequence[Row], now: datetime) -> Pasted:
    """Which lines can be taken now; NominationClosed where none can any more."""
    nomination.require_open(now)
    left = nomination.left(now)
    nomination.require_room(min(1, left), now)
    good: list[Row] = []
    flagged: list[Row] = []
    for row in rows:
        why = row.why
        if why is None and nomination.stands_for(row.phone, row.email, now) is not None:
            why = STANDS_ALREADY
        elif why is None and len(good) >= left:
            why = NO_SEAT_LEFT
        if why is None:
            good.append(row)
        else:
            flagged.append(row if why is row.why else dataclasses.replace(row, why=why))
    return Pasted(good, flagged, left - len(good))


def replace(
    uow: UnitOfWork, *, nominee_id: UUID, person: dict[str, Any], by: UUID, now: datetime
) -> Nominee:
    """Name somebody else in a nominee's place; a seat that the other one had taken stays the partner's.

    NomineeAttended for one who was admitted, NomineeReplaced for one who was replaced before.
    """
    nominee = uow.nominations.lock_nominee(nominee_id)
    nomination, offer = nominee.nomination, nominee.nomination.offer
    settle(uow, offer, now=now)
    nominee.require_replaceable(now)
    there = nomination.stands_for(person["phone"], person["email"], now)
    if there not in (None, nominee):
        raise NamedAlready
    registration = nominee.registration
    if registration is not None and registration.is_in_play:
        offer.release(registration, now, "replaced")
        registration.position = None
        note(uow, What.CANCELLED, registration, now=now, by=by, reason="replaced")
        tell(uow, registration)
    nominee.give_way()
    nomination.require_room(1, now)
    substitute = _named(nomination, person, by=by, now=now, replaces=nominee.id)
    uow.session.flush()
    note(uow, What.NOMINEE_REPLACED, offer, now=now, by=by, details=_terms(nomination))
    _seats_changed(uow, offer, now)
    uow.publish(
        nomination_messages.nomination(
            nomination_messages.NOMINATION_REPLACED, nomination, now, asked=[substitute.id]
        )
    )
    return substitute


def _settled(uow: UnitOfWork, nomination_id: UUID, now: datetime) -> Nomination:
    """A list as it is now, with all that time has made due."""
    nomination = uow.nominations.lock(nomination_id)
    settle(uow, nomination.offer, now=now)
    return nomination


def _quota(nomination: Nomination, offer: Offer) -> Quota:
    return Quota(
        id=new_id(),
        event_id=offer.event_id,
        name=nomination.name,
        taken=0,
        priority=len(offer.quotas),
        organisation_id=nomination.organisation_id,
        area_id=None,
        first_timers=False,
        nomination_id=nomination.id,
    )


def _keep(nomination: Nomination, release_at: datetime | None) -> None:
    """Let the quota keep the seats, until the deadline at least."""
    quota = nomination.quota()
    quota.seats, quota.release_at = nomination.seats, release_at or nomination.deadline
    if quota.release_at < nomination.deadline:
        raise DeadlineNotPossible(starts_at=nomination.offer.local(nomination.offer.starts_at))


def _named(
    nomination: Nomination,
    person: dict[str, Any],
    *,
    by: UUID,
    now: datetime,
    replaces: UUID | None = None,
) -> Nominee:
    nominee = Nominee(
        id=new_id(),
        **person,
        state=NomineeState.NOMINATED,
        nominated_at=now,
        nominated_by=by,
        replaces=replaces,
    )
    nomination.nominees.append(nominee)
    return nominee


def _terms(nomination: Nomination) -> dict[str, Any]:
    """What the log keeps: no names."""
    return {
        "nomination_id": str(nomination.id),
        "seats": nomination.seats,
        "deadline": nomination.deadline.isoformat(),
    }


def _seats_changed(uow: UnitOfWork, offer: Offer, now: datetime) -> None:
    """Give what became free to those who wait, and let the others know."""
    promote_from_waitlist(uow, offer, now=now)
    uow.publish(messages.offer_changed(offer, now))

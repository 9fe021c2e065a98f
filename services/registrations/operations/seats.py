"""Seats as a whole: how many there are, for whom some are kept, and who gets what becomes free."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from services.registrations import messages, nomination_messages
from services.registrations.errors import (
    CapacityBelowConfirmed,
    OthersWouldLose,
    QuotaOfNomination,
)
from services.registrations.models import (
    Nomination,
    Offer,
    Quota,
    Registration,
    Status,
    What,
)
from services.registrations.repository import UnitOfWork
from shared.http.etags import EditedMeanwhile
from shared.ids import new_id

# What a nomination alone says of its quota.
_OF_NOMINATION = ("seats", "organisation_id", "release_at")


def note(
    uow: UnitOfWork,
    what: What,
    about: Offer | Registration,
    *,
    now: datetime,
    by: UUID | None = None,
    reason: str | None = None,
    details: dict[str, Any] | None = None,
) -> None:
    """Write down what happened to a registration, or to an offer as a whole."""
    uow.seat_log.add(**as_noted(what, about, now=now, by=by, reason=reason, details=details))


def as_noted(
    what: What,
    about: Offer | Registration,
    *,
    now: datetime,
    by: UUID | None = None,
    reason: str | None = None,
    details: dict[str, Any] | None = None,
) -> dict[str, Any]:
    """What is written down, for many at once.

    Of who waits it is kept why: the place in line, and the seats that were kept for others.
    """
    one = about if isinstance(about, Registration) else None
    if one is not None and one.status is Status.WAITLISTED and details is None:
        details = {"position": one.position, "kept": one.offer.kept_for(now)}
    return {
        "event_id": about.event_id,
        "registration_id": one.id if one else None,
        "at": now,
        "by": by,
        "what": what,
        "status": one.status if one else None,
        "quota_id": one.quota_id if one else None,
        "waitlist_number": one.waitlist_number if one else None,
        "reason": reason,
        "details": details,
    }


def tell(uow: UnitOfWork, registration: Registration, *, promoted: bool = False) -> None:
    """Let the others know how a registration stands; a walk-in is nobody whom they know.

    Of a colleague without an account the one who registered them is told.
    """
    if registration.owner_id is None:
        return
    uow.publish(
        messages.registration(
            messages.OF_STATUS[registration.status], registration, promoted=promoted
        )
    )


def promote_from_waitlist(uow: UnitOfWork, offer: Offer, *, now: datetime) -> None:
    """Give free seats to those who wait, in their order. The offer is locked by the caller."""
    uow.session.flush()
    while first := _next_in_line(uow, offer, now):
        offer.promote(first, now)
        first.position = None
        uow.session.flush()
        note(uow, What.PROMOTED, first, now=now)
        tell(uow, first, promoted=True)
    offer.due_at = _due(uow, offer, now)


def settle(uow: UnitOfWork, offer: Offer, *, now: datetime) -> None:
    """Do what time has made due: holds that ended go to the next, seats of released quotas to those who wait.

    Nominations whose deadline has passed are closed.
    """
    if offer.due_at is None or offer.due_at > now:
        return
    for lapsed in uow.registrations.lapsed(offer.event_id, now):
        offer.release(lapsed, now, "hold-lapsed")
        note(uow, What.LAPSED, lapsed, now=now)
        tell(uow, lapsed)
    for nomination in uow.nominations.due(offer.event_id, now):
        close_list(uow, nomination, now=now)
    promote_from_waitlist(uow, offer, now=now)
    uow.publish(messages.offer_changed(offer, now))


def close_list(
    uow: UnitOfWork, nomination: Nomination, *, now: datetime, by: UUID | None = None
) -> None:
    """Nobody is named, replaced or confirmed on this list any more. The offer is locked by the caller."""
    nomination.close(now)
    note(
        uow,
        What.NOMINATION_CLOSED,
        nomination.offer,
        now=now,
        by=by,
        details={"nomination_id": str(nomination.id)},
    )
    uow.publish(
        nomination_messages.nomination(nomination_messages.NOMINATION_CLOSED, nomination, now)
    )


def resize(
    uow: UnitOfWork,
    *,
    event_id: UUID,
    capacity: int,
    was: int | None,
    losing: Sequence[UUID] | None,
    by: UUID,
    now: datetime,
) -> Offer:
    """Change the number of seats, if it is still what the organiser saw; new ones go to those who wait.

    Below the seats that are taken only with the people named who lose theirs: those who came last. They are the first
    in line from then on. Where quotas keep seats, too, it is refused before anybody is named (CapacityBelowKept). A seat that is kept while edited answers are looked at is decided about first, by approving or
    declining.
    """
    offer = uow.offers.lock(event_id)
    settle(uow, offer, now=now)
    if was is not None and was != offer.capacity:
        raise EditedMeanwhile
    before, surplus = offer.capacity, offer.taken - capacity
    if capacity < before and surplus > 0 and not offer.cancelled:
        last = uow.registrations.seated_last(event_id, surplus)
        offer.require_room_to_cut(capacity, last, now)
        if losing is None or len(last) < surplus:
            raise CapacityBelowConfirmed(
                confirmed=offer.taken,
                losing=[{"id": str(one.id), "name": one.name} for one in last],
            )
        if {one.id for one in last} != set(losing):
            raise OthersWouldLose(losing=[{"id": str(one.id), "name": one.name} for one in last])
        for one in last:
            offer.unseat(one, now)
        uow.session.flush()
        for one in last:
            if one.status is Status.WAITLISTED:
                one.position = uow.registrations.position_of(one)
            note(uow, What.LOST_SEAT, one, now=now, by=by)
            tell(uow, one)
    offer.resize(capacity, now)
    note(uow, What.RESIZED, offer, now=now, by=by, details={"from": before, "to": capacity})
    promote_from_waitlist(uow, offer, now=now)
    uow.publish(messages.offer_changed(offer, now))
    return offer


def set_quotas(
    uow: UnitOfWork, *, event_id: UUID, quotas: Sequence[dict[str, Any]], by: UUID, now: datetime
) -> Offer:
    """All quotas of an event, in the order in which they are looked at; one that is not named any more is gone.

    Whoever has a seat keeps it. What a quota that is gone or smaller kept is everybody's. Those of nominations stay though they
    are not named; named, they may get another name or place in the order, nothing else (QuotaOfNomination).
    """
    offer = uow.offers.lock(event_id)
    settle(uow, offer, now=now)
    there = {quota.id: quota for quota in offer.quotas}
    kept: list[Quota] = []
    for priority, wanted in enumerate(quotas):
        quota = there.get(wanted.get("id") or new_id())
        if quota is None:
            quota = Quota(id=new_id(), event_id=event_id, taken=0)
        if quota.nomination_id is not None and any(
            getattr(quota, name) != wanted[name] for name in _OF_NOMINATION
        ):
            raise QuotaOfNomination
        for name in ("name", "seats", "organisation_id", "area_id", "first_timers", "release_at"):
            setattr(quota, name, wanted[name])
        quota.priority = priority
        kept.append(quota)
    for quota in offer.quotas:
        if quota.nomination_id is not None and quota not in kept:
            quota.priority = len(kept)
            kept.append(quota)
    offer.quotas[:] = kept
    offer.require_room_for_quotas(now)
    note(
        uow,
        What.QUOTAS_CHANGED,
        offer,
        now=now,
        by=by,
        details={"quotas": [{"id": str(one.id), "seats": one.seats} for one in kept]},
    )
    promote_from_waitlist(uow, offer, now=now)
    uow.publish(messages.offer_changed(offer, now))
    return offer


def change_rules(
    uow: UnitOfWork, *, event_id: UUID, rules: dict[str, Any], by: UUID, now: datetime
) -> Offer:
    """Whether an organiser approves, and how long a freed seat is held; for what comes from now on."""
    offer = uow.offers.lock(event_id)
    settle(uow, offer, now=now)
    for name, value in rules.items():
        setattr(offer, name, value)
    note(uow, What.RULES_CHANGED, offer, now=now, by=by, details=dict(rules))
    return offer


def _next_in_line(uow: UnitOfWork, offer: Offer, now: datetime) -> Registration | None:
    """Who waits longest of those for whom a seat is free."""
    if not offer.may_promote(now):
        return None
    if offer.seats_left(now):
        return uow.registrations.first_in_line(offer.event_id)
    firsts = (
        uow.registrations.first_in_line(offer.event_id, quota)
        for quota in offer.quotas
        if quota.kept(now)
    )
    waiting = [first for first in firsts if first is not None]
    return min(waiting, key=lambda one: one.waitlist_number or 0, default=None)


def _due(uow: UnitOfWork, offer: Offer, now: datetime) -> datetime | None:
    """When time makes something due next."""
    releases = [
        quota.release_at for quota in offer.quotas if quota.release_at and quota.release_at > now
    ]
    ends = uow.registrations.next_lapse(offer.event_id) if offer.held else None
    deadline = uow.nominations.next_deadline(offer.event_id)
    return min([*releases, *(one for one in (ends, deadline) if one)], default=None)

"""Keeping the copy of an event."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from services.registrations import messages
from services.registrations.models import Offer, What
from services.registrations.operations.nominating import bring_lists_forward
from services.registrations.operations.seats import note, promote_from_waitlist, tell
from services.registrations.repository import UnitOfWork


def take_in_event(uow: UnitOfWork, event: dict[str, Any], *, sequence: int, now: datetime) -> None:
    """Keep the copy of an event up to date; the seats of a known one stay as they were decided here.

    What became free when nobody was promoted any more, since it seemed to be over, goes to those who wait if it is moved.
    Lists of nominations end with its start at the latest.
    """
    offer = _follow(uow, event, sequence)
    if offer is not None:
        bring_lists_forward(uow, offer, now=now)
        promote_from_waitlist(uow, offer, now=now)
        uow.publish(messages.offer_changed(offer, now))


def close_offer(uow: UnitOfWork, event: dict[str, Any], *, sequence: int, now: datetime) -> None:
    """The event does not take place: every registration ends, and each person is told once."""
    offer = _follow(uow, event, sequence)
    if offer is None or offer.cancelled:
        return
    uow.session.flush()
    offer.cancelled, offer.due_at = True, None
    for registration in uow.registrations.all_in_play(offer.event_id):
        offer.release(registration, now, "event-cancelled")
        note(uow, What.CANCELLED, registration, now=now, reason="event-cancelled")
        tell(uow, registration)
    uow.publish(messages.offer_changed(offer, now))


def _follow(uow: UnitOfWork, event: dict[str, Any], sequence: int) -> Offer | None:
    """The offer, locked, with its copy of the event up to date; None where a newer message overtook this one."""
    offer = uow.offers.lock_if_known(event["id"])
    if offer is not None and offer.has_seen(sequence):
        return None
    if offer is None:
        offer = Offer.of(event_id=event["id"], capacity=event["capacity"])
        uow.offers.add(offer)
    _copy(offer, event, sequence)
    return offer


def _copy(offer: Offer, event: dict[str, Any], sequence: int) -> None:
    offer.event_sequence = sequence
    offer.organisation_id, offer.title = event["organisation_id"], event["title"]
    offer.organiser = (event["organisation"] or {}).get("name")
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

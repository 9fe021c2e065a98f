"""Many who ask for places at once: as if each came alone, in their order, for the price of one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from services.registrations import messages
from services.registrations.models import Offer, Registration
from services.registrations.operations.registering import admit
from services.registrations.operations.seats import settle
from services.registrations.repository import UnitOfWork
from shared.http.problems import NotFound, Problem


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """One person's request for a place; `more` are the other arguments of `admit`."""

    event_id: UUID
    person_id: UUID
    now: datetime
    more: Mapping[str, Any] = field(default_factory=dict)


def register_all(
    uow: UnitOfWork, offers: Mapping[UUID, Offer], wishes: Sequence[Wish]
) -> list[Registration | Problem]:
    """What `register` would say to each, in their order; who is refused keeps nobody else from a place.

    `offers` are locked, and each tells once how it stands after all.
    """
    latest = {wish.event_id: wish.now for wish in sorted(wishes, key=lambda wish: wish.now)}
    for event_id, now in latest.items():
        if event_id in offers:
            settle(uow, offers[event_id], now=now)
    there, attended = uow.registrations.standing_of({wish.person_id for wish in wishes}, offers)
    outcomes: list[Registration | Problem] = []
    changed: set[UUID] = set()
    for wish in wishes:
        about = wish.event_id, wish.person_id
        try:
            if (offer := offers.get(wish.event_id)) is None:
                raise NotFound
            admitted = admit(
                uow,
                offer,
                person_id=wish.person_id,
                existing=there.get(about),
                first_time=wish.person_id not in attended,
                now=wish.now,
                **wish.more,
            )
        except Problem as problem:
            outcomes.append(problem)
        else:
            outcomes.append(admitted)
            there[about] = admitted.id
            changed.add(wish.event_id)
    for event_id in sorted(changed):
        uow.publish(messages.offer_changed(offers[event_id], latest[event_id]))
    return outcomes

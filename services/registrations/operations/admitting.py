"""Many who ask for places, or stand at the door, at once: as if each came alone, in their order, for the price of one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from services.registrations import messages
from services.registrations.errors import TicketInvalid
from services.registrations.models import Offer, Registration
from services.registrations.models.registration import plain_code
from services.registrations.operations.door import check_in, find_admission
from services.registrations.operations.registering import admit
from services.registrations.operations.seats import settle
from services.registrations.repository import UnitOfWork
from services.registrations.tickets import TicketReader
from shared.http.access import Right
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


@dataclass(frozen=True, slots=True, kw_only=True)
class Showing:
    """What somebody shows at the door; `scanned` are the arguments of `find_admission`, `more` those of `check_in`."""

    event_id: UUID
    by: UUID
    now: datetime
    # Whether the one at the door may let people in there.
    right: Right
    scanned: Mapping[str, Any]
    more: Mapping[str, Any] = field(default_factory=dict)


def check_in_all(
    uow: UnitOfWork,
    tickets: TicketReader,
    offers: Mapping[UUID, Offer],
    showings: Sequence[Showing],
) -> list[Registration | Problem]:
    """What `check_in` would say to each, in their order. `offers` are locked."""
    _read_together(uow, tickets, showings)
    outcomes: list[Registration | Problem] = []
    for one in showings:
        try:
            offer = offers.get(one.event_id)
            if offer is None or not one.right.covers(
                organisation=offer.organisation_id, event=one.event_id
            ):
                raise NotFound
            found = find_admission(uow, tickets, event_id=one.event_id, **one.scanned)
            outcomes.append(
                check_in(uow, registration_id=found, by=one.by, now=one.now, **one.more)
            )
        except Problem as problem:
            outcomes.append(problem)
    return outcomes


def _read_together(uow: UnitOfWork, tickets: TicketReader, showings: Sequence[Showing]) -> None:
    ids, codes = set(), set()
    for one in showings:
        ticket, code, id_ = (one.scanned[name] for name in ("ticket", "code", "registration_id"))
        if ticket is not None:
            with suppress(TicketInvalid):
                ids.add(tickets.read(ticket).registration_id)
        elif code is not None:
            codes.add((one.event_id, plain_code(code)))
        else:
            ids.add(id_)
    uow.registrations.hold_all(ids, codes)

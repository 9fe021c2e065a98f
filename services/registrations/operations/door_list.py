"""What a device at the door takes with it, and what is told of a door as a whole."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from services.registrations.errors import DoorClosed, EventCancelled
from services.registrations.models import Offer, Registration, Status
from services.registrations.models.door import Conflict
from services.registrations.repository import UnitOfWork
from services.registrations.tickets import TicketSigner
from shared.database.types import jsonable
from shared.http import cursors

# How long after its end an event's names stay on devices.
KEPT_AFTER = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class DoorList:
    """One page of the list, signed; `version` is where the next one goes on."""

    list: str
    version: int
    expires_at: datetime
    next: str | None


@dataclass(frozen=True, slots=True)
class Gate:
    """A gate, and who went in there."""

    gate: str | None
    admitted: int
    walk_ins: int


def door_list(
    uow: UnitOfWork,
    signer: TicketSigner,
    *,
    event_id: UUID,
    since: int | None,
    cursor: str | None,
    limit: int,
    now: datetime,
) -> DoorList:
    """Who may come in: all of them, or those to which something happened after the version `since`.

    Of who has a seat it holds what a door needs, of all others that they have none. It is signed, and it expires:
    a device refuses any other.
    """
    offer = uow.offers.get(event_id)
    if offer.cancelled:
        raise EventCancelled
    expires_at = offer.ends_at + KEPT_AFTER
    if now >= expires_at:
        raise DoorClosed
    version, since, after = _position(uow, event_id, since, cursor)
    page, following = uow.door_lists.page(event_id, since=since, after=after, limit=limit)
    claims = {
        "event_id": event_id,
        "version": version,
        "since": since,
        "iat": int(now.timestamp()),
        "exp": int(expires_at.timestamp()),
        "items": [_entry(registration) for registration in page],
    }
    text = json.dumps(jsonable(claims), ensure_ascii=False, separators=(",", ":"))
    return DoorList(
        list=signer.sign_list(text.encode()),
        version=version,
        expires_at=expires_at,
        next=cursors.encode(version, since if since is not None else "", following)
        if following
        else None,
    )


def code_digest(event_id: UUID, code: str) -> str:
    """What a list holds in place of an entry code: 32 of its 36 bits or so, so that each stands for many codes."""
    return hashlib.sha256(f"{event_id}:{code}".encode()).hexdigest()[:8]


def door_figures(uow: UnitOfWork, offer: Offer) -> dict[str, Any]:
    """Who is in and who is expected, by gate and by quota."""
    gates = [Gate(*row) for row in uow.scans.admitted_by_gate(offer.event_id)]
    kept = {quota.id for quota in offer.quotas}
    of_quota: dict[UUID | None, tuple[int, int]] = {}
    for quota_id, (inside, expected) in uow.door_lists.by_quota(offer.event_id).items():
        # Whoever has a seat of a quota that is gone has one of everybody's.
        key = quota_id if quota_id in kept else None
        before = of_quota.get(key, (0, 0))
        of_quota[key] = (before[0] + inside, before[1] + expected)
    names: list[tuple[UUID | None, Any]] = [(quota.id, quota.name) for quota in offer.quotas]
    return {
        "event_id": offer.event_id,
        "admitted": offer.checked_in,
        "expected": offer.confirmed,
        "walk_ins": sum(gate.walk_ins for gate in gates),
        "conflicts": uow.scans.count_troubled(offer.event_id),
        "gates": gates,
        "quotas": [
            {"quota_id": quota, "name": name, "admitted": inside, "expected": expected}
            for quota, name in [*names, (None, None)]
            for inside, expected in [of_quota.get(quota, (0, 0))]
        ],
    }


def page_of_conflicts(
    uow: UnitOfWork, *, event_id: UUID, cursor: str | None, limit: int
) -> tuple[list[Conflict], str | None]:
    """What an organiser has to look at after the devices have told."""
    found, following = uow.scans.troubled(event_id, cursor=cursor, limit=limit)
    about = uow.door_lists.some(
        event_id, {scan.registration_id for scan in found if scan.registration_id}
    )
    first = uow.scans.by_id({scan.first_id for scan in found if scan.first_id})
    return [
        Conflict(
            scan,
            about.get(scan.registration_id) if scan.registration_id else None,
            first.get(scan.first_id) if scan.first_id else None,
        )
        for scan in found
    ], following


def _position(
    uow: UnitOfWork, event_id: UUID, since: int | None, cursor: str | None
) -> tuple[int, int | None, UUID | None]:
    """The version that is being taken, the one it goes on from, and after whom its page begins."""
    if cursor is None:
        version = uow.door_lists.version(event_id)
        # A version from another life of this database: everything, then.
        return version, None if since is not None and since > version else since, None
    version_, since_, after = cursors.decode(cursor, 3)
    try:
        taken, goes_on = int(version_), int(since_) if since_ else None
        following = UUID(after)
    except ValueError:
        raise cursors.bad_cursor() from None
    if not (0 <= taken < 2**63 and (goes_on is None or 0 <= goes_on < 2**63)):
        raise cursors.bad_cursor()
    return taken, goes_on, following


def _entry(registration: Registration) -> dict[str, Any]:
    if registration.status is not Status.CONFIRMED:
        return {"id": registration.id, "status": registration.status.value}
    return {
        "id": registration.id,
        "issue": registration.issue,
        "name": registration.name,
        "code": code_digest(registration.event_id, registration.entry_code),
        "quota": registration.quota_id,
        "in": registration.checked_in_at,
    }

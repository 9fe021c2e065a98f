"""What can be done with an event, and what is kept of others' messages about it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from services.events import messages
from services.events.errors import WarningsNotAccepted
from services.events.models import Event, OrganisationCopy, RegistrationCopy, SeatsCopy
from services.events.models.kind import NO_SUCH_KIND
from services.events.models.rule import Warned
from services.events.operations.programmes import belonging
from services.events.operations.warnings import accept_all
from services.events.repository import UnitOfWork
from shared.http.problems import Invalid
from shared.ids import new_id
from shared.messaging.message import MessageType


def draft(
    uow: UnitOfWork, fields: Mapping[str, Any], *, organisation_id: UUID, host: str, now: datetime
) -> Event:
    """Begin an event; nobody is told yet. `host` is the name in this deployment's address."""
    _require_known_kind(uow, fields)
    fields = belonging(uow, fields, organisation_id=organisation_id)
    event = Event.draft(
        id=new_id(), organisation_id=organisation_id, host=host, fields=fields, now=now
    )
    return uow.events.save(event)


def edit(uow: UnitOfWork, event: Event, fields: Mapping[str, Any], *, now: datetime) -> Event:
    """Change a draft, or the texts of a published event; who relies on it is told. It stands apart in its series."""
    event.stand_apart(change(uow, event, fields, now=now))
    return event


def change(uow: UnitOfWork, event: Event, fields: Mapping[str, Any], *, now: datetime) -> set[str]:
    """As `edit`, alone or as one of many; the names of what changed."""
    _require_known_kind(uow, fields)
    fields = belonging(uow, fields, organisation_id=event.organisation_id, event=event)
    changed = event.edit(fields, now)
    event = uow.events.save(event)
    if changed and event.is_public:
        uow.publish(messages.event(messages.EVENT_CHANGED, event, changed=changed))
        _invite(uow, event, now=now)
    return changed


def publish(
    uow: UnitOfWork,
    event: Event,
    *,
    now: datetime,
    accept: Sequence[Mapping[str, Any]] = (),
    by: UUID | None = None,
    found: Sequence[Warned] | None = None,
) -> Event:
    """Show it to everybody and invite its partners. Done twice, it is done once.

    `accept` gives the reasons of the person `by` for going on in spite of warnings; without those that a rule asks
    for, WarningsNotAccepted. `found` is what it is warned of, if that was asked for many together.
    """
    if event.publish(now):
        warned = accept_all(uow, event, accept, by=by, now=now, found=found)
        if in_the_way := [one.told() for one in warned if one.is_in_the_way]:
            raise WarningsNotAccepted(warnings=in_the_way)
        uow.publish(messages.event(messages.EVENT_PUBLISHED, event))
        _invite(uow, event, now=now)
    return event


def reschedule(
    uow: UnitOfWork,
    event: Event,
    *,
    starts_at: datetime,
    ends_at: datetime,
    registration_closes_at: datetime | None,
    reason: dict[str, Any],
    now: datetime,
) -> Event:
    """Move a published event and tell everybody who comes. It stands apart in its series."""
    changed = move(
        uow,
        event,
        starts_at=starts_at,
        ends_at=ends_at,
        registration_closes_at=registration_closes_at,
        reason=reason,
        now=now,
    )
    event.stand_apart(changed)
    return event


def move(
    uow: UnitOfWork,
    event: Event,
    *,
    starts_at: datetime,
    ends_at: datetime,
    registration_closes_at: datetime | None,
    reason: dict[str, Any],
    now: datetime,
) -> set[str]:
    """As `reschedule`, alone or as one of many; the names of what changed."""
    changed = event.reschedule(
        starts_at=starts_at,
        ends_at=ends_at,
        registration_closes_at=registration_closes_at,
        reason=reason,
        now=now,
    )
    if changed:
        _tell_why(uow, messages.EVENT_CHANGED, event, changed)
    return changed


def postpone(uow: UnitOfWork, event: Event, *, reason: dict[str, Any], now: datetime) -> Event:
    """Put a published event off until its new time is known; everybody keeps the place and is told why."""
    if event.postpone(reason, now):
        _tell_why(uow, messages.EVENT_POSTPONED, event, ("status",))
    return event


def complete(uow: UnitOfWork, event: Event, *, now: datetime) -> Event:
    """Say that it has taken place."""
    if event.complete(now):
        uow.publish(messages.event(messages.EVENT_COMPLETED, event, changed=("status",)))
    return event


def cancel(uow: UnitOfWork, event: Event, *, reason: dict[str, Any], now: datetime) -> Event:
    """Call a published event off, for good, and tell everybody why."""
    if event.cancel(reason, now):
        _tell_why(uow, messages.EVENT_CANCELLED, event, ("status",))
    return event


def take_in_organisation(uow: UnitOfWork, state: dict[str, Any], *, sequence: int) -> None:
    """Keep what an organisation is called."""
    copy = uow.organisations.lock_if_known(state["id"])
    if copy is None:
        copy = uow.organisations.add(OrganisationCopy(organisation_id=state["id"], sequence=0))
    copy.take(state, sequence=sequence)


def take_in_registration(
    uow: UnitOfWork, state: dict[str, Any], *, status: str, sequence: int
) -> None:
    """Keep who has, or waits for, a place."""
    copy = uow.registrations.lock_if_known(state["id"])
    if copy is None:
        copy = uow.registrations.add(
            RegistrationCopy(
                registration_id=state["id"],
                person_id=state["person_id"],
                event_id=state["event_id"],
                sequence=0,
            )
        )
    copy.take(status, sequence=sequence)


def take_in_seats(uow: UnitOfWork, state: dict[str, Any], *, sequence: int) -> None:
    """Show how many seats are left."""
    _seats(uow, state["event_id"]).take(state, sequence=sequence)


def take_in_attendance(uow: UnitOfWork, state: dict[str, Any], *, sequence: int) -> None:
    """Keep how many were admitted."""
    _seats(uow, state["event_id"]).take_attendance(state["checked_in"], sequence=sequence)


def _seats(uow: UnitOfWork, event_id: UUID) -> SeatsCopy:
    return uow.seats.lock_if_known(event_id) or uow.seats.add(SeatsCopy.of(event_id))


def _tell_why(uow: UnitOfWork, type_: MessageType, event: Event, changed: Iterable[str]) -> None:
    uow.publish(messages.event(type_, event, changed=changed, reason=event.reason))


def _invite(uow: UnitOfWork, event: Event, *, now: datetime) -> None:
    for partner in event.not_invited(now):
        uow.publish(messages.partner_invited(event, partner))


def _require_known_kind(uow: UnitOfWork, fields: Mapping[str, Any]) -> None:
    if "kind" in fields and not uow.kinds.is_known(fields["kind"]):
        raise Invalid({"kind": NO_SUCH_KIND})

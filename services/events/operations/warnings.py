"""What an event is warned of, and going on in spite of it with a reason. A warning never forbids."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from services.events.errors import NoSuchWarning
from services.events.models import AcceptedWarning, Event
from services.events.models.rule import Surroundings, Warned, days_of, warnings_of
from services.events.repository import UnitOfWork
from shared.database.types import jsonable


def warnings(uow: UnitOfWork, event: Event, *, now: datetime) -> list[Warned]:
    """The rules that an event does not keep at `now`; four queries, however many there are."""
    days = days_of(event)
    around = Surroundings(
        now=now,
        holidays=uow.rules.holidays(*days) if days else (),
        clashes=uow.rules.clashes(event),
    )
    return warnings_of(event, uow.rules.all(), uow.rules.accepted(event.id), around)


def accept_warning(
    uow: UnitOfWork,
    event: Event,
    *,
    rule: str,
    reason: Mapping[str, Any],
    by: UUID,
    now: datetime,
) -> Warned:
    """Go on in spite of a warning. Accepted again for the same reason, it stays accepted by whom it was."""
    found = {one.rule.key: one for one in warnings(uow, event, now=now)}
    if rule not in found:
        raise NoSuchWarning
    return _accept(uow, event, found[rule], reason=reason, by=by, now=now)


def accept_all(
    uow: UnitOfWork,
    event: Event,
    wishes: Sequence[Mapping[str, Any]],
    *,
    by: UUID | None,
    now: datetime,
) -> list[Warned]:
    """Accept what is named of an event's warnings; all of them, as they are then. What is not warned of is passed over.

    A warning may have gone since the list of them was shown.
    """
    reasons = {wish["rule"]: wish["reason"] for wish in wishes}
    return [
        _accept(uow, event, one, reason=reasons[one.rule.key], by=by, now=now)
        if one.rule.key in reasons and by is not None
        else one
        for one in warnings(uow, event, now=now)
    ]


def holidays_of(
    uow: UnitOfWork, events: Iterable[Event], *, now: datetime
) -> dict[UUID, list[Warned]]:
    """The holidays that new drafts fall on, by event; two queries for all of them."""
    days = {event.id: (event, days_of(event)) for event in events}
    known = [between for _, between in days.values() if between]
    if not known:
        return {event_id: [] for event_id in days}
    rules = [rule for rule in uow.rules.all() if rule.check == "holiday"]
    holidays = uow.rules.holidays(min(first for first, _ in known), max(last for _, last in known))
    found = {}
    for event_id, (event, between) in days.items():
        on_it = [one for one in holidays if between and between[0] <= one.date <= between[1]]
        found[event_id] = warnings_of(event, rules, (), Surroundings(now=now, holidays=on_it))
    return found


def _accept(
    uow: UnitOfWork,
    event: Event,
    warned: Warned,
    *,
    reason: Mapping[str, Any],
    by: UUID,
    now: datetime,
) -> Warned:
    if warned.accepted is not None and warned.accepted.reason == reason:
        return warned
    accepted = AcceptedWarning(
        event_id=event.id,
        rule_key=warned.rule.key,
        reason=jsonable(reason),
        about=warned.identity,
        accepted_by=by,
        accepted_at=now,
    )
    return Warned(warned.rule, warned.about, uow.rules.accept(accepted))

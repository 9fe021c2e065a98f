"""What an event is warned of, and going on in spite of it with a reason. A warning never forbids."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from services.events.errors import NoSuchWarning
from services.events.models import AcceptedWarning, Event, Holiday
from services.events.models.rule import Surroundings, Warned, days_of, warnings_of
from services.events.repository import UnitOfWork
from shared.database.types import jsonable


def warnings(uow: UnitOfWork, event: Event, *, now: datetime) -> list[Warned]:
    """The rules that an event does not keep at `now`."""
    return warnings_of_all(uow, [event], now=now)[event.id]


def warnings_of_all(
    uow: UnitOfWork, events: Sequence[Event], *, now: datetime
) -> dict[UUID, list[Warned]]:
    """By event, the rules that it does not keep at `now`; four queries, however many events and rules there are."""
    if not events:
        return {}
    ids = [event.id for event in events]
    rules, accepted = uow.rules.all(), uow.rules.accepted(ids)
    clashes, holidays = uow.rules.clashes(events), _holidays(uow, events)
    return {
        event.id: warnings_of(
            event,
            rules,
            accepted.get(event.id, ()),
            Surroundings(
                now=now, holidays=holidays.get(event.id, ()), clashes=clashes.get(event.id, ())
            ),
        )
        for event in events
    }


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
    found: Sequence[Warned] | None = None,
) -> list[Warned]:
    """Accept what is named of an event's warnings; all of them, as they are then. What is not warned of is passed over.

    A warning may have gone since the list of them was shown. `found` are those of the event, if they were asked before.
    """
    reasons = {wish["rule"]: wish["reason"] for wish in wishes}
    return [
        _accept(uow, event, one, reason=reasons[one.rule.key], by=by, now=now)
        if one.rule.key in reasons and by is not None
        else one
        for one in (warnings(uow, event, now=now) if found is None else found)
    ]


def holidays_of(
    uow: UnitOfWork, events: Iterable[Event], *, now: datetime
) -> dict[UUID, list[Warned]]:
    """The holidays that new drafts fall on, by event; two queries for all of them."""
    events = list(events)
    holidays = _holidays(uow, events)
    rules = [rule for rule in uow.rules.all() if rule.check == "holiday"] if holidays else []
    return {
        event.id: warnings_of(
            event, rules, (), Surroundings(now=now, holidays=holidays.get(event.id, ()))
        )
        for event in events
    }


def _holidays(uow: UnitOfWork, events: Iterable[Event]) -> dict[UUID, list[Holiday]]:
    """The holidays on the days of each event that has days; one query."""
    days = {event.id: between for event in events if (between := days_of(event))}
    if not days:
        return {}
    known = uow.rules.holidays(
        min(first for first, _ in days.values()), max(last for _, last in days.values())
    )
    return {
        event_id: [one for one in known if first <= one.date <= last]
        for event_id, (first, last) in days.items()
    }


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

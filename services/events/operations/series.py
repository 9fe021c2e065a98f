"""What can be done with the events of a series together. Each is changed by the same rules as if it were alone."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from services.events.errors import WarningsNotAccepted
from services.events.models import Event, Series, Status
from services.events.models.moving import all_along
from services.events.models.series import pattern, planned, read, wished
from services.events.operations import events as single
from services.events.operations.warnings import warnings_of_all
from services.events.repository import UnitOfWork
from shared.http.problems import Invalid
from shared.ids import new_id
from shared.text import Text

# What moves a published event; everybody who comes is told why.
_MOVES = ("starts_at", "ends_at", "registration_closes_at")
_NO_REASON = Text(
    "Xin nêu lý do đổi giờ; lý do được gửi cho người đã đăng ký các sự kiện đã công bố.",
    "Please give the reason for the move; it is sent to everybody who registered for those published.",
)
_NOT_OF_IT = Text(
    "Sự kiện này không thuộc chuỗi; xin chọn một sự kiện của chuỗi.",
    "This event is not of the series; please choose one that is.",
)


def preview(rule: str, *, starts_at: datetime, timezone: str) -> dict[str, Any]:
    """The dates that a rule gives and its normal form; Invalid says what is wrong with it. Nothing is kept."""
    return {"rule": read(rule).text, "dates": planned(rule, starts_at, timezone)}


def repeat(uow: UnitOfWork, event: Event, rule: str, *, host: str, now: datetime) -> Series:
    """Make a draft, whose row is locked, the first date of a series; the other dates are drafts like it."""
    series = uow.series.add(Series.begin(event, rule, id=new_id(), now=now))
    first, *others = series.dates()
    series.take(event, first)
    usual = pattern([event], start=first, now=now)
    _draft(uow, series, others, usual, {}, start=first, host=host, now=now)
    return series


def change_series(
    uow: UnitOfWork,
    series: Series,
    fields: Mapping[str, Any],
    *,
    rule: str | None = None,
    from_event_id: UUID | None = None,
    reason: dict[str, Any] | None = None,
    cancel_reason: dict[str, Any] | None = None,
    host: str,
    now: datetime,
) -> Series:
    """Change all events of a series, or one and those that follow it, which then are a series of their own.

    Times are those of the first of them; the others get theirs at the same distance from their start. `reason`
    says why published events move. Dates that a new rule no longer gives: drafts go; what was published is
    cancelled if `cancel_reason` says why, and stays otherwise. What was changed for one alone stays so, and what
    is called off or has begun is left as it is. Returns the series of those that were changed.
    """
    events = uow.series.lock_events(series)
    if from_event_id is not None:
        at = _one_of(events, from_event_id)
        following = series.divide(at, id=new_id(), now=now)
        if following is not series:
            series, events = uow.series.add(following), _from(events, at)
            for event in events:
                event.series_id = series.id
    series.changed(now)
    fields = dict(fields)
    lead = fields.pop("starts_at", series.starts_at)
    dates: dict[UUID, datetime] = {}
    missing: list[datetime] = []
    gone: list[Event] = []
    if rule is not None or lead != series.starts_at:
        standing = series.change_rule(rule or series.rule, lead, events)
        for date, stands in zip(series.dates(), standing, strict=True):
            if stands is None:
                missing.append(date)
            else:
                stands.occurrence = dates[stands.id] = date
        gone = [event for event in events if event.id not in dates]
    usual = pattern(events, start=lead, now=now)
    _drop(uow, gone, reason=cancel_reason, now=now)
    for event in events:
        deleted = event in gone and event.status is Status.DRAFT
        if not deleted and not event.is_settled(now):
            # Nobody knows when one takes place that is postponed: it gets its time alone.
            own = None if event.status is Status.POSTPONED else dates.get(event.id)
            wish = wished(event, fields, lead=lead, date=own)
            _change_one(uow, event, wish, reason=reason, now=now)
    # What lies behind is not made up afterwards.
    ahead = [date for date in missing if date > now]
    _draft(uow, series, ahead, usual, fields, start=lead, host=host, now=now)
    return series


def publish_series(
    uow: UnitOfWork,
    series: Series,
    *,
    from_event_id: UUID | None = None,
    accept: Sequence[Mapping[str, Any]] = (),
    by: UUID | None = None,
    now: datetime,
) -> Series:
    """Show all drafts of a series to everybody, or one and those that follow; Invalid if one of them is not finished.

    A draft whose time is over stays one. Done twice, it is done once. What is accepted is so for each that is warned;
    without a reason that a rule asks for, WarningsNotAccepted lists what all of them are warned of.
    """
    drafts = publishable(_locked(uow, series, from_event_id), now)
    found = warnings_of_all(uow, drafts, now=now)
    open_: dict[str, dict[str, Any]] = {}
    for event in drafts:
        try:
            single.publish(uow, event, accept=accept, by=by, now=now, found=found[event.id])
        except WarningsNotAccepted as refused:
            for one in refused.values["warnings"]:
                known = open_.setdefault(one["rule"], one | {"about": []})
                known["about"] += [it for it in one["about"] if it not in known["about"]]
    if open_:
        raise WarningsNotAccepted(warnings=list(open_.values()))
    if drafts:
        series.changed(now)
    return series


def publishable(events: Iterable[Event], now: datetime) -> list[Event]:
    """The drafts among them whose time is not over."""
    return [
        event
        for event in events
        if event.status is Status.DRAFT and not (event.ends_at and event.ends_at <= now)
    ]


def cancel_series(
    uow: UnitOfWork,
    series: Series,
    *,
    reason: dict[str, Any],
    from_event_id: UUID | None = None,
    now: datetime,
) -> Series:
    """Call off all published events of a series that lie ahead, or one and those that follow; drafts stay."""
    ahead = [
        event
        for event in _locked(uow, series, from_event_id)
        if event.is_public and not event.is_settled(now)
    ]
    for event in ahead:
        single.cancel(uow, event, reason=reason, now=now)
    if ahead:
        series.changed(now)
    return series


def _change_one(
    uow: UnitOfWork,
    event: Event,
    wish: dict[str, Any],
    *,
    reason: dict[str, Any] | None,
    now: datetime,
) -> None:
    """A draft is edited; a published event is moved and edited, so that everybody is told as if it were alone."""
    if event.is_public:
        known = {name: event.value_of(name) for name in _MOVES}
        times = known | {name: wish.pop(name) for name in _MOVES if wish.get(name) is not None}
        if event.status is Status.PUBLISHED and times != known:
            if reason is None:
                raise Invalid({"reason": _NO_REASON})
            single.move(uow, event, **times, reason=reason, now=now)
    if wish:
        single.change(uow, event, wish, now=now)


def _drop(
    uow: UnitOfWork, gone: Sequence[Event], *, reason: dict[str, Any] | None, now: datetime
) -> None:
    """Events whose date the rule no longer gives."""
    uow.series.delete_events(event for event in gone if event.status is Status.DRAFT)
    if reason is not None:
        for event in gone:
            if event.is_public and not event.is_settled(now):
                single.cancel(uow, event, reason=reason, now=now)


def _draft(
    uow: UnitOfWork,
    series: Series,
    dates: Iterable[datetime],
    usual: Mapping[str, Any],
    fields: Mapping[str, Any],
    *,
    start: datetime,
    host: str,
    now: datetime,
) -> None:
    """New dates of a series, each with an id and a UID of its own.

    `usual` is what they look like, `fields` what is changed in it; both are of an event that starts at `start`.
    """
    zone = series.timezone
    drafts = []
    for date in dates:
        draft = Event.draft(
            id=new_id(),
            organisation_id=series.organisation_id,
            host=host,
            fields=all_along(usual, before=start, after=date, timezone=zone) | {"starts_at": date},
            now=now,
        )
        draft.edit(all_along(fields, before=start, after=date, timezone=zone), now)
        series.take(draft, date)
        drafts.append(draft)
    uow.series.add_events(drafts)


def _locked(uow: UnitOfWork, series: Series, from_event_id: UUID | None) -> Sequence[Event]:
    events = uow.series.lock_events(series)
    return events if from_event_id is None else _from(events, _one_of(events, from_event_id))


def _one_of(events: Sequence[Event], event_id: UUID) -> Event:
    for event in events:
        if event.id == event_id:
            return event
    raise Invalid({"from": _NOT_OF_IT})


def _from(events: Sequence[Event], at: Event) -> Sequence[Event]:
    return events[events.index(at) :]

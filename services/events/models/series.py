"""A series: the rule that gave its events their dates, and which event stands for which date when the rule changes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, date, datetime
from typing import Any, Self
from uuid import UUID
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from services.events.errors import OnlyDraftsRepeat, RepeatsAlready
from services.events.models import checks
from services.events.models.base import Base
from services.events.models.event import TEXTS, Event, Status
from services.events.models.moving import WITH_THE_START, value_along
from services.events.models.recurrence import Rule, RuleRefused
from shared.http.problems import Invalid
from shared.text import Text

# What a new date has from the others. What was published afterwards belongs to the one that took place, and
# what is owed is paid once.
COPIED = frozenset(
    TEXTS
    | {"kind", "illustrative", "timezone", "capacity", "waitlist", "partners", "co_organisers"}
    | set(WITH_THE_START)
) - {"conclusion", "owed_event_id"}

_NOT_ITS_DATE = Text(
    "Sự kiện này không phải là một ngày của chuỗi; xin chọn một ngày trong chuỗi.",
    "This event is not one of the dates of the series; please choose one that is.",
)
_NO_START = Text("Xin nhập giờ bắt đầu.", "Please say when it starts.")


class Series(Base):
    """Events that repeat. Each is an event of its own; this row is locked before any of them is changed as one of it."""

    __tablename__ = "series"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    organisation_id: Mapped[UUID] = mapped_column(index=True)
    rule: Mapped[str] = mapped_column(sa.Text, doc="In its normal form")
    starts_at: Mapped[datetime] = mapped_column(doc="The first start")
    timezone: Mapped[str] = mapped_column(sa.String(64), doc="In whose clocks the rule counts")
    version: Mapped[int]
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]

    @classmethod
    def begin(cls, event: Event, rule: str, *, id: UUID, now: datetime) -> Self:
        """A series with a draft as its first date; Invalid if it has no start or the rule is refused."""
        if event.series_id is not None:
            raise RepeatsAlready
        if event.status is not Status.DRAFT:
            raise OnlyDraftsRepeat
        if event.starts_at is None:
            raise Invalid({"starts_at": _NO_START})
        series = cls(
            id=id,
            organisation_id=event.organisation_id,
            timezone=event.timezone,
            version=1,
            created_at=now,
            updated_at=now,
        )
        series._follow(rule, event.starts_at)
        return series

    def dates(self) -> list[datetime]:
        """Every start that the rule gives, in order; UTC."""
        return [
            start.astimezone(UTC) for start in planned(self.rule, self.starts_at, self.timezone)
        ]

    def change_rule(
        self, rule: str, starts_at: datetime, events: Iterable[Event]
    ) -> list[Event | None]:
        """Follow another rule, or the same from another start: for each of its dates the event that stands for it.

        If the first date stays the same day, so does every event whose day the new rule gives too. If the first
        date moves, the events move with it in their order. None: nobody stands for that date yet.
        Invalid if the rule is refused; nothing is changed then.
        """
        were, started = self.dates(), self.starts_at
        self._follow(rule, starts_at)
        # Should a published one and a draft stand for the same date, it is the published one's.
        known = sorted(events, key=lambda event: event.is_public)
        by_start = {event.occurrence: event for event in known}
        if self._day(started) != self._day(self.starts_at):
            in_order = [by_start.get(start) for start in were]
            found = in_order + [None] * len(self.dates())
            return found[: len(self.dates())]
        # Who stands outside of the old rule comes first, so that one of its dates is preferred.
        ordered = sorted(by_start.values(), key=lambda event: event.occurrence in were)
        by_day = {self._day(event.occurrence): event for event in ordered if event.occurrence}
        return [by_day.get(self._day(start)) for start in self.dates()]

    def divide(self, at: Event, *, id: UUID, now: datetime) -> Series:
        """End before one of its dates; the series that begins there, or itself if that is its first.

        Invalid if the event is none of its dates.
        """
        dates = self.dates()
        if at.series_id != self.id or at.occurrence not in dates:
            raise Invalid({"from": _NOT_ITS_DATE})
        first = dates[: dates.index(at.occurrence)]
        if not first:
            return self
        before, rest = Rule(self.rule).divided(first)
        self.rule = before.text
        self.changed(now)
        return Series(
            id=id,
            organisation_id=self.organisation_id,
            rule=rest.text,
            starts_at=at.occurrence,
            timezone=self.timezone,
            version=1,
            created_at=now,
            updated_at=now,
        )

    def take(self, event: Event, occurrence: datetime) -> None:
        """An event is one of this series, for that date."""
        event.series_id, event.occurrence = self.id, occurrence

    def outside(self, events: Iterable[Event]) -> list[Event]:
        """Those that people rely on although the rule no longer gives their date."""
        dates = set(self.dates())
        return [
            event
            for event in events
            if event.is_public
            and event.status is not Status.CANCELLED
            and event.occurrence not in dates
        ]

    def changed(self, now: datetime) -> None:
        self.version += 1
        self.updated_at = now

    def _follow(self, rule: str, starts_at: datetime) -> None:
        dates = planned(rule, starts_at, self.timezone)
        # An hour that clocks show twice is the first one.
        self.rule, self.starts_at = read(rule).text, dates[0].astimezone(UTC)

    def _day(self, moment: datetime | None) -> date | None:
        return moment and moment.astimezone(ZoneInfo(self.timezone)).date()


def read(rule: str) -> Rule:
    """A rule, or Invalid with what is wrong with it."""
    try:
        return Rule.parse(rule)
    except RuleRefused as refused:
        raise Invalid({"rule": refused.text}) from None


def planned(rule: str, starts_at: datetime, timezone: str) -> list[datetime]:
    """The starts that a rule gives, on the clocks of that zone; Invalid says what is wrong with the rule or the zone."""
    if errors := checks.unknown_zone(timezone):
        raise Invalid(dict(errors))
    try:
        return read(rule).occurrences(starts_at, timezone)
    except RuleRefused as refused:
        raise Invalid({"rule": refused.text}) from None


def pattern(events: Sequence[Event], *, start: datetime, now: datetime) -> dict[str, Any]:
    """What a date of the series looks like that begins at `start`, seen from those that are there.

    Each field is that of the first event that does not stand apart in it; what is over or called off is asked last.
    """
    asked = sorted(events, key=lambda event: (event.is_settled(now), event.occurrence or start))
    fields = {}
    for name in COPIED:
        own = {name, "starts_at"} if name in WITH_THE_START else {name}
        usual = [event for event in asked if own.isdisjoint(event.apart)] or asked
        source = next((event for event in usual if event.starts_at is not None), usual[0])
        value = source.value_of(name)
        if source.starts_at is not None:
            value = value_along(
                name, value, before=source.starts_at, after=start, timezone=source.timezone
            )
        fields[name] = value
    return fields


def wished(
    event: Event, fields: Mapping[str, Any], *, lead: datetime, date: datetime | None
) -> dict[str, Any]:
    """What a change of the series asks of one event; what it stands apart in stays.

    `fields` are those of the event that starts at `lead`: times among them move along. `date` is the start that
    the event gets if it has not one of its own; then what is counted from its start moves along.
    """
    start, zone = event.starts_at, event.timezone
    wish: dict[str, Any] = {}
    if date is not None and start is not None and "starts_at" not in event.apart and date != start:
        # When registration opens has been announced with the event.
        fixed = {"registration_opens_at"} if event.is_public else set()
        wish = {
            name: value_along(name, event.value_of(name), before=start, after=date, timezone=zone)
            for name in WITH_THE_START
            if name not in fixed
        }
        wish["starts_at"] = start = date
    for name in fields.keys() - set(event.apart):
        value = fields[name]
        wish[name] = (
            value_along(name, value, before=lead, after=start, timezone=zone) if start else value
        )
    return wish

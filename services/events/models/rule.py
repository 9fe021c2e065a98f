"""Rules that warn and never forbid, holidays, and the warnings that somebody accepted: rows, each with its source."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from services.events.models.base import Base
from services.events.models.event import Event
from services.events.models.programme import was_held
from services.events.models.use import LEADER, ROOM


class Rule(Base):
    """One thing that is checked: for which kinds, how, and where it is written."""

    __tablename__ = "rules"

    key: Mapped[str] = mapped_column(sa.String(64), primary_key=True)
    kinds: Mapped[list[Any] | None] = mapped_column(doc="Keys of the kinds it is for; None for all")
    check: Mapped[str] = mapped_column(sa.String(64), doc="The name of one of CHECKS")
    parameters: Mapped[dict[str, Any]]
    text: Mapped[dict[str, Any]]
    source: Mapped[dict[str, Any] | None]
    must_be_accepted: Mapped[bool] = mapped_column(
        doc="Whether publishing needs somebody to accept it"
    )
    position: Mapped[int] = mapped_column(doc="Its place in lists")

    def is_for(self, kind: str) -> bool:
        return self.kinds is None or kind in self.kinds


class Holiday(Base):
    """A day on which nobody works, by which law."""

    __tablename__ = "holidays"

    date: Mapped[date] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(sa.String(64), primary_key=True)
    name: Mapped[dict[str, Any]]
    source: Mapped[dict[str, Any]]


class AcceptedWarning(Base):
    """Somebody went on in spite of a warning, and said why.

    It holds as long as the warning is about the same: who accepted 25 days of notice has not accepted five.
    """

    __tablename__ = "accepted_warnings"

    event_id: Mapped[UUID] = mapped_column(sa.ForeignKey("events.id"), primary_key=True)
    rule_key: Mapped[str] = mapped_column(sa.ForeignKey("rules.key"), primary_key=True)
    reason: Mapped[dict[str, Any]]
    about: Mapped[list[Any]] = mapped_column(doc="What the warning was about")
    accepted_by: Mapped[UUID] = mapped_column(doc="The person, by id alone")
    accepted_at: Mapped[datetime]


@dataclass(frozen=True, slots=True)
class About:
    """What a warning is about: a day or another event, with a name for people, and where that day is written."""

    date: date | None = None
    event_id: UUID | None = None
    text: dict[str, Any] | None = None
    source: dict[str, Any] | None = None

    @property
    def identity(self) -> list[str | None]:
        """What makes it the same: names may be corrected."""
        return [
            self.date.isoformat() if self.date else None,
            str(self.event_id) if self.event_id else None,
        ]


@dataclass(frozen=True, slots=True)
class Clash:
    """Another event that needs the same leader or the same room at the same time."""

    what: str
    event_id: UUID
    title: dict[str, Any]
    starts_at: datetime


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What is known around an event when it is checked."""

    now: datetime
    holidays: Sequence[Holiday] = ()
    clashes: Sequence[Clash] = ()


@dataclass(frozen=True, slots=True)
class Warned:
    """A rule that an event does not keep, with what it is about, and by whom it was accepted, if it was."""

    rule: Rule
    about: list[About] = field(default_factory=list)
    accepted: AcceptedWarning | None = None

    @property
    def identity(self) -> list[Any]:
        """What an acceptance of it is bound to."""
        return [one.identity for one in self.about]

    def told(self) -> dict[str, Any]:
        """It in words, for people."""
        return {
            "rule": self.rule.key,
            "text": self.rule.text,
            "source": self.rule.source,
            "about": [
                {
                    "date": one.date,
                    "event_id": one.event_id,
                    "text": one.text,
                    "source": one.source,
                }
                for one in self.about
            ],
        }

    @property
    def is_in_the_way(self) -> bool:
        """Whether the event cannot be published before somebody accepts it."""
        return self.rule.must_be_accepted and self.accepted is None


Check = Callable[[Event, dict[str, Any], Surroundings], list[About] | None]


def days_of(event: Event) -> tuple[date, date] | None:
    """The first and the last day of an event, in its zone; None while it has no time."""
    if event.starts_at is None or event.ends_at is None:
        return None
    zone = ZoneInfo(event.timezone)
    return event.starts_at.astimezone(zone).date(), event.ends_at.astimezone(zone).date()


def _published_days_before(
    event: Event, parameters: dict[str, Any], around: Surroundings
) -> list[About] | None:
    """Published, or still to be, later than so many days before; days of the calendar, as laws count them."""
    if (days := days_of(event)) is None:
        return None
    latest = days[0] - timedelta(days=parameters["days"])
    told_at = (event.published_at or around.now).astimezone(ZoneInfo(event.timezone)).date()
    return [About(date=latest)] if told_at > latest else None


def _has_agenda(event: Event, _: dict[str, Any], __: Surroundings) -> list[About] | None:
    return None if event.agenda else []


def _concluded_days_after(
    event: Event, parameters: dict[str, Any], around: Surroundings
) -> list[About] | None:
    """Held, and so many days later without a conclusion, or with one of a later date."""
    if (days := days_of(event)) is None or not was_held(event, around.now):
        return None
    latest = days[1] + timedelta(days=parameters["days"])
    if event.conclusion is None:
        late = around.now.astimezone(ZoneInfo(event.timezone)).date() > latest
    else:
        said_on = event.conclusion.get("date")
        late = said_on is not None and date.fromisoformat(said_on) > latest
    return [About(date=latest)] if late else None


def _holiday(_: Event, __: dict[str, Any], around: Surroundings) -> list[About] | None:
    return [
        About(date=one.date, text=one.name, source=one.source) for one in around.holidays
    ] or None


def _clash_of(what: str) -> Check:
    def check(_: Event, __: dict[str, Any], around: Surroundings) -> list[About] | None:
        return [
            About(event_id=one.event_id, text=one.title)
            for one in around.clashes
            if one.what == what
        ] or None

    return check


def _closes_after_start(event: Event, _: dict[str, Any], __: Surroundings) -> list[About] | None:
    closes_at, starts_at = event.registration_closes_at, event.starts_at
    return [] if closes_at and starts_at and closes_at > starts_at else None


PUBLISHED_DAYS_BEFORE = "published_days_before"
CHECKS: dict[str, Check] = {
    PUBLISHED_DAYS_BEFORE: _published_days_before,
    "has_agenda": _has_agenda,
    "concluded_days_after": _concluded_days_after,
    "holiday": _holiday,
    "leader_twice": _clash_of(LEADER),
    "room_twice": _clash_of(ROOM),
    "closes_after_start": _closes_after_start,
}


def warnings_of(
    event: Event,
    rules: Sequence[Rule],
    accepted: Sequence[AcceptedWarning],
    around: Surroundings,
) -> list[Warned]:
    """The rules that an event does not keep, in their order. A check that this release does not know warns of nothing."""
    by_rule = {one.rule_key: one for one in accepted}
    found = []
    for rule in rules:
        if not rule.is_for(event.kind_key) or rule.check not in CHECKS:
            continue
        about = CHECKS[rule.check](event, rule.parameters, around)
        if about is None:
            continue
        warned = Warned(rule, about, by_rule.get(rule.key))
        if warned.accepted is not None and warned.accepted.about != warned.identity:
            warned = Warned(rule, about)
        found.append(warned)
    return found


def notice_of(rules: Sequence[Rule], kind: str) -> timedelta:
    """How long before it an event of this kind has to be published."""
    days = [
        rule.parameters["days"]
        for rule in rules
        if rule.check == PUBLISHED_DAYS_BEFORE and rule.is_for(kind)
    ]
    return timedelta(days=max(days, default=0))

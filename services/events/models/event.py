"""An event, from draft to cancellation, with the rules of what may be changed when."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship, validates

from services.events.errors import (
    EventCancelled,
    EventCompleted,
    EventNotOver,
    EventOver,
    EventPostponed,
    FixedAfterPublication,
    NotPublished,
)
from services.events.models import checks
from services.events.models.base import Base
from services.events.models.copies import OrganisationCopy, SeatsCopy
from services.events.models.kind import Kind
from services.events.models.moving import agenda_along
from services.events.models.partner import Part, Partner
from services.events.models.shapes import AS_JSON, shaped
from services.events.models.spoken import Spoken
from services.events.models.use import Use, used
from shared.database.types import jsonable, string_enum
from shared.http.problems import Invalid
from shared.text import fold

# What may be edited at any time before the cancellation; the rest of a published event is relied upon.
TEXTS = frozenset(
    {
        "title",
        "summary",
        "description",
        "audience",
        "hosts",
        "speakers",
        "agenda",
        "venue",
        "attendance_mode",
        "join_url",
        "languages",
        "attachments",
        "cover",
        "contacts",
        "document",
        "legal_basis",
        "conclusion",
        "programme_id",
        "owed_event_id",
    }
)
# What is still told of an event that has taken place.
AFTERWARDS = frozenset(
    {
        "summary",
        "description",
        "attachments",
        "cover",
        "contacts",
        "conclusion",
        "programme_id",
        "owed_event_id",
    }
)
# What somebody sees who has the event in a calendar.
IN_CALENDARS = frozenset(
    {
        "title",
        "summary",
        "description",
        "venue",
        "attendance_mode",
        "join_url",
        "starts_at",
        "ends_at",
    }
)


# Lists of organisations, and the part that those in them have.
PARTICIPANTS = {"partners": Part.PARTNER, "co_organisers": Part.CO_ORGANISER}


class Status(StrEnum):
    """How far an event is."""

    DRAFT = "draft"
    PUBLISHED = "published"
    POSTPONED = "postponed"
    CANCELLED = "cancelled"
    COMPLETED = "completed"


class AttendanceMode(StrEnum):
    """How one takes part (schema.org/EventAttendanceModeEnumeration)."""

    OFFLINE = "offline"
    ONLINE = "online"
    MIXED = "mixed"


class Event(Base):
    """A gathering that people attend.

    Three counters: `version` for whoever edits, `sequence` for messages, `calendar_sequence` for what
    calendars show (RFC 5545, section 3.8.7.4). Whoever changes an event holds this row's lock.
    """

    __tablename__ = "events"
    # What a list is narrowed to, in its order, and with the end, by which what is over is left out.
    __table_args__ = (
        sa.Index("events_in_order", "starts_at", "id", "ends_at"),
        sa.Index("events_of_kind", "kind_key", "starts_at", "id", "ends_at"),
        sa.Index("events_of_organisation", "organisation_id", "starts_at", "id", "ends_at"),
        sa.Index("events_of_area", "venue_area_id", "starts_at", "id", "ends_at"),
        sa.Index("events_of_status", "status", "starts_at", "id", "ends_at"),
        sa.Index("events_by_change", "updated_at", "id"),
        # Parts of words; SQLite has nothing like it, and no such number of events.
        sa.Index(
            "events_by_words",
            "folded",
            postgresql_using="gin",
            postgresql_ops={"folded": "gin_trgm_ops"},
        ).ddl_if(dialect="postgresql"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    organisation_id: Mapped[UUID] = mapped_column(index=True)
    kind_key: Mapped[str] = mapped_column(sa.ForeignKey("kinds.key"))
    status: Mapped[Status] = mapped_column(string_enum(Status))
    title: Mapped[dict[str, Any]]
    summary: Mapped[dict[str, Any] | None]
    description: Mapped[dict[str, Any] | None]
    audience: Mapped[dict[str, Any] | None]
    illustrative: Mapped[bool]
    hosts: Mapped[list[Any]]
    speakers: Mapped[list[Any]]
    agenda: Mapped[list[Any]]
    languages: Mapped[list[Any]] = mapped_column(doc="Spoken there, as BCP 47 tags")
    attachments: Mapped[list[Any]] = mapped_column(doc="Links; files are kept elsewhere")
    cover: Mapped[dict[str, Any] | None]
    contacts: Mapped[list[Any]] = mapped_column(doc="Offices to ask, by their public numbers")
    conclusion: Mapped[dict[str, Any] | None] = mapped_column(doc="What was published afterwards")
    attendance_mode: Mapped[AttendanceMode] = mapped_column(string_enum(AttendanceMode))
    join_url: Mapped[str | None] = mapped_column(sa.Text, doc="Only for who has a place")
    venue: Mapped[dict[str, Any] | None]
    venue_area_id: Mapped[UUID | None] = mapped_column(index=True)
    starts_at: Mapped[datetime | None]
    ends_at: Mapped[datetime | None]
    timezone: Mapped[str] = mapped_column(sa.String(64))
    capacity: Mapped[int | None] = mapped_column(
        doc="As published; registrations decides after that"
    )
    waitlist: Mapped[bool]
    registration_opens_at: Mapped[datetime | None]
    registration_closes_at: Mapped[datetime | None]
    document: Mapped[dict[str, Any] | None]
    legal_basis: Mapped[str | None] = mapped_column(sa.Text)
    programme_id: Mapped[UUID | None] = mapped_column(
        sa.ForeignKey("programmes.id"), index=True, doc="The programme that it belongs to"
    )
    owed_event_id: Mapped[UUID | None] = mapped_column(
        sa.ForeignKey("owed_events.id"), index=True, doc="What of that programme it pays"
    )
    reason: Mapped[dict[str, Any] | None] = mapped_column(
        doc="Of the last rescheduling, of the postponement or of the cancellation"
    )
    folded: Mapped[str] = mapped_column(sa.Text, doc="What a search looks through")
    series_id: Mapped[UUID | None] = mapped_column(sa.ForeignKey("series.id"), index=True)
    occurrence: Mapped[datetime | None] = mapped_column(
        doc="The start that the rule of its series gave, wherever it was moved to since"
    )
    apart: Mapped[list[Any]] = mapped_column(
        doc="Names of what was changed for this one of its series alone"
    )

    uid: Mapped[str] = mapped_column(sa.String(300), unique=True)
    version: Mapped[int]
    sequence: Mapped[int] = mapped_column(doc="Of the messages about this event")
    calendar_sequence: Mapped[int]
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]
    published_at: Mapped[datetime | None]
    postponed_at: Mapped[datetime | None]
    cancelled_at: Mapped[datetime | None]
    completed_at: Mapped[datetime | None]

    kind: Mapped[Kind] = relationship(lazy="joined", innerjoin=True, viewonly=True)
    participants: Mapped[list[Partner]] = relationship(
        order_by=Partner.position, lazy="selectin", cascade="all, delete-orphan"
    )
    # Loaded only where languages change.
    spoken: Mapped[list[Spoken]] = relationship(cascade="all, delete-orphan")
    # Loaded only where hosts or venue change.
    uses: Mapped[list[Use]] = relationship(cascade="all, delete-orphan")
    # Copies without foreign keys: they may come later than the event, or never.
    organisation: Mapped[OrganisationCopy | None] = relationship(
        primaryjoin=lambda: (
            sa.orm.foreign(Event.organisation_id) == OrganisationCopy.organisation_id
        ),
        lazy="joined",
        viewonly=True,
    )
    seats: Mapped[SeatsCopy | None] = relationship(
        primaryjoin=lambda: sa.orm.foreign(Event.id) == SeatsCopy.event_id,
        lazy="joined",
        viewonly=True,
        uselist=False,
    )

    @classmethod
    def draft(
        cls, *, id: UUID, organisation_id: UUID, host: str, fields: Mapping[str, Any], now: datetime
    ) -> Event:
        """A draft, as unfinished as it may be; Invalid where its parts contradict each other.

        `host` is the name in the address of this deployment; with the id it makes the calendar's UID,
        which stays even if the deployment moves.
        """
        event = cls(
            id=id,
            organisation_id=organisation_id,
            uid=f"{id}@{host}",
            status=Status.DRAFT,
            version=1,
            sequence=0,
            calendar_sequence=0,
            created_at=now,
            updated_at=now,
            hosts=[],
            speakers=[],
            agenda=[],
            languages=["vi"],
            attachments=[],
            contacts=[],
            attendance_mode=AttendanceMode.OFFLINE,
            participants=[],
            illustrative=False,
            waitlist=True,
            apart=[],
        )
        event._set(fields)
        event._require_no(checks.contradictions(event))
        return event

    @validates("languages")
    def _keep_spoken(self, _: str, languages: list[str]) -> list[str]:
        """Languages and their rows change together, whoever sets them."""
        known = {one.language: one for one in self.spoken}
        self.spoken = [known.get(one) or Spoken(language=one) for one in languages]
        return languages

    @property
    def is_public(self) -> bool:
        """Whether everybody may see it."""
        return self.status is not Status.DRAFT

    @property
    def is_off(self) -> bool:
        """Whether nobody should come at the time that was announced."""
        return self.status in (Status.CANCELLED, Status.POSTPONED)

    def registration_state(self, now: datetime) -> str | None:
        """Whether one can register now, and why not; None while registrations has not told of its seats.

        From the event's own times: no message tells that a window has opened.
        """
        if self.seats is None:
            return None
        assert self.registration_opens_at and self.registration_closes_at  # noqa: PT018 - it was published
        if self.is_off:
            return self.status.value
        if now < self.registration_opens_at:
            return "not-yet-open"
        if now >= self.registration_closes_at:
            return "closed"
        return "open" if self.seats.left else "full"

    def edit(self, fields: Mapping[str, Any], now: datetime) -> set[str]:
        """Change what differs; the names of what did ("venue" for another place, else "venue.accessibility").

        Raises EventCancelled, FixedAfterPublication naming what is changed elsewhere, or Invalid.
        """
        self._require_not_cancelled()
        wanted = self._different(fields)
        moved = "venue" in wanted and self._takes_place_elsewhere(wanted["venue"])
        # Calendars show the point on the map too, though nobody is told when only that is put right.
        redrawn = "venue" in wanted and self._is_elsewhere_on_the_map(wanted["venue"])
        if self.status is Status.COMPLETED and wanted.keys() - AFTERWARDS:
            raise EventCompleted
        if self.is_public and (fixed := wanted.keys() - TEXTS - {"partners", "co_organisers"}):
            raise FixedAfterPublication(fixed)
        if not wanted:
            return set()
        self._set(wanted)
        found = checks.contradictions(self)
        if self.is_public:
            found = checks.missing(self) | found
        self._require_no(found)
        names = {
            "venue.accessibility" if name == "venue" and not moved else name for name in wanted
        }
        self._changed({*names, "venue"} if redrawn else names, now)
        return names

    def publish(self, now: datetime) -> bool:
        """Show it to everybody; False if it was before. Invalid names all that is missing or wrong."""
        self._require_not_cancelled()
        if self.is_public:
            return False
        self._require_no(
            checks.missing(self) | checks.contradictions(self) | checks.over(self, now)
        )
        self.status, self.published_at = Status.PUBLISHED, now
        self._changed((), now)
        return True

    def reschedule(
        self,
        *,
        starts_at: datetime,
        ends_at: datetime,
        registration_closes_at: datetime | None,
        reason: dict[str, Any],
        now: datetime,
    ) -> set[str]:
        """Move a published event, or give a postponed one its new time; the names of what moved, empty if nothing did.

        The end of registration keeps its distance to the start unless it is given; it is never later
        than the event's end. The items of the agenda move along.
        """
        self._require_ahead(now)
        assert self.starts_at is not None and self.registration_closes_at is not None  # noqa: PT018
        was_postponed = self.status is Status.POSTPONED
        closes_at = registration_closes_at or min(
            starts_at - (self.starts_at - self.registration_closes_at), ends_at
        )
        wanted = self._different(
            {
                "starts_at": starts_at,
                "ends_at": ends_at,
                "registration_closes_at": closes_at,
                "agenda": agenda_along(
                    self.agenda, before=self.starts_at, after=starts_at, timezone=self.timezone
                ),
            }
        )
        if not wanted and not was_postponed:
            return set()
        self._set(wanted)
        self._require_no(checks.contradictions(self) | checks.begun(self, now))
        self.status, self.postponed_at, self.reason = Status.PUBLISHED, None, jsonable(reason)
        # A postponed event that takes place at its old time after all is in calendars again.
        self._changed({*wanted, "starts_at"}, now)
        # Whoever was told that it is off has to learn when it is, even if nothing moved.
        return {*wanted, "status", "starts_at", "ends_at"} if was_postponed else set(wanted)

    def postpone(self, reason: dict[str, Any], now: datetime) -> bool:
        """It will take place, nobody knows yet when; False if that was said before. Places are kept."""
        if self.status is Status.POSTPONED:
            return False
        self._require_ahead(now)
        self.status, self.postponed_at, self.reason = Status.POSTPONED, now, jsonable(reason)
        self._changed(IN_CALENDARS, now)
        return True

    def complete(self, now: datetime) -> bool:
        """It has taken place; False if that was said before. Before its end nobody can know."""
        if self.status is Status.COMPLETED:
            return False
        self._require_not_cancelled()
        if self.status is Status.DRAFT:
            raise NotPublished
        if self.status is Status.POSTPONED:
            raise EventPostponed
        if self.ends_at is None or self.ends_at > now:
            raise EventNotOver
        self.status, self.completed_at = Status.COMPLETED, now
        self._changed((), now)
        return True

    def cancel(self, reason: dict[str, Any], now: datetime) -> bool:
        """Call it off, for good; False if it was before."""
        if self.status is Status.CANCELLED:
            return False
        self._require_ahead(now)
        self.status, self.cancelled_at, self.reason = Status.CANCELLED, now, jsonable(reason)
        self._changed(IN_CALENDARS, now)
        return True

    def stand_apart(self, changed: Iterable[str]) -> None:
        """Remember what was changed for this one of its series alone: changes of the series leave it as it is."""
        if self.series_id is not None:
            # Where it is and how one gets in are parts of one field.
            names = {name.partition(".")[0] for name in changed} - {"status"}
            self.apart = sorted(names.union(self.apart))

    def is_settled(self, now: datetime) -> bool:
        """Whether it is left as it is when its series changes: it was called off, or it has begun."""
        if self.status in (Status.CANCELLED, Status.COMPLETED):
            return True
        begun = self.starts_at is not None and self.starts_at <= now
        return self.status is Status.PUBLISHED and begun

    def next_message(self) -> int:
        """The sequence of the next message about this event, whose row the caller has locked."""
        self.sequence += 1
        return self.sequence

    @property
    def partners(self) -> list[Partner]:
        """The organisations that are invited to take part."""
        return [one for one in self.participants if one.part is Part.PARTNER]

    @property
    def co_organisers(self) -> list[Partner]:
        """The organisations that hold it together with its owner."""
        return [one for one in self.participants if one.part is Part.CO_ORGANISER]

    def not_invited(self, now: datetime) -> list[Partner]:
        """The participants that nobody invited yet; they count as invited from now on."""
        waiting = [partner for partner in self.participants if partner.invited_at is None]
        for partner in waiting:
            partner.invited_at = now
        return waiting

    def value_of(self, name: str) -> Any:
        """A field as `draft` and `edit` take it."""
        if name in PARTICIPANTS:
            return [one.organisation_id for one in getattr(self, name)]
        return getattr(self, "kind_key" if name == "kind" else name)

    def _different(self, fields: Mapping[str, Any]) -> dict[str, Any]:
        """What would change. A venue and a document are edited part by part (as RFC 7396 has it)."""
        wanted = {}
        for name, value in fields.items():
            if name in PARTICIPANTS:
                known: Any = self.value_of(name)
                value = list(dict.fromkeys(value))  # noqa: PLW2901
            elif name in AS_JSON:
                known = getattr(self, name)
                value = shaped(name, value, known)  # noqa: PLW2901
            else:
                known = self.value_of(name)
            if value != known:
                wanted[name] = value
        return wanted

    def _takes_place_elsewhere(self, venue: dict[str, Any] | None) -> bool:
        """Whether people would have to go somewhere else; how one gets in is not where, nor is an area that was not said."""
        old, new = self.venue or {}, venue or {}
        areas = {area for area in (old.get("area_id"), new.get("area_id")) if area}
        return len(areas) == 2 or any(
            old.get(part) != new.get(part) for part in ("name", "room", "address")
        )

    def _is_elsewhere_on_the_map(self, venue: dict[str, Any] | None) -> bool:
        return (self.venue or {}).get("location") != (venue or {}).get("location")

    def _set(self, fields: Mapping[str, Any]) -> None:
        for name, value in fields.items():
            if name in PARTICIPANTS:
                self._set_participants(PARTICIPANTS[name], value)
            elif name in AS_JSON:
                setattr(self, name, shaped(name, value, getattr(self, name)))
            else:
                setattr(self, "kind_key" if name == "kind" else name, value)
        area = (self.venue or {}).get("area_id")
        self.venue_area_id = UUID(area) if area else None
        if not fields.keys().isdisjoint(("hosts", "venue")):
            self._set_uses()
        self.folded = fold(" ".join(self._searched()))

    def _set_participants(self, part: Part, organisation_ids: Iterable[UUID]) -> None:
        """Who takes part in this way, in this order; who takes part in the other way stays, unless named here."""
        known = {one.organisation_id: one for one in self.participants}
        named = [
            known.get(one) or Partner(organisation_id=one)
            for one in dict.fromkeys(organisation_ids)
        ]
        for one in named:
            one.part = part
        others = [one for one in self.participants if one.part is not part and one not in named]
        self.participants = [*named, *others]
        for position, one in enumerate(self.participants):
            one.position = position

    def _set_uses(self) -> None:
        """What it needs for itself, so that two that need the same at once are found."""
        known = {one.key: one for one in self.uses}
        wanted = used(organisation_id=self.organisation_id, hosts=self.hosts, venue=self.venue)
        self.uses = [known.get(key) or Use(key=key) for key in sorted(wanted)]

    def _searched(self) -> Iterable[str]:
        for text in (self.title, self.summary):
            yield from (said for said in (text or {}).values() if said)
        venue = self.venue or {}
        yield from (venue[name] for name in ("name", "address") if venue.get(name))

    def _changed(self, names: Iterable[str], now: datetime) -> None:
        self.version += 1
        self.updated_at = now
        if self.is_public and IN_CALENDARS.intersection(names):
            self.calendar_sequence += 1

    def _require_not_cancelled(self) -> None:
        if self.status is Status.CANCELLED:
            raise EventCancelled

    def _require_ahead(self, now: datetime) -> None:
        """Published, and not over; one that was postponed has no time that could be over."""
        self._require_not_cancelled()
        if self.status is Status.DRAFT:
            raise NotPublished
        over = self.ends_at is not None and self.ends_at <= now
        if self.status is Status.COMPLETED or (over and self.status is not Status.POSTPONED):
            raise EventOver

    @staticmethod
    def _require_no(errors: checks.Errors) -> None:
        if errors:
            raise Invalid(dict(errors))

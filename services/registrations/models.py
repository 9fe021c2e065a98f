"""Offers of seats and the registrations for them, with the rules of who gets a place."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column, relationship

from services.registrations.errors import (
    AlreadyCheckedIn,
    AttendedAlready,
    CapacityBelowConfirmed,
    EventCancelled,
    EventFull,
    EventPostponed,
    NoTicket,
    RegistrationClosed,
    RegistrationNotOpen,
    TicketInvalid,
)
from shared.database.tables import mechanism_tables
from shared.database.types import UTCDateTime, string_enum
from shared.text import fold


class Base(DeclarativeBase):
    type_annotation_map = {datetime: UTCDateTime, UUID: sa.Uuid(), dict[str, Any]: sa.JSON}  # noqa: RUF012


TABLES = mechanism_tables(Base.metadata)


class Status(StrEnum):
    """What a registration is."""

    CONFIRMED = "confirmed"
    WAITLISTED = "waitlisted"
    CANCELLED = "cancelled"


class OfferState(StrEnum):
    """Whether one can register now, and why not."""

    OPEN = "open"
    FULL = "full"
    NOT_YET_OPEN = "not-yet-open"
    CLOSED = "closed"
    POSTPONED = "postponed"
    CANCELLED = "cancelled"


class Offer(Base):
    """This service's own copy of a published event, and its seats.

    The copy follows the event's messages; the seats are decided here and nowhere else. Whoever changes a
    seat holds this row's lock.
    """

    __tablename__ = "offers"

    event_id: Mapped[UUID] = mapped_column(primary_key=True)
    organisation_id: Mapped[UUID]
    event_sequence: Mapped[int] = mapped_column(
        doc="The newest message of the event that was taken in"
    )
    title: Mapped[dict[str, Any]]
    venue_name: Mapped[str | None] = mapped_column(sa.String(200))
    starts_at: Mapped[datetime]
    ends_at: Mapped[datetime]
    timezone: Mapped[str] = mapped_column(sa.String(64))
    opens_at: Mapped[datetime]
    closes_at: Mapped[datetime]
    cancelled: Mapped[bool] = mapped_column(default=False)
    postponed: Mapped[bool] = mapped_column(default=False)

    capacity: Mapped[int]
    waitlist: Mapped[bool]
    confirmed: Mapped[int] = mapped_column(default=0)
    waitlisted: Mapped[int] = mapped_column(default=0)
    checked_in: Mapped[int] = mapped_column(default=0)
    last_number: Mapped[int] = mapped_column(default=0, doc="The number given last in the waitlist")
    sequence: Mapped[int] = mapped_column(default=0, doc="Of the messages about this offer")

    @property
    def seats_left(self) -> int:
        return max(self.capacity - self.confirmed, 0)

    @property
    def waitlist_length(self) -> int:
        return self.waitlisted

    def has_seen(self, sequence: int) -> bool:
        """Whether a message of the event was overtaken by one that was taken in before."""
        return sequence <= self.event_sequence

    def state(self, now: datetime) -> OfferState:
        if self.cancelled:
            return OfferState.CANCELLED
        if self.postponed:
            return OfferState.POSTPONED
        if now < self.opens_at:
            return OfferState.NOT_YET_OPEN
        if now >= self.closes_at:
            return OfferState.CLOSED
        return OfferState.OPEN if self.seats_left else OfferState.FULL

    def admit(self, registration: Registration, now: datetime) -> None:
        """Give a place while there is one, else the next number in the waitlist; or say why neither."""
        match self.state(now):
            case OfferState.CANCELLED:
                raise EventCancelled
            case OfferState.POSTPONED:
                raise EventPostponed
            case OfferState.NOT_YET_OPEN:
                raise RegistrationNotOpen(opens_at=self.local(self.opens_at))
            case OfferState.CLOSED:
                raise RegistrationClosed(closes_at=self.local(self.closes_at))
        if self.seats_left:
            self._seat(registration)
        elif self.waitlist:
            self.last_number += 1
            self.waitlisted += 1
            registration.status, registration.waitlist_number = Status.WAITLISTED, self.last_number
        else:
            raise EventFull

    def promote(self, registration: Registration) -> None:
        """Give a free place to somebody who waits."""
        self.waitlisted -= 1
        self._seat(registration)
        registration.sequence += 1

    def release(self, registration: Registration, now: datetime, why: str) -> None:
        """Take back what a registration holds: its place, or its number in the waitlist."""
        if registration.checked_in_at is not None and not self.cancelled:
            raise AttendedAlready
        if registration.status is Status.CONFIRMED:
            self.confirmed -= 1
        elif registration.status is Status.WAITLISTED:
            self.waitlisted -= 1
        registration.status, registration.cancelled_at, registration.why = (
            Status.CANCELLED,
            now,
            why,
        )
        registration.sequence += 1

    def can_promote(self, now: datetime) -> bool:
        """Whether a free place may go to somebody who waits."""
        takes_place = self.postponed or now < self.ends_at
        return bool(self.seats_left and self.waitlisted) and not self.cancelled and takes_place

    def resize(self, capacity: int) -> None:
        """Change the number of seats; nobody loses a place by it."""
        if self.cancelled:
            raise EventCancelled
        if capacity < self.confirmed:
            raise CapacityBelowConfirmed(confirmed=self.confirmed)
        self.capacity = capacity

    def local(self, moment: datetime) -> datetime:
        """A moment on the wall clock of the event's place, as people are told it."""
        return moment.astimezone(ZoneInfo(self.timezone))

    def _seat(self, registration: Registration) -> None:
        self.confirmed += 1
        registration.status, registration.waitlist_number = Status.CONFIRMED, None


class Registration(Base):
    """One person's registration for one event. A person has at most one that is not cancelled."""

    __tablename__ = "registrations"
    __table_args__ = (
        sa.Index(
            "one_active_registration",
            "event_id",
            "person_id",
            unique=True,
            postgresql_where=sa.text("status <> 'cancelled'"),
            sqlite_where=sa.text("status <> 'cancelled'"),
        ),
        sa.Index("registrations_in_line", "event_id", "status", "waitlist_number"),
        sa.Index("registrations_by_time", "event_id", "registered_at", "id"),
        sa.UniqueConstraint("event_id", "entry_code", name="one_entry_code"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    event_id: Mapped[UUID] = mapped_column(sa.ForeignKey("offers.event_id"))
    person_id: Mapped[UUID] = mapped_column(index=True)
    name: Mapped[str] = mapped_column(sa.String(200), doc="As given at registration, for lists")
    name_folded: Mapped[str] = mapped_column(sa.Text)
    phone: Mapped[str | None] = mapped_column(sa.String(32))
    note: Mapped[str | None] = mapped_column(sa.Text)
    status: Mapped[Status] = mapped_column(string_enum(Status))
    why: Mapped[str | None] = mapped_column(sa.String(400), doc="Why it was cancelled")
    waitlist_number: Mapped[int | None]
    entry_code: Mapped[str] = mapped_column(sa.String(8))
    issue: Mapped[int] = mapped_column(default=1, doc="Of the ticket; a re-issued one raises it")
    registered_at: Mapped[datetime]
    cancelled_at: Mapped[datetime | None]
    checked_in_at: Mapped[datetime | None]
    checked_in_by: Mapped[UUID | None]
    sequence: Mapped[int] = mapped_column(default=1, doc="Of the messages about this registration")

    offer: Mapped[Offer] = relationship(lazy="joined", innerjoin=True)

    # In the waitlist, from 1; set by the repository.
    __allow_unmapped__ = True
    position: int | None = None

    @classmethod
    def of(
        cls,
        *,
        id: UUID,
        offer: Offer,
        person_id: UUID,
        name: str,
        phone: str | None,
        note: str | None,
        entry_code: str,
        now: datetime,
    ) -> Registration:
        """A registration that has neither a place nor a number yet."""
        return cls(
            id=id,
            event_id=offer.event_id,
            offer=offer,
            person_id=person_id,
            name=name,
            name_folded=fold(name),
            phone=phone,
            note=note,
            entry_code=entry_code,
            registered_at=now,
            issue=1,
            sequence=1,
        )

    def require_ticket(self) -> None:
        """NoTicket unless there is a place."""
        if self.status is not Status.CONFIRMED:
            raise NoTicket

    def check_in(self, now: datetime, by: UUID) -> None:
        """Admit, once."""
        if self.offer.cancelled:
            raise TicketInvalid("event-cancelled")
        if self.offer.postponed:
            raise TicketInvalid("event-postponed")
        if self.status is not Status.CONFIRMED:
            raise TicketInvalid(self.status.value)
        if self.checked_in_at is not None:
            raise AlreadyCheckedIn(
                registration_id=str(self.id),
                name=self.name,
                checked_in_at=self.offer.local(self.checked_in_at),
            )
        self.checked_in_at, self.checked_in_by = now, by
        self.offer.checked_in += 1

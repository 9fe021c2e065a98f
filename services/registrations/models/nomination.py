"""Whom a partner names for the seats that are kept for it, and what each of them answered."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from services.registrations.errors import (
    DeadlineNotPossible,
    EventCancelled,
    NominationClosed,
    NominationFull,
    NomineeAttended,
    NomineeReplaced,
    NomineeTaken,
    SeatsBelowNamed,
    TooManyNamed,
)
from services.registrations.models.base import Base
from services.registrations.models.offer import Offer
from services.registrations.models.quota import Quota
from services.registrations.models.registration import Registration
from shared.database.types import string_enum

# Of one list, those included who were replaced.
MOST_NAMED = 1000
# How long after the event phone and mail of who was named are kept, in days: as answers are where a form says nothing else.
CONTACT_DAYS = 90


class NomineeState(StrEnum):
    """What a nominee is."""

    NOMINATED = "nominated"
    CONFIRMED = "confirmed"
    DECLINED = "declined"
    REPLACED = "replaced"
    LAPSED = "lapsed"


# Takes up one of the list's seats.
_COUNTED = (NomineeState.NOMINATED, NomineeState.CONFIRMED)


@dataclass(frozen=True, slots=True)
class Counts:
    """How far a list is, without a name."""

    seats: int
    named: int
    confirmed: int
    declined: int
    waiting: int


class Nomination(Base):
    """One organisation's list for one event. Whoever changes it holds the offer's lock.

    Its seats are kept by a quota of the offer that is for its nominees alone. So whoever is named in time has a seat,
    and confirming takes it. From the deadline on nobody is named, replaced or confirmed; what is unused is everybody's when
    the quota is released, which is at the deadline or later.
    """

    __tablename__ = "nominations"
    __table_args__ = (
        sa.UniqueConstraint("event_id", "organisation_id", name="one_nomination"),
        sa.Index("nominations_of_organisation", "organisation_id", "id"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    event_id: Mapped[UUID] = mapped_column(sa.ForeignKey("offers.event_id"))
    organisation_id: Mapped[UUID] = mapped_column(doc="The partner that names people")
    name: Mapped[dict[str, Any]] = mapped_column(doc="What the partner is called, for the seats")
    seats: Mapped[int]
    deadline: Mapped[datetime]
    document_number: Mapped[str | None] = mapped_column(
        sa.String(100), doc="Of the letter that asks the partner"
    )
    document_date: Mapped[date | None]
    opened_at: Mapped[datetime]
    opened_by: Mapped[UUID]
    closed_at: Mapped[datetime | None]
    sequence: Mapped[int] = mapped_column(default=0, doc="Of the messages about this list")

    offer: Mapped[Offer] = relationship(lazy="joined", innerjoin=True)
    nominees: Mapped[list[Nominee]] = relationship(
        order_by=lambda: Nominee.id, lazy="selectin", back_populates="nomination"
    )

    def quota(self) -> Quota:
        """What keeps its seats."""
        return next(one for one in self.offer.quotas if one.nomination_id == self.id)

    def counts(self, now: datetime) -> Counts:
        states = [nominee.state_at(now) for nominee in self.nominees]
        return Counts(
            seats=self.seats,
            named=sum(state in _COUNTED for state in states),
            confirmed=states.count(NomineeState.CONFIRMED),
            declined=states.count(NomineeState.DECLINED),
            waiting=states.count(NomineeState.NOMINATED),
        )

    def left(self, now: datetime) -> int:
        """How many more may be named."""
        return max(self.seats - self.counts(now).named, 0)

    def is_open(self, now: datetime) -> bool:
        return self.closed_at is None and now < self.deadline and not self.offer.cancelled

    def require_open(self, now: datetime) -> None:
        """EventCancelled or NominationClosed, unless one may still name, replace and confirm."""
        if self.offer.cancelled:
            raise EventCancelled
        if not self.is_open(now):
            raise NominationClosed(deadline=self.offer.local(self.closed_at or self.deadline))

    def require_room(self, more: int, now: datetime) -> None:
        """NominationFull or TooManyNamed, unless so many more may be named."""
        if len(self.nominees) + more > MOST_NAMED:
            raise TooManyNamed(most=MOST_NAMED)
        if more > self.left(now):
            raise NominationFull(seats=self.seats, left=self.left(now))

    def set_terms(self, *, seats: int, deadline: datetime, now: datetime) -> None:
        """How many, and until when. A later deadline opens a list again that was closed."""
        if not now < deadline <= self.offer.starts_at:
            raise DeadlineNotPossible(starts_at=self.offer.local(self.offer.starts_at))
        self.deadline, self.closed_at = deadline, None
        # Whoever had not answered may again.
        for nominee in self.nominees:
            nominee.reopen()
        if seats < self.counts(now).named:
            raise SeatsBelowNamed(named=self.counts(now).named)
        self.seats = seats

    def bring_forward(self) -> bool:
        """End with the start of the event at the latest, where that was moved forward; whether that is news.

        Seats that were kept until the deadline are kept until the new one; another time that was set for them stays.
        """
        starts_at = self.offer.starts_at
        if self.closed_at is not None or self.offer.postponed or self.deadline <= starts_at:
            return False
        quota = self.quota()
        if quota.release_at == self.deadline:
            quota.release_at = starts_at
        self.deadline = starts_at
        return True

    def close(self, now: datetime) -> None:
        """Nobody is named or confirms any more; who did not answer has lapsed."""
        self.closed_at = now
        for nominee in self.nominees:
            nominee.lapse()

    def stands_for(self, phone: str | None, email: str | None, now: datetime) -> Nominee | None:
        """Who is on the list with this phone or mail, and takes up a seat."""
        key = email.casefold() if email else None
        return next(
            (
                one
                for one in self._counted(now)
                if (phone and one.phone == phone)
                or (key and one.email and one.email.casefold() == key)
            ),
            None,
        )

    def _counted(self, now: datetime) -> Iterable[Nominee]:
        return (one for one in self.nominees if one.state_at(now) in _COUNTED)


class Nominee(Base):
    """Somebody whom a partner named: what it knows of them, and what they answered by themselves."""

    __tablename__ = "nominees"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    nomination_id: Mapped[UUID] = mapped_column(sa.ForeignKey("nominations.id"), index=True)
    name: Mapped[str] = mapped_column(sa.String(200))
    phone: Mapped[str | None] = mapped_column(sa.String(32))
    email: Mapped[str | None] = mapped_column(sa.Text)
    state: Mapped[NomineeState] = mapped_column(string_enum(NomineeState))
    nominated_at: Mapped[datetime]
    nominated_by: Mapped[UUID]
    answered_at: Mapped[datetime | None]
    replaces: Mapped[UUID | None] = mapped_column(doc="In whose place somebody was named")
    registration_id: Mapped[UUID | None] = mapped_column(sa.ForeignKey("registrations.id"))
    consent_version: Mapped[int | None]
    consent_text: Mapped[str | None] = mapped_column(sa.Text, doc="As it was shown")
    consent_at: Mapped[datetime | None]

    nomination: Mapped[Nomination] = relationship(
        lazy="joined", innerjoin=True, back_populates="nominees"
    )
    registration: Mapped[Registration | None] = relationship(lazy="joined")

    def state_at(self, now: datetime) -> NomineeState:
        """What they are: somebody who gave up the place has declined after all."""
        given_up = self.registration is not None and not self.registration.is_in_play
        if self.state is NomineeState.CONFIRMED and given_up:
            return NomineeState.DECLINED
        if self.state is NomineeState.NOMINATED and now >= self.nomination.deadline:
            return NomineeState.LAPSED
        return self.state

    def has_confirmed(self, person_id: UUID) -> bool:
        """Whether this person did, and has the place."""
        mine = self.registration
        return mine is not None and mine.is_in_play and mine.person_id == person_id

    def require_open(self, now: datetime) -> None:
        """A named error, unless this nominee may still confirm."""
        match self.state_at(now):
            case NomineeState.REPLACED:
                raise NomineeReplaced
            case NomineeState.CONFIRMED:
                raise NomineeTaken
            case NomineeState.DECLINED:
                self.nomination.require_open(now)
                # The seat may have been given to another one meanwhile.
                self.nomination.require_room(1, now)
        self.nomination.require_open(now)

    def confirm(
        self, registration: Registration, *, version: int, text: str, now: datetime
    ) -> None:
        """By oneself, agreeing to the text that was shown."""
        self.registration, self.registration_id = registration, registration.id
        self.state, self.answered_at = NomineeState.CONFIRMED, now
        self.consent_version, self.consent_text, self.consent_at = version, text, now

    def decline(self, now: datetime) -> None:
        """By oneself: the partner may name somebody else. Repeated, it changes nothing."""
        match self.state_at(now):
            case NomineeState.REPLACED:
                raise NomineeReplaced
            case NomineeState.CONFIRMED:
                raise NomineeTaken
            case NomineeState.NOMINATED | NomineeState.LAPSED:
                self.nomination.require_open(now)
                self.state, self.answered_at = NomineeState.DECLINED, now

    def require_replaceable(self, now: datetime) -> None:
        """A named error, unless somebody else may be named in this one's place."""
        self.nomination.require_open(now)
        if self.state is NomineeState.REPLACED:
            raise NomineeReplaced
        if self.registration is not None and self.registration.checked_in_at is not None:
            raise NomineeAttended

    def give_way(self) -> None:
        """Somebody else is named instead: how to reach this one is nobody's business any more."""
        self.state = NomineeState.REPLACED
        self.forget_contact()

    def forget_contact(self) -> None:
        """Nobody needs to reach them through this list any more; the name stays, for the list."""
        self.phone = self.email = None

    def lapse(self) -> None:
        if self.state is NomineeState.NOMINATED:
            self.state = NomineeState.LAPSED

    def reopen(self) -> None:
        if self.state is NomineeState.LAPSED:
            self.state = NomineeState.NOMINATED

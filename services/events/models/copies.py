"""This service's own copies of what others decide; each follows its owner's messages, the newest wins."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from services.events.models.base import Base
from shared.text import fold


class OrganisationCopy(Base):
    """What community says an organisation is called, and where it belongs."""

    __tablename__ = "organisations"

    organisation_id: Mapped[UUID] = mapped_column(primary_key=True)
    sequence: Mapped[int] = mapped_column(doc="The newest message that was taken in")
    name: Mapped[str] = mapped_column(sa.Text)
    short_name: Mapped[str | None] = mapped_column(sa.Text)
    area_id: Mapped[UUID | None] = mapped_column(index=True)
    folded: Mapped[str] = mapped_column(sa.Text, doc="Its names, for searching")

    def take(self, state: dict[str, Any], *, sequence: int) -> None:
        """Become what a message says, unless a newer one was taken in before."""
        if sequence <= self.sequence:
            return
        self.sequence = sequence
        self.name, self.short_name = state["name"], state["short_name"]
        self.area_id = state["area_id"]
        names = (state["name"], state["name_en"], state["short_name"])
        self.folded = fold(" ".join(filter(None, names)))


class SeatsCopy(Base):
    """What registrations says of an event's seats; it may lag by a moment.

    Seats and attendance are told in messages of two types that share one counter, so each is guarded
    by its own newest sequence: the one does not make the other stale.
    """

    __tablename__ = "seats"

    event_id: Mapped[UUID] = mapped_column(primary_key=True)
    sequence: Mapped[int] = mapped_column(default=0, doc="The newest message about the seats")
    capacity: Mapped[int] = mapped_column(default=0)
    left: Mapped[int] = mapped_column(default=0)
    waitlist_length: Mapped[int] = mapped_column(default=0)
    attendance_sequence: Mapped[int] = mapped_column(default=0)
    checked_in: Mapped[int] = mapped_column(default=0)

    @classmethod
    def of(cls, event_id: UUID) -> SeatsCopy:
        """Nothing is known yet."""
        return cls(
            event_id=event_id,
            sequence=0,
            capacity=0,
            left=0,
            waitlist_length=0,
            attendance_sequence=0,
            checked_in=0,
        )

    def take(self, state: dict[str, Any], *, sequence: int) -> None:
        if sequence > self.sequence:
            self.sequence = sequence
            self.capacity, self.left = state["capacity"], state["seats_left"]
            self.waitlist_length = state["waitlist_length"]

    def take_attendance(self, checked_in: int, *, sequence: int) -> None:
        if sequence > self.attendance_sequence:
            self.attendance_sequence, self.checked_in = sequence, checked_in


class RegistrationCopy(Base):
    """Who has, or waits for, a place: for the calendars of single persons."""

    __tablename__ = "registrations"
    __table_args__ = (sa.Index("registrations_of_person", "person_id", "status"),)

    registration_id: Mapped[UUID] = mapped_column(primary_key=True)
    person_id: Mapped[UUID]
    event_id: Mapped[UUID]
    status: Mapped[str] = mapped_column(sa.String(32))
    sequence: Mapped[int] = mapped_column(doc="The newest message that was taken in")

    def take(self, status: str, *, sequence: int) -> None:
        if sequence > self.sequence:
            self.sequence, self.status = sequence, status

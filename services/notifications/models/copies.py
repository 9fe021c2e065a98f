"""This service's own copies of what its notices tell; each follows the owner's messages, newest sequence wins."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from services.notifications.models.base import Base


class _Follows:
    """A copy that ignores what a newer message overtook."""

    sequence: Mapped[int] = mapped_column(doc="The newest message that was taken in")

    def has_seen(self, sequence: int) -> bool:
        return sequence <= self.sequence


class EventCopy(_Follows, Base):
    """What notices say of an event."""

    __tablename__ = "events"

    event_id: Mapped[UUID] = mapped_column(primary_key=True)
    told_sequence: Mapped[int] = mapped_column(
        default=0, doc="The newest change of time or place that people were told of"
    )
    organisation_id: Mapped[UUID]
    organisation_name: Mapped[str | None] = mapped_column(sa.Text)
    title: Mapped[dict[str, Any]]
    hosts: Mapped[list[Any]]
    venue: Mapped[dict[str, Any] | None] = mapped_column(sa.JSON(none_as_null=True))
    starts_at: Mapped[datetime]
    ends_at: Mapped[datetime]
    timezone: Mapped[str] = mapped_column(sa.String(64))
    partner_ids: Mapped[list[Any]]
    cancelled: Mapped[bool]
    reason: Mapped[dict[str, Any] | None] = mapped_column(sa.JSON(none_as_null=True))

    def take(self, state: dict[str, Any], *, sequence: int, cancelled: bool) -> None:
        """Become what a message says."""
        self.sequence = sequence
        self.organisation_id = state["organisation_id"]
        self.organisation_name = (state["organisation"] or {}).get("name")
        self.title, self.hosts, self.venue = state["title"], state["hosts"], state["venue"]
        self.starts_at, self.ends_at = state["starts_at"], state["ends_at"]
        self.timezone = state["timezone"]
        self.partner_ids = [str(one) for one in state["partner_ids"]]
        # Cancelled is for good: a text that is corrected afterwards does not bring an event back.
        self.cancelled = cancelled or bool(self.cancelled)
        self.reason = state["reason"]


class RegistrationCopy(_Follows, Base):
    """Who has, or waits for, a place: whom a change of the event concerns."""

    __tablename__ = "registrations"
    __table_args__ = (sa.Index("registrations_of_event", "event_id", "status"),)

    registration_id: Mapped[UUID] = mapped_column(primary_key=True)
    person_id: Mapped[UUID]
    event_id: Mapped[UUID]
    status: Mapped[str] = mapped_column(sa.String(32))


class OrganisationCopy(_Follows, Base):
    """What an organisation is called."""

    __tablename__ = "organisations"

    organisation_id: Mapped[UUID] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(sa.Text)
    name_en: Mapped[str | None] = mapped_column(sa.Text)

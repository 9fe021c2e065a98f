"""Seats that are kept for some, for a while."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from services.registrations.models.base import Base

if TYPE_CHECKING:
    from services.registrations.models.registration import Registration


class Quota(Base):
    """Seats of an offer that are kept for a partner's members, for an area, or for those who come for the first time.

    One of the three says for whom; those of a nomination are for its nominees alone, who take no others' kept seats. What is unused when it is released belongs to everybody. Who may change it holds
    the offer's lock.
    """

    __tablename__ = "quotas"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    event_id: Mapped[UUID] = mapped_column(sa.ForeignKey("offers.event_id"), index=True)
    name: Mapped[dict[str, Any]]
    seats: Mapped[int]
    taken: Mapped[int] = mapped_column(
        doc="Confirmed, held, or kept while edited answers are looked at"
    )
    priority: Mapped[int] = mapped_column(doc="The least is looked at first")
    organisation_id: Mapped[UUID | None]
    area_id: Mapped[UUID | None]
    first_timers: Mapped[bool]
    release_at: Mapped[datetime | None] = mapped_column(
        doc="From then on its seats are everybody's"
    )
    nomination_id: Mapped[UUID | None] = mapped_column(doc="For the nominees of this list")

    def kept(self, now: datetime, *, back: int = 0) -> int:
        """How many seats it still keeps free; or would, if so many came back to it."""
        if self.release_at is not None and now >= self.release_at:
            return 0
        return max(self.seats - self.taken + back, 0)

    def is_for(self, registration: Registration) -> bool:
        if self.nomination_id is not None or registration.nomination_id is not None:
            return self.nomination_id == registration.nomination_id
        if self.first_timers:
            return registration.first_time
        if self.area_id is not None:
            return registration.area_id == self.area_id
        return registration.organisation_id == self.organisation_id

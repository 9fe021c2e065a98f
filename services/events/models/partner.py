"""Which organisations take part in an event: a relation, not a kind of organisation."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from services.events.models.base import Base
from services.events.models.copies import OrganisationCopy
from shared.database.types import string_enum


class Part(StrEnum):
    """How an organisation takes part."""

    PARTNER = "partner"
    CO_ORGANISER = "co_organiser"


class Partner(Base):
    """One organisation that takes part in one event, as an invited partner or as one of those who hold it."""

    __tablename__ = "partners"
    __table_args__ = (sa.Index("partners_of_organisation", "organisation_id", "event_id"),)

    event_id: Mapped[UUID] = mapped_column(sa.ForeignKey("events.id"), primary_key=True)
    organisation_id: Mapped[UUID] = mapped_column(primary_key=True)
    part: Mapped[Part] = mapped_column(string_enum(Part))
    position: Mapped[int] = mapped_column(doc="Its place in the event's list")
    invited_at: Mapped[datetime | None] = mapped_column(doc="None while the event is a draft")

    # Without a foreign key: the copy may come later than the event that names it, or never.
    organisation: Mapped[OrganisationCopy | None] = relationship(
        primaryjoin=lambda: (
            sa.orm.foreign(Partner.organisation_id) == OrganisationCopy.organisation_id
        ),
        lazy="joined",
        viewonly=True,
    )

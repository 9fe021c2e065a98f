"""The languages of events as rows, so that one finds and counts by them on every database."""

from __future__ import annotations

from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from services.events.models.base import Base


class Spoken(Base):
    """A language that is spoken at an event; `Event.languages` is what is shown, in its order."""

    __tablename__ = "spoken"
    __table_args__ = (sa.Index("spoken_language", "language", "event_id"),)

    event_id: Mapped[UUID] = mapped_column(sa.ForeignKey("events.id"), primary_key=True)
    language: Mapped[str] = mapped_column(sa.String(64), primary_key=True)

"""The history of an event: each change with who, when, what, why, and what was told because of it."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from services.events.models.base import Base
from services.events.models.event import Event


class Change(Base):
    """What one transaction did to one event. Written once and never changed."""

    __tablename__ = "changes"
    __table_args__ = (sa.Index("changes_of_event", "event_id", "id"),)

    id: Mapped[UUID] = mapped_column(primary_key=True)
    event_id: Mapped[UUID] = mapped_column(sa.ForeignKey("events.id", ondelete="CASCADE"))
    version: Mapped[int] = mapped_column(doc="Of the event after it")
    at: Mapped[datetime]
    person_id: Mapped[UUID | None] = mapped_column(doc="Who did it; None: no person")
    action: Mapped[str] = mapped_column(sa.String(32))
    fields: Mapped[dict[str, Any]] = mapped_column(doc="By name: what it was, and what it became")
    reason: Mapped[dict[str, Any] | None]
    told: Mapped[list[Any]] = mapped_column(doc="The messages that it caused: type and id")

    # So that the event is written first.
    event: Mapped[Event] = relationship(lazy="raise")

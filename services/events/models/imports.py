"""Files of events that were read: what they would do, kept until somebody says so, and which event came from where."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from services.events.models.base import Base


class Import(Base):
    """One file, read for one organisation. Its rows are looked at again when it is confirmed."""

    __tablename__ = "imports"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    organisation_id: Mapped[UUID] = mapped_column(index=True)
    person_id: Mapped[UUID | None] = mapped_column(doc="Who read it in")
    format: Mapped[str] = mapped_column(sa.String(16), doc="ics, csv or xlsx")
    rows: Mapped[list[Any]] = mapped_column(doc="As they were read: place, key, fields, problems")
    created_at: Mapped[datetime]
    confirmed_at: Mapped[datetime | None]


class Imported(Base):
    """The event that an entry of others' files became; the same entry, read again, is the same event."""

    __tablename__ = "imported_events"

    organisation_id: Mapped[UUID] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(sa.String(500), primary_key=True)
    event_id: Mapped[UUID] = mapped_column(
        sa.ForeignKey("events.id", ondelete="CASCADE"), index=True
    )


class Fate(StrEnum):
    """What becomes of a row."""

    NEW = "new"
    CHANGED = "changed"
    SAME = "same"
    REFUSED = "refused"


@dataclass(slots=True)
class Judged:
    """A row with what would become of it; `differences` are the fields of the known event that differ.

    By name: what it is there, and what the row says.
    """

    place: int
    fate: Fate
    fields: dict[str, Any]
    problems: dict[str, Any]
    key: str
    event_id: UUID | None = None
    differences: dict[str, tuple[Any, Any]] = field(default_factory=dict)

    @property
    def changed(self) -> list[str]:
        """The names of what differs."""
        return sorted(self.differences)

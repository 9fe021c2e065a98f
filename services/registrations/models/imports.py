"""Files of attendees that were read for an event: what they say, and what became of each row."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from services.registrations.models.base import Base
from shared.database.types import string_enum


class Fate(StrEnum):
    """What becomes of a row, or became of it."""

    NEW = "new"
    CHANGED = "changed"
    SAME = "same"
    REFUSED = "refused"
    TAKEN = "taken"


class Import(Base):
    """One file, read for one event. Kept for a while, so that its flagged rows can be mended and sent again."""

    __tablename__ = "imports"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    event_id: Mapped[UUID] = mapped_column(sa.ForeignKey("offers.event_id"), index=True)
    person_id: Mapped[UUID] = mapped_column(doc="Who read it in")
    format: Mapped[str] = mapped_column(sa.String(16), doc="csv or xlsx")
    columns: Mapped[dict[str, Any]] = mapped_column(doc="By field, the heading it was found under")
    created_at: Mapped[datetime] = mapped_column(index=True)
    confirmed_at: Mapped[datetime | None] = mapped_column(doc="When its good rows were taken last")


class ImportRow(Base):
    """A row as it was read, or mended since."""

    __tablename__ = "import_rows"
    __table_args__ = (sa.Index("import_rows_by_fate", "import_id", "fate", "place"),)

    import_id: Mapped[UUID] = mapped_column(
        sa.ForeignKey("imports.id", ondelete="CASCADE"), primary_key=True
    )
    place: Mapped[int] = mapped_column(
        primary_key=True, autoincrement=False, doc="Its line in the file, from 1"
    )
    said: Mapped[dict[str, Any]]
    problems: Mapped[dict[str, Any]] = mapped_column(
        doc="What is wrong with it by itself, by field as [Vietnamese, English]"
    )
    conflicts: Mapped[dict[str, Any]] = mapped_column(
        doc="What is wrong with it beside other rows and those who are registered"
    )
    fate: Mapped[Fate] = mapped_column(string_enum(Fate))
    registration_id: Mapped[UUID | None] = mapped_column(
        doc="Which it became, or was known as when it was read"
    )

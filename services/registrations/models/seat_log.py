"""What happened to each place, in order: enough to explain how anybody stands, and never changed."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from services.registrations.models.base import Base
from services.registrations.models.status import Status
from shared.database.types import string_enum


class What(StrEnum):
    """What was done: to one registration, or to the offer as a whole."""

    REGISTERED = "registered"
    WALKED_IN = "walked-in"
    PROMOTED = "promoted"
    ACCEPTED = "accepted"
    LAPSED = "lapsed"
    APPROVED = "approved"
    DECLINED = "declined"
    CANCELLED = "cancelled"
    LOST_SEAT = "lost-seat"
    REISSUED = "reissued"
    CHECKED_IN = "checked-in"
    CHECK_IN_UNDONE = "check-in-undone"
    RESIZED = "resized"
    QUOTAS_CHANGED = "quotas-changed"
    RULES_CHANGED = "rules-changed"
    FORM_CHANGED = "form-changed"
    ANSWERS_CHANGED = "answers-changed"
    ANSWERS_REMOVED = "answers-removed"
    NOMINATION_OPENED = "nomination-opened"
    NOMINATION_CHANGED = "nomination-changed"
    NOMINATION_CLOSED = "nomination-closed"
    NOMINATED = "nominated"
    NOMINEE_REPLACED = "nominee-replaced"
    CONTACTS_REMOVED = "contacts-removed"
    IMPORTED = "imported"
    EXPORTED = "exported"


# Its reason is what somebody wrote about a person; of everything else it is a key.
IN_WORDS = (What.DECLINED, What.CHECK_IN_UNDONE)


class SeatLogEntry(Base):
    """One thing that happened: by whom (nobody: the rules), and how the registration stands after it."""

    __tablename__ = "seat_log"
    __table_args__ = (
        sa.Index("seat_log_of_event", "event_id", "number"),
        sa.Index("seat_log_of_registration", "registration_id", "number"),
    )

    number: Mapped[int] = mapped_column(
        sa.BigInteger().with_variant(sa.Integer, "sqlite"), primary_key=True, autoincrement=True
    )
    event_id: Mapped[UUID]
    registration_id: Mapped[UUID | None]
    at: Mapped[datetime]
    by: Mapped[UUID | None]
    what: Mapped[What] = mapped_column(string_enum(What))
    status: Mapped[Status | None] = mapped_column(string_enum(Status))
    quota_id: Mapped[UUID | None]
    waitlist_number: Mapped[int | None]
    reason: Mapped[str | None] = mapped_column(sa.Text)
    details: Mapped[dict[str, Any] | None]

    # Whose registration it is, for those who may see it; set by the route.
    __allow_unmapped__ = True
    name: str | None = None

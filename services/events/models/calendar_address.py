"""The secret address of a person's own calendar: kept as what it hashes to, one for each person."""

from __future__ import annotations

import hashlib
import secrets
from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from services.events.models.base import Base

# Minutes before the start at which a calendar reminds; None is never.
REMINDERS = (15, 60, 1440)


def new_secret() -> str:
    """256 bits, as they stand in an address."""
    return secrets.token_urlsafe(32)


def digest(secret: str) -> str:
    """What is kept of a secret: enough to know it again, too little to make the address from."""
    return hashlib.sha256(secret.encode()).hexdigest()


class CalendarAddress(Base):
    """Where calendar programs, which cannot sign in, read one person's calendar.

    One for each person, so that a new one ends the old one.
    """

    __tablename__ = "calendar_addresses"

    person_id: Mapped[UUID] = mapped_column(primary_key=True)
    digest: Mapped[str] = mapped_column(sa.String(64), unique=True, doc="SHA-256 of the secret")
    reminder: Mapped[int | None] = mapped_column(doc="Minutes before the start")
    language: Mapped[str] = mapped_column(
        sa.String(2), doc="As the person reads; programs say nothing of it"
    )
    created_at: Mapped[datetime]

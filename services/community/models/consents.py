"""What personal data is used for, and who agreed to what, with the text that was shown."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from services.community.errors import NotAConsent, TextChanged
from services.community.models.base import Base

CONSENT = "consent"


class Purpose(Base):
    """One use of personal data. A new version is a new row; the old ones stay."""

    __tablename__ = "purposes"

    key: Mapped[str] = mapped_column(sa.String(64), primary_key=True)
    version: Mapped[int] = mapped_column(primary_key=True)
    legal_basis: Mapped[str] = mapped_column(sa.String(32))
    text: Mapped[dict[str, Any]]
    created_at: Mapped[datetime]

    def require_consent(self, version: int) -> None:
        """NotAConsent or TextChanged, unless somebody may decide on this text now."""
        if self.legal_basis != CONSENT:
            raise NotAConsent
        if version != self.version:
            raise TextChanged(version=self.version)


class Consent(Base):
    """One decision: given or withdrawn. The newest of a purpose counts."""

    __tablename__ = "consents"
    __table_args__ = (sa.Index("consents_of_person", "person_id", "purpose", "decided_at"),)

    id: Mapped[UUID] = mapped_column(primary_key=True)
    person_id: Mapped[UUID] = mapped_column(sa.ForeignKey("people.id"))
    purpose: Mapped[str] = mapped_column(sa.String(64))
    version: Mapped[int]
    given: Mapped[bool]
    text_shown: Mapped[str] = mapped_column(sa.Text)
    language: Mapped[str] = mapped_column(sa.String(2))
    decided_at: Mapped[datetime]

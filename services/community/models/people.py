"""People: who they are, and how they are reached. Nobody else keeps an address."""

from __future__ import annotations

import unicodedata
from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from services.community.models.base import Base


def normal_address(address: str) -> str:
    """The form in which mail addresses are compared: NFC, in small letters.

    Not case-folded: that makes "ss" of "ß" and "fi" of a ligature, which are the mailboxes of others.
    """
    return unicodedata.normalize("NFC", address.strip()).lower()


class Person(Base):
    """Somebody who signs in. The mail address is theirs alone."""

    __tablename__ = "people"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    email: Mapped[str] = mapped_column(sa.Text)
    email_key: Mapped[str] = mapped_column(sa.Text, unique=True, doc="As `normal_address` has it")
    name: Mapped[str] = mapped_column(sa.String(200), default="")
    phone: Mapped[str | None] = mapped_column(sa.String(32))
    language: Mapped[str] = mapped_column(sa.String(2), default="vi")
    admin: Mapped[bool] = mapped_column(default=False)
    created_at: Mapped[datetime]
    version: Mapped[int] = mapped_column(default=1, doc="For ETags and messages alike")
    status: Mapped[str] = mapped_column(sa.String(16), default="active")

    def change(self, values: dict[str, Any]) -> None:
        """Take over what is given; a phone of None is taken out."""
        for name, value in values.items():
            setattr(self, name, value)
        self.version += 1

"""What one registration answered."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from services.registrations.models.base import Base
from services.registrations.models.form import Form
from services.registrations.models.registration import Registration


class AnswerSheet(Base):
    """The answers of a registration to one version of its event's form, until their time is over.

    They are personal: they leave this service only to the person and to the event's organiser, never in a message.
    """

    __tablename__ = "answer_sheets"
    __table_args__ = (
        sa.ForeignKeyConstraint(["event_id", "version"], ["forms.event_id", "forms.version"]),
        sa.Index("answer_sheets_due", "event_id", "keep_days"),
    )

    registration_id: Mapped[UUID] = mapped_column(
        sa.ForeignKey("registrations.id"), primary_key=True
    )
    event_id: Mapped[UUID]
    version: Mapped[int]
    answers: Mapped[dict[str, Any]]
    answered_at: Mapped[datetime]
    keep_days: Mapped[int] = mapped_column(
        doc="How long after the event the answer that goes first is kept"
    )

    registration: Mapped[Registration] = relationship(
        lazy="raise", doc="Says that a registration is written before its answers are"
    )

    def fill(self, form: Form, answers: dict[str, Any], now: datetime) -> None:
        """Hold these answers, which are valid for `form`."""
        self.version, self.answers, self.answered_at = form.version, answers, now
        self.keep_days = form.keep_days(answers)

    def forget(self, form: Form, days: int) -> bool:
        """Let go of what was to be kept for at most `days` after the event; True when nothing is left."""
        kept_for = form.kept_for(self.answers)
        self.answers = {key: value for key, value in self.answers.items() if kept_for[key] > days}
        self.keep_days = form.keep_days(self.answers)
        return not self.answers

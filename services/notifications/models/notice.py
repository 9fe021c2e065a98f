"""A notice: one recipient is told one thing through one channel, once; and the attempts to send it."""

from __future__ import annotations

from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from services.notifications.models.base import Base
from services.notifications.models.outcome import Outcome, Result
from shared.database.types import BigSerial, string_enum

# Between tries, in seconds; a day altogether, after which a person has to look.
PAUSES = (2, 5, 15, 60, 300, 900, 1800, 3600, 7200, 14_400, 28_800, 28_800)


class Template(StrEnum):
    """What is told."""

    SIGN_IN = "sign-in"
    CONFIRMED = "registration-confirmed"
    PROMOTED = "registration-promoted"
    WAITLISTED = "registration-waitlisted"
    HELD = "registration-held"
    PENDING = "registration-pending"
    DECLINED = "registration-declined"
    CANCELLED = "registration-cancelled"
    EVENT_CHANGED = "event-changed"
    EVENT_POSTPONED = "event-postponed"
    EVENT_CANCELLED = "event-cancelled"
    PARTNER_INVITED = "partner-invited"
    NOMINATION_OPENED = "nomination-opened"
    NOMINATION_CLOSED = "nomination-closed"
    NOMINEE_ASKED = "nominee-asked"
    WEBHOOK_DISABLED = "webhook-disabled"

    @property
    def has_ticket(self) -> bool:
        return self in (Template.CONFIRMED, Template.PROMOTED)

    @property
    def is_essential(self) -> bool:
        """Better twice than never: the code that lets in, here or at the door."""
        return self in (Template.SIGN_IN, Template.HELD) or self.has_ticket


class Channel(StrEnum):
    EMAIL = "email"
    INBOX = "inbox"


class RecipientKind(StrEnum):
    PERSON = "person"
    ORGANISATION = "organisation"
    # Nobody is known yet: whoever asked to sign in.
    SIGN_IN = "sign-in"
    # Somebody whom a partner named; perhaps they have no account here.
    NOMINEE = "nominee"


class Status(StrEnum):
    """Where a notice is on its way."""

    CREATED = "created"
    SENDING = "sending"
    DELIVERED = "delivered"
    TEMPORARY_FAILURE = "temporary-failure"
    PERMANENT_FAILURE = "permanent-failure"
    TECHNICAL_FAILURE = "technical-failure"
    AMBIGUOUS = "ambiguous"
    SUPERSEDED = "superseded"
    SUPPRESSED = "suppressed"


class Notice(Base):
    """What one recipient is told through one channel.

    Due while `next_attempt_at` is set; a worker that takes it holds a lease, so that others leave it and
    take over when the worker is gone. A notice in the inbox is there as soon as it is written.
    """

    __tablename__ = "notices"
    __table_args__ = (
        sa.Index("notices_due", "next_attempt_at"),
        sa.Index("notices_of_recipient", "recipient_kind", "recipient_id", "channel", "id"),
        sa.Index("notices_of_event", "event_id", "id"),
        sa.Index("notices_of_registration", "registration_id"),
        sa.Index(
            "notices_on_their_way",
            "lease_until",
            postgresql_where=sa.text("status = 'sending'"),
            sqlite_where=sa.text("status = 'sending'"),
        ),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    dedupe_key: Mapped[str] = mapped_column(
        sa.String(250), unique=True, doc="A repeated message makes the same key: no second notice"
    )
    template: Mapped[Template] = mapped_column(string_enum(Template))
    channel: Mapped[Channel] = mapped_column(string_enum(Channel))
    recipient_kind: Mapped[RecipientKind] = mapped_column(string_enum(RecipientKind))
    recipient_id: Mapped[UUID]
    event_id: Mapped[UUID | None]
    registration_id: Mapped[UUID | None]
    subject_sequence: Mapped[int] = mapped_column(doc="Of the message that it tells")
    facts: Mapped[dict[str, Any]] = mapped_column(
        doc="What only this notice knows: position, reason, new times, document"
    )
    status: Mapped[Status] = mapped_column(string_enum(Status))
    created_at: Mapped[datetime]
    delivered_at: Mapped[datetime | None]
    read_at: Mapped[datetime | None]

    next_attempt_at: Mapped[datetime | None]
    failures: Mapped[int] = mapped_column(default=0, doc="Tries that failed in a row of pauses")
    repeated: Mapped[bool] = mapped_column(
        default=False, doc="Sent once more after an ambiguous try"
    )
    overtaken: Mapped[bool] = mapped_column(
        default=False, doc="Newer news came; if it was just being sent, it is not tried again"
    )
    lease: Mapped[UUID | None]
    lease_until: Mapped[datetime | None]

    attempts: Mapped[list[Attempt]] = relationship(
        order_by="Attempt.id", lazy="raise", back_populates="notice"
    )

    @property
    def waits_for_a_person(self) -> bool:
        """Whether it is neither told nor will be, and nobody decided that."""
        given_up = self.status in (Status.TECHNICAL_FAILURE, Status.AMBIGUOUS)
        return given_up and self.next_attempt_at is None and not self.overtaken

    def is_held_by(self, lease: UUID, now: datetime) -> bool:
        """Whether it is still this worker's to send: its lease lasts, and no newer notice replaced it.

        A lease that ended holds nothing even if nobody took over: what the worker was told of the recipient
        is as old as the lease.
        """
        lasts = self.lease_until is not None and now <= self.lease_until
        return self.lease == lease and lasts and self.next_attempt_at is not None

    def start(self, provider: str, *, now: datetime, lease_until: datetime) -> Attempt:
        """About to be handed to a provider: from here on, silence means that it may have been sent."""
        self.status, self.lease_until, self.next_attempt_at = Status.SENDING, lease_until, None
        return Attempt(notice_id=self.id, at=now, provider=provider)

    def settle(self, outcome: Outcome, *, now: datetime, jitter: float) -> None:
        """What became of a try. `jitter` (about 1) stretches the pause so that many do not return at once."""
        self.lease = self.lease_until = self.next_attempt_at = None
        match outcome.result:
            case Result.DELIVERED:
                self.delivered_at = now
            case Result.TEMPORARY | Result.TECHNICAL if self.overtaken:
                self.status = Status.SUPERSEDED
                return
            case Result.TEMPORARY | Result.TECHNICAL:
                self._try_later(now, jitter)
                if self.next_attempt_at is None:
                    self.status = Status.TECHNICAL_FAILURE
                    return
        self.status = Status(outcome.result.value)

    def settle_ambiguous(
        self, *, now: datetime, repeatable: bool, repeats_after: timedelta
    ) -> None:
        """The provider may have it. Send it again where that is harmless (`repeatable`); once more after a
        while if it is essential; otherwise leave it to an operator.
        """
        self.lease = self.lease_until = self.next_attempt_at = None
        self.status = Status.AMBIGUOUS
        if self.overtaken:
            return
        if repeatable:
            # With the pauses of a failure: one that kills its worker each time does not do so for ever.
            self._try_later(now, jitter=1.0)
        elif self.template.is_essential and not self.repeated:
            self.repeated, self.next_attempt_at = True, now + repeats_after

    def _try_later(self, now: datetime, jitter: float) -> None:
        if self.failures < len(PAUSES):
            self.next_attempt_at = now + timedelta(seconds=PAUSES[self.failures] * jitter)
        self.failures += 1


class Attempt(Base):
    """One try: written before the provider is called, completed after."""

    __tablename__ = "attempts"

    id: Mapped[int] = mapped_column(BigSerial, primary_key=True, autoincrement=True)
    notice_id: Mapped[UUID] = mapped_column(sa.ForeignKey("notices.id"), index=True)
    at: Mapped[datetime]
    provider: Mapped[str] = mapped_column(
        sa.String(32), doc="Or the owner that was asked and was away"
    )
    outcome: Mapped[Result | None] = mapped_column(string_enum(Result))
    why: Mapped[str] = mapped_column(sa.String(64), default="")
    settled_at: Mapped[datetime | None]

    notice: Mapped[Notice] = relationship(lazy="raise", back_populates="attempts")

    def settle(self, outcome: Outcome, now: datetime) -> None:
        self.outcome, self.why, self.settled_at = outcome.result, outcome.why[:64], now

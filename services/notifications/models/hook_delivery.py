"""A webhook on its way: one endpoint is told one thing, and every try to do so."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from services.notifications.models.base import Base
from services.notifications.models.endpoint import HOOK_PAUSES, HookKind
from services.notifications.models.notice import Status
from services.notifications.models.outcome import Outcome, Result
from shared.database.types import BigSerial, string_enum


class HookDelivery(Base):
    """One webhook to one endpoint. Its id goes along at every try: the other side knows a repetition by it.

    Due while `next_attempt_at` is set, also while it is being sent: a try whose end nobody recorded is repeated.
    """

    __tablename__ = "hook_deliveries"
    __table_args__ = (
        sa.Index("hook_deliveries_due", "endpoint_id", "next_attempt_at"),
        sa.Index("hook_deliveries_of_endpoint", "endpoint_id", "id"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    endpoint_id: Mapped[UUID] = mapped_column(
        sa.ForeignKey("hook_endpoints.id", ondelete="CASCADE")
    )
    dedupe_key: Mapped[str] = mapped_column(
        sa.String(250), unique=True, doc="A repeated message makes the same key: no second webhook"
    )
    kind: Mapped[HookKind] = mapped_column(string_enum(HookKind))
    body: Mapped[str] = mapped_column(sa.Text, doc="As it is sent and signed, at every try")
    status: Mapped[Status] = mapped_column(string_enum(Status))
    created_at: Mapped[datetime]
    delivered_at: Mapped[datetime | None]
    next_attempt_at: Mapped[datetime | None]
    failures: Mapped[int] = mapped_column(default=0, doc="Tries that failed in a row of pauses")

    attempts: Mapped[list[HookAttempt]] = relationship(
        order_by="HookAttempt.id", lazy="raise", back_populates="delivery", passive_deletes=True
    )

    @property
    def is_test(self) -> bool:
        return self.kind is HookKind.TEST

    @property
    def waits(self) -> bool:
        """Whether a try is still to come."""
        return self.next_attempt_at is not None

    def start(self, now: datetime) -> HookAttempt:
        """About to be sent."""
        self.status = Status.SENDING
        return HookAttempt(delivery_id=self.id, at=now)

    def settle(self, outcome: Outcome, *, now: datetime, jitter: float) -> None:
        """What became of a try. `jitter` (about 1) stretches the pause so that many do not return at once."""
        self.next_attempt_at = None
        if outcome.result is Result.DELIVERED:
            self.status, self.delivered_at = Status.DELIVERED, now
            return
        again = outcome.result is not Result.PERMANENT and not self.is_test
        if again and self.failures < len(HOOK_PAUSES):
            pause = timedelta(seconds=HOOK_PAUSES[self.failures] * jitter)
            self.status, self.next_attempt_at = Status.TEMPORARY_FAILURE, now + pause
        else:
            self.status = Status.PERMANENT_FAILURE
        self.failures += 1

    def replay(self, now: datetime) -> None:
        """Send it again, with all its tries before it; what is on its way stays so."""
        if not self.waits:
            self.status, self.next_attempt_at, self.failures = Status.CREATED, now, 0


class HookAttempt(Base):
    """One try: written before the other side is called, completed after."""

    __tablename__ = "hook_attempts"

    id: Mapped[int] = mapped_column(BigSerial, primary_key=True, autoincrement=True)
    delivery_id: Mapped[UUID] = mapped_column(
        sa.ForeignKey("hook_deliveries.id", ondelete="CASCADE"), index=True
    )
    at: Mapped[datetime]
    settled_at: Mapped[datetime | None]
    outcome: Mapped[Result | None] = mapped_column(string_enum(Result))
    why: Mapped[str] = mapped_column(sa.String(64), default="")
    http_status: Mapped[int | None]
    milliseconds: Mapped[int | None]
    answer: Mapped[str] = mapped_column(sa.Text, default="", doc="Its beginning, without secrets")

    delivery: Mapped[HookDelivery] = relationship(lazy="raise", back_populates="attempts")

    def settle(
        self,
        outcome: Outcome,
        now: datetime,
        *,
        http_status: int | None = None,
        milliseconds: int | None = None,
        answer: str = "",
    ) -> None:
        self.outcome, self.why, self.settled_at = outcome.result, outcome.why[:64], now
        self.http_status, self.milliseconds, self.answer = http_status, milliseconds, answer

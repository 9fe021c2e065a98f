"""One person's registration for one event."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from services.registrations.errors import (
    AlreadyCheckedIn,
    AnswersFixed,
    EventCancelled,
    NoCertificate,
    NotCheckedIn,
    NoTicket,
    RegistrationClosed,
    TicketInvalid,
)
from services.registrations.models.base import Base
from services.registrations.models.offer import Offer
from services.registrations.models.scan import Scan
from services.registrations.models.status import IN_PLAY, Status
from shared.database.types import string_enum
from shared.text import fold

# Whom one person may register beside themselves, for one event.
MOST_COLLEAGUES = 10
_ENDED = "status NOT IN ('cancelled', 'declined')"


def plain_code(code: str) -> str:
    """An entry code as it is kept, however it was typed."""
    return code.upper().replace("-", "").replace(" ", "")


class Registration(Base):
    """A person has at most one for an event that is neither cancelled nor declined; a walk-in and a colleague have no person."""

    __tablename__ = "registrations"
    __table_args__ = (
        sa.Index(
            "one_active_registration",
            "event_id",
            "person_id",
            unique=True,
            postgresql_where=sa.text(_ENDED),
            sqlite_where=sa.text(_ENDED),
        ),
        sa.Index("registrations_in_line", "event_id", "status", "waitlist_number"),
        sa.Index("registrations_by_time", "event_id", "registered_at", "id"),
        sa.Index("registrations_in_order", "event_id", "id"),
        sa.UniqueConstraint("event_id", "entry_code", name="one_entry_code"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    event_id: Mapped[UUID] = mapped_column(sa.ForeignKey("offers.event_id"))
    person_id: Mapped[UUID | None] = mapped_column(index=True)
    registered_by: Mapped[UUID | None] = mapped_column(
        index=True, doc="Whose colleague this is, who has no account here"
    )
    name: Mapped[str] = mapped_column(sa.String(200), doc="As given at registration, for lists")
    name_folded: Mapped[str] = mapped_column(sa.Text)
    phone: Mapped[str | None] = mapped_column(sa.String(32))
    email: Mapped[str | None] = mapped_column(
        sa.String(254), doc="Of somebody without an account, as an organiser's list names it"
    )
    organisation_name: Mapped[str | None] = mapped_column(
        sa.String(200), doc="For which organisation or business somebody comes, in their words"
    )
    note: Mapped[str | None] = mapped_column(sa.Text)
    organisation_id: Mapped[UUID | None] = mapped_column(doc="For which partner somebody comes")
    area_id: Mapped[UUID | None] = mapped_column(doc="Where somebody says to live or work")
    nomination_id: Mapped[UUID | None] = mapped_column(doc="On whose list a nominee confirmed")
    first_time: Mapped[bool] = mapped_column(doc="Never admitted to an event before")
    status: Mapped[Status] = mapped_column(string_enum(Status))
    why: Mapped[str | None] = mapped_column(
        sa.String(400), doc="Why it was cancelled or declined; a key, or an organiser's words"
    )
    quota_id: Mapped[UUID | None] = mapped_column(doc="Against which its seat counts")
    waitlist_number: Mapped[int | None]
    keeps_seat: Mapped[bool] = mapped_column(
        default=False, doc="Pending once more, after edited answers; the seat stays the person's"
    )
    held_until: Mapped[datetime | None]
    entry_code: Mapped[str] = mapped_column(sa.String(8))
    issue: Mapped[int] = mapped_column(default=1, doc="Of the ticket; a re-issued one raises it")
    registered_at: Mapped[datetime]
    cancelled_at: Mapped[datetime | None]
    checked_in_at: Mapped[datetime | None]
    checked_in_by: Mapped[UUID | None]
    sequence: Mapped[int] = mapped_column(default=1, doc="Of the messages about this registration")

    offer: Mapped[Offer] = relationship(lazy="joined", innerjoin=True)

    # In the waitlist, from 1; set by the repository.
    __allow_unmapped__ = True
    position: int | None = None
    # The keys of what it must answer and does not yet; set by `operations.see_unanswered`.
    unanswered: Sequence[str] = ()

    @classmethod
    def of(
        cls,
        *,
        id: UUID,
        offer: Offer,
        person_id: UUID | None,
        name: str,
        entry_code: str,
        now: datetime,
        **more: Any,
    ) -> Registration:
        """A registration that has neither a place nor a number yet. `more` are its other answers."""
        return cls(
            id=id,
            event_id=offer.event_id,
            offer=offer,
            person_id=person_id,
            name=name,
            name_folded=fold(name),
            entry_code=entry_code,
            registered_at=now,
            issue=1,
            sequence=1,
            keeps_seat=False,
            **({"first_time": False} | more),
        )

    @property
    def owner_id(self) -> UUID | None:
        """Whose it is: the person's, or for a colleague without an account theirs who registered them."""
        return self.person_id or self.registered_by

    @property
    def is_in_play(self) -> bool:
        return self.status in IN_PLAY

    def require_ticket(self) -> None:
        """NoTicket unless there is a place."""
        if self.status is not Status.CONFIRMED:
            raise NoTicket

    def require_editable(self, now: datetime) -> None:
        """Whether its answers may still be edited, and why not."""
        if self.offer.cancelled:
            raise EventCancelled
        if not self.offer.postponed and now >= self.offer.closes_at:
            raise RegistrationClosed(closes_at=self.offer.local(self.offer.closes_at))
        to_be_accepted = self.status is Status.HELD and self.offer.approval
        if not self.is_in_play or self.checked_in_at is not None or to_be_accepted:
            raise AnswersFixed

    def is_asked(self, now: datetime) -> bool:
        """Whether its answers are waited for: somebody can give them, and the event is not over."""
        return self.is_in_play and self.owner_id is not None and now < self.offer.ends_at

    def require_attended(self) -> None:
        """NoCertificate for who was not admitted."""
        if self.status is not Status.CONFIRMED or self.checked_in_at is None:
            raise NoCertificate

    def reissue(self, entry_code: str) -> None:
        """A new ticket and code; the old ones are refused from now on."""
        self.require_ticket()
        self.issue += 1
        self.entry_code = entry_code
        self.sequence += 1

    def check_in(self, now: datetime, by: UUID) -> None:
        """Admit, once."""
        if why := self.why_not_in():
            raise TicketInvalid(why)
        if self.checked_in_at is not None:
            raise AlreadyCheckedIn(
                registration_id=str(self.id),
                name=self.name,
                checked_in_at=self.offer.local(self.checked_in_at),
            )
        self.checked_in_at, self.checked_in_by = now, by
        self.offer.checked_in += 1

    def require_inside(self) -> None:
        """NotCheckedIn unless somebody was admitted with it."""
        if self.checked_in_at is None:
            raise NotCheckedIn

    def why_not_in(self) -> str | None:
        """Why it opens no door, as TicketInvalid has it; None where it does."""
        if self.offer.cancelled:
            return "event-cancelled"
        if self.offer.postponed:
            return "event-postponed"
        return None if self.status is Status.CONFIRMED else self.status.value

    def inside_by(self, admission: Scan | None) -> bool:
        """Whoever is in is in by that scan, or nobody is; whether that is news."""
        before = self.checked_in_at
        self.checked_in_at = admission.at if admission else None
        self.checked_in_by = admission.by if admission else None
        self.offer.checked_in += (self.checked_in_at is not None) - (before is not None)
        return before != self.checked_in_at

"""An offer of seats: this service's own copy of a published event, and who gets a place."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any
from uuid import UUID
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from services.registrations.errors import (
    AttendedAlready,
    CapacityBelowConfirmed,
    CapacityBelowKept,
    EventCancelled,
    EventFull,
    EventPostponed,
    HoldLapsed,
    NotHeld,
    NotPending,
    RegistrationClosed,
    RegistrationNotOpen,
)
from services.registrations.models.base import Base
from services.registrations.models.quota import Quota
from services.registrations.models.status import SEATED, OfferState, Status

if TYPE_CHECKING:
    from services.registrations.models.registration import Registration


class Offer(Base):
    """The copy follows the event's messages; the seats are decided here and nowhere else.

    Whoever changes a seat holds this row's lock. A seat counts once: against the first quota (by priority) that is for
    the person and has seats left, else against what is open to everybody.
    """

    __tablename__ = "offers"

    event_id: Mapped[UUID] = mapped_column(primary_key=True)
    organisation_id: Mapped[UUID]
    organiser: Mapped[str | None] = mapped_column(
        sa.String(300), doc="The owner by name, for papers; none until it was told"
    )
    event_sequence: Mapped[int] = mapped_column(
        doc="The newest message of the event that was taken in"
    )
    title: Mapped[dict[str, Any]]
    venue_name: Mapped[str | None] = mapped_column(sa.String(200))
    starts_at: Mapped[datetime]
    ends_at: Mapped[datetime]
    timezone: Mapped[str] = mapped_column(sa.String(64))
    opens_at: Mapped[datetime]
    closes_at: Mapped[datetime]
    cancelled: Mapped[bool] = mapped_column(default=False)
    postponed: Mapped[bool] = mapped_column(default=False)

    capacity: Mapped[int]
    waitlist: Mapped[bool]
    approval: Mapped[bool] = mapped_column(
        default=False, doc="An organiser approves each registration"
    )
    hold_minutes: Mapped[int | None] = mapped_column(
        doc="How long a freed seat is kept for the one whose turn it is; none: it is theirs at once"
    )
    confirmed: Mapped[int] = mapped_column(default=0)
    held: Mapped[int] = mapped_column(default=0)
    pending: Mapped[int] = mapped_column(default=0)
    asked_again: Mapped[int] = mapped_column(
        default=0, doc="Of the pending, those who keep a seat while edited answers are looked at"
    )
    waitlisted: Mapped[int] = mapped_column(default=0)
    checked_in: Mapped[int] = mapped_column(default=0)
    last_number: Mapped[int] = mapped_column(default=0, doc="The number given last in the waitlist")
    first_number: Mapped[int] = mapped_column(
        default=0, doc="The number given last to somebody who lost a seat, before all others"
    )
    due_at: Mapped[datetime | None] = mapped_column(
        index=True, doc="When a hold ends or a quota is released next"
    )
    form_version: Mapped[int] = mapped_column(
        default=0, doc="The newest version of its form; 0: nothing is asked"
    )
    sequence: Mapped[int] = mapped_column(default=0, doc="Of the messages about this offer")

    quotas: Mapped[list[Quota]] = relationship(
        order_by=(Quota.priority, Quota.id), lazy="selectin", cascade="all, delete-orphan"
    )

    @classmethod
    def of(cls, *, event_id: UUID, capacity: int) -> Offer:
        """An offer that nobody has a seat of yet; the copy of its event is still to be made."""
        return cls(
            event_id=event_id,
            capacity=capacity,
            approval=False,
            confirmed=0,
            held=0,
            pending=0,
            asked_again=0,
            form_version=0,
            waitlisted=0,
            checked_in=0,
            last_number=0,
            first_number=0,
            sequence=0,
            cancelled=False,
            postponed=False,
            quotas=[],
        )

    @property
    def free(self) -> int:
        """Seats that nobody has, kept ones included."""
        return max(self.capacity - self.taken, 0)

    @property
    def taken(self) -> int:
        """Seats that somebody has, or keeps."""
        return self.confirmed + self.held + self.asked_again

    def kept(self, now: datetime) -> int:
        """How many of the free seats are kept by quotas."""
        return min(sum(quota.kept(now) for quota in self.quotas), self.free)

    def kept_for(self, now: datetime) -> list[dict[str, Any]]:
        """For whom free seats are kept, how many, and until when: what explains why others wait."""
        return [
            {
                "name": quota.name,
                "left": quota.kept(now),
                "until": quota.release_at.isoformat() if quota.release_at else None,
            }
            for quota in self.quotas
            if self.free and quota.kept(now)
        ]

    def seats_left(self, now: datetime) -> int:
        """How many seats anybody may take."""
        return self.free - self.kept(now)

    def has_seen(self, sequence: int) -> bool:
        """Whether a message of the event was overtaken by one that was taken in before."""
        return sequence <= self.event_sequence

    def state(self, now: datetime) -> OfferState:
        if self.cancelled:
            return OfferState.CANCELLED
        if self.postponed:
            return OfferState.POSTPONED
        if now < self.opens_at:
            return OfferState.NOT_YET_OPEN
        if now >= self.closes_at:
            return OfferState.CLOSED
        return OfferState.OPEN if self.seats_left(now) else OfferState.FULL

    def admit(self, registration: Registration, now: datetime) -> None:
        """Give a place while there is one, else the next number in the waitlist; or say why neither.

        Where an organiser approves, it waits for that first.
        """
        self.require_open(now)
        if self.approval:
            self.pending += 1
            registration.status = Status.PENDING
        else:
            self.place(registration, now)

    def place(self, registration: Registration, now: datetime) -> None:
        """A place, else the next number in the waitlist; EventFull where there is neither."""
        if self.has_seat_for(registration, now):
            self._seat(registration, now, Status.CONFIRMED)
        elif self.waitlist:
            self.last_number += 1
            self.waitlisted += 1
            registration.status, registration.waitlist_number = Status.WAITLISTED, self.last_number
            self._look_again(now)
        else:
            raise EventFull

    def squeeze_in(self, registration: Registration) -> None:
        """Count somebody who is inside already though no seat was free, beyond the capacity if need be."""
        self.confirmed += 1
        registration.status = Status.CONFIRMED

    def seat_nominee(self, registration: Registration, now: datetime) -> None:
        """The seat that is kept for a nominee, whether or not registration is open to everybody."""
        if self.cancelled:
            raise EventCancelled
        if self.postponed:
            raise EventPostponed
        self.place(registration, now)

    def has_seat_for(self, registration: Registration, now: datetime) -> bool:
        """Whether a free seat is open to everybody, or kept for such as these."""
        return bool(
            self.free and (self.seats_left(now) or self._quota_for(registration, now) is not None)
        )

    def approve(self, registration: Registration, now: datetime) -> None:
        """Yes: as if it came now."""
        if registration.status is not Status.PENDING:
            raise NotPending
        if self.cancelled:
            raise EventCancelled
        self.pending -= 1
        if registration.keeps_seat:
            self.asked_again -= 1
            self.confirmed += 1
            registration.status, registration.keeps_seat = Status.CONFIRMED, False
        elif registration.waitlist_number is not None:
            self.waitlisted += 1
            registration.status = Status.WAITLISTED
        else:
            self.place(registration, now)
        registration.sequence += 1

    def ask_again(self, registration: Registration) -> bool:
        """Answers were edited: an organiser is to approve once more. Whether that is news.

        The seat stays taken for the person, and the number in the waitlist theirs, so that nobody overtakes them for an
        edit: approved, they have what they had; declined or cancelled, it goes to the next. Meanwhile there is no
        ticket, since what was approved is no longer what was said.
        """
        match registration.status:
            case Status.CONFIRMED:
                self.confirmed -= 1
                self.asked_again += 1
                registration.keeps_seat = True
            case Status.WAITLISTED:
                self.waitlisted -= 1
            case _:
                return False
        self.pending += 1
        registration.status = Status.PENDING
        registration.sequence += 1
        return True

    def decline(self, registration: Registration, now: datetime, why: str) -> None:
        """No, with a reason that the person is told."""
        if registration.status is not Status.PENDING:
            raise NotPending
        self._let_go(registration)
        registration.status, registration.cancelled_at = Status.DECLINED, now
        registration.why = why
        registration.sequence += 1

    def promote(self, registration: Registration, now: datetime) -> None:
        """Give a free seat to somebody who waits; with holds, keep it for them until they accept.

        Who has no account could not accept: it is theirs at once.
        """
        self.waitlisted -= 1
        if self.hold_minutes is None or registration.person_id is None:
            self._seat(registration, now, Status.CONFIRMED)
        else:
            self._seat(registration, now, Status.HELD)
            ends = now + timedelta(minutes=self.hold_minutes)
            registration.held_until = ends if self.postponed else min(ends, self.ends_at)
        registration.sequence += 1

    def accept(self, registration: Registration, now: datetime) -> None:
        """Take the seat that is held."""
        if registration.status is not Status.HELD or registration.held_until is None:
            raise NotHeld
        if now >= registration.held_until:
            raise HoldLapsed
        self.held -= 1
        self.confirmed += 1
        registration.status, registration.held_until = Status.CONFIRMED, None
        registration.sequence += 1

    def release(self, registration: Registration, now: datetime, why: str) -> None:
        """Take back what a registration holds: its seat, or its number in the waitlist."""
        if registration.checked_in_at is not None and not self.cancelled:
            raise AttendedAlready
        self._let_go(registration)
        registration.status, registration.cancelled_at = Status.CANCELLED, now
        registration.why = why
        registration.sequence += 1

    def unseat(self, registration: Registration, now: datetime) -> None:
        """Take the seat of somebody, who is then the first in line; without a waitlist their registration ends."""
        if not self.waitlist:
            self.release(registration, now, "capacity-cut")
            return
        if registration.checked_in_at is not None:
            raise AttendedAlready
        self._let_go(registration)
        self.first_number -= 1
        self.waitlisted += 1
        registration.status, registration.waitlist_number = Status.WAITLISTED, self.first_number
        registration.sequence += 1

    def may_promote(self, now: datetime) -> bool:
        """Whether a free seat may go to somebody who waits."""
        takes_place = self.postponed or now < self.ends_at
        return bool(self.free and self.waitlisted) and not self.cancelled and takes_place

    def resize(self, capacity: int, now: datetime) -> None:
        """Change the number of seats; those who lose theirs have lost it before.

        More seats are always possible, also where the door let more people in than there are seats.
        """
        if self.cancelled:
            raise EventCancelled
        fewer = capacity < self.capacity
        if fewer and capacity < self.taken:
            raise CapacityBelowConfirmed(confirmed=self.taken)
        self.capacity = capacity
        if fewer:
            self.require_room_for_quotas(now)

    def require_room_for_quotas(self, now: datetime) -> None:
        """A seat is promised once: what quotas keep must be free."""
        kept = sum(quota.kept(now) for quota in self.quotas)
        if kept > self.free:
            raise CapacityBelowKept(kept=kept, free=self.free)

    def require_room_to_cut(
        self, capacity: int, losing: Sequence[Registration], now: datetime
    ) -> None:
        """CapacityBelowKept where so few seats are left, once these have lost theirs, that quotas would keep more than are
        free: said before anybody is asked to confirm whose seats are taken."""
        back = Counter(one.quota_id for one in losing)
        kept = sum(quota.kept(now, back=back[quota.id]) for quota in self.quotas)
        free = max(capacity - self.taken + len(losing), 0)
        if kept > free:
            raise CapacityBelowKept(kept=kept, free=free)

    def local(self, moment: datetime) -> datetime:
        """A moment on the wall clock of the event's place, as people are told it."""
        return moment.astimezone(ZoneInfo(self.timezone))

    def require_open(self, now: datetime) -> None:
        """Whether one can register at all now, and why not."""
        match self.state(now):
            case OfferState.CANCELLED:
                raise EventCancelled
            case OfferState.POSTPONED:
                raise EventPostponed
            case OfferState.NOT_YET_OPEN:
                raise RegistrationNotOpen(opens_at=self.local(self.opens_at))
            case OfferState.CLOSED:
                raise RegistrationClosed(closes_at=self.local(self.closes_at))

    def _look_again(self, now: datetime) -> None:
        """When the seats that are kept at `now` are released, also where somebody whose clock was ahead has seen to it."""
        releases = [one.release_at for one in self.quotas if one.release_at and one.kept(now)]
        self.due_at = min([*releases, *([self.due_at] if self.due_at else [])], default=None)

    def _quota_for(self, registration: Registration, now: datetime) -> Quota | None:
        return next(
            (one for one in self.quotas if one.is_for(registration) and one.kept(now)), None
        )

    def _seat(self, registration: Registration, now: datetime, status: Status) -> None:
        quota = self._quota_for(registration, now)
        if quota is not None:
            quota.taken += 1
        registration.quota_id = quota.id if quota else None
        if status is Status.HELD:
            self.held += 1
        else:
            self.confirmed += 1
        registration.status, registration.waitlist_number = status, None

    def _let_go(self, registration: Registration) -> None:
        match registration.status:
            case Status.CONFIRMED:
                self.confirmed -= 1
            case Status.HELD:
                self.held -= 1
            case Status.WAITLISTED:
                self.waitlisted -= 1
            case Status.PENDING:
                self.pending -= 1
                self.asked_again -= int(registration.keeps_seat)
        if registration.status in SEATED or registration.keeps_seat:
            for quota in self.quotas:
                if quota.id == registration.quota_id:
                    quota.taken -= 1
        registration.quota_id = registration.waitlist_number = registration.held_until = None
        registration.keeps_seat = False

"""An endpoint: where a partner's own system is told, of what, and how it has been answering."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from services.notifications.models.base import Base
from shared.database.types import string_enum

# How long the secret that was replaced signs beside its successor.
BOTH_SIGN = timedelta(hours=24)
# Between the tries of one webhook, in seconds: 5 s, 5 min, 30 min, 2, 5, 10, 14, 20 and 24 h; 75 hours and a half in all.
HOOK_PAUSES = (5, 300, 1800, 7200, 18_000, 36_000, 50_400, 72_000, 86_400)
# Many endpoints that failed together do not return together.
LEAST_JITTER, MOST_JITTER = 0.92, 1.08
ALL_TRIES = timedelta(seconds=sum(HOOK_PAUSES) * LEAST_JITTER)
# Failing without a break for so long, an endpoint is disabled even if no single webhook has run out of tries.
LONGEST_FAILING = timedelta(days=5)
# An answer later than this makes an endpoint one of the slow, which share a part of the threads.
SLOW = timedelta(seconds=2)
MOST_ENDPOINTS = 10


class HookKind(StrEnum):
    """What a partner's system can be told: the messages that concern it."""

    EVENT_PUBLISHED = "event.published"
    EVENT_CHANGED = "event.changed"
    EVENT_POSTPONED = "event.postponed"
    EVENT_CANCELLED = "event.cancelled"
    EVENT_COMPLETED = "event.completed"
    PARTNER_INVITED = "partner.invited"
    # Sent when the partner asks for it, whatever the topics say.
    TEST = "webhook.test"


TOPICS = tuple(kind for kind in HookKind if kind is not HookKind.TEST)


class Disabled(StrEnum):
    """Why nothing is sent any more."""

    # The partner's system answered 410.
    GONE = "gone"
    FAILING = "failing"


class Endpoint(Base):
    """One address of a partner's organisation.

    Its lease is the turn at it: whoever holds it sends one webhook there, nobody else sends another meanwhile.
    """

    __tablename__ = "hook_endpoints"
    __table_args__ = (sa.UniqueConstraint("organisation_id", "url"),)

    id: Mapped[UUID] = mapped_column(primary_key=True)
    organisation_id: Mapped[UUID]
    url: Mapped[str] = mapped_column(sa.String(500))
    topics: Mapped[list[Any]] = mapped_column(doc="Kinds of webhooks; empty: all, also later ones")
    version: Mapped[int] = mapped_column(default=1, doc="Rises with what the partner sees change")
    created_at: Mapped[datetime]

    secret: Mapped[str] = mapped_column(sa.String(100))
    old_secret: Mapped[str | None] = mapped_column(sa.String(100))
    old_secret_until: Mapped[datetime | None]

    disabled_at: Mapped[datetime | None]
    disabled_why: Mapped[Disabled | None] = mapped_column(string_enum(Disabled))
    failing_since: Mapped[datetime | None] = mapped_column(
        doc="The first failure after the last delivery"
    )
    troubled: Mapped[bool] = mapped_column(default=False, doc="The last try failed, or was slow")

    served_at: Mapped[datetime] = mapped_column(doc="Its last turn; who waits longest is next")
    lease: Mapped[UUID | None]
    lease_until: Mapped[datetime | None]

    @property
    def is_active(self) -> bool:
        return self.disabled_at is None

    @property
    def host(self) -> str:
        return urlsplit(self.url).hostname or ""

    def wants(self, kind: HookKind) -> bool:
        return not self.topics or kind in self.topics

    def secrets(self, now: datetime) -> list[str]:
        """Those that sign now, the newest first."""
        old = self.old_secret
        lasts = self.old_secret_until is not None and now < self.old_secret_until
        return [self.secret, old] if old is not None and lasts else [self.secret]

    def change(self, *, url: str | None, topics: Sequence[str] | None) -> None:
        """Another address, or other topics; None leaves what there is."""
        if url is not None and url != self.url:
            # What is known of the old address says nothing of the new one.
            self.url, self.failing_since, self.troubled = url, None, False
        if topics is not None:
            self.topics = list(topics)
        self.version += 1

    def rotate(self, secret: str, now: datetime) -> None:
        """A new secret; the one before signs beside it for a day, so that the partner can change it without haste."""
        self.old_secret, self.old_secret_until = self.secret, now + BOTH_SIGN
        self.secret = secret
        self.version += 1

    def disable(self, why: Disabled, now: datetime) -> None:
        self.disabled_at, self.disabled_why = now, why
        self.version += 1

    def enable(self) -> None:
        """Begin anew; repeated, it changes nothing."""
        if not self.is_active:
            self.disabled_at = self.disabled_why = self.failing_since = None
            self.troubled = False
            self.version += 1

    def is_held_by(self, lease: UUID, now: datetime) -> bool:
        return self.lease == lease and self.lease_until is not None and now <= self.lease_until

    def end_turn(self, now: datetime) -> None:
        self.lease, self.lease_until, self.served_at = None, None, now

    def note(self, *, delivered: bool, took: timedelta, now: datetime) -> None:
        """How it answered."""
        self.troubled = not delivered or took > SLOW
        self.failing_since = None if delivered else self.failing_since or now

    def is_hopeless(self, now: datetime, *, given_up: bool) -> bool:
        """Whether to stop: it took nothing while one webhook ran out of tries (`given_up`), or for days."""
        longest = ALL_TRIES if given_up else LONGEST_FAILING
        return self.failing_since is not None and now - self.failing_since >= longest

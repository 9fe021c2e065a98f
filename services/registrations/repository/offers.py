"""The queries of offers; and what a transaction holds of many at once."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from services.registrations.models import (
    Offer,
    Registration,
)
from shared.http.problems import NotFound


@dataclass(slots=True)
class Held:
    """What this transaction has locked and read for many at once; nobody else changes it until the end."""

    offers: dict[UUID, Offer] = field(default_factory=dict)
    registrations: dict[UUID, Registration] = field(default_factory=dict)
    codes: dict[tuple[UUID, str], Registration] = field(default_factory=dict)


def held_by(session: Session) -> Held:
    held: Held = session.info.setdefault("held", Held())
    return held


class Offers:
    """Offers by event."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def get(self, event_id: UUID) -> Offer:
        """The offer of an event, or NotFound."""
        offer = self._session.get(Offer, event_id)
        if offer is None:
            raise NotFound
        return offer

    def lock(self, event_id: UUID) -> Offer:
        """The offer of an event, held against everybody else until the transaction ends; or NotFound."""
        offer = self.lock_if_known(event_id)
        if offer is None:
            raise NotFound
        return offer

    def lock_if_known(self, event_id: UUID) -> Offer | None:
        """As `lock`, but None for an event that is not known yet."""
        if (held := held_by(self._session).offers.get(event_id)) is not None:
            return held
        return self._session.get(Offer, event_id, with_for_update=True, populate_existing=True)

    def lock_all(self, event_ids: Collection[UUID]) -> dict[UUID, Offer]:
        """As `lock`, for those that are known; in the order of their ids, as all do who lock several."""
        wanted = sa.select(Offer).where(Offer.event_id.in_(event_ids)).order_by(Offer.event_id)
        locked = wanted.with_for_update().execution_options(populate_existing=True)
        found = {offer.event_id: offer for offer in self._session.scalars(locked)}
        held_by(self._session).offers |= found
        return found

    def add(self, offer: Offer) -> None:
        self._session.add(offer)

    def due(self, now: datetime, *, limit: int) -> Sequence[UUID]:
        """Events of whose seats time has made something due."""
        due = sa.select(Offer.event_id).where(Offer.due_at <= now)
        return self._session.scalars(due.order_by(Offer.due_at).limit(limit)).all()

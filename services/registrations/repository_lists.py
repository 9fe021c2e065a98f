"""The queries about whole lists: an event's registrations as rows of text."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from services.registrations.models import Registration, Status

# Rows that are in memory at once.
_AT_ONCE = 1000


class Lists:
    """An event's registrations without their objects: for files of any length."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def records(self, event_id: UUID, *, status: Status | None = None) -> Iterator[Any]:
        """What a list shows of each registration, in the order in which they came, read piece by piece."""
        one = Registration
        place = sa.case(
            (
                one.status == Status.WAITLISTED,
                sa.func.row_number().over(
                    partition_by=one.status, order_by=(one.waitlist_number, one.id)
                ),
            )
        )
        anybody_waits = self._session.scalar(
            sa.select(sa.exists().where(one.event_id == event_id, one.status == Status.WAITLISTED))
        )
        listed = sa.select(
            one.name,
            one.organisation_name,
            one.phone,
            one.email,
            one.status,
            place if anybody_waits else sa.null(),
            one.registered_at,
            one.checked_in_at,
            one.note,
        ).where(one.event_id == event_id)
        if status is not None:
            listed = listed.where(one.status == status)
        found = self._session.execute(
            listed.order_by(one.id), execution_options={"yield_per": _AT_ONCE}
        )
        yield from found

"""Lists that leave the house: who took one is written down before it goes."""

from __future__ import annotations

from datetime import datetime
from typing import IO
from uuid import UUID

from services.registrations.exporting import WRITERS, Columns
from services.registrations.models import Status, What
from services.registrations.operations.seats import note
from services.registrations.repository import UnitOfWork


def note_export(uow: UnitOfWork, *, event_id: UUID, format: str, by: UUID, now: datetime) -> None:
    """Who took an event's list with them, and in which form; never what stood in it."""
    note(uow, What.EXPORTED, uow.offers.get(event_id), now=now, by=by, details={"format": format})


def export(
    uow: UnitOfWork,
    file: IO[bytes],
    *,
    event_id: UUID,
    format: str,
    status: Status | None,
    language: str,
) -> None:
    """Write an event's registrations into a file, as CSV or XLSX; of one status only, if there is one."""
    write, _ = WRITERS[format]
    columns = Columns(language, uow.offers.get(event_id).timezone)
    write(file, columns, uow.lists.records(event_id, status=status))

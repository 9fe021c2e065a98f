"""Lists that leave the house: who took one is written down before it goes."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import IO
from uuid import UUID

from services.registrations.errors import NobodyToPrint
from services.registrations.exporting import WRITERS, Columns, questions_of, write_lines
from services.registrations.exporting.csv_file import CALCULATED
from services.registrations.models import Registration, Status, What
from services.registrations.operations.seats import note
from services.registrations.printing import PER_FILE
from services.registrations.repository import UnitOfWork


def note_export(uow: UnitOfWork, *, event_id: UUID, format: str, by: UUID, now: datetime) -> None:
    """Who took an event's list with them, and in which form; never what stood in it."""
    note(uow, What.EXPORTED, uow.offers.get(event_id), now=now, by=by, details={"format": format})


def to_print(
    uow: UnitOfWork, *, event_id: UUID, kind: str, part: int, by: UUID, now: datetime
) -> Sequence[Registration]:
    """For whom the `part`-th file of badges, tickets or certificates is; it is written down who printed it."""
    found = uow.lists.to_print(event_id, attended=kind == "certificates", part=part, size=PER_FILE)
    if not found:
        raise NobodyToPrint
    note_export(uow, event_id=event_id, format=kind, by=by, now=now)
    return found


def export(
    uow: UnitOfWork,
    file: IO[bytes],
    *,
    event_id: UUID,
    format: str,
    status: Status | None,
    language: str,
) -> None:
    """Write an event's registrations into a file, as CSV or XLSX; of one status only, if there is one.

    What the event's form asks follows as columns of texts, and what earlier versions asked and somebody answered.
    """
    write, _ = WRITERS[format]
    offer = uow.offers.get(event_id)
    questions = questions_of([uow.forms.newest(offer), *uow.forms.answered(event_id)])
    columns = Columns(language, offer.timezone, questions)
    if format == "csv" and not questions:
        lines = uow.lists.lines(
            event_id,
            status=status,
            timezone=columns.timezone,
            words=columns.words(),
            calculated=CALCULATED,
        )
        if lines is not None:
            write_lines(file, columns, lines)
            return
    records = uow.lists.records(event_id, status=status, answers=bool(questions))
    write(file, columns, records)

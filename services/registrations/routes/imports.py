"""Lists of attendees (.csv, .xlsx) of an event: read, looked at, mended, taken."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any
from uuid import UUID

from flask import g, request

from services.registrations.deps import current_deps
from services.registrations.errors import NoSuchFormat, UnreadableUpload
from services.registrations.importing import LARGEST_FILE, READERS, Row
from services.registrations.importing.columns import MOST_LINES
from services.registrations.importing.columns import read as read_people
from services.registrations.models import Import
from services.registrations.operations import imports as operations
from services.registrations.repository import UnitOfWork
from services.registrations.routes.blueprint import bp, own_offer
from services.registrations.schemas.lists import (
    ImportRowList,
    ImportRowsQuery,
    ImportView,
    MendRequest,
    import_view,
    row_view,
)
from services.registrations.schemas.registrations import CancelRequest
from shared.http.access import ADMIN, ORGANISER, allow, person_id
from shared.http.idempotency import creates
from shared.sheets import UnreadableSheet

_FILE = {
    "requestBody": {
        "required": True,
        "content": {media: {"schema": {"type": "string", "format": "binary"}} for media in READERS},
    }
}


def _reads_first(view: Callable[..., Any]) -> Callable[..., Any]:
    """A body of the size of a file, on this route alone, and read before the transaction begins that keeps it: a large
    one takes its seconds, in which nobody else should have to wait."""

    @wraps(view)
    def first(event_id: UUID) -> Any:
        request.max_content_length = LARGEST_FILE
        with current_deps().unit_of_work(read_only=True) as uow:
            own_offer(uow, event_id)
        g.people = _people()
        return view(event_id)

    return first


@bp.post("/offers/<uuid:event_id>/imports")
@allow(ORGANISER, ADMIN)
@bp.doc(**_FILE)
@_reads_first
@creates(bp, ImportView)
def read_list(event_id: UUID, *, uow: UnitOfWork) -> dict[str, Any]:
    """Read a list of attendees and say what would become of each row: new, changed, the same, or refused and why.

    Nothing is done until it is confirmed. A person is known again by phone or mail, else by name and organisation, so a
    list may be read as often as it changes.
    """
    format_, columns, rows = g.people
    made = operations.read_in(
        uow,
        rows,
        event_id=event_id,
        format=format_,
        columns=columns,
        by=person_id(),
        now=current_deps().clock.now(),
    )
    return import_view(made, uow.imports.counts(made.id))


@bp.get("/imports/<uuid:list_id>")
@allow(ORGANISER, ADMIN)
@bp.response(200, ImportView)
def show_list_read(list_id: UUID) -> dict[str, Any]:
    """A list that was read, and how many of its rows are good. It is kept for 30 days."""
    with current_deps().unit_of_work(read_only=True) as uow:
        made = _permitted(uow, list_id)
        return import_view(made, uow.imports.counts(made.id))


@bp.get("/imports/<uuid:list_id>/rows")
@allow(ORGANISER, ADMIN)
@bp.arguments(ImportRowsQuery, location="query")
@bp.response(200, ImportRowList)
def show_list_rows(query: dict[str, Any], list_id: UUID) -> dict[str, Any]:
    """Its rows in their order, with what became or would become of them: of one fate, or of all."""
    with current_deps().unit_of_work(read_only=True) as uow:
        made = _permitted(uow, list_id)
        found, following = uow.imports.page(made.id, **{"cursor": None} | query)
        return {"items": [row_view(row) for row in found], "next": following}


@bp.patch("/imports/<uuid:list_id>/rows")
@allow(ORGANISER, ADMIN)
@bp.arguments(MendRequest)
@bp.response(200, ImportView)
def mend_list_rows(wanted: dict[str, Any], list_id: UUID) -> dict[str, Any]:
    """Correct what rows say; all rows are looked at again. One that was taken already stays as it is."""
    with current_deps().unit_of_work() as uow:
        _permitted(uow, list_id)
        made = uow.imports.lock(list_id)
        operations.mend(uow, made, wanted["rows"])
        return import_view(made, uow.imports.counts(made.id))


@bp.post("/imports/<uuid:list_id>/confirm")
@allow(ORGANISER, ADMIN)
@bp.arguments(CancelRequest)
@bp.response(200, ImportView)
def take_list(_: dict[str, Any], list_id: UUID) -> dict[str, Any]:
    """Register the people of the good rows, in their order; all of them or, if something fails, nobody.

    Of a list of more than 10,000 the first 10,000; `new` says how many are left for the next call. Flagged rows stay to be mended, and may be taken later in the same way. Repeated, it changes nothing.
    """
    deps = current_deps()
    with deps.unit_of_work() as uow:
        _permitted(uow, list_id)
        made = operations.take(uow, list_id, by=person_id(), now=deps.clock.now())
        return import_view(made, uow.imports.counts(made.id))


def _permitted(uow: UnitOfWork, list_id: UUID) -> Import:
    """An import of an event that the caller plans."""
    made = uow.imports.get(list_id)
    own_offer(uow, made.event_id)
    return made


def _people() -> tuple[str, dict[str, str], list[Row]]:
    """The format, the headings and the rows of the file that came."""
    try:
        name, read = READERS[request.mimetype]
    except KeyError:
        raise NoSuchFormat from None
    try:
        return name, *read_people(read(request.get_data(), most_rows=MOST_LINES))
    except UnreadableSheet as unreadable:
        raise UnreadableUpload(unreadable.text) from None

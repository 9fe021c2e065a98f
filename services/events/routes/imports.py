"""Files of events (.ics, .csv, .xlsx): read, looked at, confirmed."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID
from zoneinfo import available_timezones

from flask import request

from services.events.deps import current_deps
from services.events.errors import NoSuchFormat, UnreadableUpload
from services.events.importing import LARGEST_FILE, READERS, UnreadableFile
from services.events.importing.rows import BAD_ZONE
from services.events.models.imports import Import
from services.events.operations import imports as operations
from services.events.repository import UnitOfWork
from services.events.routes.blueprint import bp
from services.events.schemas.events import Nothing
from services.events.schemas.imports import ImportQuery, ImportView, import_view
from shared.http.access import ADMIN, ORGANISER, allow, caller, permit
from shared.http.idempotency import creates
from shared.http.problems import Invalid

_FILE = {
    "requestBody": {
        "required": True,
        "content": {media: {"schema": {"type": "string", "format": "binary"}} for media in READERS},
    }
}


def _large(view: Callable[..., Any]) -> Callable[..., Any]:
    """A body of the size of a file, on this route alone."""

    @wraps(view)
    def larger(*args: Any, **kwargs: Any) -> Any:
        request.max_content_length = LARGEST_FILE
        return view(*args, **kwargs)

    return larger


@bp.post("/imports")
@allow(ORGANISER, ADMIN)
@bp.doc(**_FILE)
@_large
@bp.arguments(ImportQuery, location="query")
@creates(bp, ImportView)
def read_file(query: dict[str, Any], *, uow: UnitOfWork) -> dict[str, Any]:
    """Read a file of events and say what would become of each entry: new, changed, the same, or refused and why.

    Nothing is done until it is confirmed. An entry is known again by its UID (of a table: its id column, else title
    and start), so a file may be read as often as it changes.
    """
    permit(organisation=query["organisation_id"], hidden=False)
    if query["timezone"] not in available_timezones():
        raise Invalid({"timezone": BAD_ZONE})
    try:
        name, read = READERS[request.mimetype]
    except KeyError:
        raise NoSuchFormat from None
    try:
        rows = read(request.get_data(), query["timezone"])
    except UnreadableFile as unreadable:
        raise UnreadableUpload(unreadable.text) from None
    made = operations.read_in(
        uow,
        rows,
        organisation_id=query["organisation_id"],
        person_id=caller().person_id,
        format=name,
        kind=query["kind"],
        now=current_deps().clock.now(),
    )
    return _shown(uow, made)


@bp.get("/imports/<uuid:import_id>")
@allow(ORGANISER, ADMIN)
@bp.response(200, ImportView)
def show_import(import_id: UUID) -> dict[str, Any]:
    """A file that was read, and what would become of its entries now."""
    with current_deps().unit_of_work(read_only=True) as uow:
        made = uow.imports.get(import_id)
        permit(organisation=made.organisation_id)
        return _shown(uow, made)


@bp.post("/imports/<uuid:import_id>/confirm")
@allow(ORGANISER, ADMIN)
@bp.arguments(Nothing)
@bp.response(200, ImportView)
def confirm_import(_: dict[str, Any], import_id: UUID) -> dict[str, Any]:
    """Make drafts of what is new and change the drafts that differ. Repeated, it changes nothing."""
    deps = current_deps()
    with deps.unit_of_work() as uow:
        made = uow.imports.lock(import_id)
        permit(organisation=made.organisation_id)
        judged = operations.confirm(uow, made, host=_host(), now=deps.clock.now())
        return import_view(made, judged)


def _shown(uow: UnitOfWork, made: Import) -> dict[str, Any]:
    judged = operations.judge(uow, made, host=_host(), now=current_deps().clock.now())
    return import_view(made, judged)


def _host() -> str:
    return urlsplit(current_deps().settings.public_url).hostname or "localhost"

"""A partner's list as a file for spreadsheets (.xlsx, .csv), looked at before anybody is named."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import request

from services.registrations import operations
from services.registrations.deps import current_deps
from services.registrations.errors import NoSuchFormat, UnreadableUpload
from services.registrations.importing import MOST_SHEET_LINES, READERS, read_nominees
from services.registrations.pasting import Row
from services.registrations.routes.blueprint import bp
from services.registrations.routes.nominations import permitted_list
from services.registrations.schemas.nominations import PastedView, pasted_view
from shared.http.access import ADMIN, OFFICER, ORGANISER, allow
from shared.sheets import UnreadableSheet

_FILE = {
    "requestBody": {
        "required": True,
        "content": {media: {"schema": {"type": "string", "format": "binary"}} for media in READERS},
    }
}


@bp.post("/nominations/<uuid:nomination_id>/nominees/sheet")
@allow(OFFICER, ORGANISER, ADMIN)
@bp.doc(**_FILE)
@bp.response(200, PastedView)
def read_nominee_sheet(nomination_id: UUID) -> dict[str, Any]:
    """What would become of each row of a table. Nothing is kept: `text` of the good rows is what is then sent to be named.

    The columns are found by their headings; of a workbook, on the first sheet.
    """
    deps = current_deps()
    # Who may not see the list has no file read; and no transaction waits while one is.
    with deps.unit_of_work(read_only=True) as uow:
        permitted_list(uow.nominations.get(nomination_id)).require_open(deps.clock.now())
    rows = _rows()
    with deps.unit_of_work(read_only=True) as uow:
        nomination = uow.nominations.get(nomination_id)
        return pasted_view(operations.sort_out(nomination, rows, deps.clock.now()))


def _rows() -> list[Row]:
    if request.mimetype not in READERS:
        raise NoSuchFormat
    _, read = READERS[request.mimetype]
    try:
        return read_nominees(read(request.get_data(), most_rows=MOST_SHEET_LINES))
    except UnreadableSheet as unreadable:
        raise UnreadableUpload(unreadable.text) from None

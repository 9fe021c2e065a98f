"""Lists as files for spreadsheets."""

from __future__ import annotations

import io
import re
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import IO, Any
from uuid import UUID

from flask import Response, request
from werkzeug.wsgi import wrap_file

from services.registrations.deps import current_deps
from services.registrations.exporting import WRITERS
from services.registrations.models import Offer
from services.registrations.operations import lists as operations
from services.registrations.routes.blueprint import bp, own_offer
from services.registrations.schemas.lists import ExportQuery
from shared.http.access import ADMIN, ORGANISER, allow, person_id
from shared.http.problems import language
from shared.text import fold

_FILE = {
    "responses": {
        "200": {
            "description": "The file, with its length",
            "content": {
                media.partition(";")[0]: {"schema": {"type": "string", "format": "binary"}}
                for _, media in WRITERS.values()
            },
        }
    }
}


@bp.get("/offers/<uuid:event_id>/export")
@allow(ORGANISER, ADMIN)
@bp.doc(**_FILE)
@bp.arguments(ExportQuery, location="query")
def export_attendees(query: dict[str, Any], event_id: UUID) -> Response:
    """Who registered and what they answered, as a file for spreadsheets, in the caller's language and the event's time.
    It is logged who took it.

    It is written to disk first and sent from there: no transaction waits for a slow reader, an error comes before the
    first byte, and the length is known, so that every browser and client shows how far it is.
    """
    deps = current_deps()
    now, format_ = deps.clock.now(), query["format"]
    with deps.unit_of_work() as uow:
        own_offer(uow, event_id)
        operations.note_export(uow, event_id=event_id, format=format_, by=person_id(), now=now)
    with on_disk() as file, deps.unit_of_work(read_only=True) as uow:
        operations.export(uow, file, event_id=event_id, language=language(), **query)
        name = file_name(uow.offers.get(event_id), now)
    return attachment(file, media=WRITERS[format_][1], name=f"{name}.{format_}")


@contextmanager
def on_disk() -> Iterator[IO[bytes]]:
    """A file without a name to be written and then sent; closed here only where writing it failed."""
    file = tempfile.TemporaryFile()  # noqa: SIM115 - whoever sends it closes it
    try:
        yield file
    except BaseException:
        file.close()
        raise


def attachment(file: IO[bytes], *, media: str, name: str) -> Response:
    """A file that is sent piece by piece and gone afterwards."""
    length = file.seek(0, io.SEEK_END)
    file.seek(0)
    response = Response(
        wrap_file(request.environ, file), content_type=media, direct_passthrough=True
    )
    response.content_length = length
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    response.headers["Cache-Control"] = "private, no-store"
    return response


def file_name(offer: Offer, now: datetime) -> str:
    """Of an event and a day, in letters that every system takes: danh-sach-doi-thoai-2026-11-25."""
    title = offer.title.get(language()) or offer.title["vi"]
    words = re.sub("[^a-z0-9]+", "-", fold(title)).strip("-")[:60].strip("-")
    return "-".join(filter(None, ("danh-sach", words, f"{offer.local(now):%Y-%m-%d}")))

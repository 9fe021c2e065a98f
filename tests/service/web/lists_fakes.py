"""Lists of attendees for the fakes: registrations' own readers and rules decide, a dictionary keeps."""

from __future__ import annotations

from collections import Counter
from types import SimpleNamespace
from typing import Any
from uuid import UUID

from flask import Flask, Response, request

from services.registrations.errors import NoCertificate, NoSuchFormat, UnreadableUpload
from services.registrations.importing import LARGEST_FILE, READERS, check, read
from services.registrations.importing.columns import MOST_LINES
from services.registrations.models import Fate, Import, ImportRow, Status
from services.registrations.operations.imports import judge
from services.registrations.schemas.lists import (
    ImportRowView,
    ImportView,
    MendRequest,
    import_view,
    row_view,
)
from shared.http.problems import NotFound
from shared.sheets import UnreadableSheet
from shared.text import fold
from tests.service.web import fakes


def lists(app: Flask, world: fakes.World) -> None:
    """Everything about an event's list as a whole; of the organisation of the fakes, for who plans its events."""
    kept: dict[str, tuple[Import, list[ImportRow]]] = {}

    def planning() -> None:
        fakes.holding(world, fakes.ORGANISATION["id"], "organiser", "admin")

    def registered(event_id: UUID) -> list[Any]:
        return [
            SimpleNamespace(
                id=one["id"],
                person_id=one["person_id"],
                status=Status(one["status"]),
                name=one["name"],
                name_folded=fold(one["name"]),
                phone=one["phone"],
                email=None,
                organisation_name=one.get("organisation_name"),
                note=None,
            )
            for one in world.registrations.values()
            if one["event_id"] == str(event_id)
        ]

    def shown(made: Import, rows: list[ImportRow]) -> Any:
        counts = Counter(row.fate for row in rows)
        return ImportView().dump(import_view(made, counts))

    def owned(list_id: str) -> tuple[Import, list[ImportRow]]:
        planning()
        if list_id not in kept:
            raise NotFound
        return kept[list_id]

    @app.post("/v1/offers/<uuid:event_id>/imports")
    def read_list(event_id: UUID) -> Any:
        planning()
        request.max_content_length = LARGEST_FILE
        if request.mimetype not in READERS:
            raise NoSuchFormat
        name, reader = READERS[request.mimetype]
        content = request.get_data()
        world.uploads.append((request.mimetype, len(content)))
        try:
            columns, found = read(reader(content, most_rows=MOST_LINES))
        except UnreadableSheet as unreadable:
            raise UnreadableUpload(unreadable.text) from None
        made = Import(
            id=UUID(fakes.new_id()), event_id=event_id, format=name, columns=columns, created_at=fakes.NOW, confirmed_at=None
        )  # fmt: skip
        rows = [
            ImportRow(
                place=row.place, said=row.said, problems=_spoken(row.problems), conflicts={}, fate=Fate.REFUSED, registration_id=None
            )
            for row in found
        ]  # fmt: skip
        judge(rows, registered(event_id))
        kept[str(made.id)] = (made, rows)
        return shown(made, rows), 201

    @app.get("/v1/imports/<list_id>")
    def list_read(list_id: str) -> Any:
        return shown(*owned(list_id))

    @app.get("/v1/imports/<list_id>/rows")
    def list_rows(list_id: str) -> Any:
        _, rows = owned(list_id)
        asked = fakes.query({"fate", "limit", "cursor"})
        found = [row for row in rows if asked.get("fate") in (None, row.fate)]
        start, limit = int(asked.get("cursor") or 0), int(asked["limit"])
        page = found[start : start + limit]
        following = str(start + limit) if len(found) > start + limit else None
        return {
            "items": ImportRowView(many=True).dump(map(row_view, page)),
            "next": following,
        }

    @app.patch("/v1/imports/<list_id>/rows")
    def mend(list_id: str) -> Any:
        made, rows = owned(list_id)
        by_place = {row.place: row for row in rows}
        for one in MendRequest().load(request.get_json())["rows"]:
            row = by_place[one["place"]]
            said = {name: row.said[name] if one[name] is None else one[name] for name in row.said}
            row.said, problems = check(said)
            row.problems = _spoken(problems)
        judge(rows, registered(made.event_id))
        return shown(made, rows)

    @app.post("/v1/imports/<list_id>/confirm")
    def confirm(list_id: str) -> Any:
        made, rows = owned(list_id)
        event = world.events[str(made.event_id)]
        for row in rows:
            if row.fate is Fate.NEW:
                one = world.register(
                    event, {"id": None}, row.said["name"], phone=row.said["phone"],
                    organisation_name=row.said["organisation"],
                )  # fmt: skip
                row.fate, row.registration_id = Fate.TAKEN, UUID(one["id"])
        made.confirmed_at = fakes.NOW
        return shown(made, rows)

    @app.get("/v1/offers/<uuid:event_id>/export")
    def export(event_id: UUID) -> Any:
        planning()
        asked = fakes.query({"format", "status"})
        names = [
            one.name for one in registered(event_id) if asked.get("status") in (None, one.status)
        ]
        return _file("\r\n".join(names), asked["format"], "text/csv; charset=utf-8")

    @app.get("/v1/offers/<uuid:event_id>/<any(badges, tickets, certificates):kind>.pdf")
    def papers(event_id: UUID, kind: str) -> Any:
        planning()
        return _file(f"{kind} {fakes.query({'part'})['part']}", "pdf", "application/pdf")

    @app.get("/v1/registrations/<registration_id>/<any(ticket, certificate):kind>.pdf")
    def paper(registration_id: str, kind: str) -> Any:
        found = world.registrations.get(registration_id)
        if found is None or found["person_id"] != fakes.caller(world)["id"]:
            raise NotFound
        if kind == "certificate" and not found["checked_in_at"]:
            raise NoCertificate
        return _file(kind, "pdf", "application/pdf")


def _file(content: str, ending: str, media: str) -> Response:
    response = Response(content.encode(), content_type=media)
    response.headers["Content-Disposition"] = f'attachment; filename="danh-sach.{ending}"'
    return response


def _spoken(problems: dict[str, Any]) -> dict[str, list[str]]:
    return {name: [text.vi, text.en] for name, text in problems.items()}

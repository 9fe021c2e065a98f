"""Programmes: what an authority owes in a year, and how far it is."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

from flask import Response, jsonify

from services.events import operations
from services.events.deps import current_deps
from services.events.models import Programme
from services.events.repository import UnitOfWork
from services.events.routes.blueprint import bp
from services.events.schemas.programmes import (
    CopyRequest,
    ProgrammeChange,
    ProgrammeCopyView,
    ProgrammeList,
    ProgrammeRequest,
    ProgrammesQuery,
    ProgrammeView,
    copied_view,
    programme_view,
)
from shared.http.access import ADMIN, ANYONE, LEADER, ORGANISER, allow, caller, holds, permit
from shared.http.etags import require_match
from shared.http.idempotency import creates
from shared.logs import get_logger

log = get_logger("programmes")


@bp.get("/programmes")
@allow(ANYONE)
@bp.arguments(ProgrammesQuery, location="query")
@bp.response(200, ProgrammeList)
def list_programmes(query: dict[str, Any]) -> dict[str, Any]:
    """Programmes, the newest year first."""
    with current_deps().unit_of_work(read_only=True) as uow:
        found, following = uow.programmes.page(**{"cursor": None} | query)
        return {"items": _views(uow, found), "next": following}


@bp.post("/programmes")
@allow(ORGANISER, ADMIN)
@bp.arguments(ProgrammeRequest)
@creates(bp, ProgrammeView, version=1)
def create_programme(fields: dict[str, Any], *, uow: UnitOfWork) -> dict[str, Any]:
    """Write down what an organisation owes in a year."""
    organisation_id = fields.pop("organisation_id")
    permit(organisation=organisation_id, hidden=False)
    programme = operations.begin_programme(
        uow, fields, organisation_id=organisation_id, now=current_deps().clock.now()
    )
    return _view(uow, programme)


@bp.get("/programmes/<uuid:programme_id>")
@allow(ANYONE)
@bp.response(200, ProgrammeView)
def show_programme(programme_id: UUID) -> Response:
    """One programme with the state of each of its items."""
    with current_deps().unit_of_work(read_only=True) as uow:
        return _shown(uow, uow.programmes.get(programme_id))


@bp.patch("/programmes/<uuid:programme_id>")
@allow(ORGANISER, ADMIN)
@bp.arguments(ProgrammeChange)
@bp.response(200, ProgrammeView)
def edit_programme(fields: dict[str, Any], programme_id: UUID) -> Response:
    """Edit a programme; its items as a whole."""
    deps = current_deps()
    with deps.unit_of_work() as uow:
        programme = _own(uow, programme_id)
        require_match(programme.version)
        edited = operations.edit_programme(uow, programme, fields, now=deps.clock.now())
        return _shown(uow, edited)


@bp.delete("/programmes/<uuid:programme_id>")
@allow(ORGANISER, ADMIN)
@bp.response(204)
def delete_programme(programme_id: UUID) -> None:
    """Take back a programme that was begun by mistake, as long as no event belongs to it. That it was there is logged."""
    deps = current_deps()
    with deps.unit_of_work() as uow:
        programme = _own(uow, programme_id)
        require_match(programme.version)
        organisation_id, year = programme.organisation_id, programme.year
        operations.delete_programme(uow, programme)
    log.info(
        "a programme was deleted",
        programme=str(programme_id),
        organisation=str(organisation_id),
        year=year,
        by=caller().name,
    )


@bp.post("/programmes/<uuid:programme_id>/copy")
@allow(ORGANISER, ADMIN)
@bp.arguments(CopyRequest)
@creates(bp, ProgrammeCopyView, version=1)
def copy_programme(wish: dict[str, Any], programme_id: UUID, *, uow: UnitOfWork) -> dict[str, Any]:
    """A programme of another year with the same items, and a draft of each event that was held.

    An event moves to the same weekday of the same week of its month, a fifth one to the last if there are only four;
    times of day stay; the agenda and the window of registration move along.
    """
    deps = current_deps()
    host = urlsplit(deps.settings.public_url).hostname or "localhost"
    programme, copied = operations.copy_programme(
        uow, _own(uow, programme_id), host=host, now=deps.clock.now(), **wish
    )
    return _view(uow, programme) | {"copied": copied_view(copied)}


def _own(uow: UnitOfWork, programme_id: UUID) -> Programme:
    """A programme that the caller may change, locked."""
    programme = uow.programmes.lock(programme_id)
    permit(organisation=programme.organisation_id)
    return programme


def _shown(uow: UnitOfWork, programme: Programme) -> Response:
    """With its version, for `If-Match`. Never 304: states change without it."""
    response = jsonify(ProgrammeView().dump(_view(uow, programme)))
    response.set_etag(str(programme.version))
    return response


def _view(uow: UnitOfWork, programme: Programme) -> dict[str, Any]:
    return _views(uow, [programme])[0]


def _views(uow: UnitOfWork, programmes: Sequence[Programme]) -> list[dict[str, Any]]:
    now, rules = current_deps().clock.now(), uow.rules.all()
    events = uow.programmes.events_of(one.id for one in programmes)
    return [
        programme_view(
            programme,
            events.get(programme.id, ()),
            rules=rules,
            now=now,
            sees_drafts=any(
                holds(grant, organisation=programme.organisation_id)
                for grant in (ORGANISER, LEADER, ADMIN)
            ),
        )
        for programme in programmes
    ]

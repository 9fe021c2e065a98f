"""What happened to an event."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from services.events.deps import current_deps
from services.events.routes.blueprint import bp
from services.events.schemas.history import ChangeList
from shared.http.access import ADMIN, LEADER, ORGANISER, allow, permit
from shared.http.schemas import PageQuery


@bp.get("/events/<uuid:event_id>/history")
@allow(ORGANISER, LEADER, ADMIN)
@bp.arguments(PageQuery, location="query")
@bp.response(200, ChangeList)
def show_history(query: dict[str, Any], event_id: UUID) -> dict[str, Any]:
    """Every change of an event, newest first: who, when, what, why, and what was told because of it."""
    with current_deps().unit_of_work(read_only=True) as uow:
        permit(organisation=uow.events.get(event_id).organisation_id)
        found, following = uow.history.page(event_id, **({"cursor": None} | query))
        return {"items": list(found), "next": following}

"""Registering colleagues."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from services.registrations import operations
from services.registrations.deps import current_deps
from services.registrations.repository import UnitOfWork
from services.registrations.routes.blueprint import bp
from services.registrations.schemas.groups import GroupRequest, GroupView
from shared.http.access import PERSON, allow, caller, person_id
from shared.http.idempotency import creates


@bp.post("/offers/<uuid:event_id>/group-registrations")
@allow(PERSON)
@bp.arguments(GroupRequest)
@creates(bp, GroupView)
def register_group(group: dict[str, Any], event_id: UUID, *, uow: UnitOfWork) -> dict[str, Any]:
    """Register colleagues, each with a ticket of their own; together, or as many as there are seats."""
    registered = operations.register_group(
        uow,
        event_id=event_id,
        by=person_id(),
        member_of={organisation for organisation, _ in caller().roles},
        now=current_deps().clock.now(),
        **group,
    )
    return {"items": registered}

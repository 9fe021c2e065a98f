"""The door."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from services.registrations import admission, operations
from services.registrations.deps import current_deps
from services.registrations.models import Registration
from services.registrations.operations import Showing
from services.registrations.repository import UnitOfWork
from services.registrations.routes.blueprint import bp
from services.registrations.schemas.registrations import (
    CheckInRequest,
    CheckInView,
    RegistrationView,
    UndoRequest,
    WalkInRequest,
)
from shared.http.access import (
    ADMIN,
    DOOR,
    OFFICER,
    ORGANISER,
    allow,
    decided_elsewhere,
    permit,
    person_id,
    right,
)
from shared.http.idempotency import Answer, Key, creates, hands_on


@bp.post("/offers/<uuid:event_id>/check-ins")
@allow(DOOR, OFFICER, ORGANISER, ADMIN)
@bp.arguments(CheckInRequest)
@hands_on(bp, CheckInView)
def check_in(shown: dict[str, Any], event_id: UUID, *, key: Key | None) -> Answer:
    """Let somebody in by ticket, entry code or name on the list; a ticket admits once."""
    deps = current_deps()
    gate = shown.pop("gate")
    showing = Showing(
        event_id=event_id,
        by=person_id(),
        now=deps.clock.now(),
        right=right(),
        scanned=shown,
        more={"gate": gate},
    )
    answer = admission.check_in(deps, showing, key)
    decided_elsewhere()
    return answer


@bp.post("/offers/<uuid:event_id>/walk-ins")
@allow(DOOR, OFFICER, ORGANISER, ADMIN)
@bp.arguments(WalkInRequest)
@creates(bp, CheckInView)
def walk_in(person: dict[str, Any], event_id: UUID, *, uow: UnitOfWork) -> Registration:
    """Let somebody in who did not register, while a seat is free for everybody."""
    _permit(uow, event_id)
    now = current_deps().clock.now()
    return operations.walk_in(uow, event_id=event_id, by=person_id(), now=now, **person)


@bp.post("/registrations/<uuid:registration_id>/undo-check-in")
@allow(DOOR, OFFICER, ORGANISER, ADMIN)
@bp.arguments(UndoRequest)
@bp.response(200, RegistrationView)
def undo_check_in(wish: dict[str, Any], registration_id: UUID) -> Registration:
    """Take back an admission that was a mistake; the ticket admits again."""
    deps = current_deps()
    with deps.unit_of_work() as uow:
        _permit(uow, uow.registrations.get(registration_id).event_id)
        return operations.undo_check_in(
            uow, registration_id=registration_id, by=person_id(), now=deps.clock.now(), **wish
        )


def _permit(uow: UnitOfWork, event_id: UUID) -> None:
    permit(organisation=uow.offers.get(event_id).organisation_id, event=event_id)

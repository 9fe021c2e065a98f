"""Nominations: what an organiser opens, and what a partner's officer fills in and mends."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from services.registrations import operations
from services.registrations.deps import current_deps
from services.registrations.models import Nomination, Nominee, NomineeState
from services.registrations.pasting import read
from services.registrations.repository import UnitOfWork
from services.registrations.routes.blueprint import bp, own_offer
from services.registrations.schemas.nominations import (
    NominationList,
    NominationRequest,
    NominationTerms,
    NominationView,
    NominationWhole,
    NomineeRequest,
    NomineeView,
    OfPartnerQuery,
    PastedRequest,
    PastedView,
    nomination_view,
    nominee_view,
    pasted_view,
)
from services.registrations.schemas.registrations import CancelRequest
from shared.http.access import (
    ADMIN,
    LEADER,
    OFFICER,
    ORGANISER,
    allow,
    holds,
    permit,
    person_id,
)
from shared.http.idempotency import creates


@bp.post("/offers/<uuid:event_id>/nominations")
@allow(ORGANISER, ADMIN)
@bp.arguments(NominationRequest)
@creates(bp, NominationView)
def open_nomination(asked: dict[str, Any], event_id: UUID, *, uow: UnitOfWork) -> dict[str, Any]:
    """Ask a partner for names, until a deadline; its seats are kept from now on."""
    own_offer(uow, event_id)
    now = current_deps().clock.now()
    made = operations.open_nomination(uow, event_id=event_id, by=person_id(), now=now, **asked)
    return nomination_view(made, now)


@bp.get("/offers/<uuid:event_id>/nominations")
@allow(ORGANISER, LEADER, ADMIN)
@bp.response(200, NominationList)
def list_nominations(event_id: UUID) -> dict[str, Any]:
    """Every list of an event, counted."""
    deps = current_deps()
    with deps.unit_of_work(read_only=True) as uow:
        permit(organisation=uow.offers.get(event_id).organisation_id)
        found = uow.nominations.of_event(event_id)
        return {"items": [nomination_view(one, deps.clock.now()) for one in found], "next": None}


@bp.get("/nominations")
@allow(OFFICER, ORGANISER, ADMIN)
@bp.arguments(OfPartnerQuery, location="query")
@bp.response(200, NominationList)
def list_nominations_of_partner(query: dict[str, Any]) -> dict[str, Any]:
    """What an organisation was asked for, newest first."""
    deps = current_deps()
    permit(organisation=query["organisation_id"])
    with deps.unit_of_work(read_only=True) as uow:
        found, following = uow.nominations.of_organisation(**{"cursor": None} | query)
        now = deps.clock.now()
        return {"items": [nomination_view(one, now) for one in found], "next": following}


@bp.get("/nominations/<uuid:nomination_id>")
@allow(OFFICER, ORGANISER, ADMIN)
@bp.response(200, NominationWhole)
def show_nomination(nomination_id: UUID) -> dict[str, Any]:
    """A list with its names: for the partner whose list it is and for the event's organisers, nobody else."""
    deps = current_deps()
    now = deps.clock.now()
    with deps.unit_of_work(read_only=True) as uow:
        nomination = permitted_list(uow.nominations.get(nomination_id))
        nominees = [_view(nominee) for nominee in nomination.nominees]
        return nomination_view(nomination, now) | {"nominees": nominees}


@bp.patch("/nominations/<uuid:nomination_id>")
@allow(ORGANISER, ADMIN)
@bp.arguments(NominationTerms)
@bp.response(200, NominationView)
def change_nomination(terms: dict[str, Any], nomination_id: UUID) -> dict[str, Any]:
    """Other seats or another deadline; a later one opens a list again that was closed."""
    deps = current_deps()
    now = deps.clock.now()
    with deps.unit_of_work() as uow:
        own_offer(uow, uow.nominations.get(nomination_id).event_id)
        changed = operations.change_nomination(
            uow, nomination_id=nomination_id, by=person_id(), now=now, **terms
        )
        return nomination_view(changed, now)


@bp.post("/nominations/<uuid:nomination_id>/close")
@allow(ORGANISER, ADMIN)
@bp.arguments(CancelRequest)
@bp.response(200, NominationView)
def close_nomination(_: dict[str, Any], nomination_id: UUID) -> dict[str, Any]:
    """End a list now; its unused seats are everybody's. Repeated, it changes nothing."""
    deps = current_deps()
    now = deps.clock.now()
    with deps.unit_of_work() as uow:
        own_offer(uow, uow.nominations.get(nomination_id).event_id)
        closed = operations.close_nomination(
            uow, nomination_id=nomination_id, by=person_id(), now=now
        )
        return nomination_view(closed, now)


@bp.post("/nominations/<uuid:nomination_id>/nominees/preview")
@allow(OFFICER, ORGANISER, ADMIN)
@bp.arguments(PastedRequest)
@bp.response(200, PastedView)
def preview_nominees(pasted: dict[str, Any], nomination_id: UUID) -> dict[str, Any]:
    """What would become of each line. Nothing is kept."""
    deps = current_deps()
    with deps.unit_of_work(read_only=True) as uow:
        nomination = permitted_list(uow.nominations.get(nomination_id))
        rows = read(pasted["text"])
        return pasted_view(operations.sort_out(nomination, rows, deps.clock.now()))


@bp.post("/nominations/<uuid:nomination_id>/nominees")
@allow(OFFICER, ORGANISER, ADMIN)
@bp.arguments(PastedRequest)
@creates(bp, PastedView)
def name_nominees(
    pasted: dict[str, Any], nomination_id: UUID, *, uow: UnitOfWork
) -> dict[str, Any]:
    """Name the people of a pasted list: the good lines are kept, the others come back with the reason."""
    permitted_list(uow.nominations.get(nomination_id))
    done = operations.nominate(
        uow,
        nomination_id=nomination_id,
        rows=read(pasted["text"]),
        by=person_id(),
        now=current_deps().clock.now(),
    )
    return pasted_view(done)


@bp.post("/nominees/<uuid:nominee_id>/replace")
@allow(OFFICER, ORGANISER, ADMIN)
@bp.arguments(NomineeRequest)
@creates(bp, NomineeView)
def replace_nominee(person: dict[str, Any], nominee_id: UUID, *, uow: UnitOfWork) -> dict[str, Any]:
    """Name somebody else in this one's place; a seat that was confirmed goes back to the partner's."""
    permitted_list(uow.nominations.nominee(nominee_id).nomination)
    substitute = operations.replace(
        uow,
        nominee_id=nominee_id,
        person=person,
        by=person_id(),
        now=current_deps().clock.now(),
    )
    return _view(substitute)


def permitted_list(nomination: Nomination) -> Nomination:
    """A list of an event that the caller plans, or of the organisation that the caller acts for."""
    host = nomination.offer.organisation_id
    plans = holds(ORGANISER, organisation=host)
    permit(organisation=host if plans else nomination.organisation_id)
    return nomination


def _view(nominee: Nominee) -> dict[str, Any]:
    deps = current_deps()
    now = deps.clock.now()
    asked = nominee.state_at(now) is NomineeState.NOMINATED
    return nominee_view(nominee, deps.links.secret(nominee.id) if asked else None, now)

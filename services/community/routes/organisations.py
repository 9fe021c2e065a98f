"""Areas, organisations and who has which role in them."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import Response, jsonify

from services.community import operations
from services.community.deps import current_deps
from services.community.models import Area, Membership, Organisation
from services.community.repository import UnitOfWork
from services.community.schemas import (
    AddressList,
    AreaList,
    AreaRequest,
    AreasQuery,
    AreaSuccessorRequest,
    AreaView,
    IdsRequest,
    MembershipList,
    MembershipRequest,
    MembershipView,
    OrganisationChange,
    OrganisationList,
    OrganisationRequest,
    OrganisationsQuery,
    OrganisationSuccessorRequest,
    OrganisationView,
)
from shared.http.access import ADMIN, ANYONE, ORGANISER, allow, caller, holds, permit, service
from shared.http.application import Blueprint
from shared.http.etags import require_match, with_etag
from shared.http.idempotency import creates

bp = Blueprint(
    "organisations", __name__, url_prefix="/v1", description="Areas, organisations and roles"
)


@bp.get("/areas")
@allow(ANYONE)
@bp.arguments(AreasQuery, location="query")
@bp.response(200, AreaList)
def list_areas(query: dict[str, Any]) -> dict[str, Any]:
    """Areas, also those that are no more; `on` asks for a day."""
    with current_deps().unit_of_work(read_only=True) as uow:
        items, following = uow.areas.page(**{"cursor": None} | query)
    return {"items": items, "next": following}


@bp.get("/areas/<uuid:area_id>")
@allow(ANYONE)
@bp.response(200, AreaView)
def show_area(area_id: UUID) -> Area:
    """One area with its successors."""
    with current_deps().unit_of_work(read_only=True) as uow:
        return uow.areas.get(area_id)


@bp.post("/areas")
@allow(ADMIN)
@bp.arguments(AreaRequest)
@creates(bp, AreaView)
def add_area(values: dict[str, Any], *, uow: UnitOfWork) -> Area:
    """Take in an area."""
    return operations.add_area(uow, values, now=current_deps().clock.now())


@bp.post("/areas/<uuid:area_id>/successors")
@allow(ADMIN)
@bp.arguments(AreaSuccessorRequest)
@creates(bp, AreaView)
def succeed_area(successor: dict[str, Any], area_id: UUID, *, uow: UnitOfWork) -> Area:
    """Say what an area went into."""
    return operations.succeed_area(
        uow,
        area_id,
        successor_id=successor["area_id"],
        extent=successor["extent"],
        note=successor["note"],
    )


@bp.get("/organisations")
@allow(ANYONE)
@bp.arguments(OrganisationsQuery, location="query")
@bp.response(200, OrganisationList)
def list_organisations(query: dict[str, Any]) -> Response:
    """Organisations, also those that are no more; `on` asks for a day."""
    with current_deps().unit_of_work(read_only=True) as uow:
        items, following = uow.organisations.page(**{"cursor": None} | query)
    shape = OrganisationList(exclude=("items.contact_email",))
    return jsonify(shape.dump({"items": items, "next": following}))


@bp.get("/organisations/<uuid:organisation_id>")
@allow(ANYONE)
@bp.response(200, OrganisationView)
def show_organisation(organisation_id: UUID) -> Response:
    """One organisation; its contact address only to its organisers and administrators."""
    with current_deps().unit_of_work(read_only=True) as uow:
        return _shown(uow.organisations.get(organisation_id))


@bp.post("/organisations")
@allow(ADMIN)
@bp.arguments(OrganisationRequest)
@creates(bp, OrganisationView)
def add_organisation(values: dict[str, Any], *, uow: UnitOfWork) -> Organisation:
    """Take in an organisation."""
    return operations.add_organisation(uow, values, now=current_deps().clock.now())


@bp.patch("/organisations/<uuid:organisation_id>")
@allow(ORGANISER, ADMIN)
@bp.arguments(OrganisationChange)
@bp.response(200, OrganisationView)
def change_organisation(changes: dict[str, Any], organisation_id: UUID) -> Response:
    """Change names, contact or end."""
    with current_deps().unit_of_work() as uow:
        organisation = uow.organisations.lock(organisation_id)
        permit(organisation=organisation.id)
        require_match(_tag(organisation, in_full=True))
        return _shown(operations.change_organisation(uow, organisation, changes))


@bp.post("/organisations/<uuid:organisation_id>/successors")
@allow(ADMIN)
@bp.arguments(OrganisationSuccessorRequest)
@creates(bp, OrganisationView)
def succeed_organisation(
    successor: dict[str, Any], organisation_id: UUID, *, uow: UnitOfWork
) -> Organisation:
    """Say who carries on."""
    return operations.succeed_organisation(
        uow, organisation_id, successor_id=successor["organisation_id"], note=successor["note"]
    )


@bp.post("/organisations/addresses")
@allow(service("notifications"))
@bp.arguments(IdsRequest)
@bp.response(200, AddressList)
def list_addresses_of_organisations(wanted: dict[str, Any]) -> dict[str, Any]:
    """Where organisations are reached, for the sender; who has no contact is left out."""
    with current_deps().unit_of_work(read_only=True) as uow:
        found = [o for o in uow.organisations.some(wanted["ids"]) if o.contact_email]
    items = [
        {
            "id": o.id,
            "address": o.contact_email,
            "name": o.name,
            "language": "vi",
            "status": "active",
        }
        for o in found
    ]
    return {"items": items, "next": None}


@bp.get("/organisations/<uuid:organisation_id>/memberships")
@allow(ORGANISER, ADMIN)
@bp.response(200, MembershipList)
def list_memberships(organisation_id: UUID) -> dict[str, Any]:
    """Who has which role."""
    with current_deps().unit_of_work(read_only=True) as uow:
        permit(organisation=uow.organisations.get(organisation_id).id)
        return {"items": uow.memberships.of_organisation(organisation_id), "next": None}


@bp.post("/organisations/<uuid:organisation_id>/memberships")
@allow(ORGANISER, ADMIN)
@bp.arguments(MembershipRequest)
@creates(bp, MembershipView)
def give_role(wanted: dict[str, Any], organisation_id: UUID, *, uow: UnitOfWork) -> Membership:
    """Give somebody a role in the organisation, or the door of one of its events."""
    permit(organisation=uow.organisations.get(organisation_id).id)
    return operations.give_role(
        uow, organisation_id=organisation_id, now=current_deps().clock.now(), **wanted
    )


@bp.delete("/organisations/<uuid:organisation_id>/memberships/<uuid:membership_id>")
@allow(ORGANISER, ADMIN)
@bp.response(204)
def end_membership(organisation_id: UUID, membership_id: UUID) -> None:
    """Take a role back."""
    deps = current_deps()
    with deps.unit_of_work() as uow:
        permit(organisation=uow.organisations.get(organisation_id).id)
        operations.end_membership(
            uow,
            organisation_id=organisation_id,
            membership_id=membership_id,
            by_admin=caller().admin,
            now=deps.clock.now(),
        )


def _shown(organisation: Organisation) -> Response:
    in_full = holds(ADMIN) or holds(ORGANISER, organisation=organisation.id)
    shape = OrganisationView(exclude=() if in_full else ("contact_email",))
    return with_etag(shape.dump(organisation), _tag(organisation, in_full=in_full))


def _tag(organisation: Organisation, *, in_full: bool) -> str:
    return f"{organisation.version}{'+' if in_full else ''}"

"""Offers: the seats of events, for whom they are, and what happened to them."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import Response

from services.registrations import operations
from services.registrations.deps import current_deps
from services.registrations.routes.blueprint import bp, own_offer
from services.registrations.schemas.offers import (
    OfferView,
    QuotasRequest,
    ResizeRequest,
    RulesRequest,
    SeatLogList,
    SeatLogQuery,
    offer_view,
)
from shared.http.access import ADMIN, ANYONE, LEADER, ORGANISER, allow, holds, permit, person_id
from shared.http.etags import with_etag


@bp.get("/offers/<uuid:event_id>")
@allow(ANYONE)
@bp.response(200, OfferView)
def show_offer(event_id: UUID) -> Response:
    """The seats of an event, for whom some are kept, and whether one can register now."""
    deps = current_deps()
    now = deps.clock.now()
    with deps.unit_of_work(read_only=True) as uow:
        offer = uow.offers.get(event_id)
        return with_etag(OfferView().dump(offer_view(offer, now)))


@bp.patch("/offers/<uuid:event_id>")
@allow(ORGANISER, ADMIN)
@bp.arguments(ResizeRequest)
@bp.response(200, OfferView)
def resize_offer(wanted: dict[str, Any], event_id: UUID) -> dict[str, Any]:
    """Change the capacity; people who wait get the new places at once.

    Below the seats that are taken it is refused with the people who came last; named in `losing`, they lose their seats
    and are the first in line.
    """
    deps = current_deps()
    now = deps.clock.now()
    with deps.unit_of_work() as uow:
        own_offer(uow, event_id)
        offer = operations.resize(uow, event_id=event_id, by=person_id(), now=now, **wanted)
        return offer_view(offer, now)


@bp.put("/offers/<uuid:event_id>/quotas")
@allow(ORGANISER, ADMIN)
@bp.arguments(QuotasRequest)
@bp.response(200, OfferView)
def set_quotas(wanted: dict[str, Any], event_id: UUID) -> dict[str, Any]:
    """Say for whom seats are kept, and until when; all of them at once. Whoever has a seat keeps it."""
    deps = current_deps()
    now = deps.clock.now()
    with deps.unit_of_work() as uow:
        own_offer(uow, event_id)
        offer = operations.set_quotas(uow, event_id=event_id, by=person_id(), now=now, **wanted)
        return offer_view(offer, now)


@bp.patch("/offers/<uuid:event_id>/rules")
@allow(ORGANISER, ADMIN)
@bp.arguments(RulesRequest)
@bp.response(200, OfferView)
def change_rules(wanted: dict[str, Any], event_id: UUID) -> dict[str, Any]:
    """Whether an organiser approves, and how long a freed seat is held; for what comes from now on."""
    deps = current_deps()
    now = deps.clock.now()
    with deps.unit_of_work() as uow:
        own_offer(uow, event_id)
        offer = operations.change_rules(
            uow, event_id=event_id, rules=wanted, by=person_id(), now=now
        )
        return offer_view(offer, now)


@bp.get("/offers/<uuid:event_id>/log")
@allow(ORGANISER, LEADER, ADMIN)
@bp.arguments(SeatLogQuery, location="query")
@bp.response(200, SeatLogList)
def show_log(query: dict[str, Any], event_id: UUID) -> dict[str, Any]:
    """What happened to the seats of an event, or to one registration: enough to explain how anybody stands."""
    with current_deps().unit_of_work(read_only=True) as uow:
        owner = uow.offers.get(event_id).organisation_id
        permit(organisation=owner)
        found, following = uow.seat_log.page(event_id, **{"cursor": None} | query)
        if holds(ORGANISER, organisation=owner) or holds(ADMIN):
            names = uow.registrations.names(
                {one.registration_id for one in found if one.registration_id}
            )
            for one in found:
                one.name = names.get(one.registration_id) if one.registration_id else None
        else:
            uow.seat_log.keep_words_back(found)
        return {"items": found, "next": following}

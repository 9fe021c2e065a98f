"""The HTTP API of registrations: it translates and decides nothing."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import Response, jsonify

from services.registrations import operations
from services.registrations.deps import current_deps
from services.registrations.models import Registration
from services.registrations.repository import UnitOfWork
from services.registrations.schemas import (
    AttendeeList,
    AttendeesQuery,
    CancelRequest,
    CheckInRequest,
    CheckInView,
    MineQuery,
    OfferView,
    RegistrationList,
    RegistrationRequest,
    RegistrationView,
    ResizeRequest,
    TicketList,
    TicketsRequest,
    TicketView,
    offer_view,
    ticket_view,
)
from shared.http.access import (
    ADMIN,
    ANYONE,
    DOOR,
    OFFICER,
    ORGANISER,
    OWN,
    PERSON,
    allow,
    holds,
    permit,
    person_id,
    service,
)
from shared.http.application import Blueprint
from shared.http.etags import with_etag
from shared.http.idempotency import creates
from shared.http.problems import language
from shared.http.schemas import KeySet

bp = Blueprint(
    "registrations", __name__, url_prefix="/v1", description="Places, tickets and the door"
)


@bp.get("/offers/<uuid:event_id>")
@allow(ANYONE)
@bp.response(200, OfferView)
def show_offer(event_id: UUID) -> Response:
    """The seats of an event, and whether one can register now."""
    deps = current_deps()
    with deps.unit_of_work(read_only=True) as uow:
        offer = uow.offers.get(event_id)
    state = offer.state(deps.clock.now())
    version = f"{offer.event_sequence}.{offer.sequence}.{state}.{language()}"
    return with_etag(OfferView().dump(offer_view(offer, state)), version)


@bp.patch("/offers/<uuid:event_id>")
@allow(ORGANISER, ADMIN)
@bp.arguments(ResizeRequest)
@bp.response(200, OfferView)
def resize_offer(wanted: dict[str, Any], event_id: UUID) -> dict[str, Any]:
    """Change the capacity; people who wait get the new places at once."""
    deps = current_deps()
    now = deps.clock.now()
    with deps.unit_of_work() as uow:
        permit(organisation=uow.offers.get(event_id).organisation_id)
        offer = operations.resize(uow, event_id=event_id, now=now, **wanted)
    return offer_view(offer, offer.state(now))


@bp.post("/offers/<uuid:event_id>/registrations")
@allow(PERSON)
@bp.arguments(RegistrationRequest)
@creates(bp, RegistrationView)
def register(attendee: dict[str, Any], event_id: UUID, *, uow: UnitOfWork) -> Registration:
    """Register an attendee, or put them on the waitlist."""
    return operations.register(
        uow, event_id=event_id, person_id=person_id(), now=current_deps().clock.now(), **attendee
    )


@bp.get("/offers/<uuid:event_id>/registrations")
@allow(ORGANISER, OFFICER, DOOR, ADMIN)
@bp.arguments(AttendeesQuery, location="query")
@bp.response(200, AttendeeList)
def list_attendees(query: dict[str, Any], event_id: UUID) -> Response:
    """Who comes. Officers and the door see names; phones and notes are the organiser's."""
    query = {"cursor": None} | query
    with current_deps().unit_of_work(read_only=True) as uow:
        offer = uow.offers.get(event_id)
        permit(organisation=offer.organisation_id, event=event_id)
        items, following = uow.registrations.of_event(event_id, **query)
    in_full = holds(ORGANISER, organisation=offer.organisation_id) or holds(ADMIN)
    shape = AttendeeList(exclude=() if in_full else ("items.phone", "items.note"))
    return jsonify(shape.dump({"items": items, "next": following, "counts": offer}))


@bp.get("/registrations")
@allow(PERSON)
@bp.arguments(MineQuery, location="query")
@bp.response(200, RegistrationList)
def list_mine(query: dict[str, Any]) -> dict[str, Any]:
    """The caller's own registrations, newest first."""
    with current_deps().unit_of_work(read_only=True) as uow:
        items, following = uow.registrations.of_person(person_id(), **{"cursor": None} | query)
    return {"items": items, "next": following}


@bp.get("/registrations/<uuid:registration_id>")
@allow(OWN, ORGANISER, ADMIN)
@bp.response(200, RegistrationView)
def show_registration(registration_id: UUID) -> Registration:
    """One registration."""
    with current_deps().unit_of_work(read_only=True) as uow:
        return _permitted(uow.registrations.get(registration_id))


@bp.post("/registrations/<uuid:registration_id>/cancel")
@allow(OWN, ORGANISER, ADMIN)
@bp.arguments(CancelRequest)
@bp.response(200, RegistrationView)
def cancel(wish: dict[str, Any], registration_id: UUID) -> Registration:
    """Give up a place; the first in line gets it at once. Repeated, it changes nothing."""
    deps = current_deps()
    with deps.unit_of_work() as uow:
        known = _permitted(uow.registrations.get(registration_id))
        why = "own-wish" if holds(OWN, owner=known.person_id) else "organiser"
        return operations.cancel(
            uow, registration_id=registration_id, now=deps.clock.now(), why=why
        )


@bp.get("/registrations/<uuid:registration_id>/ticket")
@allow(OWN)
@bp.response(200, TicketView)
def show_ticket(registration_id: UUID) -> dict[str, Any]:
    """The ticket, for the person it belongs to."""
    with current_deps().unit_of_work(read_only=True) as uow:
        registration = uow.registrations.get(registration_id)
        permit(owner=registration.person_id)
        registration.require_ticket()
    return ticket_view(registration, _signed(registration))


@bp.post("/tickets")
@allow(service("notifications"))
@bp.arguments(TicketsRequest)
@bp.response(200, TicketList)
def list_tickets(wanted: dict[str, Any]) -> dict[str, Any]:
    """Tickets for the mails that are about to be sent; those without a place are left out."""
    with current_deps().unit_of_work(read_only=True) as uow:
        found = uow.registrations.with_tickets(wanted["registration_ids"])
    return {
        "items": [ticket_view(registration, _signed(registration)) for registration in found],
        "next": None,
    }


@bp.post("/offers/<uuid:event_id>/check-ins")
@allow(DOOR, OFFICER, ORGANISER, ADMIN)
@bp.arguments(CheckInRequest)
@creates(bp, CheckInView)
def check_in(shown: dict[str, Any], event_id: UUID, *, uow: UnitOfWork) -> Registration:
    """Let somebody in by ticket, entry code or name on the list; a ticket admits once."""
    deps = current_deps()
    permit(organisation=uow.offers.get(event_id).organisation_id, event=event_id)
    found = operations.find_admission(uow, deps.tickets, event_id=event_id, **shown)
    return operations.check_in(uow, registration_id=found, by=person_id(), now=deps.clock.now())


@bp.get("/ticket-keys")
@allow(ANYONE)
@bp.response(200, KeySet)
def ticket_keys() -> dict[str, Any]:
    """The public key of tickets (JWKS)."""
    return current_deps().tickets.public_keys()


def _permitted(registration: Registration) -> Registration:
    permit(owner=registration.person_id, organisation=registration.offer.organisation_id)
    return registration


def _signed(registration: Registration) -> str:
    return current_deps().tickets.sign(
        registration_id=registration.id, event_id=registration.event_id, issue=registration.issue
    )

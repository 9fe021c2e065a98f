"""Registrations: one's own, an event's, and their tickets."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import Response, jsonify

from services.registrations import admission, operations
from services.registrations.deps import current_deps
from services.registrations.models import Registration
from services.registrations.operations import Wish
from services.registrations.routes.blueprint import bp, permitted, signed
from services.registrations.schemas.forms import RegistrationDetail, detail_of
from services.registrations.schemas.registrations import (
    AttendeeList,
    AttendeesQuery,
    CancelRequest,
    DeclineRequest,
    MineQuery,
    RegistrationList,
    RegistrationRequest,
    RegistrationView,
    TicketList,
    TicketsRequest,
    TicketView,
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
    caller,
    holds,
    permit,
    person_id,
    service,
)
from shared.http.idempotency import Answer, Key, hands_on
from shared.http.schemas import KeySet


@bp.post("/offers/<uuid:event_id>/registrations")
@allow(PERSON)
@bp.arguments(RegistrationRequest)
@hands_on(bp, RegistrationView)
def register(attendee: dict[str, Any], event_id: UUID, *, key: Key | None) -> Answer:
    """Register an attendee, or put them on the waitlist."""
    deps = current_deps()
    organisations = {organisation for organisation, _ in caller().roles}
    wish = Wish(
        event_id=event_id,
        person_id=person_id(),
        now=deps.clock.now(),
        more={"member_of": organisations} | attendee,
    )
    return admission.register(deps, wish, key)


@bp.get("/offers/<uuid:event_id>/registrations")
@allow(ORGANISER, OFFICER, DOOR, ADMIN)
@bp.arguments(AttendeesQuery, location="query")
@bp.response(200, AttendeeList)
def list_attendees(query: dict[str, Any], event_id: UUID) -> Response:
    """Who comes. Officers and the door see names; phones, notes and whose answers are missing are the organiser's."""
    query = {"cursor": None} | query
    with current_deps().unit_of_work(read_only=True) as uow:
        offer = uow.offers.get(event_id)
        permit(organisation=offer.organisation_id, event=event_id)
        items, following = uow.registrations.of_event(event_id, **query)
        in_full = holds(ORGANISER, organisation=offer.organisation_id) or holds(ADMIN)
        if in_full:
            operations.see_unanswered(uow, items, now=current_deps().clock.now())
    shape = AttendeeList(
        exclude=() if in_full else ("items.phone", "items.email", "items.note", "items.unanswered")
    )
    return jsonify(shape.dump({"items": items, "next": following, "counts": offer}))


@bp.get("/registrations")
@allow(PERSON)
@bp.arguments(MineQuery, location="query")
@bp.response(200, RegistrationList)
def list_mine(query: dict[str, Any]) -> dict[str, Any]:
    """The caller's own registrations and those of their colleagues, newest first."""
    deps = current_deps()
    with deps.unit_of_work(read_only=True) as uow:
        items, following = uow.registrations.of_person(person_id(), **{"cursor": None} | query)
        operations.see_unanswered(uow, items, now=deps.clock.now())
    return {"items": items, "next": following}


@bp.get("/registrations/<uuid:registration_id>")
@allow(OWN, ORGANISER, ADMIN)
@bp.response(200, RegistrationDetail)
def show_registration(registration_id: UUID) -> Response:
    """One registration, with what was answered and what is still to be."""
    deps = current_deps()
    with deps.unit_of_work(read_only=True) as uow:
        registration = permitted(uow.registrations.get(registration_id))
        operations.see_unanswered(uow, [registration], now=deps.clock.now())
        return jsonify(detail_of(registration, uow.answer_sheets.of(registration_id)))


@bp.post("/registrations/<uuid:registration_id>/cancel")
@allow(OWN, ORGANISER, ADMIN)
@bp.arguments(CancelRequest)
@bp.response(200, RegistrationView)
def cancel(wish: dict[str, Any], registration_id: UUID) -> Registration:
    """Give up a place; the first in line gets it at once. Repeated, it changes nothing."""
    deps = current_deps()
    with deps.unit_of_work() as uow:
        known = permitted(uow.registrations.get(registration_id))
        why = "own-wish" if holds(OWN, owner=known.owner_id) else "organiser"
        return operations.cancel(
            uow, registration_id=registration_id, now=deps.clock.now(), why=why, by=person_id()
        )


@bp.post("/registrations/<uuid:registration_id>/accept")
@allow(OWN)
@bp.arguments(CancelRequest)
@bp.response(200, RegistrationView)
def accept(_: dict[str, Any], registration_id: UUID) -> Registration:
    """Take the seat that is held for one, before its time is over."""
    deps = current_deps()
    with deps.unit_of_work() as uow:
        permit(owner=uow.registrations.get(registration_id).owner_id)
        return operations.accept(uow, registration_id=registration_id, now=deps.clock.now())


@bp.post("/registrations/<uuid:registration_id>/approve")
@allow(ORGANISER, ADMIN)
@bp.arguments(CancelRequest)
@bp.response(200, RegistrationView)
def approve(_: dict[str, Any], registration_id: UUID) -> Registration:
    """Say yes to a registration that waits for it: a place, or the next number in the waitlist."""
    deps = current_deps()
    with deps.unit_of_work() as uow:
        permit(organisation=uow.registrations.get(registration_id).offer.organisation_id)
        return operations.approve(
            uow, registration_id=registration_id, by=person_id(), now=deps.clock.now()
        )


@bp.post("/registrations/<uuid:registration_id>/decline")
@allow(ORGANISER, ADMIN)
@bp.arguments(DeclineRequest)
@bp.response(200, RegistrationView)
def decline(wish: dict[str, Any], registration_id: UUID) -> Registration:
    """Say no to a registration that waits for approval, with the reason."""
    deps = current_deps()
    with deps.unit_of_work() as uow:
        permit(organisation=uow.registrations.get(registration_id).offer.organisation_id)
        return operations.decline(
            uow, registration_id=registration_id, by=person_id(), now=deps.clock.now(), **wish
        )


@bp.post("/registrations/<uuid:registration_id>/reissue")
@allow(OWN, ORGANISER, ADMIN)
@bp.arguments(CancelRequest)
@bp.response(200, RegistrationView)
def reissue(_: dict[str, Any], registration_id: UUID) -> Registration:
    """A new ticket and entry code; the old ones are refused from now on."""
    deps = current_deps()
    with deps.unit_of_work() as uow:
        permitted(uow.registrations.get(registration_id))
        return operations.reissue(
            uow, registration_id=registration_id, by=person_id(), now=deps.clock.now()
        )


@bp.get("/registrations/<uuid:registration_id>/ticket")
@allow(OWN)
@bp.response(200, TicketView)
def show_ticket(registration_id: UUID) -> dict[str, Any]:
    """The ticket, for the person it belongs to, or who registered that colleague."""
    with current_deps().unit_of_work(read_only=True) as uow:
        registration = uow.registrations.get(registration_id)
        permit(owner=registration.owner_id)
        registration.require_ticket()
    return ticket_view(registration, signed(registration))


@bp.post("/tickets")
@allow(service("notifications"))
@bp.arguments(TicketsRequest)
@bp.response(200, TicketList)
def list_tickets(wanted: dict[str, Any]) -> dict[str, Any]:
    """Tickets for the mails that are about to be sent; those without a place are left out."""
    with current_deps().unit_of_work(read_only=True) as uow:
        found = uow.registrations.with_tickets(wanted["registration_ids"])
    return {
        "items": [ticket_view(registration, signed(registration)) for registration in found],
        "next": None,
    }


@bp.get("/ticket-keys")
@allow(ANYONE)
@bp.response(200, KeySet)
def ticket_keys() -> dict[str, Any]:
    """The public key of tickets (JWKS)."""
    return current_deps().tickets.public_keys()

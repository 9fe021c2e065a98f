"""Papers as PDF: badges, tickets and certificates of an event, and one's own."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any
from uuid import UUID

from flask import Response

from services.registrations import printing
from services.registrations.deps import current_deps
from services.registrations.models import Offer, Registration
from services.registrations.operations import lists as operations
from services.registrations.routes.blueprint import bp, own_offer, permitted, signed
from services.registrations.schemas.lists import PartQuery
from shared.http.access import ADMIN, ORGANISER, OWN, allow, person_id
from shared.http.problems import language

PDF = "application/pdf"
_SHAPE = {"type": "string", "format": "binary"}


@bp.get("/offers/<uuid:event_id>/badges.pdf")
@allow(ORGANISER, ADMIN)
@bp.arguments(PartQuery, location="query")
@bp.response(200, _SHAPE, content_type=PDF)
def print_badges(query: dict[str, Any], event_id: UUID) -> Response:
    """Badges for everybody with a place, eight on a sheet of A4; 200 a file. It is logged who printed them."""
    return _of_event(
        event_id, "badges", lambda offer, found: printing.print_badges(offer, found, signed), query
    )


@bp.get("/offers/<uuid:event_id>/tickets.pdf")
@allow(ORGANISER, ADMIN)
@bp.arguments(PartQuery, location="query")
@bp.response(200, _SHAPE, content_type=PDF)
def print_tickets(query: dict[str, Any], event_id: UUID) -> Response:
    """Tickets to hand out, for people without an account as well: ten on a sheet of A4; 200 a file. It is logged."""
    spoken = language()
    return _of_event(
        event_id, "tickets", lambda _, found: printing.print_tickets(found, signed, spoken), query
    )


@bp.get("/offers/<uuid:event_id>/certificates.pdf")
@allow(ORGANISER, ADMIN)
@bp.arguments(PartQuery, location="query")
@bp.response(200, _SHAPE, content_type=PDF)
def print_certificates(query: dict[str, Any], event_id: UUID) -> Response:
    """A certificate for everybody who was admitted, a page each; 200 a file. It is logged who printed them."""
    return _of_event(event_id, "certificates", printing.print_certificates, query)


@bp.get("/registrations/<uuid:registration_id>/ticket.pdf")
@allow(OWN, ORGANISER, ADMIN)
@bp.response(200, _SHAPE, content_type=PDF)
def print_own_ticket(registration_id: UUID) -> Response:
    """One ticket, of the size of a bank card; it works printed in grey."""
    with current_deps().unit_of_work(read_only=True) as uow:
        registration = permitted(uow.registrations.get(registration_id))
        registration.require_ticket()
    content = printing.print_ticket(registration, signed(registration), language())
    return _attachment(content, "ve-moi")


@bp.get("/registrations/<uuid:registration_id>/certificate.pdf")
@allow(OWN, ORGANISER, ADMIN)
@bp.response(200, _SHAPE, content_type=PDF)
def print_own_certificate(registration_id: UUID) -> Response:
    """The certificate of somebody who was admitted."""
    with current_deps().unit_of_work(read_only=True) as uow:
        registration = permitted(uow.registrations.get(registration_id))
        registration.require_attended()
    return _attachment(
        printing.print_certificates(registration.offer, [registration]), "giay-xac-nhan"
    )


def _of_event(
    event_id: UUID,
    kind: str,
    draw: Callable[[Offer, Sequence[Registration]], bytes],
    query: dict[str, Any],
) -> Response:
    """A file of papers; drawn when the transaction has ended, since that takes its seconds."""
    deps = current_deps()
    with deps.unit_of_work() as uow:
        own_offer(uow, event_id)
        found = operations.to_print(
            uow, event_id=event_id, kind=kind, by=person_id(), now=deps.clock.now(), **query
        )
    return _attachment(draw(found[0].offer, found), f"{_NAMES[kind]}-{query['part']}")


_NAMES = {"badges": "the-dai-bieu", "tickets": "ve-moi", "certificates": "giay-xac-nhan"}


def _attachment(content: bytes, name: str) -> Response:
    response = Response(content, content_type=PDF)
    response.headers["Content-Disposition"] = f'attachment; filename="{name}.pdf"'
    response.headers["Cache-Control"] = "private, no-store"
    return response

"""The blueprint that all routes of registrations hang on, and what they share."""

from __future__ import annotations

from uuid import UUID

from services.registrations.deps import current_deps
from services.registrations.models import Registration
from services.registrations.repository import UnitOfWork
from shared.http.access import permit
from shared.http.application import Blueprint

bp = Blueprint(
    "registrations", __name__, url_prefix="/v1", description="Places, tickets and the door"
)


def own_offer(uow: UnitOfWork, event_id: UUID) -> None:
    """Refuse whoever may not plan the event."""
    permit(organisation=uow.offers.get(event_id).organisation_id)


def permitted(registration: Registration) -> Registration:
    """A registration that is the caller's own or their colleague's, or of an event that the caller plans."""
    permit(owner=registration.owner_id, organisation=registration.offer.organisation_id)
    return registration


def signed(registration: Registration) -> str:
    """The ticket of a registration."""
    return current_deps().tickets.sign(
        registration_id=registration.id, event_id=registration.event_id, issue=registration.issue
    )

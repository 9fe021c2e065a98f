"""The blueprint that all routes of events hang on, and what they share."""

from __future__ import annotations

import hashlib
from uuid import UUID

from flask import Request, Response, jsonify

from services.events.deps import current_deps
from services.events.models import Event
from services.events.repository import UnitOfWork
from services.events.schemas.events import EventView, event_view
from shared.http.access import caller, permit
from shared.http.application import Blueprint

bp = Blueprint("events", __name__, url_prefix="/v1", description="Events and their calendars")


def fingerprinted(response: Response, asked: Request) -> Response:
    """An answer with its ETag; 304 for whoever has it."""
    response.vary.add("Accept-Language")
    response.set_etag(hashlib.sha256(response.get_data()).hexdigest()[:32])
    response.make_conditional(asked)
    return response


def own_event(uow: UnitOfWork, event_id: UUID) -> Event:
    """An event that the caller may change, locked."""
    event = uow.events.lock(event_id)
    permit(organisation=event.organisation_id)
    return event


def shown(event: Event, *, joins: bool) -> Response:
    """An event with its version, for `If-Match`. Never 304: the seats beside it change without it."""
    now = current_deps().clock.now()
    response = jsonify(EventView().dump(event_view(event, now, joins=joins)))
    response.set_etag(str(event.version))
    return response


def may_join(uow: UnitOfWork, event: Event) -> bool:
    """Whether the caller sees the link to an online event: its organisers, and whoever has a place."""
    asking = caller()
    roles = ("organiser", "leader")
    if asking.admin or any(asking.has(role, event.organisation_id) for role in roles):
        return True
    return asking.person_id is not None and uow.registrations.has_place(asking.person_id, event.id)

"""What events publishes, and the shapes of what it reads from others."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import marshmallow as ma
from marshmallow import fields

from services.events.models import Event, Partner
from shared.messaging.message import Draft, MessageType


class Shape(ma.Schema):
    """A part of a message that is read: what it does not name is ignored."""

    class Meta:
        unknown = ma.EXCLUDE


class TextShape(ma.Schema):
    vi = fields.String(required=True)
    en = fields.String(allow_none=True)


class NamedOrganisation(ma.Schema):
    id = fields.UUID(required=True)
    name = fields.String(required=True)
    short_name = fields.String(required=True, allow_none=True)


class HostShape(ma.Schema):
    role_title = fields.Nested(TextShape, required=True)
    organisation_id = fields.UUID(required=True, allow_none=True)
    note = fields.Nested(TextShape, required=True, allow_none=True)


class VenueShape(ma.Schema):
    name = fields.String(required=True)
    address = fields.String(required=True, allow_none=True)
    area_id = fields.UUID(required=True, allow_none=True)
    accessibility = fields.Nested(TextShape, required=True, allow_none=True)


class DocumentShape(ma.Schema):
    number = fields.String(required=True, allow_none=True)
    date = fields.Date(required=True, allow_none=True)


class EventState(ma.Schema):
    """The whole public state of an event, what changed in it and why."""

    id = fields.UUID(required=True)
    organisation_id = fields.UUID(required=True)
    organisation = fields.Nested(
        NamedOrganisation,
        required=True,
        allow_none=True,
        metadata={"description": "null until community has told of it"},
    )
    kind = fields.String(required=True)
    status = fields.String(required=True, metadata={"description": "published or cancelled"})
    title = fields.Nested(TextShape, required=True)
    summary = fields.Nested(TextShape, required=True, allow_none=True)
    description = fields.Nested(TextShape, required=True, allow_none=True)
    audience = fields.Nested(TextShape, required=True, allow_none=True)
    hosts = fields.List(fields.Nested(HostShape), required=True)
    venue = fields.Nested(VenueShape, required=True, allow_none=True)
    starts_at = fields.AwareDateTime(required=True)
    ends_at = fields.AwareDateTime(required=True)
    timezone = fields.String(required=True)
    capacity = fields.Integer(
        required=True,
        metadata={"description": "As published; afterwards registrations decides"},
    )
    waitlist = fields.Boolean(required=True)
    registration_opens_at = fields.AwareDateTime(required=True)
    registration_closes_at = fields.AwareDateTime(required=True)
    partner_ids = fields.List(fields.UUID, required=True)
    changed = fields.List(
        fields.String, required=True, metadata={"description": "Names of the fields that changed"}
    )
    reason = fields.Nested(
        TextShape,
        required=True,
        allow_none=True,
        metadata={"description": "Why it was moved or cancelled, in the organiser's words"},
    )


class Invitation(ma.Schema):
    """A partner is asked to take part."""

    event_id = fields.UUID(required=True)
    organisation_id = fields.UUID(required=True)
    document = fields.Nested(DocumentShape, required=True, allow_none=True)


_TOLD = ("registrations", "notifications")
EVENT_PUBLISHED = MessageType(
    "event.published", EventState, _TOLD, "An event is shown to everybody"
)
EVENT_CHANGED = MessageType(
    "event.changed", EventState, _TOLD, "A published event was moved, or its texts were edited"
)
EVENT_CANCELLED = MessageType(
    "event.cancelled", EventState, _TOLD, "A published event does not take place"
)
PARTNER_INVITED = MessageType(
    "partner.invited", Invitation, ("notifications",), "An organisation is asked to take part"
)
PUBLISHED = (EVENT_PUBLISHED, EVENT_CHANGED, EVENT_CANCELLED, PARTNER_INVITED)


def event(
    type_: MessageType,
    event: Event,
    *,
    changed: Iterable[str] = (),
    reason: dict[str, Any] | None = None,
) -> Draft:
    """A message about an event as it is now; its row is locked."""
    by_name = {name: getattr(event, name) for name in EventState().fields if hasattr(event, name)}
    return type_.about(
        event.id,
        sequence=event.next_message(),
        **by_name
        | {
            "organisation": _named(event),
            "kind": event.kind_key,
            "partner_ids": [partner.organisation_id for partner in event.partners],
            "changed": sorted(changed),
            "reason": reason,
        },
    )


def partner_invited(event: Event, partner: Partner) -> Draft:
    """An invitation. It counts with the event's messages, so a partner that comes back is invited anew."""
    return PARTNER_INVITED.about(
        f"{event.id}:{partner.organisation_id}",
        sequence=event.next_message(),
        event_id=event.id,
        organisation_id=partner.organisation_id,
        document=event.document,
    )


def _named(event: Event) -> dict[str, Any] | None:
    known = event.organisation
    if known is None:
        return None
    return {"id": event.organisation_id, "name": known.name, "short_name": known.short_name}


class OrganisationState(Shape):
    """What events needs of an organisation."""

    id = fields.UUID(required=True)
    name = fields.String(required=True)
    name_en = fields.String(allow_none=True, load_default=None)
    short_name = fields.String(allow_none=True, load_default=None)
    area_id = fields.UUID(allow_none=True, load_default=None)


class RegistrationState(Shape):
    """What events needs of a registration."""

    id = fields.UUID(required=True)
    person_id = fields.UUID(required=True)
    event_id = fields.UUID(required=True)


class SeatsState(Shape):
    """What events shows of an event's seats."""

    event_id = fields.UUID(required=True)
    capacity = fields.Integer(required=True)
    seats_left = fields.Integer(required=True)
    waitlist_length = fields.Integer(required=True)
    state = fields.String(required=True)


class Attendance(Shape):
    """How many were admitted."""

    event_id = fields.UUID(required=True)
    checked_in = fields.Integer(required=True)

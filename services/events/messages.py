"""What events publishes, and the shapes of what it reads from others."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import marshmallow as ma
from marshmallow import fields

from services.events import examples
from services.events.models import Event, Partner
from shared.messaging.message import Draft, MessageType, means


class TextShape(ma.Schema):
    vi = fields.String(required=True, metadata=means("In Vietnamese"))
    en = fields.String(allow_none=True, metadata=means("In English"))


class NamedOrganisation(ma.Schema):
    id = fields.UUID(required=True, metadata=means("The organisation"))
    name = fields.String(required=True, metadata=means("In Vietnamese, in full"))
    short_name = fields.String(required=True, allow_none=True, metadata=means("In Vietnamese"))


class HostShape(ma.Schema):
    role_title = fields.Nested(
        TextShape, required=True, metadata=means("The office, without a name")
    )
    organisation_id = fields.UUID(required=True, allow_none=True, metadata=means("Of the office"))
    note = fields.Nested(
        TextShape, required=True, allow_none=True, metadata=means("What the host does there")
    )


class VenueShape(ma.Schema):
    name = fields.String(required=True, metadata=means("The place"))
    room = fields.String(allow_none=True, metadata=means("In that place"))
    address = fields.String(required=True, allow_none=True, metadata=means("Of the place"))
    area_id = fields.UUID(required=True, allow_none=True, metadata=means("The area it lies in"))
    accessibility = fields.Nested(
        TextShape, required=True, allow_none=True, metadata=means("How one gets in")
    )


class DocumentShape(ma.Schema):
    number = fields.String(required=True, allow_none=True, metadata=means("As written on it"))
    date = fields.Date(required=True, allow_none=True, metadata=means("Of the document"))


class EventState(ma.Schema):
    """The whole public state of an event, what changed in it and why."""

    id = fields.UUID(required=True, metadata=means("The event"))
    organisation_id = fields.UUID(required=True, metadata=means("The organisation that owns it"))
    organisation = fields.Nested(
        NamedOrganisation,
        required=True,
        allow_none=True,
        metadata=means("The owner by name; null until community has told of it"),
    )
    kind = fields.String(required=True, metadata=means("The key of a kind, such as dialogue"))
    status = fields.String(
        required=True, metadata=means("published, postponed, cancelled or completed")
    )
    title = fields.Nested(TextShape, required=True, metadata=means("What it is called"))
    summary = fields.Nested(
        TextShape, required=True, allow_none=True, metadata=means("In a sentence or two")
    )
    description = fields.Nested(
        TextShape, required=True, allow_none=True, metadata=means("At length; plain text")
    )
    audience = fields.Nested(
        TextShape, required=True, allow_none=True, metadata=means("Whom it is for")
    )
    hosts = fields.List(
        fields.Nested(HostShape), required=True, metadata=means("Who leads it, in their order")
    )
    venue = fields.Nested(
        VenueShape, required=True, allow_none=True, metadata=means("Where; null if not known")
    )
    starts_at = fields.AwareDateTime(required=True, metadata=means("When it starts"))
    ends_at = fields.AwareDateTime(required=True, metadata=means("When it ends"))
    timezone = fields.String(required=True, metadata=means("Of the place: an IANA name"))
    attendance_mode = fields.String(required=True, metadata=means("offline, online or mixed"))
    languages = fields.List(
        fields.String, required=True, metadata=means("Spoken there, as BCP 47 tags")
    )
    capacity = fields.Integer(
        required=True, metadata=means("As published; afterwards registrations decides")
    )
    waitlist = fields.Boolean(
        required=True, metadata=means("Whether one can wait when all places are taken")
    )
    registration_opens_at = fields.AwareDateTime(
        required=True, metadata=means("From when one can register")
    )
    registration_closes_at = fields.AwareDateTime(
        required=True, metadata=means("From when one can no longer register")
    )
    partner_ids = fields.List(
        fields.UUID,
        required=True,
        metadata=means("The organisations that take part: partners, then co-organisers"),
    )
    changed = fields.List(
        fields.String, required=True, metadata=means("Names of the fields that changed")
    )
    reason = fields.Nested(
        TextShape,
        required=True,
        allow_none=True,
        metadata=means("Why it was moved or cancelled, in the organiser's words"),
    )


class Invitation(ma.Schema):
    """A partner is asked to take part."""

    event_id = fields.UUID(required=True, metadata=means("The event"))
    organisation_id = fields.UUID(required=True, metadata=means("Who is asked"))
    document = fields.Nested(
        DocumentShape, required=True, allow_none=True, metadata=means("The plan that asks for it")
    )


_TOLD = ("registrations", "notifications")
EVENT_PUBLISHED = MessageType(
    "event.published",
    EventState,
    _TOLD,
    "An event is shown to everybody",
    example=examples.PUBLISHED,
)
EVENT_CHANGED = MessageType(
    "event.changed",
    EventState,
    _TOLD,
    "A published event was moved, or its texts were edited",
    example=examples.CHANGED,
)
EVENT_POSTPONED = MessageType(
    "event.postponed",
    EventState,
    _TOLD,
    "A published event is put off; its new time is not known yet",
    example=examples.POSTPONED,
)
EVENT_COMPLETED = MessageType(
    "event.completed",
    EventState,
    _TOLD,
    "An event has taken place",
    example=examples.COMPLETED,
)
EVENT_CANCELLED = MessageType(
    "event.cancelled",
    EventState,
    _TOLD,
    "A published event does not take place",
    example=examples.CANCELLED,
)
PARTNER_INVITED = MessageType(
    "partner.invited",
    Invitation,
    ("notifications",),
    "An organisation is asked to take part",
    example=examples.INVITATION,
)
PUBLISHED = (
    EVENT_PUBLISHED,
    EVENT_CHANGED,
    EVENT_POSTPONED,
    EVENT_COMPLETED,
    EVENT_CANCELLED,
    PARTNER_INVITED,
)


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
            "venue": _venue(event),
            "partner_ids": [one.organisation_id for one in (*event.partners, *event.co_organisers)],
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


def _venue(event: Event) -> dict[str, Any] | None:
    venue = event.venue or {}
    return {part: venue.get(part) for part in VenueShape().fields} if venue.get("name") else None


def _named(event: Event) -> dict[str, Any] | None:
    known = event.organisation
    if known is None:
        return None
    return {"id": event.organisation_id, "name": known.name, "short_name": known.short_name}


class Shape(ma.Schema):
    """A part of a message that is read: what it does not name is ignored."""

    class Meta:
        unknown = ma.EXCLUDE


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
    colleague = fields.Boolean(load_default=False)
    event_id = fields.UUID(required=True)


class SeatsState(Shape):
    """What events shows of an event's seats."""

    event_id = fields.UUID(required=True)
    capacity = fields.Integer(required=True)
    seats_left = fields.Integer(required=True)
    waitlist_length = fields.Integer(required=True)


class Attendance(Shape):
    """How many were admitted."""

    event_id = fields.UUID(required=True)
    checked_in = fields.Integer(required=True)

"""What registrations publishes, and the shapes of what it reads from others."""

from __future__ import annotations

from datetime import datetime

import marshmallow as ma
from marshmallow import fields

from services.registrations import examples, nomination_messages
from services.registrations.models import Offer, Registration, Status
from shared.messaging.message import Draft, MessageType, means


class RegistrationState(ma.Schema):
    """The state of a registration; no name, no address."""

    id = fields.UUID(required=True, metadata=means("The registration"))
    person_id = fields.UUID(required=True, metadata=means("Who registered"))
    colleague = fields.Boolean(
        required=True,
        metadata=means("The place is a colleague's of that person, who has no account here"),
    )
    event_id = fields.UUID(required=True, metadata=means("For which event"))
    position = fields.Integer(
        required=True, allow_none=True, metadata=means("In the waitlist, from 1")
    )
    promoted = fields.Boolean(required=True, metadata=means("The place came from the waitlist"))
    held_until = fields.AwareDateTime(
        required=True,
        allow_none=True,
        metadata=means("Until when a freed place is kept for the person, who is to accept it"),
    )
    why = fields.String(
        required=True,
        allow_none=True,
        metadata=means(
            "Why it was cancelled: own-wish, organiser, event-cancelled, hold-lapsed, capacity-cut or replaced; "
            "declined, where the reason is told by registrations alone"
        ),
    )


class OfferState(ma.Schema):
    """The seats of an event."""

    event_id = fields.UUID(required=True, metadata=means("The event"))
    capacity = fields.Integer(required=True, metadata=means("How many places there are"))
    seats_left = fields.Integer(required=True, metadata=means("How many of them are free"))
    waitlist_length = fields.Integer(required=True, metadata=means("How many people wait"))
    state = fields.String(
        required=True, metadata=means("open, full, not-yet-open, closed, postponed or cancelled")
    )


class Attendance(ma.Schema):
    """How many were admitted."""

    event_id = fields.UUID(required=True, metadata=means("The event"))
    checked_in = fields.Integer(required=True, metadata=means("How many were admitted so far"))
    confirmed = fields.Integer(
        required=True, metadata=means("How many have a place, so that the rest are absent")
    )


_TOLD = ("events", "notifications")
REGISTRATION_CONFIRMED = MessageType(
    "registration.confirmed",
    RegistrationState,
    _TOLD,
    "Somebody has a place",
    example=examples.CONFIRMED,
)
REGISTRATION_WAITLISTED = MessageType(
    "registration.waitlisted",
    RegistrationState,
    _TOLD,
    "Somebody waits for a place",
    example=examples.WAITLISTED,
)
REGISTRATION_CANCELLED = MessageType(
    "registration.cancelled",
    RegistrationState,
    _TOLD,
    "Somebody gave up a place, or lost it",
    example=examples.CANCELLED,
)
REGISTRATION_HELD = MessageType(
    "registration.held",
    RegistrationState,
    _TOLD,
    "A freed place is kept for somebody for a while",
    example=examples.HELD,
)
REGISTRATION_PENDING = MessageType(
    "registration.pending",
    RegistrationState,
    _TOLD,
    "Somebody asked for a place and waits for approval",
    example=examples.PENDING,
)
REGISTRATION_DECLINED = MessageType(
    "registration.declined",
    RegistrationState,
    _TOLD,
    "Somebody is not admitted",
    example=examples.DECLINED,
)
OF_STATUS = {
    Status.PENDING: REGISTRATION_PENDING,
    Status.CONFIRMED: REGISTRATION_CONFIRMED,
    Status.WAITLISTED: REGISTRATION_WAITLISTED,
    Status.HELD: REGISTRATION_HELD,
    Status.DECLINED: REGISTRATION_DECLINED,
    Status.CANCELLED: REGISTRATION_CANCELLED,
}
OFFER_CHANGED = MessageType(
    "offer.changed",
    OfferState,
    ("events",),
    "Seats were taken, freed or added",
    example=examples.OFFER,
)
ATTENDANCE_RECORDED = MessageType(
    "attendance.recorded",
    Attendance,
    ("events",),
    "Somebody was admitted",
    example=examples.ATTENDANCE,
)
PUBLISHED = (
    REGISTRATION_CONFIRMED,
    REGISTRATION_WAITLISTED,
    REGISTRATION_CANCELLED,
    REGISTRATION_HELD,
    REGISTRATION_PENDING,
    REGISTRATION_DECLINED,
    OFFER_CHANGED,
    ATTENDANCE_RECORDED,
    *nomination_messages.PUBLISHED,
)


def registration(
    type_: MessageType, registration: Registration, *, promoted: bool = False
) -> Draft:
    """A message about a registration as it is now."""
    return type_.about(
        registration.id,
        sequence=registration.sequence,
        id=registration.id,
        person_id=registration.owner_id,
        colleague=registration.person_id is None,
        event_id=registration.event_id,
        position=registration.position,
        promoted=promoted,
        held_until=registration.held_until,
        # An organiser's words may be about a person.
        why="declined" if registration.status is Status.DECLINED else registration.why,
    )


def offer_changed(offer: Offer, now: datetime) -> Draft:
    offer.sequence += 1
    return OFFER_CHANGED.about(
        offer.event_id,
        sequence=offer.sequence,
        event_id=offer.event_id,
        capacity=offer.capacity,
        seats_left=offer.seats_left(now),
        waitlist_length=offer.waitlisted,
        state=offer.state(now).value,
    )


def attendance_recorded(offer: Offer) -> Draft:
    offer.sequence += 1
    return ATTENDANCE_RECORDED.about(
        offer.event_id,
        sequence=offer.sequence,
        event_id=offer.event_id,
        checked_in=offer.checked_in,
        confirmed=offer.confirmed,
    )


class Shape(ma.Schema):
    """A part of a message that is read: what it does not name is ignored."""

    class Meta:
        unknown = ma.EXCLUDE


class TextShape(Shape):
    vi = fields.String(required=True)
    en = fields.String(allow_none=True)


class VenueShape(Shape):
    name = fields.String(required=True)


class NamedOrganisation(Shape):
    name = fields.String(required=True)


class EventState(Shape):
    """What registrations needs of an event."""

    id = fields.UUID(required=True)
    organisation_id = fields.UUID(required=True)
    organisation = fields.Nested(NamedOrganisation, allow_none=True, load_default=None)
    title = fields.Nested(TextShape, required=True)
    venue = fields.Nested(VenueShape, allow_none=True, load_default=None)
    starts_at = fields.AwareDateTime(required=True)
    ends_at = fields.AwareDateTime(required=True)
    timezone = fields.String(required=True)
    status = fields.String(load_default="published")
    capacity = fields.Integer(required=True)
    waitlist = fields.Boolean(required=True)
    registration_opens_at = fields.AwareDateTime(required=True)
    registration_closes_at = fields.AwareDateTime(required=True)

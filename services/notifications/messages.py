"""The shapes of what notifications reads from others. It publishes nothing yet."""

from __future__ import annotations

import marshmallow as ma
from marshmallow import fields

from shared.messaging.message import MessageType

PUBLISHED: tuple[MessageType, ...] = ()


class Shape(ma.Schema):
    """A part of a message: what it does not name is ignored."""

    class Meta:
        unknown = ma.EXCLUDE


class TextShape(Shape):
    vi = fields.String(required=True)
    en = fields.String(allow_none=True, load_default=None)


class VenueShape(Shape):
    name = fields.String(required=True)
    address = fields.String(allow_none=True, load_default=None)


class HostShape(Shape):
    role_title = fields.Nested(TextShape, required=True)


class NamedShape(Shape):
    name = fields.String(required=True)


class DocumentShape(Shape):
    number = fields.String(allow_none=True, load_default=None)
    date = fields.String(allow_none=True, load_default=None)


class EventState(Shape):
    """What notices need of an event."""

    id = fields.UUID(required=True)
    organisation_id = fields.UUID(required=True)
    organisation = fields.Nested(NamedShape, allow_none=True, load_default=None)
    title = fields.Nested(TextShape, required=True)
    hosts = fields.List(fields.Nested(HostShape), load_default=list)
    venue = fields.Nested(VenueShape, allow_none=True, load_default=None)
    starts_at = fields.AwareDateTime(required=True)
    ends_at = fields.AwareDateTime(required=True)
    timezone = fields.String(required=True)
    partner_ids = fields.List(fields.UUID, load_default=list)
    status = fields.String(load_default="published")
    changed = fields.List(fields.String(), load_default=list)
    reason = fields.Nested(TextShape, allow_none=True, load_default=None)


class RegistrationState(Shape):
    """What notices need of a registration."""

    id = fields.UUID(required=True)
    person_id = fields.UUID(required=True)
    colleague = fields.Boolean(load_default=False)
    event_id = fields.UUID(required=True)
    position = fields.Integer(allow_none=True, load_default=None)
    promoted = fields.Boolean(load_default=False)
    held_until = fields.AwareDateTime(allow_none=True, load_default=None)
    why = fields.String(allow_none=True, load_default=None)


class OrganisationState(Shape):
    """What an organisation is called."""

    id = fields.UUID(required=True)
    name = fields.String(required=True)
    name_en = fields.String(allow_none=True, load_default=None)


class Invitation(Shape):
    """A partner is asked to take part."""

    event_id = fields.UUID(required=True)
    organisation_id = fields.UUID(required=True)
    document = fields.Nested(DocumentShape, allow_none=True, load_default=None)


class NominationState(Shape):
    """How far a partner's list is, and who is to be asked."""

    id = fields.UUID(required=True)
    event_id = fields.UUID(required=True)
    organisation_id = fields.UUID(required=True)
    document = fields.Nested(DocumentShape, allow_none=True, load_default=None)
    deadline = fields.AwareDateTime(required=True)
    seats = fields.Integer(required=True)
    named = fields.Integer(required=True)
    confirmed = fields.Integer(required=True)
    nominee_ids = fields.List(fields.UUID, load_default=list)


class SignInRequest(Shape):
    """Somebody asked to sign in; who, and where to, only community knows."""

    id = fields.UUID(required=True)

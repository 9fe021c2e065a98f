"""Shapes of notifications' HTTP API."""

from __future__ import annotations

import marshmallow as ma
from marshmallow import fields, validate

from services.notifications.models import (
    Channel,
    RecipientKind,
    Result,
    Status,
    Step,
    Template,
)
from shared.http.schemas import PageQuery, list_of


class InboxQuery(PageQuery):
    organisation_id = fields.UUID(load_default=None)


class DeliveriesQuery(PageQuery):
    event_id = fields.UUID(required=True)


class InboxItem(ma.Schema):
    """A notice as it is read in the portal, in the reader's language."""

    id = fields.UUID(required=True)
    kind = fields.Enum(Template, by_value=True, required=True)
    title = fields.String(required=True)
    body = fields.String(required=True, metadata={"description": "Plain text, several lines"})
    event_id = fields.UUID(required=True, allow_none=True)
    registration_id = fields.UUID(required=True, allow_none=True)
    url = fields.String(required=True, metadata={"description": "A path of the portal"})
    created_at = fields.AwareDateTime(required=True)
    read_at = fields.AwareDateTime(required=True, allow_none=True)


InboxList = list_of(InboxItem, unread=fields.Integer(required=True))


class PreviewRequest(ma.Schema):
    """What an organiser is about to do, to an event that may still be a draft."""

    organisation_id = fields.UUID(required=True, metadata={"description": "That owns the event"})
    event_id = fields.UUID(required=True)
    step = fields.Enum(Step, by_value=True, required=True)
    partner_ids = fields.List(fields.UUID, load_default=list, validate=validate.Length(0, 250))


class AudienceView(ma.Schema):
    """So many recipients of one kind, who would be told one thing."""

    template = fields.Enum(Template, by_value=True, required=True)
    recipient_kind = fields.Enum(RecipientKind, by_value=True, required=True)
    status = fields.String(
        required=True, allow_none=True, metadata={"description": "confirmed or waitlisted"}
    )
    count = fields.Integer(required=True)
    channels = fields.List(fields.Enum(Channel, by_value=True), required=True)


class PreviewView(ma.Schema):
    items = fields.List(fields.Nested(AudienceView), required=True)


class AttemptView(ma.Schema):
    at = fields.AwareDateTime(required=True)
    provider = fields.String(required=True)
    outcome = fields.Enum(
        Result,
        by_value=True,
        required=True,
        allow_none=True,
        metadata={"description": "null while it runs"},
    )


class DeliveryView(ma.Schema):
    """How far a notice has come; neither who got it nor where."""

    id = fields.UUID(required=True)
    recipient_kind = fields.Enum(RecipientKind, by_value=True, required=True)
    template = fields.Enum(Template, by_value=True, required=True)
    channel = fields.Enum(Channel, by_value=True, required=True)
    status = fields.Enum(Status, by_value=True, required=True)
    attempts = fields.List(fields.Nested(AttemptView), required=True)
    created_at = fields.AwareDateTime(required=True)


DeliveryList = list_of(DeliveryView)


class OutboxItem(ma.Schema):
    id = fields.UUID(required=True)
    to = fields.String(required=True)
    subject = fields.String(required=True)
    at = fields.AwareDateTime(required=True)


OutboxList = list_of(OutboxItem)


class OutboxAttachment(ma.Schema):
    name = fields.String(required=True, allow_none=True)
    type = fields.String(required=True)


class OutboxMail(ma.Schema):
    """A mail of the demo, taken apart."""

    id = fields.UUID(required=True)
    headers = fields.Dict(keys=fields.String(), values=fields.String(), required=True)
    text = fields.String(required=True)
    html = fields.String(required=True, metadata={"description": "Inline images as data URIs"})
    attachments = fields.List(fields.Nested(OutboxAttachment), required=True)

"""Shapes of notifications' HTTP API."""

from __future__ import annotations

import marshmallow as ma
from marshmallow import fields

from services.notifications.models import Channel, RecipientKind, Result, Status, Template
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

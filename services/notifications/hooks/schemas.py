"""Shapes of the webhooks' HTTP API."""

from __future__ import annotations

from typing import Any

import marshmallow as ma
from marshmallow import fields, validate

from services.notifications.models import (
    TOPICS,
    Disabled,
    Endpoint,
    HookKind,
    Result,
    Status,
)
from shared.http.schemas import Line, list_of

_TOPICS_DOC = {"description": "What to tell; empty: everything, also what may come later"}


def _topics(**more: Any) -> fields.List[Any]:
    kind = fields.String(validate=validate.OneOf([kind.value for kind in TOPICS]))
    return fields.List(kind, validate=validate.Length(0, 20), metadata=_TOPICS_DOC, **more)


class EndpointsQuery(ma.Schema):
    organisation_id = fields.UUID(required=True)


class EndpointRequest(ma.Schema):
    """Where an organisation's own system is to be told."""

    organisation_id = fields.UUID(required=True)
    url = Line(500, required=True, metadata={"description": "https, reachable from the Internet"})
    topics = _topics(load_default=list)


class EndpointChange(ma.Schema):
    """Only what is sent changes."""

    url = Line(500, load_default=None)
    topics = _topics(load_default=None)


class EndpointView(ma.Schema):
    """An endpoint, without its secret."""

    id = fields.UUID(required=True)
    organisation_id = fields.UUID(required=True)
    url = fields.String(required=True)
    topics = fields.List(fields.String(), required=True, metadata=_TOPICS_DOC)
    state = fields.String(required=True, validate=validate.OneOf(["active", "disabled"]))
    disabled_why = fields.Enum(Disabled, by_value=True, required=True, allow_none=True)
    disabled_at = fields.AwareDateTime(required=True, allow_none=True)
    failing_since = fields.AwareDateTime(
        required=True,
        allow_none=True,
        metadata={"description": "The first failure after the last delivery"},
    )
    old_secret_until = fields.AwareDateTime(
        required=True,
        allow_none=True,
        metadata={"description": "Until then the secret before this one signs, too"},
    )
    created_at = fields.AwareDateTime(required=True)


class EndpointSecret(EndpointView):
    """With the secret, this once."""

    secret = fields.String(
        required=True,
        metadata={"description": "whsec_…, as libraries of Standard Webhooks take it"},
    )


EndpointList = list_of(EndpointView)


class HookAttemptView(ma.Schema):
    """One try."""

    at = fields.AwareDateTime(required=True)
    outcome = fields.Enum(
        Result,
        by_value=True,
        required=True,
        allow_none=True,
        metadata={"description": "null while it runs"},
    )
    why = fields.String(required=True, metadata={"description": "A word for what went wrong"})
    http_status = fields.Integer(required=True, allow_none=True)
    milliseconds = fields.Integer(required=True, allow_none=True)
    answer = fields.String(
        required=True, metadata={"description": "Its beginning, secrets left out"}
    )


class HookDeliveryView(ma.Schema):
    """One webhook with every try to send it; its id is the header `webhook-id`."""

    id = fields.UUID(required=True)
    endpoint_id = fields.UUID(required=True)
    kind = fields.Enum(HookKind, by_value=True, required=True)
    status = fields.Enum(Status, by_value=True, required=True)
    body = fields.String(required=True, metadata={"description": "As it was signed"})
    created_at = fields.AwareDateTime(required=True)
    delivered_at = fields.AwareDateTime(required=True, allow_none=True)
    next_attempt_at = fields.AwareDateTime(required=True, allow_none=True)
    attempts = fields.List(fields.Nested(HookAttemptView), required=True)


HookDeliveryList = list_of(HookDeliveryView)


def endpoint_view(endpoint: Endpoint) -> dict[str, Any]:
    names = (
        "id",
        "organisation_id",
        "url",
        "topics",
        "disabled_why",
        "disabled_at",
        "failing_since",
        "old_secret_until",
        "created_at",
    )
    state = "active" if endpoint.is_active else "disabled"
    return {name: getattr(endpoint, name) for name in names} | {"state": state}

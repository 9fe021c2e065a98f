"""The HTTP API of webhooks: a partner's officers look after their own endpoints."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import Response

from services.notifications.deps import current_deps
from services.notifications.hooks import operations
from services.notifications.hooks.schemas import (
    EndpointChange,
    EndpointList,
    EndpointRequest,
    EndpointSecret,
    EndpointsQuery,
    EndpointView,
    HookDeliveryList,
    HookDeliveryView,
    endpoint_view,
)
from services.notifications.models import Endpoint, HookDelivery
from services.notifications.repository import UnitOfWork
from shared.http.access import ADMIN, OFFICER, allow, permit
from shared.http.application import Blueprint
from shared.http.etags import require_match, with_etag
from shared.http.idempotency import creates
from shared.http.schemas import PageQuery

bp = Blueprint("webhooks", __name__, url_prefix="/v1", description="Partners' own systems")


@bp.get("/webhook-endpoints")
@allow(OFFICER, ADMIN)
@bp.arguments(EndpointsQuery, location="query")
@bp.response(200, EndpointList)
def list_endpoints(query: dict[str, Any]) -> dict[str, Any]:
    """The endpoints of an organisation, oldest first; there are few, so there is one page."""
    permit(organisation=query["organisation_id"])
    with current_deps().unit_of_work(read_only=True) as uow:
        found = uow.hooks.of_organisations([query["organisation_id"]])
    return {"items": [endpoint_view(one) for one in found], "next": None}


@bp.post("/webhook-endpoints")
@allow(OFFICER, ADMIN)
@bp.arguments(EndpointRequest)
@bp.response(201, EndpointSecret)
def create_endpoint(wish: dict[str, Any]) -> dict[str, Any]:
    """Have an organisation's own system told. The secret is shown this once.

    It takes no Idempotency-Key: an answer that is kept to be given again would keep the secret. The same address again
    is refused; after a lost answer, rotate its secret.
    """
    deps = current_deps()
    permit(organisation=wish["organisation_id"], hidden=False)
    with deps.unit_of_work() as uow:
        endpoint = operations.add_endpoint(
            uow, reach=deps.hook_sender.reach, now=deps.clock.now(), **wish
        )
    return endpoint_view(endpoint) | {"secret": endpoint.secret}


@bp.get("/webhook-endpoints/<uuid:endpoint_id>")
@allow(OFFICER, ADMIN)
@bp.response(200, EndpointView)
def show_endpoint(endpoint_id: UUID) -> Response:
    """One endpoint."""
    with current_deps().unit_of_work(read_only=True) as uow:
        endpoint = uow.hooks.get(endpoint_id)
        permit(organisation=endpoint.organisation_id)
    return _shown(endpoint)


@bp.patch("/webhook-endpoints/<uuid:endpoint_id>")
@allow(OFFICER, ADMIN)
@bp.arguments(EndpointChange)
@bp.response(200, EndpointView)
def change_endpoint(wish: dict[str, Any], endpoint_id: UUID) -> Response:
    """Change address or topics. What waits goes to the new address, signed with the same secret."""
    deps = current_deps()
    with deps.unit_of_work() as uow:
        endpoint = _own(uow, endpoint_id)
        require_match(endpoint.version)
        operations.change_endpoint(uow, endpoint, reach=deps.hook_sender.reach, **wish)
    return _shown(endpoint)


@bp.post("/webhook-endpoints/<uuid:endpoint_id>/rotate")
@allow(OFFICER, ADMIN)
@bp.response(200, EndpointSecret)
def rotate_secret(endpoint_id: UUID) -> dict[str, Any]:
    """Replace the secret, shown this once. For 24 hours the one before signs, too: two signatures, either is good."""
    deps = current_deps()
    with deps.unit_of_work() as uow:
        endpoint = operations.rotate(_own(uow, endpoint_id), now=deps.clock.now())
    return endpoint_view(endpoint) | {"secret": endpoint.secret}


@bp.post("/webhook-endpoints/<uuid:endpoint_id>/test")
@allow(OFFICER, ADMIN)
@creates(bp, HookDeliveryView, status=202)
def test_endpoint(endpoint_id: UUID, *, uow: UnitOfWork) -> HookDelivery:
    """Send a webhook of type `webhook.test` within a second, once; ask for the delivery to see the answer.

    Also while the endpoint is disabled. While one waits for its answer, that is the one given.
    """
    endpoint = _own(uow, endpoint_id)
    return operations.send_test(uow, endpoint, now=current_deps().clock.now())


@bp.post("/webhook-endpoints/<uuid:endpoint_id>/enable")
@allow(OFFICER, ADMIN)
@bp.response(200, EndpointView)
def enable_endpoint(endpoint_id: UUID) -> Response:
    """Tell an endpoint again that was disabled. What it missed is not sent by itself: replay what you need."""
    with current_deps().unit_of_work() as uow:
        endpoint = _own(uow, endpoint_id)
        endpoint.enable()
    return _shown(endpoint)


@bp.delete("/webhook-endpoints/<uuid:endpoint_id>")
@allow(OFFICER, ADMIN)
@bp.response(204)
def delete_endpoint(endpoint_id: UUID) -> None:
    """Delete an endpoint with its deliveries; what waits is not sent."""
    with current_deps().unit_of_work() as uow:
        uow.hooks.delete(_own(uow, endpoint_id).id)


@bp.get("/webhook-endpoints/<uuid:endpoint_id>/deliveries")
@allow(OFFICER, ADMIN)
@bp.arguments(PageQuery, location="query")
@bp.response(200, HookDeliveryList)
def list_endpoint_deliveries(query: dict[str, Any], endpoint_id: UUID) -> dict[str, Any]:
    """What was sent to an endpoint, newest first, with every try."""
    with current_deps().unit_of_work(read_only=True) as uow:
        permit(organisation=uow.hooks.get(endpoint_id).organisation_id)
        items, following = uow.hooks.deliveries_of(
            endpoint_id, cursor=query.get("cursor"), limit=query["limit"]
        )
    return {"items": items, "next": following}


@bp.get("/webhook-deliveries/<uuid:delivery_id>")
@allow(OFFICER, ADMIN)
@bp.response(200, HookDeliveryView)
def show_webhook_delivery(delivery_id: UUID) -> HookDelivery:
    """One webhook with every try."""
    with current_deps().unit_of_work(read_only=True) as uow:
        delivery = uow.hooks.delivery(delivery_id)
        permit(organisation=uow.hooks.get(delivery.endpoint_id).organisation_id)
        return delivery


@bp.post("/webhook-deliveries/<uuid:delivery_id>/replay")
@allow(OFFICER, ADMIN)
@creates(bp, HookDeliveryView, status=202)
def replay_delivery(delivery_id: UUID, *, uow: UnitOfWork) -> HookDelivery:
    """Send a webhook again under its id, with all its tries before it. One that is on its way stays so."""
    endpoint = _own(uow, uow.hooks.delivery(delivery_id).endpoint_id)
    delivery = uow.hooks.lock_delivery(delivery_id)
    return operations.replay(endpoint, delivery, now=current_deps().clock.now())


def _own(uow: UnitOfWork, endpoint_id: UUID) -> Endpoint:
    """An endpoint that the caller looks after, locked."""
    endpoint = uow.hooks.lock(endpoint_id)
    permit(organisation=endpoint.organisation_id)
    return endpoint


def _shown(endpoint: Endpoint) -> Response:
    return with_etag(EndpointView().dump(endpoint_view(endpoint)), endpoint.version)

"""Webhooks of notifications for the fakes: its own models, shapes and checks decide, a dictionary keeps."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import Flask, jsonify, request

from services.notifications.hooks.address import BadUrl, Reach
from services.notifications.hooks.errors import EndpointDisabled, EndpointExists
from services.notifications.hooks.schemas import (
    EndpointChange,
    EndpointRequest,
    EndpointSecret,
    EndpointView,
    HookDeliveryView,
    endpoint_view,
)
from services.notifications.hooks.signing import new_secret
from services.notifications.models import (
    Disabled,
    Endpoint,
    HookAttempt,
    HookDelivery,
    HookKind,
    Outcome,
    Result,
    Status,
)
from shared.http.etags import require_match
from shared.http.problems import Invalid, NotFound
from tests.service.web import fakes
from tests.service.web.year_fakes import loaded


def endpoint_of(world: fakes.World, url: str = "https://hethong.example/webhook") -> Endpoint:
    """An address of the fakes' organisation."""
    made = Endpoint(
        id=UUID(fakes.new_id()),
        organisation_id=UUID(fakes.ORGANISATION["id"]),
        url=url,
        topics=[],
        version=1,
        created_at=fakes.NOW,
        secret=new_secret(),
        troubled=False,
    )
    world.endpoints[str(made.id)] = made
    return made


def delivery_of(
    world: fakes.World,
    endpoint: Endpoint,
    kind: HookKind,
    *answers: tuple[Outcome, int | None, str],
) -> HookDelivery:
    """A webhook with the tries that there were; the last decides how it stands."""
    made = HookDelivery(
        id=UUID(fakes.new_id()),
        endpoint_id=endpoint.id,
        kind=kind,
        body='{"type":"%s","timestamp":"2026-03-05T02:00:00Z","data":{}}' % kind,  # noqa: UP031 - braces
        status=Status.CREATED,
        created_at=fakes.NOW,
        next_attempt_at=fakes.NOW,
        failures=0,
        attempts=[],
    )
    for outcome, status, text in answers:
        attempt = HookAttempt(delivery_id=made.id, at=fakes.NOW)
        attempt.settle(outcome, fakes.NOW, http_status=status, milliseconds=120, answer=text)
        made.attempts.append(attempt)
        made.settle(outcome, now=fakes.NOW, jitter=1.0)
    world.hooks[str(made.id)] = made
    return made


def disable(endpoint: Endpoint) -> None:
    endpoint.disable(Disabled.GONE, fakes.NOW)


def channels(app: Flask, world: fakes.World) -> None:
    """Endpoints and their deliveries; officers of an organisation and admins look after them."""

    def holding(organisation_id: object) -> None:
        fakes.holding(world, str(organisation_id), "officer", "admin")

    def own(endpoint_id: str) -> Endpoint:
        found = world.endpoints.get(endpoint_id)
        if found is None:
            raise NotFound
        holding(found.organisation_id)
        return found

    def sent(delivery_id: str) -> HookDelivery:
        found = world.hooks.get(delivery_id)
        if found is None:
            raise NotFound
        own(str(found.endpoint_id))
        return found

    def shown(endpoint: Endpoint) -> Any:
        response = jsonify(EndpointView().dump(endpoint_view(endpoint)))
        response.set_etag(str(endpoint.version))
        return response

    def secret(endpoint: Endpoint) -> Any:
        return EndpointSecret().dump(endpoint_view(endpoint) | {"secret": endpoint.secret})

    def checked(url: str) -> str:
        try:
            return str(Reach().url(url))
        except BadUrl as bad:
            raise Invalid({"url": bad.text}) from None

    @app.get("/v1/webhook-endpoints")
    def listed_hook() -> Any:
        asked = fakes.query({"organisation_id"})["organisation_id"]
        holding(asked)
        found = [one for one in world.endpoints.values() if str(one.organisation_id) == asked]
        return {"items": [EndpointView().dump(endpoint_view(one)) for one in found], "next": None}

    @app.post("/v1/webhook-endpoints")
    def create_hook() -> Any:
        wish = loaded(EndpointRequest())
        holding(wish["organisation_id"])
        url = checked(wish["url"])
        if any(one.url == url for one in world.endpoints.values()):
            raise EndpointExists
        made = endpoint_of(world, url)
        made.organisation_id, made.topics = wish["organisation_id"], wish["topics"]
        return secret(made), 201

    @app.get("/v1/webhook-endpoints/<endpoint_id>")
    def show_hook(endpoint_id: str) -> Any:
        return shown(own(endpoint_id))

    @app.patch("/v1/webhook-endpoints/<endpoint_id>")
    def change_hook(endpoint_id: str) -> Any:
        endpoint, wish = own(endpoint_id), loaded(EndpointChange())
        require_match(endpoint.version)
        endpoint.change(url=checked(wish["url"]), topics=wish["topics"])
        return shown(endpoint)

    @app.delete("/v1/webhook-endpoints/<endpoint_id>")
    def delete_hook(endpoint_id: str) -> Any:
        del world.endpoints[str(own(endpoint_id).id)]
        return "", 204

    @app.post("/v1/webhook-endpoints/<endpoint_id>/rotate")
    def rotate_hook(endpoint_id: str) -> Any:
        own(endpoint_id).rotate(new_secret(), fakes.NOW)
        return secret(own(endpoint_id))

    @app.post("/v1/webhook-endpoints/<endpoint_id>/enable")
    def enable_hook(endpoint_id: str) -> Any:
        own(endpoint_id).enable()
        return shown(own(endpoint_id))

    @app.post("/v1/webhook-endpoints/<endpoint_id>/test")
    def test_hook(endpoint_id: str) -> Any:
        assert request.headers["Idempotency-Key"]
        return HookDeliveryView().dump(delivery_of(world, own(endpoint_id), HookKind.TEST)), 202

    @app.get("/v1/webhook-endpoints/<endpoint_id>/deliveries")
    def deliveries_hook(endpoint_id: str) -> Any:
        endpoint = own(endpoint_id)
        found = [one for one in world.hooks.values() if one.endpoint_id == endpoint.id]
        return {"items": [HookDeliveryView().dump(one) for one in found[::-1]], "next": None}

    @app.get("/v1/webhook-deliveries/<delivery_id>")
    def delivery_hook(delivery_id: str) -> Any:
        return HookDeliveryView().dump(sent(delivery_id))

    @app.post("/v1/webhook-deliveries/<delivery_id>/replay")
    def replay_hook(delivery_id: str) -> Any:
        assert request.headers["Idempotency-Key"]
        found = sent(delivery_id)
        if not own(str(found.endpoint_id)).is_active:
            raise EndpointDisabled
        found.replay(fakes.NOW)
        return HookDeliveryView().dump(found), 202


TAKEN = (Outcome(Result.DELIVERED), 200, "ok")
REFUSED = (Outcome(Result.TEMPORARY, "http-500"), 500, "Lỗi cơ sở dữ liệu")

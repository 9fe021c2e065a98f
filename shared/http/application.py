"""The Flask app of a service: its blueprints, with problems, callers, health and OpenAPI as everywhere."""

from __future__ import annotations

import http
from collections.abc import Iterable
from typing import Any

import marshmallow as ma
from flask import Flask, Response, request
from flask_smorest import Api as SmorestApi
from flask_smorest import Blueprint as SmorestBlueprint
from marshmallow import fields
from werkzeug.exceptions import HTTPException

from shared.clock import Clock
from shared.database.unit_of_work import Database
from shared.http.access import ANYONE, allow, identify_with
from shared.http.health import health
from shared.http.problems import answer_with_problems, from_http_exception
from shared.http.schemas import StrictParser
from shared.tokens import Verifier

LARGEST_BODY = 1024 * 1024
PROBLEM_TYPE = "application/problem+json"


class Blueprint(SmorestBlueprint):
    """A blueprint whose requests are read strictly."""

    ARGUMENTS_PARSER = StrictParser()

    def arguments(self, schema: Any, **kwargs: Any) -> Any:
        """As in flask-smorest, with one schema for all requests: making one copies every field."""
        return super().arguments(schema() if isinstance(schema, type) else schema, **kwargs)


class FieldError(ma.Schema):
    field = fields.String(required=True)
    message = fields.String(required=True)


class ProblemDocument(ma.Schema):
    """RFC 9457; a problem may say more in members of its own (section 3.2)."""

    class Meta:
        unknown = ma.INCLUDE

    type = fields.String(required=True, metadata={"format": "uri-reference"})
    title = fields.String(required=True)
    status = fields.Integer(required=True)
    detail = fields.String()
    errors = fields.List(fields.Nested(FieldError))


class Api(SmorestApi):
    """flask-smorest with problem documents, on the wire and in the OpenAPI document alike."""

    ERROR_SCHEMA = ProblemDocument

    def handle_http_exception(self, error: HTTPException) -> Response:
        return from_http_exception(error)

    def _register_responses(self) -> None:
        described: dict[str, Any] = {
            status.name: status.phrase for status in http.HTTPStatus if status >= 400
        }
        for name, phrase in (described | {"DEFAULT_ERROR": "A problem"}).items():
            content = {PROBLEM_TYPE: {"schema": self.ERROR_SCHEMA}}
            self.spec.components.response(
                name, {"description": phrase, "content": content}, lazy=True
            )

    def _register_pagination_header(self) -> None:
        """Lists say their next page in the body."""


def create_api(
    name: str,
    *,
    description: str,
    blueprints: Iterable[SmorestBlueprint],
    deps: Any,
    database: Database,
    verifier: Verifier,
    clock: Clock,
) -> Flask:
    """The WSGI app of a service's api role; `deps` is what its routes find in `app.extensions["deps"]`."""
    app = Flask(name, static_folder=None)
    app.json.ensure_ascii = False  # type: ignore[attr-defined]
    app.json.sort_keys = False  # type: ignore[attr-defined]
    app.config.update(
        MAX_CONTENT_LENGTH=LARGEST_BODY,
        API_TITLE=f"Đối Thoại: {name}",
        API_VERSION="v1",
        OPENAPI_VERSION="3.1.0",
        OPENAPI_URL_PREFIX="/v1",
        OPENAPI_JSON_PATH="openapi.json",
    )
    app.extensions["deps"] = deps
    identify_with(app, verifier, clock)
    options = {
        "info": {"description": description, "license": {"name": "MIT", "identifier": "MIT"}},
        "servers": [{"url": f"/api/{name}"}],
    }
    api = Api(app, spec_kwargs=options)
    api.spec.components.security_scheme(
        "bearer", {"type": "http", "scheme": "bearer", "bearerFormat": "JWT"}
    )
    for blueprint in blueprints:
        api.register_blueprint(blueprint)
    app.register_blueprint(health({"database": database.ping}, database))
    answer_with_problems(app)
    for view in ("api-docs.openapi_json",):
        app.view_functions[view] = allow(ANYONE)(app.view_functions[view])
    undeclared = [
        endpoint for endpoint, view in app.view_functions.items() if not hasattr(view, "grants")
    ]
    if undeclared:
        raise RuntimeError(
            f"{name}: routes that do not say who may call them: {', '.join(undeclared)}"
        )

    @app.after_request
    def _headers(response: Response) -> Response:
        response.headers.setdefault("X-Content-Type-Options", "nosniff")
        response.vary.add("Accept-Language")
        response.headers.setdefault(
            "Cache-Control",
            "private, no-cache" if "Authorization" in request.headers else "no-cache",
        )
        return response

    return app

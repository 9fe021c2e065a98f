"""Requests that create, made safe to repeat: one effect for each (caller, route, key), in the same transaction."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from functools import wraps
from typing import Any

import marshmallow as ma
import sqlalchemy as sa
from flask import Response, current_app, json, jsonify, request
from flask_smorest import Blueprint

from shared.database.unit_of_work import UnitOfWork
from shared.http.access import caller, decided_before
from shared.http.problems import Invalid, Problem
from shared.text import Text
from shared.tokens import ANONYMOUS

HEADER = "Idempotency-Key"
_LONGEST = 200
_DOCUMENTED = {
    "in": "header",
    "name": HEADER,
    "required": False,
    "description": "The same key with the same body gets the same answer again, for 7 days",
    "schema": {"type": "string", "maxLength": _LONGEST},
}


class KeyReused(Problem):
    """The key came before with another body."""

    status, type = 422, "key-reused"
    title = Text("Khóa này đã dùng cho một yêu cầu khác", "That key belongs to another request")
    detail = Text("Xin dùng khóa mới cho yêu cầu mới.", "Please use a new key for a new request.")


class StillRunning(Problem):
    """The first request with this key has not been answered yet."""

    status, type = 409, "still-running"
    title = Text("Yêu cầu trước còn đang xử lý", "The first request is still being handled")
    detail = Text("Xin đợi một giây rồi gửi lại.", "Please wait a second and send it again.")
    headers = {"Retry-After": "1"}  # noqa: RUF012


def creates(
    bp: Blueprint, schema: type[ma.Schema], *, status: int = 201, version: int | None = None
) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Make a view one transaction that may be repeated.

    The view gets the open unit of work as its keyword `uow`, and what it returns is dumped with `schema`.
    The answer is kept beside the effect, so that a repeat gets it even if the first answer was lost.
    `version` is the one that such a thing begins with, where it can be edited: it is the answer's ETag.
    """

    def decorate(view: Callable[..., Any]) -> Callable[..., Any]:
        @bp.doc(parameters=[_DOCUMENTED])
        @bp.response(status, schema)
        @wraps(view)
        def once(*args: Any, **kwargs: Any) -> Response:
            with current_app.extensions["deps"].unit_of_work() as uow:
                key = request.headers.get(HEADER)
                if key is not None and (answer := _answer_before(uow, key)) is not None:
                    return _tagged(answer, version)
                body = schema().dump(view(*args, uow=uow, **kwargs))
                if key is not None:
                    _keep(uow, key, status, body)
            response = jsonify(body)
            response.status_code = status
            return _tagged(response, version)

        decorated: Callable[..., Any] = once
        return decorated

    return decorate


def _tagged(response: Response, version: int | None) -> Response:
    if version is not None:
        response.set_etag(str(version))
    return response


def _scope(key: str) -> dict[str, str]:
    if not 0 < len(key) <= _LONGEST or not key.isprintable():
        raise Invalid(
            {
                HEADER: Text(
                    "Khóa dài từ 1 đến 200 ký tự in được.",
                    "A key has 1 to 200 printable characters.",
                )
            }
        )
    # Nobody knows who is anonymous, so there a key belongs to its body: two people never share one.
    who = f"anonymous {_request_hash()}" if caller() is ANONYMOUS else caller().name
    return {"caller": who, "route": f"{request.method} {request.path}"[:200], "key": key}


def _request_hash() -> str:
    return hashlib.sha256(request.get_data()).hexdigest()


def _answer_before(uow: UnitOfWork, key: str) -> Response | None:
    scope, table = _scope(key), uow.database.tables.idempotency
    if uow.session.get_bind().dialect.name == "postgresql":
        name = "\n".join(scope.values())
        # Two with one key at the same moment: the second is told to wait rather than made to.
        # SQLite has one writer, so there the first has ended when the second begins.
        if not uow.session.scalar(
            sa.select(sa.func.pg_try_advisory_xact_lock(sa.func.hashtextextended(name, 0)))
        ):
            raise StillRunning
    row = uow.session.execute(sa.select(table).filter_by(**scope)).one_or_none()
    if row is None:
        return None
    if row.request_hash != _request_hash():
        raise KeyReused
    # To this very caller, whose right was asked when the answer was first given.
    decided_before()
    answer = Response(json.dumps(row.response), row.status, content_type="application/json")
    answer.headers["Idempotent-Replayed"] = "true"
    return answer


def _keep(uow: UnitOfWork, key: str, status: int, body: Any) -> None:
    values = _scope(key) | {
        "request_hash": _request_hash(),
        "status": status,
        "response": body,
        "created_at": uow.database.clock.now(),
    }
    uow.session.execute(sa.insert(uow.database.tables.idempotency), values)

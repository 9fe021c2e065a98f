"""Requests that create, made safe to repeat: one effect for each (caller, route, key), in the same transaction."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, replace
from functools import wraps
from typing import Any

import marshmallow as ma
import sqlalchemy as sa
from flask import Response, current_app, jsonify, request
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


# Caller, route, key: where one answer is kept.
Scope = tuple[str, str, str]


@dataclass(frozen=True, slots=True)
class Key:
    """Under which a request may be repeated: whose, for which route, and what its body was."""

    caller: str
    route: str
    key: str
    request_hash: str

    @property
    def scope(self) -> Scope:
        return self.caller, self.route, self.key


@dataclass(frozen=True, slots=True)
class Answer:
    """What a request that creates is answered, the first time and again."""

    status: int
    body: Any
    request_hash: str | None = None
    replayed: bool = False

    def again_for(self, key: Key) -> Answer:
        """The same for a repeat; KeyReused where that asks for something else."""
        if self.request_hash != key.request_hash:
            raise KeyReused
        return replace(self, replayed=True)

    def respond(self) -> Response:
        response = jsonify(self.body)
        response.status_code = self.status
        if self.replayed:
            response.headers["Idempotent-Replayed"] = "true"
        return response


def creates(
    bp: Blueprint, schema: type[ma.Schema], *, status: int = 201, version: int | None = None
) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Make a view one transaction that may be repeated.

    The view gets the open unit of work as its keyword `uow`, and what it returns is dumped with `schema`.
    The answer is kept beside the effect, so that a repeat gets it even if the first answer was lost.
    `version` is the one that such a thing begins with, where it can be edited: it is the answer's ETag.
    """

    def decorate(view: Callable[..., Any]) -> Callable[..., Any]:
        @wraps(view)
        def once(*args: Any, key: Key | None, **kwargs: Any) -> Answer:
            with current_app.extensions["deps"].unit_of_work() as uow:
                if key is not None:
                    _require_alone(uow, key)
                    if (before := answers(uow, [key]).get(key.scope)) is not None:
                        return before.again_for(key)
                answer = Answer(status, schema().dump(view(*args, uow=uow, **kwargs)))
                if key is not None:
                    keep(uow, {key: answer})
            return answer

        return hands_on(bp, schema, status=status, version=version)(once)

    return decorate


def hands_on(
    bp: Blueprint, schema: type[ma.Schema], *, status: int = 201, version: int | None = None
) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """As `creates`, for a view that leaves the transaction to somebody else: it gets the request's key (or None) as its
    keyword `key`, and returns the Answer that is, or was, kept under it.
    """

    def decorate(view: Callable[..., Any]) -> Callable[..., Any]:
        @bp.doc(parameters=[_DOCUMENTED])
        @bp.response(status, schema)
        @wraps(view)
        def answered(*args: Any, **kwargs: Any) -> Response:
            answer: Answer = view(*args, key=_key_of_request(), **kwargs)
            if answer.replayed:
                # To this very caller, whose right was asked when the answer was first given.
                decided_before()
            response = answer.respond()
            if version is not None:
                response.set_etag(str(version))
            return response

        decorated: Callable[..., Any] = answered
        return decorated

    return decorate


def answers(uow: UnitOfWork, keys: Collection[Key]) -> dict[Scope, Answer]:
    """What was answered to requests with such keys before, by scope."""
    table = uow.database.tables.idempotency
    scopes = sa.tuple_(table.c.caller, table.c.route, table.c.key)
    found = uow.session.execute(sa.select(table).where(scopes.in_([key.scope for key in keys])))
    return {
        (row.caller, row.route, row.key): Answer(row.status, row.response, row.request_hash)
        for row in found
    }


def keep(uow: UnitOfWork, answered: Mapping[Key, Answer]) -> None:
    """Keep answers beside their effects, in the same transaction."""
    now = uow.database.clock.now()
    rows = [
        {
            "caller": key.caller,
            "route": key.route,
            "key": key.key,
            "request_hash": key.request_hash,
            "status": answer.status,
            "response": answer.body,
            "created_at": now,
        }
        for key, answer in answered.items()
    ]
    uow.session.execute(sa.insert(uow.database.tables.idempotency), rows)


def _key_of_request() -> Key | None:
    key = request.headers.get(HEADER)
    if key is None:
        return None
    if not 0 < len(key) <= _LONGEST or not key.isprintable():
        raise Invalid(
            {
                HEADER: Text(
                    "Khóa dài từ 1 đến 200 ký tự in được.",
                    "A key has 1 to 200 printable characters.",
                )
            }
        )
    request_hash = hashlib.sha256(request.get_data()).hexdigest()
    # Nobody knows who is anonymous, so there a key belongs to its body: two people never share one.
    who = f"anonymous {request_hash}" if caller() is ANONYMOUS else caller().name
    return Key(who, f"{request.method} {request.path}"[:200], key, request_hash)


def _require_alone(uow: UnitOfWork, key: Key) -> None:
    """StillRunning where another request with this key has not ended."""
    if uow.session.get_bind().dialect.name != "postgresql":
        # SQLite has one writer, so there the first has ended when the second begins.
        return
    # The second is told to wait rather than made to.
    name = "\n".join(key.scope)
    if not uow.session.scalar(
        sa.select(sa.func.pg_try_advisory_xact_lock(sa.func.hashtextextended(name, 0)))
    ):
        raise StillRunning

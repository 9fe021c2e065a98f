"""Signing in, sessions and tokens."""

from __future__ import annotations

import hmac
from typing import Any
from uuid import UUID

from flask import Response

from services.community import operations
from services.community.deps import current_deps
from services.community.errors import SignInFailed, WrongClient
from services.community.models import Person, SignIn
from services.community.operations.signing_in import claims
from services.community.repository import UnitOfWork
from services.community.schemas import (
    AccessView,
    ClientRequest,
    DeliveryList,
    IdsRequest,
    SessionRequest,
    SignedInView,
    SignInProof,
    SignInRequest,
    SignInView,
)
from shared.http.access import ANYONE, allow, service
from shared.http.application import Blueprint
from shared.http.etags import with_etag
from shared.http.idempotency import creates
from shared.http.schemas import KeySet

bp = Blueprint("sign-ins", __name__, url_prefix="/v1", description="Signing in by mail")
keys = Blueprint("keys", __name__, description="The public keys of tokens")


@bp.post("/sign-ins")
@allow(ANYONE)
@bp.arguments(SignInRequest)
@creates(bp, SignInView, status=202)
def request_sign_in(asked: dict[str, Any], *, uow: UnitOfWork) -> SignIn:
    """Ask for a mail with a link and a code; the answer does not tell whether the address is known."""
    return operations.request_sign_in(uow, now=current_deps().clock.now(), **asked)


@bp.post("/sign-ins/<uuid:sign_in_id>/complete")
@allow(ANYONE)
@bp.arguments(SignInProof)
@bp.response(200, SignedInView)
def complete_sign_in(proof: dict[str, Any], sign_in_id: UUID) -> dict[str, Any]:
    """Sign in with what the mail held, in the browser that asked; once."""
    deps = current_deps()
    now = deps.clock.now()
    with deps.unit_of_work() as uow:
        done = operations.complete_sign_in(
            uow, deps.secrets, sign_in_id=sign_in_id, now=now, **proof
        )
        access = _access(uow, done[0]) if done is not None else None
    if done is None or access is None:
        raise SignInFailed
    return access | {"session": done[1]}


@bp.post("/sign-ins/delivery")
@allow(service("notifications"))
@bp.arguments(IdsRequest)
@bp.response(200, DeliveryList)
def deliver_sign_ins(wanted: dict[str, Any]) -> dict[str, Any]:
    """What the mails of these sign-ins say, for the sender; those that are over are left out."""
    deps = current_deps()
    with deps.unit_of_work(read_only=True) as uow:
        found = uow.sign_ins.open_among(wanted["ids"], deps.clock.now())
    items = [
        {
            "id": sign_in.id,
            "address": sign_in.email,
            "language": sign_in.language,
            "code": deps.secrets.code(sign_in.id),
            "token": deps.secrets.token(sign_in.id),
            "expires_at": sign_in.expires_at,
        }
        for sign_in in found
    ]
    return {"items": items, "next": None}


@bp.post("/sessions/token")
@allow(ANYONE)
@bp.arguments(SessionRequest)
@bp.response(200, AccessView)
def renew_token(held: dict[str, Any]) -> dict[str, Any]:
    """A new access token for a session that still holds."""
    deps = current_deps()
    with deps.unit_of_work(read_only=True) as uow:
        person = operations.resume_session(uow, secret=held["session"], now=deps.clock.now())
        return _access(uow, person)


@bp.post("/sessions/end")
@allow(ANYONE)
@bp.arguments(SessionRequest)
@bp.response(204)
def end_session(held: dict[str, Any]) -> None:
    """Sign out."""
    deps = current_deps()
    with deps.unit_of_work() as uow:
        operations.end_session(uow, secret=held["session"], now=deps.clock.now())


@bp.post("/service-tokens")
@allow(ANYONE)
@bp.arguments(ClientRequest)
@bp.response(200, AccessView)
def service_token(held: dict[str, Any]) -> dict[str, Any]:
    """A token for another service of this platform."""
    deps = current_deps()
    expected = deps.settings.client_secrets().get(held["client"], "")
    if not expected or not hmac.compare_digest(expected.encode(), held["secret"].encode()):
        raise WrongClient
    token, expires_at = deps.signer.issue(
        {"kind": "service", "sub": held["client"]}, now=deps.clock.now()
    )
    return {"access_token": token, "expires_at": expires_at}


@keys.get("/.well-known/jwks.json")
@allow(ANYONE)
@keys.response(200, KeySet)
def public_keys() -> Response:
    """The keys that verify access tokens (RFC 7517)."""
    deps = current_deps()
    document = deps.signer.public_keys()
    return with_etag(document, document["keys"][0]["kid"])


def _access(uow: UnitOfWork, person: Person) -> dict[str, Any]:
    deps = current_deps()
    now = deps.clock.now()
    token, expires_at = deps.signer.issue(claims(uow, person, now), now=now)
    return {"access_token": token, "expires_at": expires_at, "person": person}

"""Access tokens: short-lived JWTs that community signs and every service verifies with its public keys."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet, OKPKey

ALGORITHM = "Ed25519"
ISSUER, AUDIENCE = "community", "doithoai"
LIFETIME = timedelta(minutes=10)
_MOST_KNOWN = 4096


class InvalidToken(Exception):
    """Forged, expired, meant for something else, or signed with a key that nobody knows."""


def new_key() -> OKPKey:
    """A new Ed25519 key with its thumbprint as key id."""
    key = OKPKey.generate_key("Ed25519")
    key.ensure_kid()
    return key


def load_key(jwk: str) -> OKPKey:
    """A private Ed25519 key from its JWK as JSON text; ValueError where it is none."""
    try:
        key = OKPKey.import_key(json.loads(jwk))
    except (JoseError, ValueError, KeyError, TypeError) as error:
        raise ValueError("not an Ed25519 private key (JWK)") from error
    if not key.is_private or key.curve_name != "Ed25519":
        raise ValueError("not an Ed25519 private key (JWK)")
    key.ensure_kid()
    return key


@dataclass(frozen=True, slots=True)
class Caller:
    """Who calls: nobody, a person with roles, or another service."""

    person_id: UUID | None = None
    service: str | None = None
    roles: frozenset[tuple[UUID, str]] = frozenset()
    # (organisation, event): whoever delegates a door does so for events of that organisation only.
    doors: frozenset[tuple[UUID, UUID]] = frozenset()
    admin: bool = False

    def has(self, role: str, organisation: UUID | None) -> bool:
        """Whether the person holds `role` in that organisation; with None, in any."""
        if organisation is None:
            return any(held == role for _, held in self.roles)
        return (organisation, role) in self.roles

    @property
    def name(self) -> str:
        """Scope of this caller's idempotency keys."""
        return str(self.person_id or self.service or "anonymous")


ANONYMOUS = Caller()


class Signer:
    """Issues tokens (community only)."""

    def __init__(self, key: OKPKey) -> None:
        self._key = key

    def issue(self, claims: dict[str, Any], *, now: datetime) -> tuple[str, datetime]:
        """A token with these claims, and when it ends."""
        expires_at = now + LIFETIME
        standard = {
            "iss": ISSUER,
            "aud": AUDIENCE,
            "iat": int(now.timestamp()),
            "exp": int(expires_at.timestamp()),
        }
        token = jwt.encode(
            {"alg": ALGORITHM, "kid": self._key.kid},
            claims | standard,
            self._key,
            algorithms=[ALGORITHM],
        )
        return token, expires_at

    def public_keys(self) -> dict[str, Any]:
        """The JWKS document."""
        return dict(KeySet([self._key]).as_dict(private=False))


class Verifier:
    """Verifies tokens with keys that it fetches and keeps; an unknown key id asks for them again, not too often."""

    def __init__(
        self, fetch: Callable[[], dict[str, Any]], *, refetch_seconds: float = 10.0
    ) -> None:
        self._fetch = fetch
        self._refetch_seconds = refetch_seconds
        self._keys: KeySet | None = None
        self._fetched = float("-inf")
        self._lock = threading.Lock()
        # Tokens that were good at a moment, until when they are: the same one comes with each request of a person.
        self._known: dict[str, tuple[Caller, datetime, datetime]] = {}

    def caller(self, token: str, *, now: datetime) -> Caller:
        """Who a token speaks for, or InvalidToken. An issuer that is away raises what `fetch` raises."""
        known = self._known.get(token)
        if known is not None and known[1] <= now < known[2]:
            return known[0]
        caller, ends = self._read(token, now)
        if len(self._known) >= _MOST_KNOWN:
            self._known = {}
        self._known[token] = caller, now, ends
        return caller

    def _read(self, token: str, now: datetime) -> tuple[Caller, datetime]:
        try:
            claims = self._verified(token)
            registry = jwt.JWTClaimsRegistry(
                now=int(now.timestamp()),
                leeway=5,
                iss={"essential": True, "value": ISSUER},
                aud={"essential": True, "value": AUDIENCE},
                exp={"essential": True},
                sub={"essential": True},
            )
            registry.validate(claims)
            ends = datetime.fromtimestamp(claims["exp"], UTC)
            if claims["kind"] == "service":
                return Caller(service=str(claims["sub"])), ends
            if claims["kind"] != "person":
                raise InvalidToken
            person = Caller(
                person_id=UUID(claims["sub"]),
                roles=frozenset(
                    (UUID(organisation), str(role)) for organisation, role in claims["roles"]
                ),
                doors=frozenset(
                    (UUID(organisation), UUID(event)) for organisation, event in claims["doors"]
                ),
                admin=claims["admin"] is True,
            )
            return person, ends
        except (JoseError, ValueError, KeyError, TypeError, OverflowError) as error:
            raise InvalidToken from error

    def _verified(self, token: str) -> dict[str, Any]:
        keys = self._current()
        try:
            return dict(jwt.decode(token, keys, algorithms=[ALGORITHM]).claims)
        except (JoseError, ValueError):
            fresh = self._current(again=True)
            if fresh is keys:
                raise
            return dict(jwt.decode(token, fresh, algorithms=[ALGORITHM]).claims)

    def _current(self, *, again: bool = False) -> KeySet:
        with self._lock:
            waited = time.monotonic() - self._fetched
            if self._keys is None or (again and waited > self._refetch_seconds):
                self._keys = KeySet.import_key_set(self._fetch())  # type: ignore[arg-type]
                self._fetched = time.monotonic()
            return self._keys

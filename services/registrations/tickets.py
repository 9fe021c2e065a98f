"""Tickets: an Ed25519 signature over (registration, event, issue), so that a door needs only the public key.

101 bytes: version, issue, registration, event, signature; in URL-safe Base64. No personal data.
"""

from __future__ import annotations

import base64
import binascii
import struct
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from cryptography.exceptions import InvalidSignature
from joserfc.jwk import KeySet, OKPKey

from services.registrations.errors import TicketInvalid

_VERSION = 1
_HEAD = struct.Struct(">BH16s16s")
_SIGNATURE_BYTES = 64


@dataclass(frozen=True, slots=True)
class Ticket:
    """What a ticket says."""

    registration_id: UUID
    event_id: UUID
    issue: int


class TicketReader:
    """Reads tickets with the public key alone."""

    def __init__(self, key: OKPKey) -> None:
        self._key = key

    def read(self, token: str) -> Ticket:
        """What a ticket says, or TicketInvalid("forged")."""
        try:
            raw = base64.b64decode(token.strip().encode("ascii"), altchars=b"-_", validate=True)
            head, signature = raw[: _HEAD.size], raw[_HEAD.size :]
            version, issue, registration, event = _HEAD.unpack(head)
            self._key.public_key.verify(signature, head)  # type: ignore[union-attr]
        except (ValueError, struct.error, binascii.Error, InvalidSignature):
            raise TicketInvalid("forged") from None
        if version != _VERSION or len(signature) != _SIGNATURE_BYTES:
            raise TicketInvalid("forged")
        return Ticket(UUID(bytes=registration), UUID(bytes=event), issue)

    def public_keys(self) -> dict[str, Any]:
        """The key as JWKS, for doors that work without network."""
        return dict(KeySet([self._key]).as_dict(private=False))


class TicketSigner(TicketReader):
    """Issues tickets."""

    def sign(self, *, registration_id: UUID, event_id: UUID, issue: int) -> str:
        head = _HEAD.pack(_VERSION, issue, registration_id.bytes, event_id.bytes)
        signature = self._key.private_key.sign(head)  # type: ignore[union-attr]
        return base64.urlsafe_b64encode(head + signature).decode()

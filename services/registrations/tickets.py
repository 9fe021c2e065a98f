"""Tickets: an Ed25519 signature over (registration, event, issue), so that a door needs only the public key.

99 bytes: version, issue, registration, event, signature. No personal data. They are written with 41 capital letters,
digits and marks, two bytes in three of them: QR codes have a denser mode for these, so the code has 41 squares a side
where Base64 has 49. RFC 9285 does the same with 45, of which forms and addresses change the space, the % and the +.
Tickets from before are in URL-safe Base64, and still read.
"""

from __future__ import annotations

import base64
import binascii
import struct
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from cryptography.exceptions import InvalidSignature
from joserfc import jws
from joserfc.jwk import KeySet, OKPKey

from services.registrations.errors import TicketInvalid
from shared.tokens import ALGORITHM

_VERSION = 1
_HEAD = struct.Struct(">BH16s16s")
_SIGNATURE_BYTES = 64
_PREFIX = "DT2."
_ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ$*-./"
_BASE = len(_ALPHABET)
_VALUES = {letter: value for value, letter in enumerate(_ALPHABET)}


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
            raw = decoded(token.strip())
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
    """Issues tickets, and the lists that doors take with them."""

    def sign(self, *, registration_id: UUID, event_id: UUID, issue: int) -> str:
        head = _HEAD.pack(_VERSION, issue, registration_id.bytes, event_id.bytes)
        signature = self._key.private_key.sign(head)  # type: ignore[union-attr]
        return _PREFIX + encoded(head + signature)

    def sign_list(self, claims: bytes) -> str:
        """A door's list as JWS (RFC 7515); it begins with "ey", so that it is never taken for a ticket."""
        head = {"alg": ALGORITHM, "kid": self._key.kid, "typ": "door-list"}
        return jws.serialize_compact(head, claims, self._key, algorithms=[ALGORITHM])


def encoded(raw: bytes) -> str:
    """Two bytes in three letters, a last single one in two."""
    letters = []
    for start in range(0, len(raw), 2):
        pair = raw[start : start + 2]
        value = int.from_bytes(pair)
        for _ in range(len(pair) + 1):
            value, letter = divmod(value, _BASE)
            letters.append(_ALPHABET[letter])
    return "".join(letters)


def decoded(token: str) -> bytes:
    """The bytes of a ticket; ValueError where it is none. Each ticket is written in one way alone."""
    if not token.startswith(_PREFIX):
        return base64.b64decode(token.encode("ascii"), altchars=b"-_", validate=True)
    text, raw = token.removeprefix(_PREFIX), b""
    for start in range(0, len(text), 3):
        letters = text[start : start + 3]
        value = 0
        for letter in reversed(letters):
            if letter not in _VALUES:
                raise ValueError("a letter that no ticket has")
            value = value * _BASE + _VALUES[letter]
        if len(letters) == 1 or value >= 256 ** (len(letters) - 1):
            raise ValueError("no ticket is written like that")
        raw += value.to_bytes(len(letters) - 1)
    return raw

"""The secret in a nominee's link: made from the nominee's id, so that it is stored nowhere and a mail sent twice says the same.

It serves this one purpose: its key is derived from that of the tickets for nothing else, and a nominee who was replaced, or whose
list is closed, is refused whatever the link says.
"""

from __future__ import annotations

import base64
import hmac
from uuid import UUID

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from joserfc.jwk import OKPKey

from shared.http.problems import NotFound

_PURPOSE = b"doithoai nominee link 1"


class NomineeLinks:
    """Makes and knows the secrets of links."""

    def __init__(self, key: OKPKey) -> None:
        private = key.private_key
        assert isinstance(private, Ed25519PrivateKey)
        derive = HKDF(algorithm=SHA256(), length=32, salt=None, info=_PURPOSE)
        self._key = derive.derive(private.private_bytes_raw())

    def secret(self, nominee_id: UUID) -> str:
        """256 bits, as they stand in an address."""
        mac = hmac.digest(self._key, nominee_id.bytes, "sha256")
        return base64.urlsafe_b64encode(mac).decode().rstrip("=")

    def require(self, nominee_id: UUID, secret: str) -> None:
        """NotFound unless the secret is this nominee's: ids tell nothing. Compared in constant time."""
        if not hmac.compare_digest(self.secret(nominee_id).encode(), secret.encode()):
            raise NotFound

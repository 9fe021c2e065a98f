"""Settings of community."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from shared.settings import Settings, setting


@dataclass(frozen=True, kw_only=True)
class CommunitySettings(Settings):
    service: ClassVar[str] = "community"

    signing_key: str = setting(
        doc="Ed25519 private key (JWK) that signs access tokens", secret=True, key=True
    )
    sign_in_key: str = setting(
        doc="Key of which the codes and links of sign-in mails are made", secret=True
    )
    service_clients: str = setting(
        "", doc="Services that get tokens of their own: name:secret,name:secret", secret=True
    )

    def client_secrets(self) -> dict[str, str]:
        """The secrets by service."""
        pairs = (pair.partition(":") for pair in self.service_clients.split(",") if pair)
        return {name.strip(): secret.strip() for name, _, secret in pairs}

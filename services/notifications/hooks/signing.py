"""Signatures by Standard Webhooks (https://www.standardwebhooks.com, version 1): symmetric, `v1`."""

from __future__ import annotations

import base64
import secrets
from collections.abc import Iterable
from datetime import datetime

from standardwebhooks import Webhook

PREFIX = "whsec_"
_BYTES = 32


def new_secret() -> str:
    """A secret in the form that every library of the standard takes: `whsec_` and base64."""
    return PREFIX + base64.b64encode(secrets.token_bytes(_BYTES)).decode()


def signed(id: str, body: str, *, at: datetime, secrets: Iterable[str]) -> dict[str, str]:
    """The headers of a webhook; with more than one secret, a signature by each, so that either verifies.

    `id` is the same at every try of one webhook, `at` is the time of this try.
    """
    signatures = [Webhook(secret).sign(id, at, body) for secret in secrets]
    return {
        "webhook-id": id,
        "webhook-timestamp": str(int(at.timestamp())),
        "webhook-signature": " ".join(signatures),
    }

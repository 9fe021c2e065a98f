"""The secrets of a deployment: made once, kept in one folder that only its owner reads."""

from __future__ import annotations

import json
import os
import secrets
from pathlib import Path

from shared.tokens import new_key

SERVICES_WITH_TOKENS = ("notifications",)


def make() -> dict[str, str]:
    """New values for every secret setting that is not an address."""
    clients = {name: secrets.token_urlsafe(32) for name in SERVICES_WITH_TOKENS}
    return {
        "SIGNING_KEY": json.dumps(new_key().as_dict(private=True)),
        "TICKET_KEY": json.dumps(new_key().as_dict(private=True)),
        "SIGN_IN_KEY": secrets.token_urlsafe(32),
        "SECRET_KEY": secrets.token_urlsafe(32),
        "SERVICE_CLIENTS": ",".join(f"{name}:{secret}" for name, secret in clients.items()),
        "NOTIFICATIONS_CLIENT_SECRET": clients["notifications"],
    }


def load_or_make(folder: Path) -> dict[str, str]:
    """The secrets kept in `folder`, a file each; those that are missing are made.

    An existing file is never replaced: a new key would end every session and void every ticket.
    """
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    kept = {}
    for name, value in make().items():
        file = folder / name.lower()
        if not file.exists():
            _write(file, value)
        kept[name] = file.read_text().strip()
    # The two that must agree come from one place.
    client, _, secret = kept["SERVICE_CLIENTS"].partition(":")
    if client == "notifications" and secret != kept["NOTIFICATIONS_CLIENT_SECRET"]:
        _write(folder / "notifications_client_secret", secret)
        kept["NOTIFICATIONS_CLIENT_SECRET"] = secret
    return kept


def _write(file: Path, value: str) -> None:
    partial = file.with_suffix(".new")
    descriptor = os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w") as opened:
        opened.write(value + "\n")
        opened.flush()
        os.fsync(opened.fileno())
    partial.replace(file)

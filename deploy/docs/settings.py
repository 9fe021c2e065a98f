"""The page of settings."""

from __future__ import annotations

from typing import Any

from deploy.embedded import SERVICES
from services.web.settings import Settings as WebSettings
from shared.settings import Settings

_BESIDE = """
## docker-compose.yml

It reads PUBLIC_URL, WORKERS, THREADS and the settings of mails, secrets from files alone, and beside them:

| name | default | what it says |
|---|---|---|
| `PROXY_ADDRESS`, `PROXY_PORT` | `127.0.0.1`, `8000` | Where the proxy listens; PUBLIC_URL follows the port where it is not set |
| `PROXY_BEHIND_TLS` |  | 1 where something in front of the proxy ends TLS and nobody else can reach the proxy: its `X-Forwarded-Proto` is passed on. Without, it is replaced like everything that callers say about themselves |
| `SECRETS` | `./deploy/secrets` | Folder that `doithoai secrets` made |
| `VERSION` | `local` | Of the images |

The portal itself takes from PUBLIC_URL alone whether people come by HTTPS, never from a header: `https://…` makes its cookies `Secure` and
sends `Strict-Transport-Security`.

## doithoai serve, doithoai up

They take PUBLIC_URL (default: the address that they listen on), HOST (`serve`), PORT, DATA (`serve`), DEMO, and every setting of mails; `up` also DATABASE_URL and
BROKER_URL. Everything else they set themselves. The folder of their data is for its owner alone, and for one of them at a time.

## What answers this machine only

`/metrics`, and each service's at `/api/<service>/metrics`, answer requests whose whole way (`X-Forwarded-For` included) lies on this machine, and 404 others; so
does `/outbox`, which DEMO=1 alone turns on. In front of containers the proxy shows neither, and the figures are asked for inside, at port 8000 of an api role and
HEALTH_PORT of the others. `doithoai up` likewise shows none at its address.
"""


def settings_page() -> str:
    """Every setting of every service."""
    text = "# Settings\n\nRead from the environment: `NAME`, or the file that `NAME_FILE` points to. A secret is never logged.\n"
    listed: tuple[tuple[str, Any], ...] = (
        *((service.name, service.settings) for service in SERVICES),
        ("web", WebSettings),
    )
    common = {(row.name, row.doc) for row in Settings.documented()}
    for title, settings in (("every service", Settings), *listed):
        rows = [
            row
            for row in settings.documented()
            if settings is Settings or (row.name, row.doc) not in common
        ]
        text += f"\n## {title}\n\n| name | default | what it says |\n|---|---|---|\n"
        for row in rows:
            default = f"`{row.default}`" if row.default else ""
            text += f"| `{row.name}` | {default} | {row.doc}{' (secret)' if row.secret else ''} |\n"
    return text + _BESIDE

"""The page of settings."""

from __future__ import annotations

from typing import Any

from deploy.embedded import SERVICES
from services.web.settings import Settings as WebSettings
from shared.settings import Settings


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
    return text

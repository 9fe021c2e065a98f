"""The library of fields that are often asked, as data: `field_templates.json`."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from services.registrations.models import Field


def _read() -> list[dict[str, Any]]:
    kept = json.loads(Path(__file__).with_suffix(".json").read_text(encoding="utf-8"))
    return [
        one | {"fields": [Field.of({"options": ()} | field) for field in one["fields"]]}
        for one in kept
    ]


TEMPLATES = _read()

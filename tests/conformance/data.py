"""Where third-party data to test against lies; without it these tests are skipped with one line."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest


def conformance_data(*names: str) -> Path:
    """A file or folder below CONFORMANCE_DATA; skips the test where it is unset."""
    folder = os.environ.get("CONFORMANCE_DATA")
    if not folder:
        pytest.skip("CONFORMANCE_DATA is not set")
    return Path(folder).joinpath(*names)


def conformance_json(*names: str) -> Any:
    return json.loads(conformance_data(*names).read_text(encoding="utf-8"))

"""The OpenAPI documents, read by a linter of others: nothing to warn of."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
REDOCLY = ROOT / "node_modules" / "@redocly" / "cli" / "bin" / "cli.js"
DOCUMENTS = sorted((ROOT / "docs" / "api").glob("*.json"))
NODE = shutil.which("node", path=f"{os.environ['PATH']}:{Path(sys.executable).parent}")
needs_redocly = pytest.mark.skipif(
    not (REDOCLY.exists() and NODE), reason="needs node and node_modules/@redocly/cli"
)


def findings(document: Path) -> list[str]:
    """What the linter's recommended rules say of a document."""
    done = subprocess.run(
        [str(NODE), str(REDOCLY), "lint", str(document), "--extends=recommended", "--format=json"],
        cwd=document.parent,
        env=os.environ | {"REDOCLY_TELEMETRY": "off", "REDOCLY_SUPPRESS_UPDATE_NOTICE": "true"},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    problems = json.loads(done.stdout)["problems"]
    return [f"{one['ruleId']}: {one['location'][0].get('pointer')}" for one in problems]


@needs_redocly
@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.stem)
def test_a_linter_has_nothing_to_say_of_a_document(document: Path) -> None:
    """Neither an error nor a warning."""
    assert findings(document) == []


@needs_redocly
def test_the_linter_finds_what_is_wrong(tmp_path: Path) -> None:
    """The negative control: an operation that says nothing of who may call it, and has no name."""
    document = json.loads(DOCUMENTS[0].read_text(encoding="utf-8"))
    operation = next(iter(next(iter(document["paths"].values())).values()))
    del operation["security"], operation["operationId"]
    changed = tmp_path / "changed.json"
    changed.write_text(json.dumps(document))

    rules = {one.partition(":")[0] for one in findings(changed)}

    assert rules >= {"security-defined", "operation-operationId"}

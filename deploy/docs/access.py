"""The OpenAPI documents, and the page of who may call what."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from flask import Flask

from deploy.embedded import Options, Platform


def openapi_documents() -> dict[str, dict[str, Any]]:
    """The OpenAPI document of each service, as it serves it."""
    with tempfile.TemporaryDirectory() as folder:
        platform = Platform(Options(data=Path(folder)))
        documents = {name: openapi_document(app) for name, app in platform.apps.items()}
        platform.stop()
    return documents


def openapi_document(app: Flask) -> dict[str, Any]:
    return dict(app.test_client().get("/v1/openapi.json").get_json())


def operations(document: dict[str, Any]) -> Iterator[tuple[str, str, dict[str, Any]]]:
    """(method, path, operation) of a document."""
    for path, item in document["paths"].items():
        for method, operation in item.items():
            if method in ("get", "post", "put", "patch", "delete"):
                yield method.upper(), path, operation


def access_page(documents: dict[str, dict[str, Any]]) -> str:
    """Who may call what, as the routes declare it."""
    text = "# Who may call what\n\nDeny is the default. *own*, *organiser*, *officer*, *leader* and *door* are decided for the object that is asked for; what one may not see looks like what is not there (404).\n"
    for name, document in documents.items():
        text += f"\n## {name}\n\n| operation | who may | what it does |\n|---|---|---|\n"
        for method, path, operation in operations(document):
            text += f"| `{method} {path}` | {', '.join(operation['x-who-may'])} | {operation.get('summary', '')} |\n"
    return text

"""Hostile text in every text field of every operation: kept and shown exactly, or refused with 4xx; never 5xx."""

from __future__ import annotations

import random
from collections.abc import Iterator
from typing import Any

import pytest

from deploy import docs
from deploy.embedded import Options, Platform
from tests.architecture.policy import BODIES, POLICY
from tests.conformance.data import conformance_json
from tests.support.scene import Scene

# So many of the strings for each field; all of them come to be used, on some field.
SAMPLE = 16
# What is a secret, an id or a key of its own is not shown again.
HIDDEN = {"secret", "session", "browser", "browser_nonce", "code", "token", "ticket"}


@pytest.fixture(scope="module")
def scene(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Scene]:
    platform = Platform(Options(data=tmp_path_factory.mktemp("platform")))
    platform.start()
    yield Scene(platform)
    platform.stop()


@pytest.mark.slow
@pytest.mark.timeout(900)
def test_every_text_field_keeps_hostile_text_or_refuses_it(scene: Scene) -> None:
    """The collection of strings that break things, field by field; the seed is fixed by the field."""
    strings = conformance_json("strings", "naughty-strings.json")
    documents = {name: docs.openapi_document(app) for name, app in scene.platform.apps.items()}
    broken, changed, asked = [], [], 0
    for name, body in BODIES.items():
        service, method, path = name.split(" ", 2)
        for field in text_fields(documents[service], method, path):
            for text in random.Random(f"{name} {field}").sample(strings, SAMPLE):
                asked += 1
                sent = put({**body, **anew(body, asked)}, field, text)
                # A reason is given once: the next goes to another event.
                answer = scene.call(
                    service,
                    method,
                    path,
                    sent,
                    caller=caller(name),
                    target="own",
                    changes="reason" in body,
                )
                said = f"{name} {'.'.join(field)}: {answer.status_code} {text[:60]!r}"
                if answer.status_code >= 500:
                    broken.append(said)
                elif answer.status_code < 300 and field[-1] not in HIDDEN:
                    shown = dig(answer.get_json(silent=True), field)
                    # One line of text loses the space around it, on purpose.
                    if shown is not None and shown not in (text, text.strip()):
                        changed.append(f"{said} became {shown[:60]!r}")
    print(f"{asked} requests with hostile text")
    assert broken == []
    assert changed == []
    assert asked > 1000


def text_fields(document: dict[str, Any], method: str, path: str) -> Iterator[tuple[str, ...]]:
    """The paths of the free texts in the body of an operation."""
    operation = document["paths"][path][method.lower()]
    # A file that is uploaded has a reader of its own, with tests of its own.
    if (json := operation["requestBody"]["content"].get("application/json")) is not None:
        yield from _texts(document, json["schema"], ())


def _texts(
    document: dict[str, Any], schema: dict[str, Any], path: tuple[str, ...]
) -> Iterator[tuple[str, ...]]:
    for one in (schema, *schema.get("anyOf", ()), *schema.get("allOf", ())):
        if "$ref" in one:
            name = one["$ref"].rsplit("/", 1)[-1]
            yield from _texts(document, document["components"]["schemas"][name], path)
        for name, inner in one.get("properties", {}).items():
            yield from _texts(document, inner, (*path, name))
        kinds = one.get("type", ())
        if "string" in ([kinds] if isinstance(kinds, str) else kinds) and "format" not in one:
            yield path


def anew(body: dict[str, Any], number: int) -> dict[str, Any]:
    """What makes a call the first of its kind: a known version keeps its text, and a known person their name."""
    values = {"version": 1 + number, "email": f"p{number}@test.example"}
    return {name: value for name, value in values.items() if name in body and "purpose" not in body}


def put(body: Any, path: tuple[str, ...], text: str) -> Any:
    """The body with `text` at `path`; what a path needs around it is made."""
    name, *rest = path
    inner = (body or {}).get(name)
    if rest:
        around = inner if isinstance(inner, dict) else {"vi": "Đối thoại"}
        around = around if "vi" in rest or "en" in rest else {}
        return {**(body or {}), name: put(around, tuple(rest), text)}
    return {**(body or {}), name: text}


def dig(value: Any, path: tuple[str, ...]) -> Any:
    for name in path:
        value = value.get(name) if isinstance(value, dict) else None
    return value if isinstance(value, str) else None


def caller(name: str) -> str:
    grants = set(POLICY[name].split())
    if "service:notifications" in grants:
        return "notifications"
    if "organiser" in grants and "own" not in grants:
        return "organiser"
    return "attendee A" if grants & {"own", "person", "anyone"} else "admin"

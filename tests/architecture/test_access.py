"""Who may call what: every operation of every service, by everybody, on one's own, another's and a missing object.

The operations come from the OpenAPI documents, the rules from `policy.py`, written by hand from the design: an
operation that the policy does not name fails here, and so does one whose route declares otherwise.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from deploy import docs
from deploy.embedded import Options, Platform
from shared.ids import new_id
from tests.architecture.policy import BODIES, CASES, POLICY, SERVICES_THAT_CALL
from tests.support.scene import CALLERS, Scene

TARGETS = ("own", "another's", "missing")
REFUSED = {401, 403, 404}
INJECTED = {
    "role": "admin",
    "organisation_id": str(new_id()),
    "status": "confirmed",
    "checked_in": True,
    "checked_in_at": "2026-01-01T00:00:00Z",
    "id": str(new_id()),
    "person_id": str(new_id()),
    "admin": True,
}


@pytest.fixture(scope="module")
def scene(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Scene]:
    platform = Platform(Options(data=tmp_path_factory.mktemp("platform"), demo=False))
    platform.start()
    yield Scene(platform)
    platform.stop()


@pytest.fixture(scope="module")
def documents(scene: Scene) -> dict[str, dict[str, Any]]:
    return {name: docs.openapi_document(app) for name, app in scene.platform.apps.items()}


def operations(
    documents: dict[str, dict[str, Any]],
) -> Iterator[tuple[str, str, str, dict[str, Any]]]:
    for service, document in documents.items():
        for method, path, operation in docs.operations(document):
            yield service, method, path, operation


def test_every_operation_is_named_by_the_policy_and_declares_the_same(
    documents: dict[str, dict[str, Any]],
) -> None:
    """And the policy names none that does not exist."""
    declared = {
        f"{service} {method} {path}": set(operation["x-who-may"])
        for service, method, path, operation in operations(documents)
    }
    assert declared == {name: set(who.split()) for name, who in POLICY.items()}


@pytest.mark.timeout(900)  # thousands of requests, on a machine that does other things, too
@pytest.mark.slow
def test_nobody_reaches_what_is_not_theirs(
    scene: Scene, documents: dict[str, dict[str, Any]]
) -> None:
    """Denied means 401, 403 or 404; allowed means anything but 401 and 403; never 5xx. The count is printed."""
    found = Probe(scene)
    for service, method, path, _ in operations(documents):
        name = f"{service} {method} {path}"
        for query, who in CASES.get(name, (("", POLICY[name]),)):
            found.ask(name, query, who)
    print(f"{found.asked} requests, {len(found.leaks)} leaks")
    assert found.leaks == []
    assert found.wrong == []
    assert found.asked > 1000


def test_a_route_that_lets_in_more_than_the_policy_is_found(scene: Scene) -> None:
    """Negative control: with a grant less in the policy, the same probe reports exactly who comes in without it."""
    found = Probe(scene)
    found.ask("registrations GET /v1/registrations/{registration_id}", "", "own admin")
    assert [leak.partition(" by ")[2] for leak in found.leaks] == [
        "organiser on own: 200",
        "organiser of another organisation on another's: 200",
    ]


class Probe:
    """Asks for an operation as everybody, and keeps what contradicts the policy."""

    def __init__(self, scene: Scene) -> None:
        self._scene = scene
        self.asked = 0
        self.leaks: list[str] = []
        self.wrong: list[str] = []

    def ask(self, name: str, query: str, who: str) -> None:
        """`who` may, nobody else; every caller tries, on each target if there is one."""
        service, method, path = name.split(" ", 2)
        body = BODIES.get(name)
        named = any(word in f"{query}{body}" for word in ("$organisation", "$draft"))
        about_an_object = "{" in path or named or "$event" in query
        for caller in CALLERS:
            for target in TARGETS if about_an_object else ("own",):
                may = self._scene.may(who.split(), caller, target)
                answer = self._scene.call(
                    service,
                    method,
                    path + query,
                    body,
                    caller=caller,
                    target=target,
                    changes=may and method != "GET",
                )
                self.asked += 1
                said = f"{name}{query} by {caller} on {target}: {answer.status_code}"
                # What is missing is 404 to everybody; a wrong sign-in proof is nobody's refusal.
                denials = {401, 403} if target == "missing" or "sign_in_id" in path else REFUSED
                if answer.status_code >= 500:
                    self.wrong.append(said)
                elif not may and answer.status_code not in REFUSED:
                    self.leaks.append(said)
                elif may and answer.status_code in denials:
                    self.wrong.append(f"{said} {answer.get_data(as_text=True)[:200]}")


def test_no_body_sets_what_it_does_not_offer(
    scene: Scene, documents: dict[str, dict[str, Any]]
) -> None:
    """Fields like role, status and id are refused by name wherever they are not part of the shape."""
    asked = 0
    for service, method, path, operation in operations(documents):
        name = f"{service} {method} {path}"
        body = BODIES.get(name)
        if method not in ("POST", "PATCH", "PUT") or not isinstance(body, dict):
            continue
        if "requestBody" not in operation:
            continue
        offered = _fields(documents[service], operation)
        for field, value in INJECTED.items():
            if field in offered:
                continue
            answer = scene.call(
                service,
                method,
                path,
                {**body, field: value},
                caller=_allowed(POLICY[name].split()),
                target="own",
            )
            asked += 1
            assert answer.status_code == 422, f"{name} took {field}: {answer.status_code}"
            assert field in {error["field"] for error in answer.get_json(force=True)["errors"]}, (
                name
            )
    assert asked > 50


def test_services_call_only_what_the_design_lets_them(documents: dict[str, dict[str, Any]]) -> None:
    """The worker that sends notices is the only one with a token of its own."""
    found = {
        who
        for _, _, _, operation in operations(documents)
        for who in operation["x-who-may"]
        if who.startswith("service:")
    }
    assert found == {f"service:{name}" for name in SERVICES_THAT_CALL}


def _fields(document: dict[str, Any], operation: dict[str, Any]) -> set[str]:
    schema = operation["requestBody"]["content"]["application/json"]["schema"]
    reference = schema.get("$ref", "").rsplit("/", 1)[-1]
    return set(document["components"]["schemas"].get(reference, schema).get("properties", {}))


def _allowed(grants: list[str]) -> str:
    if any(grant.startswith("service:") for grant in grants):
        return "notifications"
    if "organiser" in grants and "own" not in grants:
        return "organiser"
    return "attendee A" if {"person", "own", "anyone"} & set(grants) else "admin"


def test_the_policy_file_is_the_only_copy(tmp_path: Path) -> None:
    """What is generated for readers comes from the routes, which equal the policy."""
    page = (Path(__file__).resolve().parents[2] / "docs" / "access.md").read_text()
    for name in POLICY:
        _, method, path = name.split(" ", 2)
        assert f"`{method} {path}`" in page

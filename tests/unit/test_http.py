"""Problems, strict reading and the deny-by-default of routes, on an app of two routes."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import marshmallow as ma
import pytest
from flask.testing import FlaskClient
from jsonschema import Draft7Validator
from marshmallow import fields

from shared.http.access import ANYONE, ORGANISER, OWN, allow, permit
from shared.http.application import Blueprint, create_api
from shared.ids import new_id
from shared.tokens import Signer, Verifier, new_key
from tests.support.clocks import FixedClock
from tests.support.harness import SIGNER, Person
from tests.support.toy import toy

OWNER = new_id()
bp = Blueprint("toy", __name__, url_prefix="/v1")


class Thing(ma.Schema):
    name = fields.String(required=True)
    data = fields.Raw(load_default=None)


@bp.post("/things")
@allow(ANYONE)
@bp.arguments(Thing)
@bp.response(200, Thing)
def echo(thing: dict[str, Any]) -> dict[str, Any]:
    """Say it again."""
    return thing


@bp.get("/mine")
@allow(OWN, ORGANISER)
@bp.response(200, Thing)
def mine() -> dict[str, Any]:
    """Only for the owner."""
    permit(owner=OWNER)
    return {"name": "mine"}


@bp.get("/forgetful")
@allow(OWN)
@bp.response(200, Thing)
def forgetful() -> dict[str, Any]:
    """Declares who may, and never asks."""
    return {"name": "leaked"}


@bp.get("/broken")
@allow(ANYONE)
def broken() -> dict[str, Any]:
    """A bug."""
    raise LookupError("secret-canary")


@pytest.fixture
def client(tmp_path: Path) -> Iterator[FlaskClient]:
    clock = FixedClock()
    database = toy(f"sqlite:///{tmp_path}/toy.db", clock=clock).database
    app = create_api(
        "toy",
        description="",
        blueprints=[bp],
        deps=None,
        database=database,
        verifier=Verifier(SIGNER.public_keys),
        clock=clock,
    )
    yield app.test_client()
    database.close()


def bearer(person: Person) -> dict[str, str]:
    return {"Authorization": f"Bearer {SIGNER.issue(person.claims(), now=FixedClock().now())[0]}"}


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"NaN",
        b'{"name": NaN}',
        b"\xff",
        b'{"name":"a","name":"b"}',
        b'{"a":' + b"[" * 65 + b"]" * 65 + b"}",
        b"[" * 100_000,
    ],
)
def test_what_is_not_json_is_400(client: FlaskClient, body: bytes) -> None:
    """Also NaN, a name twice, and nesting beyond 64."""
    answer = client.post("/v1/things", data=body, content_type="application/json")
    assert (answer.status_code, answer.content_type) == (400, "application/problem+json")


@pytest.mark.parametrize("name", ["a\\u0000", "\\ud800"])
def test_text_that_cannot_be_kept_is_422_and_names_the_field(
    client: FlaskClient, name: str
) -> None:
    """NUL and lone surrogates."""
    answer = client.post("/v1/things", data=f'{{"name":"{name}"}}', content_type="application/json")
    assert answer.status_code == 422
    assert json.loads(answer.data)["errors"][0]["field"] == "name"


def test_a_body_over_one_mebibyte_is_413(client: FlaskClient) -> None:
    """A problem document like every other."""
    answer = client.post("/v1/things", json={"name": "x" * 1024 * 1024})
    assert (answer.status_code, json.loads(answer.data)["title"]) == (413, "Nội dung quá lớn")


def test_a_method_that_is_not_used_keeps_allow(client: FlaskClient) -> None:
    """RFC 9110, section 15.5.6."""
    answer = client.delete("/v1/things")
    assert answer.status_code == 405
    assert "POST" in answer.headers["Allow"]


def test_a_bug_is_500_and_tells_nothing_of_what_it_saw(
    client: FlaskClient, capfd: pytest.CaptureFixture[str]
) -> None:
    """Neither in the answer nor in the log."""
    answer = client.get("/v1/broken")
    assert answer.status_code == 500
    assert b"canary" not in answer.data
    assert "canary" not in "".join(capfd.readouterr())


def test_who_may_is_decided_for_the_object(client: FlaskClient) -> None:
    """Nobody 401; a stranger 404, as if there were nothing; the owner gets it."""
    assert client.get("/v1/mine").status_code == 401
    assert client.get("/v1/mine", headers=bearer(Person())).status_code == 404
    assert client.get("/v1/mine", headers=bearer(Person(OWNER))).status_code == 200


def test_a_route_that_forgets_to_ask_does_not_answer(client: FlaskClient) -> None:
    """The mistake is an error, not a leak."""
    answer = client.get("/v1/forgetful", headers=bearer(Person()))
    assert answer.status_code == 500
    assert b"leaked" not in answer.data


def test_a_route_that_declares_nobody_stops_the_app_from_starting(tmp_path: Path) -> None:
    """Deny is the default, and forgetting is noticed at the start."""
    open_bp = Blueprint("open", __name__)
    open_bp.add_url_rule("/open", view_func=lambda: "leaked")
    database = toy(f"sqlite:///{tmp_path}/toy.db").database
    with pytest.raises(RuntimeError, match="who may call"):
        create_api(
            "toy",
            description="",
            blueprints=[open_bp],
            deps=None,
            database=database,
            verifier=Verifier(SIGNER.public_keys),
            clock=FixedClock(),
        )
    database.close()


@pytest.mark.parametrize("change", ["expired", "flipped", "none", "other-key"])
def test_a_token_that_is_not_right_is_401(client: FlaskClient, change: str) -> None:
    """Even where anybody may call: a caller who says who they are must be right."""
    clock = FixedClock()
    token = bearer(Person(OWNER))["Authorization"].removeprefix("Bearer ")
    if change == "expired":
        clock.advance(minutes=-11)
        token = SIGNER.issue(Person(OWNER).claims(), now=clock.now())[0]
    elif change == "flipped":
        token = token[:-3] + ("A" if token[-3] != "A" else "B") + token[-2:]
    elif change == "none":
        token = "eyJhbGciOiJub25lIn0." + token.split(".")[1] + "."
    else:
        token = Signer(new_key()).issue(Person(OWNER).claims(), now=clock.now())[0]
    sent = {"Authorization": f"Bearer {token}"}
    assert client.get("/v1/mine", headers=sent).status_code == 401
    assert client.post("/v1/things", json={"name": "x"}, headers=sent).status_code == 401


@pytest.mark.parametrize("path", ["/v1/mine", "/v1/nowhere", "/v1/broken"])
def test_every_error_validates_against_the_published_schema(client: FlaskClient, path: str) -> None:
    """RFC 9457, with the schema that others validate with."""
    data = os.environ.get("CONFORMANCE_DATA")
    if not data:
        pytest.skip("CONFORMANCE_DATA is not set")
    schema = json.loads(
        (Path(data) / "problem-details" / "problem-object-rfc9457.schema.json").read_text()
    )
    Draft7Validator(schema).validate(json.loads(client.get(path).data))


@pytest.mark.parametrize("kind", ["n", "y"])
def test_the_json_test_suite_is_read_as_it_says(client: FlaskClient, kind: str) -> None:
    """`n_` bodies are refused with 4xx, `y_` ones are not refused as JSON."""
    data = os.environ.get("CONFORMANCE_DATA")
    if not data:
        pytest.skip("CONFORMANCE_DATA is not set")
    files = sorted((Path(data) / "json-parsing").rglob(f"{kind}_*.json"))
    assert len(files) > 40
    for file in files:
        answer = client.post("/v1/things", data=file.read_bytes(), content_type="application/json")
        if kind == "n":
            assert 400 <= answer.status_code < 500, file.name
        elif "duplicated" not in file.name:
            assert answer.status_code != 400, file.name

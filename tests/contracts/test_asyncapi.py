"""The AsyncAPI document says what is sent, by whom and to whom."""

from __future__ import annotations

import json
from typing import Any

import pytest
from jsonschema import Draft7Validator

from deploy import contracts
from deploy.docs.asyncapi import ENVELOPE, asyncapi_document
from deploy.embedded import SERVICES

DOCUMENT = asyncapi_document()


def resolve(reference: dict[str, str]) -> Any:
    """What a `$ref` of the document points at; KeyError where it points at nothing."""
    found: Any = DOCUMENT
    for step in reference["$ref"].removeprefix("#/").split("/"):
        found = found[step]
    return found


def test_each_service_sends_what_it_publishes_and_receives_what_it_handles() -> None:
    """On the channel of the type, by references that lead somewhere."""
    found = set()
    for operation in DOCUMENT["operations"].values():
        channel = resolve(operation["channel"])
        (message,) = (resolve(resolve(one)) for one in operation["messages"])
        assert message["name"] == channel["address"]
        found.add((operation["tags"][0]["name"], operation["action"], channel["address"]))

    sends = {(service, "send", type_.name) for service, type_ in contracts.types()}
    receives = {(one.name, "receive", name) for one in SERVICES for name in one.handlers.types}
    assert found == sends | receives


@pytest.mark.parametrize("name", DOCUMENT["components"]["messages"])
def test_each_example_fits_the_payload_that_the_document_describes(name: str) -> None:
    """The envelope and the data; and what is not of this type does not fit."""
    message = DOCUMENT["components"]["messages"][name]
    validator = Draft7Validator(message["payload"] | {"components": DOCUMENT["components"]})
    (example,) = message["examples"]

    validator.validate(example["payload"])
    assert not validator.is_valid(example["payload"] | {"type": "another.type"})
    assert not validator.is_valid(example["payload"] | {"data": {}})


def test_the_envelope_names_exactly_what_is_sent() -> None:
    """No attribute more, none less."""
    sent = json.loads(contracts.example(*contracts.types()[0]).encode())
    assert set(sent) == set(ENVELOPE["properties"]) == set(ENVELOPE["required"])

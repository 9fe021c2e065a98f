"""Messages as others see them: each is a CloudEvent, has an example that every consumer reads, and says what it means."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest
from jsonschema import Draft7Validator

from deploy import contracts
from deploy.contracts.shapes import described
from deploy.docs.catalogue import rows
from deploy.embedded import SERVICES
from shared.messaging.message import Message, MessageType
from tests.conformance.data import conformance_json

TYPES = contracts.types()
EACH = pytest.mark.parametrize(
    ("publisher", "type_"), TYPES, ids=[type_.name for _, type_ in TYPES]
)


def with_more(data: Any) -> Any:
    """The same with a field in every part that nobody knows."""
    if isinstance(data, dict):
        return {name: with_more(it) for name, it in data.items()} | {"added_later": 1}
    return [with_more(it) for it in data] if isinstance(data, list) else data


def read_by_all(type_: MessageType, message: Message) -> None:
    for service in SERVICES:
        if service.name in type_.consumed_by:
            service.handlers.of(message).load(message)


@EACH
def test_each_type_has_an_example_that_fits_its_schema_and_that_its_consumers_can_read(
    publisher: str, type_: MessageType
) -> None:
    """What a consumer needs is among what is published; the example comes out of the bytes as it went in."""
    message = Message.decode(contracts.example(publisher, type_).encode())
    assert message.data == type_.example
    read_by_all(type_, message)


@EACH
def test_consumers_ignore_fields_that_they_do_not_know(publisher: str, type_: MessageType) -> None:
    """In every part of a message: so a publisher may add some at any time."""
    message = contracts.example(publisher, type_)
    read_by_all(type_, replace(message, data=with_more(message.data)))


@EACH
def test_each_message_is_a_cloudevent(publisher: str, type_: MessageType) -> None:
    """As the schema of the specification says."""
    schema = conformance_json("cloudevents", "cloudevents.json")
    Draft7Validator(schema).validate(json.loads(contracts.example(publisher, type_).encode()))


@EACH
def test_each_published_field_says_what_it_means(publisher: str, type_: MessageType) -> None:
    """In every part of a message: `metadata=means("…")`."""
    assert type_.doc, publisher
    assert [row.path for row in rows(described(type_.schema)) if not row.meaning] == []


@EACH
def test_no_message_has_a_field_for_what_is_personal(publisher: str, type_: MessageType) -> None:
    """Names, addresses, phones and secrets stay with their owner; the address of a venue is no person's."""
    personal = {"email", "address", "phone", "person_name", "token", "code", "secret", "session"}
    paths = {row.path for row in rows(described(type_.schema))} - {"venue.address"}
    found = {path for path in paths if path.rpartition(".")[2] in personal}
    assert found == set(), publisher

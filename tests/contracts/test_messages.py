"""Messages as others see them: each is a CloudEvent, and each example loads in every consumer."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest
from jsonschema import Draft7Validator

from deploy.docs import PUBLISHED
from deploy.embedded import SERVICES
from shared.messaging.message import Message, MessageType
from tests.contracts.examples import EXAMPLES
from tests.support.clocks import FixedClock

TYPES = [type_ for types in PUBLISHED.values() for type_ in types]


def example(type_: MessageType) -> Message:
    draft = type_.about("subject", sequence=1, **EXAMPLES[type_.name])
    return Message(
        type=type_.name,
        source="example",
        subject="subject",
        sequence=1,
        data=draft.data,
        time=FixedClock().now(),
    )


@pytest.mark.parametrize("type_", TYPES, ids=lambda type_: type_.name)
def test_each_type_has_an_example_that_its_consumers_can_read(type_: MessageType) -> None:
    """The fields that a consumer needs are among those that are published."""
    message = Message.decode(example(type_).encode())
    for service in SERVICES:
        if service.name in type_.consumed_by:
            service.handlers.of(message).schema.load(message.data)


@pytest.mark.parametrize("type_", TYPES, ids=lambda type_: type_.name)
def test_each_message_is_a_cloudevent(type_: MessageType) -> None:
    """As the schema of the specification says."""
    data = os.environ.get("CONFORMANCE_DATA")
    if not data:
        pytest.skip("CONFORMANCE_DATA is not set")
    schema = json.loads((Path(data) / "cloudevents" / "cloudevents.json").read_text())
    Draft7Validator(schema).validate(json.loads(example(type_).encode()))


@pytest.mark.parametrize("type_", TYPES, ids=lambda type_: type_.name)
def test_no_message_has_a_field_for_what_is_personal(type_: MessageType) -> None:
    """Names, addresses, phones and secrets stay with their owner."""
    personal = {"email", "address", "phone", "person_name", "token", "code", "secret", "session"}
    assert personal.isdisjoint(type_.schema().fields)

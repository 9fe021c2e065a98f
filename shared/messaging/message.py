"""A message: a CloudEvents 1.0 event in the JSON event format, with a sequence per subject."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cache
from typing import Any, cast

import marshmallow as ma
from cloudevents.core.formats.json import JSONFormat
from cloudevents.core.v1.event import CloudEvent

from shared.database.types import jsonable
from shared.ids import new_id
from shared.text import nested_deeper_than, unusable_texts

_FORMAT = JSONFormat()
# In bytes: ids and states are small, and what is larger than this is none of ours.
LARGEST = 1024 * 1024
DEEPEST = 64
# What the tables of every service hold of a message (shared/database/tables.py).
_LONGEST = {"id": 36, "type": 100, "subject": 100}


class Undecodable(ValueError):
    """The bytes are no message that this service can read; trying again would not help."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """What one service tells the others about one of its aggregates.

    `subject` names the aggregate, `sequence` counts its changes from 1: a consumer that keeps a copy
    ignores what a higher sequence overtook. `data` is JSON, without names, addresses or secrets.
    """

    type: str
    source: str
    subject: str
    sequence: int
    data: dict[str, Any]
    time: datetime
    id: str = field(default_factory=lambda: str(new_id()))

    def encode(self) -> bytes:
        """The message in the JSON event format (CloudEvents JSON, section 3)."""
        event = CloudEvent(
            {
                "id": self.id,
                "source": f"/{self.source}",
                "type": self.type,
                "specversion": "1.0",
                "time": self.time,
                "subject": self.subject,
                # The sequence extension is a string whose order as text is the order of the numbers.
                "sequence": f"{self.sequence:010d}",
                "datacontenttype": "application/json",
            },
            self.data,
        )
        return _FORMAT.write(event)

    @classmethod
    def decode(cls, body: bytes) -> Message:
        """Read a message, or raise Undecodable with the reason."""
        if len(body) > LARGEST:
            raise Undecodable(f"larger than {LARGEST} bytes: {len(body)}")
        try:
            event = _read(body)
            data = event.get_data()
            if not isinstance(data, dict):
                raise Undecodable("the data of the message is not an object")
            # What is read has to be written again where it is set aside.
            if body.count(b"{") + body.count(b"[") > DEEPEST and nested_deeper_than(data, DEEPEST):
                raise Undecodable(f"the data of the message is nested deeper than {DEEPEST}")
            named = {
                "id": event.get_id(),
                "type": event.get_type(),
                "subject": event.get_subject() or "",
            }
            for name, text in named.items():
                if len(text) > _LONGEST[name] or next(unusable_texts(text), None) is not None:
                    raise Undecodable(f"the {name} of the message is too long or cannot be kept")
            return cls(
                **named,
                source=event.get_source().lstrip("/"),
                sequence=int(cast(str, event.get_extension("sequence") or "0")),
                time=event.get_time() or datetime.now(UTC),
                data=data,
            )
        except Undecodable:
            raise
        except Exception as error:
            # Whatever it is: it lies in the bytes, and trying again would not help.
            raise Undecodable(f"not a CloudEvent: {type(error).__name__}") from error


def _read(body: bytes) -> CloudEvent:
    """The library's event, checked by it. Its own reader does the same, and half of its time goes into reading `time`."""
    attributes = json.loads(body.decode())
    data = attributes.pop("data", None)
    if "time" in attributes:
        # RFC 3339 allows t and z.
        attributes["time"] = datetime.fromisoformat(attributes["time"].upper())
    return CloudEvent(attributes, data)


def means(text: str) -> dict[str, str]:
    """The metadata of a published field: what it means, for the catalogue."""
    return {"description": text}


@dataclass(frozen=True, slots=True)
class MessageType:
    """A type of message, declared by the service that publishes it (in its `messages.py`).

    `example` is the data of one such message, for the catalogue; every consumer has to be able to read it.
    """

    name: str
    schema: type[ma.Schema]
    consumed_by: tuple[str, ...]
    doc: str
    example: Mapping[str, Any] = field(kw_only=True, compare=False)

    def about(self, subject: object, *, sequence: int, **data: Any) -> Draft:
        """A message about `subject`, ready for `UnitOfWork.publish`; data that the schema refuses is a ValueError."""
        body = jsonable(data)
        if errors := _strict(self.schema).validate(body):
            raise ValueError(f"{self.name} does not fit its schema: {json.dumps(errors)}")
        return Draft(self, str(subject), sequence, body)


@cache
def _strict(schema: type[ma.Schema]) -> ma.Schema:
    # Making one copies every field: half of the time of a message.
    return schema(unknown=ma.RAISE)


@dataclass(frozen=True, slots=True)
class Draft:
    """A message that has not been published yet: the unit of work adds its id, source and time."""

    type: MessageType
    subject: str
    sequence: int
    data: dict[str, Any]

"""The catalogue page of messages."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass

from deploy.contracts import PUBLISHED, types
from deploy.contracts.shapes import JsonSchema, described, kinds
from shared.messaging.message import MessageType

_HEAD = """# Messages

CloudEvents 1.0 (JSON event format) on one durable topic exchange; the type is the routing key. *subject* is what a message is about, and
*sequence* counts the messages about it: a consumer that keeps a copy ignores what a higher one overtook. Nothing personal and nothing secret
is in them. [asyncapi.json](asyncapi.json) says the same for machines, the envelope included. Fields may be added at any time, so read what you
need and ignore the rest; what is listed here is not taken away: an incompatible change is a new message type.
"""


@dataclass(frozen=True)
class Row:
    """One field of a message; `path` leads to it: `venue.name`, `hosts[].note`."""

    path: str
    type: str
    may_be_null: bool
    may_be_missing: bool
    meaning: str


def messages_page() -> str:
    """Each message type: who publishes it, who consumes it, what it means, its fields and an example."""
    text = _HEAD + "\n| type | published by | consumed by | what happened |\n|---|---|---|---|\n"
    for service, type_ in types():
        text += f"| [`{type_.name}`](#{_anchor(type_.name)}) | {service} | {_consumers(type_)} | {type_.doc} |\n"
    for service, published in PUBLISHED.items():
        for type_ in published:
            text += _section(service, type_)
    return text


def rows(shape: JsonSchema, at: str = "") -> Iterator[Row]:
    """The fields of a shape, those of its parts right after them."""
    for name, part in shape.get("properties", {}).items():
        path = at + name
        missing = name not in shape.get("required", ())
        yield Row(path, _type(part), kinds(part)[1], missing, part.get("description", ""))
        yield from rows(part, f"{path}.")
        yield from rows(part.get("items", {}), f"{path}[].")


def _section(service: str, type_: MessageType) -> str:
    text = f"\n## `{type_.name}`\n\n{type_.doc}. Published by {service}; consumed by {_consumers(type_)}.\n\n"
    text += "| field | type | may be null | meaning |\n|---|---|---|---|\n"
    for row in rows(described(type_.schema)):
        null = " or ".join(
            word for word, so in (("null", row.may_be_null), ("missing", row.may_be_missing)) if so
        )
        text += f"| `{row.path}` | {row.type} | {null} | {row.meaning} |\n"
    example = json.dumps(dict(type_.example), ensure_ascii=False, indent=2)
    return f"{text}\n```json\n{example}\n```\n"


def _type(shape: JsonSchema) -> str:
    names = " or ".join(sorted(kinds(shape)[0])) or "anything"
    if "items" in shape:
        return f"list of {_type(shape['items'])}"
    return f"{names} ({shape['format']})" if "format" in shape else names


def _consumers(type_: MessageType) -> str:
    return ", ".join(type_.consumed_by) or "nobody yet"


def _anchor(name: str) -> str:
    """As Markdown viewers make it of a heading: without its dots."""
    return name.replace(".", "")

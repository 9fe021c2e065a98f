"""The AsyncAPI 3.0 document: every channel, who sends to it, who receives from it, and what its messages are."""

from __future__ import annotations

import json
from typing import Any

from deploy.contracts import PUBLISHED, example, types
from deploy.contracts.shapes import JsonSchema, components
from deploy.embedded import EXCHANGE, SERVICES
from shared.messaging.broker import CONTENT_TYPE
from shared.messaging.message import MessageType
from shared.messaging.topology import topology

_BINDING = {"bindingVersion": "0.3.0"}
# What shared/messaging/message.py writes; a test holds them together.
ENVELOPE: JsonSchema = {
    "type": "object",
    "description": "A CloudEvents 1.0 event in the JSON event format, structured content mode. A consumer ignores what it does not know.",
    "properties": {
        "specversion": {"const": "1.0"},
        "id": {
            "type": "string",
            "format": "uuid",
            "description": "UUIDv7. A message may arrive more than once: what has a known id is to be ignored",
        },
        "type": {"type": "string", "description": "The message type, which is the routing key"},
        "source": {"type": "string", "description": "The publisher: /<service>"},
        "subject": {
            "type": "string",
            "maxLength": 100,
            "description": "What the message is about; not to be taken apart",
        },
        "sequence": {
            "type": "string",
            "pattern": "^[0-9]{10,}$",
            "description": "Counts the messages about the subject; its order as text is that of the numbers",
        },
        "time": {"type": "string", "format": "date-time", "description": "When it happened"},
        "datacontenttype": {"const": "application/json"},
        "data": {"type": "object", "description": "As the message type says"},
    },
    "required": [
        "specversion",
        "id",
        "type",
        "source",
        "subject",
        "sequence",
        "time",
        "datacontenttype",
        "data",
    ],
}


def asyncapi_document() -> dict[str, Any]:
    """The whole platform as one document. Operations are named `<service>.sends.<type>`, `<service>.receives.<type>`."""
    schemas = {service: [type_.schema for type_ in types] for service, types in PUBLISHED.items()}
    parts, refer = components(schemas)
    messages = {
        type_.name: _message(service, type_, refer(service, type_.schema))
        for service, type_ in types()
    }
    return {
        "asyncapi": "3.0.0",
        "info": {
            "title": "Đối Thoại: messages",
            "version": "v1",
            "description": "What the services tell each other. Nothing personal and nothing secret is in a message.",
        },
        "defaultContentType": CONTENT_TYPE,
        "channels": {type_.name: _channel(type_) for _, type_ in types()},
        "operations": _operations(),
        "components": {"messages": messages, "schemas": {"Envelope": ENVELOPE} | parts},
    }


def _channel(type_: MessageType) -> dict[str, Any]:
    exchange = topology(exchange=EXCHANGE, service="", types=()).exchange
    declared = {"name": exchange.name, "type": exchange.type, "durable": exchange.durable}
    declared |= {"autoDelete": exchange.auto_delete}
    return {
        "address": type_.name,
        "description": f"{type_.doc}.",
        "messages": {type_.name: {"$ref": f"#/components/messages/{type_.name}"}},
        "bindings": {"amqp": {"is": "routingKey", "exchange": declared} | _BINDING},
    }


def _message(service: str, type_: MessageType, data: JsonSchema) -> dict[str, Any]:
    return {
        "name": type_.name,
        "title": type_.doc,
        "contentType": CONTENT_TYPE,
        "payload": {
            "allOf": [
                {"$ref": "#/components/schemas/Envelope"},
                {
                    "type": "object",
                    "properties": {
                        "type": {"const": type_.name},
                        "source": {"const": f"/{service}"},
                        "data": data,
                    },
                },
            ]
        },
        "examples": [{"payload": json.loads(example(service, type_).encode())}],
    }


def _operations() -> dict[str, Any]:
    found = {}
    for service, type_ in types():
        # Where a consumer runs, a message that reaches no queue comes back and is kept.
        binding = {"deliveryMode": 2, "mandatory": bool(type_.consumed_by)}
        found[f"{service}.sends.{type_.name}"] = _operation("send", service, type_.name, binding)
    for consumer in SERVICES:
        if not consumer.handlers.types:
            continue
        declared = topology(exchange=EXCHANGE, service=consumer.name, types=consumer.handlers.types)
        queue = declared.queues[-1].name
        for name in consumer.handlers.types:
            operation = _operation("receive", consumer.name, name, {"ack": True})
            operation["description"] = f"From the queue `{queue}`."
            found[f"{consumer.name}.receives.{name}"] = operation
    return found


def _operation(action: str, service: str, name: str, binding: dict[str, Any]) -> dict[str, Any]:
    return {
        "action": action,
        "channel": {"$ref": f"#/channels/{name}"},
        "messages": [{"$ref": f"#/channels/{name}/messages/{name}"}],
        "tags": [{"name": service}],
        "bindings": {"amqp": binding | _BINDING},
    }

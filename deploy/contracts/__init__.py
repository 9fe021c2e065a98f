"""The contracts between services: what each publishes, what each needs of others, and what was promised before."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path

from deploy.contracts.compatibility import Shapes, changes, unreadable
from deploy.contracts.shapes import shape_of
from deploy.embedded import SERVICES
from services.community import messages as community
from services.events import messages as events
from services.notifications import messages as notifications
from services.registrations import messages as registrations
from shared.messaging.message import Message, MessageType

PUBLISHED: dict[str, tuple[MessageType, ...]] = {
    "community": community.PUBLISHED,
    "events": events.PUBLISHED,
    "registrations": registrations.PUBLISHED,
    "notifications": notifications.PUBLISHED,
}
# What the last release published; `python -m deploy.contracts --release` writes it.
RELEASED = Path(__file__).resolve().parents[2] / "tests" / "contracts" / "released.json"


def types() -> list[tuple[str, MessageType]]:
    """Every message type with the service that publishes it."""
    return [(service, type_) for service, published in PUBLISHED.items() for type_ in published]


def example(service: str, type_: MessageType) -> Message:
    """The example as a message; ValueError where it does not fit the type's own schema."""
    subject = type_.example.get("id") or next(iter(type_.example.values()), "")
    return Message(
        id="0197e2a4-0000-7000-8000-0000000000ff",
        type=type_.name,
        source=service,
        subject=str(subject),
        sequence=1,
        data=type_.about(subject, sequence=1, **type_.example).data,
        time=datetime(2026, 2, 2, 2, 30, tzinfo=UTC),
    )


def published() -> Shapes:
    """The shape of each message type as it is published now."""
    return {type_.name: shape_of(type_.schema) for _, type_ in types()}


def needed() -> dict[str, Shapes]:
    """What each service needs of each message type that it subscribes to."""
    return {
        service.name: {handler.type: shape_of(handler.schema) for handler in service.handlers}
        for service in SERVICES
    }


def released() -> Shapes:
    """The shapes of the last release."""
    shapes: Shapes = json.loads(RELEASED.read_text())
    return shapes


def broken_promises() -> list[str]:
    """What the last release promised and is no longer so, each with what to do; empty where all is compatible."""
    return [
        f"{change}. Leave what others read as it is, and publish a new message type beside the old one"
        for change in changes(released(), published())
    ]


def unreadable_messages() -> list[str]:
    """What a service could not read of the messages of today, or of those of the last release."""
    found = dict.fromkeys(
        f"{service}: {problem}"
        for service, needs in needed().items()
        for sent in (released(), published())
        for problem in unreadable(sent, needs)
    )
    return [f"{problem}. Need less: a default, null allowed, a wider type" for problem in found]

"""One service on its own: its app, its database, its clock; callers and messages as the outside would send them."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

import httpx2
import sqlalchemy as sa
from flask import Flask, jsonify
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from shared.database.unit_of_work import Database
from shared.http.clients import JsonClient
from shared.ids import new_id
from shared.messaging.broker import Delivery
from shared.messaging.message import Message
from shared.process import Service
from shared.tokens import Signer, new_key
from tests.support.clocks import FixedClock

_KEY = new_key()
SIGNER = Signer(_KEY)


def signing_key() -> str:
    """The JWK of SIGNER, for a service that signs and verifies with a key of its own."""
    return json.dumps(_KEY.as_dict(private=True))


def key_server() -> JsonClient:
    """Stands for community where only its public keys are needed."""
    app = Flask("keys")
    app.add_url_rule("/.well-known/jwks.json", view_func=lambda: jsonify(SIGNER.public_keys()))
    return JsonClient("http://community", transport=httpx2.WSGITransport(app))


@dataclass(frozen=True)
class Person:
    """Somebody who calls: `Person().organiser_of(x)`."""

    id: UUID = field(default_factory=new_id)
    roles: tuple[tuple[str, str], ...] = ()
    doors: tuple[tuple[str, str], ...] = ()
    admin: bool = False

    def with_role(self, role: str, organisation_id: object) -> Person:
        return Person(self.id, (*self.roles, (str(organisation_id), role)), self.doors, self.admin)

    def at_door(self, event_id: object, organisation_id: object) -> Person:
        """With the door of an event, as `organisation_id` gave it."""
        door = (str(organisation_id), str(event_id))
        return Person(self.id, self.roles, (*self.doors, door), self.admin)

    def claims(self) -> dict[str, Any]:
        roles = [list(role) for role in self.roles]
        return {
            "kind": "person",
            "sub": str(self.id),
            "roles": roles,
            "doors": [list(door) for door in self.doors],
            "admin": self.admin,
            "language": "vi",
        }


@dataclass(frozen=True)
class OtherService:
    """Another service that calls."""

    name: str

    def claims(self) -> dict[str, Any]:
        return {"kind": "service", "sub": self.name}


class Harness:
    """Drives one service through its HTTP API and its consumer."""

    def __init__(
        self,
        service: Service,
        *,
        database_url: str,
        clock: FixedClock | None = None,
        settings: dict[str, Any] | None = None,
        **clients: Any,
    ) -> None:
        self.clock = clock or FixedClock()
        self.settings = service.settings(database_url=database_url, **(settings or {}))
        self.database: Database = service.database(self.settings, self.clock)
        self.deps = service.build(self.settings, self.database, self.clock, **clients)
        self.service = service
        self.app = service.create_app(self.deps)
        self.app.testing = False
        self.client: FlaskClient = self.app.test_client()
        self.consumer = service.consumer(self.deps)

    def call(
        self,
        method: str,
        path: str,
        body: Any = None,
        *,
        by: Person | OtherService | None = None,
        key: str | None = None,
        language: str = "vi",
        headers: dict[str, str] | None = None,
    ) -> TestResponse:
        """One request under `/v1`."""
        sent = {"Accept-Language": language} | (headers or {})
        if by is not None:
            sent["Authorization"] = f"Bearer {SIGNER.issue(by.claims(), now=self.clock.now())[0]}"
        if key is not None:
            sent["Idempotency-Key"] = key
        return self.client.open(f"/v1{path}", method=method, json=body, headers=sent)

    def get(self, path: str, **kwargs: Any) -> TestResponse:
        return self.call("GET", path, **kwargs)

    def post(self, path: str, body: Any = None, **kwargs: Any) -> TestResponse:
        return self.call("POST", path, {} if body is None else body, **kwargs)

    def deliver(
        self,
        type_: str,
        subject: object,
        sequence: int,
        data: dict[str, Any],
        *,
        source: str = "test",
        id: str | None = None,
    ) -> str:
        """Hand a message to the consumer, as the broker would; the message's id."""
        more = {"id": id} if id else {}
        message = Message(
            type=type_,
            source=source,
            subject=str(subject),
            sequence=sequence,
            data=data,
            time=self.clock.now(),
            **more,
        )
        self.consumer.handle_batch([delivery(message.encode(), message.id)])
        return message.id

    def published(self, *types: str) -> list[Message]:
        """What waits in the outbox, oldest first."""
        outbox = self.database.tables.outbox
        with self.database.engine.connect() as connection:
            rows = connection.execute(sa.select(outbox).order_by(outbox.c.id)).all()
        messages = [Message.decode(row.body.encode()) for row in rows]
        return [message for message in messages if not types or message.type in types]

    def count(self, table: str) -> int:
        with self.database.engine.connect() as connection:
            return connection.scalar(sa.text(f"SELECT count(*) FROM {table}")) or 0

    def close(self) -> None:
        self.database.close()


def delivery(body: bytes, message_id: str | None = None) -> Delivery:
    return Delivery(
        body=body, redelivered=False, message_id=message_id, delivery_count=0, dead=False
    )


def problem(answer: TestResponse) -> str:
    """The type of the problem that an answer carries, without its path."""
    assert answer.content_type == "application/problem+json", answer.get_data(as_text=True)
    document = json.loads(answer.get_data())
    assert document["status"] == answer.status_code
    return str(document["type"]).removeprefix("/problems/")

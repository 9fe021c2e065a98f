"""Offers of seats, people who are signed in, and what they send: for the families that register over HTTP."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from flask import Flask, jsonify
from sqlalchemy.orm import Session
from waitress.server import create_server

from services.registrations.models import TABLES, Offer
from shared.ids import new_id
from shared.tokens import Signer
from tests.bench.ground import Ground


def make_offers(
    engine: sa.Engine,
    event_ids: Sequence[UUID],
    *,
    capacity: int = 100_000,
    organisation: UUID | None = None,
) -> None:
    """Open for registration, and far away."""
    now = datetime.now(UTC)
    offers: list[Any] = [
        Offer(
            event_id=event_id,
            organisation_id=organisation or new_id(),
            event_sequence=1,
            title={"vi": "Đối thoại với doanh nghiệp trẻ"},
            starts_at=now + timedelta(days=14),
            ends_at=now + timedelta(days=14, hours=2),
            timezone="Asia/Ho_Chi_Minh",
            opens_at=now - timedelta(hours=1),
            closes_at=now + timedelta(days=13),
            capacity=capacity,
            waitlist=True,
        )
        for event_id in event_ids
    ]
    with Session(engine) as session, session.begin():
        session.add_all(offers)


def token_of(signer: Signer, person: UUID, **claims: Any) -> str:
    """Signed as community signs it."""
    known = {"kind": "person", "sub": str(person), "roles": [], "doors": [], "admin": False}
    return signer.issue(known | {"language": "vi"} | claims, now=datetime.now(UTC))[0]


def serve_keys(ground: Ground, signer: Signer, port: int) -> None:
    """Stands for community where only its public keys are needed."""
    app = Flask("keys")
    app.add_url_rule("/.well-known/jwks.json", view_func=lambda: jsonify(signer.public_keys()))
    server = create_server(app, host="127.0.0.1", port=port, threads=1)
    threading.Thread(target=server.run, daemon=True).start()
    ground.closing(server.close)


def waiting(engine: sa.Engine) -> bool:
    """Whether an outbox row is left."""
    with engine.connect() as connection:
        found = connection.scalar(sa.select(sa.exists().select_from(TABLES.outbox)))
    return bool(found)

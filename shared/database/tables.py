"""The tables that every service's database has beside its own: messages out, messages in, repeated requests."""

from __future__ import annotations

from dataclasses import dataclass

import sqlalchemy as sa

from shared.database.types import BigSerial, UTCDateTime


@dataclass(frozen=True, slots=True)
class MechanismTables:
    """Handles to the tables, bound to one service's metadata."""

    outbox: sa.Table
    unroutable: sa.Table
    inbox: sa.Table
    failed: sa.Table
    idempotency: sa.Table


def mechanism_tables(metadata: sa.MetaData) -> MechanismTables:
    """Add the tables to `metadata`."""
    outbox = sa.Table(
        "outbox",
        metadata,
        sa.Column("id", BigSerial, primary_key=True, autoincrement=True),
        sa.Column("message_id", sa.String(36), nullable=False),
        sa.Column("type", sa.String(100), nullable=False),
        sa.Column("subject", sa.String(100), nullable=False),
        sa.Column("body", sa.Text, nullable=False),
        sa.Column("mandatory", sa.Boolean, nullable=False),
        sa.Column("created_at", UTCDateTime, nullable=False),
        sqlite_autoincrement=True,
    )
    # What the broker returned because no queue wants it: kept for an operator, replayed when the binding is back.
    unroutable = sa.Table(
        "unroutable",
        metadata,
        sa.Column("id", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("message_id", sa.String(36), nullable=False),
        sa.Column("type", sa.String(100), nullable=False),
        sa.Column("subject", sa.String(100), nullable=False),
        sa.Column("body", sa.Text, nullable=False),
        sa.Column("parked_at", UTCDateTime, nullable=False),
    )
    # Type and subject are for people who follow a subject's messages; what counts is the id.
    inbox = sa.Table(
        "inbox",
        metadata,
        sa.Column("message_id", sa.String(36), primary_key=True),
        sa.Column("type", sa.String(100)),
        sa.Column("subject", sa.String(100), index=True),
        sa.Column("received_at", UTCDateTime, nullable=False, index=True),
    )
    failed = sa.Table(
        "failed_messages",
        metadata,
        sa.Column("id", BigSerial, primary_key=True, autoincrement=True),
        sa.Column("message_id", sa.String(200), nullable=False, unique=True),
        sa.Column("type", sa.String(100)),
        sa.Column("subject", sa.String(100)),
        sa.Column("body", sa.LargeBinary, nullable=False),
        sa.Column("reason", sa.Text, nullable=False),
        sa.Column("attempts", sa.Integer, nullable=False),
        sa.Column("failed_at", UTCDateTime, nullable=False),
        sa.Column(
            "next_attempt_at", UTCDateTime, index=True, doc="None: parked for a person, or settled"
        ),
        sa.Column("settled_at", UTCDateTime),
        sqlite_autoincrement=True,
    )
    idempotency = sa.Table(
        "idempotency_keys",
        metadata,
        sa.Column("caller", sa.String(80), primary_key=True),
        sa.Column("route", sa.String(200), primary_key=True),
        sa.Column("key", sa.String(200), primary_key=True),
        sa.Column("request_hash", sa.String(64), nullable=False),
        sa.Column("status", sa.Integer, nullable=False),
        sa.Column("response", sa.JSON, nullable=False),
        sa.Column("created_at", UTCDateTime, nullable=False, index=True),
    )
    return MechanismTables(outbox, unroutable, inbox, failed, idempotency)

"""Identifiers: UUIDv7 (RFC 9562, section 5.7), so that rows written together lie together in the index."""

from __future__ import annotations

from datetime import UTC, datetime
from uuid import UUID

import uuid_utils


def new_id() -> UUID:
    """A new UUIDv7 as a standard-library UUID."""
    return UUID(bytes=uuid_utils.uuid7().bytes)


def time_of(identifier: str) -> datetime | None:
    """The moment, to the millisecond, at which a UUIDv7 was made; None for any other text."""
    try:
        parsed = UUID(identifier)
    except ValueError:
        return None
    if parsed.version != 7:
        return None
    try:
        return datetime.fromtimestamp((parsed.int >> 80) / 1000, UTC)
    except (OverflowError, ValueError):
        return None  # made up: its 48 bits reach beyond the year 9999

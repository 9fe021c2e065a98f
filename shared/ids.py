"""Identifiers: UUIDv7 (RFC 9562, section 5.7), so that rows written together lie together in the index."""

from __future__ import annotations

from uuid import UUID

import uuid_utils


def new_id() -> UUID:
    """A new UUIDv7 as a standard-library UUID."""
    return UUID(bytes=uuid_utils.uuid7().bytes)

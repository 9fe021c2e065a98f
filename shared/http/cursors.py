"""Cursors: where the next page of a list begins, as text that callers pass back unread."""

from __future__ import annotations

import base64
import binascii
import json
from typing import Any
from uuid import UUID

from shared.http.problems import Invalid
from shared.text import Text

LARGEST_PAGE = 200


def encode(*position: object) -> str:
    """The position of a row in the list's order."""
    return (
        base64.urlsafe_b64encode(json.dumps([str(part) for part in position]).encode())
        .decode()
        .rstrip("=")
    )


def decode(cursor: str, parts: int) -> list[str]:
    """The position that `encode` got, or Invalid."""
    try:
        position: Any = json.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
        if (
            isinstance(position, list)
            and len(position) == parts
            and all(isinstance(part, str) for part in position)
        ):
            return position
    except (ValueError, binascii.Error):
        pass
    raise bad_cursor()


def decode_id(cursor: str) -> UUID:
    """The id that alone is the position, or Invalid."""
    try:
        return UUID(decode(cursor, 1)[0])
    except ValueError:
        raise bad_cursor() from None


def bad_cursor() -> Invalid:
    """The cursor is none of ours."""
    return Invalid(
        {
            "cursor": Text(
                "Trang này không còn; xin xem lại từ đầu.",
                "That page is gone; please start from the first.",
            )
        }
    )

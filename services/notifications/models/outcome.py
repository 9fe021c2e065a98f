"""How an attempt to send ended."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Result(StrEnum):
    """What an attempt came to, as the operator reads it."""

    DELIVERED = "delivered"
    TEMPORARY = "temporary-failure"
    PERMANENT = "permanent-failure"
    # The line itself is broken (a refused key or password): every mail would fail the same way.
    TECHNICAL = "technical-failure"
    # The provider may have it, or not: the answer never came.
    AMBIGUOUS = "ambiguous"
    SUPPRESSED = "suppressed"
    SUPERSEDED = "superseded"


@dataclass(frozen=True, slots=True)
class Outcome:
    """A result and a short word for why; never an address, never what a provider wrote (it may quote one)."""

    result: Result
    why: str = ""

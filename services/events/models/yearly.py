"""Where an event of one year lies in another: the rule by which a programme is copied."""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from services.events.models.event import Event
from services.events.models.moving import WITH_THE_START, value_along
from services.events.models.rule import Warned

# Of an event, what its copy has too. The letter that invited, the papers, the conclusion and the link of the last
# meeting belong to that meeting alone.
_KEPT = (
    "title",
    "summary",
    "description",
    "audience",
    "illustrative",
    "hosts",
    "speakers",
    "languages",
    "attendance_mode",
    "cover",
    "contacts",
    "venue",
    "timezone",
    "capacity",
    "waitlist",
    "legal_basis",
)


@dataclass(frozen=True, slots=True)
class Copied:
    """A draft that was made from an event of the year before, with what its new day is warned of."""

    event: Event
    copy_of: UUID
    warnings: Sequence[Warned]


def same_day(day: date, *, years: int) -> date:
    """The same weekday of the same week of the same month, `years` later.

    The 2nd Tuesday of March becomes the 2nd Tuesday of March: the n-th is counted from the first of the month. A
    fifth becomes the last one where the month has only four (Tuesday, 29 February 2028 becomes 27 February 2029).
    """
    year, nth = day.year + years, (day.day - 1) // 7
    weekday_of_first, length = monthrange(year, day.month)
    wanted = 1 + (day.weekday() - weekday_of_first) % 7 + 7 * nth
    return date(year, day.month, wanted if wanted <= length else wanted - 7)


def years_later(event: Event, *, years: int) -> dict[str, Any]:
    """The fields of a draft of the same event, `years` later.

    It starts at the same time of day in its zone; its end, its agenda and the window of registration move along.
    """
    assert event.starts_at is not None  # it was held
    there = event.starts_at.astimezone(ZoneInfo(event.timezone))
    day = same_day(there.date(), years=years)
    starts_at = datetime.combine(day, there.timetz().replace(fold=0)).astimezone(UTC)
    moved = {
        name: value_along(
            name,
            getattr(event, name),
            before=event.starts_at,
            after=starts_at,
            timezone=event.timezone,
        )
        for name in WITH_THE_START
    }
    return {name: getattr(event, name) for name in _KEPT} | {
        **moved,
        "starts_at": starts_at,
        "kind": event.kind_key,
        "partners": [one.organisation_id for one in event.partners],
        "co_organisers": [one.organisation_id for one in event.co_organisers],
    }

"""How times move along with the start of an event: what clocks show stays, not the number of hours between."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from shared.database.types import jsonable

# What an event has besides its start that is thought of as so long before or after it.
WITH_THE_START = ("ends_at", "registration_opens_at", "registration_closes_at", "agenda")


def along(moment: datetime, *, before: datetime, after: datetime, timezone: str) -> datetime:
    """A moment of an event, after its start moved from `before` to `after`; UTC.

    "Two days before, at 8:00" stays 8:00 where clocks change in between. An hour that clocks skip is read with the
    offset before the jump, as in a rule (RFC 5545, section 3.3.5).
    """
    if after == before:
        return moment
    zone = ZoneInfo(timezone)
    shown, was, becomes = (
        # By way of UTC: a start that was read in a skipped hour is counted from what clocks really show.
        one.astimezone(UTC).astimezone(zone).replace(tzinfo=None, fold=0)
        for one in (moment, before, after)
    )
    return (becomes + (shown - was)).replace(tzinfo=zone).astimezone(UTC)


def agenda_along(
    items: Iterable[dict[str, Any]], *, before: datetime, after: datetime, timezone: str
) -> list[dict[str, Any]]:
    """The items of an agenda, moved along."""
    if after == before:
        return list(items)

    def moved(said: str | datetime) -> Any:
        moment = said if isinstance(said, datetime) else datetime.fromisoformat(said)
        return jsonable(along(moment, before=before, after=after, timezone=timezone))

    return [
        {**item, "starts_at": moved(item["starts_at"]), "ends_at": moved(item["ends_at"])}
        for item in items
    ]


def value_along(name: str, value: Any, *, before: datetime, after: datetime, timezone: str) -> Any:
    """The value of a field of an event, moved along if it is one that does."""
    if value is None or name not in WITH_THE_START:
        return value
    if name == "agenda":
        return agenda_along(value, before=before, after=after, timezone=timezone)
    return along(value, before=before, after=after, timezone=timezone)


def all_along(
    fields: Mapping[str, Any], *, before: datetime, after: datetime, timezone: str
) -> dict[str, Any]:
    """The fields of an event, those moved along that are."""
    return {
        name: value_along(name, value, before=before, after=after, timezone=timezone)
        for name, value in fields.items()
    }

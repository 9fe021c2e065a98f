"""Which events of a series a step is about, how they stand, and whom it tells."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from flask import abort, request

from services.web import dates
from services.web.clients import Json
from services.web.session import now


@dataclass(frozen=True, slots=True)
class Scope:
    """A series, or one of its events (`since`) and those that follow."""

    series: Json
    since: Json | None

    @property
    def events(self) -> list[Json]:
        events: list[Json] = self.series["events"]
        return events if self.since is None else events[events.index(self.since) :]

    @property
    def starts_at(self) -> str:
        """The first date of it."""
        return str(self.since["occurrence"] if self.since else self.series["starts_at"])

    @property
    def public(self) -> list[Json]:
        """What people already rely on, and lies ahead."""
        return [one for one in self.events if one["status"] in ("published", "postponed") and not is_over(one)]  # fmt: skip

    @property
    def changing(self) -> list[Json]:
        """What a change of the series reaches: neither called off nor over."""
        return [one for one in self.events if one["status"] != "cancelled" and not is_over(one)]

    @property
    def drafts(self) -> list[Json]:
        """What may still be published."""
        return [one for one in self.events if one["status"] == "draft" and not is_over(one)]

    @property
    def named(self) -> Json:
        """As the API takes it."""
        return {"from": self.since["id"]} if self.since else {}

    @property
    def told(self) -> Json:
        """Who has registered for what is published, counted, and who takes part in it, each once."""
        seats = [one["seats"] for one in self.public if one["seats"]]
        return {
            "confirmed": sum(one["capacity"] - one["left"] for one in seats),
            "waiting": sum(one["waitlist_length"] for one in seats),
            "partners": invited_to(self.public),
        }


def scope_of(series: Json) -> Scope:
    """The scope that the address names (`tu`: from this event on), or all of the series."""
    asked = request.args.get("tu", "")
    if not asked:
        return Scope(series, None)
    since = next((one for one in series["events"] if one["id"] == asked), None)
    if since is None:
        abort(404)
    return Scope(series, since)


def invited_to(events: Iterable[Json]) -> list[Json]:
    """The partners and co-organisers of some events, each once: all of them are told alike."""
    told = [one for event in events for one in (*event["partners"], *event["co_organisers"])]
    return list({one["id"]: one for one in told}.values())


def is_over(event: Json) -> bool:
    return bool(event["ends_at"]) and dates.local(event["ends_at"]) <= now()


def by_day(events: Iterable[Json], zone: str) -> dict[str, Json]:
    """Events by the day that their series gave them, on its clocks."""
    return {dates.local(one["occurrence"], zone).date().isoformat(): one for one in events}

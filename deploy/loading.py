"""Loads the demo's data (deploy/demo) into a running platform, over HTTP as an administrator would."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import datetime, time
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from deploy.demo.schedule import day_of, registration_window, resolve
from deploy.visitor import Visitor

DATA = Path(__file__).with_name("demo")
Row = dict[str, Any]
Ids = dict[str, str]
Progress = Callable[[str, int], None]


class Loader:
    """Knows the ids that keys were given. Loading twice into one platform is refused by its rules, not undone."""

    def __init__(self, admin: Visitor, *, now: datetime, progress: Progress) -> None:
        self._admin, self._now, self._progress = admin, now, progress
        self.areas: Ids = {}
        self.organisations: Ids = {}
        self.events: Ids = {}
        self._documents = {row["key"]: row for row in read("legal_bases")}

    def load(self) -> None:
        """Areas and organisations with their history, purposes, events, people."""
        self._areas()
        self._organisations()
        self._purposes()
        self._events()
        self._people()

    def _areas(self) -> None:
        rows = read("areas")["areas"]
        for row in self._each("khu vực · areas", parents_first(rows)):
            body = only(
                row,
                "code",
                "level",
                "name",
                "name_en",
                "valid_from",
                "valid_until",
                "source",
                "confirmed",
            )
            body["parent_id"] = self.areas.get(row["parent"])
            self.areas[row["key"]] = self._post("community/v1/areas", body)["id"]
        for row in rows:
            for successor in row["successors"]:
                body = {
                    "area_id": self.areas[successor["area"]],
                    "extent": successor["extent"],
                    "note": successor["note"],
                }
                self._post(f"community/v1/areas/{self.areas[row['key']]}/successors", body)

    def _organisations(self) -> None:
        rows = read("organisations")
        for row in self._each("đơn vị · organisations", parents_first(rows)):
            body = only(
                row,
                "kind",
                "name",
                "name_en",
                "short_name",
                "valid_from",
                "valid_until",
                "contact_email",
                "source",
                "confirmed",
            )
            body |= {
                "parent_id": self.organisations.get(row["parent"]),
                "area_id": self.areas.get(row["area"]),
            }
            self.organisations[row["key"]] = self._post("community/v1/organisations", body)["id"]
        for row in rows:
            for successor in row["successors"]:
                body = {"organisation_id": self.organisations[successor]}
                self._post(
                    f"community/v1/organisations/{self.organisations[row['key']]}/successors", body
                )

    def _purposes(self) -> None:
        for row in read("purposes"):
            if row["active"]:
                self._admin.call(
                    "PUT",
                    f"community/v1/purposes/{row['key']}",
                    only(row, "legal_basis", "version", "text"),
                )

    def _events(self) -> None:
        for row in self._each("sự kiện · events", read("events")):
            created = self._post("events/v1/events", self._event(row))
            self._post(f"events/v1/events/{created['id']}/publish", {})
            self.events[row["key"]] = created["id"]

    def _event(self, row: Row) -> Row:
        zone = row["timezone"]
        today = self._now.astimezone(ZoneInfo(zone)).date()
        starts_at, ends_at = resolve(row["when"], today, zone)
        if ends_at <= self._now:
            # Loaded late in the evening: what is today lasts until midnight.
            ends_at = datetime.combine(today, time(23, 59), ZoneInfo(zone))
        opens_at, closes_at = registration_window(row["registration"], starts_at, ends_at, zone)
        body = only(
            row,
            "kind",
            "title",
            "summary",
            "illustrative",
            "timezone",
            "capacity",
            "waitlist",
            "audience",
        )
        return body | {
            "organisation_id": self.organisations[row["organisation"]],
            "description": {
                language: "\n\n".join(paragraphs)
                for language, paragraphs in row["description"].items()
            },
            "hosts": [
                only(host, "role_title", "note")
                | {"organisation_id": self.organisations[host["organisation"]]}
                for host in row["hosts"]
            ],
            "venue": only(row["venue"], "name", "address", "accessibility")
            | {"area_id": self.areas.get(row["venue"]["area"])},
            "starts_at": starts_at.isoformat(),
            "ends_at": ends_at.isoformat(),
            "registration_opens_at": opens_at.isoformat(),
            "registration_closes_at": closes_at.isoformat(),
            "partners": [self.organisations[key] for key in row["partners"]],
            "document": {
                "number": row["document"]["number"],
                "date": day_of(row["document"]["date"], today).isoformat(),
            },
            "legal_basis": "; ".join(self._basis(basis) for basis in row["legal_basis"]),
        }

    def _basis(self, basis: Row) -> str:
        document = self._documents[basis["document"]]
        clause = f", mục {basis['clause']}" if basis.get("clause") else ""
        return f"{document['title']['vi']} ({document['number']}){clause}"

    def _people(self) -> None:
        for row in self._each("người · people", read("people")):
            person = only(row, "email", "name", "language")
            for membership in row["memberships"]:
                where = self.organisations[membership["organisation"]]
                self._post(
                    f"community/v1/organisations/{where}/memberships",
                    person | {"role": membership["role"]},
                )
            for door in row["doors"]:
                where = self.organisations[
                    next(e["organisation"] for e in read("events") if e["key"] == door)
                ]
                self._post(
                    f"community/v1/organisations/{where}/memberships",
                    person | {"role": "door", "event_id": self.events[door]},
                )

    def _post(self, path: str, body: Row) -> Row:
        answer: Row = self._admin.post(path, body)
        return answer

    def _each(self, what: str, rows: Iterable[Row]) -> Iterator[Row]:
        listed = list(rows)
        yield from listed
        self._progress(what, len(listed))


def read(name: str) -> Any:
    """One file of the demo's data."""
    return json.loads((DATA / f"{name}.json").read_text(encoding="utf-8"))


def only(row: Mapping[str, Any], *names: str) -> Row:
    return {name: row[name] for name in names if name in row}


def parents_first(rows: list[Row]) -> Iterator[Row]:
    """Each row after its parent."""
    given: set[str | None] = {None}
    waiting = list(rows)
    while waiting:
        ready = [row for row in waiting if row["parent"] in given]
        if not ready:
            raise ValueError(f"parents that are not there: {[row['key'] for row in waiting]}")
        yield from ready
        given |= {row["key"] for row in ready}
        waiting = [row for row in waiting if row["key"] not in given]

"""Loads the demo's data (deploy/demo) into a running platform, over HTTP as an administrator would."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from deploy.demo.schedule import day_of, is_working_day, registration_window, resolve
from deploy.visitor import Visitor

DATA = Path(__file__).with_name("demo")
Row = dict[str, Any]
Ids = dict[str, str]
# In whose year programmes are.
HOME = ZoneInfo("Asia/Ho_Chi_Minh")
_HOLIDAY = {"vi": "Trùng ngày nghỉ lễ.", "en": "It falls on a public holiday."}
Progress = Callable[[str, int], None]


class Loader:
    """Knows the ids that keys were given. Loading twice into one platform is refused by its rules, not undone."""

    def __init__(self, admin: Visitor, *, now: datetime, progress: Progress) -> None:
        self._admin, self._now, self._progress = admin, now, progress
        self.areas: Ids = {}
        self.organisations: Ids = {}
        self.events: Ids = {}
        # By key and year; what each owes, by the key of the item.
        self.programmes: dict[tuple[str, int], tuple[str, Ids]] = {}
        self._documents = {row["key"]: row for row in read("legal_bases")}

    def load(self) -> None:
        """Areas and organisations with their history, purposes, programmes, events, people."""
        self._areas()
        self._organisations()
        self._purposes()
        self._programmes()
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

    def _programmes(self) -> None:
        rows = [row | {"year": ahead} for row in read("programmes") for ahead in row["years"]]
        for row in self._each("chương trình năm · programmes of a year", rows):
            year = self._now.astimezone(HOME).year + row["year"]
            made = self._post("events/v1/programmes", self._programme(row, year))
            items = zip(row["items"], made["items"], strict=True)
            ids = {item["key"]: kept["id"] for item, kept in items}
            self.programmes[row["key"], year] = made["id"], ids

    def _programme(self, row: Row, year: int) -> Row:
        return only(row, "title", "funding_source", "estimate") | {
            "organisation_id": self.organisations[row["organisation"]],
            "year": year,
            "legal_basis": self._legal_basis(row["legal_basis"]),
            "items": [
                only(item, "kind", "title", "how_many")
                | {f"due_{edge}": _day(year, item[edge]).isoformat() for edge in ("from", "until")}
                for item in row["items"]
            ],
        }

    def _legal_basis(self, basis: Row) -> Row:
        """As programmes have it, the last day included."""
        document = self._documents[basis["document"]]
        clause = f", mục {basis['clause']}" if basis["clause"] else ""
        until = document["valid_until"]
        last = (date.fromisoformat(until) - timedelta(days=1)).isoformat() if until else None
        return only(document, "date", "valid_from") | {
            "number": f"{document['number']}{clause}",
            "issuer": document["issuer"]["vi"],
            "valid_until": last,
        }

    def _events(self) -> None:
        for row in self._each("sự kiện · events", read("events")):
            created = self._post("events/v1/events", self._event(row))
            if row["repeats"]:
                self._repeat(created, row["repeats"])
            else:
                self._post(f"events/v1/events/{created['id']}/publish", {})
            self.events[row["key"]] = created["id"]

    def _repeat(self, first: Row, rule: str) -> None:
        """A series of it, published; what falls on a holiday is called off, as an office does."""
        made = self._post("events/v1/series", {"event_id": first["id"], "rule": rule})
        self._post(f"events/v1/series/{made['id']}/publish", {})
        for event in made["events"]:
            day = datetime.fromisoformat(event["starts_at"]).astimezone(HOME).date()
            if not is_working_day(day):
                self._post(f"events/v1/events/{event['id']}/cancel", {"reason": _HOLIDAY})

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
            "owed_event_id": self._owed(row["owed"], starts_at.astimezone(ZoneInfo(zone)).date()),
            "speakers": row["speakers"],
            "agenda": [
                {name: said for name, said in item.items() if name not in ("start", "end")}
                | {f"{edge}s_at": _at(item[edge], starts_at, zone) for edge in ("start", "end")}
                for item in row["agenda"]
            ],
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

    def _owed(self, owed: Row | None, day: date) -> str | None:
        """What an event of that day pays, if that is owed then."""
        if owed is None:
            return None
        programme = next(row for row in read("programmes") if row["key"] == owed["programme"])
        item = next(one for one in programme["items"] if one["key"] == owed["item"])
        made = self.programmes.get((owed["programme"], day.year))
        in_time = _day(day.year, item["from"]) <= day <= _day(day.year, item["until"])
        return made[1][owed["item"]] if made and in_time else None

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


def _day(year: int, said: Row) -> date:
    return date(year, said["month"], said["day"])


def _at(clock: str, starts_at: datetime, zone: str) -> str:
    """The moment at which clocks there show this on the day of the event."""
    day = starts_at.astimezone(ZoneInfo(zone)).date()
    return datetime.combine(day, time.fromisoformat(clock), ZoneInfo(zone)).isoformat()


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

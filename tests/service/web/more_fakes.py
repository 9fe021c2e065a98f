"""More of events' contract for the fakes: files with the real readers, histories, one's own calendar, counts."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from typing import Any

from flask import Flask, jsonify, request

from services.events.errors import NoSuchFormat, UnreadableUpload
from services.events.importing import LARGEST_FILE, READERS, UnreadableFile
from services.events.models.calendar_address import REMINDERS
from shared.database.types import jsonable
from shared.http.problems import Invalid, NotFound
from shared.text import Text, fold
from tests.service.web import fakes


def files(app: Flask, world: fakes.World) -> None:
    """POST /v1/imports and what follows, for the one organisation of the fakes."""

    @app.post("/v1/imports")
    def read() -> Any:
        request.max_content_length = LARGEST_FILE
        asked = fakes.query({"organisation_id", "kind", "timezone"})
        fakes.holding(world, asked["organisation_id"], "organiser", "admin")
        if asked["kind"] not in {kind["key"] for kind in fakes.KINDS}:
            raise Invalid({"kind": Text("Không có loại này.", "There is no such kind.")})
        if request.mimetype not in READERS:
            raise NoSuchFormat
        content = request.get_data()
        world.uploads.append((request.mimetype, len(content)))
        name, reader = READERS[request.mimetype]
        try:
            rows = reader(content, asked["timezone"])
        except UnreadableFile as unreadable:
            raise UnreadableUpload(unreadable.text) from None
        made = {
            "id": fakes.new_id(), "organisation_id": asked["organisation_id"], "format": name, "read": rows, "kind": asked["kind"],
            "created_at": fakes.iso(fakes.NOW), "confirmed_at": None,
        }  # fmt: skip
        world.files[made["id"]] = made
        return view(made), 201

    def owned(import_id: str) -> dict[str, Any]:
        made = world.files.get(import_id)
        if made is None:
            raise NotFound
        fakes.holding(world, made["organisation_id"], "organiser", "admin")
        return made

    def judged(row: Any) -> dict[str, Any]:
        title, key = row.fields.get("title"), row.key or fold(str(row.fields.get("title")))
        known = world.imported.get(key)
        times = {name: jsonable(row.fields.get(name)) for name in ("starts_at", "ends_at")}
        differences = {
            name: [world.events[known][name], jsonable(value)] for name, value in {"title": title, **times}.items()
            if known and jsonable(value) != jsonable(world.events[known][name])
        }  # fmt: skip
        changed = sorted(differences)
        fate = (
            "refused" if row.problems else "new" if not known else "changed" if changed else "same"
        )
        language = "en" if request.headers.get("Accept-Language") == "en" else "vi"
        problems = [{"field": n, "message": t.say(language)} for n, t in row.problems.items()]
        return {
            "place": row.place, "fate": fate, "event_id": known, "title": title, "changed": changed, "differences": differences, "problems": problems, "_key": key, **times,
        }  # fmt: skip

    def view(made: dict[str, Any]) -> dict[str, Any]:
        rows = [judged(row) for row in made["read"]]
        counts = Counter(row["fate"] for row in rows)
        shown = {name: made[name] for name in ("id", "organisation_id", "format", "created_at", "confirmed_at")}  # fmt: skip
        bare = [{name: row[name] for name in row if name != "_key"} for row in rows]
        fates = ("new", "changed", "same", "refused")
        return shown | {"counts": {fate: counts[fate] for fate in fates}, "rows": bare}

    @app.get("/v1/imports/<import_id>")
    def show(import_id: str) -> Any:
        return view(owned(import_id))

    @app.post("/v1/imports/<import_id>/confirm")
    def confirm(import_id: str) -> Any:
        fakes.body(set())
        made = owned(import_id)
        before = view(made)
        for row in [judged(row) for row in made["read"]]:
            fields = {name: row[name] for name in ("title", "starts_at", "ends_at")}
            if row["fate"] == "new":
                world.imported[row["_key"]] = world.add(**fakes.EMPTY | fields)["id"]
            elif row["fate"] == "changed":
                world.events[row["event_id"]].update(fields)
        made["confirmed_at"] = before["confirmed_at"] = fakes.iso(fakes.NOW)
        return before


def histories(app: Flask, world: fakes.World) -> None:
    @app.get("/v1/events/<event_id>/history")
    def history(event_id: str) -> Any:
        fakes.query({"cursor", "limit"})
        found = world.events.get(event_id)
        if found is None:
            raise NotFound
        fakes.holding(world, found["organisation"]["id"], "organiser", "leader", "admin")
        return fakes.page_of(world.histories.get(event_id, []))


def own_calendars(app: Flask, world: fakes.World) -> None:
    @app.get("/v1/calendar-addresses")
    def addresses() -> Any:
        known = world.addresses.get(fakes.caller(world)["id"])
        return {"items": [known] if known else [], "next": None}

    @app.post("/v1/calendar-addresses")
    def renew() -> Any:
        sent, person = fakes.body({"reminder"}), fakes.caller(world)
        if sent.get("reminder") not in (None, *REMINDERS):
            raise Invalid({"reminder": "Must be one of: 15, 60, 1440."})
        assert "Idempotency-Key" not in request.headers
        made = {"reminder": sent.get("reminder"), "created_at": fakes.iso(fakes.NOW)}
        world.addresses[person["id"]] = made
        return jsonify({"address": f"https://dt.example/lich/{fakes.new_id()}.ics", **made}), 201

    @app.delete("/v1/calendar-addresses")
    def end() -> Any:
        world.addresses.pop(fakes.caller(world)["id"], None)
        return "", 204


def facets(app: Flask, find: Callable[[dict[str, str]], list[dict[str, Any]]]) -> None:
    """`find` gives the events that a list of the same questions holds."""

    @app.get("/v1/events/facets")
    def count() -> Any:
        found = find(fakes.query(fakes.FILTERS))
        kinds = Counter(one["kind"]["key"] for one in found)
        named = {one["kind"]["key"]: one["kind"] for one in found}
        organisations = Counter(one["organisation"]["id"] for one in found)
        holders = {one["organisation"]["id"]: one["organisation"] for one in found}
        areas = Counter(id_ for one in found if (id_ := (one.get("venue") or {}).get("area_id")))
        languages = Counter(tag for one in found for tag in one.get("languages", ()))
        return {
            "kinds": [{**named[key], "count": count} for key, count in kinds.items()],
            "organisations": [{**holders[key], "count": n} for key, n in organisations.items()],
            "areas": [{"id": key, "count": n} for key, n in areas.items()],
            "languages": [{"key": key, "count": n} for key, n in languages.items()],
        }

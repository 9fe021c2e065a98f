"""Programmes and series for the fakes: events' own models and shapes decide, a dictionary keeps."""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterable
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

import marshmallow as ma
from flask import Flask, jsonify, request

from services.events.errors import (
    FixedAfterPublication,
    ProgrammeHasEvents,
    RepeatsAlready,
    WarningsNotAccepted,
)
from services.events.models import Programme, Rule, Status
from services.events.models.series import planned, read
from services.events.models.yearly import same_day
from services.events.operations.programmes import _IS_PAID_FOR, _NOT_LATER
from services.events.operations.series import _NO_REASON
from services.events.repository.programmes import Belonging
from services.events.schemas.programmes import (
    CopyRequest,
    ProgrammeChange,
    ProgrammeCopyView,
    ProgrammeRequest,
    ProgrammeView,
    programme_view,
)
from services.events.schemas.series import (
    PreviewRequest,
    PreviewView,
    SeriesCancellation,
    SeriesChange,
    SeriesPublication,
    SeriesRequest,
)
from shared.http.etags import require_match
from shared.http.problems import Invalid, NotFound, flatten
from tests.service.web import fakes

NOTICE = Rule(
    key="youth_30_days",
    kinds=["dialogue-youth"],
    check="published_days_before",
    parameters={"days": 30},
    position=1,
)
MOVES = ("starts_at", "ends_at", "registration_opens_at", "registration_closes_at")


def programme_of(world: fakes.World, owner: dict[str, Any] | None = None) -> str:
    """A programme of this year with an item that is late and one that is missing; its id."""
    items = [
        {"kind": "training", "title": {"vi": "T", "en": "T"}, "due_from": date(2026, first, 1), "due_until": date(2026, last, 28), "how_many": 2}
        for first, last in ((1, 2), (6, 7))
    ]  # fmt: skip
    made = Programme.begin(
        id=UUID(fakes.new_id()),
        organisation_id=UUID((owner or fakes.ORGANISATION)["id"]),
        fields={"year": 2026, "title": {"vi": "P", "en": "P"}, "estimate": 12_500_000, "items": items, "legal_basis": {"number": "12", "valid_until": "2026-12-31"}},
        now=fakes.NOW,
    )  # fmt: skip
    world.programmes[str(made.id)] = made
    return str(made.id)


def series_of(world: fakes.World, first: dict[str, Any]) -> str:
    """A series of one date, an event; its id. Others join it by their `series_id`."""
    made = {
        "id": fakes.new_id(), "organisation_id": first["organisation"]["id"], "rule": "FREQ=WEEKLY;COUNT=1",
        "starts_at": first["starts_at"], "timezone": first["timezone"], "version": 1,
    }  # fmt: skip
    first.update(series_id=made["id"], occurrence=first["starts_at"])
    world.series[made["id"]] = made
    return str(made["id"])


def loaded(schema: ma.Schema) -> dict[str, Any]:
    """What was sent, as the contract reads it, or what is wrong with it."""
    try:
        found: dict[str, Any] = schema.load(request.get_json())
    except ma.ValidationError as wrong:
        raise Invalid(flatten(wrong.messages)) from None
    return found


def programmes(app: Flask, world: fakes.World) -> None:
    """GET and POST /v1/programmes, one of them, and its copy."""

    def belonging(programme: Programme) -> list[Belonging]:
        return [
            Belonging(
                UUID(e["id"]), programme.id, UUID(e["owed_event_id"]) if e["owed_event_id"] else None, programme.organisation_id,
                Status(e["status"]), e["title"],
                *(datetime.fromisoformat(e[name]) if e[name] else None for name in ("starts_at", "ends_at")),
            )
            for e in world.events.values() if e["programme_id"] == str(programme.id)
        ]  # fmt: skip

    def view(programme: Programme, schema: ma.Schema, **more: Any) -> dict[str, Any]:
        events = belonging(programme)
        shown = programme_view(programme, events, rules=[NOTICE], now=fakes.NOW, sees_drafts=True)
        owner = next(o for o in world.organisations if o["id"] == str(programme.organisation_id))
        dumped: dict[str, Any] = schema.dump(shown | {"organisation": owner} | more)
        return dumped

    def known(programme_id: str) -> Programme:
        found = world.programmes.get(programme_id)
        if found is None:
            raise NotFound
        return found

    def owned(programme_id: str) -> Programme:
        found = known(programme_id)
        fakes.holding(world, str(found.organisation_id), "organiser", "admin")
        return found

    def of_known_kinds(fields: dict[str, Any]) -> None:
        kinds = {kind["key"] for kind in fakes.KINDS}
        items = enumerate(fields.get("items", ()))
        wrong = {f"items.{n}.kind": "Không có loại này." for n, item in items if item["kind"] not in kinds}  # fmt: skip
        if wrong:
            raise Invalid(dict(wrong))

    def begun(fields: dict[str, Any], organisation_id: UUID) -> Programme:
        of_known_kinds(fields)
        made = Programme.begin(
            id=UUID(fakes.new_id()), organisation_id=organisation_id, fields=fields, now=fakes.NOW
        )
        world.programmes[str(made.id)] = made
        return made

    @app.get("/v1/programmes")
    def programme_listing() -> Any:
        asked = fakes.query({"organisation_id", "year", "limit", "cursor"})
        found = [
            one for one in world.programmes.values()
            if asked.get("organisation_id") in (None, str(one.organisation_id)) and asked.get("year") in (None, str(one.year))
        ]  # fmt: skip
        return fakes.page_of([view(one, ProgrammeView()) for one in found])

    @app.post("/v1/programmes")
    def programme_create() -> Any:
        fields = loaded(ProgrammeRequest())
        owner = fields.pop("organisation_id")
        fakes.holding(world, str(owner), "organiser", "admin")
        return fakes.once(world, lambda: view(begun(fields, owner), ProgrammeView())), 201

    @app.get("/v1/programmes/<programme_id>")
    def programme_show(programme_id: str) -> Any:
        found = known(programme_id)
        return jsonify(view(found, ProgrammeView())), 200, {"ETag": f'"{found.version}"'}

    @app.patch("/v1/programmes/<programme_id>")
    def programme_change(programme_id: str) -> Any:
        programme, fields = owned(programme_id), loaded(ProgrammeChange())
        require_match(programme.version)
        of_known_kinds(fields)
        paid = {one.owed_event_id for one in belonging(programme)}
        if "items" in fields and programme.dropped(fields["items"]) & paid:
            raise Invalid({"items": _IS_PAID_FOR})
        programme.edit(fields, fakes.NOW)
        return view(programme, ProgrammeView())

    @app.delete("/v1/programmes/<programme_id>")
    def programme_delete(programme_id: str) -> Any:
        programme = owned(programme_id)
        require_match(programme.version)
        if belonging(programme):
            raise ProgrammeHasEvents
        del world.programmes[programme_id]
        return "", 204

    @app.post("/v1/programmes/<programme_id>/copy")
    def programme_copied(programme_id: str) -> Any:
        programme, year = owned(programme_id), loaded(CopyRequest())["year"]
        if year <= programme.year:
            raise Invalid({"year": _NOT_LATER})

        def make() -> dict[str, Any]:
            made = begun(programme.for_year(year), programme.organisation_id)
            drafts = [
                {"event": _later(world, one, made, year - programme.year), "copy_of": str(one.id), "warnings": world.warnings}
                for one in belonging(programme) if one.status is Status.COMPLETED
            ]  # fmt: skip
            # Shown without a schema: it is made of JSON.
            return view(made, ProgrammeCopyView(exclude=("copied",))) | {"copied": drafts}

        return fakes.once(world, make), 201


def _later(world: fakes.World, one: Belonging, made: Programme, years: int) -> dict[str, Any]:
    """A draft of the same event, on the same weekday of the same week."""
    assert one.starts_at is not None
    day = same_day(one.starts_at.date(), years=years)
    starts = fakes.iso(one.starts_at.replace(year=day.year, month=day.month, day=day.day))
    draft = world.add(title=one.title, status="draft", seats=None, starts_at=starts, ends_at=None, programme_id=str(made.id))  # fmt: skip
    return {name: draft[name] for name in ("id", "status", "title", "starts_at", "ends_at")}


def series(app: Flask, world: fakes.World, *, otherwise: Callable[[str], Any]) -> None:
    """POST /v1/series and its preview, one of them, and what is done with all of its events.

    `otherwise` shows one that was not made here.
    """

    def events_of(found: dict[str, Any]) -> list[dict[str, Any]]:
        own = [e for e in world.events.values() if e["series_id"] == found["id"]]
        return sorted(own, key=lambda e: str(e["occurrence"]))

    def outside(found: dict[str, Any]) -> list[str]:
        dates = dates_of(found)
        return [
            e["id"] for e in events_of(found)
            if e["status"] in ("published", "postponed", "completed") and e["occurrence"] not in dates
        ]  # fmt: skip

    def dates_of(found: dict[str, Any]) -> list[str]:
        return _utc(planned(found["rule"], datetime.fromisoformat(found["starts_at"]), found["timezone"]))  # fmt: skip

    def view(found: dict[str, Any]) -> dict[str, Any]:
        shown = {name: value for name, value in found.items() if name != "version"}
        return shown | {"events": events_of(found), "outside": outside(found), "updated_at": fakes.iso(fakes.NOW)}  # fmt: skip

    def owned(series_id: str, *roles: str) -> dict[str, Any]:
        found = world.series.get(series_id)
        if found is None:
            raise NotFound
        fakes.holding(world, found["organisation_id"], "organiser", "admin", *roles)
        return found

    def since(found: dict[str, Any], wish: dict[str, Any]) -> list[dict[str, Any]]:
        events, first = events_of(found), wish.pop("from_event_id", None)
        ids = [e["id"] for e in events]
        if first is not None and str(first) not in ids:
            raise Invalid({"from": "Sự kiện này không thuộc chuỗi."})
        return events if first is None else events[ids.index(str(first)) :]

    @app.post("/v1/series/preview")
    def series_preview() -> Any:
        wish = loaded(PreviewRequest())
        found = {"rule": read(wish["rule"]).text, "dates": planned(**wish)}
        return PreviewView().dump(found)

    @app.post("/v1/series")
    def series_create() -> Any:
        wish = loaded(SeriesRequest())
        first = world.events[str(wish["event_id"])]
        fakes.holding(world, first["organisation"]["id"], "organiser", "admin")

        def make() -> dict[str, Any]:
            if first["series_id"]:
                raise RepeatsAlready
            found = {
                "id": fakes.new_id(), "organisation_id": first["organisation"]["id"], "rule": read(wish["rule"]).text,
                "starts_at": first["starts_at"], "timezone": first["timezone"], "version": 1,
            }  # fmt: skip
            _drafts(world, found, first, dates_of(found))
            world.series[found["id"]] = found
            return view(found)

        return fakes.once(world, make), 201

    @app.get("/v1/series/<series_id>")
    def series_show(series_id: str) -> Any:
        if series_id not in world.series:
            return otherwise(series_id)
        found = owned(series_id, "leader", "officer")
        return jsonify(view(found)), 200, {"ETag": f'"{found["version"]}"'}

    @app.get("/v1/series/<series_id>/warnings")
    def series_warnings(series_id: str) -> Any:
        drafts = [e for e in events_of(owned(series_id, "leader")) if e["status"] == "draft"]
        return fakes.page_of(
            [one | {"event_id": e["id"]} for e in drafts for one in world.warnings]
        )

    @app.patch("/v1/series/<series_id>")
    def series_change(series_id: str) -> Any:
        found, wish = owned(series_id), loaded(SeriesChange())
        require_match(found["version"])
        sent = dict(request.get_json())
        whole, chosen = events_of(found), since(found, wish)
        for name in ("from", "rule", "reason", "cancel_reason"):
            sent.pop(name, None)
        public = [e for e in chosen if e["status"] == "published"]
        if public and (fixed := sent.keys() & {"capacity", "registration_opens_at"}):
            raise FixedAfterPublication(fixed)
        if public and sent.keys() & set(MOVES) and "reason" not in wish:
            raise Invalid({"reason": _NO_REASON})
        if len(chosen) < len(whole):
            found = found | {
                "id": fakes.new_id(),
                "version": 1,
                "starts_at": chosen[0]["occurrence"],
            }
            world.series[found["id"]] = found
            for e in chosen:
                e["series_id"] = found["id"]
        found["version"] += 1
        if "rule" in wish:
            found["rule"] = read(wish["rule"]).text
            _follow(world, chosen, dates_of(found), wish.get("cancel_reason"))
        lead = datetime.fromisoformat(found["starts_at"])
        for e in events_of(found):
            by = datetime.fromisoformat(e["occurrence"]) - lead
            moved = {name: fakes.iso(datetime.fromisoformat(sent[name]) + by) for name in MOVES if name in sent}  # fmt: skip
            venue = {"venue": (e["venue"] or {}) | sent["venue"]} if "venue" in sent else {}
            e.update(sent | moved | venue)
        return view(found)

    @app.post("/v1/series/<series_id>/publish")
    def series_publish(series_id: str) -> Any:
        found, wish = owned(series_id), loaded(SeriesPublication())
        accepted = {one["rule"] for one in wish["accept"]}
        drafts = [e for e in since(found, wish) if e["status"] == "draft"]
        open_ = [one for one in world.warnings if one["must_be_accepted"] and one["rule"] not in accepted]  # fmt: skip
        if drafts and open_:
            raise WarningsNotAccepted(warnings=open_)
        _mark(drafts, status="published")
        return view(found)

    @app.post("/v1/series/<series_id>/cancel")
    def series_cancel(series_id: str) -> Any:
        found, wish = owned(series_id), loaded(SeriesCancellation())
        ahead = [e for e in since(found, wish) if e["status"] == "published"]
        _mark(ahead, status="cancelled", reason=wish["reason"])
        return view(found)


def _drafts(
    world: fakes.World, found: dict[str, Any], first: dict[str, Any], dates: list[str]
) -> None:
    first.update(series_id=found["id"], occurrence=dates[0])
    lead = datetime.fromisoformat(dates[0])
    for day in dates[1:]:
        by: timedelta = datetime.fromisoformat(day) - lead
        moved = {name: first[name] and fakes.iso(datetime.fromisoformat(first[name]) + by) for name in MOVES}  # fmt: skip
        other = copy.deepcopy(first) | moved | {"id": fakes.new_id(), "occurrence": day}
        world.events[other["id"]] = other


def _follow(
    world: fakes.World, events: list[dict[str, Any]], dates: list[str], why: dict[str, Any] | None
) -> None:
    """Drafts whose date is gone go; what was published is cancelled if `why` says so."""
    for e in [e for e in events if e["occurrence"] not in dates]:
        if e["status"] == "draft":
            del world.events[e["id"]]
        elif why:
            _mark([e], status="cancelled", reason=why)


def _mark(events: Iterable[dict[str, Any]], **changes: Any) -> None:
    for e in events:
        e.update(changes)


def _utc(dates: Iterable[datetime]) -> list[str]:
    return [fakes.iso(day.astimezone(UTC)) for day in dates]

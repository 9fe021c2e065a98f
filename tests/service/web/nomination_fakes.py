"""Nominations and groups for the fakes: registrations' own shapes, reader of lists and errors; dictionaries keep."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import marshmallow as ma
from flask import Flask, request

from services.registrations.errors import (
    AlreadyRegistered,
    ConsentTextChanged,
    GroupDoesNotFit,
    NominationClosed,
    NominationExists,
    NomineeReplaced,
    NomineeTaken,
    UnreadableUpload,
)
from services.registrations.importing import MOST_SHEET_LINES, read_nominees
from services.registrations.models.consent import VERSION, consent_text
from services.registrations.pasting import NO_SEAT_LEFT, STANDS_ALREADY, Row, read
from services.registrations.schemas.groups import GroupRequest
from services.registrations.schemas.nominations import (
    ConfirmRequest,
    NominationRequest,
    NominationTerms,
    NomineeRequest,
    PastedRequest,
)
from shared.database.types import jsonable
from shared.http.problems import Invalid, NotFound, flatten
from shared.sheets import UnreadableSheet, read_xlsx
from tests.service.web import fakes
from tests.service.web.form_fakes import read as read_answers

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
DEADLINE = "2026-03-20T10:00:00Z"


def opened(
    world: fakes.World, event: dict[str, Any], partner: dict[str, Any], **more: Any
) -> dict[str, Any]:
    """A list of a partner for an event: two seats, until the 20th of March at 17:00 in Vietnam."""
    made: dict[str, Any] = {
        "id": fakes.new_id(), "event_id": event["id"], "organisation_id": partner["id"], "name": {"vi": partner["name"], "en": None}, "seats": 2,
        "deadline": DEADLINE, "release_at": DEADLINE, "document": {"number": None, "date": None}, "nominees": [], "closed": False,
        "event": {"title": event["title"], "starts_at": event["starts_at"], "ends_at": event["ends_at"], "timezone": event["timezone"], "venue_name": fakes.HALL},
    } | more  # fmt: skip
    world.nominations[made["id"]] = made
    return made


def named(made: dict[str, Any], name: str, **more: Any) -> dict[str, Any]:
    """Somebody on a list."""
    nominee = {
        "id": fakes.new_id(), "nomination_id": made["id"], "name": name, "phone": None, "email": None, "state": "nominated", "replaces": None,
        "checked_in": False, "secret": "s3cret", "registration_id": None, "person": None,
    } | more  # fmt: skip
    made["nominees"].append(nominee)
    return nominee


def view(made: dict[str, Any]) -> dict[str, Any]:
    states = [one["state"] for one in made["nominees"]]
    return {name: value for name, value in made.items() if name not in ("nominees", "closed")} | {
        "named": states.count("nominated") + states.count("confirmed"),
        "confirmed": states.count("confirmed"),
        "waiting": states.count("nominated"),
        "declined": states.count("declined"),
        "open": not made["closed"],
    }


def nominations(app: Flask, world: fakes.World) -> None:
    """The partner's and the organiser's side, the nominee's, and groups."""

    def loaded(schema: type[ma.Schema]) -> dict[str, Any]:
        try:
            return dict(schema().load(request.get_json()))
        except ma.ValidationError as wrong:
            raise Invalid(flatten(wrong.messages)) from None

    def planned(event_id: str) -> dict[str, Any]:
        fakes.holding(world, fakes.ORGANISATION["id"], "organiser", "admin")
        return world.events[event_id]

    def acting(nomination_id: str) -> dict[str, Any]:
        made = world.nominations.get(nomination_id)
        if made is None:
            raise NotFound
        roles = [(m["organisation"]["id"], m["role"]) for m in fakes.caller(world)["memberships"]]
        partner = made["organisation_id"]
        if (fakes.ORGANISATION["id"], "organiser") not in roles:
            fakes.holding(world, partner, "officer", "organiser", "admin")
        return made

    def require_open(made: dict[str, Any]) -> None:
        if made["closed"]:
            raise NominationClosed(deadline=datetime.fromisoformat(made["deadline"]))

    def sorted_out(made: dict[str, Any], rows: list[Row]) -> dict[str, Any]:
        require_open(made)
        left = made["seats"] - view(made)["named"]
        known = {v for one in made["nominees"] for v in (one["phone"], one["email"]) if v}
        good: list[dict[str, Any]] = []
        flagged: list[dict[str, Any]] = []
        for row in rows:
            said = row.says("vi")
            if said is None and known & {row.phone, row.email}:
                said = STANDS_ALREADY.vi
            elif said is None and len(good) >= left:
                said = NO_SEAT_LEFT.vi
            (good if said is None else flagged).append(_row(row, said))
        return {"good": good, "flagged": flagged, "left": left - len(good)}

    @app.get("/v1/offers/<event_id>/nominations")
    def of_event(event_id: str) -> Any:
        planned(event_id)
        found = [one for one in world.nominations.values() if one["event_id"] == event_id]
        return {"items": [view(one) for one in found], "next": None}

    @app.post("/v1/offers/<event_id>/nominations")
    def open_one(event_id: str) -> Any:
        event, asked = planned(event_id), jsonable(loaded(NominationRequest))

        def make() -> dict[str, Any]:
            for one in world.nominations.values():
                if (one["event_id"], one["organisation_id"]) == (
                    event_id,
                    asked["organisation_id"],
                ):
                    raise NominationExists(nomination_id=one["id"])
            letter = {"number": asked["document_number"], "date": asked["document_date"]}
            partner = {"id": asked["organisation_id"], "name": asked["name"]["vi"]}
            terms = {name: asked[name] for name in ("seats", "deadline")}
            return view(opened(world, event, partner, document=letter, **terms))

        return fakes.once(world, make), 201

    @app.get("/v1/nominations")
    def of_partner() -> Any:
        asked = fakes.query({"organisation_id", "cursor"})["organisation_id"]
        fakes.holding(world, asked, "officer", "organiser", "admin")
        found = [one for one in world.nominations.values() if one["organisation_id"] == asked]
        return {"items": [view(one) for one in found], "next": None}

    @app.get("/v1/nominations/<nomination_id>")
    def whole(nomination_id: str) -> Any:
        made = acting(nomination_id)
        shown = ("registration_id", "person")
        nominees = [
            {name: value for name, value in one.items() if name not in shown}
            for one in made["nominees"]
        ]
        return view(made) | {"nominees": nominees}

    @app.patch("/v1/nominations/<nomination_id>")
    def change(nomination_id: str) -> Any:
        made = world.nominations[nomination_id]
        planned(made["event_id"])
        terms = jsonable(loaded(NominationTerms))
        made.update(terms, closed=False, release_at=terms["release_at"] or terms["deadline"])
        return view(made)

    @app.post("/v1/nominations/<nomination_id>/close")
    def close(nomination_id: str) -> Any:
        made = world.nominations[nomination_id]
        planned(made["event_id"])
        made["closed"] = True
        return view(made)

    @app.post("/v1/nominations/<nomination_id>/nominees/preview")
    def preview(nomination_id: str) -> Any:
        return sorted_out(acting(nomination_id), read(loaded(PastedRequest)["text"]))

    @app.post("/v1/nominations/<nomination_id>/nominees/sheet")
    def sheet(nomination_id: str) -> Any:
        made = acting(nomination_id)
        assert request.mimetype == XLSX
        try:
            rows = read_nominees(read_xlsx(request.get_data(), most_rows=MOST_SHEET_LINES))
        except UnreadableSheet as unreadable:
            raise UnreadableUpload(unreadable.text) from None
        return sorted_out(made, rows)

    @app.post("/v1/nominations/<nomination_id>/nominees")
    def name(nomination_id: str) -> Any:
        made, text = acting(nomination_id), loaded(PastedRequest)["text"]

        def make() -> dict[str, Any]:
            done = sorted_out(made, read(text))
            for row in done["good"]:
                named(made, row["name"], phone=row["phone"], email=row["email"])
            return done

        return fakes.once(world, make), 201

    @app.post("/v1/nominees/<nominee_id>/replace")
    def replace(nominee_id: str) -> Any:
        made, one = found(nominee_id)
        acting(made["id"])
        person = loaded(NomineeRequest)

        def make() -> dict[str, Any]:
            require_open(made)
            if one["state"] == "replaced":
                raise NomineeReplaced
            one["state"] = "replaced"
            return named(made, person["name"], phone=person["phone"], email=person["email"])

        return fakes.once(world, make), 201

    def found(nominee_id: str) -> tuple[dict[str, Any], dict[str, Any]]:
        for made in world.nominations.values():
            for one in made["nominees"]:
                if one["id"] == nominee_id:
                    return made, one
        raise NotFound

    def proven(nominee_id: str, secret: str) -> tuple[dict[str, Any], dict[str, Any]]:
        made, one = found(nominee_id)
        if one["secret"] != secret:
            raise NotFound
        return made, one

    def invitation(made: dict[str, Any], one: dict[str, Any]) -> dict[str, Any]:
        mine = "Authorization" in request.headers and fakes.caller(world)["id"] == one["person"]
        spoken = request.accept_languages.best_match(["vi", "en"]) or "vi"
        return {
            "id": one["id"], "event_id": made["event_id"], "partner": made["name"], "name": one["name"], "state": one["state"], "open": not made["closed"],
            "deadline": made["deadline"], "consent": {"version": VERSION, "text": consent_text(made["name"], spoken)}, "event": made["event"],
            "registration_id": one["registration_id"] if mine else None,
        }  # fmt: skip

    @app.post("/v1/nominees/<nominee_id>/look")
    def look(nominee_id: str) -> Any:
        return invitation(*proven(nominee_id, fakes.body({"secret"}, {"secret"})["secret"]))

    @app.post("/v1/nominees/<nominee_id>/confirm")
    def confirm_nominee(nominee_id: str) -> Any:
        person, answer = fakes.caller(world), loaded(ConfirmRequest)
        made, one = proven(nominee_id, answer["secret"])
        require_open(made)
        if one["state"] == "replaced":
            raise NomineeReplaced
        if one["state"] == "confirmed" and one["person"] != person["id"]:
            raise NomineeTaken
        if answer["consent_version"] != VERSION:
            raise ConsentTextChanged(version=VERSION)
        if one["state"] != "confirmed":
            for other in world.registrations.values():
                if (other["event_id"], other["person_id"]) == (made["event_id"], person["id"]):
                    raise AlreadyRegistered(registration_id=other["id"])
            event = world.events[made["event_id"]]
            more = read_answers(world, made["event_id"], answer) | {"phone": answer["phone"]}
            place = world.register(event, person, answer["name"], **more)
            one.update(state="confirmed", person=person["id"], registration_id=place["id"])
        return invitation(made, one)

    @app.post("/v1/nominees/<nominee_id>/decline")
    def decline_nomination(nominee_id: str) -> Any:
        made, one = proven(nominee_id, fakes.body({"secret"}, {"secret"})["secret"])
        require_open(made)
        one["state"] = "declined"
        return invitation(made, one)

    @app.post("/v1/offers/<event_id>/group-registrations")
    def register_group(event_id: str) -> Any:
        by, group, event = fakes.caller(world), loaded(GroupRequest), world.events[event_id]

        def make() -> dict[str, Any]:
            left = event["seats"]["left"]
            if group["together"] and len(group["people"]) > left:
                raise GroupDoesNotFit(left=left)
            made = []
            for number, one in enumerate(group["people"]):
                waits = {"status": "waitlisted", "position": number - left + 1}
                nobody = {"id": None}
                more = {"registered_by": by["id"]} | (waits if number >= left else {})
                made.append(world.register(event, nobody, one["name"], phone=one["phone"], **more))
            return {"items": made}

        return fakes.once(world, make), 201


def _row(row: Row, why: str | None) -> dict[str, Any]:
    names = ("line", "text", "name", "phone", "email")
    return {name: getattr(row, name) for name in names} | {
        "ignored": list(row.ignored),
        "why": why,
    }

"""The part of registrations' contract that is about forms: written, answered, edited and counted, by its own rules."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import UUID

import marshmallow as ma
from flask import Flask, jsonify, request

from services.registrations.errors import AnswersFixed
from services.registrations.field_templates import TEMPLATES
from services.registrations.models import Field, Form
from services.registrations.models.form import contradictions
from services.registrations.schemas.forms import FormRequest, FormView, TemplateList
from shared.http.etags import require_match
from shared.http.problems import Invalid, NotFound, flatten
from tests.service.web import fakes


def asks(world: fakes.World, event: dict[str, Any], *fields: dict[str, Any], **more: Any) -> None:
    """Write the form of an event."""
    wanted = FormRequest().load({"fields": list(fields)} | more)
    _keep(world, event["id"], wanted)


def newest(world: fakes.World, event_id: str) -> Form:
    versions = world.forms.get(event_id, [])
    found: Form = versions[-1] if versions else Form.empty(UUID(event_id))
    return found


def read(world: fakes.World, event_id: str, sent: dict[str, Any]) -> dict[str, Any]:
    """The answers of a registration, or what is wrong with them."""
    form, seen = newest(world, event_id), sent.get("form_version")
    before = [one for one in world.forms.get(event_id, []) if one.version == seen]
    other = None if seen in (None, form.version) else (before or [Form.empty(form.event_id)])[0]
    answers = form.read(sent.get("answers", {}), seen=other)
    return {"answers": answers, "form_version": form.version if answers else None}


def seen(world: fakes.World, registration: dict[str, Any]) -> dict[str, Any]:
    """A registration with the keys of what must be answered and is not yet."""
    waits = registration["status"] not in ("cancelled", "declined")
    form, answers = newest(world, registration["event_id"]), registration.get("answers", {})
    return registration | {"unanswered": form.unanswered(answers) if waits else []}


def forms(app: Flask, world: fakes.World, own: Callable[[str], dict[str, Any]]) -> None:
    """`own` gives a registration of the caller."""

    def shown(form: Form) -> Any:
        names = ("event_id", "version", "fields", "retention_days")
        body = FormView().dump({name: getattr(form, name) for name in names})
        return jsonify(body), 200, {"ETag": f'"{form.version}"'}

    def planned(event_id: str) -> None:
        if event_id not in world.events:
            raise NotFound
        fakes.holding(world, fakes.ORGANISATION["id"], "organiser", "admin")

    def sheets(event_id: str) -> list[dict[str, Any]]:
        return [
            one
            for one in world.registrations.values()
            if one["event_id"] == event_id and one.get("answers")
        ]

    @app.get("/v1/offers/<event_id>/form")
    def show(event_id: str) -> Any:
        if event_id not in world.events:
            raise NotFound
        return shown(newest(world, event_id))

    @app.put("/v1/offers/<event_id>/form")
    def write(event_id: str) -> Any:
        planned(event_id)
        require_match(newest(world, event_id).version)
        try:
            wanted = FormRequest().load(request.get_json())
        except ma.ValidationError as wrong:
            raise Invalid(flatten(wrong.messages)) from None
        if wrong := contradictions(wanted["fields"], {}):
            raise Invalid(wrong)
        return shown(_keep(world, event_id, wanted))

    @app.get("/v1/form-templates")
    def templates() -> Any:
        return TemplateList().dump({"items": TEMPLATES, "next": None})

    @app.get("/v1/offers/<event_id>/answers")
    def answers(event_id: str) -> Any:
        planned(event_id)
        status = fakes.query({"status", "cursor", "limit"}).get("status")
        rows = [
            {"registration_id": one["id"], "form_version": 1, "answered_at": fakes.iso(fakes.NOW), "answers": one["answers"]}
            for one in sheets(event_id)
            if status in (None, one["status"])
        ]  # fmt: skip
        return fakes.page_of(rows)

    @app.get("/v1/offers/<event_id>/answers/counts")
    def counts(event_id: str) -> Any:
        planned(event_id)
        found = sheets(event_id)
        return {
            "answered": len(found),
            "fields": [
                _count(field, [one["answers"].get(field.key) for one in found])
                for field in newest(world, event_id).fields
            ],
        }

    @app.patch("/v1/registrations/<registration_id>/answers")
    def edit(registration_id: str) -> Any:
        sent, found = fakes.body({"answers", "form_version"}, {"answers"}), own(registration_id)
        if found["status"] == "cancelled":
            raise AnswersFixed
        found.update(read(world, found["event_id"], sent))
        if world.events[found["event_id"]].get("approval"):
            found["status"] = "pending"
        return seen(world, found)


def _keep(world: fakes.World, event_id: str, wanted: dict[str, Any]) -> Form:
    versions = world.forms.setdefault(event_id, [])
    form = Form.empty(UUID(event_id), len(versions) + 1)
    form.kept_fields = [field.as_kept() for field in wanted["fields"]]
    form.retention_days = wanted["retention_days"]
    versions.append(form)
    return form


def _count(field: Field, given: list[Any]) -> dict[str, Any]:
    there = [one for one in given if one is not None]
    numbers = [one for one in there if isinstance(one, int | float)]
    return {
        "key": field.key,
        "kind": field.kind,
        "label": field.label,
        "answered": len(there),
        "options": [
            option | {"count": sum(option["key"] == one or (isinstance(one, list) and option["key"] in one) for one in there)}
            for option in field.options
        ],
        "numbers": {"least": min(numbers), "largest": max(numbers), "sum": sum(numbers), "mean": sum(numbers) / len(numbers)} if numbers else None,
    }  # fmt: skip

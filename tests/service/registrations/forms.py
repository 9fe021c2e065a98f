"""Forms for the tests: one of every kind of field, and words for writing and answering them."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from tests.service.registrations.conftest import Registrations
from tests.support.harness import Person


def field(key: str, kind: str = "short-text", **more: Any) -> dict[str, Any]:
    """A field as the API takes it."""
    if kind in ("choice", "choices"):
        more.setdefault("options", [option("tax"), option("credit"), option("other")])
    if kind == "consent":
        more.setdefault("text", {"vi": f"Tôi đồng ý: {key}", "en": f"I agree: {key}"})
    return {"key": key, "kind": kind, "label": {"vi": f"Mục {key}", "en": f"Field {key}"}} | more


def option(key: str) -> dict[str, Any]:
    return {"key": key, "label": {"vi": f"Chọn {key}"}}


EVERY_KIND = [
    field("trade", max_length=40),
    field("topic", "choice", required=True),
    field("other", shown_if={"field": "topic", "equals": "other"}, required=True),
    field("question", "long-text", max_length=300),
    field("needs", "choices"),
    field("staff", "number", min=0, max=500),
    field("photos", "consent"),
    field("business", "business"),
]
ANSWERS: dict[str, Any] = {
    "trade": "Bán lẻ {0}",
    "topic": "tax",
    "question": "Hóa đơn\nđiện tử?",
    "needs": ["tax", "credit"],
    "staff": 12,
    "photos": True,
    "business": {
        "name": "Công ty Mận",
        "tax_code": "0100112437",
        "field_of_business": "Bán lẻ",
        "household": False,
    },
}


def set_form(
    house: Registrations, event: UUID, *fields: dict[str, Any], seen: int = 0, **more: Any
) -> Any:
    """Write the form of an event, as its organiser; the answer."""
    return house.call(
        "PUT",
        f"/offers/{event}/form",
        {"fields": list(fields)} | more,
        by=house.organiser,
        headers={"If-Match": f'"{seen}"'},
    )


def with_form(
    house: Registrations, *fields: dict[str, Any], form: Any = None, **event: Any
) -> UUID:
    """An event that asks these fields."""
    made = house.open_event(**event)
    answer = set_form(house, made, *fields, **(form or {}))
    assert answer.status_code == 200, answer.get_json(force=True)
    return made


def answer(
    house: Registrations, event: UUID, answers: Any, *, by: Person | None = None, **more: Any
) -> Any:
    """Register with answers; what came back."""
    body = {"name": "Lan", "answers": answers} | more
    return house.post(f"/offers/{event}/registrations", body, by=by or Person())


def edit(house: Registrations, registration: Any, answers: Any, *, by: Person, **more: Any) -> Any:
    path = f"/registrations/{registration['id']}/answers"
    return house.call("PATCH", path, {"answers": answers} | more, by=by)


def errors(refused: Any) -> dict[str, str]:
    """What was refused, by the path of the field."""
    document = refused.get_json(force=True)
    assert refused.status_code == 422, document
    return {error["field"]: error["message"] for error in document["errors"]}

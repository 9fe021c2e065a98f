"""Whose answers are missing still: colleagues, who were registered by name alone, and who registered before it was asked."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from services.registrations.models import Form
from tests.service.registrations.conftest import Registrations
from tests.service.registrations.forms import answer, edit, field, set_form, with_form
from tests.service.registrations.test_groups import register
from tests.support.harness import Person


def listed(house: Registrations, event: UUID, by: Person | None = None) -> dict[str, Any]:
    """By name, as the organiser's list says it."""
    rows = house.get(f"/offers/{event}/registrations", by=by or house.organiser).json["items"]
    return {row["name"]: row.get("unanswered") for row in rows}


def test_a_colleague_is_registered_and_the_answers_are_waited_for(
    registrations: Registrations,
) -> None:
    """Said to whoever registered them and to the organiser, until the answers are given."""
    event = with_form(registrations, field("trade", required=True), field("hint"), capacity=5)
    ada = Person()
    answer(registrations, event, {"trade": "Bán lẻ"}, by=ada)
    (grace,) = register(registrations, event, ada, "Grace").json["items"]

    def own(path: str) -> Any:
        return registrations.get(path, by=ada).json

    assert grace["status"] == "confirmed"
    assert own(f"/registrations/{grace['id']}")["unanswered"] == ["trade"]
    assert [one["unanswered"] for one in own("/registrations")["items"]] == [["trade"], []]
    assert listed(registrations, event) == {"Lan": [], "Grace": ["trade"]}

    edited = edit(registrations, grace, {"trade": "Xây dựng"}, by=ada).json

    assert edited["unanswered"] == []
    assert listed(registrations, event) == {"Lan": [], "Grace": []}


def test_who_helps_at_the_door_does_not_read_it(registrations: Registrations) -> None:
    """As with phones and notes."""
    event = with_form(registrations, field("trade", required=True))
    register(registrations, event, Person(), "Grace")
    officer = Person().with_role("officer", registrations.organisation)

    assert listed(registrations, event, officer) == {"Grace": None}


def test_what_is_asked_later_is_missing_from_who_came_before(registrations: Registrations) -> None:
    """Until the event is over, and as long as they have a place."""
    event, lan = with_form(registrations, field("a"), capacity=5), Person()
    made = answer(registrations, event, {"a": "x"}, by=lan).json
    (gone,) = registrations.register(event, Person())
    registrations.cancel(gone)
    set_form(registrations, event, field("a"), field("new", required=True), seen=1)

    assert listed(registrations, event) == {"Lan": ["new"], "Nguyễn Thị Minh Họa": []}
    registrations.clock.advance(days=40)
    assert registrations.get(f"/registrations/{made['id']}", by=lan).json["unanswered"] == []


def test_nobody_is_waited_for_who_cannot_answer(registrations: Registrations) -> None:
    """A walk-in has no account and nobody who registered them."""
    event = with_form(registrations, field("trade", required=True))
    registrations.post(f"/offers/{event}/walk-ins", {"name": "Ada"}, by=registrations.organiser)

    assert listed(registrations, event) == {"Ada": []}


def test_a_field_is_missing_only_while_it_is_shown() -> None:
    """What hangs on a hidden one is hidden, too; a consent to another text is no answer, and 0 is one."""
    fields = [
        field("topic", "choice", required=True),
        field("other", required=True, shown_if={"field": "topic", "equals": "other"}),
        field("more", required=True, shown_if={"field": "other", "contains": "x"}),
        field("staff", "number", required=True),
        field("rules", "consent", required=True),
    ]
    form = Form.empty(UUID(int=0), 1)
    form.kept_fields = [
        {"options": None, "text": None} | one | {"label": one["label"]} for one in fields
    ]
    agreed = {"given": True, "text": fields[-1]["text"]}

    assert form.unanswered({}) == ["topic", "staff", "rules"]
    assert form.unanswered({"topic": "other", "staff": 0, "rules": agreed}) == ["other"]
    other_text = {"given": True, "text": {"vi": "Khác", "en": None}}
    assert form.unanswered({"topic": "tax", "staff": 0, "rules": other_text}) == ["rules"]

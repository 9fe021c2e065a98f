"""Writing a form: versions that never change, and every contradiction by its name."""

from __future__ import annotations

from typing import Any

import pytest

from services.registrations.field_templates import TEMPLATES
from services.registrations.models.business import read_tax_code
from services.registrations.models.form import contradictions
from tests.service.registrations.conftest import Registrations
from tests.service.registrations.forms import (
    EVERY_KIND,
    answer,
    errors,
    field,
    option,
    set_form,
    with_form,
)
from tests.support.harness import Person, problem


def test_an_event_asks_nothing_until_its_organiser_writes_a_form(
    registrations: Registrations,
) -> None:
    """Anybody reads it, both languages beside each other, and again only if it is another one."""
    event = registrations.open_event()
    path = f"/offers/{event}/form"
    before = registrations.get(path)

    written = set_form(registrations, event, *EVERY_KIND, retention_days=30)
    after = registrations.get(path)

    assert (before.json["version"], before.json["fields"], before.headers["ETag"]) == (0, [], '"0"')
    assert written.json == after.json
    assert (after.json["version"], after.json["retention_days"]) == (1, 30)
    assert [one["key"] for one in after.json["fields"]] == [one["key"] for one in EVERY_KIND]
    assert after.json["fields"][0]["label"] == {"vi": "Mục trade", "en": "Field trade"}
    assert registrations.get(path, headers={"If-None-Match": '"1"'}).status_code == 304


def test_two_organisers_do_not_overwrite_each_other(registrations: Registrations) -> None:
    """And the same form again is no new version."""
    event = with_form(registrations, field("a"))

    late = set_form(registrations, event, field("b"), seen=0)
    unnamed = registrations.call(
        "PUT", f"/offers/{event}/form", {"fields": []}, by=registrations.organiser
    )
    same = set_form(registrations, event, field("a"), seen=1)

    assert problem(late) == "edited-meanwhile"
    assert problem(unnamed) == "match-required"
    assert same.json["version"] == 1


def test_an_edit_makes_a_version_and_leaves_the_answered_one_as_it_was(
    registrations: Registrations,
) -> None:
    """The list says how many name each."""
    event = with_form(registrations, field("a"))
    answer(registrations, event, {"a": "x"})

    changed = set_form(registrations, event, field("a"), field("b"), seen=1)
    listed = registrations.get(f"/offers/{event}/form/versions", by=registrations.organiser).json

    assert changed.json["version"] == 2
    assert changed.headers["ETag"] == '"2"'
    found = [(one["version"], one["answers"], len(one["fields"])) for one in listed["items"]]
    assert found == [(2, 0, 2), (1, 1, 1)]


def test_only_the_latest_of_the_versions_that_nobody_answered_are_kept(
    registrations: Registrations,
) -> None:
    """An organiser who tries things out fills no database; the answered version stays."""
    event = with_form(registrations, field("a"))
    answer(registrations, event, {"a": "x"})
    for number in range(30):
        set_form(registrations, event, field("a"), field(f"b{number}"), seen=1 + number)

    path = f"/offers/{event}/form/versions"
    listed = registrations.get(f"{path}?limit=15", by=registrations.organiser).json
    rest = registrations.get(f"{path}?cursor={listed['next']}", by=registrations.organiser).json

    versions = [one["version"] for one in (*listed["items"], *rest["items"])]
    assert versions == [*range(31, 10, -1), 1]


def test_every_contradiction_is_named_at_its_place(registrations: Registrations) -> None:
    """All at once; nothing is written."""
    event = registrations.open_event()
    refused = set_form(
        registrations,
        event,
        field("a", shown_if={"field": "b", "equals": "x"}),
        field("a"),
        field("b", "choice", options=[]),
        field("c", "choices", options=[option("x"), option("x")]),
        field("d", "consent", text=None),
        field("e", "number", min=5, max=4),
        field("f", shown_if={"field": "nowhere", "equals": "x"}),
        field("g", shown_if={"field": "c", "equals": "x"}),
        field("h", shown_if={"field": "e", "equals": "three"}),
        field("i", min=1),
        field("j", shown_if={"field": "j", "equals": "x"}),
    )

    found = errors(refused)

    assert found.keys() == {
        "fields.0.shown_if.field",
        "fields.1.key",
        "fields.2.options",
        "fields.3.options",
        "fields.4.text",
        "fields.5.max",
        "fields.6.shown_if.field",
        "fields.7.shown_if.equals",
        "fields.8.shown_if.equals",
        "fields.9.min",
        "fields.10.shown_if.field",
    }
    assert found["fields.0.shown_if.field"] == "Xin chọn một mục đứng trước mục này."
    assert found["fields.6.shown_if.field"] == "Không có mục này trong phiếu."
    assert registrations.get(f"/offers/{event}/form").json["version"] == 0


@pytest.mark.parametrize(
    ("fields", "path"),
    [
        ([field(f"f{number}") for number in range(41)], "fields"),
        ([field("c", "choice", options=[option(f"o{n}") for n in range(51)])], "fields.0.options"),
        ([field("A b")], "fields.0.key"),
        ([field("a", label={"vi": "x" * 201})], "fields.0.label.vi"),
        ([field("a", label={"en": "x"})], "fields.0.label.vi"),
        ([field("a", "drawing")], "fields.0.kind"),
        ([field("a", max_length=5001)], "fields.0.max_length"),
        ([field("a", retention_days=731)], "fields.0.retention_days"),
        ([field("a", status="confirmed")], "fields.0.status"),
        ([field("a"), field("b", shown_if={"field": "a"})], "fields.1.shown_if.equals"),
        (
            [field("a"), field("b", shown_if={"field": "a", "equals": {}})],
            "fields.1.shown_if.equals",
        ),
    ],
)
def test_forms_are_bounded(registrations: Registrations, fields: Any, path: str) -> None:
    """Each bound is named where it is passed."""
    event = registrations.open_event()

    assert path in errors(set_form(registrations, event, *fields))


def test_retention_is_bounded(registrations: Registrations) -> None:
    """From a day to two years."""
    event = registrations.open_event()
    for days in (0, 731):
        assert "retention_days" in errors(set_form(registrations, event, retention_days=days))


def test_a_key_that_was_answered_keeps_its_kind(registrations: Registrations) -> None:
    """Else the counts would add up what is not the same."""
    event = with_form(registrations, field("a"))
    free = set_form(registrations, event, field("a", "number"), seen=1)
    assert free.status_code == 200
    answer(registrations, event, {"a": 3})

    refused = set_form(registrations, event, field("a", "choice"), seen=2)

    assert list(errors(refused)) == ["fields.0.kind"]


def test_the_ready_made_fields_make_a_form(registrations: Registrations) -> None:
    """Together, and as they come from the API."""
    listed = registrations.get("/form-templates").json["items"]
    fields = [one for template in listed for one in template["fields"]]
    event = registrations.open_event()

    written = set_form(registrations, event, *fields)

    assert {template["key"] for template in listed} >= {"business", "question", "photos"}
    assert written.status_code == 200, written.get_json(force=True)
    assert contradictions([one for each in TEMPLATES for one in each["fields"]], {}) == {}
    assert not any(one["required"] for one in fields if one["kind"] == "consent")


def test_a_form_is_written_by_the_organiser_alone(registrations: Registrations) -> None:
    """Officers, the door and others' organisers see no such thing."""
    event = with_form(registrations, field("a"))
    for caller in (
        Person(),
        Person().with_role("officer", registrations.organisation),
        Person().at_door(event, registrations.organisation),
        Person().with_role("organiser", Person().id),
    ):
        for method, path in (
            ("PUT", "form"),
            ("GET", "form/versions"),
            ("GET", "answers"),
            ("GET", "answers/counts"),
        ):
            body: dict[str, Any] | None = {"fields": []} if method == "PUT" else None
            refused = registrations.call(method, f"/offers/{event}/{path}", body, by=caller)
            assert refused.status_code in (403, 404)


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("0100112437", "0100112437"),
        (" 0100 112 437 ", "0100112437"),
        ("0100112437-001", "0100112437-001"),
        ("0100112437001", "0100112437-001"),
        ("079204001234", "079204001234"),
        ("0100112438", None),
        ("0100112437-000", None),
        ("000204001234", None),
        ("097204001234", None),
        ("01001124371", None),
        ("٠١٠٠١١٢٤٣٧", None),
        ("", None),
    ],
)
def test_tax_codes_are_read_as_they_are_written_and_a_wrong_digit_is_found(
    typed: str, kept: str | None
) -> None:
    """Ten digits with a check digit, thirteen of a branch, or a personal number of twelve."""
    assert read_tax_code(typed) == kept

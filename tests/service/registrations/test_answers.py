"""Answering a form: at registration, with an older form on the screen, later on, and until its time is over."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest

from services.registrations.worker import remove_due
from tests.service.registrations.conftest import Registrations
from tests.service.registrations.forms import (
    ANSWERS,
    EVERY_KIND,
    answer,
    edit,
    errors,
    field,
    option,
    set_form,
    with_form,
)
from tests.support.harness import Person, problem


def detail(house: Registrations, registration: Any, by: Person | None = None) -> Any:
    return house.get(f"/registrations/{registration['id']}", by=by or house.organiser).json


def test_answers_are_kept_with_the_version_and_seen_by_the_person_and_the_organiser(
    registrations: Registrations,
) -> None:
    """As they were sent; a consent with the text to which it was given."""
    event, lan = with_form(registrations, *EVERY_KIND), Person()

    made = answer(registrations, event, ANSWERS, by=lan)

    assert made.status_code == 201, made.get_json(force=True)
    assert "answers" not in made.json
    given = {"given": True, "text": {"vi": "Tôi đồng ý: photos", "en": "I agree: photos"}}
    for reader in (lan, registrations.organiser):
        seen = detail(registrations, made.json, reader)
        assert seen["answers"] == ANSWERS | {"photos": given}
        assert seen["form_version"] == 1
    for reader in (Person(), Person().with_role("officer", registrations.organisation)):
        path = f"/registrations/{made.json['id']}"
        assert registrations.get(path, by=reader).status_code in (403, 404)


def test_no_answer_leaves_in_a_message_or_in_the_list(registrations: Registrations) -> None:
    """The outbox, the kept answers of repeats and the attendees' list hold nothing of it."""
    event, lan = with_form(registrations, *EVERY_KIND, approval=True), Person()
    canary = "Chim hoàng yến"
    body = {"name": "Lan", "answers": ANSWERS | {"question": canary}}
    made = registrations.post(f"/offers/{event}/registrations", body, by=lan, key="k1").json
    edit(registrations, made, {"trade": canary}, by=lan)

    told = json.dumps([message.data for message in registrations.published()], ensure_ascii=False)
    listed = registrations.get(
        f"/offers/{event}/registrations", by=registrations.organiser
    ).get_data(as_text=True)
    with registrations.database.engine.connect() as connection:
        repeats = str(connection.exec_driver_sql("SELECT * FROM idempotency_keys").all())

    assert canary not in told + listed + repeats


def test_all_that_is_wrong_is_said_at_once_and_no_seat_is_taken(
    registrations: Registrations,
) -> None:
    """At the field's path, in the caller's language; braces and all."""
    event = with_form(
        registrations,
        *EVERY_KIND,
        field("rules", "consent", required=True, label={"vi": "Nội quy {x}", "en": "Rules {x}"}),
        capacity=1,
        waitlist=False,
    )
    wrong = {
        "trade": "x" * 41,
        "topic": "weather",
        "question": 5,
        "needs": ["tax", "weather"],
        "staff": 501,
        "photos": "yes",
        "business": {"name": " ", "tax_code": "123", "household": "maybe"},
        "nobody_asked": 1,
        "rules": False,
    }

    refused = errors(answer(registrations, event, wrong))

    assert refused.keys() == {
        "answers.trade",
        "answers.topic",
        "answers.question",
        "answers.needs",
        "answers.staff",
        "answers.photos",
        "answers.business.name",
        "answers.business.tax_code",
        "answers.business.household",
        "answers.nobody_asked",
        "answers.rules",
    }
    assert refused["answers.rules"] == "Cần bạn đồng ý với “Nội quy {x}” để đăng ký."
    assert registrations.get(f"/offers/{event}").json["seats_left"] == 1
    assert registrations.count("registrations") == registrations.count("answer_sheets") == 0


@pytest.mark.parametrize("value", [True, "12", 10**400, -1, [3], {"a": 1}, 1e308])
def test_a_number_is_a_number_within_its_bounds(registrations: Registrations, value: Any) -> None:
    """Whatever JSON allows."""
    event = with_form(registrations, field("staff", "number", min=0))

    assert list(errors(answer(registrations, event, {"staff": value}))) == ["answers.staff"]


def test_a_required_field_is_asked_only_while_it_is_shown(registrations: Registrations) -> None:
    """What hangs on a hidden field is hidden, too; what was sent for one is not kept."""
    event = with_form(
        registrations,
        field("topic", "choice"),
        field("other", required=True, shown_if={"field": "topic", "equals": "other"}),
        field("more", required=True, shown_if={"field": "other", "contains": "tai ve"}),
        field("rules", "consent"),
        field("why", required=True, shown_if={"field": "rules", "equals": False}),
        field("needs", "choices"),
        field("food", required=True, shown_if={"field": "needs", "contains": "credit"}),
    )
    asked = {
        (): {"answers.why"},
        (("topic", "other"),): {"answers.other", "answers.why"},
        (("topic", "other"), ("other", "Tài Về"), ("rules", True)): {"answers.more"},
        (("needs", ("tax", "credit")), ("rules", True)): {"answers.food"},
    }
    for given, wanted in asked.items():
        sent = {key: list(one) if isinstance(one, tuple) else one for key, one in given}
        assert errors(answer(registrations, event, sent)).keys() == wanted

    hidden = {"topic": "tax", "other": "x", "more": "y", "rules": True, "why": "z"}
    made = answer(registrations, event, hidden).json

    assert detail(registrations, made)["answers"].keys() == {"topic", "rules"}


def test_answers_to_an_older_form_are_taken_where_they_are_valid_for_the_newest(
    registrations: Registrations,
) -> None:
    """What is not asked any more is let go; the sheet names the newest version."""
    event = with_form(registrations, field("a"), field("gone"))
    set_form(registrations, event, field("a"), field("new"), seen=1)

    made = answer(registrations, event, {"a": "x", "gone": "y"}, form_version=1)

    assert made.status_code == 201
    seen = detail(registrations, made.json)
    assert (seen["answers"], seen["form_version"]) == ({"a": "x"}, 2)


def test_where_they_are_not_the_fields_are_named(registrations: Registrations) -> None:
    """A new required field, an option that is gone, a consent whose text is another one now."""
    event = with_form(registrations, field("topic", "choice"), field("photos", "consent"))
    set_form(
        registrations,
        event,
        field("topic", "choice", options=[option("tax")]),
        field("photos", "consent", text={"vi": "Nội dung khác"}),
        field("new", required=True),
        seen=1,
    )
    sent = {"topic": "other", "photos": True}

    refused = errors(answer(registrations, event, sent, form_version=1))
    unseen = errors(answer(registrations, event, {}, form_version=7))
    read_again = answer(
        registrations, event, {"topic": "tax", "photos": True, "new": "x"}, form_version=2
    )

    assert refused.keys() == {"answers.topic", "answers.photos", "answers.new"}
    assert "vừa được ban tổ chức sửa" in refused["answers.photos"]
    assert unseen.keys() == {"form_version"}
    assert read_again.status_code == 201


def test_answers_are_edited_one_by_one_and_taken_back(registrations: Registrations) -> None:
    """What is not named stays; all of them must be valid for the newest form."""
    event, lan = with_form(registrations, *EVERY_KIND), Person()
    made = answer(registrations, event, ANSWERS, by=lan).json

    edited = edit(registrations, made, {"trade": "Xây dựng", "staff": None}, by=lan)
    refused = edit(registrations, made, {"topic": None, "staff": 501}, by=lan)
    others = edit(registrations, made, {"trade": "x"}, by=Person())

    assert edited.status_code == 200
    assert edited.json["answers"]["trade"] == "Xây dựng"
    assert edited.json["answers"]["topic"] == "tax"
    assert "staff" not in edited.json["answers"]
    assert errors(refused).keys() == {"answers.topic", "answers.staff"}
    assert others.status_code == 404
    assert registrations.status(made) == "confirmed"


def test_a_consent_whose_text_changed_is_not_carried_over(registrations: Registrations) -> None:
    """It held for what was read; an edit of something else does not give it to another text."""
    event, lan = with_form(registrations, field("a"), field("photos", "consent")), Person()
    made = answer(registrations, event, {"a": "x", "photos": True}, by=lan).json
    other = field("photos", "consent", text={"vi": "Nội dung khác"})
    set_form(registrations, event, field("a"), other, seen=1)

    edited = edit(registrations, made, {"a": "y"}, by=lan)

    assert edited.json["answers"] == {"a": "y"}


def test_answers_are_fixed_once_registration_is_closed_or_over(
    registrations: Registrations,
) -> None:
    """Each refusal has its name."""
    event, lan, bich = with_form(registrations, field("a")), Person(), Person()
    gone = answer(registrations, event, {"a": "x"}, by=bich).json
    registrations.cancel(gone)
    made = answer(registrations, event, {"a": "x"}, by=lan).json

    assert problem(edit(registrations, gone, {"a": "y"}, by=bich)) == "answers-fixed"
    registrations.clock.advance(days=20)
    assert problem(edit(registrations, made, {"a": "y"}, by=lan)) == "registration-closed"


# -- approval: edited answers ask again --------------------------------------------------------------------------------


def approving(house: Registrations, **event: Any) -> Any:
    """An event whose organiser approves, with a form."""
    made = with_form(house, field("a"), **event)
    house.call("PATCH", f"/offers/{made}/rules", {"approval": True}, by=house.organiser)
    return made


def decide(house: Registrations, registration: Any, what: str) -> Any:
    body = {"reason": "Không đúng đối tượng"} if what == "decline" else {}
    path = f"/registrations/{registration['id']}/{what}"
    return house.post(path, body, by=house.organiser).json


def test_an_edit_asks_again_and_keeps_the_seat(registrations: Registrations) -> None:
    """Nobody overtakes; there is no ticket meanwhile; the log tells of it; approved, it is as it was."""
    event, lan = approving(registrations, capacity=1), Person()
    made = answer(registrations, event, {"a": "x"}, by=lan).json
    waiting = answer(registrations, event, {"a": "x"}).json
    decide(registrations, made, "approve")
    decide(registrations, waiting, "approve")

    edited = edit(registrations, made, {"a": "y"}, by=lan).json

    assert edited["status"] == "pending"
    assert registrations.status(waiting) == "waitlisted"
    offer = registrations.get(f"/offers/{event}").json
    seats = ("seats_left", "confirmed", "pending", "asked_again")
    assert [offer[name] for name in seats] == [0, 0, 1, 1]
    ticket = registrations.get(f"/registrations/{made['id']}/ticket", by=lan)
    assert problem(ticket) == "no-ticket"
    log = registrations.get(f"/offers/{event}/log", by=registrations.organiser).json["items"]
    assert (log[-1]["what"], log[-1]["status"]) == ("answers-changed", "pending")
    assert registrations.published("registration.pending")[-1].subject == made["id"]

    assert decide(registrations, made, "approve")["status"] == "confirmed"
    assert registrations.get(f"/offers/{event}").json["confirmed"] == 1


def test_saying_the_same_again_asks_nobody(registrations: Registrations) -> None:
    """Neither the organiser nor the log hears of it."""
    event, lan = approving(registrations), Person()
    made = answer(registrations, event, {"a": "x"}, by=lan).json
    decide(registrations, made, "approve")

    assert edit(registrations, made, {"a": "x"}, by=lan).json["status"] == "confirmed"
    log = registrations.get(f"/offers/{event}/log", by=registrations.organiser).json["items"]
    assert "answers-changed" not in [one["what"] for one in log]


@pytest.mark.parametrize("end", ["decline", "cancel"])
def test_a_seat_that_was_kept_goes_to_the_next_once_it_is_given_up(
    registrations: Registrations, end: str
) -> None:
    """By the organiser's no, or by the person."""
    event, lan = approving(registrations, capacity=1), Person()
    made, waiting = (
        answer(registrations, event, {"a": "x"}, by=lan).json,
        answer(registrations, event, {}).json,
    )
    decide(registrations, made, "approve")
    decide(registrations, waiting, "approve")
    edit(registrations, made, {"a": "y"}, by=lan)

    decide(registrations, made, end)

    assert registrations.status(waiting) == "confirmed"
    offer = registrations.get(f"/offers/{event}").json
    assert (offer["asked_again"], offer["pending"], offer["confirmed"]) == (0, 0, 1)


def test_who_waits_keeps_the_number_while_asked_again(registrations: Registrations) -> None:
    """And gets, once approved, what became free meanwhile."""
    event, lan = approving(registrations, capacity=1), Person()
    seated = answer(registrations, event, {"a": "x"}).json
    first, second = (
        answer(registrations, event, {"a": "x"}, by=lan).json,
        answer(registrations, event, {}).json,
    )
    for one in (seated, first, second):
        decide(registrations, one, "approve")

    assert edit(registrations, first, {"a": "y"}, by=lan).json["status"] == "pending"
    assert decide(registrations, first, "approve")["position"] == 1
    registrations.cancel(seated)
    assert registrations.status(first) == "confirmed"
    assert registrations.status(second) == "waitlisted"


def test_a_seat_that_is_kept_is_not_cut(registrations: Registrations) -> None:
    """It counts as taken."""
    event, lan = approving(registrations, capacity=1), Person()
    made = answer(registrations, event, {"a": "x"}, by=lan).json
    decide(registrations, made, "approve")
    edit(registrations, made, {"a": "y"}, by=lan)

    cut = registrations.call(
        "PATCH", f"/offers/{event}", {"capacity": 0}, by=registrations.organiser
    )

    assert problem(cut) == "capacity-below-confirmed"


# -- what the organiser sees, and for how long -------------------------------------------------------------------------


def test_choices_are_counted_over_all_versions_without_names(registrations: Registrations) -> None:
    """Who cancelled is not counted; an option that is gone is, where it was chosen."""
    event = with_form(registrations, *EVERY_KIND, capacity=10)
    answer(registrations, event, ANSWERS | {"staff": 3})
    answer(registrations, event, {"topic": "credit", "staff": 8.5})
    registrations.cancel(answer(registrations, event, ANSWERS).json)
    set_form(registrations, event, field("topic", "choice", options=[option("tax")]), seen=1)
    answer(registrations, event, {"topic": "tax"}, form_version=2)

    counted = registrations.get(f"/offers/{event}/answers/counts", by=registrations.organiser)
    listed = registrations.get(f"/offers/{event}/answers?limit=2", by=registrations.organiser)

    by_key = {one["key"]: one for one in counted.json["fields"]}
    assert counted.json["answered"] == 3
    assert by_key["topic"]["answered"] == 3
    topics = {one["key"]: one["count"] for one in by_key["topic"]["options"]}
    assert topics == {"tax": 2, "credit": 1}
    assert {one["key"]: one["count"] for one in by_key["needs"]["options"]}["credit"] == 1
    assert by_key["photos"]["answered"] == 1
    assert by_key["staff"]["numbers"] == {"least": 3, "largest": 8.5, "sum": 11.5, "mean": 5.75}
    assert len(listed.json["items"]) == 2
    assert "Lan" not in listed.text + counted.text


def test_answers_go_when_their_time_is_over_and_the_log_says_how_many(
    registrations: Registrations,
) -> None:
    """Each as long as its field says, counted from the event's end; a repeat removes nothing more."""
    event = with_form(
        registrations,
        field("a"),
        field("food", retention_days=5),
        form={"retention_days": 10},
        capacity=10,
    )
    kept = [answer(registrations, event, {"a": "x", "food": "y"}).json for _ in range(3)]
    later = with_form(registrations, field("a"))
    untouched = answer(registrations, later, {"a": "x"}).json
    registrations.clock.advance(days=26)

    assert remove_due(registrations.deps) == 0
    registrations.clock.advance(hours=3)
    assert remove_due(registrations.deps) == 3
    assert remove_due(registrations.deps) == 0
    assert detail(registrations, kept[0])["answers"] == {"a": "x"}
    registrations.clock.advance(days=5)
    assert remove_due(registrations.deps) == 3
    assert detail(registrations, kept[0])["answers"] == {}
    assert detail(registrations, untouched)["answers"] == {"a": "x"}
    log = registrations.get(f"/offers/{event}/log", by=registrations.organiser).json["items"]
    removals = [one["details"] for one in log if one["what"] == "answers-removed"]
    assert removals == [{"registrations": 3}] * 2


def test_a_new_date_moves_the_time_and_a_postponed_event_stops_it(
    registrations: Registrations,
) -> None:
    """Answers are needed until the event has taken place."""
    state = registrations.event()
    registrations.deliver("event.published", state["id"], 1, state)
    set_form(registrations, state["id"], field("a"), retention_days=10)
    answer(registrations, state["id"], {"a": "x"})
    registrations.deliver("event.postponed", state["id"], 2, state | {"status": "postponed"})
    registrations.clock.advance(days=60)

    assert remove_due(registrations.deps) == 0
    ends_at = registrations.clock.now() + timedelta(days=1)
    moved = state | {"status": "published", "ends_at": ends_at.isoformat()}
    registrations.deliver("event.changed", state["id"], 3, moved)
    assert remove_due(registrations.deps) == 0
    registrations.clock.advance(days=12)
    assert remove_due(registrations.deps) == 1

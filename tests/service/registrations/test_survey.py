"""The survey after an event: once a person, anonymous in the tables themselves, and told of groups alone."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import pytest
import sqlalchemy as sa

from shared.ids import new_id
from tests.service.registrations.conftest import Registrations
from tests.support.harness import Person, problem

GOOD = {"overall": 5, "again": "yes", "better": "Thêm thời gian hỏi đáp"}
QUESTION = {"key": "q", "kind": "scale", "text": {"vi": "Bạn thấy thế nào?"}}


def attended(registrations: Registrations, count: int, **changes: Any) -> tuple[UUID, list[Any]]:
    """An event that is over, and so many people with their registrations who were there."""
    event = registrations.open_event(**{"capacity": 50} | changes)
    people = [Person() for _ in range(count)]
    rows = registrations.register(event, *people)
    door = Person().at_door(event, registrations.organisation)
    for one in rows:
        registrations.post(f"/offers/{event}/check-ins", {"registration_id": one["id"]}, by=door)
    registrations.clock.advance(days=22)
    return event, list(zip(people, rows, strict=True))


def answer(registrations: Registrations, guest: Any, answers: dict[str, Any]) -> Any:
    person, registration = guest
    path = f"/registrations/{registration['id']}/survey-answers"
    return registrations.post(path, {"answers": answers}, by=person)


def results(registrations: Registrations, event: UUID, by: Person | None = None) -> Any:
    path = f"/offers/{event}/survey/results"
    return registrations.get(path, by=by or registrations.organiser)


def tables(registrations: Registrations) -> dict[str, list[dict[str, Any]]]:
    """Every row of every table."""
    engine = registrations.database.engine
    names = sa.inspect(engine).get_table_names()
    with engine.connect() as connection:
        return {
            name: [
                dict(row) for row in connection.execute(sa.text(f"SELECT * FROM {name}")).mappings()
            ]
            for name in names
        }


def test_who_came_answers_once_after_the_end(registrations: Registrations) -> None:
    event, (guest, *_) = attended(registrations, 1)
    person, registration = guest
    own = f"/registrations/{registration['id']}/survey"
    before = registrations.get(own, by=person).json
    assert (before["state"], before["attended"], before["answered"]) == ("open", True, False)
    assert before["questions"][0]["text"]["en"].startswith("All in all")

    assert answer(registrations, guest, GOOD).status_code == 204

    assert registrations.get(own, by=person).json["answered"] is True
    again = answer(registrations, guest, {"overall": 1})
    assert (again.status_code, problem(again)) == (409, "survey-answered")
    assert results(registrations, event).json["answered"] == 1


def test_each_reason_not_to_answer_has_its_name(registrations: Registrations) -> None:
    """Too early, not there, too late."""
    event = registrations.open_event(capacity=5)
    here, absent = Person(), Person()
    rows = registrations.register(event, here, absent)
    door = Person().at_door(event, registrations.organisation)
    registrations.post(f"/offers/{event}/check-ins", {"registration_id": rows[0]["id"]}, by=door)

    assert problem(answer(registrations, (here, rows[0]), GOOD)) == "survey-not-open"
    registrations.clock.advance(days=22)
    assert problem(answer(registrations, (absent, rows[1]), GOOD)) == "did-not-attend"
    registrations.clock.advance(days=14)
    assert problem(answer(registrations, (here, rows[0]), GOOD)) == "survey-closed"
    assert registrations.count("survey_participations") == 0


def test_an_answer_belongs_to_the_person_of_the_registration(registrations: Registrations) -> None:
    _, ((_, registration),) = attended(registrations, 1)

    assert answer(registrations, (Person(), registration), GOOD).status_code == 404
    assert answer(registrations, (registrations.organiser, registration), GOOD).status_code == 404


@pytest.mark.parametrize(
    ("answers", "field"),
    [
        ({}, "answers.overall"),
        ({"overall": 6}, "answers.overall"),
        ({"overall": True}, "answers.overall"),
        ({"overall": "5"}, "answers.overall"),
        ({"overall": 5, "again": "never"}, "answers.again"),
        ({"overall": 5, "better": "x" * 1001}, "answers.better"),
        ({"overall": 5, "better": ["x"]}, "answers.better"),
        ({"overall": 5, "person_id": "x"}, "answers.person_id"),
    ],
)
def test_an_answer_fits_its_question(
    registrations: Registrations, answers: dict[str, Any], field: str
) -> None:
    """Or is refused by name, and nobody has answered."""
    _, (guest,) = attended(registrations, 1)

    refused = answer(registrations, guest, answers)

    assert refused.status_code == 422
    assert [one["field"] for one in refused.get_json(force=True)["errors"]] == [field]
    assert registrations.count("survey_participations") == 0


def test_what_is_kept_of_an_answer_ties_it_to_nobody(registrations: Registrations) -> None:
    """Of all tables, an answer changes the counts of the event and a row that holds the registration alone.

    So there is no message, no log line, no key of a request, no time and no row that is one person's answer.
    """
    _, guests = attended(registrations, 3)
    before = tables(registrations)

    for guest in guests:
        answer(registrations, guest, GOOD | {"better": f"Ý kiến của {guest[0].id.hex[-2:]}"})

    after = tables(registrations)
    assert {name for name in after if after[name] != before[name]} == {
        "surveys",
        "survey_participations",
    }
    assert {tuple(row) for row in after["survey_participations"]} == {("registration_id",)}
    (kept,) = after["surveys"]
    for person, registration in guests:
        for id_ in (str(person.id), registration["id"]):
            assert id_ not in f"{kept}"
            assert id_.replace("-", "") not in f"{kept}".replace("-", "")
    # The one moment in it is the same for all: when the survey closes.
    assert set(kept) == {
        "event_id", "questions", "days", "closes_at", "answered", "tally", "texts",
    }  # fmt: skip


def test_the_order_of_the_answers_is_nowhere(registrations: Registrations) -> None:
    """The same answers in another order leave the same row; and who answered is not numbered as they came."""
    said = [GOOD, {"overall": 1, "better": "Á"}, {"overall": 3, "better": "B"}, {"overall": 2}]

    def left_by(answers: list[dict[str, Any]]) -> tuple[str, str]:
        event, guests = attended(registrations, len(answers))
        for guest, one in zip(guests, answers, strict=True):
            assert answer(registrations, guest, one).status_code == 204
        id_ = (event.hex, str(event))
        (row,) = [row for row in tables(registrations)["surveys"] if str(row["event_id"]) in id_]
        return str(row["tally"]), str(row["texts"])

    assert left_by(said) == left_by(said[::-1])
    if registrations.database.engine.dialect.name == "sqlite":
        with (
            registrations.database.engine.connect() as connection,
            pytest.raises(sa.exc.OperationalError),
        ):
            connection.execute(sa.text("SELECT rowid FROM survey_participations"))


def test_results_are_told_when_it_is_closed(registrations: Registrations) -> None:
    """Before, one answer more would be one person's; after, counts, a mean, and texts in no order."""
    event, guests = attended(registrations, 6)
    for number, guest in enumerate(guests):
        answer(registrations, guest, {"overall": 5 - number % 2, "better": f"Ý {number}"})

    early = results(registrations, event).json
    assert (early["answered"], early["attended"], early["results"]) == (6, 6, None)

    registrations.clock.advance(days=14)
    told = {one["question"]["key"]: one for one in results(registrations, event).json["results"]}
    overall, better, again = told["overall"], told["better"], told["again"]
    assert (overall["answers"], overall["mean"]) == (6, 4.5)
    assert [one["count"] for one in overall["counts"]] == [0, 0, 0, 3, 3]
    assert sorted(better["texts"]) == [f"Ý {number}" for number in range(6)]
    assert (again["too_few"], again["answers"], again["counts"]) == (True, None, None)


def test_of_fewer_than_five_answers_nothing_is_told(registrations: Registrations) -> None:
    """Question by question; that there are too few is all, not even how many."""
    event, guests = attended(registrations, 5)
    for number, guest in enumerate(guests):
        more = {"better": "Riêng tôi"} if number < 4 else {}
        answer(registrations, guest, {"overall": 5} | more)
    registrations.clock.advance(days=14)

    said = results(registrations, event)

    told = {one["question"]["key"]: one for one in said.json["results"]}
    assert told["overall"]["answers"] == 5
    assert told["better"]["too_few"] is True
    assert "Riêng" not in said.get_data(as_text=True)


def test_texts_come_in_another_order_each_time(registrations: Registrations) -> None:
    event, guests = attended(registrations, 8)
    for number, guest in enumerate(guests):
        answer(registrations, guest, {"overall": 3, "better": f"Ý {number}"})
    registrations.clock.advance(days=14)

    orders = {tuple(results(registrations, event).json["results"][-1]["texts"]) for _ in range(8)}

    assert len(orders) > 1


def test_an_organiser_asks_other_questions_until_somebody_answers(
    registrations: Registrations,
) -> None:
    event, guests = attended(registrations, 1)
    path, by = f"/offers/{event}/survey", registrations.organiser
    wanted = {"questions": [QUESTION], "days": 7}
    assert registrations.call("PUT", path, wanted, by=by).json["days"] == 7
    assert answer(registrations, guests[0], {"q": 4}).status_code == 204

    other = wanted | {"questions": [QUESTION | {"text": {"vi": "Khác?"}}]}
    assert problem(registrations.call("PUT", path, other, by=by)) == "questions-fixed"
    longer = registrations.call("PUT", path, wanted | {"days": 10}, by=by)
    assert longer.status_code == 200, longer.json
    registrations.clock.advance(days=10)
    assert problem(registrations.call("PUT", path, wanted | {"days": 30}, by=by)) == "survey-closed"


def test_an_event_that_moves_does_not_open_what_was_read(registrations: Registrations) -> None:
    event, guests = attended(registrations, 1)
    answer(registrations, guests[0], GOOD)
    registrations.clock.advance(days=15)
    now = registrations.clock.now()
    moved = registrations.event(id=event, starts_at=now.isoformat(), ends_at=now.isoformat())
    registrations.deliver("event.changed", event, 2, moved)

    assert registrations.get(f"/offers/{event}/survey").json["state"] == "closed"


@pytest.mark.parametrize(
    "questions",
    [
        [],
        [QUESTION] * 2,
        [QUESTION | {"kind": "choice"}],
        [QUESTION | {"options": [{"key": "a", "text": {"vi": "A"}}] * 2}],
        [QUESTION | {"key": "Có dấu"}],
        [QUESTION | {"kind": "stars"}],
    ],
)
def test_questions_are_data_that_is_checked(registrations: Registrations, questions: Any) -> None:
    event = registrations.open_event()

    refused = registrations.call(
        "PUT",
        f"/offers/{event}/survey",
        {"questions": questions, "days": 7},
        by=registrations.organiser,
    )

    assert refused.status_code == 422


def test_results_and_questions_are_the_organisers(registrations: Registrations) -> None:
    """Leaders read; members and other organisations do not."""
    event, _ = attended(registrations, 1)
    own = registrations.organisation

    assert results(registrations, event, Person().with_role("leader", own)).status_code == 200
    for who in (Person(), Person().with_role("officer", own)):
        assert results(registrations, event, who).status_code == 403
    assert (
        results(registrations, event, Person().with_role("organiser", new_id())).status_code == 404
    )

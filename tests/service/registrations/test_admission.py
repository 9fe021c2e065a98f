"""Those who register at the same moment are admitted together: as if each came alone, in the order in which they came."""

from __future__ import annotations

import dataclasses
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from threading import Barrier
from typing import Any
from uuid import UUID

import pytest
import sqlalchemy as sa
from flask import Flask
from sqlalchemy import event as sa_event
from werkzeug.test import TestResponse

from services.registrations import admission
from services.registrations.app import create_app
from services.registrations.deps import Deps
from services.registrations.models import Offer
from services.registrations.operations import Wish
from services.registrations.repository import UnitOfWork
from shared.ids import new_id
from shared.line import Line
from tests.service.registrations.conftest import Registrations
from tests.service.registrations.test_races import (
    Unlocked,
    _with_the_drivers_default,
    at_once,
)
from tests.support.harness import SIGNER, Person, problem
from tests.support.waiting import until


class Crowd:
    """People who come one after the other while somebody outside holds the lock that all of them need."""

    def __init__(self, house: Registrations, app: Flask, deps: Deps) -> None:
        self._house, self._app, self.deps = house, app, deps
        self._asked: list[Future[TestResponse]] = []
        self._pool = ThreadPoolExecutor(32)

    @contextmanager
    def held_up(self, event_id: UUID) -> Iterator[None]:
        """Inside, nobody gets past the offer's lock (on SQLite: the one writer's place)."""
        database = self._house.database
        with database.engine.connect() as outside:
            locked = sa.select(Offer).where(Offer.event_id == event_id).with_for_update()
            outside.execute(locked).all()
            yield
            outside.rollback()

    def comes(
        self, event_id: UUID, person: Person | None = None, *, name: str = "Ada", key: str = ""
    ) -> None:
        """Ask for a place; returns when the request stands in line."""
        path = f"/v1/offers/{event_id}/registrations"
        self._ask(self.deps.line, path, {"name": name}, person or Person(), key)

    def shows(self, event_id: UUID, by: Person, key: str = "", **shown: str) -> None:
        """Show something at the door."""
        self._ask(self.deps.door, f"/v1/offers/{event_id}/check-ins", shown, by, key)

    def _ask(
        self, line: Line[Any, Any], path: str, body: dict[str, str], by: Person, key: str
    ) -> None:
        wanted = len(line) + line.is_busy
        headers = signed_in(self._house, by) | ({"Idempotency-Key": key} if key else {})
        client = self._app.test_client()
        self._asked.append(self._pool.submit(lambda: client.post(path, json=body, headers=headers)))
        until(lambda: line.is_busy and len(line) >= wanted, what="a place in line")
        if not wanted:
            until(self._is_held_up, what="the leader at the lock")

    def _is_held_up(self) -> bool:
        """Whether somebody has come as far as the lock."""
        engine = self._house.database.engine
        if engine.dialect.name == "sqlite":
            return True  # nobody begins there before the one who holds it has ended
        waiting = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
        with engine.connect() as connection:
            return bool(connection.scalar(sa.text(waiting)))

    @property
    def answers(self) -> list[TestResponse]:
        """In the order in which they came."""
        found = [one.result(timeout=30) for one in self._asked]
        self._pool.shutdown()
        return found


@pytest.fixture
def crowd(registrations: Registrations) -> Crowd:
    return Crowd(registrations, registrations.app, registrations.deps)


def with_line(house: Registrations, line: Line[Any, Any]) -> Crowd:
    """The same service with another line."""
    deps = dataclasses.replace(house.deps, line=line)
    return Crowd(house, create_app(deps), deps)


def signed_in(house: Registrations, person: Person) -> dict[str, str]:
    token, _ = SIGNER.issue(person.claims(), now=house.clock.now())
    return {"Authorization": f"Bearer {token}"}


def test_who_comes_while_the_lock_is_waited_for_is_admitted_together(
    registrations: Registrations, crowd: Crowd
) -> None:
    """One transaction: a message a person, but the offer tells once how it stands."""
    event = registrations.open_event(capacity=4)
    before = len(registrations.published("offer.changed"))

    with crowd.held_up(event):
        for _ in range(6):
            crowd.comes(event)

    assert [answer.status_code for answer in crowd.answers] == [201] * 6
    assert len(registrations.published("registration.confirmed")) == 4
    assert len(registrations.published("registration.waitlisted")) == 2
    (told,) = registrations.published("offer.changed")[before:]
    assert (told.data["seats_left"], told.data["waitlist_length"]) == (0, 2)
    assert registrations.count("seat_log") == 6


def test_the_order_of_arrival_decides(registrations: Registrations, crowd: Crowd) -> None:
    """The first two have the seats; the others stand in line as they came, in the answer and in the list."""
    event = registrations.open_event(capacity=2)

    with crowd.held_up(event):
        for number in range(6):
            crowd.comes(event, name=f"Người {number}")

    told = [(one.json["status"], one.json["position"]) for one in crowd.answers]
    assert told == [("confirmed", None)] * 2 + [("waitlisted", n) for n in (1, 2, 3, 4)]
    listed = registrations.get(f"/offers/{event}/registrations", by=registrations.organiser).json[
        "items"
    ]
    assert [one["name"] for one in listed] == [f"Người {number}" for number in range(6)]
    assert [one["position"] for one in listed] == [None, None, 1, 2, 3, 4]


def test_several_events_are_admitted_in_one_transaction(
    registrations: Registrations, crowd: Crowd, backend: str
) -> None:
    """Who wants the locked event joins those who wait for it; the others are the next group, for two events. On SQLite
    all wait for the same.
    """
    held, one, other = (registrations.open_event(capacity=1) for _ in range(3))
    commits = counted(registrations, "commit")

    with crowd.held_up(held):
        for event in (held, other, one, held, one, other):
            crowd.comes(event)

    statuses = [answer.json["status"] for answer in crowd.answers]
    assert statuses == ["confirmed"] * 3 + ["waitlisted"] * 3
    told = Counter(message.subject for message in registrations.published("offer.changed"))
    # Once when it was published, once by the group.
    assert told == {str(event): 2 for event in (held, one, other)}
    assert len(commits) == (1 if backend == "sqlite" else 2)


def test_a_larger_group_takes_no_more_questions(registrations: Registrations) -> None:
    """What is asked of the database between lock and commit does not grow with the group."""
    asked = []
    for size in (2, 12):
        crowd = with_line(registrations, Line(longest=100))
        event = registrations.open_event(capacity=size // 2)
        with crowd.held_up(event):
            statements = counted(registrations, "before_cursor_execute")
            for number in range(size):
                crowd.comes(event, key=f"k{number}")
        assert [answer.status_code for answer in crowd.answers] == [201] * size
        ours = [one for one in statements if "pg_stat_activity" not in str(one)]
        asked.append(len(ours))

    assert asked[0] == asked[1] <= 11


def test_only_the_one_whom_the_database_refuses_fails(
    registrations: Registrations, crowd: Crowd
) -> None:
    """The group is rolled back and tried one by one; the seat goes to the next."""
    event = registrations.open_event(capacity=4)
    registrations.register(event, Person(), name="Thủ phạm")
    with registrations.database.engine.begin() as connection:
        connection.execute(
            sa.text(
                "CREATE UNIQUE INDEX culprit ON registrations (event_id) WHERE name = 'Thủ phạm'"
            )
        )
    try:
        with crowd.held_up(event):
            for name in ("Ada", "Thủ phạm", "Grace", "Hedy", "Mary"):
                crowd.comes(event, name=name)
        answers = crowd.answers
    finally:
        with registrations.database.engine.begin() as connection:
            connection.execute(sa.text("DROP INDEX culprit"))

    assert [answer.status_code for answer in answers] == [201, 500, 201, 201, 201]
    assert [one.json["status"] for one in answers if one.status_code == 201] == [
        "confirmed",
        "confirmed",
        "confirmed",
        "waitlisted",
    ]
    assert registrations.count("registrations") == 5
    assert registrations.get(f"/offers/{event}").json["confirmed"] == 4


def test_who_is_refused_keeps_nobody_else_from_a_place(
    registrations: Registrations, crowd: Crowd
) -> None:
    """Full, unknown, registered before: each has its own problem, in one transaction with who is admitted."""
    event = registrations.open_event(capacity=1, waitlist=False)
    unknown = new_id()
    ada = Person()

    with crowd.held_up(event):
        crowd.comes(event, ada)
        crowd.comes(event, ada)
        crowd.comes(event)
        crowd.comes(unknown)

    first, again, full, nowhere = crowd.answers
    assert first.status_code == 201
    assert problem(again) == "already-registered"
    assert again.get_json(force=True)["registration_id"] == first.json["id"]
    assert (problem(full), problem(nowhere)) == ("event-full", "not-found")
    assert registrations.count("registrations") == 1


def test_one_key_in_one_group_has_one_effect(registrations: Registrations, crowd: Crowd) -> None:
    """The same answer again; with another body 422; another caller's same key is their own."""
    event = registrations.open_event()
    ada = Person()

    with crowd.held_up(event):
        crowd.comes(event, ada, key="k1")
        crowd.comes(event, ada, key="k1")
        crowd.comes(event, ada, key="k1", name="Grace")
        crowd.comes(event, Person(), key="k1")

    first, again, other_body, other_caller = crowd.answers
    assert (first.status_code, again.status_code) == (201, 201)
    assert again.json == first.json
    assert "Idempotent-Replayed" not in first.headers
    assert again.headers["Idempotent-Replayed"] == "true"
    assert problem(other_body) == "key-reused"
    assert other_caller.status_code == 201
    assert registrations.count("registrations") == 2
    assert registrations.count("idempotency_keys") == 2


def test_one_key_in_two_processes_has_one_effect(registrations: Registrations) -> None:
    """A line each, and the row's lock between them: the second finds what the first has kept."""
    event, ada = registrations.open_event(), Person()
    crowds = [with_line(registrations, Line(longest=8)) for _ in range(2)]

    with crowds[0].held_up(event):
        for crowd in crowds:
            crowd.comes(event, ada, key="k1")

    answers = [answer for crowd in crowds for answer in crowd.answers]
    assert [answer.status_code for answer in answers] == [201, 201]
    assert answers[0].json == answers[1].json
    assert sorted("Idempotent-Replayed" in answer.headers for answer in answers) == [False, True]
    assert registrations.count("registrations") == 1


def test_a_key_whose_first_request_is_refused_in_the_same_group_still_runs(
    registrations: Registrations, crowd: Crowd
) -> None:
    """Refusals are not kept: it may ask again, and is then decided anew."""
    event = registrations.open_event(capacity=0, waitlist=False)
    ada = Person()

    with crowd.held_up(event):
        crowd.comes(event, ada, key="k1")
        crowd.comes(event, ada, key="k1")

    first, again = crowd.answers
    assert (problem(first), problem(again)) == ("event-full", "still-running")
    assert again.headers["Retry-After"] == "1"


def test_a_key_from_before_is_answered_beside_new_requests(
    registrations: Registrations, crowd: Crowd
) -> None:
    """A repeat takes no place from those who come with it."""
    event = registrations.open_event(capacity=2)
    ada, path = Person(), f"/offers/{event}/registrations"
    before = registrations.post(path, {"name": "Ada"}, by=ada, key="k1")

    with crowd.held_up(event):
        crowd.comes(event, ada, key="k1")
        crowd.comes(event)

    again, new = crowd.answers
    assert again.json == before.json
    assert new.json["status"] == "confirmed"


def test_beyond_the_length_of_the_line_one_is_told_when_to_come_again(
    registrations: Registrations,
) -> None:
    """503 at once, while those inside keep their order."""
    crowd = with_line(registrations, Line(longest=2))
    event = registrations.open_event(capacity=1)

    with crowd.held_up(event):
        for _ in range(3):
            crowd.comes(event)
        turned_away = (
            create_app(crowd.deps)
            .test_client()
            .post(
                f"/v1/offers/{event}/registrations",
                json={"name": "Ada"},
                headers=signed_in(registrations, Person()) | {"Accept-Language": "en"},
            )
        )
        assert (turned_away.status_code, problem(turned_away)) == (503, "too-many-at-once")
        assert int(turned_away.headers["Retry-After"]) > 0
        assert "was not taken" in turned_away.get_json(force=True)["detail"]

    assert [answer.json["position"] for answer in crowd.answers] == [None, 1, 2]
    assert registrations.count("registrations") == 3


def test_who_waits_too_long_is_told_so_and_nothing_is_done(registrations: Registrations) -> None:
    """The leader still waits for its lock then; who gave up has no place later."""
    crowd = with_line(registrations, Line(longest=8, patience=0.05))
    event = registrations.open_event()

    with crowd.held_up(event):
        crowd.comes(event)
        crowd.comes(event)
        second = crowd._asked[1].result(timeout=10)

    assert (second.status_code, problem(second)) == (503, "too-many-at-once")
    assert crowd.answers[0].status_code == 201
    assert registrations.count("registrations") == 1


@pytest.mark.parametrize("backend", [pytest.param("postgresql", marks=pytest.mark.postgres)])
def test_who_was_not_told_in_time_learns_it_with_the_key(registrations: Registrations) -> None:
    """The group was held up in its middle: 503, then its effect, which the repeat finds."""
    crowd = with_line(registrations, Line(longest=8, patience=0.5))
    event = registrations.open_event()
    ada, path = Person(), f"/v1/offers/{event}/registrations"
    keys = registrations.database.tables.idempotency
    outside = registrations.database.engine.connect()
    # The same key, written and not committed: whoever writes it waits.
    outside.execute(
        sa.insert(keys).values(
            caller=str(ada.id),
            route=f"POST {path}",
            key="k1",
            request_hash="",
            status=201,
            response={},
            created_at=registrations.clock.now(),
        )
    )

    with crowd.held_up(event):
        crowd.comes(event)
        crowd.comes(event, ada, key="k1")
    late = crowd._asked[1].result(timeout=10)
    outside.rollback()
    outside.close()

    assert (late.status_code, problem(late)) == (503, "not-known-yet")
    assert "Retry-After" in late.headers
    assert crowd.answers[0].status_code == 201
    again = registrations.post(f"/offers/{event}/registrations", {"name": "Ada"}, by=ada, key="k1")
    assert again.headers["Idempotent-Replayed"] == "true"
    assert again.json["status"] == "confirmed"
    assert registrations.count("registrations") == 2


def test_a_database_that_is_busy_for_too_long_refuses_the_group_and_the_next_goes_on(
    registrations: Registrations, crowd: Crowd, backend: str
) -> None:
    """Nobody is tried alone then: each would wait as long in vain."""
    event = registrations.open_event()
    limit = "SET lock_timeout = 100" if backend == "postgresql" else "PRAGMA busy_timeout = 100"

    def hasten(connection: Any, _record: Any, _proxy: Any) -> None:
        connection.cursor().execute(limit)

    sa_event.listen(registrations.database.engine, "checkout", hasten)
    with crowd.held_up(event):
        crowd.comes(event)
        refused = crowd._asked[0].result(timeout=10)

    assert (refused.status_code, problem(refused)) == (503, "away")
    assert registrations.register(event, Person())[0]["status"] == "confirmed"


def test_many_who_stand_at_the_door_are_let_in_together(
    registrations: Registrations, crowd: Crowd
) -> None:
    """By ticket, code or name; each ticket admits once, and whoever may not let people in there does not."""
    event = registrations.open_event(capacity=9)
    people = [Person() for _ in range(4)]
    made = registrations.register(event, *people)
    tickets = [
        registrations.get(f"/registrations/{one['id']}/ticket", by=person).json
        for one, person in zip(made, people, strict=True)
    ]
    door = Person().at_door(event, registrations.organisation)
    stranger = Person().at_door(new_id(), registrations.organisation)
    commits = counted(registrations, "commit")

    with crowd.held_up(event):
        crowd.shows(event, door, ticket=tickets[0]["token"], key="k0")
        crowd.shows(event, door, ticket=tickets[0]["token"])
        crowd.shows(event, stranger, ticket=tickets[1]["token"])
        crowd.shows(event, door, code=tickets[2]["code"].lower())
        crowd.shows(event, door, registration_id=made[3]["id"])
        crowd.shows(event, door, ticket="forged")
        crowd.shows(event, door, ticket=tickets[0]["token"], key="k0")

    first, again, not_theirs, by_code, by_name, forged, repeated = crowd.answers
    assert [one.status_code for one in (first, by_code, by_name, repeated)] == [201] * 4
    assert repeated.json == first.json
    assert problem(again) == "already-checked-in"
    assert (not_theirs.status_code, problem(forged)) == (404, "ticket-invalid")
    assert registrations.count("registrations WHERE checked_in_at IS NOT NULL") == 3
    assert registrations.published("attendance.recorded")[-1].data["checked_in"] == 3
    assert len(commits) == 1


class _Unlocked(UnitOfWork):
    """With the guard of the group taken out, and everybody reading before anybody writes."""

    barrier: Barrier

    def __enter__(self) -> _Unlocked:
        super().__enter__()
        self.offers = Together(self.session)
        return self


class Together(Unlocked):
    def lock_all(self, event_ids: Any) -> dict[UUID, Offer]:
        found = super().lock_all(event_ids)
        _Unlocked.barrier.wait(timeout=10)
        return found


def test_without_the_lock_lines_of_several_processes_oversell(
    registrations: Registrations, backend: str
) -> None:
    """Negative control: a line for each process, and no lock between them."""
    event = registrations.open_event(capacity=1)
    database = (
        registrations.database
        if backend == "postgresql"
        else _with_the_drivers_default(registrations)
    )
    _Unlocked.barrier = Barrier(4)

    class Process(Deps):
        __slots__ = ()

        def unit_of_work(self, *, read_only: bool = False) -> UnitOfWork:
            return _Unlocked(database, read_only=read_only)

    def act(_: int) -> str:
        parts = {f.name: getattr(registrations.deps, f.name) for f in dataclasses.fields(Deps)}
        wish = Wish(
            event_id=event,
            person_id=new_id(),
            now=registrations.clock.now(),
            more={"name": "Ada", "phone": None, "note": None, "area_id": None},
        )
        try:
            deps = Process(**parts | {"line": Line[Any, Any](longest=1)})
            return str(admission.register(deps, wish, None).body["status"])
        except sa.exc.OperationalError:
            return "busy"

    sold = [answer for answer in at_once(4, act) if answer == "confirmed"]
    database.close()
    assert len(sold) > 1


def counted(house: Registrations, what: str) -> list[object]:
    """Grows with each commit, or statement, of the service from now on."""
    seen: list[object] = []
    sa_event.listen(house.database.engine, what, lambda *args: seen.append(args))
    return seen

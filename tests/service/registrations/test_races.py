"""Many at once: exactly as many seats as there are, and the proof that it is the lock that does it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any
from uuid import UUID

import pytest
import sqlalchemy as sa
from werkzeug.test import TestResponse

from services.registrations import operations
from services.registrations.models import Offer
from services.registrations.repository import Offers, UnitOfWork
from shared.database.unit_of_work import Database
from shared.ids import new_id
from tests.service.registrations.conftest import Registrations
from tests.service.registrations.nominating import Partner
from tests.support.harness import SIGNER, Person


def at_once(clients: int, act: Callable[[int], Any]) -> list[Any]:
    """Let so many threads act at the same moment; what they got."""
    barrier = Barrier(clients)

    def run(number: int) -> Any:
        barrier.wait()
        return act(number)

    with ThreadPoolExecutor(clients) as pool:
        return list(pool.map(run, range(clients)))


def patiently(ask: Callable[[], TestResponse]) -> TestResponse:
    """Ask as a client does: 503 (no connection was free in time, nothing was done) means to come again."""
    for _ in range(20):
        answer = ask()
        if answer.status_code != 503:
            break
    return answer


def test_200_clients_for_50_seats_get_50_places_and_150_positions(
    registrations: Registrations,
) -> None:
    """Positions are 1 to 150, each once; the answers, the rows and the counters agree."""
    event = registrations.open_event(capacity=50)

    def act(number: int) -> Any:
        answer = patiently(
            lambda: registrations.app.test_client().post(
                f"/v1/offers/{event}/registrations",
                json={"name": f"Người thứ {number}"},
                headers=headers[number],
            )
        )
        return answer.status_code, answer.json

    headers = [_signed_in(registrations) for _ in range(200)]
    answers = at_once(200, act)

    assert Counter(code for code, _ in answers) == {201: 200}
    assert Counter(body["status"] for _, body in answers) == {"confirmed": 50, "waitlisted": 150}
    offer = registrations.get(f"/offers/{event}").json
    assert (offer["confirmed"], offer["seats_left"], offer["waitlist_length"]) == (50, 0, 150)
    assert sorted(b["position"] for _, b in answers if b["position"]) == list(range(1, 151))
    assert registrations.count("registrations WHERE status = 'confirmed'") == 50


def test_50_scanners_and_one_ticket_admit_once(registrations: Registrations) -> None:
    """One says welcome, 49 say that it was used."""
    event = registrations.open_event()
    (registration,) = registrations.register(event, Person())
    door = _signed_in(registrations, Person().at_door(event, registrations.organisation))

    def act(_: int) -> int:
        shown = {"registration_id": registration["id"]}
        answer = patiently(
            lambda: registrations.app.test_client().post(
                f"/v1/offers/{event}/check-ins", json=shown, headers=door
            )
        )
        return answer.status_code

    assert Counter(at_once(50, act)) == {201: 1, 409: 49}


def test_one_key_200_times_at_once_has_one_effect(registrations: Registrations) -> None:
    """The others get the same answer, or are told that the first still runs."""
    event = registrations.open_event(capacity=50)
    person = _signed_in(registrations) | {"Idempotency-Key": "press-press-press"}

    def act(_: int) -> tuple[int, Any]:
        answer = patiently(
            lambda: registrations.app.test_client().post(
                f"/v1/offers/{event}/registrations", json={"name": "Ada"}, headers=person
            )
        )
        return answer.status_code, answer.json.get("id") if answer.status_code == 201 else None

    answers = at_once(200, act)

    assert {code for code, _ in answers} <= {201, 409}
    assert len({found for _, found in answers if found}) == 1
    assert registrations.count("registrations") == 1


def test_one_link_in_50_hands_gives_one_seat(registrations: Registrations) -> None:
    """The others are told that it was confirmed; the list and the seats agree."""
    event = registrations.open_event(capacity=5)
    partner = Partner(registrations, event)
    partner.name()
    nominee, _ = partner.nominees()
    headers = [_signed_in(registrations) for _ in range(50)]
    body = {"secret": nominee["secret"], "consent_version": 1}

    def act(number: int) -> int:
        answer = patiently(
            lambda: registrations.app.test_client().post(
                f"/v1/nominees/{nominee['id']}/confirm", json=body, headers=headers[number]
            )
        )
        return answer.status_code

    assert Counter(at_once(50, act)) == {200: 1, 409: 49}
    assert partner.counts() == (2, 1, 0)
    assert registrations.count("registrations") == 1


def test_nominees_and_everybody_else_at_once_each_get_the_seats_that_are_theirs(
    registrations: Registrations,
) -> None:
    """20 nominees and 60 others for 30 seats: every nominee confirms, 10 of the others have a place, the last seat goes once."""
    event = registrations.open_event(capacity=30)
    partner = Partner(registrations, event, seats=20)
    partner.name("\n".join(f"Người {n}, n{n}@example.vn" for n in range(20)))
    nominees = partner.nominees()
    headers = [_signed_in(registrations) for _ in range(80)]

    def act(number: int) -> tuple[int, str]:
        client = registrations.app.test_client()
        if number % 4:
            answer = patiently(
                lambda: client.post(
                    f"/v1/offers/{event}/registrations",
                    json={"name": "Người khác"},
                    headers=headers[number],
                )
            )
            return answer.status_code, answer.json["status"]
        nominee = nominees[number // 4]
        body = {"secret": nominee["secret"], "consent_version": 1}
        answer = patiently(
            lambda: client.post(
                f"/v1/nominees/{nominee['id']}/confirm", json=body, headers=headers[number]
            )
        )
        return answer.status_code, answer.json["state"]

    assert Counter(at_once(80, act)) == {
        (200, "confirmed"): 20,
        (201, "confirmed"): 10,
        (201, "waitlisted"): 50,
    }
    assert registrations.count("registrations WHERE status = 'confirmed'") == 30
    assert partner.counts() == (20, 20, 0)


class Unlocked(Offers):
    """The repository with its guard taken out."""

    def lock_if_known(self, event_id: UUID) -> Offer | None:
        return self._session.get(Offer, event_id)

    def lock_all(self, event_ids: Collection[UUID]) -> dict[UUID, Offer]:
        return {event_id: self.get(event_id) for event_id in event_ids}


class UnlockedUnitOfWork(UnitOfWork):
    def __enter__(self) -> UnlockedUnitOfWork:
        super().__enter__()
        self.offers = Unlocked(self.session)
        return self


def test_without_the_lock_seats_are_oversold(registrations: Registrations, backend: str) -> None:
    """Negative control: the same rule, read without holding the row, sells one seat several times."""
    event = registrations.open_event(capacity=1)
    database = (
        registrations.database
        if backend == "postgresql"
        else _with_the_drivers_default(registrations)
    )
    barrier = Barrier(4)

    class Together(UnlockedUnitOfWork):
        """Everybody has read the offer before anybody writes."""

        def __enter__(self) -> Together:
            super().__enter__()
            self.offers.get(event)
            barrier.wait(timeout=10)
            return self

    def act(_: int) -> str:
        try:
            with Together(database) as uow:
                return operations.register(
                    uow,
                    event_id=event,
                    person_id=new_id(),
                    now=registrations.clock.now(),
                    name="Ada",
                ).status
        except sa.exc.OperationalError:
            return "busy"

    sold = [answer for answer in at_once(4, act) if answer == "confirmed"]
    database.close()
    assert len(sold) > 1


def _with_the_drivers_default(registrations: Registrations) -> Database:
    """SQLite as the driver has it: a transaction begins at the first write."""
    engine = sa.create_engine(registrations.database.engine.url, connect_args={"timeout": 10})
    known = registrations.database
    return Database(known.service, engine, known.tables, known.wake, known.clock, known.deployed)


def _signed_in(registrations: Registrations, person: Person | None = None) -> dict[str, str]:
    token, _ = SIGNER.issue((person or Person()).claims(), now=registrations.clock.now())
    return {"Authorization": f"Bearer {token}"}


@pytest.mark.parametrize("round_", range(3))
def test_cancelling_and_registering_at_once_never_oversells_nor_loses_a_seat(
    registrations: Registrations, round_: int
) -> None:
    """40 cancel while 40 register for 20 seats: all seats are given, none twice."""
    event = registrations.open_event(capacity=20)
    people = [Person() for _ in range(40)]
    first = registrations.register(event, *people)
    signed = [_signed_in(registrations, person) for person in people]
    new = [_signed_in(registrations) for _ in range(40)]

    def act(number: int) -> int:
        client = registrations.app.test_client()
        path, body, headers = (
            (f"/v1/registrations/{first[number // 2]['id']}/cancel", {}, signed[number // 2])
            if number % 2
            else (f"/v1/offers/{event}/registrations", {"name": "Ada"}, new[number // 2])
        )
        return patiently(lambda: client.post(path, json=body, headers=headers)).status_code

    assert Counter(at_once(80, act)) == {200: 40, 201: 40}
    assert registrations.count("registrations WHERE status = 'confirmed'") == 20
    assert registrations.count("registrations WHERE status = 'waitlisted'") == 20

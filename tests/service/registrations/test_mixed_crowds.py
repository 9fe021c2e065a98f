"""Two hundred at once for a few seats, while others leave, wait and the organiser changes the number of seats.

The same from outside, on whole platforms that are shaken meanwhile: tests/faults/rows/oversell.py.
"""

from __future__ import annotations

import os
import random
from collections import Counter
from collections.abc import Callable
from typing import Any

import pytest

from tests.service.registrations.conftest import Registrations
from tests.service.registrations.test_races import at_once, patiently
from tests.support.harness import SIGNER, Person

CLIENTS = 200
# WHOLE=1: as many as was promised.
ROUNDS = 50 if os.environ.get("WHOLE") else 1


@pytest.mark.slow
@pytest.mark.timeout(3600 if os.environ.get("WHOLE") else 300)
@pytest.mark.parametrize("capacity", [1, 50, 199])
def test_seats_sold_are_the_capacity_exactly(registrations: Registrations, capacity: int) -> None:
    """Whoever leaves is followed by the first in line, every new seat is given once, and what people were told holds."""
    seed = int(os.environ.get("SEED") or random.SystemRandom().randrange(10**6))
    print(f"seed {seed} (SEED={seed} repeats it)")
    rng = random.Random(seed)
    for _ in range(ROUNDS):
        _round(registrations, capacity, rng)


def _round(house: Registrations, capacity: int, rng: random.Random) -> None:
    event = house.open_event(capacity=capacity)
    people = [_signed_in(house, Person()) for _ in range(CLIENTS)]
    organiser = _signed_in(house, house.organiser)
    # A fifth is there before, and half of it leaves while the others come.
    early = CLIENTS // 5
    told: dict[int, dict[str, Any]] = {}

    def ask(method: str, path: str, body: Any, headers: dict[str, str]) -> Any:
        client = house.app.test_client()
        return patiently(
            lambda: client.open(f"/v1{path}", method=method, json=body, headers=headers)
        )

    def register(number: int) -> int:
        headers = people[number] | {"Idempotency-Key": f"k{number}"}
        answer = ask("POST", f"/offers/{event}/registrations", {"name": "Ada"}, headers)
        told[number] = answer.json
        return answer.status_code

    def cancel(number: int) -> int:
        path = f"/registrations/{told[number]['id']}/cancel"
        return ask("POST", path, {}, people[number]).status_code

    def resize(to: int) -> int:
        # 409: more are confirmed already.
        answer = ask("PATCH", f"/offers/{event}", {"capacity": to}, organiser)
        return 200 if answer.status_code == 409 else answer.status_code

    for number in range(early):
        assert register(number) == 201
    leaving = rng.sample(range(early), early // 2)
    sizes = [max(capacity + rng.randint(-3, 3), 1) for _ in range(10)]
    acts: list[Callable[[], int]] = [
        *(lambda n=n: register(n) for n in range(early, CLIENTS)),
        *(lambda n=n: cancel(n) for n in leaving),
        *(lambda s=s: resize(s) for s in sizes),
    ]
    rng.shuffle(acts)
    answered = Counter(at_once(len(acts), lambda number: acts[number]()))

    assert answered == {201: CLIENTS - early, 200: len(leaving) + len(sizes)}
    offer = house.get(f"/offers/{event}").json
    of_event = f"registrations WHERE event_id = '{_stored(house, event)}' AND status ="
    sold, waiting = (
        house.count(f"{of_event} '{status}'") for status in ("confirmed", "waitlisted")
    )
    assert sold == min(offer["capacity"], CLIENTS - len(leaving))
    assert sold + waiting == CLIENTS - len(leaving)
    assert (offer["confirmed"], offer["waitlist_length"]) == (sold, waiting)
    listed = house.get(
        f"/offers/{event}/registrations?status=waitlisted&limit=200", by=house.organiser
    )
    assert sorted(one["position"] for one in listed.json["items"]) == list(range(1, waiting + 1))


def _stored(house: Registrations, event: Any) -> str:
    """An id as the database writes it."""
    return str(event) if house.database.engine.dialect.name == "postgresql" else str(event.hex)


def _signed_in(house: Registrations, person: Person) -> dict[str, str]:
    token, _ = SIGNER.issue(person.claims(), now=house.clock.now())
    return {"Authorization": f"Bearer {token}"}

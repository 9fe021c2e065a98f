"""Two hundred at once for a few seats, while others cancel, wait, and the organiser changes the number of seats."""

from __future__ import annotations

import http.client
import json
import threading
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlsplit

import sqlalchemy as sa

from services.registrations import operations
from services.registrations.app import SERVICE
from services.registrations.models import Offer
from services.registrations.repository import Offers, UnitOfWork
from shared.ids import new_id
from shared.tokens import Signer, load_key
from tests.faults.platforms import Embedded, Platform, Site
from tests.faults.run import Of, Run, Size, fault
from tests.service.registrations.conftest import TICKET_KEY, Registrations
from tests.support.crowds import at_once
from tests.support.harness import key_server

CLIENTS, CAPACITIES = 200, (1, 50, 199)
TRIES = 100
_ROUNDS, _SECONDS = Of(1, 2, 50), Of(60, 150, 900)


@fault("oversell postgresql", rounds=_ROUNDS, seconds=_SECONDS, needs=("platform",))
def on_postgresql(run: Run) -> None:
    """200 clients for 1, 50 and 199 seats, with cancellations, promotions and changes of capacity, on PostgreSQL."""
    site: Platform = run.ground.platform()
    _oversell(run, site, site.address("registrations"), prefix="")


@fault("oversell sqlite", rounds=_ROUNDS, seconds=_SECONDS, needs=("embedded",))
def on_sqlite(run: Run) -> None:
    """The same on the embedded platform, on SQLite."""
    site: Embedded = run.ground.embedded()
    _oversell(run, site, site.base_url, prefix="/api/registrations")


def _oversell(run: Run, site: Site, base_url: str, *, prefix: str) -> None:
    caller = _Caller(base_url, prefix)
    for _ in run.each_round():
        quick = run.size is Size.QUICK
        for capacity in (run.rng.choice(CAPACITIES),) if quick else CAPACITIES:
            _one(run, site, caller, capacity)


def _one(run: Run, site: Site, caller: _Caller, capacity: int) -> None:
    event = site.event(f"{run.name} {capacity} {new_id().hex[-6:]}", capacity=capacity)["id"]
    path = f"/v1/offers/{event}"
    signer = Signer(load_key(site.world.signing_key))
    people = [_token(signer) for _ in range(CLIENTS)]
    organiser = site.organiser()
    # A fifth is there before, and a part of it leaves while the others come.
    early = CLIENTS // 5
    told: dict[int, dict[str, Any]] = {}

    def register(number: int) -> None:
        status, body = caller.patiently(
            "POST",
            f"{path}/registrations",
            {"name": f"Người {number}"},
            people[number],
            f"k{number}",
        )
        if status == 201:
            told[number] = body
        else:
            run.broken.append(f"a registration was answered {status}")

    def cancel(number: int) -> None:
        status, _ = caller.patiently(
            "POST", f"/v1/registrations/{told[number]['id']}/cancel", {}, people[number]
        )
        run.hold(status == 200, f"a cancellation was answered {status}")

    def resize(to: int) -> None:
        # 409: so many are confirmed already.
        status, _ = caller.patiently("PATCH", path, {"capacity": to}, organiser)
        run.hold(status in (200, 409), f"a change of capacity was answered {status}")

    with ThreadPoolExecutor(early) as pool:
        list(pool.map(register, range(early)))
    leaving = run.rng.sample(range(early), early // 2)
    sizes = [max(capacity + run.rng.randint(-3, 3), 1) for _ in range(10)]
    acts: list[Callable[[], None]] = [
        *(lambda n=n: register(n) for n in range(early, CLIENTS)),
        *(lambda n=n: cancel(n) for n in leaving),
        *(lambda s=s: resize(s) for s in sizes),
    ]
    run.rng.shuffle(acts)
    at_once(len(acts), lambda number: acts[number]())

    _, offer = caller.patiently("GET", path, None, organiser)
    rows = [row for row in site.stored(event) if row["status"] != "cancelled"]
    held = Counter(row["status"] for row in rows)
    sold, waiting = held["confirmed"], held["waitlisted"]
    wanted = min(offer["capacity"], sold + waiting)
    run.acknowledged += len(told)
    run.doubled += max(sold - offer["capacity"], 0)
    run.lost += max(wanted - sold, 0)
    left = {told[number]["id"] for number in leaving if number in told}
    run.lost += len({one["id"] for one in told.values()} - left - {row["id"] for row in rows})
    counted = (offer["confirmed"], offer["waitlist_length"])
    run.hold(counted == (sold, waiting), f"counted {counted}, but there are {(sold, waiting)}")
    line = sorted(row["position"] for row in rows if row["status"] == "waitlisted")
    run.hold(line == list(range(1, waiting + 1)), "the line has gaps or doubles")


class _Caller:
    """Requests over a connection a thread."""

    def __init__(self, base_url: str, prefix: str) -> None:
        self._address, self._prefix = urlsplit(base_url).netloc, prefix

    def patiently(
        self, method: str, path: str, body: Any, token: str, key: str | None = None
    ) -> tuple[int, Any]:
        """Ask, and again where it was too busy: nothing was done then."""
        pause = threading.Event()
        status, answer = 0, None
        for _ in range(TRIES):
            try:
                status, answer = self._ask(method, path, body, token, key)
            except (OSError, http.client.HTTPException):
                status = 0
            if status not in (0, 503) and not (status == 409 and "still-running" in str(answer)):
                break
            pause.wait(0.05)
        return status, answer

    def _ask(
        self, method: str, path: str, body: Any, token: str, key: str | None
    ) -> tuple[int, Any]:
        connection = http.client.HTTPConnection(self._address, timeout=60)
        headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
        if key is not None:
            headers["Idempotency-Key"] = key
        try:
            sent = None if body is None else json.dumps(body)
            connection.request(method, self._prefix + path, sent, headers)
            answer = connection.getresponse()
            return answer.status, json.loads(answer.read() or b"null")
        finally:
            connection.close()


def _token(signer: Signer) -> str:
    claims = {
        "kind": "person",
        "sub": str(new_id()),
        "roles": [],
        "doors": [],
        "admin": False,
        "language": "vi",
    }
    return signer.issue(claims, now=datetime.now(UTC))[0]


class _Unlocked(Offers):
    """The repository with its guard taken out."""

    def lock_if_known(self, event_id: Any) -> Offer | None:
        return self._session.get(Offer, event_id)


@fault("without lock", rounds=Of(1, 1, 1), seconds=Of(30, 30, 30), needs=("postgresql",))
def without_lock(run: Run) -> None:
    """Negative control: the same rule, read without holding the row, sells one seat several times."""
    run.is_control = True
    url = run.ground.database(SERVICE.name)
    service = Registrations(
        SERVICE, database_url=url, settings={"ticket_key": TICKET_KEY}, community=key_server()
    )
    for _ in run.each_round():
        run.acknowledged += 4
        run.doubled += _sold_unlocked(service, clients=4) - 1
    service.close()


def _sold_unlocked(service: Registrations, *, clients: int) -> int:
    event, barrier = service.open_event(capacity=1), threading.Barrier(clients)

    class Together(UnitOfWork):
        """Everybody has read the offer before anybody writes."""

        def __enter__(self) -> Together:
            super().__enter__()
            self.offers = _Unlocked(self.session)
            self.offers.get(event)
            barrier.wait(timeout=10)
            return self

    def act(_: int) -> str:
        try:
            with Together(service.database) as uow:
                return operations.register(
                    uow, event_id=event, person_id=new_id(), now=service.clock.now(), name="Ada"
                ).status
        except sa.exc.OperationalError:
            return "busy"

    return at_once(clients, act).count("confirmed")

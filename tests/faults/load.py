"""Clients that register, fifty a second, and write down what they were told: ok, refused, or nobody knows."""

from __future__ import annotations

import random
import threading
import time
from collections import Counter, deque
from dataclasses import dataclass
from enum import StrEnum
from typing import Self

import httpx2

from tests.faults.platforms import Site

RATE = 50.0
CLIENTS = 24
PATIENCE = 40.0


class Told(StrEnum):
    OK = "ok"
    REFUSED = "refused"
    UNKNOWN = "unknown"


@dataclass(frozen=True)
class Attempt:
    """One request: who for which event, what was told, when it began, how long it took."""

    person: str
    event: str
    told: Told
    status: int
    registration: str | None
    began: float
    seconds: float
    retry_after: bool


def _client() -> httpx2.Client:
    # Only to this machine, in the clear: certificates are not read.
    return httpx2.Client(timeout=PATIENCE, trust_env=False, verify=False)


class Load:
    """So many registrations for new events, each person once for each, until they are made or the load is stopped.

    What nobody knows of has its turn again, with the same key, as with a patient client.
    """

    def __init__(
        self,
        site: Site,
        title: str,
        wishes: float,
        rng: random.Random,
        *,
        rate: float = RATE,
        keyed: bool = True,
    ) -> None:
        self._site, self._rate, self._keyed = site, rate, keyed
        self.events = {event["id"]: event["title"]["vi"] for event in site.events(wishes, title)}
        wanted = [(person, event) for event in self.events for person in site.people]
        self._left = deque(rng.sample(wanted, min(int(wishes), len(wanted))))
        self.attempts: list[Attempt] = []
        self._asking = 0
        self._lock, self._stop = threading.Lock(), threading.Event()
        self._tokens = {person: site.world.token(person) for person in site.people}
        self._threads = [
            threading.Thread(target=self._register, name="client", daemon=True)
            for _ in range(CLIENTS)
        ]
        self._due = time.monotonic()

    def __enter__(self) -> Self:
        self._due = time.monotonic()
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def stop(self) -> None:
        """No more requests; those that run are waited for."""
        self._stop.set()
        for thread in self._threads:
            thread.join(PATIENCE + 5)

    @property
    def over(self) -> bool:
        """Whether everybody knows what became of the own wish."""
        return not self._left and not self._asking

    def after(self, moment: float) -> list[Attempt]:
        """What began after a moment and was acknowledged, in the order in which it ended."""
        with self._lock:
            return [a for a in self.attempts if a.began > moment and a.told is Told.OK]

    def wait_for_ok(self, moment: float, seconds: float) -> Attempt | None:
        """The first acknowledgement of a request that began after `moment`."""
        pause, end = threading.Event(), time.monotonic() + seconds
        while time.monotonic() < end:
            over = self.over
            if found := self.after(moment):
                return found[0]
            if over:
                return None
            pause.wait(0.02)
        return None

    def go_on(self, seconds: float) -> None:
        """Let it run for a while."""
        self._stop.wait(seconds)

    def finish(self, seconds: float) -> None:
        """Until everybody has an answer, or time is up."""
        pause, end = threading.Event(), time.monotonic() + seconds
        while not self.over and time.monotonic() < end:
            pause.wait(0.02)

    def settle_unknown(self, seconds: float = 60.0) -> None:
        """Repeat what nobody knows of, with the same key, until it is known; as a client does."""
        end, pause = time.monotonic() + seconds, threading.Event()
        with _client() as http:
            while (open_ := self.unknown()) and time.monotonic() < end:
                for person, event in open_:
                    self._asking += 1
                    self._note(self._ask(http, person, event))
                    if time.monotonic() > end:
                        return
                pause.wait(0.1)

    def unknown(self) -> list[tuple[str, str]]:
        """The wishes of which the last thing that was heard is nothing."""
        last = {(a.person, a.event): a.told for a in self.attempts}
        return [wish for wish, told in last.items() if told is Told.UNKNOWN]

    def acknowledged(self) -> dict[str, tuple[str, str]]:
        """(person, event) by the registration that was acknowledged."""
        return {a.registration: (a.person, a.event) for a in self.attempts if a.registration}

    def statuses(self) -> Counter[int]:
        return Counter(a.status for a in self.attempts)

    def rate(self) -> float:
        """Acknowledged a second, from the first to the last."""
        moments = [a.began for a in self.attempts if a.told is Told.OK]
        return len(moments) / max(max(moments) - min(moments), 1.0) if moments else 0.0

    def p99(self, since: float, until: float) -> float:
        """In milliseconds, of what was acknowledged between two moments."""
        took = sorted(
            a.seconds * 1000
            for a in self.attempts
            if a.told is Told.OK and since <= a.began < until
        )
        return took[min(int(len(took) * 0.99), len(took) - 1)] if took else float("nan")

    def count(self, since: float, until: float) -> int:
        return sum(a.told is Told.OK and since <= a.began < until for a in self.attempts)

    @property
    def longest(self) -> float:
        return max((a.seconds for a in self.attempts), default=0.0)

    def _register(self) -> None:
        with _client() as http:
            while not self._stop.is_set() and not self.over:
                due, wish = self._turn()
                self._stop.wait(max(due - time.monotonic(), 0))
                if wish is not None:
                    self._note(self._ask(http, *wish))

    def _turn(self) -> tuple[float, tuple[str, str] | None]:
        """The next wish, and its time: the pace is kept, and what was missed is not caught up with."""
        with self._lock:
            if not self._left:
                return time.monotonic() + 0.05, None
            self._asking += 1
            self._due = max(self._due + 1 / self._rate, time.monotonic())
            return self._due, self._left.popleft()

    def _ask(self, http: httpx2.Client, person: str, event: str) -> Attempt:
        headers = {"Authorization": f"Bearer {self._tokens[person]}"}
        if self._keyed:
            headers["Idempotency-Key"] = f"{person}-{event}"
        path = f"{self._site.base_url}/api/registrations/v1/offers/{event}/registrations"
        began = time.monotonic()
        told, status, registration, later = Told.UNKNOWN, 0, None, False
        try:
            answer = http.post(path, json={"name": f"Người {person}"}, headers=headers)
        except httpx2.TransportError:
            pass
        else:
            status, later = answer.status_code, "Retry-After" in answer.headers
            if status == 201:
                told, registration = Told.OK, answer.json()["id"]
            # Still running is no answer; and of a 5xx nobody knows whether it was before or after the commit.
            elif status < 500 and not answer.text.count("still-running"):
                told = Told.REFUSED
        return Attempt(
            person, event, told, status, registration, began, time.monotonic() - began, later
        )

    def _note(self, attempt: Attempt) -> None:
        with self._lock:
            self._asking -= 1
            self.attempts.append(attempt)
            if attempt.told is Told.UNKNOWN:
                # Its turn comes again, with the same key.
                self._left.append((attempt.person, attempt.event))

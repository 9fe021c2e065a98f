"""The embedded process, killed with kill -9 in the middle of 200 registrations, and started again."""

from __future__ import annotations

import os
import random
import threading
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from email.utils import parseaddr
from pathlib import Path
from typing import Any

import httpx2
import pytest

from deploy.visitor import Visitor
from tests.support.embedded import Process
from tests.support.waiting import until
from tests.support.world import World

PEOPLE, CAPACITY = 200, 120
pytestmark = pytest.mark.slow


@contextmanager
def running(data: Path) -> Iterator[Process]:
    process = Process(data)
    process.start()
    try:
        yield process
    finally:
        process.kill()


def outbox(visitor: Visitor) -> Iterator[dict[str, Any]]:
    """Every mail that the demo's outbox holds."""
    cursor: str | None = ""
    while cursor is not None:
        more = f"&cursor={cursor}" if cursor else ""
        page = visitor.get(f"notifications/v1/outbox?limit=200{more}")
        yield from page["items"]
        cursor = page["next"]


def test_no_acknowledged_registration_is_lost_and_each_is_confirmed_once(tmp_path: Path) -> None:
    """Three kills at seeded moments. Clients repeat, with the same key, what they got no answer for."""
    seed = int(os.environ.get("SEED") or random.SystemRandom().randrange(10**6))
    print(f"seed {seed} (SEED={seed} repeats it)")
    moments = sorted(random.Random(seed).sample(range(20, PEOPLE - 20), 3))
    with running(tmp_path) as process:
        world = World.begin(
            process.base_url,
            community_database=f"sqlite:///{tmp_path / 'community.db'}",
            secrets=tmp_path / "secrets",
        )
        world.organisation("host")
        event = world.event(organisation="host", capacity=CAPACITY)
        names = [f"p{number}" for number in range(PEOPLE)]
        addresses = {name: world.person(name, organisation="host") for name in names}
        acknowledged: dict[str, str] = {}
        kill_now, lock = threading.Event(), threading.Lock()

        def register(name: str) -> None:
            headers = {
                "Authorization": f"Bearer {world.token(name)}",
                "Idempotency-Key": f"key-{name}",
            }
            pause = threading.Event()
            for _ in range(600):
                try:
                    path = f"{process.base_url}/api/registrations/v1/offers/{event['id']}/registrations"
                    answer = httpx2.post(
                        path,
                        json={"name": f"Người {name}"},
                        headers=headers,
                        timeout=10,
                        trust_env=False,
                    )
                except httpx2.TransportError:
                    pause.wait(0.05)
                    continue
                if answer.status_code == 201:
                    with lock:
                        acknowledged[name] = answer.json()["id"]
                        if len(acknowledged) in moments:
                            kill_now.set()
                    return
                assert answer.status_code in (409, 503), answer.text
                pause.wait(0.05)
            raise AssertionError(f"{name} was never answered")

        def kill_and_start() -> None:
            for _ in moments:
                assert kill_now.wait(60)
                kill_now.clear()
                process.kill()
                process.start()

        killer = threading.Thread(target=kill_and_start)
        killer.start()
        with ThreadPoolExecutor(8) as pool:
            list(pool.map(register, names))
        killer.join(60)

        offer = world.admin.get(f"registrations/v1/offers/{event['id']}")
        assert (offer["confirmed"], offer["waitlist_length"]) == (CAPACITY, PEOPLE - CAPACITY)
        stored = set()
        cursor: str | None = ""
        while cursor is not None:
            page = world.admin.get(
                f"registrations/v1/offers/{event['id']}/registrations?limit=200{cursor and f'&cursor={cursor}'}"
            )
            stored |= {row["id"] for row in page["items"]}
            cursor = page["next"]
        assert set(acknowledged.values()) == stored
        assert len(acknowledged) == PEOPLE

        def mails() -> Counter[str]:
            sent = (parseaddr(mail["to"])[1] for mail in outbox(world.admin))
            return Counter(address for address in sent if address in addresses.values())

        until(
            lambda: sum(mails().values()) >= PEOPLE, seconds=60, what="a mail for each of the 200"
        )
        assert mails() == Counter(addresses.values())

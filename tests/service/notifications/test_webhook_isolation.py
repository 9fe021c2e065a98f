"""Partners whose systems are dead or slow delay nobody else's webhooks. Real servers and the real bounds."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from services.notifications.hooks.worker import HookWorker, work
from shared.clock import SystemClock
from shared.ids import new_id
from tests.service.notifications.conftest import Notifications
from tests.service.notifications.partners import LOCAL, Partner
from tests.support.harness import Person
from tests.support.waiting import until

ROUNDS = 10
BOUND_SECONDS = 5.0


@pytest.fixture
def partners() -> Iterator[list[Partner]]:
    systems = [Partner() for _ in range(20)]
    yield systems
    for system in systems:
        system.close()


@pytest.fixture
def notifications(start: Callable[..., Notifications]) -> Notifications:
    started = start(webhook_http=True, webhook_networks=LOCAL)
    started.clock.move_to(datetime.now(UTC))
    # Turns are counted by a clock that moves.
    started.deps = replace(started.deps, clock=SystemClock())
    return started


def endpoint(notifications: Notifications, partner: Partner) -> Any:
    """Of an organisation of its own; the id of that."""
    organisation = new_id()
    officer = Person().with_role("officer", organisation)
    body = {"organisation_id": str(organisation), "url": partner.url}
    assert notifications.post("/webhook-endpoints", body, by=officer).status_code == 201
    return organisation


def test_five_dead_and_five_slow_of_twenty_delay_no_other(
    notifications: Notifications, partners: list[Partner]
) -> None:
    """p99 from message to call under 5 s, while ten systems let every call run into its bound of 15 s."""
    dead, slow, well = partners[:5], partners[5:10], partners[10:]
    for one in dead:
        one.answer = one.never
    for one in slow:
        one.answer = one.trickle
    organisations = [endpoint(notifications, one) for one in partners]
    stop = threading.Event()
    working = threading.Thread(target=work, args=(notifications.deps, stop))
    working.start()

    told: dict[str, float] = {}
    for number in range(1, ROUNDS + 1):
        event = notifications.event(partner_ids=organisations)
        told[event["id"]] = time.monotonic()
        notifications.tell("event.published", event["id"], event)
        # One after the other, as they come: each finds the dead and the slow in the middle of a call.
        until(lambda n=number: all(len(one.calls) >= n for one in well), seconds=30)
    stop.set()
    for one in (*dead, *slow):
        one.closing.set()
    working.join()

    waited = sorted(
        call.at - told[json.loads(call.body)["data"]["id"]] for one in well for call in one.calls
    )
    p99 = waited[int(len(waited) * 0.99) - 1]
    print(f"{len(waited)} webhooks, p50 {waited[len(waited) // 2]:.3f} s, p99 {p99:.3f} s")
    assert len(waited) == ROUNDS * len(well)
    assert p99 < BOUND_SECONDS


def test_an_endpoint_with_much_to_tell_waits_its_turn(
    notifications: Notifications, partners: list[Partner]
) -> None:
    """By endpoint in turn, not by age: with a single thread, others come between the many."""
    busy, other = partners[:2]
    much, little = endpoint(notifications, busy), endpoint(notifications, other)
    for _ in range(20):
        notifications.publish(partner_ids=[much])
    notifications.publish(partner_ids=[little])

    worker = HookWorker(notifications.deps, threads=1)
    worker.work_off()
    worker.close()

    assert len(busy.calls) == 20
    assert other.calls[0].at < busy.calls[2].at


def test_an_endpoint_is_called_by_one_at_a_time(
    notifications: Notifications, partners: list[Partner]
) -> None:
    """By however many workers."""
    partner, at_once, most = partners[0], 0, 0
    lock = threading.Lock()

    def counted(handler: Any) -> None:
        nonlocal at_once, most
        with lock:
            at_once += 1
            most = max(most, at_once)
        partner.plainly(handler)
        with lock:
            at_once -= 1

    partner.answer = counted
    organisation = endpoint(notifications, partner)
    for _ in range(20):
        notifications.publish(partner_ids=[organisation])
    workers = [HookWorker(notifications.deps) for _ in range(3)]
    working = [threading.Thread(target=one.work_off) for one in workers]
    for thread in working:
        thread.start()
    for thread in working:
        thread.join()
    workers[0].work_off()
    for worker in workers:
        worker.close()

    assert len({call.id for call in partner.calls}) == len(partner.calls) == 20
    assert most == 1

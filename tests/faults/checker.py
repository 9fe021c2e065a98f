"""The checker: set algebra over what clients were told, what is stored, and which mails went out."""

from __future__ import annotations

import threading
import time
from collections import Counter
from dataclasses import dataclass

from tests.faults.load import Load, Told
from tests.faults.platforms import Site
from tests.faults.run import Run

CONFIRMED = "Bạn đã có chỗ: "
# No mail for so long: none will come. A notice whose owner was away three times waits a minute for its fourth try.
SILENT = 90.0


@dataclass(frozen=True)
class Settled:
    """Seconds until no message waited any more, and until the last mail was out."""

    messages: float
    mails: float


def check(run: Run, site: Site, *loads: Load, within: float = 60.0) -> Settled:
    """After the loads: everything unknown is asked again, every message that waits has its effect `within` seconds.

    acknowledged ⊆ stored; who was refused is not stored; one registration for each wish; outboxes, queues and failed
    messages empty; one mail for each registration, however long they take while they still come: how many go out a
    second is no question of faults.
    """
    began = time.monotonic()
    for load in loads:
        load.settle_unknown(within)
        run.hold(not load.unknown(), f"{len(load.unknown())} requests were never answered")
    told = {id_: wish for load in loads for id_, wish in load.acknowledged().items()}
    events = {event: title for load in loads for event, title in load.events.items()}
    attempts = [attempt for load in loads for attempt in load.attempts]
    stored = {
        row["id"]: (row["name"], event)
        for event in events
        for row in site.stored(event)
        if row["status"] != "cancelled"
    }
    run.acknowledged += len(told)
    run.lost += len(told.keys() - stored.keys())
    run.doubled += sum(count - 1 for count in Counter(stored.values()).values())
    strangers = len(stored.keys() - told.keys())
    run.hold(not strangers, f"{strangers} registrations are stored that no client was told of")
    refused = Counter(a.status for a in attempts if a.told is Told.REFUSED)
    run.hold(not refused, f"refused for no reason: {dict(refused)}")
    odd = {
        s: n
        for s, n in Counter(a.status for a in attempts).items()
        if s >= 500 and s not in (503, 507)
    }
    run.hold(not odd, f"answers that promise nothing: {odd}")
    told_later = [a for a in attempts if a.status in (503, 507)]
    run.hold(all(a.retry_after for a in told_later), "a 503 did not say when to come again")

    wanted = {
        (site.world.people[person]["address"], CONFIRMED + events[event])
        for person, event in told.values()
    }
    run.wait(
        lambda: not any(_waiting(site).values()),
        seconds=max(within - (time.monotonic() - began), 5.0),
        what="empty outboxes, queues and failed messages",
    )
    messages = time.monotonic() - began
    _wait_while_mails_come(site, wanted)
    mails = site.mails.counted()
    missing = sum(not mails[one] for one in wanted)
    run.hold(not missing, f"{missing} mails never came")
    run.lost += missing
    run.doubled += sum(mails[one] - 1 for one in wanted if mails[one] > 1)
    return Settled(messages, time.monotonic() - began)


def _wait_while_mails_come(site: Site, wanted: set[tuple[str, str]]) -> None:
    pause, total, since = threading.Event(), -1, time.monotonic()
    while not wanted <= site.mails.counted().keys() and time.monotonic() - since < SILENT:
        pause.wait(0.05)
        if site.mails.total() != total:
            total, since = site.mails.total(), time.monotonic()


def _waiting(site: Site) -> Counter[str]:
    try:
        return site.waiting()
    except Exception:  # noqa: BLE001 - what cannot be looked at is not empty
        return Counter(unseen=1)

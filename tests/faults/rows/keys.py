"""A request that creates, repeated because its answer was lost, with its key and without."""

from __future__ import annotations

import threading
import time
from collections import Counter
from typing import Any

import httpx2

from deploy.visitor import WentWrong
from tests.faults.platforms import Platform
from tests.faults.run import Of, Run, Size, fault
from tests.faults.variants import AFTER_COMMIT
from tests.support.waiting import until

DRAFTS = 4
_API = "events.api"


@fault("without key", rounds=Of(1, 1, 1), seconds=Of(60, 90, 90), needs=("platform",))
def without_key(run: Run) -> None:
    """Negative control: drafts of events, whose API dies after a commit and before its answer; clients repeat what was
    not answered, with a key (one effect) and without one."""
    run.is_control = True
    site = run.ground.platform()
    for number in run.each_round():
        if run.size is not Size.QUICK:
            doubled = _doubled(run, site, f"có khóa {number} {run.seed}", keyed=True)
            run.hold(doubled == 0, f"{doubled} doubled although they had a key")
        run.doubled += _doubled(run, site, f"không khóa {number} {run.seed}", keyed=False)


def _doubled(run: Run, site: Platform, title: str, *, keyed: bool) -> int:
    site.replace(_API, AFTER_COMMIT)
    until(lambda: site.is_up(_API), seconds=30, what=f"{_API} with its death")
    site.usual(_API)
    site.organiser()
    for number in range(DRAFTS):
        wish = site.world.event_request(organisation="host", title={"vi": f"{title} {number}"})
        _create(site, wish, {"Idempotency_Key": f"draft-{run.seed}-{number}"} if keyed else {})
        run.acknowledged += 1
    host = site.world.organisations["host"]
    path = f"events/v1/events?status=draft&organisation_id={host}&limit=100"
    found = Counter(
        one["title"]["vi"]
        for one in site.world.admin.get(path)["items"]
        if one["title"]["vi"].startswith(title)
    )
    run.lost += DRAFTS - len(found)
    return found.total() - len(found)


def _create(site: Platform, wish: dict[str, Any], headers: dict[str, str]) -> None:
    pause, end = threading.Event(), time.monotonic() + 30
    while time.monotonic() < end:
        try:
            site.world.admin.call("POST", "events/v1/events", wish, expect=201, **headers)
        except (WentWrong, httpx2.TransportError):
            pause.wait(0.1)
        else:
            return
    raise AssertionError("a draft was never acknowledged")

"""The worker: does what time has made due, each event in a transaction of its own."""

from __future__ import annotations

import threading
import time

from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from services.registrations import operations
from services.registrations.deps import Deps
from services.registrations.operations.imports import KEPT
from shared.logs import get_logger

POLL_SECONDS = 1.0
TIDY_SECONDS = 600.0
BATCH = 100
# Of answers, and of nominees, in one transaction.
ANSWERS = 500
# Answers are kept for days; a minute more is no matter.
SWEEP_SECONDS = 60.0
log = get_logger("worker")


def work(deps: Deps, stop: threading.Event) -> None:
    """Until `stop` is set: end holds and release quotas within about a second of their time; remove what is old."""
    pause, swept_at, tidied_at = POLL_SECONDS, float("-inf"), float("-inf")
    while not stop.wait(pause):
        try:
            if time.monotonic() - swept_at >= SWEEP_SECONDS:
                more = remove_due(deps) + forget_contacts(deps)
                swept_at = swept_at if more else time.monotonic()
            if time.monotonic() - tidied_at >= TIDY_SECONDS:
                tidy(deps)
                tidied_at = time.monotonic()
            pause = 0 if settle_due(deps) == BATCH else POLL_SECONDS
        except (DBAPIError, PoolTimeout) as error:
            log.warning("the worker waits for its database", why=type(error).__name__)
            pause = 2 * POLL_SECONDS


def settle_due(deps: Deps) -> int:
    """Settle the offers that are due, and say how many there were. Two workers do no harm: each looks again."""
    now = deps.clock.now()
    with deps.unit_of_work(read_only=True) as uow:
        due = uow.offers.due(now, limit=BATCH)
    for event_id in due:
        with deps.unit_of_work() as uow:
            operations.settle(uow, uow.offers.lock(event_id), now=now)
    return len(due)


def remove_due(deps: Deps) -> int:
    """Remove the answers whose time is over, of a batch of registrations an event; of how many, is said and logged."""
    now, removed = deps.clock.now(), 0
    with deps.unit_of_work(read_only=True) as uow:
        due = uow.answer_sheets.due(now, limit=BATCH)
    for event_id in due:
        with deps.unit_of_work() as uow:
            offer = uow.offers.lock(event_id)
            removed += operations.remove_answers(uow, offer, now=now, most=ANSWERS)
    if removed:
        log.info("answers were removed after their time", registrations=removed)
    return removed


def forget_contacts(deps: Deps) -> int:
    """Forget how nominees of long past events were reached, of a batch an event; of how many, is said and logged."""
    now, removed = deps.clock.now(), 0
    with deps.unit_of_work(read_only=True) as uow:
        due = uow.nominations.contacts_due(now - operations.KEPT_AFTER_EVENT, limit=BATCH)
    for event_id in due:
        with deps.unit_of_work() as uow:
            offer = uow.offers.lock(event_id)
            removed += operations.remove_contacts(uow, offer, now=now, most=ANSWERS)
    if removed:
        log.info("contacts of nominees were removed after their time", nominees=removed)
    return removed


def tidy(deps: Deps) -> None:
    """Forget lists that were read long ago; who was registered from them stays."""
    with deps.unit_of_work() as uow:
        uow.imports.forget(deps.clock.now() - KEPT)

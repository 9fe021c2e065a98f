"""The worker of webhooks: takes turns at endpoints, so that one that is dead or slow delays no other.

An endpoint is served by one thread at a time, one webhook a turn, and whoever has waited longest for a turn is next,
however much waits elsewhere. Endpoints that failed or were slow the last time share a part of the threads; the rest
is always there for the others. As with mails, the attempt is written before the call, the call is made without a
transaction, and its end is recorded in another.
"""

from __future__ import annotations

import random
import threading
from concurrent.futures import Future, ThreadPoolExecutor, wait
from datetime import timedelta
from functools import partial
from uuid import UUID

from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from services.notifications.deps import Deps
from services.notifications.hooks import operations
from services.notifications.hooks.sender import Answer
from services.notifications.hooks.signing import signed
from services.notifications.models.endpoint import LEAST_JITTER, MOST_JITTER
from shared.ids import new_id
from shared.logs import get_logger

THREADS = 16
FOR_TROUBLED = 6
# Beyond the longest call: to record what came of it, though the database be away for a moment.
LEASE_MARGIN = timedelta(seconds=60)
RECORD_PAUSES = (0.5, 1, 2, 4, 8)
POLL_SECONDS = 0.5
log = get_logger("hooks")


def work(deps: Deps, stop: threading.Event) -> None:
    """Send until `stop` is set."""
    worker = HookWorker(deps, stop=stop)
    while not stop.is_set():
        worker.freed.clear()
        try:
            taken = worker.take_turns()
        except (DBAPIError, PoolTimeout) as error:
            log.warning("webhooks wait for the database", why=type(error).__name__)
            stop.wait(2)
            continue
        except Exception as error:  # noqa: BLE001 - whatever it was: what is due stays due
            log.error("a turn of the webhooks failed", why=type(error).__name__, alarm=True)
            stop.wait(2)
            continue
        if not taken:
            worker.freed.wait(POLL_SECONDS)
    worker.close()


class HookWorker:
    """Serves endpoints, each in a thread of a bounded number. Several may work beside each other."""

    def __init__(
        self,
        deps: Deps,
        *,
        stop: threading.Event | None = None,
        threads: int = THREADS,
        for_troubled: int = FOR_TROUBLED,
    ) -> None:
        self._deps, self._stop = deps, stop or threading.Event()
        self._most, self._most_troubled = threads, for_troubled
        self._threads = ThreadPoolExecutor(threads, thread_name_prefix="hook")
        self._lock = threading.Lock()
        self._serving: dict[Future[None], bool] = {}
        # Set when a thread has become free.
        self.freed = threading.Event()

    def take_turns(self) -> int:
        """Let each free thread serve an endpoint; how many began."""
        now = self._deps.clock.now()
        with self._lock:
            free = self._most - len(self._serving)
            free_for_troubled = self._most_troubled - sum(self._serving.values())
        if free < 1:
            return 0
        with self._deps.unit_of_work(read_only=True) as uow:
            if not uow.hooks.anything_to_do(now):
                return 0
        lease = new_id()
        until = now + timedelta(seconds=self._deps.hook_sender.seconds) + LEASE_MARGIN
        with self._deps.unit_of_work() as uow:
            take = partial(uow.hooks.take_turns, lease=lease, now=now, until=until)
            well = take(limit=free, troubled=False)
            ill = take(limit=min(free - len(well), free_for_troubled), troubled=True)
        for endpoint_id, is_troubled in [(one, False) for one in well] + [
            (one, True) for one in ill
        ]:
            serving = self._threads.submit(self._serve, endpoint_id, lease)
            with self._lock:
                self._serving[serving] = is_troubled
            serving.add_done_callback(self._ended)
        return len(well) + len(ill)

    def work_off(self) -> None:
        """Serve until nothing is due."""
        while self.take_turns():
            with self._lock:
                serving = list(self._serving)
            wait(serving)

    def close(self) -> None:
        """Wait for the calls that were begun."""
        self._threads.shutdown()

    def _ended(self, serving: Future[None]) -> None:
        with self._lock:
            del self._serving[serving]
        error = serving.exception()
        if error is not None:
            # Its lease ends, and somebody tries again.
            log.error("a turn at an endpoint failed", why=type(error).__name__)
        self.freed.set()

    def _serve(self, endpoint_id: UUID, lease: UUID) -> None:
        now = self._deps.clock.now()
        with self._deps.unit_of_work() as uow:
            endpoint = uow.hooks.lock_if_there(endpoint_id)
            if endpoint is None or not endpoint.is_held_by(lease, now):
                return
            begun = operations.begin(uow, endpoint, now=now)
            if begun is None:
                endpoint.end_turn(now)
                return
        delivery, attempt = begun
        secrets = endpoint.secrets(now)
        headers = signed(str(delivery.id), delivery.body, at=now, secrets=secrets)
        hidden = [*secrets, *(secret.partition("_")[2] for secret in secrets)]
        answer = self._deps.hook_sender.send(
            endpoint.url, delivery.body, headers=headers, hidden=hidden
        )
        self._record(endpoint_id, lease, delivery.id, attempt.id, answer)

    def _record(
        self, endpoint_id: UUID, lease: UUID, delivery_id: UUID, attempt_id: int, answer: Answer
    ) -> None:
        """Settle, though the database be away for a moment."""
        for pause in RECORD_PAUSES:
            try:
                self._settle(endpoint_id, lease, delivery_id, attempt_id, answer)
            except (DBAPIError, PoolTimeout) as error:
                log.warning("a result waits for the database", why=type(error).__name__)
                self._stop.wait(pause)
            else:
                return
        self._settle(endpoint_id, lease, delivery_id, attempt_id, answer)

    def _settle(
        self, endpoint_id: UUID, lease: UUID, delivery_id: UUID, attempt_id: int, answer: Answer
    ) -> None:
        now = self._deps.clock.now()
        with self._deps.unit_of_work() as uow:
            endpoint = uow.hooks.lock_if_there(endpoint_id)
            # Deleted by the partner, or somebody else's turn: this one took longer than its lease.
            if endpoint is None or endpoint.lease != lease:
                return
            delivery = uow.hooks.lock_delivery(delivery_id)
            attempt = next(one for one in delivery.attempts if one.id == attempt_id)
            jitter = random.uniform(LEAST_JITTER, MOST_JITTER)  # noqa: S311 - jitter, not a secret
            operations.settle(uow, endpoint, delivery, attempt, answer, now=now, jitter=jitter)
            endpoint.end_turn(now)
        if not endpoint.is_active:
            log.warning("an endpoint is disabled", endpoint=str(endpoint_id))

"""The worker: takes what is due, sends it, and records what came of it, so that a crash at any point is seen.

A notice passes three short transactions: *claimed* (a lease; nothing has happened yet), *started* (an
attempt is written, and silence from here on means that it may have been sent), *settled*. Owners and
providers are called between them, never inside.
"""

from __future__ import annotations

import random
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from services.notifications.composing import Material, NotNow, compose, gather
from services.notifications.deps import Deps
from services.notifications.mailer import Mail
from services.notifications.mailers import LocalOutbox, outbox_folder
from services.notifications.models import Attempt, Notice, Outcome, Result, Status
from services.notifications.repository import UnitOfWork
from shared.ids import new_id
from shared.logs import get_logger

BATCH = 40
# At once, so that one stalled connection does not hold up the sign-in code behind it.
SENDERS = 4
# What a worker that died has taken is free again after this; one that lives renews it while it sends,
LEASE = timedelta(seconds=20)
RENEW_SECONDS = 5.0
# but no longer than this: what it was told of the recipients must not be older.
LONGEST_LEASE = timedelta(minutes=3)
LINE_PAUSE = timedelta(minutes=1)
POLL_SECONDS = 0.5
# Between tries to record what became of a mail, while the database is away.
RECORD_PAUSES = (0.5, 1, 2, 4, 8, 16, 32, 32)
log = get_logger("worker")


def work(deps: Deps, stop: threading.Event) -> None:
    """Send until `stop` is set: at once what this process wrote, within half a second what another did."""
    if deps.mailer.name == LocalOutbox.name and not deps.settings.demo:
        log.warning(
            "no mail leaves this machine: set SMTP_HOST or SENDGRID_API_KEY, or nobody can sign in",
            folder=str(outbox_folder(deps.settings)),
        )
    worker = Worker(deps, stop=stop)
    while not stop.is_set():
        deps.wake.clear()
        try:
            taken = worker.run_once()
        except (DBAPIError, PoolTimeout) as error:
            log.warning("the worker waits for its database", why=type(error).__name__)
            stop.wait(2)
            continue
        except Exception as error:  # noqa: BLE001 - whatever it was: what is due stays due
            log.error("a turn of the worker failed", why=type(error).__name__, alarm=True)
            stop.wait(2)
            continue
        if not taken:
            deps.wake.wait(POLL_SECONDS)


class Worker:
    """Sends in batches, and begins no other mail once `stop` is set. Several may work beside each other."""

    def __init__(
        self,
        deps: Deps,
        *,
        stop: threading.Event | None = None,
        unit_of_work: Callable[[], UnitOfWork] | None = None,
    ) -> None:
        self._deps = deps
        self._stop = stop or threading.Event()
        self._unit_of_work = unit_of_work or deps.unit_of_work
        self._paused_until: datetime | None = None

    def run_once(self) -> int:
        """Take one batch and send it; how many notices were taken."""
        now = self._deps.clock.now()
        with self._deps.unit_of_work(read_only=True) as uow:
            if not uow.notices.anything_to_do(now):
                return 0
        self._take_over(now)
        if self._is_paused(now):
            return 0
        lease = new_id()
        with self._unit_of_work() as uow:
            claimed = uow.notices.claim(lease=lease, now=now, until=now + LEASE, limit=BATCH)
        if not claimed:
            return 0
        with self._renewing(lease, until=now + LONGEST_LEASE):
            material = gather(self._deps, claimed)
            with ThreadPoolExecutor(SENDERS, thread_name_prefix="send") as senders:
                told = [senders.submit(self._tell, notice, lease, material) for notice in claimed]
        for one in told:
            one.result()
        return len(claimed)

    @contextmanager
    def _renewing(self, lease: UUID, *, until: datetime) -> Iterator[None]:
        """Keep a lease alive while this worker is, so that it can be short for those that are not."""
        done = threading.Event()

        def renew() -> None:
            while not done.wait(RENEW_SECONDS):
                now = self._deps.clock.now()
                with suppress(DBAPIError, PoolTimeout), self._unit_of_work() as uow:
                    uow.notices.renew(lease=lease, now=now, until=min(now + LEASE, until))

        renewing = threading.Thread(target=renew, name="lease", daemon=True)
        renewing.start()
        try:
            yield
        finally:
            done.set()
            renewing.join()

    def _tell(self, notice: Notice, lease: UUID, material: Material) -> None:
        if self._stop.is_set() or self._is_paused(self._deps.clock.now()):
            self._give_back(notice.id, lease)
            return
        try:
            mail = compose(self._deps, notice, material)
        except NotNow as decided:
            self._settle_unsent(notice.id, lease, decided)
            return
        attempt_id = self._start(notice.id, lease)
        if attempt_id is not None:
            self._record(mail, lease, attempt_id, self._send(mail))

    def _start(self, notice_id: UUID, lease: UUID) -> int | None:
        """Write the attempt; None if the notice is no longer this worker's to send."""
        now = self._deps.clock.now()
        with self._unit_of_work() as uow:
            notice = uow.notices.lock(notice_id)
            if not notice.is_held_by(lease, now):
                return None
            started = notice.start(self._deps.mailer.name, now=now, lease_until=now + LEASE)
            return uow.notices.attempt(started).id

    def _send(self, mail: Mail) -> Outcome:
        mailer = self._deps.mailer
        try:
            return mailer.send(mail)
        except Exception as error:  # noqa: BLE001 - a fault of the mailer's own
            # The mail may be out all the same.
            why = type(error).__name__
            log.error("a mailer failed", provider=mailer.name, why=why)
            return Outcome(Result.TEMPORARY if mailer.repeatable else Result.AMBIGUOUS, why)

    def _record(self, mail: Mail, lease: UUID, attempt_id: int, outcome: Outcome) -> None:
        """Settle, though the database be away for a minute: until then what was sent is in doubt."""
        for pause in RECORD_PAUSES:
            try:
                self._settle(mail, lease, attempt_id, outcome)
            except (DBAPIError, PoolTimeout) as error:
                log.warning("a result waits for the database", why=type(error).__name__)
                self._stop.wait(pause)
            else:
                return
        self._settle(mail, lease, attempt_id, outcome)

    def _settle(self, mail: Mail, lease: UUID, attempt_id: int, outcome: Outcome) -> None:
        now, mailer = self._deps.clock.now(), self._deps.mailer
        with self._unit_of_work() as uow:
            notice = uow.notices.lock(mail.notice_id)
            attempt = uow.session.get_one(Attempt, attempt_id)
            attempt.settle(outcome, now)
            own = notice.lease == lease
            if own and outcome.result is Result.AMBIGUOUS:
                notice.settle_ambiguous(
                    now=now, repeatable=mailer.repeatable, repeats_after=mailer.repeats_after
                )
            # Back after the lease had ended: what is known now goes before what was feared.
            elif outcome.result is not Result.AMBIGUOUS and (
                own or notice.status is Status.AMBIGUOUS
            ):
                notice.settle(outcome, now=now, jitter=_jitter())
        _call_a_person(notice)
        if outcome.result is Result.TECHNICAL:
            self._paused_until = now + LINE_PAUSE
            log.error("the mail line is stopped", provider=mailer.name, why=outcome.why, alarm=True)
        elif outcome.result is not Result.DELIVERED:
            log.warning(
                "a mail was not delivered",
                notice=str(mail.notice_id),
                provider=mailer.name,
                result=outcome.result.value,
                why=outcome.why,
            )

    def _settle_unsent(self, notice_id: UUID, lease: UUID, decided: NotNow) -> None:
        now = self._deps.clock.now()
        with self._unit_of_work() as uow:
            notice = uow.notices.lock(notice_id)
            if not notice.is_held_by(lease, now):
                return
            attempt = uow.notices.attempt(Attempt(notice_id=notice_id, at=now, provider=decided.by))
            attempt.settle(decided.outcome, now)
            notice.settle(decided.outcome, now=now, jitter=_jitter())
        _call_a_person(notice)

    def _give_back(self, notice_id: UUID, lease: UUID) -> None:
        with self._unit_of_work() as uow:
            notice = uow.notices.lock(notice_id)
            if notice.is_held_by(lease, self._deps.clock.now()):
                notice.lease = notice.lease_until = None

    def _take_over(self, now: datetime) -> None:
        """Of what a worker was sending when it vanished, nobody knows whether it went."""
        mailer = self._deps.mailer
        with self._unit_of_work() as uow:
            for notice in uow.notices.left_behind(now, BATCH):
                attempt = uow.notices.open_attempt(notice.id)
                if attempt is not None:
                    attempt.settle(Outcome(Result.AMBIGUOUS, "worker-gone"), now)
                same = attempt is not None and attempt.provider == mailer.name
                notice.settle_ambiguous(
                    now=now,
                    repeatable=same and mailer.repeatable,
                    repeats_after=mailer.repeats_after,
                )
                log.warning("a worker vanished while sending", notice=str(notice.id))
                _call_a_person(notice)

    def _is_paused(self, now: datetime) -> bool:
        return self._paused_until is not None and now < self._paused_until


def _call_a_person(notice: Notice) -> None:
    if notice.waits_for_a_person:
        status = notice.status.value
        log.error("a notice waits for a person", notice=str(notice.id), status=status, alarm=True)


def _jitter() -> float:
    return random.uniform(0.9, 1.2)  # noqa: S311 - jitter, not a secret

"""The worker: what is due goes out once, whatever happens to the owners, the provider or the worker itself."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from threading import Barrier, Event, Lock, Thread
from typing import Any
from uuid import UUID

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import OperationalError
from structlog.testing import capture_logs

from services.notifications.composing import gather
from services.notifications.mailer import Mail
from services.notifications.models import Attempt, Notice, Outcome, Result
from services.notifications.repository import Notices, UnitOfWork
from services.notifications.worker import LEASE, LINE_PAUSE, SENDERS, Worker, work
from shared.ids import new_id
from tests.service.notifications.conftest import Notifications
from tests.support.harness import Person
from tests.support.waiting import until


@dataclass
class Provider:
    """A provider that answers as told, and remembers every mail that it took."""

    answers: list[Outcome] = field(default_factory=list)
    name: str = "provider"
    repeatable: bool = False
    repeats_after: timedelta = timedelta(seconds=5)
    sent: list[Mail] = field(default_factory=list)
    lock: Lock = field(default_factory=Lock)

    def send(self, mail: Mail) -> Outcome:
        with self.lock:
            answer = self.answers.pop(0) if self.answers else Outcome(Result.DELIVERED)
            self.sent.append(mail)
            return answer


def confirmed(notifications: Notifications, people: int = 1) -> list[Person]:
    event = notifications.publish()
    comers = [notifications.somebody() for _ in range(people)]
    for person in comers:
        notifications.registered(event, person)
    return comers


def test_what_is_due_is_sent_once(notifications: Notifications) -> None:
    """And recorded with its attempt."""
    confirmed(notifications, 3)

    assert notifications.work() == 3
    assert notifications.work() == 0
    assert notifications.notices("status") == ["delivered"] * 3
    assert notifications.attempts() == [("outbox", "delivered", "")] * 3
    assert len(notifications.mails()) == 3


def test_owners_are_asked_once_for_a_batch(notifications: Notifications) -> None:
    """Not once a mail."""
    confirmed(notifications, 20)
    notifications.work()

    assert Counter(notifications.community.asked) == {
        "/v1/service-tokens": 1,
        "/v1/people/addresses": 1,
    }
    assert len(notifications.registrations.asked) == len(notifications.events.asked) == 1


@pytest.mark.parametrize("owner", ["community", "registrations", "events"])
def test_while_an_owner_is_away_the_mail_waits_and_then_goes(
    notifications: Notifications, owner: str
) -> None:
    """With a pause that grows, and the reason in the record."""
    confirmed(notifications)
    getattr(notifications, owner).away = True
    notifications.work()
    assert notifications.notices("status", "failures") == [("temporary-failure", 1)]
    assert notifications.attempts() == [(owner, "temporary-failure", "away")]

    getattr(notifications, owner).away = False
    assert notifications.work() == 0
    notifications.clock.advance(seconds=3)
    notifications.work()
    assert notifications.notices("status") == ["delivered"]


@pytest.mark.parametrize("owner", ["community", "registrations"])
def test_an_answer_that_nobody_can_read_is_waited_out(
    notifications: Notifications, owner: str
) -> None:
    """As if the owner were away: nothing is given up, and the worker goes on."""
    confirmed(notifications)
    getattr(notifications, owner).garbled = True
    notifications.work()
    assert notifications.attempts() == [(owner, "temporary-failure", "away")]

    getattr(notifications, owner).garbled = False
    notifications.clock.advance(seconds=3)
    notifications.work()
    assert notifications.notices("status") == ["delivered"]


def test_calendars_that_cannot_be_had_are_waited_for_once(notifications: Notifications) -> None:
    """Not once an event, each time for as long as a request may take."""
    for _ in range(5):
        confirmed(notifications)
    notifications.events.away = True
    notifications.work()

    assert len(notifications.events.asked) == 1
    assert notifications.notices("status") == ["temporary-failure"] * 5


def test_one_event_without_a_calendar_holds_up_no_other(notifications: Notifications) -> None:
    """Its owner answers, and answers for the others."""
    first, second = notifications.publish(), notifications.publish()
    for event in (first, second):
        notifications.registered(event, notifications.somebody())
    notifications.events.broken.add(UUID(first["id"]))
    notifications.work()

    assert notifications.notices("status") == ["temporary-failure", "delivered"]


def test_an_owner_that_is_away_holds_up_only_what_needs_it(notifications: Notifications) -> None:
    """The sign-in code goes out although tickets cannot be had."""
    confirmed(notifications)
    notifications.ask_to_sign_in()
    notifications.registrations.away = True
    notifications.work()

    assert notifications.notices("template", "status") == [
        ("registration-confirmed", "temporary-failure"),
        ("sign-in", "delivered"),
    ]


def test_an_erased_person_gets_nothing(notifications: Notifications) -> None:
    """Whether community still knows the id or not."""
    event = notifications.publish()
    notifications.registered(event, notifications.somebody(status="erased", address=None))
    notifications.registered(event, Person())
    notifications.work()

    assert notifications.notices("status") == ["suppressed", "suppressed"]
    assert not notifications.mails()


def test_a_code_that_expired_meanwhile_is_not_sent(notifications: Notifications) -> None:
    """Community leaves it out."""
    sign_in = notifications.ask_to_sign_in()
    del notifications.community.sign_ins[sign_in]
    notifications.work()

    assert notifications.notices("status") == ["suppressed"]


def test_a_ticket_whose_place_is_gone_is_not_sent(notifications: Notifications) -> None:
    """Registrations knows before its message has come."""
    confirmed(notifications)
    notifications.registrations.tickets.clear()
    notifications.work()

    assert notifications.notices("status") == ["superseded"]


def test_news_about_an_event_that_is_not_known_yet_wait_for_it(
    notifications: Notifications,
) -> None:
    """Messages of two services come in any order."""
    event, person = notifications.event(), notifications.somebody()
    notifications.registered(event, person)
    notifications.work()
    assert notifications.notices("status") == ["temporary-failure"]
    assert notifications.get("/inbox", by=person).json["items"] == []

    notifications.publish(event)
    notifications.clock.advance(seconds=3)
    notifications.work()
    assert notifications.notices("status") == ["delivered"]
    assert len(notifications.get("/inbox", by=person).json["items"]) == 1


def test_the_reason_of_a_cancellation_is_waited_for(notifications: Notifications) -> None:
    """The end of the registration may be told before the end of the event."""
    event, person = notifications.publish(), notifications.somebody()
    notifications.tell_registration(
        "registration.cancelled", event, person, new_id(), why="event-cancelled"
    )
    notifications.work()
    assert not notifications.mails()

    notifications.cancel_event(event)
    notifications.clock.advance(seconds=3)
    notifications.work()
    (mail,) = notifications.mails()
    assert "Lý do: Bão lớn" in mail.message.get_body(("plain",)).get_content()


def test_temporary_failures_are_tried_for_a_day(notifications: Notifications) -> None:
    """Then a person is called; nothing is dropped without a word."""
    provider = Provider([Outcome(Result.TEMPORARY, "http-500")] * 100)
    notifications.use(provider)
    event = notifications.publish()
    person = notifications.somebody()
    notifications.tell_registration("registration.waitlisted", event, person, new_id(), position=1)
    began = notifications.clock.now()
    with capture_logs() as said:
        while (due := notifications.notices("next_attempt_at")[0]) is not None:
            notifications.clock.move_to(_moment(due))
            notifications.work()

    assert [one["status"] for one in said if one.get("alarm")] == ["technical-failure"]
    assert notifications.notices("status") == ["technical-failure"]
    assert timedelta(hours=22) < notifications.clock.now() - began < timedelta(hours=32)
    assert len(provider.sent) == 13


def test_a_permanent_failure_is_final(notifications: Notifications) -> None:
    """Trying again would not help."""
    notifications.use(Provider([Outcome(Result.PERMANENT, "recipient-550")]))
    confirmed(notifications)
    notifications.work()
    notifications.clock.advance(days=2)

    assert notifications.work() == 0
    assert notifications.notices("status") == ["permanent-failure"]


def test_a_refused_key_stops_the_line_and_loses_nothing(notifications: Notifications) -> None:
    """Few mails are burnt on a broken line, and all go out once it is repaired."""
    provider = Provider([Outcome(Result.TECHNICAL, "http-401")] * 4)
    notifications.use(provider)
    confirmed(notifications, 12)
    worker = notifications.worker()
    worker.run_once()
    assert len(provider.sent) <= 4
    assert worker.run_once() == 0
    assert "technical-failure" in notifications.notices("status")

    provider.answers.clear()
    notifications.clock.advance(seconds=LINE_PAUSE.total_seconds() + 1)
    while worker.run_once():
        pass
    assert notifications.notices("status") == ["delivered"] * 12


@pytest.mark.parametrize(
    ("repeatable", "left"), [(False, "ambiguous"), (True, "temporary-failure")]
)
def test_a_mailer_that_fails_by_itself_harms_one_mail_and_says_no_address(
    notifications: Notifications,
    capfd: pytest.CaptureFixture[str],
    repeatable: bool,
    left: str,
) -> None:
    """Nobody knows how far it came; the worker goes on, and the log does not quote what it choked on."""

    class Faulty(Provider):
        def send(self, mail: Mail) -> Outcome:
            if mail.to.address.startswith("canary"):
                raise ValueError(mail.to.address)
            return super().send(mail)

    notifications.use(Faulty(repeatable=repeatable))
    event = notifications.publish()
    notifications.registered(event, notifications.somebody(address="canary@example.org"))
    notifications.registered(event, notifications.somebody())
    notifications.work()

    assert notifications.notices("status") == [left, "delivered"]
    assert ("provider", left, "ValueError") in notifications.attempts()
    said = "".join(capfd.readouterr())
    assert "a mailer failed" in said
    assert "canary" not in said


def test_a_result_waits_for_the_database(notifications: Notifications) -> None:
    """A restart between sending and recording leaves no doubt about the mail."""
    confirmed(notifications)
    failures = iter([OperationalError("", {}, Exception())])

    class Interrupted(UnitOfWork):
        def commit(self) -> None:
            settles = any(isinstance(one, Attempt) and one.outcome for one in self.session.dirty)
            if settles and (failure := next(failures, None)) is not None:
                raise failure
            super().commit()

    def unit_of_work() -> UnitOfWork:
        return Interrupted(notifications.database, wake=notifications.deps.wake)

    Worker(notifications.deps, unit_of_work=unit_of_work).run_once()

    assert next(failures, None) is None
    assert notifications.attempts() == [("outbox", "delivered", "")]
    assert notifications.notices("status") == ["delivered"]


# News that come while older ones are on their way


class Meanwhile(Provider):
    """A provider that is slow: what `happens` happens while it has the first mail."""

    happens: Callable[[], object] | None = None

    def send(self, mail: Mail) -> Outcome:
        happens, self.happens = self.happens, None
        if happens is not None:
            happens()
        return super().send(mail)


def test_a_move_is_not_tried_again_after_the_next_move(notifications: Notifications) -> None:
    """The last that people hear is the last time that was set."""
    provider = Meanwhile()
    notifications.use(provider)
    event = notifications.publish()
    notifications.registered(event, notifications.somebody())
    notifications.work()
    moved = notifications.move(event)
    provider.answers = [Outcome(Result.TEMPORARY, "recipient-450")]
    provider.happens = lambda: notifications.move(moved)
    notifications.work()
    notifications.clock.advance(days=1)
    notifications.work()

    assert notifications.notices("subject_sequence", "status", where=MOVED) == [
        (2, "superseded"),
        (3, "delivered"),
    ]
    assert ["16:00" in one.text for one in provider.sent[1:]] == [True, False]


def test_a_move_in_doubt_is_not_repeated_after_the_next_move(notifications: Notifications) -> None:
    """Not even where repeating is harmless; nor is a person called for what is past."""
    event = notifications.publish()
    notifications.registered(event, notifications.somebody())
    notifications.work()
    moved = notifications.move(event)
    vanish_while_sending(notifications, where=MOVED)
    notifications.move(moved)
    with capture_logs() as said:
        after_the_lease(notifications)

    assert notifications.notices("subject_sequence", "status", where=MOVED) == [
        (2, "ambiguous"),
        (3, "delivered"),
    ]
    assert not [one for one in said if one.get("alarm")]


MOVED = "template = 'event-changed' AND channel = 'email'"


# A worker that vanishes between sending and recording


def vanish_while_sending(notifications: Notifications, *, where: str = "channel = 'email'") -> None:
    """A worker hands a mail over and is killed before it can record what came of it."""

    class Killed(BaseException):
        pass

    provider = notifications.deps.mailer

    class Deadly:
        name, repeatable, repeats_after = (
            provider.name,
            provider.repeatable,
            provider.repeats_after,
        )

        def send(self, mail: Mail) -> Outcome:
            provider.send(mail)
            raise Killed

    notifications.use(Deadly())
    with pytest.raises(Killed):
        notifications.worker().run_once()
    notifications.use(provider)
    assert notifications.notices("status", where=where) == ["sending"]


def after_the_lease(notifications: Notifications) -> None:
    notifications.clock.advance(seconds=LEASE.total_seconds() + 1)
    notifications.work()
    notifications.clock.advance(seconds=10)
    notifications.work()


def test_the_local_outbox_simply_writes_the_same_file_again(notifications: Notifications) -> None:
    """One mail in the end, and the try that nobody recorded is seen."""
    confirmed(notifications)
    vanish_while_sending(notifications)
    after_the_lease(notifications)

    assert len(notifications.mails()) == 1
    assert notifications.notices("status") == ["delivered"]
    assert notifications.attempts() == [
        ("outbox", "ambiguous", "worker-gone"),
        ("outbox", "delivered", ""),
    ]


def test_a_mail_that_kills_its_worker_each_time_is_given_up(notifications: Notifications) -> None:
    """However harmless the repeat: after a day a person has to look."""
    confirmed(notifications)
    killed = 0
    while notifications.notices("next_attempt_at") != [None]:
        (due,) = notifications.notices("next_attempt_at")
        notifications.clock.move_to(max(_moment(due), notifications.clock.now()))
        vanish_while_sending(notifications)
        killed += 1
        notifications.clock.advance(seconds=LEASE.total_seconds() + 1)
        notifications.worker().run_once()

    assert killed == 13
    assert notifications.notices("status") == ["ambiguous"]


@pytest.mark.parametrize(("late", "times"), [(Result.DELIVERED, 1), (Result.AMBIGUOUS, 2)])
def test_what_a_late_worker_knows_goes_before_what_was_feared(
    notifications: Notifications, late: Result, times: int
) -> None:
    """Another has taken over: a mail that went is not repeated, one that is in doubt still is, once."""
    provider = Meanwhile([Outcome(late)], name="smtp")
    notifications.use(provider)
    confirmed(notifications)

    def taken_over() -> None:
        notifications.clock.advance(seconds=LEASE.total_seconds() + 1)
        notifications.worker().run_once()

    provider.happens = taken_over
    notifications.work()
    notifications.clock.advance(seconds=10)
    notifications.work()

    assert notifications.notices("status") == ["delivered"]
    assert len(provider.sent) == times


def test_by_smtp_a_ticket_goes_out_once_more_as_the_same_mail(notifications: Notifications) -> None:
    """The Message-ID tells mail programs that it is one."""
    provider = Provider(name="smtp")
    notifications.use(provider)
    confirmed(notifications)
    vanish_while_sending(notifications)
    after_the_lease(notifications)

    assert notifications.notices("status") == ["delivered"]
    assert len(provider.sent) == 2
    assert len({mail.message_id for mail in provider.sent}) == 1


def test_by_smtp_a_second_doubt_is_left_to_an_operator(notifications: Notifications) -> None:
    """Once more, not for ever."""
    provider = Provider([Outcome(Result.AMBIGUOUS, "cut-after-data")] * 5, name="smtp")
    notifications.use(provider)
    confirmed(notifications)
    for _ in range(5):
        notifications.work()
        notifications.clock.advance(days=2)

    assert notifications.notices("status") == ["ambiguous"]
    assert len(provider.sent) == 2


def test_by_smtp_other_news_are_not_repeated_in_doubt(notifications: Notifications) -> None:
    """They wait for an operator."""
    provider = Provider(name="smtp")
    notifications.use(provider)
    event = notifications.publish()
    person = notifications.somebody()
    notifications.tell_registration("registration.waitlisted", event, person, new_id(), position=1)
    vanish_while_sending(notifications)
    after_the_lease(notifications)

    assert notifications.notices("status") == ["ambiguous"]
    assert len(provider.sent) == 1


def test_by_sendgrid_a_ticket_waits_a_day_in_doubt(notifications: Notifications) -> None:
    """For SendGrid's own word, before it goes out once more."""
    provider = Provider(name="sendgrid", repeats_after=timedelta(hours=24))
    notifications.use(provider)
    confirmed(notifications)
    vanish_while_sending(notifications)
    after_the_lease(notifications)
    assert notifications.notices("status") == ["ambiguous"]

    notifications.clock.advance(hours=24)
    notifications.work()
    assert notifications.notices("status") == ["delivered"]
    assert len(provider.sent) == 2


def test_a_worker_killed_before_it_sends_leaves_no_doubt(notifications: Notifications) -> None:
    """What was only claimed is sent by the next, as if nothing had been."""
    provider = Provider(name="smtp")
    notifications.use(provider)
    confirmed(notifications, 2)
    with notifications.deps.unit_of_work() as uow:
        now = notifications.clock.now()
        uow.notices.claim(lease=new_id(), now=now, until=now + LEASE, limit=10)

    assert notifications.work() == 0
    after_the_lease(notifications)
    assert notifications.notices("status") == ["delivered"] * 2
    assert len(provider.sent) == 2


# Two at once


def two_at_once(
    notifications: Notifications, unit_of_work: Callable[[], UnitOfWork] | None = None
) -> Counter[UUID]:
    """Two workers take what is due at the same moment; how often each notice was sent."""
    provider = Provider()
    notifications.use(provider)
    barrier = Barrier(2)

    def run(_: int) -> None:
        worker = Worker(notifications.deps, unit_of_work=unit_of_work)
        barrier.wait()
        while worker.run_once():
            pass

    with ThreadPoolExecutor(2) as pool:
        list(pool.map(run, range(2)))
    return Counter(mail.notice_id for mail in provider.sent)


def test_two_workers_at_once_never_send_one_notice_twice(notifications: Notifications) -> None:
    """Each takes its own."""
    confirmed(notifications, 100)
    sent = two_at_once(notifications)

    assert len(sent) == 100
    assert set(sent.values()) == {1}


def send(notifications: Notifications, worker: Worker, claimed: list[Notice], lease: UUID) -> None:
    """The second half of a worker's turn, with what it claimed in the first."""
    material = gather(notifications.deps, claimed)
    for notice in claimed:
        worker._tell(notice, lease, material)


ANYBODYS = new_id()


class Careless(Notices):
    """The repository with its guard taken out: whatever is due is anybody's."""

    def claim(self, *, lease: UUID, now: datetime, until: datetime, limit: int) -> list[Notice]:
        due = sa.select(Notice).where(Notice.next_attempt_at <= now).limit(limit)
        return list(self._session.scalars(due))

    def lock(self, notice_id: UUID) -> Notice:
        notice = super().lock(notice_id)
        notice.lease, notice.next_attempt_at = ANYBODYS, notice.created_at
        notice.lease_until = notice.created_at + LEASE
        return notice


def test_without_the_claim_notices_are_sent_twice(notifications: Notifications) -> None:
    """Negative control: both have looked before either sends; it is the lease that keeps them apart."""
    confirmed(notifications, 4)
    provider = Provider()
    notifications.use(provider)

    class CarelessUnitOfWork(UnitOfWork):
        def __enter__(self) -> CarelessUnitOfWork:
            super().__enter__()
            self.notices = Careless(self.session)
            return self

    def unit_of_work() -> UnitOfWork:
        return CarelessUnitOfWork(notifications.database, wake=notifications.deps.wake)

    seen = []
    for _ in range(2):
        with unit_of_work() as uow:
            now = notifications.clock.now()
            seen.append(uow.notices.claim(lease=new_id(), now=now, until=now, limit=10))
    for claimed in seen:
        send(
            notifications, Worker(notifications.deps, unit_of_work=unit_of_work), claimed, ANYBODYS
        )

    assert set(Counter(mail.notice_id for mail in provider.sent).values()) == {2}


def test_a_worker_that_comes_back_late_starts_nothing(notifications: Notifications) -> None:
    """Its lease has ended, another has sent what it had claimed."""
    provider = Provider()
    notifications.use(provider)
    confirmed(notifications)
    late, lease = notifications.worker(), new_id()
    with notifications.deps.unit_of_work() as uow:
        now = notifications.clock.now()
        claimed = uow.notices.claim(lease=lease, now=now, until=now + LEASE, limit=10)
    notifications.clock.advance(seconds=LEASE.total_seconds() + 1)
    notifications.work()
    send(notifications, late, claimed, lease)

    assert len(provider.sent) == 1


def test_a_lease_is_renewed_while_its_worker_lives_and_not_once_it_was_lost(
    notifications: Notifications,
) -> None:
    """So that it can be short for a worker that died."""
    notifications.registered(notifications.publish(), notifications.somebody())
    lease, now = new_id(), notifications.clock.now()
    with notifications.deps.unit_of_work() as uow:
        uow.notices.claim(lease=lease, now=now, until=now + LEASE, limit=10)
    with notifications.deps.unit_of_work() as uow:
        uow.notices.renew(lease=lease, now=now, until=now + 2 * LEASE)
    notifications.clock.advance(seconds=LEASE.total_seconds() + 1)
    assert notifications.work() == 0

    notifications.clock.advance(seconds=LEASE.total_seconds() + 1)
    late = notifications.clock.now()
    with notifications.deps.unit_of_work() as uow:
        uow.notices.renew(lease=lease, now=late, until=late + LEASE)
    assert notifications.work() == 1


def test_a_lease_that_ended_holds_nothing(notifications: Notifications) -> None:
    """Even if nobody took over: the address is as old as the lease, and is asked again."""
    provider = Provider()
    notifications.use(provider)
    (person,) = confirmed(notifications)
    late, lease = notifications.worker(), new_id()
    with notifications.deps.unit_of_work() as uow:
        now = notifications.clock.now()
        claimed = uow.notices.claim(lease=lease, now=now, until=now + LEASE, limit=10)
    material = gather(notifications.deps, claimed)
    notifications.community.person(person.id, status="erased", address=None)
    notifications.clock.advance(seconds=LEASE.total_seconds() + 1)
    for notice in claimed:
        late._tell(notice, lease, material)
    notifications.work()

    assert provider.sent == []
    assert notifications.notices("status") == ["suppressed"]


# Around it


def test_a_worker_that_is_stopped_begins_no_other_mail(notifications: Notifications) -> None:
    """What it has begun it finishes; the rest is the next worker's at once."""
    confirmed(notifications, 20)
    stop, provider = Event(), Meanwhile()
    provider.happens = stop.set
    notifications.use(provider)
    Worker(notifications.deps, stop=stop).run_once()

    assert 1 <= len(provider.sent) <= SENDERS
    assert Counter(notifications.notices("status")) == {
        "delivered": len(provider.sent),
        "created": 20 - len(provider.sent),
    }
    notifications.work()
    assert len(provider.sent) == 20


def test_a_turn_that_fails_does_not_end_the_worker(notifications: Notifications) -> None:
    """Nobody would start it again in the embedded process."""
    notifications.ask_to_sign_in()
    clock, failures = notifications.clock, iter([RuntimeError()])

    class Hiccup:
        def now(self) -> datetime:
            if (failure := next(failures, None)) is not None:
                raise failure
            return clock.now()

    stop = Event()
    worker = Thread(target=work, args=(replace(notifications.deps, clock=Hiccup()), stop))
    worker.start()
    until(lambda: notifications.notices("status") == ["delivered"])
    stop.set()
    worker.join(5)

    assert next(failures, None) is None


def test_a_turn_without_work_is_one_question(notifications: Notifications) -> None:
    """It is asked twice a second, and takes no lock."""
    confirmed(notifications)
    notifications.work()
    said: list[str] = []
    sa.event.listen(
        notifications.database.engine,
        "before_cursor_execute",
        lambda _connection, _cursor, statement, *_: said.append(statement),
    )
    notifications.work()

    assert [one.split()[0] for one in said if not one.startswith("BEGIN")] == ["SELECT"]
    assert not any("IMMEDIATE" in one or "FOR UPDATE" in one for one in said)


def test_no_address_and_no_code_is_kept_in_any_table(notifications: Notifications) -> None:
    """After everything was sent: not the address, not the name, not the code, not the ticket."""
    event = notifications.publish()
    person = notifications.somebody(address="canary@example.org", name="Canary Nguyễn")
    notifications.registered(event, person)
    notifications.ask_to_sign_in("canary-2@example.org")
    notifications.work()
    assert len(notifications.mails()) == 2

    found = []
    with notifications.database.engine.connect() as connection:
        for table in sa.inspect(connection).get_table_names():
            for row in connection.execute(sa.text(f'SELECT * FROM "{table}"')):
                said = " ".join(map(str, row))
                found += [
                    (table, canary)
                    for canary in ("canary", "Canary", "483920", "tOkEn", "ACDE34FG")
                    if canary in said
                ]
    assert found == []


def test_the_worker_is_woken_by_the_handlers_commit(notifications: Notifications) -> None:
    """In one process a mail leaves at once, not at the next poll."""
    sent = Event()

    class Signalling(Provider):
        def send(self, mail: Mail) -> Outcome:
            sent.set()
            return super().send(mail)

    notifications.use(Signalling())
    stop = Event()
    worker = Thread(target=work, args=(notifications.deps, stop))
    worker.start()
    notifications.ask_to_sign_in()
    arrived = sent.wait(5)
    stop.set()
    worker.join(5)

    assert arrived
    assert not worker.is_alive()
    assert notifications.notices("status") == ["delivered"]


def test_a_notice_that_cannot_be_told_does_not_hold_up_the_others(
    notifications: Notifications,
) -> None:
    """A broken answer about one person is that person's notice alone."""
    confirmed(notifications, 2)
    first = next(iter(notifications.registrations.tickets))
    del notifications.registrations.tickets[first]["token"]
    notifications.work()

    assert sorted(notifications.notices("status")) == ["delivered", "temporary-failure"]


def _moment(kept: Any) -> datetime:
    """A time as the driver gives it."""
    moment = datetime.fromisoformat(kept) if isinstance(kept, str) else kept
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def test_every_attempt_names_its_notice(notifications: Notifications) -> None:
    """An operator finds what happened to a notice by its id."""
    confirmed(notifications)
    notifications.work()
    with notifications.deps.unit_of_work(read_only=True) as uow:
        attempt = uow.session.scalars(sa.select(Attempt)).one()
        assert uow.session.get(Notice, attempt.notice_id) is not None

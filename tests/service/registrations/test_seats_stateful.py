"""Any sequence of what people, organisers and time can do keeps every promise about seats, on both databases."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any, ClassVar
from uuid import UUID

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    rule,
    run_state_machine_as_test,
)

from services.registrations import operations
from services.registrations.importing import FIELDS, Row
from services.registrations.models import (
    IN_PLAY,
    MOST_COLLEAGUES,
    Field,
    Kind,
    Nomination,
    NomineeState,
    Offer,
    Registration,
    ScanKind,
    SeatLogEntry,
    Status,
)
from services.registrations.models.status import SEATED
from services.registrations.operations import imports
from services.registrations.pasting import read
from services.registrations.repository import UnitOfWork
from services.registrations.worker import settle_due
from shared.database.types import jsonable
from shared.http.problems import Problem
from shared.ids import new_id
from tests.service.registrations.conftest import Registrations

# WHOLE=1: as many as was promised.
RUNS, STEPS = (200, 50) if os.environ.get("WHOLE") else (25, 50)
PEOPLE = st.integers(0, 7)
WOMENS_UNION, WARD = new_id(), new_id()


class Seats(RuleBasedStateMachine):
    """One event with its quotas; eight people of whom some belong to the Women's Union or to the ward."""

    house: ClassVar[Registrations]

    def __init__(self) -> None:
        super().__init__()
        self.people = [new_id() for _ in range(8)]
        self.organiser = new_id()
        # Walk-ins who were inside already though no seat was free.
        self.squeezed = 0
        self.scanned: list[UUID] = []
        self.listed = 0

    @initialize(
        capacity=st.sampled_from([4, 2, 1, 6]),
        waitlist=st.sampled_from([True, True, False]),
        approval=st.sampled_from([False, False, True]),
        hold=st.sampled_from([None, 30, 600]),
        asked=st.sampled_from([2, 0, 1]),
    )
    def an_event(
        self, capacity: int, waitlist: bool, approval: bool, hold: int | None, asked: int
    ) -> None:
        self.state = self.house.event(capacity=capacity, waitlist=waitlist)
        self.event, self.sequence = UUID(self.state["id"]), 0
        self._event_says("event.published")
        self._do(
            lambda uow: operations.change_rules(
                uow,
                event_id=self.event,
                rules={"approval": approval, "hold_minutes": hold},
                by=self.organiser,
                now=self._now(),
            )
        )
        trade = Field(key="trade", kind=Kind.SHORT_TEXT, label={"vi": "Ngành nghề"})
        self._do(
            lambda uow: operations.set_form(
                uow,
                uow.offers.lock(self.event),
                fields=[trade],
                retention_days=90,
                by=self.organiser,
                now=self._now(),
            )
        )
        if asked:
            self.open_nomination(seats=asked, hours=24, more=8)
            self.nominate({1, 2})

    @rule(who=PEOPLE)
    def register(self, who: int) -> None:
        self._do(
            lambda uow: operations.register(
                uow,
                event_id=self.event,
                person_id=self.people[who],
                member_of={WOMENS_UNION} if who % 3 == 0 else set(),
                area_id=WARD if who % 4 == 0 else None,
                name="Nguyễn Văn A",
                now=self._now(),
            )
        )

    @rule(some=st.sets(PEOPLE, min_size=3))
    def many_register(self, some: set[int]) -> None:
        for who in sorted(some):
            self.register(who)

    @rule(who=PEOPLE)
    def cancel(self, who: int) -> None:
        self._with(
            who,
            lambda uow, one: operations.cancel(
                uow, registration_id=one, why="own-wish", by=self.people[who], now=self._now()
            ),
        )

    @rule(who=PEOPLE)
    def accept(self, who: int) -> None:
        self._with(
            who, lambda uow, one: operations.accept(uow, registration_id=one, now=self._now())
        )

    @rule(who=PEOPLE)
    def approve(self, who: int) -> None:
        self._with(
            who,
            lambda uow, one: operations.approve(
                uow, registration_id=one, by=self.organiser, now=self._now()
            ),
        )

    @rule(who=PEOPLE)
    def decline(self, who: int) -> None:
        self._with(
            who,
            lambda uow, one: operations.decline(
                uow, registration_id=one, reason="Đủ người", by=self.organiser, now=self._now()
            ),
        )

    @rule(who=PEOPLE, answer=st.sampled_from(["Bán lẻ", "Xây dựng"]))
    def edit_answers(self, who: int, answer: str) -> None:
        self._with(
            who,
            lambda uow, one: operations.edit_answers(
                uow,
                registration_id=one,
                answers={"trade": answer},
                form_version=None,
                now=self._now(),
            ),
        )

    @rule(who=PEOPLE)
    def check_in(self, who: int) -> None:
        self._with(
            who,
            lambda uow, one: operations.check_in(
                uow, registration_id=one, by=self.organiser, now=self._now()
            ),
        )

    @rule(who=PEOPLE)
    def undo_check_in(self, who: int) -> None:
        self._with(
            who,
            lambda uow, one: operations.undo_check_in(
                uow, registration_id=one, reason="Nhầm", by=self.organiser, now=self._now()
            ),
        )

    @rule()
    def walk_in(self) -> None:
        self._do(
            lambda uow: operations.walk_in(
                uow,
                event_id=self.event,
                name="Khách",
                phone=None,
                by=self.organiser,
                now=self._now(),
            )
        )

    @rule(capacity=st.sampled_from([4, 2, 6, 0, 8]))
    def resize(self, capacity: int) -> None:
        """Refused with those who would lose their seats; once more with them named."""
        named: list[UUID] | None = None
        for _ in range(2):
            try:
                with self._unit() as uow:
                    operations.resize(
                        uow,
                        event_id=self.event,
                        capacity=capacity,
                        was=None,
                        losing=named,
                        by=self.organiser,
                        now=self._now(),
                    )
                return
            except Problem as problem:
                losing: Any = problem.values.get("losing") or []
                named = [UUID(one["id"]) for one in losing]
                if not named:
                    return

    @rule(
        union=st.sampled_from([1, 2, 0]),
        ward=st.sampled_from([0, 1]),
        new=st.sampled_from([0, 1]),
        release=st.sampled_from([None, 1, 24, 72]),
    )
    def set_quotas(self, union: int, ward: int, new: int, release: int | None) -> None:
        release_at = None if release is None else self._now() + timedelta(hours=release)
        nothing = {"organisation_id": None, "area_id": None, "first_timers": False}
        wanted: list[dict[str, Any]] = [
            nothing | {"seats": union, "organisation_id": WOMENS_UNION, "release_at": release_at},
            nothing | {"seats": ward, "area_id": WARD, "release_at": None},
            nothing | {"seats": new, "first_timers": True, "release_at": release_at},
        ]
        named = [one | {"name": {"vi": "Giữ chỗ"}} for one in wanted if one["seats"]]
        self._do(
            lambda uow: operations.set_quotas(
                uow, event_id=self.event, quotas=named, by=self.organiser, now=self._now()
            )
        )

    @rule(
        seats=st.sampled_from([1, 2]), hours=st.sampled_from([1, 24]), more=st.sampled_from([0, 8])
    )
    def open_nomination(self, seats: int, hours: int, more: int) -> None:
        """Once; from then on its terms are changed, which opens it again."""
        deadline = self._now() + timedelta(hours=hours)
        terms: dict[str, Any] = {
            "seats": seats,
            "deadline": deadline,
            "release_at": deadline + timedelta(hours=more),
            "by": self.organiser,
            "now": self._now(),
        }
        if (known := self._list()) is not None:
            self._do(lambda uow: operations.change_nomination(uow, nomination_id=known.id, **terms))
            return
        self._do(
            lambda uow: operations.open_nomination(
                uow,
                event_id=self.event,
                organisation_id=WOMENS_UNION,
                name={"vi": "Hội Phụ nữ"},
                document_number=None,
                document_date=None,
                **terms,
            )
        )

    @rule()
    def close_nomination(self) -> None:
        if (known := self._list()) is not None:
            self._do(
                lambda uow: operations.close_nomination(
                    uow, nomination_id=known.id, by=self.organiser, now=self._now()
                )
            )

    @rule(some=st.sets(PEOPLE, min_size=1, max_size=3))
    def nominate(self, some: set[int]) -> None:
        if (known := self._list()) is not None:
            rows = read("\n".join(f"Nguyễn Văn A, a{who}@example.vn" for who in sorted(some)))
            self._do(
                lambda uow: operations.nominate(
                    uow, nomination_id=known.id, rows=rows, by=self.organiser, now=self._now()
                )
            )

    @rule(which=st.integers(0, 5), who=PEOPLE)
    def replace(self, which: int, who: int) -> None:
        person = {"name": "Nguyễn Văn A", "phone": None, "email": f"a{who}@example.vn"}
        self._with_nominee(
            which,
            lambda uow, one: operations.replace(
                uow, nominee_id=one, person=person, by=self.organiser, now=self._now()
            ),
        )

    @rule(which=st.integers(0, 5), who=PEOPLE)
    def confirm(self, which: int, who: int) -> None:
        """Whoever is named in time has a seat: it is never refused for want of one, and never waits."""

        def confirmed(uow: UnitOfWork, one: UUID) -> None:
            nominee = operations.confirm_nominee(
                uow,
                nominee_id=one,
                person_id=self.people[who],
                name=None,
                phone=None,
                consent_version=1,
                language="vi",
                now=self._now(),
            )
            registration = nominee.registration
            assert registration is not None
            assert registration.status in IN_PLAY
            if registration.registered_at == self._now() and not self.squeezed:
                assert registration.status is Status.CONFIRMED

        self._with_nominee(which, confirmed)

    @rule(which=st.integers(0, 5))
    def decline_nomination(self, which: int) -> None:
        self._with_nominee(
            which,
            lambda uow, one: operations.decline_nomination(uow, nominee_id=one, now=self._now()),
        )

    @rule(who=PEOPLE, size=st.sampled_from([1, 2, 3]), together=st.booleans())
    def register_group(self, who: int, size: int, together: bool) -> None:
        self._do(
            lambda uow: operations.register_group(
                uow,
                event_id=self.event,
                people=[{"name": f"Đồng nghiệp {number}"} for number in range(size)],
                together=together,
                organisation_id=WOMENS_UNION,
                member_of={WOMENS_UNION} if who % 3 == 0 else set(),
                by=self.people[who],
                now=self._now(),
            )
        )

    @rule(who=PEOPLE, let_in=st.booleans())
    def scan(self, who: int, let_in: bool) -> None:
        """At a door without network: what was shown is told later."""
        self._with(
            who,
            lambda uow, one: self._told(
                uow, {"kind": ScanKind.ADMIT, "registration_id": one, "let_in": let_in}
            ),
        )

    @rule(let_in=st.booleans(), taken_back=st.sampled_from([False, False, True]))
    def walk_in_offline(self, let_in: bool, taken_back: bool) -> None:
        walked = {"nonce": new_id(), "kind": ScanKind.WALK_IN, "name": "Khách", "let_in": let_in}
        undo = {"kind": ScanKind.UNDO, "undoes": walked["nonce"], "reason": "Nhầm"}
        self._do(lambda uow: self._told(uow, walked, *([undo] if taken_back else [])))

    @rule(which=st.integers(0, 5))
    def undo_scan(self, which: int) -> None:
        if self.scanned:
            nonce = self.scanned[-1 - which % len(self.scanned)]
            undo = {"kind": ScanKind.UNDO, "undoes": nonce, "reason": "Nhầm"}
            self._do(lambda uow: self._told(uow, undo))

    @rule(number=st.integers(1, 3), again=st.booleans())
    def take_list(self, number: int, again: bool) -> None:
        """People of a list; of one that was taken before, with other accents."""
        first = max(self.listed - number, 0) if again else self.listed
        rows = [
            Row(place, dict.fromkeys(FIELDS, "") | {"name": name, "phone": phone}, {})
            for place, name, phone in (
                (place, "Trần Văn Mơ" if again else "Tran Van Mo", f"+849123400{place:02}")
                for place in range(first, first + number)
            )
        ]
        self.listed = max(self.listed, first + number)

        def taken(uow: UnitOfWork) -> None:
            made = imports.read_in(
                uow,
                rows,
                event_id=self.event,
                format="csv",
                columns={},
                by=self.organiser,
                now=self._now(),
            )
            imports.take(uow, made.id, by=self.organiser, now=self._now())

        self._do(taken)

    @rule()
    def postpone(self) -> None:
        self.state["status"] = "postponed"
        self._event_says("event.postponed")

    @rule(hours=st.sampled_from([48, 500, 6]))
    def move(self, hours: int) -> None:
        """Sooner or later, also out of a postponement, or after it seemed to be over."""
        starts = self._now() + timedelta(hours=hours)
        self.state |= jsonable(
            {
                "status": "published",
                "starts_at": starts,
                "ends_at": starts + timedelta(hours=2),
                "registration_closes_at": starts,
            }
        )
        self._event_says("event.changed")

    @rule(really=st.sampled_from([False] * 9 + [True]))
    def call_off(self, really: bool) -> None:
        if really:
            self._event_says("event.cancelled")

    @rule(minutes=st.sampled_from([1, 45, 700]))
    def time_passes(self, minutes: int) -> None:
        self.house.clock.advance(minutes=minutes)
        settle_due(self.house.deps)

    @invariant()
    def every_promise_holds(self) -> None:
        if not hasattr(self, "event"):
            return
        with self._unit() as uow:
            offer = uow.offers.get(self.event)
            rows = list(
                uow.session.query(Registration)
                .filter_by(event_id=self.event)
                .order_by(Registration.id)
            )
            log = list(
                uow.session.query(SeatLogEntry)
                .filter_by(event_id=self.event)
                .order_by(SeatLogEntry.number)
            )
            self._counts_are_true(offer, rows)
            self._nobody_waits_for_a_seat_that_is_free(offer, rows)
            self._the_log_explains(rows, log)
            self._order_was_kept(log, rows)
            self._nominations_are_kept(uow, offer, rows)

    def _counts_are_true(self, offer: Offer, rows: list[Registration]) -> None:
        count = {status: sum(one.status is status for one in rows) for status in Status}
        taken_in_all = offer.confirmed + offer.held + offer.asked_again
        assert taken_in_all <= offer.capacity + self.squeezed
        keeping = [one for one in rows if one.keeps_seat]
        assert offer.asked_again == len(keeping)
        assert {one.status for one in keeping} <= {Status.PENDING}
        assert (offer.confirmed, offer.held) == (count[Status.CONFIRMED], count[Status.HELD])
        assert (offer.waitlisted, offer.pending) == (
            count[Status.WAITLISTED],
            count[Status.PENDING],
        )
        assert offer.checked_in == sum(one.checked_in_at is not None for one in rows)
        for quota in offer.quotas:
            taken = [
                one
                for one in rows
                if one.quota_id == quota.id and (one.status in SEATED or one.keeps_seat)
            ]
            assert quota.taken == len(taken)
            assert all(quota.is_for(one) for one in taken)
        # A seat is promised once: what is kept is free.
        kept = sum(quota.kept(self._now()) for quota in offer.quotas)
        assert kept <= offer.free or self.squeezed or offer.cancelled
        active = [one.person_id for one in rows if one.status in IN_PLAY and one.person_id]
        assert len(active) == len(set(active))

    def _nobody_waits_for_a_seat_that_is_free(self, offer: Offer, rows: list[Registration]) -> None:
        if not offer.may_promote(self._now()):
            return
        waiting = [one for one in rows if one.status is Status.WAITLISTED]
        assert not any(offer.has_seat_for(one, self._now()) for one in waiting)

    def _the_log_explains(self, rows: list[Registration], log: list[SeatLogEntry]) -> None:
        """The last entry of each registration is how it stands."""
        last = {entry.registration_id: entry for entry in log if entry.registration_id}
        assert set(last) == {one.id for one in rows}
        for one in rows:
            entry = last[one.id]
            told = (entry.status, entry.quota_id, entry.waitlist_number)
            assert told == (one.status, one.quota_id, one.waitlist_number)

    def _order_was_kept(self, log: list[SeatLogEntry], rows: list[Registration]) -> None:
        """Replayed: nobody was promoted on an open seat past somebody who waited with a lower number."""
        waiting: dict[UUID, int] = {}
        for entry in log:
            if entry.registration_id is None:
                continue
            if entry.what.value == "promoted" and entry.quota_id is None:
                number = waiting[entry.registration_id]
                assert number == min(waiting.values())
            waiting.pop(entry.registration_id, None)
            if entry.status is Status.WAITLISTED and entry.waitlist_number is not None:
                waiting[entry.registration_id] = entry.waitlist_number

    def _nominations_are_kept(
        self, uow: UnitOfWork, offer: Offer, rows: list[Registration]
    ) -> None:
        """No more are named than there are seats; whoever may still confirm has one that is free; a place is one nominee's."""
        for nomination in uow.nominations.of_event(offer.event_id):
            counts, quota = nomination.counts(self._now()), nomination.quota()
            assert counts.named <= nomination.seats
            assert nomination.closed_at is not None or quota.seats == nomination.seats
            assert quota.release_at is not None
            if nomination.is_open(self._now()):
                assert counts.waiting <= quota.kept(self._now())
                assert quota.kept(self._now()) <= offer.free or self.squeezed
            held = [one.registration_id for one in nomination.nominees if one.registration_id]
            assert len(held) == len(set(held))
            theirs = {one.id for one in rows if one.nomination_id == nomination.id}
            assert theirs >= set(held)
            # Whoever was replaced has no place any more.
            for one in nomination.nominees:
                gone = one.state is NomineeState.REPLACED and one.registration is not None
                assert not gone or not one.registration.is_in_play
        by = Counter(one.registered_by for one in rows if one.status in IN_PLAY)
        assert all(count <= MOST_COLLEAGUES for who, count in by.items() if who is not None)

    def _event_says(self, type_: str) -> None:
        self.sequence += 1
        self.house.deliver(type_, self.state["id"], self.sequence, self.state)

    def _told(self, uow: UnitOfWork, *scans: dict[str, Any]) -> None:
        """What a device tells when it has network again."""
        silent = ("gate", "ticket", "code", "registration_id", "issue", "name", "reason", "undoes")
        said = [
            dict.fromkeys(silent) | {"nonce": new_id(), "at": self._now(), "let_in": True} | scan
            for scan in scans
        ]
        left = uow.offers.lock(self.event).seats_left(self._now())
        told = operations.record_scans(
            uow,
            self.house.deps.tickets,
            event_id=self.event,
            device_id=self.organiser,
            sent_at=self._now(),
            scans=said,
            by=self.organiser,
            now=self._now(),
        )
        self.scanned += [scan.nonce for scan in told.scans if scan.kind is not ScanKind.UNDO]
        # One of them may have been taken back in the same breath; its place is there all the same.
        walked_in = sum(
            scan.kind is ScanKind.WALK_IN and scan.registration_id is not None
            for scan in told.scans
        )
        self.squeezed += max(walked_in - left, 0)

    def _list(self) -> Nomination | None:
        with self._unit() as uow:
            return uow.nominations.of(self.event, WOMENS_UNION)

    def _with_nominee(self, which: int, operation: Callable[[UnitOfWork, UUID], object]) -> None:
        """With one of the nominees, if there are any."""
        if (known := self._list()) is not None and known.nominees:
            nominee = known.nominees[which % len(known.nominees)].id
            self._do(lambda uow: operation(uow, nominee))

    def _do(self, operation: Callable[[UnitOfWork], object]) -> None:
        """What is refused changes nothing."""
        try:
            with self._unit() as uow:
                operation(uow)
        except Problem:
            pass

    def _with(self, who: int, operation: Callable[[UnitOfWork, UUID], object]) -> None:
        """With the newest registration of somebody, if there is one."""
        with self._unit() as uow:
            found, _ = uow.registrations.of_person(
                self.people[who], event_id=self.event, cursor=None, limit=1
            )
        if found:
            self._do(lambda uow: operation(uow, found[0].id))

    def _unit(self) -> UnitOfWork:
        unit: UnitOfWork = self.house.deps.unit_of_work()
        return unit

    def _now(self) -> datetime:
        now: datetime = self.house.clock.now()
        return now


@pytest.mark.slow
@pytest.mark.timeout(900)
def test_seats_keep_every_promise_whatever_happens(registrations: Registrations) -> None:
    """Capacity and quotas are kept, order too, every freed seat is given once, and the log explains the state."""
    Seats.house = registrations
    run_state_machine_as_test(
        Seats,
        settings=settings(
            max_examples=RUNS,
            stateful_step_count=STEPS,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )

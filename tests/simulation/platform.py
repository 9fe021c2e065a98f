"""Events, registrations and notifications on the virtual broker, and people who use them."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from random import Random
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from services.events import models as events_models
from services.events import operations as events_operations
from services.events.handlers import HANDLERS as EVENTS_HANDLERS
from services.events.repository import UnitOfWork as EventsUnitOfWork
from services.notifications import models as notifications_models
from services.notifications.handlers import HANDLERS as NOTIFICATIONS_HANDLERS
from services.notifications.models import Outcome, Result
from services.notifications.repository import UnitOfWork as NotificationsUnitOfWork
from services.registrations import models as registrations_models
from services.registrations import operations as registrations_operations
from services.registrations.handlers import HANDLERS as REGISTRATIONS_HANDLERS
from services.registrations.repository import UnitOfWork as RegistrationsUnitOfWork
from shared.database.unit_of_work import Database
from shared.ids import new_id
from shared.messaging.wake import InProcessWake
from tests.simulation.disks import Disk
from tests.simulation.world import Operation, Simulated
from tests.support.clocks import FixedClock

DEPLOYED = ("events", "registrations", "notifications")
PEOPLE = 5
_OFTEN = {
    "announce": 1,
    "register": 8,
    "cancel": 4,
    "resize": 2,
    "reschedule": 4,
    "retitle": 1,
    "invite": 1,
    "call_off": 1,
    "check_in": 2,
}


_AT_REGISTRATIONS = {"register", "cancel", "resize", "check_in"}


@dataclass(frozen=True)
class Mail:
    """What left the house: to whom, which news, and what was known by then."""

    recipient_id: UUID
    event_id: UUID
    registration_id: UUID | None
    template: notifications_models.Template
    sequence: int
    starts_at: datetime
    cancelled: bool
    newest: int


class Platform:
    """Three services on real, migrated databases; `database_url` gives the address of an empty one."""

    def __init__(self, database_url: Callable[[str], str]) -> None:
        self.clock = FixedClock()
        self.mails: list[Mail] = []
        wake = threading.Event()

        def simulated(
            name: str, tables: Any, handlers: Any, unit_of_work: Any, **more: Any
        ) -> Simulated:
            disk = Disk(database_url(name))
            database = Database(name, disk.engine, tables, InProcessWake(), self.clock, DEPLOYED)
            return Simulated(disk, database, handlers, partial(unit_of_work, database), **more)

        self.events = simulated("events", events_models.TABLES, EVENTS_HANDLERS, EventsUnitOfWork)
        self.registrations = simulated(
            "registrations",
            registrations_models.TABLES,
            REGISTRATIONS_HANDLERS,
            RegistrationsUnitOfWork,
        )
        self.notifications = simulated(
            "notifications",
            notifications_models.TABLES,
            NOTIFICATIONS_HANDLERS,
            partial(NotificationsUnitOfWork, wake=wake),
            work=self._send,
        )
        self.services = (self.events, self.registrations, self.notifications)
        self._event_ids: list[UUID] = []
        self._people: list[UUID] = []

    def operations(self, random: Random, number: int, *, people: int = PEOPLE) -> list[Operation]:
        """What organisers and attendees do, beginning with an event; whom it concerns is decided when it happens."""
        self.mails.clear()
        self._event_ids.clear()
        self._people = [new_id() for _ in range(people)]
        self._organisations = [new_id() for _ in range(3)]
        wanted = ["announce", *random.choices(list(_OFTEN), list(_OFTEN.values()), k=number)]
        return [
            (
                "registrations" if name in _AT_REGISTRATIONS else "events",
                partial(getattr(self, f"_{name}"), random),
            )
            for name in wanted
        ]

    def empty(self) -> None:
        for service in self.services:
            service.disk.empty()

    def close(self) -> None:
        for service in self.services:
            service.disk.close()

    # What organisers do

    def _announce(self, random: Random) -> None:
        now = self.clock.now()
        fields = {
            "kind": "dialogue",
            "title": {"vi": "Đối thoại", "en": None},
            "hosts": [],
            "venue": {"name": "Hội trường"},
            "starts_at": now + timedelta(days=21),
            "ends_at": now + timedelta(days=21, hours=2),
            "timezone": "Asia/Ho_Chi_Minh",
            "capacity": random.randint(1, 3),
            "waitlist": random.random() < 0.8,
            "registration_opens_at": now - timedelta(days=1),
            "registration_closes_at": now + timedelta(days=20),
            "partners": self._organisations[: random.randint(0, 2)],
        }
        with self.events.unit_of_work() as uow:
            event = events_operations.draft(
                uow, fields, organisation_id=self._organisations[0], host="localhost", now=now
            )
            self._event_ids.append(event.id)
            events_operations.publish(uow, event, now=now)

    def _reschedule(self, random: Random) -> None:
        starts_at = self.clock.now() + timedelta(days=random.randint(22, 60))
        with self.events.unit_of_work() as uow:
            events_operations.reschedule(
                uow,
                uow.events.lock(random.choice(self._event_ids)),
                starts_at=starts_at,
                ends_at=starts_at + timedelta(hours=2),
                registration_closes_at=None,
                reason={"vi": "Hội trường bận", "en": None},
                now=self.clock.now(),
            )

    def _retitle(self, random: Random) -> None:
        title = {"vi": f"Đối thoại lần {random.randint(2, 99)}", "en": None}
        self._edit(random.choice(self._event_ids), title=title)

    def _invite(self, random: Random) -> None:
        self._edit(random.choice(self._event_ids), partners=self._organisations)

    def _edit(self, event_id: UUID, **fields: Any) -> None:
        with self.events.unit_of_work() as uow:
            event = uow.events.lock(event_id)
            events_operations.edit(uow, event, fields, now=self.clock.now())

    def _call_off(self, random: Random) -> None:
        with self.events.unit_of_work() as uow:
            event = uow.events.lock(random.choice(self._event_ids))
            reason = {"vi": "Bão lớn", "en": None}
            events_operations.cancel(uow, event, reason=reason, now=self.clock.now())

    def _resize(self, random: Random) -> None:
        with self.registrations.unit_of_work() as uow:
            registrations_operations.resize(
                uow,
                event_id=random.choice(self._event_ids),
                capacity=random.randint(0, 5),
                was=None,
                losing=None,
                by=self._organisations[0],
                now=self.clock.now(),
            )

    # What attendees do

    def _register(self, random: Random) -> None:
        with self.registrations.unit_of_work() as uow:
            registrations_operations.register(
                uow,
                event_id=random.choice(self._event_ids),
                person_id=random.choice(self._people),
                name="Ada",
                now=self.clock.now(),
            )

    def _cancel(self, random: Random) -> None:
        with self.registrations.unit_of_work() as uow:
            if (one := _any_registration(uow, random)) is not None:
                registrations_operations.cancel(
                    uow,
                    registration_id=one,
                    now=self.clock.now(),
                    why="own-wish",
                    by=self._organisations[0],
                )

    def _check_in(self, random: Random) -> None:
        with self.registrations.unit_of_work() as uow:
            if (one := _any_registration(uow, random)) is not None:
                registrations_operations.check_in(
                    uow, registration_id=one, by=self._organisations[0], now=self.clock.now()
                )

    # What goes out by mail

    def _send(self) -> bool:
        """Send some of what is due, as the worker does; what is not known to be recorded is sent again."""
        now, sent = self.clock.now(), 0
        with self.notifications.unit_of_work() as uow:
            for notice in uow.notices.claim(lease=new_id(), now=now, until=now, limit=5):
                event = uow.session.get(notifications_models.EventCopy, notice.event_id)
                if event is None:
                    # The event's own message is still on its way.
                    notice.lease = notice.lease_until = None
                    continue
                self.mails.append(_mail(uow, notice, event))
                notice.settle(Outcome(Result.DELIVERED), now=now, jitter=1.0)
                sent += 1
        return sent > 0


def _mail(uow: NotificationsUnitOfWork, notice: Any, event: Any) -> Mail:
    copies = notifications_models.RegistrationCopy
    registration = notice.registration_id and uow.session.get(copies, notice.registration_id)
    return Mail(
        notice.recipient_id,
        event.event_id,
        notice.registration_id,
        notice.template,
        notice.subject_sequence,
        event.starts_at,
        event.cancelled,
        registration.sequence if registration else 0,
    )


def _any_registration(uow: RegistrationsUnitOfWork, random: Random) -> UUID | None:
    kept = registrations_models.Registration
    number = uow.session.scalar(sa.select(sa.func.count()).select_from(kept)) or 0
    if not number:
        return None
    place = random.randrange(number)
    return uow.session.scalar(sa.select(kept.id).order_by(kept.id).offset(place).limit(1))

"""Notifications on its own, on both databases, beside strict stand-ins for the owners of what it asks."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
import sqlalchemy as sa

from services.notifications.app import SERVICE
from services.notifications.mailer import Mailer
from services.notifications.mailers import LocalOutbox, outbox_folder
from services.notifications.mailers.local_outbox import Kept
from services.notifications.worker import Worker
from shared.database.types import jsonable
from shared.ids import new_id
from tests.service.notifications.owners import Community, Events, Registrations
from tests.support.harness import Harness, Person


class Notifications(Harness):
    """Notifications, with words for what happens around it."""

    organisation = new_id()

    def __init__(self, *, database_url: str, data_dir: Path, **settings: Any) -> None:
        self.community, self.registrations, self.events = Community(), Registrations(), Events()
        super().__init__(
            SERVICE,
            database_url=database_url,
            settings={
                "data_dir": str(data_dir),
                "client_secret": "known-to-community",
                "public_url": "https://doithoai.example",
                "demo": True,
            }
            | settings,
            community=self.community.client(),
            registrations=self.registrations.client(),
            events=self.events.client(),
        )
        self._sequences: dict[str, int] = {}

    @property
    def organiser(self) -> Person:
        return Person().with_role("organiser", self.organisation)

    # What others tell

    def event(self, **changes: Any) -> dict[str, Any]:
        """The state of an event as its messages carry it: in three weeks, on a Thursday, 14:00 in Vietnam."""
        starts_at = self.clock.now() + timedelta(days=21, hours=5)
        state = {
            "id": new_id(),
            "organisation_id": self.organisation,
            "organisation": {"id": self.organisation, "name": "UBND phường Minh Họa"},
            "title": {
                "vi": "Đối thoại với doanh nghiệp trẻ",
                "en": "Dialogue with young businesses",
            },
            "hosts": [{"role_title": {"vi": "Chủ tịch UBND phường", "en": None}}],
            "venue": {"name": "Hội trường", "address": "1 đường Minh Họa", "area_id": None},
            "starts_at": starts_at,
            "ends_at": starts_at + timedelta(hours=2, minutes=30),
            "timezone": "Asia/Ho_Chi_Minh",
            "partner_ids": [],
            "status": "published",
            "changed": [],
            "reason": None,
            "capacity": 2,
        }
        return dict(jsonable(state | changes))

    def publish(self, state: dict[str, Any] | None = None, **changes: Any) -> dict[str, Any]:
        state = state or self.event(**changes)
        self.tell("event.published", state["id"], state)
        return state

    def move(self, state: dict[str, Any], **changes: Any) -> dict[str, Any]:
        """The event takes place two hours later."""
        moved = {name: jsonable(_later(state[name], hours=2)) for name in ("starts_at", "ends_at")}
        why = {"vi": "Lãnh đạo bận họp", "en": "The leaders have a meeting"}
        state = state | moved | {"changed": ["starts_at", "ends_at"], "reason": why}
        state |= jsonable(changes)
        self.tell("event.changed", state["id"], state)
        return state

    def cancel_event(self, state: dict[str, Any]) -> dict[str, Any]:
        state = state | {"status": "cancelled", "reason": {"vi": "Bão lớn", "en": "A storm"}}
        self.tell("event.cancelled", state["id"], state)
        return state

    def registered(
        self, event: dict[str, Any], person: Person, *, id: UUID | None = None, **changes: Any
    ) -> UUID:
        """Somebody has a place (or what `type_` says)."""
        registration = id or new_id()
        self.tell_registration("registration.confirmed", event, person, registration, **changes)
        return registration

    def tell_registration(
        self,
        type_: str,
        event: dict[str, Any],
        person: Person,
        registration: UUID,
        **changes: Any,
    ) -> None:
        state = {
            "id": registration,
            "person_id": person.id,
            "event_id": event["id"],
            "position": None,
            "promoted": False,
            "why": None,
        }
        if type_ == "registration.confirmed":
            self.registrations.give_ticket(registration, UUID(event["id"]))
        self.tell(type_, registration, dict(jsonable(state | changes)))

    def ask_to_sign_in(self, address: str = "an@example.org") -> UUID:
        sign_in = self.community.sign_in(
            address, expires_at=self.clock.now() + timedelta(minutes=10)
        )
        self.tell("sign_in.requested", sign_in, {"id": str(sign_in), "person_id": None})
        return sign_in

    def tell(self, type_: str, subject: object, data: dict[str, Any]) -> None:
        """The next message about a subject."""
        number = self._sequences[str(subject)] = self._sequences.get(str(subject), 0) + 1
        self.deliver(type_, subject, number, data)

    def somebody(self, **changes: Any) -> Person:
        """A person whom community knows."""
        person = Person()
        self.community.person(person.id, **changes)
        return person

    # What comes of it

    def work(self) -> int:
        """Let a worker take everything that is due; how many notices it took."""
        worker = self.worker()
        taken = 0
        while found := worker.run_once():
            taken += found
        return taken

    def worker(self) -> Worker:
        return Worker(self.deps)

    def use(self, mailer: Mailer) -> None:
        """Send through another provider from now on."""
        self.deps = replace(self.deps, mailer=mailer)

    def mails(self) -> list[Kept]:
        """What is in the local outbox, oldest first."""
        return LocalOutbox(outbox_folder(self.settings)).newest(1000)[::-1]

    def notices(self, *columns: str, where: str = "channel = 'email'") -> list[Any]:
        """Columns of the notices in the order in which they were written."""
        query = f"SELECT {', '.join(columns)} FROM notices WHERE {where} ORDER BY id"
        with self.database.engine.connect() as connection:
            rows = connection.execute(sa.text(query)).all()
        return [row[0] if len(columns) == 1 else tuple(row) for row in rows]

    def attempts(self) -> list[tuple[str, str | None, str]]:
        """Provider, outcome and why of every attempt."""
        with self.database.engine.connect() as connection:
            query = "SELECT provider, outcome, why FROM attempts ORDER BY id"
            return [tuple(row) for row in connection.execute(sa.text(query))]


def _later(moment: str, **by: float) -> Any:
    return datetime.fromisoformat(moment) + timedelta(**by)


@pytest.fixture
def start(
    database_url: Callable[[str], str], tmp_path: Path
) -> Iterator[Callable[..., Notifications]]:
    """Start notifications with some settings of its own."""
    started: list[Notifications] = []

    def with_settings(**settings: Any) -> Notifications:
        started.append(
            Notifications(
                database_url=database_url("notifications"), data_dir=tmp_path / "data", **settings
            )
        )
        return started[-1]

    yield with_settings
    for harness in started:
        harness.close()


@pytest.fixture
def notifications(start: Callable[..., Notifications]) -> Notifications:
    return start()

"""Registrations on its own, on both databases, with a builder of events."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from joserfc.jwk import OKPKey

from services.registrations.app import SERVICE
from shared.database.types import jsonable
from shared.ids import new_id
from tests.support.harness import Harness, Person, key_server

TICKET_KEY = json.dumps(OKPKey.generate_key("Ed25519").as_dict(private=True))


class Registrations(Harness):
    """Registrations, with words for what happens around it."""

    organisation = new_id()

    @property
    def organiser(self) -> Person:
        return Person().with_role("organiser", self.organisation)

    def event(self, **changes: Any) -> dict[str, Any]:
        """The state of an event as its messages carry it: in three weeks, open for registration, 2 seats."""
        now = self.clock.now()
        state = {
            "id": new_id(),
            "organisation_id": self.organisation,
            "title": {
                "vi": "Đối thoại với doanh nghiệp trẻ",
                "en": "Dialogue with young businesses",
            },
            "venue": {"name": "Hội trường"},
            "starts_at": now + timedelta(days=21),
            "ends_at": now + timedelta(days=21, hours=2),
            "timezone": "Asia/Ho_Chi_Minh",
            "capacity": 2,
            "waitlist": True,
            "registration_opens_at": now - timedelta(days=1),
            "registration_closes_at": now + timedelta(days=20),
        }
        return dict(jsonable(state | changes))

    def open_event(self, **changes: Any) -> UUID:
        """An event that was published; its id."""
        state = self.event(**changes)
        self.deliver("event.published", state["id"], 1, state)
        return UUID(state["id"])

    def register(
        self, event_id: UUID, *people: Person, name: str = "Nguyễn Thị Minh Họa"
    ) -> list[dict[str, Any]]:
        answers = [
            self.post(f"/offers/{event_id}/registrations", {"name": name}, by=person)
            for person in people
        ]
        assert [answer.status_code for answer in answers] == [201] * len(people), answers[-1].json
        return [answer.json for answer in answers]

    def status(self, registration: dict[str, Any]) -> str:
        return str(
            self.get(f"/registrations/{registration['id']}", by=self.organiser).json["status"]
        )

    def cancel(self, registration: dict[str, Any]) -> dict[str, Any]:
        answer = self.post(f"/registrations/{registration['id']}/cancel", by=self.organiser)
        assert answer.status_code == 200, answer.json
        return dict(answer.json)


@pytest.fixture
def registrations(database_url: Callable[[str], str]) -> Iterator[Registrations]:
    harness = Registrations(
        SERVICE,
        database_url=database_url("registrations"),
        settings={"ticket_key": TICKET_KEY},
        community=key_server(),
    )
    yield harness
    harness.close()

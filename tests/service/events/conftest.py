"""Events on its own, on both databases, with a builder of drafts and readers of its calendars."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
from icalendar import Calendar
from icalendar import Event as Entry
from werkzeug.test import TestResponse

from services.events.app import SERVICE
from shared.database.types import jsonable
from shared.ids import new_id
from shared.messaging.message import Message
from tests.support.harness import SIGNER, Harness, Person, key_server

MOVED_BECAUSE = {"vi": "Hội trường bận", "en": "The hall is taken"}


class Events(Harness):
    """Events, with words for what happens around it."""

    organisation = new_id()

    @property
    def organiser(self) -> Person:
        return Person().with_role("organiser", self.organisation)

    @property
    def leader(self) -> Person:
        return Person().with_role("leader", self.organisation)

    def body(self, **changes: Any) -> dict[str, Any]:
        """What an organiser sends of a finished event: in three weeks, open for registration, 50 seats."""
        now = self.clock.now()
        fields = {
            "organisation_id": self.organisation,
            "kind": "dialogue",
            "title": {
                "vi": "Đối thoại với doanh nghiệp trẻ",
                "en": "Dialogue with young businesses",
            },
            "summary": {"vi": "Nghe và trả lời", "en": "Listening and answering"},
            "hosts": [{"role_title": {"vi": "Chủ tịch UBND phường"}}],
            "venue": {"name": "Hội trường lớn", "address": "Số 1"},
            "starts_at": now + timedelta(days=21),
            "ends_at": now + timedelta(days=21, hours=2),
            "capacity": 50,
            "registration_opens_at": now - timedelta(days=1),
            "registration_closes_at": now + timedelta(days=20),
        }
        return dict(jsonable(fields | changes))

    def draft(self, **changes: Any) -> dict[str, Any]:
        """A finished event that nobody may see yet."""
        answer = self.post("/events", self.body(**changes), by=self.organiser)
        assert answer.status_code == 201, answer.get_data(as_text=True)
        return dict(answer.json)

    def publish(self, event: dict[str, Any]) -> dict[str, Any]:
        return self._done(self.post(f"/events/{event['id']}/publish", by=self.organiser))

    def published_event(self, **changes: Any) -> dict[str, Any]:
        """An event that everybody may see."""
        return self.publish(self.draft(**changes))

    def edit(
        self,
        event: dict[str, Any],
        *,
        by: Person | None = None,
        match: str = "*",
        language: str = "vi",
        **fields: Any,
    ) -> TestResponse:
        """The bare answer to an edit; it matches any version unless it says which."""
        return self.call(
            "PATCH",
            f"/events/{event['id']}",
            jsonable(fields),
            by=by or self.organiser,
            language=language,
            headers={"If-Match": match},
        )

    def edited(self, event: dict[str, Any], **fields: Any) -> dict[str, Any]:
        return self._done(self.edit(event, **fields))

    def move(self, event: dict[str, Any], *, days: float = 7, **changes: Any) -> TestResponse:
        """The bare answer to a move by so many days, or to the times given."""
        shown = self.show(event)
        times = {
            name: self.moment(shown[name]) + timedelta(days=days)
            for name in ("starts_at", "ends_at")
        }
        body = jsonable(times | {"reason": MOVED_BECAUSE} | changes)
        return self.post(f"/events/{event['id']}/reschedule", body, by=self.organiser)

    def moved(self, event: dict[str, Any], **changes: Any) -> dict[str, Any]:
        return self._done(self.move(event, **changes))

    def cancel(self, event: dict[str, Any], *, reason: str = "Mưa bão") -> TestResponse:
        body = {"reason": {"vi": reason}}
        return self.post(f"/events/{event['id']}/cancel", body, by=self.organiser)

    def cancelled(self, event: dict[str, Any], **changes: Any) -> dict[str, Any]:
        return self._done(self.cancel(event, **changes))

    def show(self, event: dict[str, Any]) -> dict[str, Any]:
        """The event as its organiser sees it."""
        return self._done(self.get(f"/events/{event['id']}", by=self.organiser))

    def found(self, query: str = "", **kwargs: Any) -> list[str]:
        """The Vietnamese titles of a list, in its order."""
        answer = self._done(self.get(f"/events{query}", **kwargs))
        return [item["title"]["vi"] for item in answer["items"]]

    def told_of(self, event: dict[str, Any]) -> list[Message]:
        """Every message about an event and its partners, oldest first."""
        return [one for one in self.published() if one.subject.startswith(event["id"])]

    def ics(self, event: dict[str, Any] | None = None, **kwargs: Any) -> bytes:
        """The calendar of one event, or the feed of all."""
        path = f"/events/{event['id']}/calendar.ics" if event else "/calendar.ics"
        answer = self.get(path + kwargs.pop("query", ""), **kwargs)
        assert answer.status_code == 200, answer.get_data(as_text=True)
        return answer.get_data()

    def name_organisation(
        self, organisation_id: object, name: str, *, sequence: int = 1, **changes: Any
    ) -> None:
        """Community tells what an organisation is called."""
        data = {"id": str(organisation_id), "name": name, "short_name": None} | changes
        self.deliver("organisation.changed", organisation_id, sequence, data)

    def send(self, path: str, body: bytes) -> TestResponse:
        """Bytes as an organiser's request, whether or not they are JSON."""
        token, _ = SIGNER.issue(self.organiser.claims(), now=self.clock.now())
        return self.client.post(
            f"/v1{path}",
            data=body,
            content_type="application/json",
            headers={"Authorization": f"Bearer {token}"},
        )

    def moment(self, text: str) -> Any:
        return self.clock.now().fromisoformat(text)

    @staticmethod
    def _done(answer: TestResponse) -> dict[str, Any]:
        assert answer.status_code == 200, answer.get_data(as_text=True)
        return dict(answer.get_json())


def entry_of(ics: bytes) -> Entry:
    """The only entry of a calendar."""
    (entry,) = entries_of(ics)
    return entry


def entries_of(ics: bytes) -> list[Entry]:
    return list(Calendar.from_ical(ics).walk("VEVENT"))


def wrong_fields(answer: TestResponse) -> dict[str, str]:
    """What is wrong, by field."""
    return {one["field"]: one["message"] for one in answer.get_json(force=True)["errors"]}


@pytest.fixture
def events(database_url: Callable[[str], str]) -> Iterator[Events]:
    harness = Events(
        SERVICE,
        database_url=database_url("events"),
        settings={"public_url": "https://doithoai.example"},
        community=key_server(),
    )
    yield harness
    harness.close()

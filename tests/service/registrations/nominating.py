"""Words for what partners and nominees do."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import UUID

from werkzeug.test import TestResponse

from shared.database.types import jsonable
from shared.ids import new_id
from tests.service.registrations.conftest import Registrations
from tests.support.harness import Person

HAI_NGUOI = "1. Nguyễn Thị Minh Họa, 0912 345 678\n2. Trần Văn Ví Dụ, vi-du@example.vn"


class Partner:
    """An organisation with its officer, and the list that it was asked for."""

    def __init__(self, house: Registrations, event_id: UUID, **terms: Any) -> None:
        self.house, self.event_id, self.organisation = house, event_id, new_id()
        self.officer = Person().with_role("officer", self.organisation)
        self.opened = self.open(**terms)
        self.list = (self.opened.json or {}).get("id")

    def open(self, **terms: Any) -> TestResponse:
        asked = {
            "organisation_id": self.organisation,
            "name": {"vi": "Hội Phụ nữ", "en": "Women's Union"},
            "seats": 2,
            "deadline": self.house.clock.now() + timedelta(days=7),
        }
        return self.house.post(
            f"/offers/{self.event_id}/nominations",
            jsonable(asked | terms),
            by=self.house.organiser,
        )

    def name(self, text: str = HAI_NGUOI, *, by: Person | None = None) -> TestResponse:
        return self.house.post(
            f"/nominations/{self.list}/nominees", {"text": text}, by=by or self.officer
        )

    def nominees(self, *, by: Person | None = None) -> list[dict[str, Any]]:
        shown = self.house.get(f"/nominations/{self.list}", by=by or self.officer)
        assert shown.status_code == 200, shown.json
        return list(shown.json["nominees"])

    def counts(self) -> tuple[int, int, int]:
        """Named, confirmed, declined."""
        shown = self.house.get(f"/nominations/{self.list}", by=self.officer).json
        return shown["named"], shown["confirmed"], shown["declined"]

    def replace(
        self, nominee: dict[str, Any], name: str = "Lê Thay Thế", phone: str = "0987 654 321"
    ) -> TestResponse:
        return self.house.post(
            f"/nominees/{nominee['id']}/replace",
            {"name": name, "phone": phone},
            by=self.officer,
        )


def confirm(
    house: Registrations, nominee: dict[str, Any], person: Person, **answer: Any
) -> TestResponse:
    body = {"secret": secret(house, nominee), "consent_version": 1} | answer
    return house.post(f"/nominees/{nominee['id']}/confirm", body, by=person)


def look(house: Registrations, nominee: dict[str, Any], **more: Any) -> TestResponse:
    body = {"secret": secret(house, nominee)}
    return house.post(f"/nominees/{nominee['id']}/look", body, **more)


def decline(house: Registrations, nominee: dict[str, Any]) -> TestResponse:
    body = {"secret": secret(house, nominee)}
    return house.post(f"/nominees/{nominee['id']}/decline", body)


def secret(house: Registrations, nominee: dict[str, Any]) -> str:
    found: str = house.deps.links.secret(UUID(nominee["id"]))
    return found


def seats_left(house: Registrations, event_id: UUID) -> int:
    return int(house.get(f"/offers/{event_id}").json["seats_left"])

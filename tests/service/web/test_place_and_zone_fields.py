"""The form of an event: in which ward it is, and in which zone its times are."""

from __future__ import annotations

import pytest

from tests.service.web.fakes import new_id
from tests.service.web.filling import Filled

AREAS = [{"id": new_id(), "name": name} for name in ("Phường An Đông", "Phường Chợ Lớn")]
DRAFT = {"status": "draft", "seats": None}
PLACE = {"name": "Hội trường", "address": None, "area_id": AREAS[0]["id"], "accessibility": None}


@pytest.fixture
def form(edit, world):
    world.areas = AREAS
    return edit(**DRAFT, venue=PLACE)


def test_the_ward_of_an_event_is_shown_and_chosen(form):
    assert Filled(form.page()).typed["venue.area_id"] == AREAS[0]["id"]

    form.send(**{"venue.area_id": AREAS[1]["id"]})
    assert form.saved["venue"]["area_id"] == AREAS[1]["id"]
    form.send(**{"venue.area_id": ""})
    assert form.saved["venue"]["area_id"] is None


def test_an_area_that_is_no_ward_of_today_stays(form, world):
    world.areas = AREAS[1:]

    assert "Giữ như hiện nay" in form.page()
    assert form.send().status_code == 303
    assert form.saved is None


def test_where_nobody_knows_the_areas_the_area_stays(form, world):
    world.away_at = "/v1/areas"

    assert "venue.area_id" not in form.page()
    assert form.send().status_code == 303
    assert form.saved is None
    assert form.send(**{"venue.name": "Nhà văn hóa"}).status_code == 303
    assert form.saved["venue"]["name"] == "Nhà văn hóa"
    assert "area_id" not in form.saved["venue"]


def test_the_times_of_a_draft_are_read_in_the_zone_that_is_typed(form):
    typed = {
        "starts_at": "2026-05-20T14:00", "ends_at": "2026-05-20T16:00", "registration_opens_at": "2026-05-01T08:00",
        "registration_closes_at": "2026-05-19T17:00",
    }  # fmt: skip

    answer = form.send(**typed, timezone="Asia/Tokyo")

    assert answer.status_code == 303, answer.text
    assert form.saved["timezone"] == "Asia/Tokyo"
    assert form.saved["starts_at"] == "2026-05-20T05:00:00Z"
    assert "Theo múi giờ Asia/Tokyo." in form.page()
    assert Filled(form.page()).typed["starts_at"] == "2026-05-20T14:00"


def test_a_zone_that_was_mistyped_stays_in_its_field(organiser):
    page = organiser.post(
        "/to-chuc/nhap", {"timezone": "Asia/Sai_Gon_", "kind": ""}, page="/to-chuc/nhap"
    )

    assert page.status_code == 422
    assert 'value="Asia/Sai_Gon_"' in page.text

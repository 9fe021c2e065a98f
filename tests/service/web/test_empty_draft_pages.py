"""A draft of which only organisation, kind and title were said: every page that shows it says what is not there yet."""

from __future__ import annotations

import pytest

from tests.service.web.fakes import EMPTY

NO_STEP = ("/to-chuc/su-kien/{id}/doi-lich", "/to-chuc/su-kien/{id}/huy")


@pytest.fixture
def draft(world):
    return world.add(**EMPTY)


@pytest.mark.parametrize(
    "page",
    [
        "/to-chuc",
        "/to-chuc/su-kien/{id}",
        "/to-chuc/su-kien/{id}/cong-bo",
        "/su-kien/{id}",
        "/su-kien/{id}/dang-ky",
    ],
)
def test_a_page_about_it_says_that_there_is_no_time_yet(organiser, draft, page):
    shown = organiser.get(page.format(**draft))

    assert shown.status_code == 200
    assert "Bản nháp trống" in shown.text
    assert "Chưa có giờ" in shown.text
    assert "None" not in shown.text


@pytest.mark.parametrize(
    "page", ["/to-chuc/su-kien/{id}", "/to-chuc/su-kien/{id}/cong-bo", "/su-kien/{id}"]
)
def test_a_page_with_its_facts_says_that_there_is_no_venue_yet(organiser, draft, page):
    assert "Chưa có nơi" in organiser.get(page.format(**draft)).text


def test_its_form_is_empty_and_not_wrong(organiser, draft):
    page = organiser.get(f"/to-chuc/su-kien/{draft['id']}/sua")

    assert page.status_code == 200
    assert 'value="Bản nháp trống"' in page.text
    assert 'name="starts_at" type="datetime-local" value=""' in page.text
    assert "aria-invalid" not in page.text


@pytest.mark.parametrize("page", NO_STEP)
def test_what_is_only_for_a_published_event_leads_back_and_says_why(organiser, draft, page):
    path = page.format(**draft)
    overview = f"/to-chuc/su-kien/{draft['id']}"

    asked = organiser.get(path)
    tried = organiser.post(path, {"reason.vi": "Bão"}, page=overview)

    assert (asked.status_code, asked.location) == (303, overview)
    assert (tried.status_code, tried.location) == (303, overview)
    assert "Bản nháp thì sửa trực tiếp" in organiser.get(overview).text
    assert draft["status"] == "draft"


def test_nobody_registers_for_it(organiser, draft):
    page = organiser.get(f"/su-kien/{draft['id']}").text

    assert "Chưa công bố" in page
    assert "/dang-ky" not in page


def test_it_has_no_list_and_no_door(organiser, draft):
    assert organiser.get(f"/to-chuc/su-kien/{draft['id']}/danh-sach").status_code == 404
    assert organiser.get(f"/cua/{draft['id']}").status_code == 404


def test_publishing_it_says_all_that_is_missing_and_leads_to_the_fields(organiser, draft):
    path = f"/to-chuc/su-kien/{draft['id']}/cong-bo"

    page = organiser.post(path, page=path)

    assert page.status_code == 422
    for field in ("starts_at", "capacity", "venue.name"):
        assert f'href="/to-chuc/su-kien/{draft["id"]}/sua#{field}"' in page.text


@pytest.mark.parametrize("language", ["vi", "en"])
def test_a_draft_with_only_a_beginning_says_it(organiser, world, language):
    world.add(**EMPTY | {"starts_at": "2026-05-20T07:00:00Z"})
    organiser.post("/ngon-ngu", {"language": language})

    said = {"vi": "Thứ Tư, 20/05/2026, 14:00<", "en": "Wednesday, 20 May 2026, 14:00<"}
    assert said[language] in organiser.get("/to-chuc").text


def test_a_published_event_is_not_published_again(organiser, world):
    event = world.add()

    assert organiser.get(f"/to-chuc/su-kien/{event['id']}/cong-bo").status_code == 303
    assert "đã công bố rồi" in organiser.get(f"/to-chuc/su-kien/{event['id']}").text


def test_a_cancelled_event_is_not_edited_any_more(organiser, world):
    event = world.add(status="cancelled", reason={"vi": "Bão", "en": None})

    assert organiser.get(f"/to-chuc/su-kien/{event['id']}/sua").status_code == 303
    assert "đã hủy nên không thay đổi" in organiser.get(f"/to-chuc/su-kien/{event['id']}").text

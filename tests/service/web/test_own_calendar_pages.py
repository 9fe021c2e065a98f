"""One's own calendar: an address that is shown once and kept nowhere, renewed, and ended."""

from __future__ import annotations

import re

import pytest

PAGE = "/toi/lich"


def address(page: str) -> str:
    return re.search(r'id="address" value="([^"]+)"', page)[1]


def test_the_address_is_shown_once_with_all_that_one_needs(signed_in, world):
    browser = signed_in()
    assert "Tạo địa chỉ lịch riêng" in browser.get(PAGE).text

    made = browser.post(PAGE, {"reminder": "60"}, page=PAGE)

    assert made.status_code == 200
    assert made.headers["Cache-Control"] == "no-store"
    secret = address(made.text)
    assert f'href="webcal:{secret.removeprefix("https:")}"' in made.text
    assert "readonly" in made.text
    assert re.search(r'<button class="[^"]*copy" [^>]*hidden>', made.text)
    assert world.addresses[world.people["lan@example.vn"]["id"]]["reminder"] == 60

    later = browser.get(PAGE)
    assert secret not in later.text
    assert later.headers["Cache-Control"] == "no-store"
    assert "Bạn đang có địa chỉ lịch riêng" in later.text
    assert "Lời nhắc: trước 1 giờ." in later.text
    assert re.search(r'id="reminder-60"[^>]* checked', later.text)


def test_another_reminder_is_another_address_and_none_is_one_too(signed_in, world):
    browser = signed_in()
    first = address(browser.post(PAGE, {"reminder": "15"}, page=PAGE).text)

    page = browser.get(PAGE).text
    assert "địa chỉ cũ ngừng ngay" in page
    second = address(browser.post(PAGE, {"reminder": ""}, page=PAGE).text)

    assert first != second
    assert world.addresses[world.people["lan@example.vn"]["id"]]["reminder"] is None
    assert "Lời nhắc: không nhắc." in browser.get(PAGE).text


@pytest.mark.parametrize("reminder", ["5", "x", "-1", "١٥"])
def test_a_reminder_that_nobody_offers_is_refused_at_its_field(signed_in, world, reminder):
    browser = signed_in()

    answer = browser.post(PAGE, {"reminder": reminder}, page=PAGE)

    assert answer.status_code == 422
    assert '<a href="#reminder">' in answer.text
    assert world.addresses == {}


def test_it_is_ended_and_twice_changes_nothing(signed_in, world):
    browser = signed_in()
    browser.post(PAGE, {"reminder": "60"}, page=PAGE)

    for _ in range(2):
        assert browser.post(f"{PAGE}/ket-thuc", page=PAGE).location == PAGE

    page = browser.get(PAGE).text
    assert "Đã ngừng địa chỉ lịch riêng" in page
    assert "Ngừng địa chỉ này" not in page
    assert world.addresses == {}


def test_it_is_everybodys_own(signed_in, browser):
    signed_in().post(PAGE, {"reminder": "60"}, page=PAGE)

    assert "Tạo địa chỉ lịch riêng" in signed_in("khac@example.vn").get(PAGE).text
    assert browser.get(PAGE).location.startswith("/dang-nhap?next=")


def test_it_is_found_from_ones_own_page_and_from_a_ticket(signed_in, world):
    browser, event = signed_in(), world.add()
    mine = world.register(event, world.people["lan@example.vn"], "Lan")

    for page in ("/toi", f"/toi/ve/{mine['id']}"):
        assert f'href="{PAGE}"' in browser.get(page).text


def test_what_was_chosen_stays_while_events_is_away(signed_in, world):
    browser = signed_in()
    token = re.search(r'name="csrf_token" value="([^"]+)"', browser.get(PAGE).text)[1]
    world.away = {"events"}

    answer = browser.client.post(PAGE, data={"csrf_token": token, "reminder": "1440"})

    assert answer.status_code == 503
    assert re.search(r'id="reminder-1440"[^>]* checked', answer.text)


def test_it_takes_one_question(signed_in, world):
    browser = signed_in()
    world.asked.clear()

    browser.get(PAGE)

    assert world.asked == [("GET", "/v1/calendar-addresses")]

"""An event's page tells all that the events service holds of it, and nothing that is empty."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest

from tests.service.web.fakes import CONCLUSION, FULL, NOW, UNION, WOMEN, iso, new_id

LINK = FULL["join_url"]


@pytest.fixture
def shown(browser, world):
    """The page of an event with these fields, as somebody sees it who is not signed in."""
    return lambda **changes: browser.get(f"/su-kien/{world.add(**changes)['id']}").text


def text_of(page: str) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", page).split())


def test_everything_that_it_holds_is_told(shown):
    page = shown(**FULL)
    text = text_of(page)

    for words in (
        "Người Minh Họa Trưởng ban Quản lý chợ Sắp xếp sạp",
        "14:30–15:30 Hóa đơn Chi cục Thuế Phòng A",
        "Phòng cháy Phòng B Có thực hành",
        f"Đơn vị đồng tổ chức: {UNION['name']}",
        f"Đơn vị phối hợp: {WOMEN['name']}",
        "Ngôn ngữ: Tiếng Việt, Tiếng Trung",
        "Hình thức: trực tiếp và trực tuyến",
        "Kế hoạch (andong.example.vn)",
        "Phòng Kinh tế",
    ):
        assert words in text
    for link in (
        "tel:+842838350000",
        "mailto:kinh-te@example.vn",
        "https://andong.example.vn/ke-hoach.pdf",
        "https://www.openstreetmap.org/?mlat=10.7546&amp;mlon=106.6655#map=17/10.7546/106.6655",
    ):
        assert f'href="{link}"' in page


def test_what_it_does_not_hold_has_no_heading(shown):
    page = shown()

    for words in (
        "Diễn giả", "Chương trình", "Tài liệu", "Nơi liên hệ", "đồng tổ chức", "Xem trên bản đồ", "trực tuyến", "Thông báo kết luận",
        "trong chuỗi", "<img",
    ):  # fmt: skip
        assert words not in page


def test_the_agenda_is_in_order_on_the_clock_of_the_event(shown):
    page = shown(**FULL | {"timezone": "Europe/Paris"})

    assert page.index("08:00–08:30") < page.index("08:30–09:30")
    assert "Theo múi giờ Europe/Paris." in page
    assert "agenda-day" not in page


def test_the_days_of_a_longer_agenda_are_named(shown):
    later = FULL["agenda"][0] | {"starts_at": "2026-03-26T23:30:00Z", "ends_at": "2026-03-27T00:30:00Z"}  # fmt: skip

    page = shown(**FULL | {"agenda": [*FULL["agenda"], later], "ends_at": "2026-03-27T02:00:00Z"})

    days = re.findall(r'agenda-day">([^<]+)<', page)
    assert days == ["Thứ Năm, 26/03/2026", "Thứ Sáu, 27/03/2026"]


def test_may_i_come_stands_before_who_speaks(shown):
    page = shown(**FULL)

    assert page.index("Xem trên bản đồ") < page.index("Còn 34 chỗ") < page.index("Diễn giả")


SOON = {"starts_at": iso(NOW + timedelta(minutes=50)), "ends_at": iso(NOW + timedelta(hours=2)), "agenda": []}  # fmt: skip


@pytest.mark.parametrize("times", [{}, SOON], ids=["ahead", "soon"])
@pytest.mark.parametrize("status", ["none", "waitlisted", "cancelled", "confirmed"])
def test_only_those_with_a_place_see_the_link_to_join(signed_in, world, status, times):
    """Near its time the link is the thing to do; others are told who gets it."""
    browser, made = signed_in(), world.add(**FULL | times)
    if status != "none":
        world.register(made, world.people["lan@example.vn"], "Lan", status=status, position=1)

    page = browser.get(f"/su-kien/{made['id']}").text

    joins = status == "confirmed"
    assert (LINK in page) == joins
    assert ("meet.example.vn" in page) == joins
    assert ("Người có chỗ thấy liên kết tham dự" in page) == (not joins)
    button = f'<div class="dock"><a class="btn" href="{LINK}"'
    assert (button in page) == (joins and times == SOON)


def test_nobody_who_is_not_signed_in_sees_the_link_to_join(shown):
    assert LINK not in shown(**FULL | SOON)


def test_the_organiser_sees_the_link_to_join(organiser, world):
    assert LINK in organiser.get(f"/su-kien/{world.add(**FULL)['id']}").text


def test_somebody_whose_place_is_not_known_yet_is_asked_to_come_back(signed_in, world):
    """The events service hears of a place a moment later."""
    browser, made = signed_in(), world.add(**FULL | {"join_url": None})
    world.register(made, world.people["lan@example.vn"], "Lan")

    assert "xin tải lại trang sau ít phút" in browser.get(f"/su-kien/{made['id']}").text


@pytest.mark.parametrize("status", ["cancelled", "postponed", "completed"])
def test_nobody_joins_what_does_not_take_place(organiser, world, status):
    made = world.add(**FULL | {"status": status, "reason": {"vi": "Bão", "en": None}})

    page = organiser.get(f"/su-kien/{made['id']}").text

    assert LINK not in page
    assert "thấy liên kết tham dự" not in page


def test_an_online_event_needs_no_venue(shown):
    page = shown(attendance_mode="online", venue=None)

    assert "Trực tuyến" in page
    assert "Chưa có nơi" not in page


def test_the_conclusion_is_shown_with_its_number_day_words_and_link(shown):
    page = shown(status="completed", conclusion=CONCLUSION)

    assert "Văn bản số 45/TB-UBND, ngày 02/04/2026" in page
    assert "Ba việc\nđã hứa" in page
    assert 'href="https://andong.example.vn/kl.pdf"' in page


@pytest.mark.parametrize("part", ["number", "date", "url", "summary"])
def test_a_conclusion_may_lack_any_part(shown, part):
    page = shown(status="completed", conclusion=CONCLUSION | {part: None})

    assert "Thông báo kết luận" in page
    assert "None" not in page


def test_the_other_dates_of_a_series_are_linked_and_nothing_of_its_drafts(browser, world):
    series = new_id()
    made, later, off, past, draft = (
        world.add(series_id=series, starts_at=f"{day}T07:00:00Z", ends_at=f"{day}T09:00:00Z", status=status)
        for day, status in (("2026-03-26", "published"), ("2026-04-30", "published"), ("2026-05-28", "cancelled"), ("2026-01-29", "completed"), ("2026-06-25", "draft"))
    )  # fmt: skip

    page = browser.get(f"/su-kien/{made['id']}").text

    assert page.index(later["id"]) < page.index(off["id"])
    assert "Thứ Năm, 30/04/2026, 14:00–16:00" in page
    assert "Đã hủy" in page
    assert past["id"] not in page
    assert draft["id"] not in page


def test_a_series_that_nobody_can_tell_of_leaves_the_page_as_it_is(browser, world):
    made = world.add(series_id=new_id())
    world.no_series = True

    page = browser.get(f"/su-kien/{made['id']}")

    assert page.status_code == 200
    assert "trong chuỗi" not in page.text


def policy_of(answer) -> str:
    found = re.search(r"img-src ([^;]+)", answer.headers["Content-Security-Policy"])
    assert found
    return found[1]


def test_a_cover_is_shown_from_its_server_alone_and_told_to_nobody(browser, world):
    answer = browser.get(f"/su-kien/{world.add(**FULL)['id']}")

    assert 'src="https://images.example.vn/cho.jpg?w=1" alt="Chợ An Đông"' in answer.text
    assert 'referrerpolicy="no-referrer"' in answer.text
    assert policy_of(answer) == "'self' data: https://images.example.vn"
    assert policy_of(browser.get("/")) == "'self' data:"


@pytest.mark.parametrize(
    "url",
    [
        "http://images.example.vn/a.jpg",
        "https://a.example;script-src */x",
        "https://a.example,b/x",
        "https://user@a.example/x",
        "https://{nonce}/x",
    ],
)
def test_a_cover_that_no_policy_can_name_is_a_link(browser, world, url):
    answer = browser.get(f"/su-kien/{world.add(cover=FULL['cover'] | {'url': url})['id']}")

    assert answer.status_code == 200
    assert "<img" not in answer.text
    assert "Chợ An Đông" in answer.text
    assert policy_of(answer) == "'self' data:"


def test_an_address_that_is_no_web_page_is_no_link(organiser, world):
    script = "javascript:alert(1)"
    made = world.add(
        attendance_mode="online",
        join_url=script,
        attachments=[{"title": {"vi": "Tệp"}, "url": script}],
        conclusion=CONCLUSION | {"url": script},
        **{name: SOON[name] for name in ("starts_at", "ends_at")},
    )

    page = organiser.get(f"/su-kien/{made['id']}").text

    assert "Tệp" in page
    assert 'href="javascript' not in page


def test_a_mail_address_adds_nothing_to_the_mail(shown):
    contact = FULL["contacts"][0] | {"email": "a?bcc=x@example.vn"}

    assert 'href="mailto:a%3Fbcc=x@example.vn"' in shown(contacts=[contact])

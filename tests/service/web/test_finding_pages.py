"""The calendar as it is searched: each search at its own address, as a list or as the days of a month."""

from __future__ import annotations

import re
from datetime import date
from html import unescape

import pytest

from services.web.months import Month
from tests.service.web.fakes import KINDS, ORGANISATION, UNION

AREA = {"id": "00000000-0000-0000-0000-0000000000a1", "name": "Phường Hòa Bình", "level": "ward"}
LINK = re.compile(r'href="(/\?[^"]*|/)"')


def on(day: str, title: str, **more):
    times = {"starts_at": f"{day}T02:00:00Z", "ends_at": f"{day}T04:00:00Z"}
    return times | {"title": {"vi": title, "en": None}} | more


@pytest.fixture
def several(world):
    """A training in English elsewhere, and two dialogues of which one is full."""
    world.areas = [AREA]
    place = {"name": "Nhà văn hóa", "address": "12 Lê Lợi", "area_id": AREA["id"], "accessibility": None}  # fmt: skip
    full = {"left": 0, "waitlist_length": 1, "state": "full", "capacity": 40}
    world.add(**on("2026-03-20", "Buổi một", seats=full))
    world.add(**on("2026-04-10", "Buổi hai"))
    world.add(
        **on("2026-05-05", "Buổi ba", kind=KINDS[2], organisation=UNION, venue=place, languages=["vi", "en"])
    )  # fmt: skip
    return world


def titles(page: str) -> list[str]:
    return re.findall(r'class="row-title">([^<]+)<', page)


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("", ["Buổi một", "Buổi hai", "Buổi ba"]),
        ("?q=hai", ["Buổi hai"]),
        ("?kind=training", ["Buổi ba"]),
        (f"?organisation_id={UNION['id']}", ["Buổi ba"]),
        (f"?area_id={AREA['id']}", ["Buổi ba"]),
        ("?language=en", ["Buổi ba"]),
        ("?open=1", ["Buổi hai", "Buổi ba"]),
        ("?from=2026-04-01", ["Buổi hai", "Buổi ba"]),
        ("?to=2026-04-10", ["Buổi một", "Buổi hai"]),
        ("?from=2026-04-01&to=2026-04-30&open=1&kind=dialogue-business", ["Buổi hai"]),
    ],
)
def test_every_search_has_an_address(browser, several, query, found):
    assert titles(browser.get(f"/{query}").text) == found


def test_what_narrows_a_search_is_a_chip_that_takes_it_away(browser, several):
    query = f"?q=ba&kind=training&organisation_id={UNION['id']}&area_id={AREA['id']}&language=en&open=1&from=2026-04-01&to=2026-06-01"
    page = browser.get(f"/{query}").text

    chips = dict(re.findall(r'<a class="chip" href="([^"]+)">.*?</span> ([^<]+)<', page))
    assert list(chips.values()) == [
        "“ba”", "Loại: Tập huấn", "Đơn vị: Đoàn phường", "Khu vực: Phường Hòa Bình", "Ngôn ngữ: Tiếng Anh", "Còn chỗ", "Từ 01/04/2026",
        "Đến 01/06/2026",
    ]  # fmt: skip
    for href, words in chips.items():
        without = unescape(href)
        left = re.findall(r'<a class="chip"', browser.get(without).text)
        assert len(left) == len(chips) - 1, words
    assert re.search(r'href="/">Bỏ tất cả', page)


def test_the_filters_are_folded_away_until_something_is_set(browser, several):
    assert '<details class="narrowing">' in browser.get("/?q=ba").text
    assert '<details class="narrowing" open>' in browser.get("/?kind=training").text


def test_what_can_be_chosen_comes_with_its_count_and_what_is_chosen_stays(browser, several):
    page = browser.get("/").text
    for option in ("Đối thoại với doanh nghiệp trẻ (2)", "Tập huấn (1)", "UBND phường An Đông (2)", "Phường Hòa Bình (1)", "Tiếng Việt (3)"):  # fmt: skip
        assert f">{option}</option>" in page
    assert "Đối thoại với thanh niên" not in page

    page = browser.get("/?kind=dialogue-youth&language=fr").text
    assert '<option value="dialogue-youth" selected>' in page
    assert '<option value="fr" selected>Tiếng Pháp (0)' in page
    assert '<option value="training">Tập huấn</option>' in page


def test_a_feed_is_narrowed_as_the_search_is_and_says_where_it_cannot(browser, several):
    query = f"kind=training&organisation_id={UNION['id']}"
    page = unescape(browser.get(f"/?{query}").text)
    assert f'href="/lich.ics?{query}"' in page
    assert "Theo dõi lịch này" in page
    assert "chỉ lọc theo loại" not in page

    page = unescape(browser.get("/?q=ba&kind=training").text)
    assert 'href="/lich.ics?kind=training"' in page
    assert "chỉ lọc theo loại" in page


@pytest.mark.parametrize(
    "query",
    ["organisation_id=x", "area_id=../..", "q=%00%0A", "kind=" + "k" * 300, "open=&language=", "thang=x&from=2026-01-01", "thang=2026-13", "thang=0000-01", "thang=2199-12"],
)  # fmt: skip
def test_what_makes_no_sense_in_an_address_is_left_out(browser, several, query):
    assert browser.get(f"/?{query}").status_code == 200


@pytest.mark.parametrize(
    ("query", "field"),
    [("from=hom-nay", "from"), ("to=9999-12-31", "to"), ("from=2026-05-01&to=2026-04-01", "to")],
)
def test_a_day_that_is_none_is_said_at_its_field_and_stays(browser, several, query, field):
    answer = browser.get(f"/?{query}")

    assert answer.status_code == 422
    assert f'<a href="#{field}">' in answer.text
    assert f'id="{field}-error"' in answer.text
    assert '<details class="narrowing" open>' in answer.text


def cell(page: str, day: str) -> str:
    """What stands on a day of the month."""
    found = re.search(
        rf'<td [^>]*>\s*<p class="date"><time datetime="{day}">.*?</td>', page, re.DOTALL
    )
    assert found, day
    return found[0]


def test_a_month_shows_what_takes_place_on_each_of_its_days(browser, world):
    event = world.add(**on("2026-03-26", "Đối thoại"))
    world.add(**on("2026-04-01", "Tháng sau"))

    page = browser.get("/?thang=2026-03").text

    day = cell(page, "2026-03-26")
    assert f'href="/su-kien/{event["id"]}"' in day
    assert "09:00" in day
    assert "Thứ Năm, 26/03/2026" in day
    assert titles(page) == ["Đối thoại"]
    assert re.findall(r'<th scope="col" abbr="([^"]+)">', page)[::6] == ["Thứ Hai", "Chủ Nhật"]
    assert page.count('<p class="date">') == 31


def test_today_is_marked_and_what_was_earlier_this_month_is_there(browser, world):
    """It is 10 March."""
    world.add(**on("2026-03-02", "Đã qua"))

    page = browser.get("/?thang=2026-03").text

    assert 'aria-current="date"' in cell(page, "2026-03-10")
    assert "Hôm nay" in cell(page, "2026-03-10")
    assert page.count('aria-current="date"') == 1
    assert "Đã qua" in cell(page, "2026-03-02")
    assert 'aria-current="date"' not in browser.get("/?thang=2026-04").text


def test_an_event_over_several_days_stands_on_each_and_on_no_other(browser, world):
    """From the evening of the 30th to midnight between the 1st and the 2nd, in Vietnam."""
    world.add(title={"vi": "Trại", "en": None}, starts_at="2026-03-30T12:00:00Z", ends_at="2026-04-01T17:00:00Z")  # fmt: skip

    march, april = browser.get("/?thang=2026-03").text, browser.get("/?thang=2026-04").text

    assert "19:00" in cell(march, "2026-03-30")
    assert "tiếp tục" in cell(march, "2026-03-31")
    assert "Trại" not in cell(march, "2026-03-29")
    assert "Trại" in cell(april, "2026-04-01")
    assert "Trại" not in cell(april, "2026-04-02")


def test_an_event_elsewhere_stands_on_the_day_of_its_own_clock(browser, world):
    """On the morning of 1 April in Tokyo it is still March in Vietnam."""
    world.add(title={"vi": "Tokyo", "en": None}, timezone="Asia/Tokyo", starts_at="2026-03-31T15:30:00Z", ends_at="2026-03-31T16:30:00Z")  # fmt: skip

    assert "Tokyo" not in titles(browser.get("/?thang=2026-03").text)
    assert "00:30" in cell(browser.get("/?thang=2026-04").text, "2026-04-01")


@pytest.mark.parametrize(("status", "words"), [("cancelled", "Đã hủy"), ("postponed", "Tạm hoãn")])
def test_what_is_off_says_so_in_a_word_with_a_sign(browser, world, status, words):
    world.add(**on("2026-03-26", "Buổi", status=status, reason={"vi": "Bão", "en": None}))

    for page in ("/", "/?thang=2026-03"):
        tags = re.findall(r'<span class="tag \w+"><svg.*?</svg>([^<]+)<', browser.get(page).text)
        assert tags == [words]


def test_months_lead_to_each_other_and_to_the_list_with_the_search_kept(browser, world):
    page = unescape(browser.get("/?thang=2026-12&kind=training").text)

    for address in ("/?kind=training&thang=2026-11", "/?kind=training&thang=2027-01", "/?kind=training&thang=2026-03", "/?kind=training"):  # fmt: skip
        assert f'href="{address}"' in page
    assert 'name="thang" value="2026-12"' in page
    chip = re.search(r'<a class="chip" href="([^"]+)"', page)[1]
    assert chip == "/?thang=2026-12"
    assert 'href="/?q=x&thang=2026-03"' in unescape(browser.get("/?q=x&from=2026-01-01").text)


def test_an_empty_month_has_a_next_step(browser, world):
    page = browser.get("/?thang=2026-07").text
    assert "Tháng này chưa có sự kiện nào" in page
    assert re.search(r'href="/">Xem danh sách sắp tới', page)

    assert "Không có sự kiện nào khớp trong tháng này" in browser.get("/?thang=2026-07&q=x").text


def test_a_crowded_day_leads_to_its_list(browser, world):
    for number in range(6):
        world.add(**on("2026-03-26", f"Buổi {number}"))

    day = unescape(cell(browser.get("/?thang=2026-03").text, "2026-03-26"))

    assert len(titles(day)) == 4
    assert "và 2 sự kiện nữa" in day
    (address,) = LINK.findall(day)
    assert len(titles(browser.get(address).text)) == 6


def test_a_month_with_more_than_it_can_show_says_so(browser, world):
    for number in range(201):
        world.add(**on(f"2026-03-{1 + number % 28:02}", f"Buổi {number}"))

    assert "rất nhiều sự kiện" in browser.get("/?thang=2026-03").text


def test_the_calendar_stands_without_counts_kinds_and_areas(browser, several):
    """Community is away; events, too, is asked no more than it can answer."""
    several.away = {"community"}

    assert titles(browser.get("/").text) == ["Buổi một", "Buổi hai", "Buổi ba"]


def test_the_calendar_takes_the_same_few_questions_whatever_it_shows(browser, several):
    def asked(path: str) -> int:
        several.asked.clear()
        browser.get(path)
        return len(several.asked)

    few = [asked("/"), asked("/?thang=2026-05")]
    for number in range(60):
        several.add(**on("2026-05-06", f"Buổi {number}", organisation=UNION))

    assert [asked("/"), asked("/?thang=2026-05")] == few == [4, 4]
    assert asked(f"/?thang=2026-05&q=b&kind=training&area_id={AREA['id']}&organisation_id={ORGANISATION['id']}") <= 4  # fmt: skip


def test_weeks_begin_on_monday_and_hold_the_whole_month():
    for year, month in ((2026, 2), (2026, 3), (2027, 1), (2028, 2)):
        weeks = Month(date(year, month, 1)).weeks([], today=date(2026, 3, 10))
        days = [day.date for week in weeks for day in week if day.inside]
        assert all(len(week) == 7 and week[0].date.weekday() == 0 for week in weeks)
        assert days[0] == date(year, month, 1)
        assert Month(days[0]).after.first > days[-1]
        assert Month(days[0]).after.before.first == days[0]

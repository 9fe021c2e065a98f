"""The list of an organisation's events: nothing that is coming is ever pushed out of it by what is over."""

from __future__ import annotations

import pytest

from tests.service.web.fakes import EMPTY, ORGANISATION


def at(day: str, **more):
    return {"starts_at": f"{day}T01:00:00Z", "ends_at": f"{day}T03:00:00Z"} | more


def named(title: str, day: str):
    return at(day, title={"vi": title, "en": None}, organisation=ORGANISATION)


def test_coming_events_are_there_however_many_are_over(organiser, world):
    """The list asks for what is coming, and for the past year by year, newest first."""
    for day in range(230):
        world.add(**named(f"Cũ {day}", f"20{10 + day // 28}-02-{1 + day % 28:02}"))
    world.add(**named("Đầu năm nay", "2026-01-05"))
    world.add(**named("Mới xong", "2026-03-01"))
    world.add(**named("Sắp tới", "2026-05-20"))

    page = organiser.get("/to-chuc").text

    assert page.index("Sắp tới</a>") < page.index("Đã diễn ra trong năm 2026")
    assert page.index("Mới xong") < page.index("Đầu năm nay")
    assert "Cũ " not in page
    assert f'href="/to-chuc?don-vi={ORGANISATION["id"]}&amp;nam=2025"' in page


def test_an_earlier_year_is_a_page_of_its_own(organiser, world):
    world.add(**named("Năm trước nữa", "2024-05-20"))
    world.add(**named("Sắp tới", "2026-05-20"))

    empty = organiser.get("/to-chuc?nam=2025").text
    page = organiser.get("/to-chuc?nam=2024").text

    assert "Không có sự kiện nào trong năm 2025" in empty
    assert "nam=2024" in empty
    assert "Đã diễn ra trong năm 2024" in page
    assert "nam=2023" not in page
    assert "nam=2025" in page
    assert "Sắp tới</a>" not in page


@pytest.mark.parametrize("year", ["0000", "9999", "abcd", "-1", "٢٠٢٥", "1e99"])
def test_a_year_that_is_none_is_this_one(organiser, world, year):
    world.add(**named("Sắp tới", "2026-05-20"))

    page = organiser.get("/to-chuc", query_string={"nam": year})

    assert page.status_code == 200
    assert "Sắp tới</a>" in page.text


def test_more_than_a_page_of_coming_events_leads_on(organiser, world):
    for number in range(101):
        world.add(
            **named(f"Buổi số {number:03}", f"2026-{4 + number // 28:02}-{1 + number % 28:02}")
        )

    first = organiser.get("/to-chuc").text
    second = organiser.get("/to-chuc?cursor=100").text

    assert "Buổi số 099" in first
    assert "Buổi số 100" not in first
    assert "cursor=100" in first
    assert "Buổi số 100" in second
    assert "Buổi số 099" not in second


def test_drafts_are_all_there(organiser, world):
    for number in range(205):
        world.add(**EMPTY | {"title": {"vi": f"Nháp {number}", "en": None}})

    page = organiser.get("/to-chuc").text

    assert page.count("Chưa công bố") == 205


def test_an_event_that_runs_now_is_not_over(organiser, world):
    """It is 2026-03-10T02:00:00Z."""
    world.add(starts_at="2026-03-10T01:00:00Z", ends_at="2026-03-10T03:00:00Z")

    page = organiser.get("/to-chuc").text

    assert "Đã diễn ra trong năm" not in page
    assert "Sắp tới" in page

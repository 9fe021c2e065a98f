"""Where answers are missing, and how they are given: for colleagues, and where more was asked later."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from tests.service.registrations.forms import field
from tests.service.web.conftest import Browser
from tests.service.web.fakes import NOW, World, iso
from tests.service.web.form_fakes import asks

MARK = "Còn thiếu câu trả lời"


@pytest.fixture
def grace(signed_in: Callable[..., Browser], world: World) -> tuple[Browser, dict[str, Any]]:
    """A browser of whoever registered a colleague, and the colleague's registration."""
    browser, event = signed_in(), world.add()
    asks(world, event, field("trade", required=True), field("hint"))
    lan = world.people["lan@example.vn"]
    colleague = world.register(event, {"id": None}, "Grace Đỗ", registered_by=lan["id"])
    return browser, colleague


def test_who_registers_colleagues_is_told_that_answers_are_asked_afterwards(
    grace: tuple[Browser, dict[str, Any]], world: World
) -> None:
    """Only where something must be answered."""
    browser, colleague = grace
    page = browser.get(f"/su-kien/{colleague['event_id']}/dong-nghiep").text
    other = browser.get(f"/su-kien/{world.add()['id']}/dong-nghiep").text
    assert "còn hỏi 1 câu cần trả lời" in page
    assert "cần trả lời" not in other


def test_a_colleagues_ticket_says_what_is_missing_until_it_is_answered(
    grace: tuple[Browser, dict[str, Any]],
) -> None:
    """So does the list of one's registrations; the page of answers names the colleague."""
    browser, colleague = grace
    ticket = f"/toi/ve/{colleague['id']}"
    path = f"{ticket}/tra-loi"
    before = browser.get(ticket).text
    assert MARK in before
    assert "cần Grace Đỗ trả lời thêm 1 câu hỏi" in before
    assert MARK in browser.get("/toi").text
    assert "Câu trả lời cho Grace Đỗ" in browser.get(path).text

    done = browser.post(path, {"answers.trade": "Bán lẻ", "form_version": "1"}, page=path)

    assert done.location == ticket
    assert colleague["answers"] == {"trade": "Bán lẻ"}
    assert MARK not in browser.get(ticket).text + browser.get("/toi").text


def test_what_cannot_be_answered_any_more_is_not_asked_for(
    grace: tuple[Browser, dict[str, Any]], world: World
) -> None:
    """After registration has closed."""
    browser, colleague = grace
    world.events[colleague["event_id"]]["registration_closes_at"] = iso(NOW)
    assert MARK not in browser.get(f"/toi/ve/{colleague['id']}").text


def test_an_organiser_sees_who_has_not_answered(organiser: Browser, world: World) -> None:
    """Beside the name; who has answered has no mark."""
    event = world.add()
    asks(world, event, field("trade", required=True))
    lan = world.person("lan@example.vn")
    world.register(event, lan, "Lan", answers={"trade": "Bán lẻ"})
    path = f"/to-chuc/su-kien/{event['id']}/danh-sach"
    assert MARK not in organiser.get(path).text

    world.register(event, {"id": None}, "Grace", registered_by=lan["id"])

    assert organiser.get(path).text.count(MARK) == 1

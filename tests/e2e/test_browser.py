"""The main job in a real browser on the whole platform: phones for everybody, no scripts, mails read at /outbox."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright

from deploy.embedded import Options, Platform
from deploy.up import free_port
from tests.support.browsers import chromium, code_from_mail, open_page, sign_in_by_mail
from tests.support.waiting import until
from tests.support.world import World

pytestmark = [pytest.mark.browser, pytest.mark.slow]


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    data = tmp_path_factory.mktemp("platform")
    platform = Platform(Options(data=data, port=free_port(), demo=True))
    platform.start()
    platform.serve_in_background()
    yield World.begin(
        platform.options.public_url,
        community_database=f"sqlite:///{data / 'community.db'}",
        secrets=data / "secrets",
    )
    platform.stop()


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright, chromium(playwright) as started:
        yield started


def test_the_main_job_is_walked_by_its_people_on_phones(world: World, browser: Browser) -> None:
    """Registered, told, waited, admitted once, cancelled, promoted: each person in a browser of their own."""
    world.organisation("host")
    world.organisation("partner")
    officer = world.person("officer", organisation="partner", role="officer")
    event = world.event(organisation="host", capacity=2, partners=("partner",))
    door = world.person("door", organisation="host", role="door", event_id=event["id"])

    ada = register(browser, world, "Đỗ Thị Ada", "ada@test.example")
    grace = register(browser, world, "Nguyễn Văn Grace", "grace@test.example")
    hedy = register(browser, world, "Ưng Hedy", "hedy@test.example")
    assert "Bạn đã có chỗ" in ada.inner_text(".done-word")
    assert "danh sách chờ" in hedy.inner_text(".done-word")
    assert hedy.inner_text(".big-number") == "1"

    partner = open_page(browser, world.base_url, scripts=False)
    sign_in_by_mail(partner, officer)
    partner.goto("/hop-thu")
    partner.click("text=partner")
    expect(partner.locator("main")).to_contain_text("Mời phối hợp")

    at_the_door = open_page(browser, world.base_url, scripts=False)
    sign_in_by_mail(at_the_door, door)
    at_the_door.goto("/toi")
    at_the_door.click("text=Mở trang điểm danh")
    assert let_in(at_the_door, ada.inner_text(".entry-code")) == ("Mời vào", "Đỗ Thị Ada")
    assert let_in(at_the_door, ada.inner_text(".entry-code"))[0] == "Đã vào rồi"

    grace.click("text=Hủy đăng ký")
    grace.click(".act button, form button.stop")
    until(lambda: has_a_ticket(hedy), what="the place from the waitlist")
    assert let_in(at_the_door, hedy.inner_text(".entry-code")) == ("Mời vào", "Ưng Hedy")


def register(browser: Browser, world: World, name: str, address: str) -> Page:
    """From the calendar to the ticket, as somebody who was never here; the page of the ticket."""
    page = open_page(browser, world.base_url, scripts=False)
    page.goto("/")
    page.click(".row")
    page.click(".dock .btn")
    page.fill("#name", name)
    page.fill("#email", address)
    page.click(".act button")
    page.fill("#code", code_from_mail(page, address, after=0))
    page.click(".act button")
    assert page.input_value("#name") == name
    page.click(".act button")
    return page


def let_in(page: Page, code: str) -> tuple[str, str]:
    page.fill("#entry", code.lower())
    # The page before may show a result, too.
    with page.expect_navigation():
        page.click(".door-form button")
    name = page.locator(".result-name")
    return page.inner_text(".result-word"), name.inner_text() if name.count() else ""


def has_a_ticket(page: Page) -> bool:
    page.reload()
    return page.locator(".entry-code").count() == 1

"""Debian's chromium, driven by Playwright, and what people do in it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from playwright.sync_api import Browser, Page, Playwright

from tests.support.waiting import until

CHROMIUM = "/usr/bin/chromium"
FLAGS = ["--no-sandbox", "--disable-background-networking", "--disable-component-update"]
PHONE, DESKTOP = {"width": 360, "height": 780}, {"width": 1280, "height": 900}
_CODE = re.compile(r"\b\d{6}\b")


@contextmanager
def chromium(playwright: Playwright, *flags: str) -> Iterator[Browser]:
    """A browser of one's own, closed at the end."""
    browser = playwright.chromium.launch(executable_path=CHROMIUM, args=[*FLAGS, *flags])
    try:
        yield browser
    finally:
        browser.close()


def open_page(
    browser: Browser, url: str, *, scripts: bool = True, size: Any = PHONE, **options: Any
) -> Page:
    """A page of a person of their own: other cookies than any other."""
    context = browser.new_context(
        viewport=size, locale="vi-VN", base_url=url, java_script_enabled=scripts, **options
    )
    page = context.new_page()
    page.set_default_timeout(10_000)
    return page


def code_from_mail(page: Page, address: str, *, after: int) -> str:
    """The sign-in code in the newest mail to `address`, read at /outbox in a tab beside; `after` so many older ones."""
    tab = page.context.new_page()
    mails = tab.locator("a.row", has_text=address).filter(has_text="Mã đăng nhập")

    def arrived() -> bool:
        tab.goto("/outbox")
        return mails.count() > after

    until(arrived, what=f"a sign-in mail to {address}")
    mails.first.click()
    found = _CODE.search(tab.inner_text("pre"))
    tab.close()
    assert found is not None
    return found[0]


def sign_in_by_mail(page: Page, address: str) -> None:
    """As a person does, with the demo's outbox for a mail program."""
    page.goto("/dang-nhap")
    page.fill("#email", address)
    page.click(".act button")
    page.fill("#code", code_from_mail(page, address, after=0))
    page.click(".act button")
    # A click returns before the page that it leads to is there: what comes next must not cut it off.
    page.wait_for_url(lambda url: "/dang-nhap" not in url)

"""An organiser's lists in a real browser: mended and taken without scripts, accessible, and of a size for a small phone."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page

from tests.e2e.test_pages_browser import (
    AXE,
    LONGEST_NAME,
    chromium,
    faults,
    open_page,
    organiser_of,
    playwright,
    sign_in,
    site,
)
from tests.support.browsers import DESKTOP, PHONE

__all__ = ["chromium", "playwright", "site"]
pytestmark = pytest.mark.browser

LIST = f"Họ và tên;SĐT;Email;Đơn vị;Ghi chú\n{LONGEST_NAME};0912345678;a@cty.example;{LONGEST_NAME};\n;0909000111;;;\nLê Hạ;12;{'x' * 80};;Ăn chay\n"


def upload(page: Page, event_id: str) -> None:
    """The preview of a list with a good row and two flagged ones."""
    page.goto(f"/to-chuc/su-kien/{event_id}/nhap-danh-sach")
    page.set_input_files(
        "#file", {"name": "ds.csv", "mimeType": "text/csv", "buffer": LIST.encode()}
    )
    page.click(".act button")
    page.wait_for_url("**/nhap-danh-sach/*")


def test_a_list_is_mended_and_taken_without_scripts(chromium, site):
    event = site.world.add()
    page = open_page(chromium, site, size=DESKTOP, scripts=False)
    sign_in(page, organiser_of(site))
    upload(page, event["id"])

    page.fill('[name="row.3.name"]', "Đỗ Mới")
    page.fill('[name="row.4.phone"]', "0912 000 111")
    page.fill('[name="row.4.email"]', "")
    page.click("text=Lưu các dòng đã sửa")
    page.click("form.wide-only button")

    assert "Đã đưa 3 người vào." in page.inner_text("main")
    names = [one["name"] for one in site.world.registrations.values()]
    assert names == [LONGEST_NAME, "Đỗ Mới", "Lê Hạ"]

    page.goto(f"/to-chuc/su-kien/{event['id']}/danh-sach")
    page.click("details.tools summary")
    with page.expect_download() as waited:
        page.click("text=Tải về (.csv)")
    assert waited.value.suggested_filename == "danh-sach.csv"


@pytest.mark.skipif(not AXE.exists(), reason="needs node_modules/axe-core")
@pytest.mark.slow
@pytest.mark.parametrize(
    ("size", "scheme"),
    [(PHONE, "light"), (DESKTOP, "light"), (PHONE, "dark")],
    ids=["phone", "desktop", "dark"],
)
def test_the_pages_of_lists_are_accessible_and_fit(chromium, site, size, scheme):
    event = site.world.add()
    page = open_page(chromium, site, size=size, color_scheme=scheme)
    sign_in(page, organiser_of(site))
    upload(page, event["id"])
    preview = page.url
    base = f"/to-chuc/su-kien/{event['id']}"

    found: dict[str, object] = {}
    for path in (f"{base}/nhap-danh-sach", preview, f"{preview}?loai=new"):
        found |= faults(page, path)
    page.click(".dock button" if size is PHONE else "form.wide-only button")
    for path in (preview, f"{preview}?loai=taken", f"{base}/danh-sach"):
        found |= faults(page, path)

    assert found == {}

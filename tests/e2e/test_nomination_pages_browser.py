"""The pages of nominations and colleagues in a real browser: accessible, and no wider than a small phone."""

from __future__ import annotations

import pytest

from tests.e2e.test_pages_browser import (
    AXE,
    LONGEST_NAME,
    chromium,
    faults,
    faults_here,
    open_page,
    playwright,
    sign_in,
    site,
)
from tests.service.registrations.forms import EVERY_KIND, field
from tests.service.web.fakes import ORGANISATION, UNION
from tests.service.web.form_fakes import asks
from tests.service.web.nomination_fakes import named, opened
from tests.support.browsers import DESKTOP, PHONE

__all__ = ["chromium", "playwright", "site"]
pytestmark = pytest.mark.browser


@pytest.mark.skipif(not AXE.exists(), reason="needs node_modules/axe-core")
@pytest.mark.slow
@pytest.mark.parametrize(
    ("size", "scheme"),
    [(PHONE, "light"), (DESKTOP, "light"), (PHONE, "dark")],
    ids=["phone", "desktop", "dark"],
)
def test_every_page_of_nominations_is_accessible_and_fits(chromium, site, size, scheme):
    """With the longest names, in light and dark; the preview with lines of both sorts."""
    page = open_page(chromium, site, size=size, color_scheme=scheme)
    world, event = site.world, site.world.add()
    roles = [
        {"organisation": one, "role": role, "event_id": None}
        for one, role in ((ORGANISATION, "organiser"), (UNION, "officer"))
    ]
    world.person("to@example.vn", name="Trần Tổ Chức", memberships=roles)
    asked = opened(world, event, UNION, seats=9, document={"number": "1", "date": "2026-03-01"})
    nominee = named(asked, LONGEST_NAME, email=f"{'a' * 60}@{'b' * 60}.example.vn")
    for state in ("confirmed", "declined", "replaced", "lapsed"):
        named(asked, "Nguyễn Văn A", phone="+84912345678", state=state, secret=None)
    base, own = f"/doi-tac/{asked['id']}", f"/to-chuc/su-kien/{event['id']}/de-cu"
    link = f"/de-cu/{nominee['id']}/s3cret"

    found = faults(page, link)
    sign_in(page, "to@example.vn")
    asks(world, event, *EVERY_KIND)
    by = world.people["to@example.vn"]["id"]
    colleague = world.register(event, {"id": None}, LONGEST_NAME, registered_by=by)
    for path in (
        "/toi",
        f"/toi/ve/{colleague['id']}",
        f"/toi/ve/{colleague['id']}/tra-loi",
        f"/to-chuc/su-kien/{event['id']}/danh-sach",
        link,
        "/doi-tac",
        base,
        f"{base}/thay/{nominee['id']}",
        own,
        f"{own}/{asked['id']}",
        f"/su-kien/{event['id']}/dong-nghiep",
    ):
        found |= faults(page, path)
    page.goto(base)
    page.fill("#text", f"An, an@example.vn, Giám đốc\n{LONGEST_NAME}\nBình {'x' * 300}")
    page.click("section .act button")
    found |= faults_here(page, "the preview")

    page.goto(link)
    page.click(".act button:not([name])")
    found |= faults_here(page, "the nominee's errors")

    assert found == {}


def test_a_nominee_is_asked_on_while_a_condition_is_met(chromium, site):
    """By the script, as at registration."""
    event = site.world.add()
    asks(
        site.world,
        event,
        field("topic", "choice", required=True),
        field("other", shown_if={"field": "topic", "equals": "other"}, required=True),
    )
    nominee = named(opened(site.world, event, UNION), "Lan")
    page = open_page(chromium, site)
    sign_in(page, "lan@example.vn")
    page.goto(f"/de-cu/{nominee['id']}/s3cret")
    assert not page.locator("[data-asked=other]").is_visible()

    page.check("[id='answers.topic.other']")
    page.fill("[id='answers.other']", "Đèn đường")
    page.check("#consent")
    page.click(".act button:not([name])")

    assert "Bạn đã có chỗ" in page.inner_text(".done-word")
    (kept,) = site.world.registrations.values()
    assert kept["answers"] == {"topic": "other", "other": "Đèn đường"}

"""Forms in a real browser: conditions with and without scripts, on a small phone, checked with axe."""

from __future__ import annotations

import pytest

from tests.e2e.test_pages_browser import (
    chromium,
    faults,
    open_page,
    organiser_of,
    playwright,
    sideways,
    sign_in,
    site,
)
from tests.service.registrations.forms import EVERY_KIND, field, option
from tests.service.web.form_fakes import asks, newest
from tests.support.browsers import DESKTOP, PHONE

__all__ = ["chromium", "playwright", "site"]
pytestmark = pytest.mark.browser

LONG = "Câu hỏi rất dài về mặt bằng, quầy sạp và hóa đơn điện tử của hộ kinh doanh " * 2
TOPIC = field("topic", "choice", required=True)
OTHER = field("other", shown_if={"field": "topic", "equals": "other"}, required=True)
SAFETY = field("safe", "consent", shown_if={"field": "other", "contains": "ve sinh"})


def test_a_field_is_shown_while_its_condition_is_met(chromium, site):
    """By the script: at once, with what was typed kept, and one that hangs on a hidden one is hidden."""
    event = site.world.add()
    asks(site.world, event, TOPIC, OTHER, SAFETY)
    page = open_page(chromium, site)
    sign_in(page, "lan@example.vn")
    page.goto(f"/su-kien/{event['id']}/dang-ky")
    page.fill("#name", "Lan")

    other, safe = page.locator("[data-asked=other]"), page.locator("[data-asked=safe]")
    assert not other.is_visible()
    page.check("[id='answers.topic.other']")
    page.fill("[id='answers.other']", "Đèn đường, Vệ  sinh")
    assert safe.is_visible()
    page.check("[id='answers.topic.tax']")
    assert not other.is_visible()
    assert not safe.is_visible()
    page.check("[id='answers.topic.other']")
    assert page.input_value("[id='answers.other']") == "Đèn đường, Vệ  sinh"
    page.click(".act button")

    assert "Bạn đã có chỗ" in page.inner_text(".done-word")
    (kept,) = site.world.registrations.values()
    assert kept["answers"] == {"topic": "other", "other": "Đèn đường, Vệ  sinh"}


def test_without_scripts_it_is_asked_after_the_answer_that_it_hangs_on(chromium, site):
    """The focus is in the summary, whose link leads to the field; what was chosen stays."""
    event = site.world.add()
    asks(site.world, event, TOPIC, OTHER)
    page = open_page(chromium, site, scripts=False)
    sign_in(page, "lan@example.vn")
    page.goto(f"/su-kien/{event['id']}/dang-ky")
    page.fill("#name", "Lan")
    page.check("[id='answers.topic.other']")
    assert not page.locator("[data-asked=other]").is_visible()

    page.click(".act button")
    page.click(".summary a")
    page.fill("[id='answers.other']", "Vệ sinh")
    assert page.is_checked("[id='answers.topic.other']")
    page.click(".act button")

    assert "Bạn đã có chỗ" in page.inner_text(".done-word")


def test_an_organiser_writes_a_form_without_scripts(chromium, site):
    """Enter saves; the buttons add and move and keep what was typed."""
    event = site.world.add()
    page = open_page(chromium, site, scripts=False)
    sign_in(page, organiser_of(site))
    page.goto(f"/to-chuc/su-kien/{event['id']}")
    page.click("text=Phiếu đăng ký")

    page.select_option("#new_template", "photos")
    page.click("button[value=template]")
    page.select_option("#new_kind", "short-text")
    page.click("button[value=field]")
    page.wait_for_selector("[id='fields.1.label.vi']:focus")
    page.keyboard.type("Ngành nghề của bạn")
    page.click("button[name=up][value='1']")
    page.press("[id='fields.0.label.vi']", "Enter")

    assert "Đã lưu phiếu" in page.inner_text(".flash")
    assert [one.key for one in newest(site.world, event["id"]).fields] == [
        "nganh_nghe_cua_ban",
        "photos",
    ]


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
@pytest.mark.parametrize("size", [PHONE, DESKTOP], ids=["phone", "desktop"])
def test_the_pages_of_forms_have_no_faults(chromium, site, size, dark):
    """With every kind of field, errors, long words and answers."""
    event, mine = site.world.add(), site.world.add()
    long = field("long", "choices", options=[option("tax") | {"label": {"vi": LONG[:190]}}])
    asks(site.world, event, *EVERY_KIND, long | {"label": {"vi": LONG[:190]}})
    asks(site.world, mine, TOPIC, OTHER, SAFETY)
    page = open_page(chromium, site, size=size, color_scheme="dark" if dark else "light")
    sign_in(page, organiser_of(site))
    me = site.world.people["to@example.vn"]
    answers = {"topic": "other", "other": "Vệ sinh " * 30}
    there = site.world.register(mine, me, "Trần Tổ Chức", answers=answers, form_version=1)
    other = site.world.person("x@example.vn")
    site.world.register(event, other, "X", answers={"topic": "tax", "staff": 3, "long": ["tax"]})
    site.world.offers[event["id"]] = {"approval": True}
    late = {"answers": {"question": LONG, "topic": "tax"}, "keeps_seat": True}
    site.world.register(event, site.world.person("y@example.vn"), "Y", status="pending", **late)
    base = f"/to-chuc/su-kien/{event['id']}"

    found: dict[str, object] = {}
    for path in (
        f"/su-kien/{event['id']}/dang-ky",
        f"/toi/ve/{there['id']}",
        f"/toi/ve/{there['id']}/tra-loi",
        base,
        f"{base}/phieu",
        f"{base}/cau-tra-loi",
        f"{base}/cho/duyet",
        f"/to-chuc/su-kien/{mine['id']}/cau-tra-loi",
    ):
        found |= faults(page, path)
    page.goto(f"/su-kien/{event['id']}/dang-ky")
    page.fill("[id='answers.staff']", "ba")
    page.click(".act button")
    assert page.locator(".summary").is_visible()

    assert found == {}
    assert not sideways(page)

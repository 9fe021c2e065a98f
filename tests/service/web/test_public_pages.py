"""The calendar, an event, the feeds, the error pages, and what every answer carries."""

from __future__ import annotations

import json
import re

import pytest

from tests.service.web.conftest import Browser, portal

CSRF = re.compile(r'name="csrf_token" value="([^"]+)"')
HOSTILE = [
    "<script>alert(1)</script>", "\"><img src=x onerror=alert(1)>", "{{ 7 * 7 }}", "%(name)s %d 100%", "'; DROP TABLE x;--",
    "\u202eabc", "Ữ Ậ Ỗ", "javascript:alert(1)", "</textarea><b>", "a & b &amp; c",
]  # fmt: skip


def test_the_calendar_groups_by_month_and_says_the_places_in_words(browser, world):
    world.add()
    world.add(
        starts_at="2026-04-16T01:00:00Z",
        ends_at="2026-04-16T03:00:00Z",
        seats={"left": 0, "waitlist_length": 2, "state": "full", "capacity": 40},
    )

    page = browser.get("/").text

    assert (
        page.index("Tháng 3/2026")
        < page.index("Còn 34 chỗ")
        < page.index("Tháng 4/2026")
        < page.index("Hết chỗ, còn danh sách chờ")
    )
    assert "Thứ Năm, 26/03/2026, 14:00–16:30" in page


def test_a_search_without_a_hit_offers_everything(browser, world):
    world.add()

    page = browser.get("/?q=khongcogi").text

    assert "Không có sự kiện nào khớp" in page
    assert 'value="khongcogi"' in page


def test_the_event_page_says_what_when_where_and_who_answers(browser, world):
    event = world.add()

    page = browser.get(f"/su-kien/{event['id']}").text

    for words in (
        event["title"]["vi"],
        "Thứ Năm, 26/03/2026",
        "14:00 – 16:30 (giờ\xa0Việt\xa0Nam)",
        "Chủ tịch UBND phường",
        "dữ liệu minh họa",
        "Đoàn phường An Đông",
    ):
        assert words in page


def test_an_event_stays_readable_while_registrations_is_away(browser, world):
    event = world.add()
    world.away = {"registrations"}

    page = browser.get(f"/su-kien/{event['id']}")

    assert page.status_code == 200
    assert "Còn 34 chỗ" in page.text


def test_a_cancelled_event_says_so_with_the_reason_and_takes_nobody(browser, world):
    event = world.add(status="cancelled", reason={"vi": "Dời sang quý III"})

    page = browser.get(f"/su-kien/{event['id']}").text

    assert "Dời sang quý III" in page
    assert "/dang-ky" not in page


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_text_is_shown_exactly_and_never_as_markup(browser, world, text):
    event = world.add(
        title={"vi": text},
        summary={"vi": text},
        venue={"name": text, "address": text},
        hosts=[{"role_title": {"vi": text}, "note": {"vi": text}}],
    )

    for path in ("/", f"/su-kien/{event['id']}", f"/su-kien/{event['id']}/dang-ky"):
        page = browser.get(path).text
        escaped = (
            text.replace("&", "&amp;")
            .replace("<", "&lt;")
            .replace(">", "&gt;")
            .replace('"', "&#34;")
            .replace("'", "&#39;")
        )
        assert escaped in page
        assert "<script>alert" not in page
        assert "<img" not in page


@pytest.mark.parametrize("text", [*HOSTILE, "</script><script>alert(1)</script>", "<!--<script>"])
def test_search_engines_read_an_event_in_a_block_that_no_text_can_leave(browser, world, text):
    event = world.add(title={"vi": text})

    answer = browser.get(f"/su-kien/{event['id']}")

    (block,) = re.findall(
        r'<script type="application/ld\+json">(.*?)</script>', answer.text, re.DOTALL
    )
    assert json.loads(block) == {"@type": "Event", "name": text}
    assert "<" not in block


def test_an_event_is_shown_though_nobody_can_describe_it_to_search_engines(browser, world):
    event = world.add()
    world.undescribed = True

    page = browser.get(f"/su-kien/{event['id']}")

    assert page.status_code == 200
    assert "ld+json" not in page.text


def test_every_page_names_the_feeds(browser):
    page = browser.get("/").text

    for kind, address in (
        ("text/calendar", "/lich.ics"),
        ("application/atom+xml", "/api/events/v1/feeds/atom.xml"),
        ("application/rss+xml", "/api/events/v1/feeds/rss.xml"),
    ):
        assert f'<link rel="alternate" type="{kind}" href="{address}"' in page


def test_what_was_searched_is_escaped(browser):
    page = browser.get("/", query_string={"q": '"><script>alert(1)</script>'}).text

    assert "<script>alert" not in page


def test_calendars_pass_through_with_their_entity_tag(browser, world):
    event = world.add()

    for path in ("/lich.ics", f"/su-kien/{event['id']}.ics"):
        feed = browser.get(path)
        assert feed.content_type.startswith("text/calendar")
        again = browser.client.get(path, headers={"If-None-Match": feed.headers["ETag"]})
        assert again.status_code == 304


def test_ones_own_calendar_is_at_its_secret_address_and_in_no_search_engine(browser):
    feed = browser.get("/lich/mat.ics")

    assert feed.content_type.startswith("text/calendar")
    assert feed.headers["X-Robots-Tag"] == "noindex"
    assert "private" in feed.headers["Cache-Control"]
    assert browser.get("/lich/khac.ics").status_code == 404
    assert browser.get("/lich/%2e%2e%2fevents.ics").status_code == 404


@pytest.mark.parametrize("path", ["/", "/dang-nhap", "/khong-co"])
def test_every_answer_is_guarded(browser, path):
    answer = browser.get(path)
    policy = answer.headers["Content-Security-Policy"]

    assert "default-src 'none'" in policy
    assert "frame-ancestors 'none'" in policy
    assert "unsafe-inline" not in policy
    assert "script-src 'self'" in policy
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Referrer-Policy"] == "same-origin"
    assert "private" in answer.headers["Cache-Control"]


def test_a_nonce_is_used_once(browser):
    once, again = (browser.get("/lap-trinh").headers["Content-Security-Policy"] for _ in range(2))

    assert re.search(r"script-src 'nonce-[\w-]{16,}'", once)
    assert once != again


@pytest.mark.parametrize("path", ["/dang-nhap", "/dang-nhap/ma", "/dang-xuat", "/toi/ho-so"])
def test_a_post_without_its_token_is_a_page_that_says_what_to_do(browser, path):
    refused = browser.client.post(path, data={"email": "lan@example.vn"})

    assert refused.status_code == 400
    assert "tải lại" in refused.text
    assert "Please go back" in refused.text


def test_every_post_of_the_portal_needs_a_token_but_the_choice_of_a_language(app):
    client = app.test_client()
    paths = {
        re.sub(r"<[^>]+>", "00000000-0000-0000-0000-000000000001", rule.rule)
        for rule in app.url_map.iter_rules()
        if "POST" in rule.methods
    } - {"/ngon-ngu"}

    assert len(paths) > 10
    assert {path: client.post(path).status_code for path in paths} == dict.fromkeys(paths, 400)


def test_an_unknown_page_says_so_in_both_languages(browser):
    page = browser.get("/khong-co")

    assert page.status_code == 404
    assert "Không tìm thấy trang này" in page.text
    assert "There is no such page" in page.text


def test_a_form_that_is_too_large_is_refused(browser):
    assert browser.client.post("/dang-nhap", data={"email": "a" * 1_100_000}).status_code == 413


def test_a_service_away_is_a_page_with_retry_after(browser, world):
    world.away = {"events"}

    page = browser.get("/")

    assert page.status_code == 503
    assert page.headers["Retry-After"]
    assert "Hệ thống đang bận" in page.text


def test_what_was_posted_while_a_service_was_away_can_be_sent_again(signed_in, world):
    browser, event = signed_in(), world.add()
    mine = world.register(event, world.people["lan@example.vn"], "Lan")
    world.away = {"registrations"}

    page = browser.post(f"/toi/ve/{mine['id']}/huy", {"note": "<b>"})

    assert page.status_code == 503
    assert 'name="note" value="&lt;b&gt;"' in page.text


def test_a_bug_is_a_page_without_its_insides(world, caplog):
    world.events["x"] = {
        "id": "x",
        "status": "published",
        "starts_at": "secret text",
        "ends_at": "2999-01-01T00:00:00Z",
        "organisation": {"id": "x"},
        "kind": {"key": "x"},
        "title": {"vi": "x"},
    }

    page = Browser(portal(world).test_client()).get("/")

    assert page.status_code == 500
    assert "secret" not in page.text


def test_static_files_may_be_kept_for_ever_under_an_address_that_changes(browser):
    address = re.search(r'href="(/static/\w{12}/site\.css)"', browser.get("/").text)[1]

    kept = browser.get(address)

    assert kept.status_code == 200
    assert "immutable" in kept.headers["Cache-Control"]
    assert "immutable" not in browser.get("/static/site.css").headers["Cache-Control"]


def test_the_language_is_chosen_and_leads_back(browser):
    back = browser.post("/ngon-ngu", {"language": "en", "next": "/dang-nhap"})

    assert back.location == "/dang-nhap"
    page = browser.get("/dang-nhap")
    assert '<html lang="en">' in page.text
    assert browser.post("/ngon-ngu", {"language": "en", "next": "//evil.example"}).location == "/"


def test_choosing_a_language_keeps_what_was_searched(browser):
    page = browser.get("/?q=doi+thoai&kind=training").text

    assert 'name="next" value="/?q=doi+thoai&amp;kind=training"' in page
    back = browser.post("/ngon-ngu", {"language": "en", "next": "/?q=doi+thoai&kind=training"})
    assert back.location == "/?q=doi+thoai&kind=training"


def test_a_form_that_is_shown_again_leads_back_to_the_page_it_stands_on(organiser, world):
    """Where the address takes only forms, it is the page before; a page elsewhere is never it."""
    event = world.add()
    overview = f"/to-chuc/su-kien/{event['id']}"
    page = organiser.get(overview).text
    typed = {"capacity": "x", "csrf_token": CSRF.search(page)[1]}

    def next_after(referrer: str) -> str:
        headers = {"Referer": referrer} if referrer else {}
        answer = organiser.client.post(f"{overview}/suc-chua", data=typed, headers=headers)
        assert answer.status_code == 422
        return re.search(r'name="next" value="([^"]+)"', answer.text)[1]

    assert next_after(f"http://localhost{overview}?x=1") == f"{overview}?x=1"
    assert next_after("") == overview
    assert next_after(f"http://localhost{overview}/suc-chua") == overview
    assert next_after("http://evil.example/toi") == overview


def test_an_error_page_under_an_address_for_forms_leads_home(browser):
    page = browser.client.post("/dang-xuat").text

    assert 'name="next" value="/"' in page


def test_a_method_that_a_page_does_not_take_names_those_it_takes(browser):
    answer = browser.get("/dang-xuat")

    assert answer.status_code == 405
    assert set(answer.headers["Allow"].split(", ")) == {"OPTIONS", "POST"}


def test_the_page_names_the_host_organisation_and_not_a_person_in_the_chair(browser, world):
    page = browser.get(f"/su-kien/{world.add()['id']}").text

    assert "Đơn vị chủ trì: Ủy ban nhân dân phường An Đông" in page


def test_health_needs_nothing(browser, world):
    world.away = {"community", "events", "registrations", "notifications"}

    assert json.loads(browser.get("/healthz").text) == {"status": "ok"}

"""Pages that are the same for every visitor: built once in a rush, never older than a moment, never anybody's own."""

from __future__ import annotations

import pytest
from flask import Flask, request
from werkzeug.test import Client

from services.web.kept import MOST_PAGES, KeptPages, the_same_for_every_visitor
from tests.service.web.conftest import Browser, portal


@pytest.fixture
def app(world, clock):
    return portal(world, clock, kept_ms=1000)


def test_a_visitor_gets_a_page_that_another_one_had_built(browser, world):
    world.add(title={"vi": "Đối thoại tháng Ba", "en": "A dialogue"})
    first = browser.get("/")
    world.away.add("events")

    again = browser.get("/")

    assert again.status_code == 200
    assert again.data == first.data
    assert again.headers["Content-Security-Policy"] == first.headers["Content-Security-Policy"]


def test_a_page_is_built_anew_when_it_is_older_than_a_moment(browser, world, clock):
    event = world.add(title={"vi": "Tên cũ", "en": "Old"})
    path = f"/su-kien/{event['id']}"
    assert "Tên cũ" in browser.get(path).text
    event["title"] = {"vi": "Tên mới", "en": "New"}

    assert "Tên cũ" in browser.get(path).text
    clock.advance(seconds=1)
    assert "Tên mới" in browser.get(path).text


def test_while_one_builds_the_next_page_the_others_get_the_last_one(clock):
    app = Flask("one page")
    given: list[str] = []

    @app.get("/")
    def page() -> str:
        the_same_for_every_visitor()
        if len(given) == 1:
            given.append(Client(kept).get("/").text)
        return f"built after {len(given)}"

    kept = KeptPages(app, clock=clock, milliseconds=1000)
    given.append(Client(kept).get("/").text)
    clock.advance(seconds=1)

    given.append(Client(kept).get("/").text)

    assert given == ["built after 0", "built after 0", "built after 2"]


def test_no_page_of_somebody_is_given_to_another(app, world, signed_in):
    event = world.add()
    lan = signed_in()
    mine = lan.get("/").text
    assert "/dang-nhap" not in mine

    visitor = Browser(app.test_client())
    assert "/dang-nhap" in visitor.get("/").text
    assert "/toi" in lan.get(f"/su-kien/{event['id']}").text
    assert "/hop-thu" not in visitor.get(f"/su-kien/{event['id']}").text
    assert "/hop-thu" in lan.get("/").text


def test_each_language_and_each_search_is_a_page_of_its_own(app, world):
    world.add(title={"vi": "Đối thoại", "en": "A dialogue"})
    vietnamese, english = Browser(app.test_client()), Browser(app.test_client(), "en")

    assert '<html lang="vi">' in vietnamese.get("/").text
    assert '<html lang="en">' in english.get("/").text
    assert 'value="tap huan"' in vietnamese.get("/?q=tap+huan").text
    assert 'value="tap huan"' not in vietnamese.get("/").text


def test_an_unchanged_page_is_not_sent_again(browser, world):
    world.add()
    first = browser.get("/")
    known = {"If-None-Match": first.headers["ETag"]}

    again = browser.client.get("/", headers={"Accept-Language": "vi"} | known)

    assert again.status_code == 304
    assert again.data == b""
    assert again.headers["ETag"] == first.headers["ETag"]


def test_a_condition_reaches_what_is_not_kept(app):
    """One's own calendar answers it itself, and sends nothing again."""
    visitor = Browser(app.test_client())
    asked = []

    @app.before_request
    def note() -> None:
        asked.append(request.headers.get("If-None-Match"))

    visitor.client.get("/lich/secret.ics", headers={"If-None-Match": '"known"'})

    assert asked == ['"known"']


def test_the_way_to_signing_in_is_not_kept(browser, world):
    event = world.add(status="draft")
    path = f"/su-kien/{event['id']}"
    assert browser.get(path).status_code == 303
    event["status"] = "published"

    assert browser.get(path).status_code == 200


def test_a_visitor_gets_no_cookie_for_looking(browser, world):
    event = world.add()

    for path in ("/", f"/su-kien/{event['id']}", "/lich.ics"):
        assert "Set-Cookie" not in browser.get(path).headers, path


def test_questions_that_nobody_repeats_fill_no_memory(browser, world):
    """The page that was built first is the first to go."""
    world.add(title={"vi": "Tên cũ", "en": "Old"})
    first = browser.get("/")
    for number in range(MOST_PAGES):
        browser.get(f"/?q={number}")
    world.asked.clear()

    browser.get("/")

    assert first.status_code == 200
    assert world.asked

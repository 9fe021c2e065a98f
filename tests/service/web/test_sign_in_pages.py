"""Signing in: a mail, then a code or a button; nothing leads away from the portal."""

from __future__ import annotations

import re

import pytest

from services.web.security import local_path

TOKEN = re.compile(r'name="csrf_token" value="([^"]+)"')
ELSEWHERE = [
    "https://evil.example",
    "//evil.example",
    "/\\evil.example",
    "\\\\evil.example",
    "javascript:alert(1)",
    "/a\nb",
    "",
    None,
    "toi",
    "/\t/evil",
]


@pytest.mark.parametrize("target", ELSEWHERE)
def test_a_path_that_leads_elsewhere_is_not_followed(target):
    assert local_path(target, "/toi") == "/toi"


@pytest.mark.parametrize("target", ["/", "/toi", "/su-kien/1?q=a&b=%2F%2Fevil.example", "/cua/x#y"])
def test_a_path_of_the_portal_is_followed(target):
    assert local_path(target, "/toi") == target


def test_signing_in_by_code_leads_back_to_the_page_that_asked_for_it(browser):
    asked = browser.get("/toi/ho-so")
    assert asked.status_code == 303
    assert asked.location == "/dang-nhap?next=%2Ftoi%2Fho-so"

    browser.post(
        "/dang-nhap", {"email": "lan@example.vn", "next": "/toi/ho-so"}, page=asked.location
    )
    done = browser.post("/dang-nhap/ma", {"code": "123 456"}, page="/dang-nhap/ma")

    assert (done.status_code, done.location) == (303, "/toi/ho-so")
    assert browser.get("/toi/ho-so").status_code == 200


def test_signing_in_never_leads_to_another_site(browser):
    browser.post(
        "/dang-nhap",
        {"email": "lan@example.vn", "next": "//evil.example"},
        page="/dang-nhap?next=//evil.example",
    )
    done = browser.post("/dang-nhap/ma", {"code": "123456"}, page="/dang-nhap/ma")

    assert done.location == "/toi"


def test_opening_the_link_consumes_nothing_and_the_button_signs_in(browser, world):
    browser.post("/dang-nhap", {"email": "lan@example.vn"}, page="/dang-nhap")
    sign_in_id = next(iter(world.sign_ins))
    link = f"/dang-nhap/{sign_in_id}?token=t0ken"

    for _ in range(20):
        assert browser.get(link).status_code == 200
        browser.client.head(link)
    assert not any(path.endswith("/complete") for _, path in world.asked)

    done = browser.post(link, {"token": "t0ken"}, page=link)
    assert done.status_code == 303
    assert browser.get("/toi").status_code == 200


def test_the_link_offers_no_button_in_a_browser_that_did_not_ask(browser, app, world):
    browser.post("/dang-nhap", {"email": "lan@example.vn"}, page="/dang-nhap")
    other = app.test_client().get(f"/dang-nhap/{next(iter(world.sign_ins))}?token=t0ken")

    assert 'name="token"' not in other.text
    assert "/dang-nhap" in other.text


def test_a_wrong_code_is_said_at_the_field_and_the_person_may_try_again(browser):
    browser.post("/dang-nhap", {"email": "lan@example.vn"}, page="/dang-nhap")

    wrong = browser.post("/dang-nhap/ma", {"code": "000000"}, page="/dang-nhap/ma")

    assert wrong.status_code == 422
    assert 'id="code-error"' in wrong.text
    assert (
        browser.post("/dang-nhap/ma", {"code": "123456"}, page="/dang-nhap/ma").status_code == 303
    )


def test_an_address_that_community_refuses_stays_on_the_page(browser):
    refused = browser.post("/dang-nhap", {"email": "no address <b>"}, page="/dang-nhap")

    assert refused.status_code == 422
    assert 'value="no address &lt;b&gt;"' in refused.text
    assert 'href="#email"' in refused.text


def test_signing_out_ends_the_session_at_community(signed_in, world):
    browser = signed_in()

    browser.post("/dang-xuat", page="/toi/ho-so")

    assert world.ended == {"s-lan@example.vn"}
    assert browser.get("/toi").status_code == 303


def test_a_session_that_community_ended_asks_to_sign_in_again(signed_in, world, app, clock):
    browser = signed_in()
    world.ended.add("s-lan@example.vn")
    clock.advance(minutes=11)

    answer = browser.get("/toi")

    assert (answer.status_code, answer.location) == (303, "/dang-nhap?next=%2Ftoi")


def test_a_public_page_stays_open_when_the_session_has_ended(signed_in, world, clock):
    browser = signed_in()
    event = world.add()
    world.ended.add("s-lan@example.vn")
    clock.advance(minutes=11)

    again = browser.get(f"/su-kien/{event['id']}", follow_redirects=True)

    assert again.status_code == 200
    assert event["title"]["vi"] in again.text
    assert "/dang-nhap" in again.text


def test_an_access_token_that_ended_is_renewed_without_a_word(signed_in, world, clock):
    browser = signed_in()
    clock.advance(minutes=11)

    assert browser.get("/toi").status_code == 200
    assert ("POST", "/v1/sessions/token") in world.asked


def test_the_cookie_is_not_for_scripts_or_other_sites(browser):
    cookie = browser.get("/dang-nhap").headers["Set-Cookie"]

    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie


def test_choosing_a_language_on_the_page_of_a_link_keeps_its_token(browser, world):
    """The button of that page signs in with it."""
    browser.post("/dang-nhap", {"email": "lan@example.vn"}, page="/dang-nhap")
    link = f"/dang-nhap/{next(iter(world.sign_ins))}?token=t0ken"
    assert f'name="next" value="{link}"' in browser.get(link).text

    back = browser.post("/ngon-ngu", {"language": "en", "next": link}, page=link)

    assert back.location == link
    assert 'name="token" value="t0ken"' in browser.get(back.location).text


def test_a_form_sent_after_the_session_ended_leads_back_to_its_page(signed_in, world, clock):
    browser, event = signed_in(), world.add()
    mine = world.register(event, world.people["lan@example.vn"], "Lan")
    path = f"/toi/ve/{mine['id']}/huy"
    page = browser.get(path).text
    world.ended.add("s-lan@example.vn")
    clock.advance(minutes=11)

    answer = browser.client.post(path, data={"csrf_token": TOKEN.search(page)[1]})

    assert answer.location == f"/dang-nhap?next={path.replace('/', '%2F')}"
    assert mine["status"] == "confirmed"

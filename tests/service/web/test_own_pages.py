"""One's own pages: registrations, profile, consents, inbox."""

from __future__ import annotations

import re

from tests.service.web.fakes import NOW, ORGANISATION, UNION, iso, new_id


def letter(to: str, **more):
    plain = {
        "id": new_id(),
        "to": to,
        "kind": "x",
        "title": "Thư mời",
        "body": "Kính mời <b>",
        "event_id": None,
        "registration_id": None,
        "url": "/toi",
        "created_at": iso(NOW),
        "read_at": None,
    }
    return plain | more


def test_without_registrations_the_page_shows_the_way_to_the_calendar(signed_in):
    assert "Bạn chưa đăng ký buổi nào sắp tới" in signed_in().get("/toi").text


def test_nobody_is_told_that_there_is_nothing_while_there_is_another_page(signed_in, world):
    """Pages go by registration: what is coming may stand on any of them."""
    browser, over = signed_in(), {"starts_at": iso(NOW), "ends_at": iso(NOW)}
    lan = world.people["lan@example.vn"]
    coming = world.register(world.add(), lan, "Lan")
    for _ in range(50):
        world.register(world.add(**over), lan, "Lan")

    first = browser.get("/toi").text
    second = browser.get("/toi?cursor=50").text

    assert "Bạn chưa đăng ký buổi nào" not in first
    assert "cursor=50" in first
    assert f"/toi/ve/{coming['id']}" in second
    coming["status"] = "cancelled"
    assert "Bạn chưa đăng ký buổi nào" not in browser.get("/toi?cursor=50").text


def test_own_registrations_say_their_state(signed_in, world):
    browser, event = signed_in(), world.add()
    lan = world.people["lan@example.vn"]
    world.register(event, lan, "Lan")
    world.register(world.add(), lan, "Lan", status="waitlisted", position=3)
    world.register(world.add(), lan, "Lan", status="cancelled")

    page = browser.get("/toi").text

    assert "Có chỗ" in page
    assert "Vị trí chờ: 3" in page
    assert page.index("Đã qua hoặc đã hủy") < page.index("Đã hủy</span>")


def test_the_profile_is_saved(signed_in, world):
    browser = signed_in()
    etag = re.search(r'name="etag" value="([^"]+)"', browser.get("/toi/ho-so").text)[1].replace(
        "&#34;", '"'
    )

    saved = browser.post(
        "/toi/ho-so",
        {"name": "Nguyễn Thị Lan", "phone": "", "language": "en", "etag": etag},
        page="/toi/ho-so",
    )

    assert saved.status_code == 303
    assert world.people["lan@example.vn"]["name"] == "Nguyễn Thị Lan"
    assert '<html lang="en">' in browser.get("/toi/ho-so").text


def test_a_wrong_phone_is_said_at_its_field(signed_in, world):
    browser = signed_in()

    typed = {"name": "Lan", "phone": "không có", "language": "vi", "etag": '"1"'}
    refused = browser.post("/toi/ho-so", typed, page="/toi/ho-so")

    assert refused.status_code == 422
    assert 'id="phone-error"' in refused.text
    assert 'value="không có"' in refused.text


def test_a_profile_that_changed_meanwhile_is_not_overwritten(signed_in, world):
    browser = signed_in()

    stale = browser.post(
        "/toi/ho-so", {"name": "Lan", "etag": '"0"', "language": "vi"}, page="/toi/ho-so"
    )

    assert stale.status_code == 422
    assert world.people["lan@example.vn"]["name"] == ""
    assert 'value="Lan"' in stale.text


def test_consent_is_given_and_taken_back_in_the_words_shown(signed_in, world):
    browser = signed_in()
    page = browser.get("/toi/ho-so").text
    assert "Tôi đồng ý nhận thư" in page
    assert "để tổ chức buổi này" not in page

    browser.post(
        "/toi/ho-so/dong-y", {"purpose": "news", "version": "1", "given": "1"}, page="/toi/ho-so"
    )
    assert "Bạn đã đồng ý" in browser.get("/toi/ho-so").text
    browser.post(
        "/toi/ho-so/dong-y", {"purpose": "news", "version": "1", "given": "0"}, page="/toi/ho-so"
    )

    assert [c["given"] for c in world.consents] == [True, False]
    assert all(c["language"] == "vi" and c["version"] == 1 for c in world.consents)


def test_opening_a_letter_marks_it_read_and_leads_on(signed_in, world):
    browser = signed_in()
    world.letters.append(letter(world.people["lan@example.vn"]["id"]))
    page = browser.get("/hop-thu").text
    assert "1 thư chưa đọc" in page
    assert "Kính mời &lt;b&gt;" in page

    opened = browser.post(f"/hop-thu/{world.letters[0]['id']}", {"next": "/toi"}, page="/hop-thu")

    assert opened.location == "/toi"
    assert world.letters[0]["read_at"]


def test_a_letter_never_leads_to_another_site(signed_in, world):
    browser = signed_in()
    world.letters.append(letter(world.people["lan@example.vn"]["id"], url="https://evil.example/"))

    assert "evil.example" not in browser.get("/hop-thu").text
    assert (
        browser.post(
            f"/hop-thu/{world.letters[0]['id']}", {"next": "https://evil.example"}, page="/hop-thu"
        ).location
        == "/hop-thu"
    )


def test_a_partners_officer_reads_the_inbox_of_the_organisation(signed_in, world):
    world.person(
        "can-bo@example.vn",
        memberships=[{"organisation": UNION, "role": "officer", "event_id": None}],
    )
    browser = signed_in("can-bo@example.vn")
    world.letters.append(letter(UNION["id"], title="Thư mời phối hợp"))

    assert "Thư mời phối hợp" not in browser.get("/hop-thu").text
    page = browser.get(f"/hop-thu?don-vi={UNION['id']}").text

    assert "Thư mời phối hợp" in page
    assert "Đoàn phường" in page
    assert browser.get(f"/hop-thu?don-vi={ORGANISATION['id']}").status_code == 404

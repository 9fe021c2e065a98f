"""Registering: one short form, once, with what was typed kept whatever happens."""

from __future__ import annotations

import re

import pytest

NONCE = re.compile(r'name="nonce" value="([^"]+)"')


def test_somebody_new_registers_from_the_form_over_the_mail_back_to_the_form(browser, world):
    event = world.add()
    form = f"/su-kien/{event['id']}/dang-ky"

    asked = browser.post(
        form,
        {"name": "Đỗ Khởi Nghiệp", "email": "moi@example.vn", "phone": "0901234567", "news": "1"},
        page=form,
    )
    assert asked.location == "/dang-nhap/ma"
    back = browser.post("/dang-nhap/ma", {"code": "123456"}, page="/dang-nhap/ma")
    assert back.location == form

    page = browser.get(form).text
    assert 'value="Đỗ Khởi Nghiệp"' in page
    assert 'value="0901234567"' in page
    assert re.search(r'name="news" value="1" checked', page)

    done = browser.post(
        form,
        {
            "name": "Đỗ Khởi Nghiệp",
            "phone": "0901234567",
            "news": "1",
            "news_version": "1",
            "nonce": NONCE.search(page)[1],
        },
        page=form,
    )
    registration = next(iter(world.registrations.values()))
    assert done.location == f"/toi/ve/{registration['id']}"
    assert [(c["purpose"], c["given"], c["version"]) for c in world.consents] == [("news", True, 1)]
    result = browser.get(done.location).text
    assert "Bạn đã có chỗ" in result
    assert "K7MQ-4RWX" in result
    assert "<svg" in result
    assert f"/su-kien/{event['id']}.ics" in result


def test_the_consent_box_is_not_ticked_and_nothing_is_recorded_without_it(signed_in, world):
    browser, event = signed_in(), world.add()
    form = f"/su-kien/{event['id']}/dang-ky"
    page = browser.get(form).text

    assert 'name="news"' in page
    assert "checked" not in page
    browser.post(form, {"name": "Lan", "nonce": NONCE.search(page)[1]}, page=form)

    assert world.consents == []


def test_pressing_twice_registers_once(signed_in, world):
    browser, event = signed_in(), world.add()
    form = f"/su-kien/{event['id']}/dang-ky"
    typed = {"name": "Lan", "nonce": NONCE.search(browser.get(form).text)[1]}
    page = browser.get("/").text
    token = re.search(r'name="csrf_token" value="([^"]+)"', page)[1]

    first = browser.client.post(form, data=typed | {"csrf_token": token})
    second = browser.client.post(form, data=typed | {"csrf_token": token})

    assert first.location == second.location
    assert len(world.registrations) == 1
    assert "Bạn đã đăng ký buổi này rồi" not in browser.get(first.location).text


def test_registering_again_leads_to_the_registration_that_stands(signed_in, world):
    browser, event = signed_in(), world.add()
    mine = world.register(event, world.people["lan@example.vn"], "Lan")

    answer = browser.post(f"/su-kien/{event['id']}/dang-ky", {"name": "Lan"})

    assert answer.location == f"/toi/ve/{mine['id']}"


def test_a_refused_phone_is_said_at_its_field_and_the_name_stays(signed_in, world):
    browser, event = signed_in(), world.add()
    form = f"/su-kien/{event['id']}/dang-ky"

    refused = browser.post(form, {"name": "Lan <Hương>", "phone": "abc"}, page=form)

    assert refused.status_code == 422
    assert 'id="phone-error"' in refused.text
    assert 'value="Lan &lt;Hương&gt;"' in refused.text
    assert 'value="abc"' in refused.text


def test_all_errors_are_said_at_once_and_linked_from_the_top(browser, world):
    event = world.add()
    form = f"/su-kien/{event['id']}/dang-ky"

    refused = browser.post(form, {"phone": "0901234567"}, page=form)

    assert refused.status_code == 422
    assert 'href="#name"' in refused.text
    assert 'href="#email"' in refused.text
    assert 'value="0901234567"' in refused.text


def test_a_service_that_is_away_keeps_what_was_typed_and_the_same_key(signed_in, world):
    browser, event = signed_in(), world.add()
    form = f"/su-kien/{event['id']}/dang-ky"
    nonce = NONCE.search(browser.get(form).text)[1]
    world.away = {"registrations"}

    away = browser.post(form, {"name": "Lan", "phone": "0901234567", "nonce": nonce})

    assert away.status_code == 503
    assert away.headers["Retry-After"]
    assert 'value="Lan"' in away.text
    assert NONCE.search(away.text)[1] == nonce

    world.away = set()
    assert browser.post(form, {"name": "Lan", "nonce": nonce}).status_code == 303


def test_a_full_event_says_the_position_in_the_waitlist_and_what_comes_next(signed_in, world):
    browser = signed_in()
    event = world.add(seats={"left": 0, "waitlist_length": 0, "state": "full", "capacity": 200})
    form = f"/su-kien/{event['id']}/dang-ky"

    done = browser.post(form, {"name": "Lan"}, page=form)
    page = browser.get(done.location).text

    assert "Bạn đã vào danh sách chờ" in page
    assert '<p class="big-number">1</p>' in page
    assert "K7MQ" not in page


def test_a_full_event_without_a_waitlist_takes_no_registration(browser, world):
    event = world.add(
        waitlist=False, seats={"left": 0, "waitlist_length": 0, "state": "full", "capacity": 200}
    )

    page = browser.get(f"/su-kien/{event['id']}/dang-ky").text

    assert 'name="nonce"' not in page
    assert "Hết chỗ" in page


def test_cancelling_is_asked_first_and_says_what_happens(signed_in, world):
    browser, event = signed_in(), world.add()
    mine = world.register(event, world.people["lan@example.vn"], "Lan")
    path = f"/toi/ve/{mine['id']}/huy"

    assert "hết hiệu lực" in browser.get(path).text
    assert mine["status"] == "confirmed"
    done = browser.post(path, page=path)

    assert done.location == "/toi"
    assert mine["status"] == "cancelled"


def test_another_persons_ticket_is_not_found(signed_in, world):
    browser, event = signed_in(), world.add()
    theirs = world.register(event, world.person("other@example.vn"), "Người khác")

    assert browser.get(f"/toi/ve/{theirs['id']}").status_code == 404


def test_an_old_form_sent_again_after_a_cancellation_says_so_and_registers_the_next_time(
    signed_in, world
):
    """Its key gets the old answer, "you have a place", which holds no longer."""
    browser, event = signed_in(), world.add()
    form = f"/su-kien/{event['id']}/dang-ky"
    typed = {"name": "Lan", "nonce": NONCE.search(browser.get(form).text)[1]}
    first = browser.post(form, typed)
    browser.post(f"{first.location}/huy")

    again = browser.post(form, typed)

    assert again.status_code == 422
    assert "Lần đăng ký trước của bạn đã hủy" in again.text
    assert 'value="Lan"' in again.text
    nonce = NONCE.search(again.text)[1]
    assert nonce != typed["nonce"]
    done = browser.post(form, typed | {"nonce": nonce})
    assert done.location not in (first.location, form)
    assert "Bạn đã có chỗ" in browser.get(done.location).text


def test_an_old_form_sent_again_after_the_event_was_cancelled_offers_no_form(
    signed_in, organiser, world
):
    browser, event = signed_in(), world.add()
    form = f"/su-kien/{event['id']}/dang-ky"
    typed = {"name": "Lan", "nonce": NONCE.search(browser.get(form).text)[1]}
    browser.post(form, typed)
    organiser.post(f"/to-chuc/su-kien/{event['id']}/huy", {"reason.vi": "Bão lớn"})

    again = browser.post(form, typed).text

    assert "Hiện không nhận đăng ký" in again
    assert "xin gửi lại" not in again
    assert NONCE.search(again) is None


@pytest.mark.parametrize("status", ["cancelled", "confirmed", "waitlisted"])
def test_only_what_stands_is_celebrated(signed_in, world, status):
    """Whatever the page before had to say."""
    browser, event = signed_in(), world.add()
    form = f"/su-kien/{event['id']}/dang-ky"
    done = browser.post(form, {"name": "Lan"}, page=form)
    next(iter(world.registrations.values()))["status"] = status

    page = browser.get(done.location).text

    assert ('<div class="done ' in page) == (status != "cancelled")


def test_a_wrong_phone_is_said_before_the_mail_is_sent(browser, world):
    event = world.add()
    form = f"/su-kien/{event['id']}/dang-ky"

    refused = browser.post(
        form, {"name": "Lan", "email": "lan@example.vn", "phone": "12345"}, page=form
    )

    assert refused.status_code == 422
    assert 'id="phone-error"' in refused.text
    assert "ví dụ: 0912 345 678" in refused.text
    assert world.sign_ins == {}


def test_leaving_the_waitlist_promises_nobody_a_place(signed_in, world):
    browser, event = signed_in(), world.add()
    lan = world.people["lan@example.vn"]
    waiting = world.register(event, lan, "Lan", status="waitlisted", position=3)

    done = browser.post(f"/toi/ve/{waiting['id']}/huy")
    page = browser.get(done.location).text

    assert "Bạn đã rời danh sách chờ" in page
    assert "chỗ này sẽ dành cho" not in page


def test_giving_up_a_place_says_who_gets_it(signed_in, world):
    browser, event = signed_in(), world.add()
    mine = world.register(event, world.people["lan@example.vn"], "Lan")

    done = browser.post(f"/toi/ve/{mine['id']}/huy")

    assert "chỗ này sẽ dành cho người tiếp theo" in browser.get(done.location).text


def test_what_was_given_up_before_is_not_given_up_again(signed_in, world):
    browser, event = signed_in(), world.add()
    mine = world.register(event, world.people["lan@example.vn"], "Lan", status="cancelled")
    path = f"/toi/ve/{mine['id']}/huy"

    assert browser.get(path).location == f"/toi/ve/{mine['id']}"
    done = browser.post(path)
    assert "đã hủy từ trước" in browser.get(done.location).text


@pytest.mark.parametrize("status", ["cancelled", "confirmed", "waitlisted"])
def test_a_ticket_of_a_cancelled_event_says_so_and_why(signed_in, world, status):
    """Also before registrations has heard of it."""
    browser = signed_in()
    event = world.add(status="cancelled", reason={"vi": "Bão số 5", "en": None})
    mine = world.register(event, world.people["lan@example.vn"], "Lan", status=status)

    page = browser.get(f"/toi/ve/{mine['id']}").text

    assert "Sự kiện này đã hủy." in page
    assert "Bão số 5" in page
    assert "đăng ký lại" not in page
    assert "K7MQ" not in page
    assert "big-number" not in page
    assert f"/toi/ve/{mine['id']}/huy" not in page


@pytest.mark.parametrize(("closes", "offered"), [("2026-03-25", True), ("2026-03-09", False)])
def test_a_cancelled_registration_offers_another_only_while_there_can_be_one(
    signed_in, world, closes, offered
):
    browser = signed_in()
    event = world.add(registration_closes_at=f"{closes}T07:00:00Z")
    mine = world.register(event, world.people["lan@example.vn"], "Lan", status="cancelled")

    page = browser.get(f"/toi/ve/{mine['id']}").text

    assert "Đăng ký này đã hủy, nên không còn vé." in page
    assert ("bạn có thể đăng ký lại" in page) == offered

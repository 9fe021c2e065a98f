"""What a person sees of a registration that waits, is offered a place or was declined, and why there is no place."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tests.service.web.fakes import NOW, iso
from tests.service.web.seats_fakes import KEPT, quota


@pytest.fixture
def lan(signed_in):
    return signed_in("lan@example.vn")


@pytest.fixture
def mine(world, lan):
    """Her registration for an event, with a status."""
    me = world.person("lan@example.vn")

    def make(status: str, **more):
        return world.register(world.add(), me, "Nguyễn Thị Lan", status=status, **more)

    return make


def test_who_waits_for_approval_reads_so(lan, mine):
    one = mine("pending")

    shown = lan.get(f"/toi/ve/{one['id']}").text

    assert "Đăng ký của bạn chờ duyệt" in shown
    assert "đã hủy" not in shown
    assert "Chờ duyệt" in lan.get("/toi").text
    assert "Đăng ký của bạn chờ duyệt" in lan.get(f"/su-kien/{one['event_id']}").text
    done = lan.post(f"/toi/ve/{one['id']}/huy", page=f"/toi/ve/{one['id']}/huy")
    assert (done.status_code, one["status"]) == (303, "cancelled")


def test_a_place_that_is_held_is_taken_before_its_time(lan, mine):
    one = mine("held", held_until=iso(NOW + timedelta(hours=5)))
    page = f"/toi/ve/{one['id']}"

    shown = lan.get(page).text
    assert "Chỗ này giữ cho bạn đến 14:00, thứ Ba, 10/03/2026" in shown
    assert "Nhận chỗ trước 14:00" in shown
    assert "Nhận chỗ trước 14:00, 10/03/2026" in lan.get("/toi").text

    assert lan.post(f"{page}/nhan-cho", page=page).status_code == 303
    taken = lan.get(page).text
    assert "Bạn đã có chỗ" in taken
    assert "Mã vào cửa" in taken
    assert lan.post(f"{page}/nhan-cho", page="/toi/ho-so").status_code == 303
    assert 'class="flash' not in lan.get(page).text


def test_a_place_that_is_not_held_any_longer_says_so(lan, mine):
    one = mine("held", held_until=iso(NOW))
    page = f"/toi/ve/{one['id']}"

    lan.post(f"{page}/nhan-cho", page=page)

    assert "Chỗ này đã chuyển cho người tiếp theo" in lan.get(page).text


def test_a_place_that_is_held_is_passed_on(lan, mine):
    one = mine("held", held_until=iso(NOW + timedelta(hours=5)))
    page = f"/toi/ve/{one['id']}/huy"

    assert "Nhường chỗ này?" in lan.get(page).text
    lan.post(page, page=page)

    assert one["status"] == "cancelled"
    assert "Bạn đã nhường chỗ" in lan.get("/toi").text


def test_who_was_declined_reads_the_reason(lan, mine):
    one = mine("declined", why="Buổi này dành cho <b>hộ kinh doanh</b>")

    shown = lan.get(f"/toi/ve/{one['id']}").text

    assert "Buổi này dành cho &lt;b&gt;hộ kinh doanh" in shown
    assert "bạn có thể đăng ký lại" in shown
    assert "Đã qua hoặc đã hủy" in lan.get("/toi").text


def test_the_place_in_line_looks_again_by_itself_or_by_a_link(lan, mine, world):
    one = mine("waitlisted", position=3)
    world.offers[one["event_id"]] = {"why": KEPT}
    page = f"/toi/ve/{one['id']}"

    shown = lan.get(page).text
    assert f'hx-get="{page}/vi-tri"' in shown
    assert "Xem lại vị trí (đã xem lúc 09:00)" in shown
    assert KEPT in shown

    one["position"] = 2
    part = lan.get(f"{page}/vi-tri")
    assert '<p class="big-number">2</p>' in part.text
    assert "<html" not in part.text
    one.update(status="confirmed", position=None)
    assert lan.get(f"{page}/vi-tri").headers["HX-Refresh"] == "true"


def test_the_place_in_line_is_the_persons_own(mine, signed_in):
    one = mine("waitlisted", position=3)
    other = signed_in("khac@example.vn")

    for path in ("vi-tri", "ve-moi"):
        assert other.get(f"/toi/ve/{one['id']}/{path}").status_code == 404
    for path in ("nhan-cho", "ve-moi"):
        assert other.post(f"/toi/ve/{one['id']}/{path}", page="/toi/ho-so").status_code == 404


def test_a_new_ticket_is_asked_for_and_told(lan, mine):
    one = mine("confirmed")
    page = f"/toi/ve/{one['id']}"

    assert f'href="{page}/ve-moi"' in lan.get(page).text
    assert "Vé cũ hết hiệu lực ngay" in lan.get(f"{page}/ve-moi").text
    lan.post(f"{page}/ve-moi", page=f"{page}/ve-moi")

    assert one["issue"] == 2
    assert "Đây là vé mới của bạn" in lan.get(page).text


def test_why_there_is_no_place_stands_on_the_event_and_where_one_registers(browser, world):
    event = world.add()
    world.offers[event["id"]] = {"quotas": [quota()], "why": KEPT, "approval": True}

    for path in ("", "/dang-ky"):
        shown = browser.get(f"/su-kien/{event['id']}{path}").text
        assert KEPT in shown
        assert "Ban tổ chức duyệt từng đăng ký" in shown


def test_an_event_whose_places_are_simple_needs_no_more_words(browser, world):
    event = world.add()

    assert 'class="sub why"' not in browser.get(f"/su-kien/{event['id']}").text


@pytest.mark.parametrize("waitlist", [True, False])
def test_where_only_kept_places_are_left_one_may_still_ask(browser, world, waitlist):
    """Whoever they are kept for has one; who has registered is not counted with those that are kept."""
    event = world.add(waitlist=waitlist, seats={"left": 20, "capacity": 200})
    world.offers[event["id"]] = {"quotas": [quota()], "why": "20 chỗ giữ cho Hội LHPN phường."}

    shown = browser.get(f"/su-kien/{event['id']}").text

    assert "Hết chỗ tự do, còn chỗ giữ riêng" in shown
    assert "Đã đăng ký 180/200." in shown
    assert f'href="/su-kien/{event["id"]}/dang-ky"' in shown
    assert '<form method="post" novalidate>' in browser.get(f"/su-kien/{event['id']}/dang-ky").text

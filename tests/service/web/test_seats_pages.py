"""The places of an event for its organiser: who has them, for whom some are kept, who waits and why."""

from __future__ import annotations

import html
import re
from typing import Any

import pytest

from tests.service.web.fakes import NOW, ORGANISATION, UNION, WOMEN, iso, new_id
from tests.service.web.filling import Filled
from tests.service.web.seats_fakes import KEPT, entry, quota


@pytest.fixture
def event(world):
    return world.add(seats={"left": 34, "waitlist_length": 0, "state": "open", "capacity": 200})


@pytest.fixture
def page(event):
    return f"/to-chuc/su-kien/{event['id']}/cho"


def people(world, event, *names: str, **more: Any) -> list[dict[str, Any]]:
    return [
        world.register(event, world.person(f"{new_id()}@example.vn"), name, **more)
        for name in names
    ]


def text_of(page: str) -> str:
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", page)).split())


def sent(world, method: str, end: str) -> list[Any]:
    return [what for how, path, what in world.sent if how == method and path.endswith(end)]


def test_the_page_says_how_the_capacity_is_used(organiser, world, event, page):
    world.offers[event["id"]] = {"quotas": [quota()], "held": 2, "why": KEPT}

    shown = organiser.get(page)
    text = text_of(shown.text)

    assert KEPT in text
    assert "Có chỗ 166 Đang mời nhận chỗ 2 Giữ theo phân bổ 18 Còn tự do 14 Sức chứa 200" in text
    assert "1. Hội LHPN phường thành viên Hội LHPN phường An Đông 20 0 20 00:00, 20/03/2026" in text
    assert shown.headers["Cache-Control"] == "no-store"


def test_who_waits_stands_in_order_with_a_way_to_why(organiser, world, event, page):
    second, first = people(world, event, "Người Thứ Hai", "Người Thứ Nhất", status="waitlisted")
    second["position"], first["position"] = 2, 1

    shown = organiser.get(page).text

    assert shown.index("Người Thứ Nhất") < shown.index("Người Thứ Hai")
    assert f'href="{page}/nhat-ky?nguoi={first["id"]}"' in shown


def test_more_seats_are_given_at_once(organiser, world, event, page):
    done = organiser.post(f"{page}/suc-chua", {"capacity": "250", "was": "200"}, page=page)

    assert done.status_code == 303
    assert sent(world, "PATCH", event["id"]) == [{"capacity": 250, "was": 200}]
    assert "Đã đổi sức chứa" in organiser.get(page).text


def test_a_cut_names_who_would_lose_and_asks_to_confirm_exactly_these(
    organiser, world, page, event
):
    event |= {"capacity": 3, "seats": {"left": 0}}
    first, second, third = people(world, event, "An Một", "Bình Hai", "Chi Ba")

    asked = organiser.post(f"{page}/suc-chua", {"capacity": "1", "was": "3"}, page=page)

    assert asked.status_code == 409
    text = text_of(asked.text)
    assert "2 người đăng ký sau cùng sẽ mất chỗ: Chi Ba Bình Hai" in text
    assert "An Một" not in text
    assert {one["status"] for one in (first, second, third)} == {"confirmed"}
    named = re.findall(r'name="losing" value="([^"]+)"', asked.text)
    assert named == [third["id"], second["id"]]

    body = {"capacity": "1", "was": "3", "losing": named}
    done = organiser.post(f"{page}/suc-chua", body, page=page)

    assert done.status_code == 303
    assert [one["status"] for one in (first, second, third)] == [
        "confirmed",
        "waitlisted",
        "waitlisted",
    ]
    assert "2 người mất chỗ và đang được báo" in organiser.get(page).text


def test_who_confirms_a_list_that_has_changed_is_asked_again(organiser, world, page, event):
    event |= {"capacity": 2, "seats": {"left": 0}}
    first, _second = people(world, event, "An Một", "Bình Hai")

    body = {"capacity": "1", "was": "2", "losing": [first["id"]]}
    asked = organiser.post(f"{page}/suc-chua", body, page=page)

    assert asked.status_code == 409
    assert "danh sách này đã khác" in asked.text
    assert "Bình Hai" in asked.text
    assert first["status"] == "confirmed"


def test_a_cut_below_those_who_came_in_says_how_low_it_can_go(organiser, world, page, event):
    event |= {"capacity": 2, "seats": {"left": 0}}
    people(world, event, "An Một", "Bình Hai", checked_in_at=iso(NOW))
    people(world, event, "Chi Ba")
    event["capacity"] = 3

    asked = organiser.post(f"{page}/suc-chua", {"capacity": "1", "was": "3"}, page=page)

    assert asked.status_code == 422
    assert "Không giảm xuống dưới 2 được" in asked.text


def test_the_small_form_of_the_overview_leads_to_the_page(organiser, event):
    overview = f"/to-chuc/su-kien/{event['id']}"

    refused = organiser.post(
        f"{overview}/suc-chua", {"capacity": "10", "was": "200"}, page=overview
    )

    assert f'href="{overview}/cho?suc-chua=10"' in refused.text
    assert 'value="10"' in organiser.get(f"{overview}/cho?suc-chua=10").text


def test_rules_are_kept_and_wrong_minutes_are_said(organiser, world, event, page):
    done = organiser.post(f"{page}/quy-tac", {"approval": "1", "hold_minutes": "60"}, page=page)
    assert done.status_code == 303
    assert sent(world, "PATCH", "/rules") == [{"approval": True, "hold_minutes": 60}]
    assert 'value="60"' in organiser.get(page).text

    for wrong in ("0", "1,5", "x", "20161"):
        refused = organiser.post(f"{page}/quy-tac", {"hold_minutes": wrong}, page=page)
        assert refused.status_code == 422, wrong
        assert "từ 1 đến 20160" in refused.text

    organiser.post(f"{page}/quy-tac", {"hold_minutes": ""}, page=page)
    assert sent(world, "PATCH", "/rules")[-1] == {"approval": False, "hold_minutes": None}


def test_quotas_are_typed_in_rows_and_keep_their_ids(organiser, world, event, page):
    kept = quota(seats=5, left=5)
    world.offers[event["id"]] = {"quotas": [kept]}
    shown = Filled(organiser.get(f"{page}/phan-bo").text).typed

    shown |= {
        "quotas.1.whom": "first_timers",
        "quotas.1.seats": "7",
        "quotas.1.release_at": "2026-03-20T17:00",
    }
    done = organiser.client.post(f"{page}/phan-bo", data=shown)

    assert done.status_code == 303, done.text
    (saved,) = sent(world, "PUT", "/quotas")
    first, second = saved["quotas"]
    assert (first["id"], first["seats"], first["organisation_id"]) == (kept["id"], 5, WOMEN["id"])
    assert first["release_at"] == "2026-03-19T17:00:00Z"
    assert second == {
        "name": {"vi": "Người đến lần đầu"},
        "seats": 7,
        "release_at": "2026-03-20T10:00:00Z",
        "first_timers": True,
    }


def test_rows_of_quotas_are_added_cleared_and_moved_without_scripts(organiser, world, event, page):
    world.offers[event["id"]] = {
        "quotas": [quota(seats=5), quota(seats=6, organisation_id=UNION["id"])]
    }
    typed = Filled(organiser.get(f"{page}/phan-bo").text).typed

    def press(**button: str) -> dict[str, str]:
        answer = organiser.client.post(f"{page}/phan-bo", data=typed | button)
        assert answer.status_code == 200
        return Filled(answer.text).typed

    moved = press(up="quotas.1")
    assert [moved[f"quotas.{row}.seats"] for row in (0, 1)] == ["6", "5"]
    assert moved["quotas.0.whom"] == f"organisation_id:{UNION['id']}"
    cleared = press(clear="quotas.0")
    assert cleared["quotas.0.seats"] == "6"
    assert "quotas.3.seats" in press(add="quotas")
    assert press(up="quotas.0")["quotas.0.seats"] == "5"
    assert press(up="x.y")["quotas.0.seats"] == "5"
    assert sent(world, "PUT", "/quotas") == []


def test_what_is_wrong_with_a_quota_is_said_at_its_row(organiser, event, page):
    typed = {"quotas.0.seats": "x", "quotas.3.seats": "5", "quotas.3.whom": "organisation_id:none"}

    refused = organiser.post(f"{page}/phan-bo", typed, page=f"{page}/phan-bo")

    assert refused.status_code == 422
    for field in ("quotas.0.whom", "quotas.0.seats", "quotas.1.whom"):
        assert f'href="#{field}"' in refused.text
        assert f'id="{field}-error"' in refused.text


def test_quotas_that_keep_too_much_are_refused_in_words(organiser, world, event, page):
    world.away_at = f"/v1/offers/{event['id']}/quotas"
    typed = {"quotas.0.seats": "5", "quotas.0.whom": "first_timers"}

    away = organiser.post(f"{page}/phan-bo", typed, page=f"{page}/phan-bo")

    assert away.status_code == 503
    assert 'value="5"' in away.text


def test_several_are_approved_at_once_and_it_is_said_what_they_got(organiser, world, event, page):
    event |= {"capacity": 1, "seats": {"left": 1}}
    one, other, third = people(world, event, "An Một", "Bình Hai", "Chi Ba", status="pending")
    url = f"{page}/duyet"
    shown = organiser.get(url).text
    assert "Điều sẽ xảy ra" in shown
    assert "3 người chờ duyệt" in shown

    done = organiser.post(url, {"chosen": [one["id"], other["id"]], "approve": "1"}, page=url)

    assert done.status_code == 303
    assert one["status"] == other["status"] == "confirmed"
    assert third["status"] == "pending"
    assert "Đã ghi: 2 người có chỗ." in text_of(organiser.get(url).text)


def test_who_is_declined_needs_a_reason_and_somebody_chosen(organiser, world, event, page):
    (one,) = people(world, event, "An Một", status="pending")
    url = f"{page}/duyet"

    refused = organiser.post(url, {"chosen": [one["id"]], "decline": "1", "reason": " "}, page=url)
    assert refused.status_code == 422
    assert "Xin nêu lý do" in refused.text
    assert re.search(rf'value="{one["id"]}" checked', refused.text)
    none = organiser.post(url, {"approve": "1"}, page=url)
    assert "Xin chọn ít nhất một người." in none.text

    body = {"chosen": [one["id"]], "decline": "1", "reason": "Buổi này dành cho hộ kinh doanh"}
    organiser.post(url, body, page=url)
    assert (one["status"], one["why"]) == ("declined", "Buổi này dành cho hộ kinh doanh")
    assert "1 người không được duyệt" in organiser.get(url).text


def test_a_registration_of_another_event_is_not_decided_here(organiser, world, event, page):
    (other,) = people(world, world.add(), "Người Khác", status="pending")
    url = f"{page}/duyet"
    world.offers[event["id"]] = {"approval": True}
    people(world, event, "An Một", status="pending")

    organiser.post(url, {"chosen": [other["id"]], "approve": "1"}, page=url)

    assert other["status"] == "pending"
    assert "đã được xử lý từ trước" in organiser.get(url).text


def test_the_log_tells_why_somebody_waits(organiser, world, event, page):
    (one,) = people(world, event, "Chi Ba", status="waitlisted", position=3)
    kept = [{"name": {"vi": "Hội LHPN phường"}, "left": 12, "until": "2026-03-19T10:00:00+00:00"}]
    world.seat_logs[event["id"]] = [
        entry("resized", by=new_id(), details={"from": 100, "to": 200}),
        entry("registered", one, details={"position": 3, "kept": kept}),
    ]

    own = text_of(organiser.get(f"{page}/nhat-ky?nguoi={one['id']}").text)
    everybody = text_of(organiser.get(f"{page}/nhat-ky").text)

    assert "Vị trí chờ: 3" in own
    assert (
        "09:00, 10/03/2026 · người đăng ký Đăng ký. Xếp thứ 3 trong danh sách chờ vì hết chỗ tự do. "
        "Lúc đó còn giữ: 12 chỗ cho Hội LHPN phường đến 17:00, 19/03/2026."
    ) in own
    assert "Sức chứa đổi" not in own
    assert "ban tổ chức Sức chứa đổi từ 100 thành 200." in everybody
    assert "Chi Ba : Đăng ký." in everybody


def test_each_thing_that_happens_has_its_words(organiser, world, event, page):
    (one,) = people(world, event, "An Một")
    kept = quota()
    world.offers[event["id"]] = {"quotas": [kept]}
    said = {
        "Đăng ký. Chỗ thuộc phần giữ cho Hội LHPN phường.": entry("registered", one, quota_id=kept["id"]),
        "Đăng ký. Chờ ban tổ chức duyệt.": entry("registered", one, status="pending"),
        "Đến lượt và được mời nhận chỗ. Chỗ thuộc phần tự do.": entry("promoted", one, status="held", by=None),
        "Đến lượt và có chỗ.": entry("promoted", one, by=None, quota_id=new_id()),
        "Không được duyệt. Lý do: 100% kín": entry("declined", one, reason="100% kín"),
        "Tự hủy đăng ký.": entry("cancelled", one, reason="own-wish"),
        "Ban tổ chức hủy đăng ký.": entry("cancelled", one, reason="organiser"),
        "Mất chỗ vì sức chứa giảm. Đăng ký kết thúc.": entry("lost-seat", one, status="cancelled"),
        "Mất chỗ vì sức chứa giảm. Vào danh sách chờ vì hết chỗ tự do.": entry("lost-seat", one, status="waitlisted"),
        "something-new": entry("something-new", one),
    }  # fmt: skip
    world.seat_logs[event["id"]] = list(said.values())

    text = text_of(organiser.get(f"{page}/nhat-ky").text)

    for words in said:
        assert words in text
    assert "theo quy tắc" in text


def test_the_log_finds_people_by_name_and_comes_in_pages(organiser, world, event, page):
    (one,) = people(world, event, "Chi Ba")
    world.seat_logs[event["id"]] = [entry("checked-in", one)] * 60

    found = organiser.get(f"{page}/nhat-ky?q=chi").text
    assert f'href="{page}/nhat-ky?nguoi={one["id"]}"' in found
    assert "Không có ai khớp" in organiser.get(f"{page}/nhat-ky?q=zzz").text
    following = re.search(r'href="(\?[^"]*cursor=[^"]+)"', organiser.get(f"{page}/nhat-ky").text)[1]
    second = organiser.get(f"{page}/nhat-ky{html.unescape(following)}").text
    assert second.count("Điểm danh vào cửa.") == 10
    assert organiser.get(f"{page}/nhat-ky?nguoi=x").status_code == 200


def test_a_registration_of_another_event_is_not_in_the_log(organiser, world, event, page):
    (other,) = people(world, world.add(), "Người Khác")

    assert organiser.get(f"{page}/nhat-ky?nguoi={other['id']}").status_code == 404


@pytest.mark.parametrize("role", ["officer", "leader", "member"])
def test_these_pages_are_the_organisers(signed_in, world, page, role):
    held = {"organisation": ORGANISATION, "role": role, "event_id": None}
    world.person("vai@example.vn", memberships=[held])
    browser = signed_in("vai@example.vn")

    for path in ("", "/phan-bo", "/duyet", "/nhat-ky"):
        assert browser.get(page + path).status_code == 404
    for path in ("/suc-chua", "/quy-tac", "/phan-bo", "/duyet"):
        assert browser.post(page + path, {"capacity": "1"}, page="/toi").status_code == 404


def test_a_draft_has_no_places_yet(organiser, world):
    draft = world.add(status="draft", seats=None)

    assert organiser.get(f"/to-chuc/su-kien/{draft['id']}/cho").status_code == 303


def test_hostile_names_and_reasons_are_text(organiser, world, event, page):
    hostile = "<script>alert(1)</script>"
    people(world, event, hostile, status="pending")
    (waits,) = people(world, event, hostile, status="waitlisted", position=1)
    world.offers[event["id"]] = {"quotas": [quota(name={"vi": hostile})], "why": hostile}
    world.seat_logs[event["id"]] = [entry("declined", waits, reason=hostile)]

    for path in ("", "/duyet", "/nhat-ky", "/phan-bo"):
        assert "<script>alert" not in organiser.get(page + path).text


def test_a_cut_below_what_is_kept_is_said_before_anybody_is_named(organiser, world, event, page):
    """How far one can go stands beside the field; who tries it all the same reads why, with what was typed."""
    world.offers[event["id"]] = {"quotas": [quota()]}
    people(world, event, "Trần Thị Được Mời")

    assert "Đang giữ 20 chỗ theo phân bổ, nên lúc này không giảm xuống dưới 186" in text_of(
        organiser.get(page).text
    )
    refused = organiser.post(f"{page}/suc-chua", {"capacity": "100", "was": "200"}, page=page)

    assert refused.status_code == 422
    assert 'id="capacity-error"' in refused.text
    assert "Các đơn vị được giữ 20 chỗ nhưng chỉ còn 0 chỗ trống" in text_of(refused.text)
    assert 'value="100"' in refused.text
    assert "Trần Thị Được Mời" not in refused.text
    assert world.events[event["id"]]["capacity"] == 200

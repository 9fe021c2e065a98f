"""The history of an event: who did what, when and why, in words, and who was told because of it."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from typing import Any

import pytest

from tests.service.web.fakes import KINDS, NOW, ORGANISATION, UNION, WOMEN, iso, new_id


def change(action: str, *, minutes: int = 0, **more: Any) -> dict[str, Any]:
    """So many minutes ago."""
    return {
        "id": new_id(), "version": 1, "at": iso(NOW - timedelta(minutes=minutes)), "person_id": None, "action": action, "fields": {},
        "reason": None, "told": [],
    } | more  # fmt: skip


def told(type_: str) -> list[dict[str, str]]:
    return [{"type": type_, "id": new_id()}]


def delivery(template: str, status: str, at: datetime, channel: str = "email") -> dict[str, Any]:
    return {
        "id": new_id(), "recipient_kind": "person", "template": template, "channel": channel, "status": status, "attempts": [],
        "created_at": iso(at),
    }  # fmt: skip


def cards(page: str) -> list[str]:
    """The text of each change."""
    found = re.findall(
        r'<li class="card">(.*?)</li>\s*(?=<li class="card">|</ol>)', page, re.DOTALL
    )
    return [" ".join(re.sub(r"<[^>]+>", " ", one).split()) for one in found]


@pytest.fixture
def event(world):
    return world.add()


def shown(browser, event, query: str = "") -> list[str]:
    answer = browser.get(f"/to-chuc/su-kien/{event['id']}/lich-su{query}")
    assert answer.status_code == 200, answer.text
    return cards(answer.text)


def test_each_change_says_what_when_why_and_who(organiser, world, event):
    me = world.people["ban-to-chuc@example.vn"]
    role = {"organisation": ORGANISATION, "role": "organiser", "event_id": None}
    colleague = world.person("dong@example.vn", name="Lê Đồng Nghiệp", memberships=[role])
    world.histories[event["id"]] = [
        change("cancelled", person_id=me["id"], reason={"vi": "Bão số 5", "en": None}),
        change("published", minutes=60, person_id=colleague["id"]),
        change("edited", minutes=61, person_id=new_id()),
        change("drafted", minutes=120),
    ]

    newest, published, edited, first = shown(organiser, event)

    assert newest.startswith("Hủy sự kiện Thứ Ba, 10/03/2026, 09:00 · Bạn Lý do: Bão số 5")
    assert "Công bố" in published
    assert "Lê Đồng Nghiệp (ban tổ chức)" in published
    assert "Một người của ban tổ chức" in edited
    assert "Hệ thống" in first


def test_fields_are_named_and_said_in_words(organiser, world, event):
    world.histories[event["id"]] = [
        change(
            "edited",
            fields={
                "title": [{"vi": "Cũ", "en": None}, {"vi": "Mới", "en": "New"}],
                "summary": [{"vi": "A", "en": "Same"}, {"vi": "B", "en": "Same"}],
                "starts_at": ["2026-03-26T07:00:00+00:00", "2026-03-27T07:00:00+00:00"],
                "capacity": [None, 200],
                "waitlist": [False, True],
                "participants": [[UNION["id"]], [UNION["id"], WOMEN["id"], new_id()]],
                "kind_key": [KINDS[0]["key"], KINDS[2]["key"]],
                "venue": [{"name": "Nhà văn hóa", "room": None}, {"name": "Hội trường", "address": "12 Lê Lợi"}],
                "languages": [["vi"], ["vi", "en"]],
                "attendance_mode": ["offline", "mixed"],
                "document": [None, {"number": "12/KH", "date": "2026-02-01"}],
                "agenda": [[{"title": {"vi": "A"}, "room": "1"}], [{"title": {"vi": "A"}, "room": "2"}]],
                "published_at": [None, iso(NOW)],
                "status": ["draft", "published"],
            },
        )
    ]  # fmt: skip

    (text,) = shown(organiser, event)

    for words in (
        "Tên sự kiện trước: Cũ sau: Mới / New",
        "Tóm tắt trước: A sau: B",
        "Bắt đầu trước: 14:00, 26/03/2026 sau: 14:00, 27/03/2026",
        "Sức chứa trước: chưa có sau: 200",
        "Danh sách chờ trước: không sau: có",
        "trước: Đoàn phường An Đông sau: Đoàn phường An Đông, Hội LHPN phường An Đông, một đơn vị khác",
        "trước: Đối thoại với doanh nghiệp trẻ sau: Tập huấn",
        "Địa điểm trước: Nhà văn hóa sau: Hội trường, 12 Lê Lợi",
        "trước: Tiếng Việt sau: Tiếng Việt, Tiếng Anh",
        "trước: trực tiếp sau: trực tiếp và trực tuyến",
        "trước: chưa có sau: 12/KH, 01/02/2026",
        "Chương trình trước: A sau: đã sửa chi tiết bên trong",
    ):
        assert words in text
    assert "published" not in text


def test_of_a_long_text_the_part_that_differs_is_shown(organiser, world, event):
    same = "Giống nhau. " * 100
    fields = {"description": [{"vi": same + "Cũ"}, {"vi": same + "Mới"}]}
    world.histories[event["id"]] = [change("edited", fields=fields)]

    (text,) = shown(organiser, event)

    assert re.search(r"trước: ….* Cũ sau: ….* Mới", text)
    assert len(text) < 400


def test_hostile_texts_of_a_history_are_text(organiser, world, event):
    hostile = "<script>alert(1)</script>"
    fields = {"title": [{"vi": hostile}, {"vi": "x"}], hostile: [hostile, 1]}
    world.histories[event["id"]] = [change(hostile, fields=fields, reason={"vi": hostile})]

    page = organiser.get(f"/to-chuc/su-kien/{event['id']}/lich-su").text

    assert "<script>alert" not in page
    assert page.count("&lt;script&gt;alert(1)") == 5


def test_notices_are_counted_with_the_change_that_caused_them(organiser, world, event):
    """Two moves, an hour apart; a text that was edited between told nobody."""
    moved = {"starts_at": [None, iso(NOW)]}
    world.histories[event["id"]] = [
        change("rescheduled", minutes=10, fields=moved, told=told("event.changed")),
        change("edited", minutes=30, fields={"title": [{"vi": "a"}, {"vi": "b"}]}, told=told("event.changed")),
        change("rescheduled", minutes=70, fields=moved, told=told("event.changed")),
    ]  # fmt: skip
    late, early = NOW - timedelta(minutes=9), NOW - timedelta(minutes=25)
    world.deliveries = [
        delivery("event-changed", "delivered", late),
        delivery("event-changed", "delivered", late),
        delivery("event-changed", "permanent-failure", late),
        delivery("event-changed", "delivered", late, "inbox"),
        delivery("registration-confirmed", "delivered", late),
        delivery("event-changed", "temporary-failure", early),
        delivery("event-changed", "superseded", early),
    ]

    last, edited, first = shown(organiser, event)

    assert "Báo đổi lịch (thư điện tử) 2 đã gửi 1 không gửi được" in last
    assert "Báo đổi lịch (hộp thư trên trang này) 1 đã gửi" in last
    assert "Không có tin nào được gửi" in edited
    assert "1 đang chờ 1 không cần gửi" in first
    assert "Xác nhận có chỗ" not in last


def test_a_longer_history_comes_in_pages_that_count_each_notice_once(organiser, world, event):
    old = change("postponed", minutes=9000, told=told("event.postponed"))
    new = change("postponed", minutes=10, told=told("event.postponed"))
    between = [change("edited", minutes=100 + n) for n in range(24)]
    world.histories[event["id"]] = [new, *between, old]
    world.deliveries = [
        delivery("event-postponed", "delivered", NOW - timedelta(minutes=9)),
        delivery("event-postponed", "delivered", NOW - timedelta(minutes=8999)),
    ]

    page = organiser.get(f"/to-chuc/su-kien/{event['id']}/lich-su").text
    following = re.search(r'href="(\?cursor=[^"]+)"', page)[1].replace("&amp;", "&")
    (second,) = shown(organiser, event, following)

    assert len(cards(page)) == 25
    assert "1 đã gửi" in cards(page)[0]
    assert "1 đã gửi" in second
    assert shown(organiser, event, following.split("&")[0] + "&truoc=x")


def test_leaders_see_it_without_names_and_counts_and_nobody_else_does(
    signed_in, organiser, world, event
):
    for role in ("leader", "officer"):
        held = {"organisation": ORGANISATION, "role": role, "event_id": None}
        world.person(f"{role}@example.vn", name=role, memberships=[held])
    me = world.people["ban-to-chuc@example.vn"]
    world.histories[event["id"]] = [
        change("cancelled", person_id=me["id"], told=told("event.cancelled"))
    ]
    path = f"/to-chuc/su-kien/{event['id']}"

    leader = signed_in("leader@example.vn")
    (text,) = shown(leader, event)
    assert "Một người của ban tổ chức" in text
    assert "Những người liên quan đã được báo." in text
    assert f'href="{path}/lich-su"' in leader.get(path).text
    officer = signed_in("officer@example.vn")
    assert officer.get(f"{path}/lich-su").status_code == 404
    assert "lich-su" not in officer.get(path).text
    assert signed_in().get(f"{path}/lich-su").status_code == 404


def test_it_is_kept_in_no_browser_and_empty_it_leads_back(organiser, event):
    answer = organiser.get(f"/to-chuc/su-kien/{event['id']}/lich-su")

    assert answer.headers["Cache-Control"] == "no-store"
    assert "Chưa có thay đổi nào được ghi lại" in answer.text
    assert "Về trang sự kiện" in answer.text


def test_it_stands_while_notifications_and_community_are_away(organiser, world, event):
    world.histories[event["id"]] = [change("published", person_id=new_id())]
    world.away = {"notifications", "community"}

    assert "Công bố" in shown(organiser, event)[0]


def test_a_history_takes_the_same_few_questions_however_long(organiser, world, event):
    def asked(changes: list[dict[str, Any]]) -> int:
        world.histories[event["id"]] = changes
        world.asked.clear()
        shown(organiser, event)
        return len(world.asked)

    many = [change("published", person_id=new_id(), told=told("partner.invited"))] * 25
    assert asked([change("drafted")]) == asked(many) == 4

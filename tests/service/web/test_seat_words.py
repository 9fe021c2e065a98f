"""What the organiser reads of seats: everything that registrations writes down has words, and every seat is counted as what it is."""

from __future__ import annotations

from typing import Any

import pytest

from services.registrations.models import What
from tests.service.web.fakes import NOW, iso, new_id
from tests.service.web.seats_fakes import entry, quota
from tests.service.web.test_seats_pages import event, page, people, text_of  # noqa: F401

TERMS = {"nomination_id": new_id(), "seats": 3, "deadline": "2026-03-19T10:00:00+00:00"}
DETAILS: dict[What, dict[str, Any]] = {
    What.RESIZED: {"from": 1, "to": 2},
    What.ANSWERS_REMOVED: {"registrations": 3},
    What.CONTACTS_REMOVED: {"nominees": 3},
    What.NOMINATION_OPENED: TERMS,
    What.NOMINATION_CHANGED: TERMS,
}


@pytest.mark.parametrize("what", What)
def test_whatever_is_written_down_has_words(organiser, world, event, page, what):  # noqa: F811
    """No key of the programme stands among the sentences."""
    world.seat_logs[event["id"]] = [entry(what, details=DETAILS.get(what), reason="x")]

    shown = organiser.get(f"{page}/nhat-ky").text
    said = text_of(shown[shown.index('<ol class="story">') : shown.index("</ol>")])

    assert what.value not in said
    assert "None" not in said


def test_lists_and_nominations_are_told_of(organiser, world, event, page):  # noqa: F811
    """How somebody came to wait who stood on a list, who was replaced by a partner, and what was taken away."""
    (one,) = people(world, event, "An Một", status="waitlisted", position=2)
    world.seat_logs[event["id"]] = [
        entry("imported", one, by=new_id(), details={"position": 2, "kept": []}),
        entry("imported", one, by=new_id(), details={"edited": ["name"]}),
        entry("exported", by=new_id(), details={"format": "badges"}),
        entry("exported", by=new_id(), details={"format": "xlsx"}),
        entry("nomination-opened", by=new_id(), details=TERMS),
        entry("cancelled", one, by=new_id(), status="cancelled", reason="replaced"),
        entry("answers-changed", one, by=new_id(), status="confirmed"),
    ]

    text = text_of(organiser.get(f"{page}/nhat-ky").text)

    assert "Đưa vào từ danh sách. Xếp thứ 2 trong danh sách chờ" in text
    assert "Sửa theo danh sách được nhập vào." in text
    assert "In thẻ đại biểu." in text
    assert "Tải danh sách người tham dự về máy." in text
    assert "Mời một đơn vị đề cử 3 người đến 17:00, 19/03/2026." in text
    assert "người đề cử An Một : Nhường chỗ cho người được đề cử thay." in text
    assert "người đăng ký An Một : Sửa câu trả lời." in text


def test_a_seat_that_is_looked_at_again_is_not_one_that_quotas_keep(organiser, world, event, page):  # noqa: F811
    world.offers[event["id"]] = {"quotas": [quota()], "held": 2, "asked_again": 5}

    text = text_of(organiser.get(page).text)

    assert "Đang mời nhận chỗ 2 Giữ khi duyệt lại 5 Giữ theo phân bổ 13 Còn tự do 14" in text


def test_a_cut_that_nobody_can_make_room_for_says_how_low_it_can_go(organiser, world, event, page):  # noqa: F811
    """All who have a seat are inside: there is nobody to name."""
    event |= {"capacity": 2, "seats": {"left": 0}}
    people(world, event, "An Một", "Bình Hai", checked_in_at=iso(NOW))

    asked = organiser.post(f"{page}/suc-chua", {"capacity": "1", "was": "2"}, page=page)

    assert asked.status_code == 422
    assert "Không giảm xuống dưới 2 được" in asked.text

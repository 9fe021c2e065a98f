"""The form that an event is written with: it loses nothing, and says at each field what is wrong with it."""

from __future__ import annotations

import re

import pytest

from tests.service.web.fakes import EMPTY, UNION, WOMEN, event, new_id
from tests.service.web.filling import Filled

NEW = "/to-chuc/su-kien/moi"


RICH = {
    "description": {"vi": "Một\n\nHai\n- ba\n", "en": "One\n\nTwo"},
    "venue": {"name": "Hội trường", "address": None, "area_id": new_id(), "accessibility": None},
    "partners": [WOMEN, UNION],
    "document": None,
}


@pytest.mark.parametrize("changes", [{}, RICH, RICH | {"status": "draft", "seats": None}])
def test_saving_without_a_change_changes_nothing(edit, changes):
    """Whatever is empty, in whatever order, with whatever line breaks: the service is sent nothing at all."""
    form = edit(**changes)

    answer = form.send()

    assert answer.status_code == 303
    assert form.saved is None
    assert "Bạn chưa thay đổi gì" in form.browser.get(answer.location).text


def test_only_what_was_changed_is_sent(edit):
    form = edit(**RICH)

    form.send(**{"title.vi": "Tên khác", "title.en": ""})

    assert form.saved == {"title": {"vi": "Tên khác"}}


def test_an_address_and_an_accessibility_can_be_taken_away(edit):
    form = edit()

    form.send(**{"venue.address": "", "venue.accessibility.vi": " ", "venue.accessibility.en": ""})

    assert form.saved["venue"]["address"] is None
    assert form.saved["venue"]["accessibility"] is None
    assert form.event["venue"]["name"] == event()["venue"]["name"]


def hosts(number):
    return [
        {"role_title": {"vi": f"Chức danh {n}", "en": None}, "note": None, "organisation_id": None}
        for n in range(number)
    ]


@pytest.mark.parametrize(("there", "rows"), [(0, 4), (3, 4), (4, 5), (9, 10), (20, 20)])
def test_every_host_has_a_row_and_there_is_one_more(edit, there, rows):
    page = edit(hosts=hosts(there)).page()

    assert len(re.findall(r'id="hosts\.\d+\.role_title\.vi"', page)) == rows


def test_a_sixth_host_is_kept_and_a_seventh_added(edit):
    form = edit(hosts=hosts(6))

    form.send(**{"hosts.6.role_title.vi": "Người thứ bảy"})

    assert [host["role_title"]["vi"] for host in form.saved["hosts"]] == [
        *(f"Chức danh {n}" for n in range(6)),
        "Người thứ bảy",
    ]


def test_a_host_is_taken_away_by_emptying_the_row(edit):
    form = edit(hosts=hosts(2))

    form.send(**{"hosts.0.role_title.vi": ""})

    assert [host["role_title"]["vi"] for host in form.saved["hosts"]] == ["Chức danh 1"]


@pytest.mark.parametrize("part", ["role_title.en", "note.vi", "note.en"])
def test_a_host_without_a_vietnamese_title_is_an_error_at_its_field(edit, part):
    """What was typed stays, in the row to which the error leads."""
    form = edit(hosts=hosts(1))

    page = form.send(**{f"hosts.2.{part}": "Typed here"})

    assert page.status_code == 422
    assert form.saved is None
    assert 'id="hosts.1.role_title.vi-error"' in page.text
    assert f'name="hosts.1.{part}" type="text" value="Typed here"' in page.text


@pytest.mark.parametrize(
    "name", ["summary", "description", "audience", "venue.accessibility", "hosts.0.note"]
)
def test_a_text_with_only_english_is_an_error_at_its_vietnamese_field(edit, name):
    form = edit()

    page = form.send(**{f"{name}.vi": "", f"{name}.en": "Only English"})

    assert page.status_code == 422
    assert form.saved is None
    assert f'id="{name}.vi-error"' in page.text
    assert "Only English" in page.text


def test_a_reason_with_only_english_is_an_error_too(organiser, world):
    made = world.add()
    path = f"/to-chuc/su-kien/{made['id']}/huy"

    page = organiser.post(path, {"reason.en": "A storm"}, page=path)

    assert page.status_code == 422
    assert 'id="reason.vi-error"' in page.text
    assert made["status"] == "published"


def test_partners_keep_their_order_and_new_ones_come_last(edit, world):
    third = {"id": new_id(), "name": "Hội Doanh nghiệp", "short_name": None}
    world.organisations.insert(0, third)
    form = edit(partners=[WOMEN, UNION])

    form.send(**{f"partner.{third['id']}": "1"})

    assert form.saved == {"partners": [WOMEN["id"], UNION["id"], third["id"]]}


def test_a_partner_that_is_no_more_stays_ticked_until_it_is_unticked(edit, world):
    """One that ended is in no list of today."""
    former = {"id": new_id(), "name": "Đơn vị cũ", "short_name": None}
    form = edit(partners=[former, UNION])

    assert re.search(rf'id="partner.{former["id"]}"[^>]* checked', form.page())
    form.send(**{"title.vi": "Tên khác"})
    assert "partners" not in form.saved
    form.send(**{f"partner.{former['id']}": None})
    assert form.saved["partners"] == [UNION["id"]]


def test_the_form_of_a_published_event_says_who_is_told_of_another_place(edit):
    page = edit().page()

    assert "Nếu bạn đổi nơi tổ chức, phòng hoặc địa chỉ" in page
    assert "166 người đã có chỗ" in page
    assert UNION["name"] in page


def test_the_form_of_a_draft_tells_nobody(edit):
    assert "Ai sẽ được báo" not in edit(status="draft", seats=None).page()


def test_what_may_be_left_out_says_so(organiser):
    page = organiser.get(NEW).text

    for label in ("Tóm tắt", "Nội dung", "Ai nên đến"):
        assert f'{label} <span class="sub">(không bắt buộc)</span>' in page


@pytest.mark.parametrize("zone", ["Nope/Zone", "../etc/passwd", "Asia", "\u0000", "x" * 5000])
def test_a_zone_that_does_not_exist_is_said_at_the_form(edit, zone):
    """What was typed stays in its field, where it can be put right."""
    form = edit(status="draft", seats=None)

    page = form.send(timezone=zone)

    assert page.status_code == 422
    assert 'href="#timezone"' in page.text
    assert 'id="timezone"' in page.text
    assert Filled(page.text).typed["timezone"] == zone


def test_a_zone_that_does_not_exist_is_said_where_an_event_is_moved(organiser, world):
    made = world.add()
    path = f"/to-chuc/su-kien/{made['id']}/doi-lich"

    page = organiser.post(
        path, {"timezone": "Nope/Zone", "starts_at": "2026-04-02T14:00"}, page=path
    )

    assert page.status_code == 422
    assert 'id="timezone"' in page.text


@pytest.mark.parametrize("step", ["sua", "doi-lich"])
def test_a_form_names_the_zone_of_its_times(organiser, world, step):
    status = {"sua": "draft", "doi-lich": "published"}[step]
    there = world.add(timezone="Europe/Paris", status=status)
    at_home = world.add(status=status)

    page = organiser.get(f"/to-chuc/su-kien/{there['id']}/{step}").text

    assert "Theo múi giờ Europe/Paris." in page
    assert 'value="2026-03-26T08:00"' in page
    assert "Theo giờ Việt Nam." not in page
    assert "Theo giờ Việt Nam." in organiser.get(f"/to-chuc/su-kien/{at_home['id']}/{step}").text


MOVED = {"starts_at": "2026-04-02T14:00", "ends_at": "2026-04-02T16:30", "reason.vi": "Trùng lịch"}


@pytest.mark.parametrize(
    ("typed", "sent"), [("", None), ("2026-04-01T17:00", "2026-04-01T10:00:00Z")]
)
def test_the_end_of_registration_moves_along_unless_another_is_typed(organiser, world, typed, sent):
    made = world.add()
    path = f"/to-chuc/su-kien/{made['id']}/doi-lich"
    page = organiser.get(path).text
    assert Filled(page).typed["registration_closes_at"] == ""
    assert "Hiện nay: 14:00, 25/03/2026. Để trống thì hạn dời theo" in page

    organiser.post(path, MOVED | {"registration_closes_at": typed}, page=path)

    assert world.sent[-1][2].get("registration_closes_at") == sent


def test_an_unfinished_draft_is_finished_in_the_form(edit):
    form = edit(**EMPTY)
    times = {
        "starts_at": "2026-05-20T14:00",
        "ends_at": "2026-05-20T16:00",
        "registration_opens_at": "2026-04-20T08:00",
        "registration_closes_at": "2026-05-19T17:00",
    }

    answer = form.send(**times, **{"capacity": "50", "venue.name": "Hội trường"})

    assert answer.status_code == 303
    assert form.event["starts_at"] == "2026-05-20T07:00:00Z"
    assert form.event["capacity"] == 50

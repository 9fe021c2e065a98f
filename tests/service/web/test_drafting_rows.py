"""The parts of an event's form beyond the short way: rows, a venue, a link to join, a programme, a conclusion."""

from __future__ import annotations

import copy
import re
from datetime import date
from uuid import UUID

import pytest

from services.events.models import Programme
from tests.service.web.fakes import (
    CONCLUSION,
    FULL,
    KINDS,
    NOW,
    ORGANISATION,
    UNION,
    WOMEN,
    new_id,
)
from tests.service.web.filling import Filled

DRAFT = {"status": "draft", "seats": None}
NEW = "/to-chuc/su-kien/moi"


@pytest.fixture
def full(edit):
    """The form of an event that holds everything."""
    return lambda **changes: edit(**copy.deepcopy(FULL) | changes)


def rows_of(page, name):
    return len(re.findall(rf'<fieldset class="host"><legend>{name} \d+<', page))


def opened(page, title):
    found = re.search(rf'<details class="part"( open)?><summary><h2>{title}</h2>', page)
    assert found, title
    return bool(found[1])


@pytest.mark.parametrize("changes", [{}, DRAFT, {"status": "completed", "conclusion": CONCLUSION}])
def test_saving_everything_without_a_change_changes_nothing(full, changes):
    form = full(**changes)

    answer = form.send()

    assert answer.status_code == 303
    assert form.saved is None


@pytest.mark.parametrize("changes", [{}, DRAFT])
def test_an_edit_of_one_item_of_the_agenda_sends_only_the_agenda(full, changes):
    form = full(**changes)

    answer = form.send(**{"agenda.1.title.vi": "Phòng cháy và chữa cháy"})

    assert answer.status_code == 303
    assert form.saved.keys() == {"agenda"}
    assert [item["title"]["vi"] for item in form.saved["agenda"]] == [
        "Hóa đơn",
        "Phòng cháy và chữa cháy",
        "Khai mạc",
    ]
    assert form.saved["agenda"][1]["note"] == {"vi": "Có\nthực hành", "en": "With\npractice"}


@pytest.mark.parametrize(
    ("zone", "begins", "sent"),
    [
        ("Asia/Ho_Chi_Minh", "14:30", "2026-03-26T08:45:00Z"),
        ("Europe/Paris", "08:30", "2026-03-26T14:45:00Z"),
    ],
)
def test_times_of_the_agenda_are_those_of_the_zone_of_the_event(full, zone, begins, sent):
    form = full(timezone=zone, ends_at="2026-03-26T16:00:00Z")

    assert f'name="agenda.0.starts_at" type="datetime-local" value="2026-03-26T{begins}"' in form.page()  # fmt: skip
    form.send(**{"agenda.0.ends_at": "2026-03-26T15:45"})

    assert form.saved["agenda"][0]["ends_at"] == sent


@pytest.mark.parametrize(
    ("name", "field", "value"),
    [
        ("speakers", "speakers.1.role_title.vi", "Chuyên gia"),
        ("languages", "language.en", "1"),
        ("attachments", "attachments.0.url", "https://andong.example.vn/moi.pdf"),
        ("cover", "cover.alt.vi", "Chợ"),
        ("contacts", "contacts.0.phone", "028 3835 1111"),
        ("join_url", "join_url", "https://meet.example.vn/khac"),
        ("attendance_mode", "attendance_mode", "online"),
        ("venue", "venue.room", "Phòng C"),
        ("venue", "venue.room_capacity", "60"),
        ("venue", "venue.location.latitude", "10,7"),
        ("co_organisers", f"co_organiser.{UNION['id']}", None),
        ("legal_basis", "legal_basis", "Luật Thanh niên"),
    ],
)
def test_each_part_is_saved_by_itself(full, name, field, value):
    form = full()

    answer = form.send(**{field: value})

    assert answer.status_code == 303, answer.text
    assert form.saved.keys() == {name}


def test_a_venue_keeps_what_the_form_does_not_show(full):
    form = full()
    area = form.event["venue"]["area_id"]

    form.send(**{"venue.room": "", "venue.room_capacity": "", "venue.location.latitude": "10.5"})

    venue = form.event["venue"]
    assert (venue["room"], venue["room_capacity"], venue["area_id"]) == (None, None, area)
    assert venue["location"] == {"latitude": 10.5, "longitude": 106.6655}


def test_both_numbers_of_a_point_can_be_pasted_into_the_first(edit):
    form = edit()

    form.send(**{"venue.location.latitude": "10.7546, 106.6655"})

    assert form.saved["venue"]["location"] == {"latitude": 10.7546, "longitude": 106.6655}


@pytest.mark.parametrize(
    ("latitude", "longitude", "wrong"),
    [("10.7", "", "longitude"), ("", "106", "longitude"), ("91", "106", "latitude"), ("nan", "1", "latitude"), ("x", "1", "latitude")],
)  # fmt: skip
def test_half_a_point_and_no_point_are_errors_at_their_field(edit, latitude, longitude, wrong):
    form = edit()
    if not latitude:
        wrong = "latitude"

    page = form.send(**{"venue.location.latitude": latitude, "venue.location.longitude": longitude})  # fmt: skip

    assert page.status_code == 422
    assert f'id="venue.location.{wrong}-error"' in page.text
    assert form.saved is None


@pytest.mark.parametrize(
    ("name", "word", "there"), [("speakers", "Diễn giả", 1), ("agenda", "Mục", 3), ("attachments", "Tài liệu", 1), ("contacts", "Nơi liên hệ", 1)]
)  # fmt: skip
def test_there_is_one_empty_row_more_and_a_button_adds_another(full, name, word, there):
    """The button sends the form, and nothing is saved."""
    form = full()
    assert rows_of(form.page(), word) == there + 1

    page = form.send(add=name, **{"title.vi": "Đang gõ dở"})

    assert page.status_code == 200
    assert rows_of(page.text, word) == there + 2
    assert re.search(rf'name="{name}\.{there + 1}\.[a-z_.]+"[^>]* autofocus', page.text)
    assert 'value="Đang gõ dở"' in page.text
    assert form.saved is None


def test_a_row_is_added_to_an_event_that_is_not_there_yet(organiser, world):
    typed = Filled(organiser.get(NEW).text).typed | {"add": "agenda", "agenda.0.title.vi": "Mở đầu"}

    page = organiser.client.post(NEW, data=typed)

    assert page.status_code == 200
    assert rows_of(page.text, "Mục") == 4
    assert 'value="Mở đầu"' in page.text
    assert opened(page.text, "Chương trình")
    assert "aria-invalid" not in page.text
    assert world.events == {}


def test_a_section_opens_for_the_row_that_was_added_to_it(organiser):
    typed = Filled(organiser.get(NEW).text).typed

    page = organiser.client.post(NEW, data=typed | {"add": "speakers"}).text

    assert opened(page, "Diễn giả")
    assert not opened(page, "Chương trình")


def test_no_row_is_added_beyond_the_most_that_there_may_be(full):
    contacts = [FULL["contacts"][0]] * 10
    form = full(contacts=contacts)

    page = form.send(add="contacts")

    assert rows_of(page.text, "Nơi liên hệ") == 10
    assert 'name="add" value="contacts"' not in page.text


def test_a_row_is_cleared_by_its_button_and_those_below_move_up(full):
    form = full()

    page = form.send(clear="agenda.0").text

    assert form.saved is None
    typed = Filled(page).typed
    assert [typed[f"agenda.{row}.title.vi"] for row in range(3)] == ["Phòng cháy", "Khai mạc", ""]
    form.browser.client.post(form.path, data=typed)
    assert [item["title"]["vi"] for item in form.saved["agenda"]] == ["Phòng cháy", "Khai mạc"]


@pytest.mark.parametrize(
    "pressed", [{"add": "x"}, {"clear": "agenda.99"}, {"clear": "agenda.²"}, {"clear": "x.1"}]
)
def test_a_button_that_is_not_on_the_page_changes_nothing(full, pressed):
    form = full()

    page = form.send(**pressed)

    assert page.status_code == 200
    assert rows_of(page.text, "Mục") == 4
    assert form.saved is None


def test_enter_in_a_field_saves_and_adds_no_row(edit):
    """A browser presses the first button of the form."""
    form = re.search(r'<form method="post" novalidate>.*', edit().page(), re.DOTALL)[0]

    assert "name=" not in re.search(r"<button[^>]*>", form)[0]


def test_what_was_typed_in_a_row_stays_after_a_refusal_and_finds_its_row(edit):
    """Rows move together; the service's refusal of an item leads to where that item stands now."""
    form = edit()
    typed = {"starts_at": "2026-03-26T20:00", "ends_at": "2026-03-26T21:00", "title.vi": "Quá muộn", "note.en": "Too\r\nlate", "note.vi": "Muộn"}  # fmt: skip

    page = form.send(**{f"agenda.2.{part}": value for part, value in typed.items()})

    assert page.status_code == 422
    assert 'href="#agenda.0.starts_at"' in page.text
    assert 'id="agenda.0.starts_at-error"' in page.text
    assert "Mục này nằm ngoài giờ của sự kiện; xin đổi giờ" in page.text
    shown = Filled(page.text).typed
    assert {part: shown[f"agenda.0.{part}"] for part in typed} == typed
    assert opened(page.text, "Chương trình")


@pytest.mark.parametrize(
    ("changes", "field", "words"),
    [
        ({"agenda.1.room": "Phòng A"}, "agenda.1.starts_at", "trùng giờ"),
        ({"agenda.0.ends_at": "2026-03-26T14:00"}, "agenda.0.ends_at", "kết thúc sau khi bắt đầu"),
        ({"agenda.0.starts_at": ""}, "agenda.0.starts_at", "bỏ trống cả mục"),
        ({"agenda.0.title.vi": ""}, "agenda.0.title.vi", "bỏ trống cả mục"),
        ({"speakers.0.role_title.vi": ""}, "speakers.0.role_title.vi", "chức danh"),
        ({"attachments.0.url": "andong.vn/x"}, "attachments.0.url", "bắt đầu bằng https://"),
        ({"attachments.0.url": ""}, "attachments.0.url", "bỏ trống cả dòng"),
        ({"contacts.0.phone": "12"}, "contacts.0.phone", "Số điện thoại không đúng"),
        ({"contacts.0.email": "x"}, "contacts.0.email", "thư điện tử không đúng"),
        ({"cover.alt.vi": "", "cover.alt.en": ""}, "cover.alt.vi", "ảnh cho thấy gì"),
        ({"cover.url": "javascript:x"}, "cover.url", "bắt đầu bằng https://"),
        ({"join_url": "meet"}, "join_url", "bắt đầu bằng https://"),
        ({"attendance_mode": "offline"}, "join_url", "xin đổi hình thức tham dự"),
        ({"venue.room_capacity": "0"}, "venue.room_capacity", "số nguyên"),
        ({"venue.name": ""}, "venue.name", "nơi tổ chức"),
    ],
)
def test_what_is_wrong_is_said_at_its_field_with_what_to_do(full, changes, field, words):
    form = full()

    page = form.send(**changes)

    assert page.status_code == 422
    said = re.search(rf'id="{re.escape(field)}-error">(?:<svg.*?</svg>)?([^<]+)', page.text, re.DOTALL)  # fmt: skip
    assert said, page.text
    assert words in said[1]
    assert f'href="#{field}"' in page.text


@pytest.mark.parametrize(
    ("changes", "field"), [(DRAFT, "capacity"), ({}, "venue.room_capacity")], ids=["draft", "published"]
)  # fmt: skip
def test_a_room_that_is_too_small_is_said_where_it_can_be_changed(full, changes, field):
    """Of a published event the places are changed elsewhere."""
    form = full(**changes)

    page = form.send(attendance_mode="offline", join_url="")

    assert page.status_code == 422
    assert f'id="{field}-error"' in page.text
    assert "Phòng chỉ có 50 chỗ" in page.text


def test_an_organisation_takes_part_in_one_way(full):
    page = full().send(**{f"partner.{UNION['id']}": "1"})

    assert page.status_code == 422
    assert 'id="co_organisers"' in page.text


@pytest.mark.parametrize(
    ("typed", "at"),
    [("partner.x", "partners"), ("co_organiser.x", "co_organisers"), ("language.?", "languages")],
)
def test_what_the_service_refuses_of_a_choice_is_said_at_the_choice(full, typed, at):
    page = full().send(**{typed: "1"})

    assert page.status_code == 422
    assert f'href="#{at}"' in page.text
    assert f'id="{at}"' in page.text


def test_a_partner_becomes_a_co_organiser(full):
    form = full()

    form.send(**{f"partner.{WOMEN['id']}": None, f"co_organiser.{WOMEN['id']}": "1"})

    assert form.saved == {"partners": [], "co_organisers": [UNION["id"], WOMEN["id"]]}


def test_at_least_one_language_is_spoken(full):
    page = full().send(**{"language.vi": None, "language.zh": None})

    assert page.status_code == 422
    assert re.search(r'id="languages"[^>]*>.*?Xin chọn ít nhất một ngôn ngữ', page.text, re.DOTALL)
    assert opened(page.text, "Ngôn ngữ")


def test_a_language_that_is_rarely_offered_stays(edit):
    form = edit(languages=["vi", "km"])

    assert "Tiếng Khmer" in form.page()
    form.send(**{"title.vi": "Tên khác"})
    assert form.saved.keys() == {"title"}


def test_an_online_event_needs_no_venue(edit):
    form = edit(**DRAFT)
    nowhere = {name: "" for name in Filled(form.page()).typed if name.startswith("venue.")}

    answer = form.send(**nowhere, attendance_mode="online", join_url="https://meet.example.vn/x")

    assert answer.status_code == 303, answer.text
    assert form.saved["venue"] is None


def test_the_short_way_is_short_and_what_holds_something_is_open(organiser, full):
    new, there = organiser.get(NEW).text, full().page()

    assert re.findall(r"<h2>([^<]+)</h2>", new)[:4] == ["Sự kiện", "Thời gian", "Địa điểm", "Chỗ"]
    assert new.index('id="capacity"') < new.index('class="part"')
    assert '<details class="part" open>' not in new
    for title in ("Diễn giả", "Chương trình", "Tài liệu", "Nơi liên hệ", "Giới thiệu", "Ngôn ngữ"):
        assert opened(there, title)


OWED = (
    (KINDS[0]["key"], "Đối thoại quý I", date(2026, 3, 31)),
    ("training", "Tập huấn quý II", date(2026, 6, 30)),
)


@pytest.fixture
def programme(world):
    items = [
        {"kind": kind, "title": {"vi": title, "en": None}, "due_from": date(2026, 1, 1), "due_until": until, "how_many": 1}
        for kind, title, until in OWED
    ]  # fmt: skip
    fields = {"year": 2026, "title": {"vi": "Chương trình 2026", "en": None}, "items": items}
    made = Programme.begin(
        id=UUID(new_id()), organisation_id=UUID(ORGANISATION["id"]), fields=fields, now=NOW
    )
    world.programmes[str(made.id)] = made
    return {"id": str(made.id), "items": [{"id": str(one.id)} for one in made.items]}


def test_an_event_pays_an_item_of_the_years_programme(edit, programme):
    form, item = edit(), programme["items"][0]
    assert "Đối thoại quý I (Đối thoại với doanh nghiệp trẻ, hạn 31/03/2026)" in form.page()

    form.send(owed_event_id=f"{programme['id']}/{item['id']}")

    assert form.saved == {"programme_id": programme["id"], "owed_event_id": item["id"]}


def test_a_programme_that_the_service_refuses_is_said_at_the_choice(edit, programme):
    page = edit().send(owed_event_id="x")

    assert page.status_code == 422
    assert 'id="owed_event_id-error"' in page.text


def test_an_event_leaves_its_item_and_its_programme(edit, programme):
    belongs = {"programme_id": programme["id"], "owed_event_id": programme["items"][0]["id"]}

    form = edit(**belongs)
    form.send(owed_event_id=programme["id"])
    assert form.saved == {"owed_event_id": None}

    form = edit(**belongs)
    form.send(owed_event_id="")
    assert form.saved == {"programme_id": None, "owed_event_id": None}


def test_only_a_draft_is_offered_items_of_every_kind(edit, programme):
    assert "Tập huấn quý II" in edit(**DRAFT).page()
    assert "Tập huấn quý II" not in edit().page()


def test_a_programme_that_is_not_offered_any_more_stays(edit, programme):
    old = {"programme_id": new_id(), "owed_event_id": new_id()}
    form = edit(**old)

    assert "Giữ như hiện nay" in form.page()
    form.send(**{"title.vi": "Tên khác"})
    assert form.saved.keys() == {"title"}


def test_an_event_keeps_its_programme_where_there_is_none_to_choose(edit):
    form = edit(programme_id=new_id(), owed_event_id=new_id())

    assert 'name="owed_event_id"' not in form.page()
    form.send(**{"title.vi": "Tên khác"})
    assert form.saved.keys() == {"title"}


OVER = {"status": "completed"}


def test_what_came_of_a_completed_event_is_added(full):
    form = full(**OVER)

    answer = form.send(
        **{"conclusion.number": "45/TB-UBND", "conclusion.date": "2026-04-02", "conclusion.summary.vi": "Ba việc"}
    )  # fmt: skip

    assert answer.status_code == 303
    assert form.saved == {
        "conclusion": {
            "number": "45/TB-UBND",
            "date": "2026-04-02",
            "url": None,
            "summary": {"vi": "Ba việc"},
        }
    }


def test_the_form_of_a_completed_event_shows_only_what_can_still_be_told(full):
    typed = Filled(full(**OVER).page()).typed

    heads = {name.partition(".")[0] for name in typed}
    assert heads - {"csrf_token", "nonce", "etag"} == {
        "conclusion", "summary", "description", "cover", "attachments", "contacts",
    }  # fmt: skip


def test_a_conclusion_is_no_part_of_the_form_before(full):
    assert "conclusion." not in full().page()


def test_a_conclusion_with_only_english_is_an_error_at_its_field(full):
    page = full(**OVER).send(**{"conclusion.summary.en": "Three promises"})

    assert page.status_code == 422
    assert 'id="conclusion.summary.vi-error"' in page.text


def test_errors_stand_in_the_order_of_the_page(full):
    page = full().send(
        **{"contacts.0.phone": "1", "agenda.2.title.vi": "", "agenda.0.title.vi": "", "join_url": "", "venue.name": "", "cover.url": ""}
    ).text  # fmt: skip

    links = re.findall(r'<li><a href="#([^"]+)"', page)
    assert links == ["venue.name", "cover.url", "agenda.0.title.vi", "agenda.2.title.vi", "contacts.0.phone"]  # fmt: skip

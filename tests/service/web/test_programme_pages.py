"""Writing a programme: rows without scripts, amounts as people write them, and nothing lost when it goes wrong."""

from __future__ import annotations

import pytest

from tests.service.web.fakes import ORGANISATION
from tests.service.web.filling import Filled

NEW = "/to-chuc/nam/moi"
TYPED = {
    "organisation_id": ORGANISATION["id"],
    "year": "2026",
    "title.vi": "Chương trình đối thoại",
    "title.en": "Dialogues",
    "legal_basis.number": "144/KH-UBND",
    "legal_basis.issuer": "UBND phường",
    "legal_basis.date": "2026-01-05",
    "legal_basis.valid_from": "05/01/2026",
    "funding_source": "Ngân sách",
    "estimate": "12.500.000",
    "items.0.title.vi": "Đối thoại tháng Ba",
    "items.0.kind": "dialogue-business",
    "items.0.due_from": "2026-03-01",
    "items.0.due_until": "2026-03-31",
    "items.0.how_many": "",
    "nonce": "0123456789abcdef",
}


@pytest.fixture
def made(organiser, world):
    answer = organiser.post(NEW, TYPED, page=NEW)
    assert answer.status_code == 303, answer.text
    [programme] = world.programmes.values()
    return programme


def edit(programme) -> str:
    return f"/to-chuc/nam/{programme.id}/sua"


def send(browser, path, **changes):
    """The form as it stands, with what is typed otherwise."""
    return browser.client.post(path, data=Filled(browser.get(path).text).typed | changes)


def test_a_programme_is_written_down(organiser, world, made):
    assert made.title == {"vi": "Chương trình đối thoại", "en": "Dialogues"}
    assert made.legal_basis["valid_from"] == "2026-01-05"
    assert made.estimate == 12_500_000
    assert [(one.kind_key, one.how_many) for one in made.items] == [("dialogue-business", 1)]
    assert "Đã lưu chương trình." in organiser.get("/to-chuc/nam").text


def test_pressed_twice_it_is_one(organiser, world, made):
    organiser.post(NEW, TYPED, page=NEW)

    assert len(world.programmes) == 1


def test_a_form_that_is_gone_back_to_and_sent_otherwise_says_that_it_was_saved_before(
    organiser, world, made
):
    """It says so in an organiser's words, and sent once more it makes another one."""
    changed = TYPED | {"title.vi": "Tên khác"}

    again = organiser.post(NEW, changed, page=NEW)

    assert again.status_code == 422
    assert "đã được gửi và lưu một lần rồi" in again.text
    assert 'value="Tên khác"' in again.text
    assert organiser.client.post(NEW, data=Filled(again.text).typed).status_code == 303
    assert len(world.programmes) == 2


def test_saving_without_a_change_sends_nothing(organiser, world, made):
    answer = send(organiser, edit(made))

    assert answer.status_code == 303
    assert not [path for method, path, _ in world.sent if method == "PATCH"]


def test_the_amount_is_shown_grouped(organiser, made):
    assert Filled(organiser.get(edit(made)).text).typed["estimate"] == "12.500.000"
    organiser.post("/ngon-ngu", {"language": "en"})
    assert Filled(organiser.get(edit(made)).text).typed["estimate"] == "12,500,000"


@pytest.mark.parametrize(
    ("typed", "amount"),
    [
        ("12500000", 12_500_000),
        ("12,500,000", 12_500_000),
        ("12 500 000 đồng", 12_500_000),
        ("12\u00a0500\u00a0000", 12_500_000),
        ("0", 0),
        ("", None),
    ],
)
def test_an_amount_is_read_as_people_write_it(organiser, made, typed, amount):
    assert send(organiser, edit(made), estimate=typed).status_code == 303
    assert made.estimate == amount


@pytest.mark.parametrize("typed", ["12,5", "1.5", "12.500,000", "-3", "nhiều", "1.2345", "٣"])
def test_an_amount_that_could_be_another_is_refused_at_its_field(organiser, made, typed):
    page = send(organiser, edit(made), estimate=typed)

    assert page.status_code == 422
    assert 'id="estimate-error"' in page.text
    assert made.estimate == 12_500_000


def test_a_row_is_added_without_scripts_and_nothing_is_saved(organiser, world, made):
    page = send(organiser, edit(made), add="items", **{"title.vi": "Đang gõ"})

    assert page.status_code == 200
    assert 'id="items.1.title.vi"' in page.text
    assert 'value="Đang gõ"' in page.text
    assert made.title["vi"] != "Đang gõ"


def test_a_second_item_is_saved_and_the_first_stays_itself(organiser, made):
    first = made.items[0].id
    more = {
        "items.1.title.vi": "Tập huấn",
        "items.1.kind": "training",
        "items.1.due_from": "2026-06-01",
        "items.1.due_until": "2026-06-30",
        "items.1.how_many": "2",
    }

    assert send(organiser, edit(made), **more).status_code == 303

    assert [one.title["vi"] for one in made.items] == ["Đối thoại tháng Ba", "Tập huấn"]
    assert (made.items[0].id, made.items[1].how_many) == (first, 2)


def test_an_item_is_taken_away(organiser, made):
    page = send(organiser, edit(made), clear="items.0")
    assert 'value="Đối thoại tháng Ba"' not in page.text

    organiser.client.post(edit(made), data=Filled(page.text).typed)

    assert made.items == []


def test_an_item_that_events_pay_is_not_taken_away(organiser, world, made):
    world.add(programme_id=str(made.id), owed_event_id=str(made.items[0].id))
    page = send(organiser, edit(made), clear="items.0")

    refused = organiser.client.post(edit(made), data=Filled(page.text).typed)

    assert refused.status_code == 422
    assert 'href="#items"' in refused.text
    assert 'id="items"' in refused.text
    assert len(made.items) == 1


@pytest.mark.parametrize(
    ("name", "typed"),
    [
        ("title.vi", ""),
        ("legal_basis.date", "hôm qua"),
        ("legal_basis.valid_until", "2025-01-01"),
        ("items.0.kind", ""),
        ("items.0.due_until", "2026-02-01"),
        ("items.0.due_from", "1999-01-01"),
        ("items.0.how_many", "0"),
        ("items.0.title.vi", ""),
    ],
)
def test_what_is_wrong_is_said_at_its_field_and_the_rest_stays(organiser, made, name, typed):
    if name == "items.0.due_from":
        changes = {name: typed, "items.0.due_until": "1999-12-31"}
    else:
        changes = {name: typed}

    page = send(organiser, edit(made), **changes, funding_source="Nguồn khác")

    assert page.status_code == 422
    assert f'href="#{name}"' in page.text
    assert f'id="{name}-error"' in page.text
    assert 'value="Nguồn khác"' in page.text
    assert made.version == 1


def test_a_programme_that_somebody_else_edited_is_not_overwritten(organiser, made):
    page = send(organiser, edit(made), etag='"9"', **{"title.vi": "Tên của tôi"})

    assert page.status_code == 422
    assert "Có người vừa sửa chương trình này" in page.text
    assert 'value="Tên của tôi"' in page.text
    assert made.title["vi"] == "Chương trình đối thoại"


def test_typed_while_events_is_away_it_is_kept(organiser, world, made):
    typed = Filled(organiser.get(NEW).text).typed | TYPED | {"nonce": "another-nonce-0123"}
    world.away_at = "/v1/programmes"

    page = organiser.client.post(NEW, data=typed)

    assert page.status_code == 503
    assert page.headers["Retry-After"]
    assert "Chương trình đối thoại" in page.text

"""One's own answers, read and edited from the ticket."""

from __future__ import annotations

import re

import pytest

from tests.service.registrations.forms import field
from tests.service.web.fakes import NOW, iso
from tests.service.web.form_fakes import asks


@pytest.fixture
def mine(signed_in, world):
    """A browser, and a registration that answered."""

    def make(**event):
        browser, made = signed_in(), world.add(**event)
        asks(
            world,
            made,
            field("trade", required=True),
            field("photos", "consent"),
            field("n", "number"),
        )
        text = {"vi": "Tôi đồng ý: photos", "en": "I agree: photos"}
        answers = {"trade": "Bán lẻ", "photos": {"given": True, "text": text}, "n": 2.5}
        one = world.register(
            made, world.people["lan@example.vn"], "Lan", answers=answers, form_version=1
        )
        return browser, one, f"/toi/ve/{one['id']}/tra-loi"

    return make


def test_answers_are_edited_from_the_ticket(mine):
    browser, registration, path = mine()

    ticket = browser.get(f"/toi/ve/{registration['id']}").text
    page = browser.get(path)
    done = browser.post(
        path, {"answers.trade": "Xây dựng", "answers.n": "3,5", "form_version": "1"}, page=path
    )

    assert f'href="{path}"' in ticket
    assert page.headers["Cache-Control"] == "no-store"
    assert 'value="Bán lẻ"' in page.text
    assert 'value="2,5"' in page.text
    assert re.search(r'name="answers.photos"[^>]* checked', page.text)
    assert done.status_code == 303
    assert registration["answers"] == {"trade": "Xây dựng", "n": 3.5}
    assert "Đã lưu câu trả lời" in browser.get(done.location).text


def test_where_an_organiser_approves_it_says_that_the_place_is_kept(mine):
    browser, _, path = mine(approval=True)

    done = browser.post(path, {"answers.trade": "Xây dựng"}, page=path)

    assert "chỗ của bạn vẫn được giữ" in browser.get(done.location).text


def test_what_is_wrong_is_said_at_its_field_and_nothing_is_saved(mine):
    browser, registration, path = mine()

    refused = browser.post(path, {"answers.trade": " ", "answers.n": "ba"}, page=path)

    assert refused.status_code == 422
    assert 'id="answers.trade-error"' in refused.text
    assert 'value="ba"' in refused.text
    assert registration["answers"]["trade"] == "Bán lẻ"


@pytest.mark.parametrize("over", ["closed", "cancelled", "checked in"])
def test_afterwards_they_are_read_only(mine, over):
    browser, registration, path = mine(
        **({"registration_closes_at": iso(NOW)} if over == "closed" else {})
    )
    registration |= {
        "cancelled": {"status": "cancelled"},
        "checked in": {"checked_in_at": iso(NOW)},
    }.get(over, {})

    page = browser.get(path).text

    assert "<textarea" not in page
    assert 'name="answers.trade"' not in page
    assert "Bán lẻ" in page
    assert "Đồng ý" in page


def test_a_service_that_is_away_keeps_what_was_typed(mine, world):
    browser, registration, path = mine()
    world.away_at = f"/v1/offers/{registration['event_id']}/form"

    away = browser.post(path, {"answers.trade": "Xây dựng"})

    assert away.status_code == 503
    assert 'name="answers.trade" value="Xây dựng"' in away.text


def test_somebody_elses_answers_are_not_there(mine, signed_in):
    _, _, path = mine()
    assert signed_in("khac@example.vn").get(path).status_code == 404

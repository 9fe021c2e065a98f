"""The form of an event on the registration page: asked, kept and said wrong in one place, with or without scripts."""

from __future__ import annotations

import re

import pytest

from tests.service.registrations.forms import field, option
from tests.service.web.form_fakes import asks

NONCE = re.compile(r'name="nonce" value="([^"]+)"')
OTHER = field("other", required=True, shown_if={"field": "topic", "equals": "other"})


@pytest.fixture
def lan(signed_in):
    return signed_in()


def fill(browser, path, **typed):
    """Send the form at `path` as it stands, with what is typed."""
    page = browser.get(path).text
    version = re.search(r'name="form_version" value="(\d+)"', page)
    own = {"name": "Lan", "nonce": NONCE.search(page)[1]}
    own |= {"form_version": version[1]} if version else {}
    return browser.post(
        path, own | {f"answers.{key}": said for key, said in typed.items()}, page=path
    )


def form_of(event):
    return f"/su-kien/{event['id']}/dang-ky"


def test_every_kind_is_asked_and_sent_as_the_service_takes_it(lan, world):
    event = world.add()
    asks(
        world,
        event,
        field("trade", required=True),
        field("topic", "choice"),
        field("question", "long-text"),
        field("needs", "choices"),
        field("staff", "number"),
        field("photos", "consent"),
        field("business", "business"),
    )

    done = fill(
        lan,
        form_of(event),
        **{
            "trade": "Bán lẻ",
            "topic": "tax",
            "question": "Một\r\nHai",
            "needs.tax": "1",
            "needs.other": "1",
            "staff": "1.250",
            "photos": "1",
            "business.name": "Công ty Mận",
            "business.tax_code": "0100112437",
            "business.household": "1",
        },
    )

    assert done.status_code == 303, done.text
    (kept,) = world.registrations.values()
    consent = {"given": True, "text": {"vi": "Tôi đồng ý: photos", "en": "I agree: photos"}}
    assert kept["answers"] == {
        "trade": "Bán lẻ",
        "topic": "tax",
        "question": "Một\nHai",
        "needs": ["tax", "other"],
        "staff": 1250,
        "photos": consent,
        "business": {
            "name": "Công ty Mận",
            "tax_code": "0100112437",
            "field_of_business": None,
            "household": True,
        },
    }


def test_nothing_is_ticked_before_the_person_ticks_it(lan, world):
    event = world.add()
    asks(world, event, field("photos", "consent"), field("topic", "choice", required=True))

    page = lan.get(form_of(event)).text

    assert "checked" not in page
    assert "Tôi đồng ý: photos" in page
    assert "chậm nhất 90 ngày" in page


def test_all_that_is_wrong_is_said_at_the_top_and_at_the_field_and_what_was_typed_stays(lan, world):
    event = world.add()
    asks(
        world,
        event,
        field("trade", max_length=5),
        field("topic", "choice", required=True),
        field("staff", "number", max=10),
        field("business", "business"),
    )
    typed = {"trade": "Quá dài <b>", "staff": "mười", "business.tax_code": "12"}

    refused = fill(lan, form_of(event), **typed)

    assert refused.status_code == 422
    assert 'href="#answers.topic"' in refused.text
    assert 'id="answers.topic" tabindex="-1"' in refused.text
    for name in ("trade", "staff", "business.name", "business.tax_code"):
        assert f'href="#answers.{name}"' in refused.text
        assert f'id="answers.{name}-error"' in refused.text
    for value in ("Quá dài &lt;b&gt;", "mười", "12"):
        assert f'value="{value}"' in refused.text
    assert world.registrations == {}


def test_a_field_with_a_condition_comes_once_it_is_met_without_scripts(lan, world):
    """Required, it is an error; what was typed stays, and nothing is registered before."""
    event = world.add()
    asks(world, event, field("topic", "choice"), OTHER)
    form = form_of(event)

    first = lan.get(form).text
    asked = fill(lan, form, topic="other")
    done = fill(lan, form, topic="other", other="Vệ sinh")

    assert re.search(r'data-asked="other"[^>]* hidden', first)
    assert asked.status_code == 422
    assert "Xin trả lời “Mục other”." in asked.text
    assert not re.search(r'data-asked="other"[^>]* hidden', asked.text)
    assert re.search(r'value="other" checked', asked.text)
    assert done.status_code == 303


def test_an_optional_one_is_asked_once_and_may_stay_empty(lan, world):
    event = world.add()
    more = field("more", shown_if={"field": "photos", "equals": True})
    asks(world, event, field("photos", "consent"), more)
    form = form_of(event)

    asked = fill(lan, form, photos="1")
    page = lan.get(form).text
    sent = {"name": "Lan", "nonce": NONCE.search(page)[1], "answers.photos": "1", "asked.more": "1"}
    done = lan.post(form, sent | {"form_version": "1"}, page=form)

    assert asked.status_code == 200
    assert "mở thêm câu hỏi" in asked.text
    assert re.search(r'id="answers.more"[^>]* autofocus', asked.text)
    assert done.status_code == 303


def test_a_form_that_was_edited_meanwhile_keeps_what_was_typed(lan, world):
    """The new text of a consent is to be read and ticked again; the rest stays."""
    event = world.add()
    asks(world, event, field("trade"), field("photos", "consent"))
    form = form_of(event)
    page = lan.get(form).text
    other = field("photos", "consent", text={"vi": "Nội dung khác"})
    asks(world, event, field("trade"), other, field("new", required=True))
    sent = {"name": "Lan", "nonce": NONCE.search(page)[1], "form_version": "1"}

    refused = lan.post(
        form,
        sent | {"answers.trade": "Bán lẻ", "answers.photos": "1", "answers.new": "x"},
        page=form,
    )

    assert refused.status_code == 422
    assert "vừa được ban tổ chức sửa" in refused.text
    assert 'value="Bán lẻ"' in refused.text
    assert "Nội dung khác" in refused.text
    assert not re.search(r'name="answers.photos"[^>]* checked', refused.text)
    assert 'name="form_version" value="2"' in refused.text


def test_answers_are_kept_while_the_service_is_away(lan, world):
    event = world.add()
    asks(world, event, field("trade"))
    form = form_of(event)
    nonce = NONCE.search(lan.get(form).text)[1]
    world.away = {"registrations"}

    away = lan.post(form, {"name": "Lan", "nonce": nonce, "answers.trade": "Bán lẻ"})

    assert away.status_code == 503
    assert 'name="answers.trade" value="Bán lẻ"' in away.text
    assert NONCE.search(away.text)[1] == nonce


def test_who_is_not_signed_in_is_told_that_there_are_questions_and_gets_them_after(browser, world):
    event = world.add()
    asks(world, event, field("trade"), field("photos", "consent"))
    form = form_of(event)

    before = browser.get(form).text
    browser.post(form, {"name": "Mới", "email": "moi@example.vn"}, page=form)
    browser.post("/dang-nhap/ma", {"code": "123456"}, page="/dang-nhap/ma")
    after = browser.get(form).text

    assert "trả lời thêm 2 câu hỏi" in before
    assert "answers.trade" not in before
    assert 'name="answers.trade"' in after
    assert 'value="Mới"' in after


def test_what_was_answered_before_one_was_signed_out_is_there_again(browser, world):
    event = world.add()
    asks(world, event, field("trade"))
    form = form_of(event)
    typed = {"name": "Mới", "email": "moi@example.vn", "answers.trade": "Bán lẻ"}

    browser.post(form, typed, page=form)
    browser.post("/dang-nhap/ma", {"code": "123456"}, page="/dang-nhap/ma")

    assert 'value="Bán lẻ"' in browser.get(form).text


def test_the_business_that_was_named_before_is_filled_in(lan, world):
    first, second = world.add(), world.add()
    for event in (first, second):
        asks(world, event, field("business", "business"))
    fill(lan, form_of(first), **{"business.name": "Công ty Mận", "business.household": "1"})

    page = lan.get(form_of(second)).text

    assert 'value="Công ty Mận"' in page
    assert re.search(r'id="answers.business.household"[^>]* checked', page)


def test_the_form_is_in_english_where_there_is_english(signed_in, world):
    english = signed_in(language="en")
    event = world.add()
    asks(
        world, event, field("topic", "choice", options=[option("tax")]), OTHER | {"shown_if": None}
    )

    page = english.get(form_of(event)).text

    assert "Field topic" in page
    assert "Chọn tax" in page

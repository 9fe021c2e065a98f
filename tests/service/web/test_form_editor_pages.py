"""The organiser's editor of an event's form, row by row without scripts, its preview, and what was answered."""

from __future__ import annotations

import re

import pytest

from services.web.form_rows import new_key
from tests.service.registrations.forms import ANSWERS, EVERY_KIND, field, option
from tests.service.web.filling import Filled
from tests.service.web.form_fakes import asks, newest


class Editor:
    """The page, filled in as a browser would send it."""

    def __init__(self, browser, world, event):
        self.browser, self.world, self.event = browser, world, event
        self.path = f"/to-chuc/su-kien/{event['id']}/phieu"
        self.answer = browser.get(self.path)

    @property
    def typed(self):
        return Filled(self.answer.text).typed

    def send(self, **changes):
        """Press a button (or save), after typing; a dot is written as two underscores."""
        named = {name.replace("__", "."): value for name, value in changes.items()}
        sent = {name: value for name, value in (self.typed | named).items() if value is not None}
        self.answer = self.browser.client.post(self.path, data=sent)
        return self.answer

    @property
    def kept(self):
        return newest(self.world, self.event["id"])

    def keys(self):
        names = self.typed
        return [names[f"fields.{n}.key"] for n in range(50) if f"fields.{n}.key" in names]


@pytest.fixture
def editor(organiser, world):
    def make(*fields, **changes):
        event = world.add(**changes)
        if fields:
            asks(world, event, *fields)
        return Editor(organiser, world, event)

    return make


def test_a_form_is_written_from_ready_made_parts_and_new_questions(editor):
    """Each with a key from its words; saving tells what is asked in the API's own shape."""
    page = editor()
    assert "Chưa hỏi thêm gì" in page.answer.text

    page.send(add="template", new_template="photos")
    page.send(add="field", new_kind="choice")
    assert re.search(r'id="fields.1.label.vi"[^>]* autofocus', page.answer.text)
    page.send(
        fields__1__label__vi="Bạn quan tâm điều gì?",
        fields__1__options__0__label__vi="Thuế",
        fields__1__options__2__label__vi="Vay vốn",
        fields__1__options__2__label__en="Loans",
        fields__1__required="1",
        add="field",
        new_kind="short-text",
    )
    done = page.send(
        fields__2__label__vi="Vay vốn để làm gì",
        fields__2__shown_if='["ban_quan_tam_dieu_gi", "equals", "vay_von"]',
        fields__2__max_length="80",
        retention_days="30",
    )

    assert done.status_code == 303, done.text
    photos, topic, why = page.kept.fields
    assert page.kept.retention_days == 30
    assert photos.kind == "consent"
    assert topic.required
    assert [(one["key"], one["label"]["vi"]) for one in topic.options] == [
        ("thue", "Thuế"),
        ("vay_von", "Vay vốn"),
    ]
    assert (why.key, why.max_length) == ("vay_von_de_lam_gi", 80)
    assert why.shown_if == {"field": topic.key, "equals": "vay_von", "contains": None}
    assert "Đã lưu phiếu" in page.browser.get(page.path).text


def test_a_form_is_saved_as_it_is(editor):
    """Every kind travels through the page and back and is the same; keys stay, also of conditions not offered."""
    hangs = field(
        "why", shown_if={"field": "staff", "equals": 3}, retention_days=9, hint={"vi": "Gợi ý"}
    )
    page = editor(*EVERY_KIND, hangs)
    before = page.kept.kept_fields

    done = page.send()

    assert done.status_code == 303, done.text
    assert page.kept.version == 2
    assert page.kept.kept_fields == before


def test_rows_are_moved_and_cleared_with_all_that_is_in_them(editor):
    page = editor(field("a"), field("topic", "choice"), field("c"))

    page.send(up="1", fields__1__label__vi="Đổi tên")
    assert page.keys() == ["topic", "a", "c"]
    assert page.typed["fields.0.label.vi"] == "Đổi tên"
    assert page.typed["fields.0.options.1.key"] == "credit"
    page.send(down="1")
    assert page.keys() == ["topic", "c", "a"]
    page.send(clear="0")
    assert page.keys() == ["c", "a"]
    assert page.kept.version == 1


def test_an_option_keeps_its_key_when_its_words_change_and_goes_when_it_is_emptied(editor):
    page = editor(field("topic", "choice"))

    page.send(fields__0__options__1__label__vi="", fields__0__options__2__label__vi="Khác hẳn")

    (topic,) = page.kept.fields
    assert [(one["key"], one["label"]["vi"]) for one in topic.options] == [
        ("tax", "Chọn tax"),
        ("other", "Khác hẳn"),
    ]


def test_more_options_than_there_are_lines_for(editor):
    page = editor(field("topic", "choice"))

    page.send(fields__0__options__3__label__vi="Bốn", more="0")

    assert re.search(r'id="fields.0.options.4.label.vi"[^>]* autofocus', page.answer.text)
    assert page.typed["fields.0.options.3.label.vi"] == "Bốn"


def test_what_is_missing_or_contradicts_is_said_at_its_row(editor):
    """Those of the page and those of the service, each with a link that leads somewhere."""
    page = editor(field("a"), field("n", "number"), field("topic", "choice"), field("p", "consent"))
    refused = page.send(
        fields__0__label__vi=" ",
        fields__1__min="5",
        fields__1__max="vài",
        fields__3__text__vi="",
        **{f"fields__2__options__{n}__label__vi": "" for n in range(3)},
    )
    contradicts = page.send(
        fields__0__label__vi="Có",
        fields__0__shown_if='["topic", "equals", "tax"]',
        fields__1__max="4",
        fields__3__text__vi="Tôi đồng ý",
        fields__2__options__0__label__vi="Thuế",
    )

    for name in ("0.label.vi", "1.max", "2.options", "3.text.vi"):
        assert f'href="#fields.{name}"' in refused.text
        assert f'id="fields.{name}"' in refused.text
    assert contradicts.status_code == 422
    assert 'href="#fields.1.max"' in contradicts.text
    assert 'href="#fields.0.shown_if"' in contradicts.text
    assert page.kept.version == 1


def test_a_condition_may_name_each_answer_of_an_earlier_row(editor):
    page = editor(
        field("topic", "choice", options=[option("tax")]), field("p", "consent"), field("c")
    )

    offered = page.answer.text

    for words in ("“Mục topic” là “Chọn tax”", "Có đồng ý “Mục p”", "Không đồng ý “Mục p”"):
        assert words in offered
    assert 'id="fields.0.shown_if"' not in offered


def test_another_organiser_who_was_faster_is_not_overwritten(editor):
    page = editor(field("a"))
    asks(page.world, page.event, field("b"))

    refused = page.send(fields__0__label__vi="Của tôi")

    assert refused.status_code == 422
    assert "Có người vừa sửa phiếu này" in refused.text
    assert 'value="Của tôi"' in refused.text


def test_the_preview_shows_both_languages_and_saves_nothing(editor):
    page = editor(*EVERY_KIND)

    seen = page.send(fields__0__label__vi="Mới đặt", preview="1").text

    preview = seen[seen.index('id="preview"') :]
    assert "Mới đặt" in preview
    assert "Field topic" in preview
    assert "Mục topic" in preview
    assert "Chỉ hỏi khi “Mục topic” là “Chọn other”." in preview
    assert page.kept.version == 1


def test_a_draft_says_when_its_form_can_be_written(editor, organiser):
    page = editor(status="draft", seats=None)

    assert "Soạn được sau khi công bố" in page.answer.text


def test_the_event_leads_to_its_form_and_others_find_neither(editor, organiser, signed_in):
    page = editor(field("a"))

    assert page.path in organiser.get(f"/to-chuc/su-kien/{page.event['id']}").text
    for path in (page.path, page.path.replace("phieu", "cau-tra-loi")):
        assert signed_in("la@example.vn").get(path).status_code == 404


def test_answers_are_counted_and_listed_without_names(editor, organiser, world):
    page = editor(*EVERY_KIND)
    for number, person in enumerate(("một@example.vn", "hai@example.vn")):
        answers = ANSWERS | {"staff": 2 + number, "photos": {"given": True, "text": {}}}
        world.register(page.event, world.person(person), f"Tên {number}", answers=answers)

    found = organiser.get(page.path.replace("phieu", "cau-tra-loi"))

    assert found.headers["Cache-Control"] == "no-store"
    text = re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", found.text))
    assert "2 người có chỗ hoặc đang chờ đã trả lời" in text
    assert "Chọn tax 2 Chọn credit 0" in text
    assert "Nhỏ nhất 2 Trung bình 2,5 Lớn nhất 3" in text
    assert "2 người đồng ý." in text
    assert "Công ty Mận · 0100112437 · Bán lẻ" in text
    assert "Tên 0" not in found.text


def test_without_answers_the_page_leads_to_the_form(editor, organiser):
    page = editor()

    found = organiser.get(page.path.replace("phieu", "cau-tra-loi")).text

    assert "Chưa có ai trả lời" in found
    assert page.path in found


@pytest.mark.parametrize(
    ("label", "key"),
    [
        ("Câu hỏi gửi trước?", "cau_hoi_gui_truoc"),
        ("Đơn vị", "don_vi"),
        ("12 giờ", "muc_12_gio"),
        ("…", "muc"),
        ("x" * 200, "x" * 34),
    ],
)
def test_keys_come_from_words(label, key):
    assert new_key(label, ()) == key
    assert new_key(label, {key}) == f"{key}_2"

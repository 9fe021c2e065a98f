"""After an event: who came, the survey that people answer without a name, and what its organiser reads of it."""

from __future__ import annotations

import html
import re

import pytest

from tests.service.web.after_fakes import ENDED, group, over_with_answers
from tests.service.web.fakes import NOW, ORGANISATION, WOMEN, iso
from tests.service.web.filling import Filled

GOOD = {"answers.overall": "5", "answers.again": "yes", "answers.better": "Thêm giờ hỏi đáp"}


@pytest.fixture
def over(world):
    return world.add(**ENDED, status="completed")


@pytest.fixture
def lan(signed_in):
    return signed_in("lan@example.vn")


@pytest.fixture
def guest(world, lan, over):
    """Her registration for the event; she was there."""
    me = world.person("lan@example.vn")
    return world.register(over, me, "Nguyễn Thị Lan", checked_in_at=iso(NOW))


def text_of(page: str) -> str:
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", page)).split())


def staff(signed_in, world, role: str, organisation=ORGANISATION):
    held = {"organisation": organisation, "role": role, "event_id": None}
    world.person(f"{role}@example.vn", memberships=[held])
    return signed_in(f"{role}@example.vn")


def test_who_was_there_answers_from_the_ticket(lan, guest):
    page = f"/khao-sat/{guest['id']}"
    assert f'href="{page}"' in lan.get(f"/toi/ve/{guest['id']}").text

    asked = lan.get(page)
    text = text_of(asked.text)
    assert "Ẩn danh như thế nào" in text
    assert "không kèm tên, giờ hay thứ tự" in text
    assert asked.headers["Cache-Control"] == "no-store"
    done = lan.post(page, GOOD, page=page)

    assert done.status_code == 303
    thanks = lan.get(page).text
    assert "Không ai, kể cả ban tổ chức, xem được bạn đã trả lời gì." in thanks
    assert "Thêm giờ hỏi đáp" not in thanks
    assert "<textarea" not in thanks


def test_what_is_sent_holds_the_answers_and_nothing_else(lan, guest, world):
    page = f"/khao-sat/{guest['id']}"

    lan.post(page, GOOD | {"answers.speaking": "", "name": "Lan"}, page=page)

    (sent,) = [what for how, path, what in world.sent if path.endswith("/survey-answers")]
    assert sent == {
        "answers": {"overall": 5, "again": "yes", "better": "Thêm giờ hỏi đáp"},
    }


def test_pressing_twice_answers_once(lan, guest, world, over):
    page = f"/khao-sat/{guest['id']}"
    token = re.search(r'name="csrf_token" value="([^"]+)"', lan.get(page).text)[1]

    for _ in range(2):
        again = lan.client.post(page, data=GOOD | {"csrf_token": token})
        assert again.status_code == 303

    assert world.surveys[over["id"]].answered == 1
    assert "Bạn đã trả lời khảo sát này." in lan.get(page).text


def test_what_is_missing_or_wrong_is_said_at_its_question_and_the_rest_stays(lan, guest):
    page = f"/khao-sat/{guest['id']}"

    refused = lan.post(page, {"answers.again": "no", "answers.better": "x" * 1001}, page=page)

    assert refused.status_code == 422
    assert 'href="#answers.overall"' in refused.text
    assert "Xin viết ngắn hơn 1000 ký tự." in refused.text
    assert re.search(r'name="answers.again" value="no" checked', refused.text)
    for wrong in ({"answers.overall": "9"}, {"answers.overall": "5", "answers.again": "x"}):
        assert lan.post(page, wrong, page=page).status_code == 422


def test_each_reason_not_to_be_asked_is_said(lan, world, over):
    me = world.person("lan@example.vn")
    absent = world.register(over, me, "Lan")
    ahead = world.register(world.add(), me, "Lan", checked_in_at=iso(NOW))
    late = world.register(over_with_answers(world, 1), me, "Lan", checked_in_at=iso(NOW))

    def said(registration) -> str:
        return lan.get(f"/khao-sat/{registration['id']}").text

    assert "Khảo sát dành cho người đã dự." in said(absent)
    assert "Khảo sát mở khi sự kiện kết thúc." in said(ahead)
    assert "Khảo sát đã đóng." in said(late)
    assert "khao-sat" not in lan.get(f"/toi/ve/{absent['id']}").text
    assert "khao-sat" not in lan.get(f"/toi/ve/{ahead['id']}").text


def test_a_survey_is_the_persons_own(guest, signed_in):
    other = signed_in("khac@example.vn")

    assert other.get(f"/khao-sat/{guest['id']}").status_code == 404
    assert other.post(f"/khao-sat/{guest['id']}", GOOD, page="/toi/ho-so").status_code == 404


def test_while_it_is_open_the_organiser_reads_how_many(organiser, world):
    event = over_with_answers(world, 6, days=14)

    text = text_of(organiser.get(f"/to-chuc/su-kien/{event['id']}/khao-sat").text)

    assert "Đã trả lời 6" in text
    assert "Kết quả hiện khi khảo sát đóng." in text
    assert "Opinion" not in text


def test_once_closed_there_are_counts_means_and_texts(organiser, world):
    event = over_with_answers(world, 7)

    shown = organiser.get(f"/to-chuc/su-kien/{event['id']}/khao-sat").text
    text = text_of(shown)

    assert "7 câu trả lời · trung bình 4,57 trên 5" in text
    assert "4 3 5 4" in text
    assert "Có 7 Chưa chắc 0 Không 0" in text
    assert "Ít hơn 5 câu trả lời, nên không hiện." in text
    assert sorted(re.findall(r"Opinion \d", text)) == [f"Opinion {n}" for n in range(7)]
    assert 'class="fill" width="57.14"' in shown


def test_questions_are_rows_that_keep_their_keys(organiser, world):
    event = world.add()
    page = f"/to-chuc/su-kien/{event['id']}/khao-sat/sua"
    typed = Filled(organiser.get(page).text).typed
    assert typed["questions.3.options"] == "Có / Yes\r\nChưa chắc / Perhaps\r\nKhông / No"

    typed |= {
        "days": "7",
        "questions.5.text.vi": "Bạn biết buổi này từ đâu?",
        "questions.5.kind": "choice",
        "questions.5.options": "Hội / Đoàn / A union\r\nBạn bè",
    }
    done = organiser.client.post(page, data=typed)

    assert done.status_code == 303, done.text
    ((_, _, sent),) = [one for one in world.sent if one[0] == "PUT"]
    assert sent["days"] == 7
    assert [one["key"] for one in sent["questions"]][:5] == [
        "overall",
        "answers",
        "speaking",
        "again",
        "better",
    ]
    assert sent["questions"][5] == {
        "key": "q6",
        "kind": "choice",
        "text": {"vi": "Bạn biết buổi này từ đâu?"},
        "required": False,
        "options": [
            {"key": "o1", "text": {"vi": "Hội / Đoàn", "en": "A union"}},
            {"key": "o2", "text": {"vi": "Bạn bè"}},
        ],
    }


def test_what_is_wrong_with_a_question_is_said_and_rows_come_and_go(organiser, world):
    event = world.add()
    page = f"/to-chuc/su-kien/{event['id']}/khao-sat/sua"
    wrong = {"days": "90", "questions.0.text.vi": "Sao?", "questions.0.kind": "choice"}
    wrong |= {"questions.1.text.en": "Why?"}

    refused = organiser.post(page, wrong, page=page)

    assert refused.status_code == 422
    for field in ("days", "questions.0.options", "questions.1.text.vi", "questions.1.kind"):
        assert f'href="#{field}"' in refused.text
    assert "Xin viết ít nhất một câu hỏi." in organiser.post(page, {"days": "7"}, page=page).text
    added = organiser.post(page, {"questions.0.text.vi": "Sao?", "add": "questions"}, page=page)
    assert 'name="questions.1.text.vi"' in added.text
    assert organiser.post(page, {"days": "9", "ready-made": "1"}, page=page).status_code == 303
    assert [what for how, _, what in world.sent if how == "PUT"] == [{"questions": None, "days": 9}]


def test_questions_that_were_answered_stay(organiser, world):
    event = over_with_answers(world, 1, days=14)
    page = f"/to-chuc/su-kien/{event['id']}/khao-sat/sua"
    typed = Filled(organiser.get(page).text).typed | {"questions.0.text.vi": "Khác?"}

    refused = organiser.client.post(page, data=typed)

    assert refused.status_code == 422
    assert "Câu hỏi không đổi được nữa" in refused.text


def test_attendance_is_told_by_quota_and_organisation(organiser, over):
    text = text_of(organiser.get(f"/to-chuc/su-kien/{over['id']}/tham-du").text)

    assert "Có chỗ 40 Đã đến 31 Vắng mặt 9" in text
    assert "Hội LHPN phường 12 9 3" in text
    assert "Chỗ tự do 28 22 6" in text
    assert "Hội LHPN phường An Đông 12 9 3" in text
    assert "Đoàn phường An Đông không hiện" in text
    assert "Không đại diện đơn vị nào 20 16 4" in text


def test_where_nothing_may_be_told_it_is_said(organiser, world, over):
    world.attendances[over["id"]] = group(12, 7, by_quota=None, by_organisation=None)
    page = f"/to-chuc/su-kien/{over['id']}/tham-du"
    assert organiser.get(page).text.count("Quá ít người để chia nhóm") == 2

    world.attendances[over["id"]] = group(None, None, by_quota=None, by_organisation=None)
    assert "Có ít hơn 5 người" in organiser.get(page).text


def test_before_the_end_there_are_no_figures(organiser, world):
    event = world.add()

    shown = organiser.get(f"/to-chuc/su-kien/{event['id']}/tham-du")

    assert shown.status_code == 200
    assert "Sự kiện chưa diễn ra xong" in shown.text


def test_a_partner_sees_the_figures_of_its_own_members_alone(signed_in, world, over):
    officer = staff(signed_in, world, "officer", WOMEN)
    page = f"/to-chuc/su-kien/{over['id']}/tham-du"

    assert f'href="{page}"' in officer.get(f"/su-kien/{over['id']}").text
    text = text_of(officer.get(page).text)
    assert "Hội LHPN phường An Đông 8 6 2" in text
    assert "40" not in text
    asked = [path for _, path in world.asked if "attendance" in path]
    assert asked == [f"/v1/offers/{over['id']}/attendance/{WOMEN['id']}"]


def test_leaders_read_results_and_others_do_not(signed_in, world, over):
    base = f"/to-chuc/su-kien/{over['id']}"
    leader = staff(signed_in, world, "leader")

    assert leader.get(f"{base}/khao-sat").status_code == 200
    assert "Sửa khảo sát" not in leader.get(f"{base}/khao-sat").text
    assert leader.get(f"{base}/khao-sat/sua").status_code == 404
    officer, anybody = staff(signed_in, world, "officer"), signed_in("khac@example.vn")
    for browser in (officer, anybody):
        assert browser.get(f"{base}/khao-sat").status_code == 404
        assert browser.get(f"{base}/tham-du").status_code == 404
        assert browser.get(f"{base}/khao-sat/sua").status_code == 404


def test_hostile_questions_and_opinions_are_text(organiser, world, lan):
    hostile = "<script>alert(1)</script>"
    event = over_with_answers(world, 5)
    survey = world.surveys[event["id"]]
    survey.texts = {"better": [hostile] * 5}
    survey.questions = [one | {"text": {"vi": hostile}} for one in survey.questions]

    assert "<script>alert" not in organiser.get(f"/to-chuc/su-kien/{event['id']}/khao-sat").text
    survey.closes_at = None
    survey.days = 14
    mine = world.register(event, world.person("lan@example.vn"), "Lan", checked_in_at=iso(NOW))
    assert "<script>alert" not in lan.get(f"/khao-sat/{mine['id']}").text

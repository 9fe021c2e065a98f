"""How an event repeats: the plain form makes the rule, the dates are seen before anything is kept."""

from __future__ import annotations

import pytest

from services.web.rule_form import read_back
from services.web.rule_words import in_words
from tests.service.web.fakes import EMPTY
from tests.service.web.filling import Filled

# Thursday, 26 March 2026, 14:00 in Vietnam, as every event of the fakes.
START, HOME = "2026-03-26T07:00:00Z", "Asia/Ho_Chi_Minh"


class Repeating:
    """The form by which a draft repeats."""

    def __init__(self, browser, world):
        self.browser, self.world = browser, world
        self.event = world.add(status="draft", seats=None)
        self.path = f"/to-chuc/su-kien/{self.event['id']}/lap-lai"

    def look(self, **typed):
        """The page with the dates; a tick that is None is taken out."""
        sent = Filled(self.browser.get(self.path).text).typed | {"step": "look"} | typed
        kept = {name: value for name, value in sent.items() if value is not None}
        return self.browser.client.post(self.path, data=kept)

    def keep(self, page, **typed):
        sent = Filled(page.text).typed | {"step": "keep"} | typed
        return self.browser.client.post(self.path, data=sent)

    def rule(self, **typed):
        """The rule that would be kept."""
        return Filled(self.look(**typed).text).typed.get("previewed")


@pytest.fixture
def repeating(organiser, world):
    return Repeating(organiser, world)


def test_the_overview_of_a_draft_leads_to_its_repetition(organiser, world):
    draft, shown = world.add(status="draft", seats=None), world.add()

    assert f"/to-chuc/su-kien/{draft['id']}/lap-lai" in organiser.get(f"/to-chuc/su-kien/{draft['id']}").text  # fmt: skip
    assert "/lap-lai" not in organiser.get(f"/to-chuc/su-kien/{shown['id']}").text


@pytest.mark.parametrize(
    ("typed", "rule"),
    [
        ({"count": "4"}, "FREQ=WEEKLY;COUNT=4"),
        ({"every": "2", "count": "4"}, "FREQ=WEEKLY;INTERVAL=2;COUNT=4"),
        ({"day.MO": "1", "count": "4"}, "FREQ=WEEKLY;COUNT=4;BYDAY=MO,TH"),
        ({"unit": "months", "count": "3"}, "FREQ=MONTHLY;COUNT=3;BYMONTHDAY=26"),
        ({"unit": "months", "month_by": "nth", "count": "3"}, "FREQ=MONTHLY;COUNT=3;BYDAY=4TH"),
        ({"unit": "months", "month_by": "last", "count": "3"}, "FREQ=MONTHLY;COUNT=3;BYDAY=-1TH"),
        ({"end": "until", "until": "2026-04-20"}, "FREQ=WEEKLY;UNTIL=20260420"),
        ({"end": "until", "until": "20/04/2026"}, "FREQ=WEEKLY;UNTIL=20260420"),
        ({"rule": "freq=daily;count=2"}, "FREQ=DAILY;COUNT=2"),
    ],
)
def test_what_is_chosen_becomes_a_rule(repeating, typed, rule):
    assert repeating.rule(**typed) == rule


def test_the_dates_are_shown_before_anything_is_kept(repeating, world):
    page = repeating.look(count="3")

    assert "Mỗi tuần vào thứ Năm, 3 lần" in page.text
    for day in ("Thứ Năm, 26/03/2026, 14:00", "Thứ Năm, 02/04/2026, 14:00", "Thứ Năm, 09/04/2026, 14:00"):  # fmt: skip
        assert day in page.text
    assert (len(world.events), world.series) == (1, {})


def test_the_dates_that_were_seen_become_a_series(repeating, world):
    page = repeating.look(count="3")

    answer = repeating.keep(page)
    repeating.keep(page)

    [series] = world.series.values()
    assert answer.location == f"/to-chuc/chuoi/{series['id']}"
    assert series["rule"] == "FREQ=WEEKLY;COUNT=3"
    assert [e["status"] for e in world.events.values()] == ["draft"] * 3


def test_a_rule_that_was_changed_after_the_dates_were_seen_is_shown_first(repeating, world):
    page = repeating.keep(repeating.look(count="3"), count="5")

    assert page.status_code == 200
    assert "5 ngày" in page.text
    assert world.series == {}


def test_dates_that_are_looked_at_twice_are_not_kept(repeating, world):
    page = repeating.keep(repeating.look(count="3"), step="look")

    assert page.status_code == 200
    assert world.series == {}


@pytest.mark.parametrize(
    ("typed", "field"),
    [
        ({"count": ""}, "count"),
        ({"count": "201"}, "count"),
        ({"count": "199", "unit": "months"}, "count"),
        ({"end": "until", "until": ""}, "until"),
        ({"end": "until", "until": "mai"}, "until"),
        ({"end": "until", "until": "2026-03-01"}, "until"),
        ({"end": "until", "until": "2045-01-01"}, "until"),
        ({"every": "0", "count": "2"}, "every"),
        ({"every": "100", "count": "2"}, "every"),
        ({"day.TH": None, "day.MO": "1", "count": "2"}, "days"),
        ({"unit": "months", "month_by": "end", "count": "2"}, "month_by"),
        ({"rule": "FREQ=DAILY"}, "rule"),
        ({"rule": "FREQ=DAILY;BYHOUR=9;COUNT=2"}, "rule"),
        ({"rule": "FREQ=WEEKLY;BYDAY=MO;COUNT=2"}, "rule"),
    ],
)
def test_what_cannot_be_is_said_at_the_field_that_said_it(repeating, world, typed, field):
    page = repeating.look(**typed)

    assert page.status_code == 422
    assert f'href="#{field}"' in page.text
    assert f'id="{field}"' in page.text
    assert "Tạo chuỗi với các ngày này" not in page.text
    assert world.series == {}


def test_too_many_dates_say_what_to_do(repeating):
    assert "hơn 200 sự kiện; xin rút ngắn lại" in repeating.look(count="201").text


def test_a_draft_without_a_time_gets_one_first(organiser, world):
    draft = world.add(**EMPTY)

    answer = organiser.get(f"/to-chuc/su-kien/{draft['id']}/lap-lai")

    assert answer.location == f"/to-chuc/su-kien/{draft['id']}/sua"
    assert "Xin nhập giờ bắt đầu" in organiser.get(answer.location).text


def test_while_events_is_away_what_was_typed_is_kept(repeating, world):
    world.away_at = "/v1/series/preview"

    page = repeating.look(count="7")

    assert page.status_code == 503
    assert 'value="7"' in page.text


@pytest.mark.parametrize(
    ("rule", "words"),
    [
        ("FREQ=WEEKLY;COUNT=4", "Mỗi tuần vào thứ Năm, 4 lần"),
        ("FREQ=WEEKLY;INTERVAL=2;COUNT=1;BYDAY=MO,WE,TH", "Mỗi 2 tuần vào thứ Hai, thứ Tư và thứ Năm, 1 lần"),
        ("FREQ=MONTHLY;COUNT=2", "Mỗi tháng vào ngày 26, 2 lần"),
        ("FREQ=MONTHLY;COUNT=2;BYMONTHDAY=-1", "Mỗi tháng vào ngày cuối tháng, 2 lần"),
        ("FREQ=MONTHLY;COUNT=2;BYDAY=4TH", "Mỗi tháng vào thứ Năm lần thứ 4 trong tháng, 2 lần"),
        ("FREQ=MONTHLY;COUNT=2;BYDAY=1TH", "Mỗi tháng vào thứ Năm đầu tiên trong tháng, 2 lần"),
        ("FREQ=MONTHLY;COUNT=2;BYDAY=-1TH", "Mỗi tháng vào thứ Năm cuối cùng trong tháng, 2 lần"),
        ("FREQ=MONTHLY;COUNT=2;BYDAY=MO,TU;BYSETPOS=1", "Mỗi tháng vào thứ Hai và thứ Ba (chỉ lấy ngày thứ 1 trong số đó), 2 lần"),
        ("FREQ=YEARLY;COUNT=2;BYMONTH=3,10", "Mỗi năm trong tháng 3 và 10 vào ngày 26, 2 lần"),
        ("FREQ=YEARLY;COUNT=2", "Mỗi năm vào ngày 26 tháng 3, 2 lần"),
        ("FREQ=DAILY;INTERVAL=14;UNTIL=20260420", "Mỗi 14 ngày, đến hết 20/04/2026"),
        ("FREQ=WEEKLY;UNTIL=20260402T170000Z", "Mỗi tuần vào thứ Năm, đến hết 03/04/2026"),
    ],
)  # fmt: skip
def test_a_rule_is_said_in_words(app, rule, words):
    with app.test_request_context(headers={"Accept-Language": "vi"}):
        assert in_words(rule, START, HOME) == words


def test_in_english_it_counts_as_english_does(app):
    with app.test_request_context(headers={"Accept-Language": "en"}):
        assert (
            in_words("FREQ=YEARLY;COUNT=2", START, HOME)
            == "Every year on the 26th of March, 2 times"
        )
        assert in_words("FREQ=MONTHLY;COUNT=2;BYDAY=4TH", START, HOME) == "Every month on the 4th Thursday of the month, 2 times"  # fmt: skip
        assert in_words("FREQ=MONTHLY;COUNT=1;BYMONTHDAY=22,23", START, HOME) == "Every month on the 22nd and the 23rd, 1 time"  # fmt: skip


@pytest.mark.parametrize(
    "rule",
    [
        "FREQ=WEEKLY;COUNT=4",
        "FREQ=WEEKLY;INTERVAL=2;COUNT=4;BYDAY=MO,TH",
        "FREQ=MONTHLY;COUNT=3;BYMONTHDAY=26",
        "FREQ=MONTHLY;COUNT=3;BYDAY=4TH",
        "FREQ=MONTHLY;COUNT=3;BYDAY=-1TH",
        "FREQ=WEEKLY;UNTIL=20260420",
        "FREQ=WEEKLY;INTERVAL=2;COUNT=4;BYDAY=TH,SU;WKST=SU",
        "FREQ=MONTHLY;COUNT=3;BYDAY=MO,TH;BYSETPOS=-2",
        "FREQ=MONTHLY;COUNT=3;BYMONTHDAY=25,26",
        "FREQ=DAILY;COUNT=3",
        "FREQ=YEARLY;COUNT=3",
    ],
)
def test_a_rule_read_back_into_the_form_is_the_same_rule(app, repeating, rule):
    """Where the plain fields cannot say it, as RRULE."""
    with app.test_request_context():
        typed = read_back(rule, START, HOME)

    blank = {f"day.{day}": None for day in ("TH",)}
    normal = repeating.rule(**(blank | typed))

    # A single weekday goes without saying.
    assert sorted(normal.split(";")) == sorted(rule.split(";"))

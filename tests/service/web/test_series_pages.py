"""A series: its dates with their states, and what is done with all of them, or with one and those that follow."""

from __future__ import annotations

import re

import httpx2
import pytest

from services.web.clients import Events
from services.web.line import Line
from tests.service.web.fakes import ORGANISATION, UNION, new_id
from tests.service.web.filling import Filled

WARNING = {
    "rule": "holiday",
    "text": {"vi": "Trùng ngày nghỉ lễ", "en": None},
    "source": {"vi": "Bộ luật Lao động", "en": None},
    "must_be_accepted": True,
    "about": [],
    "accepted": None,
}


class Series:
    """A series of four Thursdays from 26 March 2026 on."""

    def __init__(self, browser, world):
        self.browser, self.world = browser, world
        draft = world.add(status="draft", seats=None)
        path = f"/to-chuc/su-kien/{draft['id']}/lap-lai"
        typed = {"every": "1", "unit": "weeks", "day.TH": "1", "end": "count", "count": "4"}
        more = {"step": "keep", "previewed": "FREQ=WEEKLY;COUNT=4"}
        made = browser.post(path, typed | more, page=path)
        assert made.status_code == 303, made.text
        self.path = made.location

    @property
    def events(self):
        """By date, of whatever series they are now."""
        own = [e for e in self.world.events.values() if e["series_id"]]
        return sorted(own, key=lambda e: e["occurrence"])

    def publish(self, *numbers):
        for number in numbers:
            seats = {"left": 150, "waitlist_length": 3, "state": "open", "capacity": 200}
            self.events[number].update(status="published", seats=seats)

    def page(self, step="", since=None):
        return self.browser.get(self.at(step, since)).text

    def at(self, step="", since=None):
        query = f"?tu={self.events[since]['id']}" if since is not None else ""
        return f"{self.path}{step}{query}"

    def send(self, step, since=None, /, *, page=None, **typed):
        """The form as it stands (on `page`, if given), with what is typed otherwise."""
        path = self.at(step, since)
        text = page.text if page else self.browser.get(path).text
        return self.browser.client.post(path, data=Filled(text).typed | typed)

    def statuses(self):
        return [e["status"] for e in self.events]

    def titles(self):
        return [e["title"]["vi"] for e in self.events]


@pytest.fixture
def series(organiser, world):
    return Series(organiser, world)


def test_the_page_says_the_rule_and_shows_each_date_with_its_state(series):
    series.publish(1)
    series.events[2].update(starts_at="2026-04-10T07:00:00Z", ends_at="2026-04-10T09:00:00Z")

    page = series.page()

    assert "Mỗi tuần vào thứ Năm, 4 lần" in page
    assert "Thứ Năm, 26/03/2026, 14:00–16:30" in page
    assert "Dời riêng, lẽ ra 14:00, 09/04/2026" in page
    assert page.count("Bản nháp") == 3
    for event in series.events:
        assert f'href="/to-chuc/su-kien/{event["id"]}"' in page


def test_an_event_says_that_it_is_one_of_a_series(series):
    overview = f"/to-chuc/su-kien/{series.events[1]['id']}"

    page = series.browser.get(overview).text

    assert f'href="{series.path}"' in page
    assert f'href="{series.at("/sua", 1)}"' in page
    assert "/lap-lai" not in page
    assert "Bạn đang sửa riêng buổi này" in series.browser.get(f"{overview}/sua").text
    alone = series.world.add()
    assert "Thuộc một chuỗi" not in series.browser.get(f"/to-chuc/su-kien/{alone['id']}").text


# --- All of them ---


def test_all_drafts_are_published_together(series):
    assert "4 bản nháp được công bố" in series.page("/cong-bo")
    assert UNION["name"] in series.page("/cong-bo")
    invited = sum(len(e["partners"]) + len(e["co_organisers"]) for e in series.events)
    assert f"{invited} thư mời, mỗi buổi một thư cho từng đơn vị" in series.page("/cong-bo")

    answer = series.send("/cong-bo")

    assert answer.location == series.path
    assert series.statuses() == ["published"] * 4
    assert "Chuỗi này không còn bản nháp nào" in series.page("/cong-bo")


def test_a_warning_is_shown_once_with_its_days_and_asks_for_a_reason(series, world):
    world.warnings = [WARNING]
    page = series.page("/cong-bo")
    assert page.count("Trùng ngày nghỉ lễ") == 1
    assert "Bộ luật Lao động" in page
    assert page.count("<li>Thứ Năm, ") == 4

    refused = series.send("/cong-bo")
    assert refused.status_code == 422
    assert 'href="#accept.holiday"' in refused.text
    assert set(series.statuses()) == {"draft"}

    series.send("/cong-bo", **{"accept.holiday": "Lịch của lãnh đạo"})
    assert set(series.statuses()) == {"published"}
    [sent] = [what for _, path, what in world.sent if path.endswith("/publish")]
    assert sent == {"accept": [{"rule": "holiday", "reason": {"vi": "Lịch của lãnh đạo"}}]}


def test_a_warning_that_needs_no_reason_asks_for_none(series, world):
    world.warnings = [WARNING | {"must_be_accepted": False}]
    assert "accept.holiday" not in series.page("/cong-bo")

    series.send("/cong-bo")

    assert set(series.statuses()) == {"published"}


def test_warnings_that_nobody_can_show_are_said_to_be_missing(series, world):
    world.away_at = f"/v1/series/{series.events[0]['series_id']}/warnings"

    assert "Chưa xem được các cảnh báo" in series.page("/cong-bo")


@pytest.mark.parametrize(
    ("step", "typed", "left"),
    [("/cong-bo", {}, "Chuỗi này không còn bản nháp nào."), ("/huy", {"reason.vi": "Bão"}, "Không còn buổi nào để hủy.")],
)  # fmt: skip
def test_pressed_twice_a_step_is_taken_once_and_the_second_says_so(series, step, typed, left):
    if step == "/huy":
        series.publish(0, 1, 2, 3)
    form = Filled(series.page(step)).typed | typed

    for _ in range(2):
        assert series.browser.client.post(series.at(step), data=form).location == series.path

    assert (
        len([path for _, path, _ in series.world.sent if path.endswith(("publish", "cancel"))]) == 1
    )
    assert left in series.page()


def test_where_all_are_cancelled_there_is_nothing_to_edit(series):
    for event in series.events:
        event["status"] = "cancelled"

    answer = series.browser.get(series.at("/sua"))

    assert answer.location == series.path
    page = series.page()
    assert "Không còn buổi nào để sửa" in page
    assert "Sửa cả chuỗi" not in page


@pytest.mark.parametrize(("since", "left"), [(None, 0), (2, 2)])
def test_all_or_those_that_follow_are_cancelled_with_a_reason(series, since, left):
    series.publish(0, 1, 2, 3)
    page = series.page("/huy", since)
    assert f"{4 - left} buổi bị hủy" in page
    assert f"{50 * (4 - left)} lượt người đã có chỗ" in page

    refused = series.send("/huy", since)
    assert refused.status_code == 422
    assert 'id="reason.vi-error"' in refused.text
    assert set(series.statuses()) == {"published"}

    series.send("/huy", since, **{"reason.vi": "Bão lớn"})
    assert series.statuses() == ["published"] * left + ["cancelled"] * (4 - left)


def test_where_nothing_is_published_there_is_nothing_to_cancel(series):
    assert "Không có buổi nào để hủy" in series.page("/huy")
    assert f"{series.path}/huy" not in series.page()


# --- One, those that follow, all ---


def test_what_is_changed_for_all_is_sent_once_and_nothing_else(series, world):
    answer = series.send("/sua", **{"title.vi": "Tên mới", "venue.address": ""})

    assert answer.location == series.path
    assert set(series.titles()) == {"Tên mới"}
    [sent] = [what for method, _, what in world.sent if method == "PATCH"]
    assert sent["title"]["vi"] == "Tên mới"
    assert sent["venue"] == {"address": None}
    assert sent.keys() == {"title", "venue"}


def test_saving_without_a_change_sends_nothing(series, world):
    assert series.send("/sua").status_code == 303
    assert not [path for method, path, _ in world.sent if method == "PATCH"]


def test_this_and_those_that_follow_become_a_series_of_their_own(series):
    old = series.titles()[0]

    answer = series.send("/sua", 2, **{"title.vi": "Tên mới"})

    assert series.titles() == [old, old, "Tên mới", "Tên mới"]
    assert answer.location == f"/to-chuc/chuoi/{series.events[2]['series_id']}"
    assert answer.location != series.path


def test_times_are_those_of_the_first_date_and_the_others_move_along(series):
    typed = Filled(series.page("/sua", 2)).typed
    assert (typed["starts_at"], typed["ends_at"]) == ("2026-04-09T14:00", "2026-04-09T16:30")

    series.send("/sua", 2, starts_at="2026-04-09T15:00", ends_at="2026-04-09T17:00")

    assert [e["starts_at"][5:16] for e in series.events] == [
        "03-26T07:00",
        "04-02T07:00",
        "04-09T08:00",
        "04-16T08:00",
    ]


def test_one_that_was_moved_alone_does_not_show_its_time_as_that_of_all(series):
    series.events[0].update(starts_at="2026-03-27T02:00:00Z", ends_at="2026-03-27T03:00:00Z")

    typed = Filled(series.page("/sua")).typed

    assert (typed["starts_at"], typed["ends_at"]) == ("2026-03-26T14:00", "2026-03-26T16:30")


def test_published_events_move_with_a_reason_alone_and_it_is_said_who_is_told(series, world):
    series.publish(0, 1)
    page = series.page("/sua")
    assert "100 lượt người đã có chỗ" in page
    assert UNION["name"] in page
    assert 'name="capacity"' not in page
    assert 'name="registration_opens_at"' not in page

    refused = series.send("/sua", starts_at="2026-03-26T15:00")
    assert refused.status_code == 422
    assert 'href="#reason.vi"' in refused.text
    assert 'value="2026-03-26T15:00"' in refused.text

    series.send("/sua", starts_at="2026-03-26T15:00", **{"reason.vi": "Trùng lịch"})
    [sent] = [what for method, _, what in world.sent if method == "PATCH"]
    # The end is meant as the form shows it.
    assert sent == {
        "starts_at": "2026-03-26T08:00:00Z",
        "ends_at": "2026-03-26T09:30:00Z",
        "registration_closes_at": "2026-03-25T07:00:00Z",
        "reason": {"vi": "Trùng lịch"},
    }


def test_texts_of_published_events_need_no_reason(series):
    series.publish(0)

    assert series.send("/sua", **{"title.vi": "Tên mới"}).status_code == 303


@pytest.mark.parametrize(
    ("name", "typed"),
    [("title.vi", ""), ("starts_at", "mai"), ("starts_at", ""), ("venue.name", ""), ("capacity", "x")],
)  # fmt: skip
def test_what_is_wrong_is_said_at_its_field(series, name, typed):
    page = series.send("/sua", **{name: typed})

    assert page.status_code == 422
    assert f'id="{name}-error"' in page.text


@pytest.mark.parametrize(("step", "typed"), [("/sua", {"title.vi": "Tên của tôi"}), ("/quy-tac", {"count": "6", "step": "keep", "previewed": "FREQ=WEEKLY;COUNT=6"})])  # fmt: skip
def test_a_series_that_somebody_else_changed_is_not_overwritten(series, step, typed):
    page = series.send(step, etag='"9"', **typed)

    assert page.status_code == 422
    assert "Có người vừa sửa chuỗi này" in page.text
    for value in list(typed.values())[:1]:
        assert f'value="{value}"' in page.text
    assert len(series.events) == 4


# --- Another rule ---


def test_a_new_rule_is_looked_at_before_it_is_kept(series, world):
    looked = series.send("/quy-tac", step="look", count="6")
    assert looked.text.count('<span class="tag ok">') == 2
    assert len(series.events) == 4

    answer = series.send("/quy-tac", page=looked, step="keep")

    assert answer.location == series.path
    [found] = world.series.values()
    assert found["rule"] == "FREQ=WEEKLY;COUNT=6"


def test_dates_that_are_gone_name_the_drafts_and_what_was_published(series, world):
    series.publish(1)
    looked = series.send("/quy-tac", step="look", every="2", count="2")
    part = looked.text[looked.text.index("Bản nháp sẽ bị bỏ") :]
    assert part.index("Thứ Năm, 16/04/2026") < part.index(
        "Buổi đã công bố mà quy tắc mới không còn"
    )
    assert "Thứ Năm, 02/04/2026" in part

    series.send("/quy-tac", page=looked, step="keep")

    assert series.statuses() == ["draft", "published", "draft"]
    page = series.page()
    assert "Ngoài quy tắc" in page
    assert "Chúng vẫn diễn ra" in page


def test_a_published_event_whose_date_is_gone_is_cancelled_with_a_reason(series):
    series.publish(1)
    looked = series.send("/quy-tac", step="look", every="2", count="2")

    series.send("/quy-tac", page=looked, step="keep", **{"cancel_reason.vi": "Ít người đến"})

    assert series.statuses() == ["draft", "cancelled", "draft"]
    assert series.events[1]["reason"]["vi"] == "Ít người đến"


def test_from_one_event_on_the_rule_counts_what_is_left(series):
    assert Filled(series.page("/quy-tac", 1)).typed["count"] == "3"


def test_a_rule_that_cannot_be_is_said_at_its_field(series):
    page = series.send("/quy-tac", step="look", rule="FREQ=HOURLY;COUNT=2")

    assert page.status_code == 422
    assert 'id="rule-error"' in page.text
    assert "Đổi quy tắc thành các ngày này" not in page.text


# --- Whose it is ---

STEPS = ("/cong-bo", "/huy", "/sua", "/quy-tac")


@pytest.mark.parametrize(
    ("role", "organisation", "sees"),
    [("leader", ORGANISATION, 200), ("officer", ORGANISATION, 404), ("organiser", UNION, 404)],
)
def test_a_series_is_its_organisers_and_leaders_look_at_it(
    series, world, signed_in, role, organisation, sees
):
    held = [{"organisation": organisation, "role": role, "event_id": None}]
    world.person("ai@example.vn", memberships=held)
    browser = signed_in("ai@example.vn")
    series.publish(0)
    before = series.statuses()

    page = browser.get(series.path)
    assert page.status_code == sees
    assert not re.search(rf'href="{series.path}/', page.text)
    for step in STEPS:
        assert browser.get(f"{series.path}{step}").status_code == 404
        typed = {"reason.vi": "x", "title.vi": "x", "step": "keep"}
        assert browser.post(f"{series.path}{step}", typed).status_code == 404
    assert series.statuses() == before


@pytest.mark.parametrize("step", ["/huy", "/sua", "/quy-tac"])
def test_from_an_event_of_another_series_there_is_no_page(series, step):
    assert series.browser.get(f"{series.path}{step}?tu={new_id()}").status_code == 404


def test_what_is_done_to_hundreds_of_events_is_waited_for():
    """Publishing a series takes longer than a page usually waits; giving up would say that it was not done."""
    waits = {}

    def answer(request):
        waits[request.url.path] = request.extensions["timeout"]["read"]
        return httpx2.Response(200, json={})

    events = Events(Line("events", "http://events", dict, transport=httpx2.MockTransport(answer)))
    events.publish_series("s", accept=[])
    events.cancel_series("s", {})
    events.change_series("t", {}, etag="1")
    events.begin_series("e", "r", key="k")
    events.copy_programme("p", year=2027, key="k")
    events.publish("e", accept=[])

    usual = waits.pop("/v1/events/e/publish")
    assert min(waits.values()) > 4 * usual
    assert len(waits) == 5

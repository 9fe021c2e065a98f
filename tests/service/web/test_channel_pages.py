"""A partner's channels: addresses with their state, a secret that is shown once, tests, answers and sending again."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest

from services.notifications.models import HookKind, Outcome, Result
from tests.service.web.channels_fakes import REFUSED, TAKEN, delivery_of, disable, endpoint_of
from tests.service.web.conftest import Browser
from tests.service.web.fakes import NOW, ORGANISATION, UNION, World

PAGE = "/doi-tac/kenh"
URL = "https://hethong.example/webhook"
ALL = {
    f"topic.{topic}": "1"
    for topic in ("event.published", "event.changed", "event.postponed", "event.cancelled", "event.completed", "partner.invited")
}  # fmt: skip


@pytest.fixture
def officer(world: World, signed_in: Callable[..., Browser]) -> Browser:
    role = {"organisation": ORGANISATION, "role": "officer", "event_id": None}
    world.person("can-bo@example.vn", name="Lê Cán Bộ", memberships=[role])
    return signed_in("can-bo@example.vn")


def test_an_address_is_added_and_its_secret_shown_once(officer: Browser, world: World) -> None:
    """The answer is kept nowhere."""
    assert "Chưa có địa chỉ nào" in officer.get(PAGE).text

    made = officer.post(PAGE, {"url": URL} | ALL, page=PAGE)

    assert (made.status_code, made.headers["Cache-Control"]) == (200, "no-store")
    found = re.search(r'id="secret" value="(whsec_[^"]+)"', made.text)
    assert found
    (endpoint,) = world.endpoints.values()
    assert (endpoint.url, endpoint.topics, endpoint.secret) == (URL, [], found[1])
    for path in (PAGE, f"{PAGE}/{endpoint.id}", f"{PAGE}/{endpoint.id}/sua"):
        later = officer.get(path).text
        assert "whsec_" not in later
        assert URL in later


def test_what_is_wrong_is_said_at_its_field_and_what_was_typed_stays(officer: Browser) -> None:
    """Addresses inside, none at all, no topic; the same address again."""
    for typed, field, words in (
        ({"url": "https://10.0.0.1/x"} | ALL, "url", "mạng công cộng"),
        ({"url": ""} | ALL, "url", "Xin nhập địa chỉ của hệ thống"),
        ({"url": URL}, "topics", "ít nhất một loại tin"),
    ):
        answer = officer.post(PAGE, typed, page=PAGE)
        assert answer.status_code == 422
        assert f'<a href="#{field}">' in answer.text
        assert words in answer.text
        assert f'value="{typed["url"]}"' in answer.text

    officer.post(PAGE, {"url": URL} | ALL, page=PAGE)
    again = officer.post(PAGE, {"url": URL} | ALL, page=PAGE)
    assert again.status_code == 422
    assert "hãy đổi khóa" in again.text


def test_address_and_topics_are_changed(officer: Browser, world: World) -> None:
    """All topics are the empty list; somebody else's change is not overwritten."""
    endpoint = endpoint_of(world)
    path = f"{PAGE}/{endpoint.id}/sua"
    etag = re.search(r'name="etag" value="([^"]+)"', officer.get(path).text)
    assert etag
    typed = {"url": URL + "2", "topic.event.cancelled": "1", "etag": etag[1].replace("&#34;", '"')}

    changed = officer.post(path, typed, page=path)

    assert changed.status_code == 303
    assert (endpoint.url, endpoint.topics) == (URL + "2", ["event.cancelled"])
    page = officer.get(path).text
    assert len(re.findall(r" checked[ >]", page)) == 1
    late = officer.post(path, typed | ALL, page=path)
    assert late.status_code == 422
    assert "Xin tải lại" in late.text
    assert endpoint.topics == ["event.cancelled"]


def test_a_test_is_sent_and_its_answer_shown(officer: Browser, world: World) -> None:
    """The page looks again by itself while the answer may come, and no longer."""
    endpoint = endpoint_of(world)
    path = f"{PAGE}/{endpoint.id}"

    sent = officer.post(f"{path}/thu", page=path)

    (delivery,) = world.hooks.values()
    assert (sent.status_code, sent.location) == (303, f"{path}/tin/{delivery.id}")
    waiting = officer.get(sent.location)
    assert waiting.headers["Refresh"] == "2"
    assert "Đang chờ trả lời" in waiting.text
    answered = delivery_of(world, endpoint, HookKind.TEST, REFUSED)
    shown = officer.get(f"{path}/tin/{answered.id}")
    assert "Refresh" not in shown.headers
    assert "Hệ thống không nhận (HTTP 500)" in shown.text
    assert "Lỗi cơ sở dữ liệu" in shown.text
    assert "0,1 giây" in shown.text


def test_deliveries_are_listed_and_one_is_sent_again(officer: Browser, world: World) -> None:
    """With the last answer; what is on its way offers no button."""
    endpoint = endpoint_of(world)
    path = f"{PAGE}/{endpoint.id}"
    taken = delivery_of(world, endpoint, HookKind.EVENT_CHANGED, REFUSED, TAKEN)
    waiting = delivery_of(world, endpoint, HookKind.PARTNER_INVITED, REFUSED)

    page = officer.get(path).text
    assert page.index("Thư mời đơn vị phối hợp") < page.index("Sự kiện thay đổi")
    assert "Hệ thống đã nhận (HTTP 200)" in page
    one = officer.get(f"{path}/tin/{taken.id}").text
    assert one.index("HTTP 200") < one.index("HTTP 500")
    assert "gui-lai" not in officer.get(f"{path}/tin/{waiting.id}").text

    again = officer.post(f"{path}/tin/{taken.id}/gui-lai", page=f"{path}/tin/{taken.id}")
    assert (again.status_code, again.location) == (303, f"{path}/tin/{taken.id}")
    assert taken.next_attempt_at == NOW


def test_a_disabled_address_says_why_and_is_enabled(officer: Browser, world: World) -> None:
    """What it missed cannot be sent before."""
    endpoint = endpoint_of(world)
    path = f"{PAGE}/{endpoint.id}"
    gone = (Outcome(Result.PERMANENT, "gone"), 410, "")
    missed = delivery_of(world, endpoint, HookKind.EVENT_CHANGED, gone)
    disable(endpoint)
    assert "Đang tắt" in officer.get(PAGE).text
    assert "không còn dùng" in officer.get(path).text

    tried = f"{path}/tin/{missed.id}"
    officer.post(f"{tried}/gui-lai", page=tried)
    assert "bật lại địa chỉ" in officer.get(tried).text
    assert missed.next_attempt_at is None
    officer.post(f"{path}/bat-lai", page=path)
    assert endpoint.is_active
    assert "Đang tắt" not in officer.get(path).text


def test_a_secret_is_replaced_and_an_address_deleted(officer: Browser, world: World) -> None:
    """Both in one step each, from the address's page."""
    endpoint = endpoint_of(world)
    path, before = f"{PAGE}/{endpoint.id}", endpoint.secret

    rotated = officer.post(f"{path}/doi-khoa", page=path)
    assert endpoint.secret in rotated.text
    assert before not in rotated.text
    assert "Khóa cũ còn ký" in rotated.text
    assert "Hai khóa cùng ký" in officer.get(path).text

    deleted = officer.post(f"{path}/xoa", page=path)
    assert deleted.location == f"{PAGE}?don-vi={ORGANISATION['id']}"
    assert world.endpoints == {}


def test_channels_are_the_officers_of_the_organisation(
    officer: Browser, organiser: Browser, world: World
) -> None:
    """To others there is no such page; the way there stands in the organisation's inbox."""
    endpoint = endpoint_of(world)
    for path in (PAGE, f"{PAGE}?don-vi={ORGANISATION['id']}", f"{PAGE}/{endpoint.id}"):
        assert organiser.get(path).status_code == 404
    assert officer.get(f"{PAGE}?don-vi={UNION['id']}").status_code == 404
    inbox = f"/hop-thu?don-vi={ORGANISATION['id']}"
    assert PAGE in officer.get(inbox).text
    assert PAGE not in organiser.get(inbox).text


def test_while_notifications_is_away_nothing_typed_is_lost(officer: Browser, world: World) -> None:
    """And the page says so."""
    officer.get(PAGE)
    page = officer.get(PAGE).text
    assert "Thêm và nhận khóa" in page
    world.away_at = "/v1/webhook-endpoints"

    answer = officer.post(PAGE, {"url": URL} | ALL, page="/hop-thu")

    assert answer.status_code == 503
    assert URL in answer.text

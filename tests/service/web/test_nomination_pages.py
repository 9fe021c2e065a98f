"""The pages of nominations: a partner's list, the organiser's view, a nominee's own link; and registering colleagues."""

from __future__ import annotations

import io
import re
from collections.abc import Callable
from typing import Any

import pytest

from tests.service.registrations.forms import field
from tests.service.registrations.test_import import sheet
from tests.service.web.conftest import Browser
from tests.service.web.fakes import ORGANISATION, UNION, WOMEN, World
from tests.service.web.form_fakes import asks
from tests.service.web.nomination_fakes import named, opened

LINES = "1. Nguyễn Thị Minh Họa, 0912 345 678\n2. Trần Văn Ví Dụ, vi-du@example.vn"


@pytest.fixture
def officer(world: World, signed_in: Callable[..., Browser]) -> Browser:
    """Somebody who acts for the Union."""
    world.person(
        "can-bo@example.vn",
        name="Lê Cán Bộ",
        memberships=[{"organisation": UNION, "role": "officer", "event_id": None}],
    )
    return signed_in("can-bo@example.vn")


@pytest.fixture
def asked(world: World) -> dict[str, Any]:
    return opened(world, world.add(), UNION)


def test_an_officer_finds_the_lists_of_the_own_organisation(
    officer: Browser, world: World, asked: dict[str, Any]
) -> None:
    """With the deadline and how far each is; nothing of other partners."""
    other = opened(world, world.add(), WOMEN)
    page = officer.get("/doi-tac").text
    assert f"/doi-tac/{asked['id']}" in page
    assert "0 / 2 chỗ đã đề cử" in page
    assert "17:00" in page
    assert other["id"] not in page
    assert officer.get(f"/doi-tac/{other['id']}").status_code == 404
    assert "/doi-tac" in officer.get("/toi").text


def test_a_pasted_list_is_shown_before_anything_is_kept(
    officer: Browser, world: World, asked: dict[str, Any]
) -> None:
    """Good lines and flagged ones apart, each with its reason; then the good ones are named and the flagged ones stay."""
    base = f"/doi-tac/{asked['id']}"
    text = f"{LINES}\n3. Phạm Thiếu Thư, Giám đốc"

    shown = officer.post(f"{base}/xem-truoc", {"text": text}, page=base).text

    assert asked["nominees"] == []
    assert "2 người đề cử được" in shown
    assert "Thiếu số điện thoại hoặc thư" in shown
    nonce = re.search(r'name="nonce" value="([^"]+)"', shown)
    assert nonce
    form = {"nonce": nonce[1], "good": LINES, "flagged": "3. Phạm Thiếu Thư, Giám đốc"}
    for _ in range(2):
        done = officer.post(f"{base}/de-cu", form, page=base)
        assert done.status_code == 422
    assert [one["name"] for one in asked["nominees"]] == ["Nguyễn Thị Minh Họa", "Trần Văn Ví Dụ"]
    assert "Đã đề cử 2 người" in done.text
    assert "Phạm Thiếu Thư, Giám đốc</textarea>" in done.text


def test_flagged_lines_are_mended_on_the_preview(officer: Browser, asked: dict[str, Any]) -> None:
    """Looked at again together with the good ones."""
    base = f"/doi-tac/{asked['id']}"
    form = {"good": "An, an@example.vn", "flagged": "Bình, 0987654321", "again": "1"}
    again = officer.post(f"{base}/de-cu", form, page=base).text
    assert "2 người đề cử được" in again
    assert "cần xem lại" not in again
    assert asked["nominees"] == []


def test_a_whole_list_without_flags_leads_back_to_it(
    officer: Browser, asked: dict[str, Any]
) -> None:
    """And an empty box is said."""
    base = f"/doi-tac/{asked['id']}"
    done = officer.post(f"{base}/de-cu", {"good": LINES}, page=base)
    assert (done.status_code, done.location) == (303, base)
    page = officer.get(base)
    assert "Đã đề cử đủ số chỗ" in page.text
    assert "/de-cu/" in page.text
    asked["seats"] = 3
    empty = officer.post(f"{base}/xem-truoc", {"text": " "}, page=base)
    assert "Xin dán danh sách" in empty.text


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_a_file_of_text_is_read_as_if_it_were_pasted(
    officer: Browser, asked: dict[str, Any], encoding: str
) -> None:
    """As spreadsheets save it; beside what was typed."""
    base = f"/doi-tac/{asked['id']}"
    table = "STT,Họ và tên,Email\r\n1,Trần Văn Ví Dụ,vi-du@example.vn\r\n"
    file = (io.BytesIO(table.encode(encoding)), "danh-sach.csv")
    page = officer.post(
        f"{base}/xem-truoc", {"text": "An, an@example.vn", "file": file}, page=base
    ).text
    assert "2 người đề cử được" in page
    assert "Trần Văn Ví Dụ" in page


@pytest.mark.parametrize(
    "content", [b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "Trần".encode("cp1258", "ignore") + b"\xff"]
)
def test_a_file_that_is_no_text_is_named(
    officer: Browser, asked: dict[str, Any], content: bytes
) -> None:
    """With what to do; what was typed stays."""
    base = f"/doi-tac/{asked['id']}"
    sent = {"text": "An, an@example.vn", "file": (io.BytesIO(content), "danh-sach.xls")}
    page = officer.post(f"{base}/xem-truoc", sent, page=base)
    assert page.status_code == 422
    assert "CSV UTF-8" in page.text
    assert "an@example.vn</textarea>" in page.text


def test_a_workbook_is_read_by_the_service(officer: Browser, asked: dict[str, Any]) -> None:
    """Its rows are looked at like lines, with what is wrong in it; also beside what was typed."""
    base = f"/doi-tac/{asked['id']}"

    def file() -> tuple[io.BytesIO, str]:
        rows = [["Họ và tên", "Email"], ["Trần Văn Ví Dụ", "vi-du@example.vn"], ["=A1", "x@y.vn"]]
        return io.BytesIO(sheet(*rows)), "danh-sach.xlsx"

    page = officer.post(f"{base}/xem-truoc", {"text": "", "file": file()}, page=base).text
    both = officer.post(
        f"{base}/xem-truoc", {"text": "An, an@example.vn", "file": file()}, page=base
    ).text

    assert "1 người đề cử được" in page
    assert "Trần Văn Ví Dụ, vi-du@example.vn</textarea>" in page
    assert asked["nominees"] == []
    assert "2 người đề cử được" in both
    assert both.index("an@example.vn") < both.index("vi-du@example.vn")


def test_a_workbook_that_cannot_be_read_is_named_at_the_file(
    officer: Browser, asked: dict[str, Any]
) -> None:
    """In the service's words; what was typed stays."""
    base = f"/doi-tac/{asked['id']}"
    file = io.BytesIO(sheet(["0912 345 678", "x"])), "danh-sach.xlsx"
    refused = officer.post(
        f"{base}/xem-truoc", {"text": "An, an@example.vn", "file": file}, page=base
    )
    assert refused.status_code == 422
    assert 'id="file-error"' in refused.text
    assert "Không tìm thấy cột họ và tên" in refused.text
    assert "an@example.vn</textarea>" in refused.text
    file = io.BytesIO(sheet(["0912 345 678", "x"])), "danh-sach.xlsx"
    alone = officer.post(f"{base}/xem-truoc", {"text": "", "file": file}, page=base)
    assert "Xin dán danh sách" not in alone.text


def test_a_nominee_is_replaced_once(officer: Browser, asked: dict[str, Any]) -> None:
    """A name and a way to ask them are needed; the one who was replaced cannot be again."""
    nominee = named(asked, "Người Cũ", phone="+84912345678", state="confirmed")
    path = f"/doi-tac/{asked['id']}/thay/{nominee['id']}"
    assert "vé của họ hết hiệu lực ngay" in officer.get(path).text
    bare = officer.post(path, {"name": "Người Mới"}, page=path)
    assert bare.status_code == 422
    assert "Xin nhập số điện thoại hoặc thư" in bare.text

    done = officer.post(path, {"name": "Người Mới", "email": "moi@example.vn"}, page=path)

    assert done.status_code == 303
    assert [(one["name"], one["state"]) for one in asked["nominees"]] == [
        ("Người Cũ", "replaced"),
        ("Người Mới", "nominated"),
    ]
    assert officer.get(path).status_code == 303


def test_a_closed_list_says_so(officer: Browser, asked: dict[str, Any]) -> None:
    """What comes late is refused in words, and stays in the box."""
    base = f"/doi-tac/{asked['id']}"
    officer.get(base)
    asked["closed"] = True
    late = officer.post(f"{base}/xem-truoc", {"text": LINES}, page=base)
    assert late.status_code == 422
    assert "Đã hết hạn đề cử" in late.text or "Hạn là" in late.text
    assert "gia hạn" in officer.get(base).text


def test_an_organiser_asks_a_partner_and_sees_its_counts(organiser: Browser, world: World) -> None:
    """The event's partners stand first; pressing twice asks once; one that was asked is not offered again."""
    event = world.add()
    path = f"/to-chuc/su-kien/{event['id']}/de-cu"
    assert path in organiser.get(f"/to-chuc/su-kien/{event['id']}").text
    page = organiser.get(path).text
    assert page.index(UNION["name"]) < page.index(f'value="{ORGANISATION["id"]}"')
    form = {
        "organisation_id": UNION["id"], "seats": "30", "deadline": "2026-03-20T17:00", "document_number": "15/GM-UBND", "document_date": "01/03/2026",
        "nonce": "once-and-once-only", "timezone": "Asia/Ho_Chi_Minh",
    }  # fmt: skip

    for _ in range(2):
        assert organiser.post(path, form, page=path).status_code == 303

    (made,) = world.nominations.values()
    assert (made["seats"], made["deadline"]) == (30, "2026-03-20T10:00:00Z")
    assert made["document"] == {"number": "15/GM-UBND", "date": "2026-03-01"}
    named(made, "Người Được Đề Cử", state="confirmed")
    page = organiser.get(path).text
    assert f'value="{UNION["id"]}"' not in page
    assert "Người Được Đề Cử" not in page
    assert "Người Được Đề Cử" in organiser.get(f"/doi-tac/{made['id']}").text


def test_what_is_wrong_with_an_invitation_is_said_at_once(organiser: Browser, world: World) -> None:
    """Every field."""
    path = f"/to-chuc/su-kien/{world.add()['id']}/de-cu"
    page = organiser.post(path, {"seats": "0", "document_date": "x"}, page=path)
    assert page.status_code == 422
    for said in ("Xin chọn đơn vị.", "một số nguyên từ 1", "Xin nhập hạn đề cử.", "Xin nhập ngày"):
        assert said in page.text
    assert world.nominations == {}


def test_an_organiser_changes_a_list_and_closes_it(
    organiser: Browser, asked: dict[str, Any]
) -> None:
    """Seats and deadline are those that stand; a later deadline opens it again."""
    path = f"/to-chuc/su-kien/{asked['event_id']}/de-cu/{asked['id']}"
    page = organiser.get(path).text
    assert 'value="2026-03-20T17:00"' in page
    organiser.post(path, {"close": "1"}, page=path)
    assert asked["closed"]
    form = {"seats": "5", "deadline": "2026-03-21T17:00", "timezone": "Asia/Ho_Chi_Minh"}
    assert organiser.post(path, form, page=path).status_code == 303
    assert (asked["seats"], asked["closed"]) == (5, False)


def test_only_organisers_see_the_organisers_page(officer: Browser, asked: dict[str, Any]) -> None:
    """A partner's officer is none."""
    path = f"/to-chuc/su-kien/{asked['event_id']}/de-cu"
    assert officer.get(path).status_code == 404
    assert officer.get(f"{path}/{asked['id']}").status_code == 404


def test_a_nominee_signs_in_by_mail_comes_back_and_confirms(
    browser: Browser, world: World, asked: dict[str, Any]
) -> None:
    """Opening the link answers nothing; the ticket is the nominee's own."""
    nominee = named(asked, "Trần Văn Ví Dụ", email="vi-du@example.vn")
    path = f"/de-cu/{nominee['id']}/s3cret"
    opened_by_link = browser.get(path)
    assert "đã đề cử Trần Văn Ví Dụ" in opened_by_link.text
    assert opened_by_link.headers["Cache-Control"] == "no-store"
    assert "noindex" in opened_by_link.headers.get("X-Robots-Tag", "") + opened_by_link.text
    assert browser.post(path, {"email": "vi-du@example.vn"}, page=path).location == "/dang-nhap/ma"
    back = browser.post("/dang-nhap/ma", {"code": "123456"}, page="/dang-nhap/ma")
    assert back.location == path
    assert "Tôi đồng ý nhận chỗ do" in browser.get(path).text
    assert nominee["state"] == "nominated"

    without = browser.post(path, {"name": "Ví Dụ", "consent_version": "1"}, page=path)
    assert "đánh dấu đồng ý" in without.text
    answer = {"name": "Ví Dụ", "consent_version": "1", "consent": "1"}
    done = browser.post(path, answer, page=path)

    assert done.location == f"/toi/ve/{nominee['registration_id']}"
    assert "Bạn đã có chỗ" in browser.get(done.location).text
    assert "Mở vé của tôi" in browser.get(path).text


def test_a_nominee_answers_the_events_form_on_the_same_page(
    signed_in: Callable[..., Browser], world: World, asked: dict[str, Any]
) -> None:
    """All that is missing is said at once, in the order of the page; what was typed stays."""
    event = world.events[asked["event_id"]]
    asks(world, event, field("trade", required=True), field("topic", "choice", required=True))
    nominee = named(asked, "Lan")
    path, browser = f"/de-cu/{nominee['id']}/s3cret", signed_in()
    assert 'name="answers.trade"' in browser.get(path).text

    form = {"name": "Lan", "consent_version": "1", "form_version": "1", "answers.topic": "tax"}
    missing = browser.post(path, form | {"answers.topic": ""}, page=path)
    lacks_one = browser.post(path, form | {"consent": "1"}, page=path)

    assert missing.status_code == lacks_one.status_code == 422
    places = [missing.text.index(f'href="#{name}"') for name in ("answers.trade", "answers.topic", "consent")]  # fmt: skip
    assert places == sorted(places)
    assert re.search(r'value="tax" checked', lacks_one.text)
    assert nominee["state"] == "nominated"
    whole = form | {"consent": "1", "answers.trade": "Bán lẻ"}
    done = browser.post(path, whole, page=path)
    assert done.location == f"/toi/ve/{nominee['registration_id']}"
    place = world.registrations[nominee["registration_id"]]
    assert place["answers"] == {"trade": "Bán lẻ", "topic": "tax"}


def test_what_is_asked_without_scripts_comes_once_its_condition_is_met(
    signed_in: Callable[..., Browser], world: World, asked: dict[str, Any]
) -> None:
    """And where nobody knows what is asked, nothing is confirmed and what was typed stays."""
    hangs = field("more", shown_if={"field": "topic", "equals": "tax"})
    asks(world, world.events[asked["event_id"]], field("topic", "choice"), hangs)
    nominee = named(asked, "Lan")
    path, browser = f"/de-cu/{nominee['id']}/s3cret", signed_in()
    form = {"name": "Lan", "consent": "1", "consent_version": "1", "answers.topic": "tax"}

    late = browser.post(path, form, page=path)
    world.away_at = f"/v1/offers/{asked['event_id']}/form"
    away = browser.post(path, form, page=path)

    assert "mở thêm câu hỏi" in late.text
    assert away.status_code == 503
    assert 'name="answers.topic" value="tax"' in away.text
    assert nominee["state"] == "nominated"


def test_a_nominee_declines_without_signing_in(browser: Browser, asked: dict[str, Any]) -> None:
    """By a button, and may change their mind."""
    nominee = named(asked, "Trần Văn Ví Dụ")
    path = f"/de-cu/{nominee['id']}/s3cret"
    assert browser.post(path, {"decline": "1"}, page=path).status_code == 303
    assert nominee["state"] == "declined"
    page = browser.get(path).text
    assert "Bạn đã từ chối" in page
    assert 'name="decline"' not in page


def test_a_link_that_does_not_hold_any_longer_says_why(
    browser: Browser, asked: dict[str, Any]
) -> None:
    """Replaced, confirmed by somebody, too late, or none of ours."""
    nominee = named(asked, "Trần Văn Ví Dụ", state="replaced")
    path = f"/de-cu/{nominee['id']}/s3cret"
    assert "đã đề cử người khác" in browser.get(path).text
    nominee["state"] = "confirmed"
    assert "đã được xác nhận" in browser.get(path).text
    nominee["state"], asked["closed"] = "lapsed", True
    assert "Đã hết hạn trả lời" in browser.get(path).text
    assert browser.get(f"/de-cu/{nominee['id']}/other").status_code == 404


def test_who_is_registered_already_is_led_to_the_ticket(
    signed_in: Callable[..., Browser], world: World, asked: dict[str, Any]
) -> None:
    """One person has one place."""
    nominee = named(asked, "Lan")
    browser = signed_in()
    event, me = world.events[asked["event_id"]], world.people["lan@example.vn"]
    mine = world.register(event, me, "Lan")
    path = f"/de-cu/{nominee['id']}/s3cret"
    answer = {"name": "Lan", "consent_version": "1", "consent": "1"}
    assert browser.post(path, answer, page=path).location == f"/toi/ve/{mine['id']}"


def test_colleagues_are_registered_from_ones_ticket(
    signed_in: Callable[..., Browser], world: World
) -> None:
    """Each stands among one's own registrations by name; one's own place comes first."""
    browser, event = signed_in(), world.add()
    mine = world.register(event, world.people["lan@example.vn"], "Lan")
    path = f"/su-kien/{event['id']}/dong-nghiep"
    assert path in browser.get(f"/toi/ve/{mine['id']}").text
    form = {
        "people.0.name": "Nguyễn An",
        "people.2.name": "Trần Bình",
        "people.2.phone": "0912 345 678",
    }

    done = browser.post(path, form, page=path)

    assert done.location == "/toi"
    page = browser.get("/toi").text
    assert "Đã đăng ký cho 2 đồng nghiệp" in page
    assert "Đồng nghiệp: Nguyễn An" in page
    assert page.index(f"/toi/ve/{mine['id']}") < page.index("Đồng nghiệp: Nguyễn An")
    an = next(r for r in world.registrations.values() if r["name"] == "Nguyễn An")
    ticket = browser.get(f"/toi/ve/{an['id']}")
    assert ticket.status_code == 200
    assert path not in ticket.text
    # The event's page and its form still speak of one's own place.
    assert browser.get(f"/su-kien/{event['id']}/dang-ky").location == f"/toi/ve/{mine['id']}"


def test_a_group_that_does_not_fit_keeps_what_was_typed(
    signed_in: Callable[..., Browser], world: World
) -> None:
    """Refused in words; wrong fields are said where they stand on the page."""
    browser = signed_in()
    seats = {"left": 1, "waitlist_length": 0, "state": "open", "capacity": 200}
    event = world.add(seats=seats)
    path = f"/su-kien/{event['id']}/dong-nghiep"
    form = {"people.0.name": "An", "people.1.name": "Bình", "together": "1"}
    refused = browser.post(path, form, page=path)
    assert refused.status_code == 422
    assert "Còn 1 chỗ" in refused.text
    assert 'value="Bình"' in refused.text
    assert browser.post(path, {}, page=path).status_code == 422
    wrong = browser.post(path, {"people.1.phone": "12"}, page=path).text
    assert 'href="#people.1.phone"' in wrong
    assert 'href="#people.1.name"' in wrong
    more = browser.post(path, {"people.0.name": "An", "more": "1"}, page=path).text
    assert 'name="people.9.name"' in more
    assert 'value="An"' in more


def test_part_of_a_group_waits(signed_in: Callable[..., Browser], world: World) -> None:
    """And is told."""
    browser = signed_in()
    seats = {"left": 1, "waitlist_length": 0, "state": "open", "capacity": 200}
    path = f"/su-kien/{world.add(seats=seats)['id']}/dong-nghiep"
    browser.post(path, {"people.0.name": "An", "people.1.name": "Bình"}, page=path)
    page = browser.get("/toi").text
    assert "Đã đăng ký cho 2 đồng nghiệp: 1 người có chỗ" in page


@pytest.mark.parametrize("service", ["registrations"])
def test_when_registrations_is_away_nothing_that_was_typed_is_lost(
    officer: Browser, world: World, asked: dict[str, Any], service: str
) -> None:
    """503 where the page itself cannot be had; the same form may be sent again."""
    base = f"/doi-tac/{asked['id']}"
    officer.get(base)
    world.away_at = f"/v1/nominations/{asked['id']}/nominees/preview"
    page = officer.post(f"{base}/xem-truoc", {"text": LINES}, page=base)
    assert page.status_code == 503
    assert "Nguyễn Thị Minh Họa" in page.text

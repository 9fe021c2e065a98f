"""Files of events: looked at before anything is made, refused with the reason, bounded in size and memory."""

from __future__ import annotations

import io
import re

import httpx2
import pytest

from services.events.importing import read_csv
from services.web.line import Line, Refused, Upload
from services.web.uploads import LARGEST_FILE, LARGEST_FORM
from tests.service.web.fakes import KINDS, ORGANISATION

PAGE = "/to-chuc/nhap"
HEAD = "Mã,Tên sự kiện,Bắt đầu,Kết thúc\n"
GOOD = "A,Họp mặt,26/05/2026 14:00,26/05/2026 16:00\n"
BAD = "B,,hôm nào đó,\n"


def table(*rows: str) -> bytes:
    return (HEAD + "".join(rows)).encode()


def send(browser, content: bytes, name: str = "bang.csv", **more):
    typed = {"organisation_id": ORGANISATION["id"], "kind": "training", "timezone": "Asia/Ho_Chi_Minh"} | more  # fmt: skip
    return browser.post(PAGE, typed | {"file": (io.BytesIO(content), name)}, page=PAGE)


def read(browser, content: bytes, name: str = "bang.csv") -> str:
    """The address of the preview."""
    sent = send(browser, content, name)
    assert sent.status_code == 303, sent.text
    return str(sent.location)


def confirm(browser, preview: str):
    return browser.post(f"{preview}/xac-nhan", page=preview)


def test_nothing_is_made_before_it_is_confirmed_and_then_the_drafts_are_linked(organiser, world):
    preview = read(organiser, table(GOOD))

    page = organiser.get(preview).text
    assert "Chưa có gì được tạo" in page
    assert ">Tạo 1 bản nháp</button>" in page
    assert world.events == {}

    assert confirm(organiser, preview).location == preview
    (draft,) = world.events.values()
    page = organiser.get(preview).text
    assert "Đã tạo 1 bản nháp, đã sửa 0." in page
    assert f'href="/to-chuc/su-kien/{draft["id"]}">Họp mặt</a>' in page
    assert "xac-nhan" not in page


def test_a_bad_row_says_what_is_wrong_at_its_place_and_costs_no_good_one(organiser, world):
    preview = read(organiser, table(GOOD, BAD))

    page = organiser.get(preview).text
    bad = page[page.index('data-label="Thứ tự">2<') :]
    assert "Thiếu tên sự kiện." in bad
    assert "Thiếu ngày giờ bắt đầu" in bad
    assert "Chưa nhận" in bad

    confirm(organiser, preview)
    assert [event["title"]["vi"] for event in world.events.values()] == ["Họp mặt"]


def test_a_corrected_file_updates_what_was_made_of_it(organiser, world):
    confirm(organiser, read(organiser, table(GOOD, BAD)))
    good, mended = GOOD.replace("Họp mặt", "Gặp mặt"), "B,Tọa đàm,27/05/2026 08:00,\n"

    preview = read(organiser, table(good, mended))
    page = organiser.get(preview).text
    assert "Tạo 1 bản nháp, sửa 1" in page
    assert "<dt>Tên sự kiện</dt>" in page
    assert "<del>Họp mặt</del>" in page
    assert "<ins>Gặp mặt</ins>" in page

    confirm(organiser, preview)
    assert sorted(e["title"]["vi"] for e in world.events.values()) == ["Gặp mặt", "Tọa đàm"]


def test_a_file_is_taken_in_once(organiser, world):
    preview = read(organiser, table(GOOD))
    page = organiser.get(preview).text
    token = re.search(r'name="csrf_token" value="([^"]+)"', page)[1]
    for _ in range(2):
        organiser.client.post(f"{preview}/xac-nhan", data={"csrf_token": token})

    assert len(world.events) == 1
    assert "đã được đưa vào từ trước" in organiser.get(preview).text


def test_a_file_that_holds_nothing_new_has_a_next_step_and_no_button(organiser):
    preview = read(organiser, table(BAD))

    page = organiser.get(preview).text

    assert "Không có gì mới để đưa vào." in page
    assert "Sửa tệp rồi đọc lại" in page
    assert "xac-nhan" not in page


@pytest.mark.parametrize(
    ("content", "name", "why"),
    [
        (b"a,b\n1,2\n", "bang.csv", "Không tìm thấy cột tên sự kiện và giờ bắt đầu"),
        (b"BEGIN:NOTHING", "lich.ics", "Tệp này không phải là lịch"),
        (b"PK nothing", "bang.XLSX", "Tệp này không đọc được như một bảng"),
        (b"old", "bang.xls", "Xin lưu bảng thành .xlsx"),
        (b"", "bang.csv", "Tệp này trống"),
        (b"x", "", "Xin chọn tệp"),
        (b"x" * (LARGEST_FILE + 1), "bang.csv", "lớn hơn 10 MiB"),
    ],
)
def test_a_file_that_is_refused_says_why_and_what_was_chosen_stays(organiser, content, name, why):
    answer = send(organiser, content, name)

    assert answer.status_code == 422
    assert re.search(f'<p class="error" id="file-error">.*?{why}', answer.text, re.DOTALL)
    assert '<a href="#file">' in answer.text
    assert '<option value="training" selected>' in answer.text
    assert "xin chọn lại tệp" in answer.text


def test_what_is_not_chosen_is_asked_for_at_its_field(organiser):
    answer = send(organiser, table(GOOD), kind="", timezone="Mars/Base")

    assert answer.status_code == 422
    for field in ("kind", "timezone"):
        assert f'id="{field}-error"' in answer.text


def test_what_is_typed_stays_while_events_is_away(organiser, world):
    page = organiser.get(PAGE).text
    token = re.search(r'name="csrf_token" value="([^"]+)"', page)[1]
    world.away = {"events"}

    answer = organiser.client.post(PAGE, data={"csrf_token": token, "kind": "training", "organisation_id": ORGANISATION["id"], "file": (io.BytesIO(table(GOOD)), "a.csv")})  # fmt: skip

    assert answer.status_code == 503
    assert answer.headers["Retry-After"]


def test_a_large_file_passes_here_and_nowhere_else(organiser, world):
    """A table of 5 MiB, most of it blank; other pages refuse what is larger than a form."""
    event = world.add()
    text = "x" * (5 * LARGEST_FORM)
    blank = f"{' ' * 100_000}\n" * 55
    preview = read(organiser, table(GOOD, blank))
    assert world.uploads[-1][1] > 5 * LARGEST_FORM
    assert preview.startswith(PAGE)

    for page in (
        "/dang-nhap",
        "/toi/ho-so",
        f"/to-chuc/su-kien/{event['id']}/sua",
        f"{preview}/xac-nhan",
    ):
        for data in ({"title.vi": text}, {"file": (io.BytesIO(text.encode()), "a.csv")}):
            assert organiser.client.post(page, data=data).status_code == 413, page


def test_only_who_plans_may_send_much(browser, signed_in, organiser):
    large = {"file": (io.BytesIO(b"x" * 2 * LARGEST_FORM), "a.csv")}
    assert browser.client.post(PAGE, data=dict(large)).status_code == 413
    large = {"file": (io.BytesIO(b"x" * 2 * LARGEST_FORM), "a.csv")}
    assert signed_in().client.post(PAGE, data=large).status_code == 413

    too_large = {"file": (io.BytesIO(b"x" * 12 * LARGEST_FORM), "a.csv")}
    answer = organiser.client.post(PAGE, data=too_large)
    assert answer.status_code == 413
    assert "chia nhỏ tệp" in answer.text


def test_it_is_no_page_for_those_who_do_not_plan(signed_in, organiser, world):
    preview = read(organiser, table(GOOD))
    leader = {"organisation": ORGANISATION, "role": "leader", "event_id": None}
    world.person("lanh-dao@example.vn", name="Lãnh Đạo", memberships=[leader])

    for email in ("lan@example.vn", "lanh-dao@example.vn"):
        other = signed_in(email)
        assert other.get(PAGE).status_code == 404
        assert other.get(preview).status_code == 404
        assert other.post(f"{preview}/xac-nhan", page="/toi").status_code == 404
    assert world.events == {}


def test_the_sample_is_a_table_that_the_reader_knows(organiser):
    """With its mark, so that spreadsheets show the accents; in the reader's own headings in every language."""
    for language in ("vi", "en"):
        organiser.post("/ngon-ngu", {"language": language})
        answer = organiser.get(f"{PAGE}/mau.csv")
        assert answer.headers["Content-Disposition"].startswith("attachment")
        assert answer.data.startswith(b"\xef\xbb\xbf")
        (row,) = read_csv(answer.data, "Asia/Ho_Chi_Minh")
        assert row.problems == {}
        assert {
            "title",
            "kind",
            "starts_at",
            "ends_at",
            "venue",
            "capacity",
            "description",
        } <= row.fields.keys()
        assert row.fields["venue"]["address"]
        assert row.key
    assert KINDS[0]["name"]["en"].casefold() == row.fields["kind"]


def test_many_rows_come_in_pages_and_by_what_becomes_of_them(organiser):
    rows = [f"{n},Buổi {n:03},26/05/2026 14:00,\n" for n in range(130)]
    preview = read(organiser, table(*rows, BAD))

    first, second = organiser.get(preview).text, organiser.get(f"{preview}?loai=&tu=100").text
    assert "Buổi 099" in first
    assert "Buổi 100" not in first
    assert "tu=100" in first
    assert "Buổi 129" in second
    refused = organiser.get(f"{preview}?loai=refused").text
    assert "Thiếu tên sự kiện." in refused
    assert "Buổi 000" not in refused
    assert organiser.get(f"{preview}?loai=x&tu=-1").status_code == 200


def test_the_pages_ask_the_same_few_questions_whatever_the_file_holds(organiser, world):
    def asked(content: bytes) -> int:
        preview = read(organiser, content)
        world.asked.clear()
        organiser.get(preview)
        return len(world.asked)

    assert asked(table(GOOD)) == asked(table(*(f"{n},Buổi,26/05/2026 14:00,\n" for n in range(200)))) == 2  # fmt: skip


class Watched(io.BytesIO):
    """A file that notes how much of it is asked for at a time."""

    largest = 0

    def read(self, size: int | None = -1) -> bytes:
        found = super().read(size)
        self.largest = max(self.largest, len(found))
        return found


def test_a_file_is_passed_on_in_pieces_and_anew_with_a_new_token():
    """Never whole in memory; an attempt that was refused for its token has read it already."""
    file, came = Watched(b"x" * (3 * LARGEST_FORM)), []

    class Server(httpx2.BaseTransport):
        def handle_request(self, request: httpx2.Request) -> httpx2.Response:
            came.append(sum(len(piece) for piece in request.stream))
            assert request.headers["Content-Type"] == "text/csv"
            return httpx2.Response(401 if len(came) == 1 else 422, json={"type": "/problems/x"})

    def person(*, renewed: bool = False) -> dict[str, str]:
        return {"Authorization": f"Bearer {renewed}"}

    with pytest.raises(Refused, match="422"):
        Line("events", "http://events", person, transport=Server()).send(
            "POST", "/v1/imports", body=Upload(file, "text/csv")
        )

    assert came == [3 * LARGEST_FORM] * 2
    assert file.largest <= LARGEST_FORM // 8

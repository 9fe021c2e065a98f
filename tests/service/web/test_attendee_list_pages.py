"""An organiser's lists: read in with flagged rows mended where they stand, searched, and taken along as files."""

from __future__ import annotations

import io
import re

import pytest

from services.web.uploads import LARGEST_FILE
from tests.service.web.fakes import new_id

LIST = """Họ và tên;SĐT;Email;Đơn vị
Nguyễn Thị Ữ;0912 345 678;;Công ty Ữ
;0909 000 111;;
Lê Hạ;12;sai;Hộ Hạ
"""


@pytest.fixture
def event(world):
    return world.add()


@pytest.fixture
def page(event) -> str:
    return f"/to-chuc/su-kien/{event['id']}/nhap-danh-sach"


def send(organiser, page: str, content: str | bytes = LIST, name: str = "ds.csv"):
    data = content.encode() if isinstance(content, str) else content
    return organiser.post(page, {"file": (io.BytesIO(data), name)}, page=page)


def read(organiser, page: str, content: str = LIST) -> str:
    sent = send(organiser, page, content)
    assert sent.status_code == 303, sent.text
    return str(sent.location)


def names(world) -> list[str]:
    return [one["name"] for one in world.registrations.values()]


def test_nobody_is_registered_before_it_is_confirmed(organiser, world, page):
    preview = read(organiser, page)

    shown = organiser.get(preview).text
    assert ">Đưa 1 người vào</button>" in shown
    assert "Đơn vị (“Đơn vị”)" in shown
    assert names(world) == []

    organiser.post(f"{preview}/xac-nhan", page=preview)
    assert "Đã đưa 1 người vào." in organiser.get(preview).text
    assert names(world) == ["Nguyễn Thị Ữ"]


def test_flagged_rows_are_mended_where_they_stand(organiser, world, page):
    preview = read(organiser, page)
    shown = organiser.get(preview).text
    assert "Thiếu họ và tên" in shown
    assert re.search(r'name="row\.4\.phone" value="12"[^>]*aria-invalid="true"', shown)

    sent = {"row.3.name": "Trần Mới", "row.4.phone": "0912 000 111", "row.4.email": "", "row.x.name": "X"}  # fmt: skip
    done = organiser.post(f"{preview}/sua", sent, page=preview)
    assert done.location == preview
    shown = organiser.get(preview).text
    assert "Đã sửa được 2 dòng." in shown
    assert ">Đưa 3 người vào</button>" in shown

    organiser.post(f"{preview}/xac-nhan", page=preview)
    assert names(world) == ["Nguyễn Thị Ữ", "Trần Mới", "Lê Hạ"]


def test_a_row_that_is_still_wrong_says_so(organiser, page):
    preview = read(organiser, page)
    organiser.post(f"{preview}/sua", {"row.4.phone": "vẫn sai"}, page=preview)
    shown = organiser.get(preview).text
    assert "vẫn còn chỗ cần sửa" in shown
    assert 'value="vẫn sai"' in shown


def test_the_same_list_again_is_nothing_new(organiser, world, page):
    preview = read(organiser, page)
    organiser.post(f"{preview}/xac-nhan", page=preview)
    shown = organiser.get(
        read(organiser, page, LIST.split(";0909", maxsplit=1)[0].rstrip("\n"))
    ).text
    assert "Không có gì mới" in shown
    assert "xac-nhan" not in shown


@pytest.mark.parametrize(
    ("content", "name", "said"),
    [
        (b"", "ds.csv", "Tệp này trống"),
        (b"x", "ds.pdf", "Không đọc được loại tệp này"),
        (b"x" * (LARGEST_FILE + 1), "ds.csv", "lớn hơn 10 MiB"),
        (b"a,b\n1,2\n", "ds.csv", "Không tìm thấy cột họ và tên"),
        (b"PK", "ds.xlsx", "không đọc được như một bảng"),
    ],
    ids=["empty", "a paper", "large", "no names", "no workbook"],
)
def test_what_is_no_list_is_said_at_the_file(organiser, page, content, name, said):
    answer = send(organiser, page, content, name)
    assert answer.status_code == 422
    assert said in answer.text
    assert 'id="file-error"' in answer.text


def test_a_list_of_another_event_is_not_there(organiser, world, page):
    preview = read(organiser, page)
    other = world.add()
    assert organiser.get(f"/to-chuc/su-kien/{other['id']}/nhap-danh-sach/{preview.rsplit('/')[-1]}").status_code == 404  # fmt: skip
    assert organiser.get(f"{page}/{new_id()}").status_code == 404


def test_the_list_is_taken_along_as_it_comes(organiser, world, event, page):
    organiser.post(f"{(preview := read(organiser, page))}/xac-nhan", page=preview)
    base = f"/to-chuc/su-kien/{event['id']}/danh-sach"
    shown = organiser.get(base).text
    assert f'href="{base}.xlsx"' in shown
    assert "Công ty Ữ" in shown

    file = organiser.get(f"{base}.csv?status=confirmed")
    assert file.data.decode() == "Nguyễn Thị Ữ"
    assert file.headers["Content-Length"] == str(len(file.data))
    assert "attachment" in file.headers["Content-Disposition"]
    assert file.headers["Cache-Control"] == "private, no-store"
    assert organiser.get(f"{base}.csv?status=cancelled").data == b""
    assert organiser.get(f"{base}.ods").status_code == 404


def test_files_and_lists_are_for_who_plans(world, browser, event, page):
    """Whoever only works the door sees neither."""
    base = f"/to-chuc/su-kien/{event['id']}/danh-sach"
    assert browser.get(f"{base}.csv").status_code in (302, 303)
    browser.sign_in("ai-do@example.vn")
    for path in (page, f"{base}.csv", f"{page}/mau.csv"):
        assert browser.get(path).status_code == 404, path


def test_a_service_that_is_away_is_said_at_the_file(organiser, world, page):
    world.away.add("registrations")
    answer = send(organiser, page)
    assert answer.status_code == 503


def test_the_sample_is_read_without_a_flag(organiser, page):
    sample = organiser.get(f"{page}/mau.csv").data
    shown = organiser.get(read(organiser, page, sample.decode("utf-8"))).text
    assert ">Đưa 1 người vào</button>" in shown


def test_papers_are_offered_in_parts(organiser, world, event):
    """As many files as there are two hundreds of people."""
    for number in range(201):
        world.register(event, {"id": new_id()}, f"Người {number}")
    base = f"/to-chuc/su-kien/{event['id']}"
    shown = organiser.get(f"{base}/danh-sach").text
    assert f'href="{base}/the-dai-bieu.pdf?phan=2"' in shown
    assert "Tờ cho người 201–201" in shown
    assert "giay-xac-nhan.pdf" not in shown
    assert organiser.get(f"{base}/the-dai-bieu.pdf?phan=2").data == b"badges 2"
    assert organiser.get(f"{base}/ve-moi.pdf?phan=x").data == b"tickets 1"
    assert organiser.get(f"{base}/khac.pdf").status_code == 404


def test_ones_own_ticket_and_certificate_are_on_its_page(organiser, world, event):
    """The certificate once one was admitted."""
    me = world.people["ban-to-chuc@example.vn"]
    mine = world.register(event, me, "Tôi")
    page = f"/toi/ve/{mine['id']}"
    shown = organiser.get(page).text
    assert f'href="{page}/ve-moi.pdf"' in shown
    assert "giay-xac-nhan" not in shown
    assert organiser.get(f"{page}/ve-moi.pdf").data == b"ticket"
    assert organiser.get(f"{page}/giay-xac-nhan.pdf").status_code == 409
    mine["checked_in_at"] = mine["registered_at"]
    assert f'href="{page}/giay-xac-nhan.pdf"' in organiser.get(page).text
    other = world.register(event, world.person("khac@example.vn"), "Khác")
    assert organiser.get(f"/toi/ve/{other['id']}/ve-moi.pdf").status_code == 404


def test_the_preview_is_english_for_who_reads_english(organiser, page):
    """What the service says of a row, too."""
    organiser.post("/ngon-ngu", {"language": "en"})
    shown = organiser.get(read(organiser, page)).text
    for said in (
        ">Take in 1 person</button>",
        "Row 3",
        "The name is missing",
        "Columns recognised:",
    ):
        assert said in shown
    assert "Thiếu" not in shown

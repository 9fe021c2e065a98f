"""Papers: read back with every mark, for who may have them, and only for who has a place or attended."""

from __future__ import annotations

import shutil
import subprocess
import unicodedata
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import pytest

from services.registrations.printing import PER_FILE
from services.registrations.printing.paper import LETTERS, Paper, in_words
from shared.ids import new_id
from tests.service.registrations.conftest import Registrations
from tests.service.registrations.test_import import attendees, read, take
from tests.support.harness import Person, problem

pytestmark = pytest.mark.skipif(
    not (LETTERS / "BeVietnamPro-Bold.ttf").exists(), reason="needs `make assets`"
)
LONG = "Công Tằng Tôn Nữ Thị Ngọc Ánh Nguyệt Ữ Ậ Phương Thảo Nguyễn Phúc Hoàng Ỷ Lan Ẩn"
NAMES = ("Nguyễn Thị Ữ", "Ồn Ẫm Ữu Ậu Ỹ Ợi Ặc Ễnh Ổi", LONG, "Trần Hu" + "\u031b\u0303" + "u")
TITLE = "Đối thoại giữa lãnh đạo phường với doanh nghiệp trẻ và hộ kinh doanh"


def text_of(pdf: bytes) -> str:
    """What stands on it, as one line a paragraph; skips without poppler."""
    tool = shutil.which("pdftotext")
    if tool is None:
        pytest.skip("needs poppler: apt-get install poppler-utils")
    done = subprocess.run(
        [tool, "-raw", "-", "-"], input=pdf, capture_output=True, check=True, timeout=30
    )
    return " ".join(unicodedata.normalize("NFC", done.stdout.decode()).split())


@pytest.fixture
def event(registrations: Registrations) -> UUID:
    """An event whose organiser is known by name, with people on a list."""
    event = registrations.open_event(
        capacity=50,
        title={"vi": TITLE, "en": None},
        organisation={"id": str(registrations.organisation), "name": "Ủy ban nhân dân phường"},
    )
    lines = "".join(f"{name};Công ty Ữ Ậ\n" for name in NAMES)
    take(registrations, read(registrations, event, f"Họ và tên;Đơn vị\n{lines}"))
    return event


def admit(registrations: Registrations, event: UUID, place: int) -> dict[str, Any]:
    one = attendees(registrations, event)[place]
    body = {"registration_id": one["id"]}
    answer = registrations.post(f"/offers/{event}/check-ins", body, by=registrations.organiser)
    assert answer.status_code == 201, answer.json
    return one


def paper(registrations: Registrations, path: str, by: Person | None = None) -> bytes:
    answer = registrations.get(path, by=by or registrations.organiser)
    assert answer.status_code == 200, answer.json
    assert answer.content_type == "application/pdf"
    assert answer.headers["Cache-Control"] == "private, no-store"
    return answer.data


@pytest.mark.parametrize("kind", ["badges", "tickets"])
def test_every_mark_of_every_name_stands_on_the_paper(
    registrations: Registrations, event: UUID, kind: str
) -> None:
    """Stacked marks, names of 80 letters, and letters that were typed apart from their marks."""
    said = text_of(paper(registrations, f"/offers/{event}/{kind}.pdf"))
    for name in NAMES:
        assert unicodedata.normalize("NFC", name) in said
    assert said.count("Công ty Ữ Ậ") == len(NAMES)


def test_papers_lie_in_the_order_of_given_names(registrations: Registrations, event: UUID) -> None:
    """As they are looked for on a table."""
    said = text_of(paper(registrations, f"/offers/{event}/badges.pdf"))
    places = [said.index(unicodedata.normalize("NFC", NAMES[n])) for n in (2, 3, 1, 0)]
    assert places == sorted(places)


def test_a_certificate_is_worded_as_documents_are(
    registrations: Registrations, event: UUID
) -> None:
    """Who, what, when, where, by whom; for nobody who was not there."""
    path = f"/offers/{event}/certificates.pdf"
    assert problem(registrations.get(path, by=registrations.organiser)) == "nobody-to-print"
    one = admit(registrations, event, 2)
    said = text_of(paper(registrations, path))
    assert "Giấy xác nhận tham dự" in said
    assert "Độc lập - Tự do - Hạnh phúc" in said
    assert "Ủy ban nhân dân phường xác nhận" in said
    assert f"Ông/Bà {LONG}" in said
    assert TITLE in said
    assert "tại Hội trường." in said
    assert NAMES[0] not in said
    alone = text_of(paper(registrations, f"/registrations/{one['id']}/certificate.pdf"))
    assert alone == said


def test_days_are_written_as_documents_write_them() -> None:
    """A 0 before days below 10 and months below 3."""
    assert in_words(datetime(2026, 2, 5, tzinfo=UTC)) == "ngày 05 tháng 02 năm 2026"
    assert in_words(datetime(2026, 3, 26, tzinfo=UTC)) == "ngày 26 tháng 3 năm 2026"


def test_a_person_has_their_own_ticket_and_certificate(registrations: Registrations) -> None:
    """In their language, as long as they have a place; a certificate when they were there."""
    event, ada = registrations.open_event(), Person()
    (mine,) = registrations.register(event, ada, name="Ada Ữ")
    base = f"/registrations/{mine['id']}"
    ticket = registrations.get(f"{base}/ticket", by=ada).json
    answer = registrations.get(f"{base}/ticket.pdf", by=ada, language="en")
    said = text_of(answer.data)
    assert "Entry code" in said
    assert f"{ticket['code'][:4]}-{ticket['code'][4:]}" in said
    assert problem(registrations.get(f"{base}/certificate.pdf", by=ada)) == "no-certificate"
    admit(registrations, event, 0)
    assert "Ông/Bà Ada Ữ" in text_of(paper(registrations, f"{base}/certificate.pdf", by=ada))
    registrations.post(
        f"/registrations/{mine['id']}/undo-check-in", {"reason": "x"}, by=registrations.organiser
    )
    registrations.cancel(mine)
    assert problem(registrations.get(f"{base}/ticket.pdf", by=ada)) == "no-ticket"


def test_nobody_else_gets_a_paper(registrations: Registrations, event: UUID) -> None:
    """Neither the door nor another organisation nor another person."""
    one = admit(registrations, event, 0)
    door = Person().at_door(event, registrations.organisation)
    for by in (Person(), door, Person().with_role("organiser", new_id())):
        for path in (
            f"/offers/{event}/badges.pdf",
            f"/offers/{event}/tickets.pdf",
            f"/offers/{event}/certificates.pdf",
            f"/registrations/{one['id']}/ticket.pdf",
            f"/registrations/{one['id']}/certificate.pdf",
        ):
            assert registrations.get(path, by=by).status_code in (403, 404), path


def test_many_are_printed_in_parts_and_each_is_logged(registrations: Registrations) -> None:
    """A file holds so many that it is made in seconds."""
    event = registrations.open_event(capacity=PER_FILE + 1)
    people = "".join(f"Người {n:03}\n" for n in range(PER_FILE + 1))
    take(registrations, read(registrations, event, f"Name\n{people}"))
    organiser = registrations.organiser
    answer = registrations.get(f"/offers/{event}/badges.pdf?part=2", by=organiser)
    assert f"Người {PER_FILE:03}" in text_of(answer.data)
    log = registrations.get(f"/offers/{event}/log?limit=200", by=organiser)
    log = registrations.get(
        f"/offers/{event}/log?limit=200&cursor={log.json['next']}", by=organiser
    )
    assert (log.json["items"][-1]["details"], log.json["items"][-1]["by"]) == (
        {"format": "badges"},
        str(organiser.id),
    )
    none = registrations.get(f"/offers/{event}/badges.pdf?part=3", by=organiser)
    assert problem(none) == "nobody-to-print"


def test_any_text_is_drawn_into_its_box() -> None:
    """Without an end, without a space, in letters that the font lacks, from right to left."""
    paper = Paper()
    paper.add_page()
    for text in (
        "Ữ" * 300,
        "Ậ Ữ " * 75,
        "陳大文",
        "😀",
        "مرحبا Ữ",
        "\u0301",
        "\u202e abc",
        " ",
        "{}%s",
    ):
        assert paper.fitted(text, (10, 10, 80, 20), largest=20) <= 30.01
    assert paper.written().startswith(b"%PDF")

"""Lists as files: every name as it is, no cell a formula, for those who plan the event only."""

from __future__ import annotations

import csv
import io
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from services.registrations.exporting import Columns, write_csv
from services.registrations.models import What
from shared.ids import new_id
from tests.service.registrations.conftest import Registrations
from tests.support.harness import Person
from tests.support.spreadsheets import by_calamine, by_libreoffice

SPACES = (
    "",
    " ",
    "\t",
    "\r",
    "\n",
    "\x0b",
    "\x1c",
    "\x85",
    "\xa0",
    "\u1680",
    "\u2003",
    "\u200b",
    "\u200f",
    "\u3000",
    "\ufeff",
)
NAMES = (
    "Nguyễn Thị Ữ Ậ Ợ Ỹ",
    '=HYPERLINK("http://x.example";"bấm")',
    "+84 người",
    "-1+1",
    "@SUM(1)",
    "＝1+1",
    "＋1",
    "－2+3",
    "＠A1",
    " =1+1",
    "\u200b=1+1",
    'Lê "Anh", Tú; Hạ',
    "Nguyễn Văn A" + "\u0309",
)


def export(registrations: Registrations, event: UUID, format: str, **more: Any) -> bytes:
    answer = registrations.get(
        f"/offers/{event}/export?format={format}", by=registrations.organiser, **more
    )
    assert answer.status_code == 200, answer.get_data(as_text=True)
    assert answer.content_length == len(answer.data)
    return answer.data


def lines(content: bytes) -> list[list[str]]:
    assert content.startswith(b"\xef\xbb\xbf")
    return list(csv.reader(io.StringIO(content.decode("utf-8-sig"), newline="")))


@pytest.fixture
def event(registrations: Registrations) -> UUID:
    """An event with somebody of every name."""
    event = registrations.open_event(capacity=len(NAMES) - 1)
    for name in NAMES:
        answer = registrations.post(
            f"/offers/{event}/registrations",
            {"name": name, "phone": "0912 345 678", "note": name, "organisation_name": name},
            by=Person(),
        )
        assert answer.status_code == 201, answer.json
    return event


def kept(name: str) -> str:
    """One line of text loses the space around it, on purpose, when it comes in."""
    return name.strip()


def test_a_csv_keeps_every_mark_and_calculates_nothing(
    registrations: Registrations, event: UUID
) -> None:
    """A text that a spreadsheet would calculate has an apostrophe in front, and so has a phone."""
    head, *rows = lines(export(registrations, event, "csv"))
    assert head[:3] == ["Họ và tên", "Đơn vị", "Điện thoại"]
    assert [row[0].removeprefix("'") for row in rows] == [kept(name) for name in NAMES]
    assert {row[2] for row in rows} == {"'+84912345678"}
    for cell in (cell for row in rows for cell in row):
        assert cell.lstrip(" \t\r\n\u200b")[:1] not in tuple("=+-@＝＋－＠"), cell
    assert [row[4] for row in rows[-2:]] == ["Có chỗ", "Danh sách chờ"]
    assert rows[-1][5] == "1"


def test_a_workbook_keeps_texts_as_texts(registrations: Registrations, event: UUID) -> None:
    """As calamine reads it; times are times on the clock of the event's place."""
    head, *rows = by_calamine(export(registrations, event, "xlsx", language="en"))
    assert head[0] == "Name"
    assert [row[0] for row in rows] == [kept(name) for name in NAMES]
    assert [row[8] for row in rows] == list(NAMES)
    assert {row[2] for row in rows} == {"+84912345678"}
    local = registrations.clock.now() + timedelta(hours=7)
    assert rows[0][6] == local.replace(tzinfo=None, second=0, microsecond=0)


@pytest.mark.slow
@pytest.mark.parametrize("format", ["xlsx", "csv"])
def test_libreoffice_finds_no_formula(
    registrations: Registrations, event: UUID, format: str, tmp_path: Path
) -> None:
    """Shown and as formulas it reads the same; each name with every mark, each phone readable."""
    content = export(registrations, event, format)
    shown = by_libreoffice(content, tmp_path / "shown", ending=format)
    written = by_libreoffice(content, tmp_path / "written", ending=format, formulas=True)
    assert [row[:5] for row in shown] == [row[:5] for row in written]
    assert [row[0].removeprefix("'") for row in shown[1:]] == [kept(name) for name in NAMES]
    assert all("+84912345678" in row[2] for row in shown[1:])


def test_both_ways_of_writing_a_csv_say_the_same(registrations: Registrations) -> None:
    """PostgreSQL writes the lines by itself; what it holds for a formula is what we do."""
    event = registrations.open_event(capacity=3)
    notes = [f"{space}{sign}1" for sign in "=+-@＝＋－＠Ữ1'_" for space in SPACES]
    for note in [*notes, 'a "b", c\nd', "", "100%", "%(x)s {y} \\n \\\\", "\t", "\r", "\ttext"]:
        body = {"name": "Nguyễn Ữ", "note": note}
        answer = registrations.post(f"/offers/{event}/registrations", body, by=Person())
        assert answer.status_code == 201, (note, answer.json)
    by_hand = io.BytesIO()
    with registrations.deps.unit_of_work(read_only=True) as uow:
        write_csv(by_hand, Columns("vi", "Asia/Ho_Chi_Minh"), uow.lists.records(event))
    assert lines(export(registrations, event, "csv")) == lines(by_hand.getvalue())


def test_one_status_alone(registrations: Registrations, event: UUID) -> None:
    """As the page filters."""
    answer = registrations.get(
        f"/offers/{event}/export?format=csv&status=waitlisted", by=registrations.organiser
    )
    assert len(lines(answer.data)) == 2


def test_who_took_a_list_is_in_the_log(registrations: Registrations, event: UUID) -> None:
    """Before it goes."""
    organiser = registrations.organiser
    registrations.get(f"/offers/{event}/export?format=xlsx", by=organiser)
    log = registrations.get(f"/offers/{event}/log?limit=200", by=organiser).json["items"]
    assert (log[-1]["what"], log[-1]["by"]) == (What.EXPORTED, str(organiser.id))
    assert log[-1]["details"] == {"format": "xlsx"}


def test_nobody_else_takes_a_list_along(registrations: Registrations, event: UUID) -> None:
    """Not the door, which sees the names on its page; not the organiser of another organisation."""
    for by in (
        Person().at_door(event, registrations.organisation),
        Person().with_role("officer", registrations.organisation),
        Person().with_role("organiser", new_id()),
        Person(),
    ):
        answer = registrations.get(f"/offers/{event}/export?format=csv", by=by)
        assert answer.status_code in (403, 404)
    assert registrations.get(f"/offers/{event}/export?format=csv").status_code == 401


def test_a_form_that_there_is_not_is_refused(registrations: Registrations, event: UUID) -> None:
    """By name."""
    answer = registrations.get(f"/offers/{event}/export?format=ods", by=registrations.organiser)
    assert answer.status_code == 422
    assert answer.json["errors"][0]["field"] == "format"

"""What was answered as columns of the list: texts in the reader's words, never a formula."""

from __future__ import annotations

import io
import tracemalloc
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import pytest

from services.registrations.exporting import WRITERS, Columns, questions_of
from services.registrations.models import Form, Status
from tests.service.registrations.conftest import Registrations
from tests.service.registrations.forms import (
    ANSWERS,
    EVERY_KIND,
    answer,
    edit,
    field,
    set_form,
    with_form,
)
from tests.service.registrations.test_export import export, lines
from tests.support.harness import Person
from tests.support.spreadsheets import by_calamine


def by_name(rows: list[list[Any]]) -> dict[str, dict[str, Any]]:
    return {row[0]: dict(zip(rows[0], row, strict=True)) for row in rows[1:]}


def both(house: Registrations, event: UUID, **more: Any) -> list[dict[str, dict[str, Any]]]:
    """The CSV and the workbook, by who registered."""
    csv, workbook = (export(house, event, format_, **more) for format_ in ("csv", "xlsx"))
    return [by_name(lines(csv)), by_name(by_calamine(workbook))]


def test_every_kind_of_answer_is_a_text_in_its_own_column(registrations: Registrations) -> None:
    """A business a column for each part; who answered nothing has empty cells."""
    event = with_form(registrations, *EVERY_KIND, capacity=9)
    answer(registrations, event, ANSWERS | {"staff": 12.5})
    registrations.post(f"/offers/{event}/walk-ins", {"name": "Ada"}, by=registrations.organiser)

    for found in both(registrations, event):
        assert list(found["Lan"])[9:] == [
            *(f"Mục {key}" for key in ("trade", "topic", "other", "question", "needs", "staff")),
            *("Mục photos", "Mục business", "Mục business: mã số thuế"),
            *("Mục business: ngành nghề", "Mục business: hộ kinh doanh"),
        ]
        said = list(found["Lan"].values())[9:]
        assert said == [
            *("Bán lẻ {0}", "Chọn tax", "", "Hóa đơn\nđiện tử?", "Chọn tax; Chọn credit"),
            *("12,5", "Đồng ý", "Công ty Mận", "0100112437", "Bán lẻ", ""),
        ]
        assert set(list(found["Ada"].values())[9:]) == {""}


def test_nothing_that_was_answered_or_asked_is_calculated(registrations: Registrations) -> None:
    """In the CSV it gets an apostrophe, headings included; in the workbook it is a text."""
    formula = "=HYPERLINK(1)"
    asked = field("a", label={"vi": formula})
    event = with_form(registrations, asked, field("n", "number", min=-5))
    answer(registrations, event, {"a": formula, "n": -1.5})

    csv, workbook = both(registrations, event)

    assert csv["Lan"][f"'{formula}"] == f"'{formula}"
    assert csv["Lan"]["Mục n"] == "'-1,5"
    assert (workbook["Lan"][formula], workbook["Lan"]["Mục n"]) == (formula, "-1,5")


def test_what_is_not_asked_any_more_stands_behind_what_is(registrations: Registrations) -> None:
    """Where somebody answered it; an option that is gone keeps its words."""
    event, lan = with_form(registrations, field("old"), field("topic", "choice")), Person()
    made = answer(registrations, event, {"old": "x", "topic": "credit"}, by=lan).json
    only = [{"key": "tax", "label": {"vi": "Thuế"}}]
    set_form(registrations, event, field("new"), field("topic", "choice", options=only), seen=1)

    (csv, _) = both(registrations, event)

    assert list(csv["Lan"].items())[9:] == [
        ("Mục new", ""),
        ("Mục topic", "Chọn credit"),
        ("Mục old", "x"),
    ]
    edit(registrations, made, {"topic": "tax", "new": "y"}, by=lan)
    (csv, _) = both(registrations, event)
    assert list(csv["Lan"].items())[9:] == [("Mục new", "y"), ("Mục topic", "Thuế")]


def test_the_columns_speak_the_readers_language(registrations: Registrations) -> None:
    """Where the organiser wrote it; else Vietnamese."""
    event = with_form(registrations, field("staff", "number"), field("topic", "choice"))
    answer(registrations, event, {"staff": 2.5, "topic": "tax"})

    (csv, _) = both(registrations, event, headers={"Accept-Language": "en"})

    assert (csv["Lan"]["Field staff"], csv["Lan"]["Field topic"]) == ("2.5", "Chọn tax")


@pytest.mark.parametrize("format_", ["csv", "xlsx"])
def test_memory_does_not_grow_with_the_rows(format_: str) -> None:
    """A hundred times as many rows with answers take about as much."""
    form = Form.empty(UUID(int=0), 1)
    plain: dict[str, Any] = {"options": None, "text": None}
    form.kept_fields = [plain | field("question", "long-text")]
    columns = Columns("vi", "Asia/Ho_Chi_Minh", questions_of([form]))
    now = datetime(2026, 11, 25, tzinfo=UTC)

    def peak(rows: int) -> int:
        records = (
            ("Lan", None, None, None, Status.CONFIRMED, None, now, None, None, {"question": f"{number}" * 200})
            for number in range(rows)
        )  # fmt: skip
        write, _ = WRITERS[format_]
        with io.FileIO("/dev/null", "r+") as nowhere:
            file: Any = nowhere if format_ == "csv" else io.BytesIO()
            tracemalloc.start()
            write(file, columns, records)
            _, most = tracemalloc.get_traced_memory()
            tracemalloc.stop()
            # A workbook is zipped into the memory that stands for its file here.
            return most - (0 if format_ == "csv" else 2 * file.tell())

    assert peak(5_000) < peak(50) + 1_000_000

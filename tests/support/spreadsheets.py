"""Spreadsheets as programs of others open them: calamine, and LibreOffice where it is installed."""

from __future__ import annotations

import csv
import io
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
from python_calamine import CalamineWorkbook


def by_calamine(content: bytes) -> list[list[Any]]:
    """The cells of a workbook's first sheet."""
    return CalamineWorkbook.from_filelike(io.BytesIO(content)).get_sheet_by_index(0).to_python()


def by_libreoffice(
    content: bytes, folder: Path, *, ending: str, formulas: bool = False, texts: int = 0
) -> list[list[str]]:
    """The cells as LibreOffice shows them, or as formulas where they are some; skips without it.

    The first `texts` columns of a text file are kept as they are; else what looks like a number becomes one.
    """
    office = shutil.which("soffice") or shutil.which("libreoffice")
    if office is None:
        pytest.skip("needs LibreOffice: apt-get install libreoffice-calc-nogui")
    folder.mkdir(exist_ok=True)
    source = folder / f"list.{ending}"
    source.write_bytes(content)
    # Comma, quote, UTF-8, from line 1, no column types, no language, quotes, as shown, formulas instead of values.
    options = f"44,34,76,1,,0,false,true,{str(formulas).lower()}"
    # Unlike its window, it does not see the mark of UTF-8 here.
    kinds = "/".join(f"{column}/2" for column in range(1, texts + 1))
    reading = [f"--infilter=csv:44,34,76,1,{kinds}"] if ending == "csv" else []
    done = subprocess.run(
        [
            office,
            "--headless",
            *reading,
            f"-env:UserInstallation={(folder / 'profile').as_uri()}",
            "--convert-to",
            f"csv:Text - txt - csv (StarCalc):{options}",
            "--outdir",
            str(folder / "out"),
            str(source),
        ],
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    written = folder / "out" / "list.csv"
    assert written.is_file(), done.stderr
    with written.open(encoding="utf-8", newline="") as lines:
        return list(csv.reader(lines))

"""Run as a program of its own: reads the workbook that comes in, and writes its first sheet, a line of JSON a row.

A workbook of a few kilobytes can ask for all memory there is: by what it unpacks to, by one cell at the far end of the
sheet, by one long text that a million cells name. So the reading is bounded from outside: this process may take so much
memory and time, and no more. It knows nothing of the project.
"""

from __future__ import annotations

import io
import json
import resource
import sys
from datetime import date, datetime, time, timedelta
from typing import Any

MEMORY = 640 * 1024 * 1024
SECONDS = 15
# What whoever started it has to take in: columns beyond these are no table that somebody wrote.
MOST_COLUMNS = 100
LARGEST_OUTPUT = 48 * 1024 * 1024
TOO_LARGE = 3


def main(most_rows: int) -> int:
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))

    from python_calamine import CalamineWorkbook

    sheet = CalamineWorkbook.from_filelike(io.BytesIO(sys.stdin.buffer.read())).get_sheet_by_index(
        0
    )
    left = sheet.start[1] if sheet.start else 0
    merged = [
        (top, first - left, bottom, last - left)
        for (top, first), (bottom, last) in (sheet.merged_cell_ranges or ())[:10_000]
    ]
    out, written = sys.stdout.buffer, 0
    out.write(_line(merged))
    for number, cells in enumerate(sheet.iter_rows()):
        if number > most_rows:
            break
        line = _line(cells[:MOST_COLUMNS])
        written += len(line)
        if written > LARGEST_OUTPUT:
            return TOO_LARGE
        out.write(line)
    out.flush()
    return 0


def _line(value: Any) -> bytes:
    return json.dumps(value, ensure_ascii=False, default=_tagged).encode() + b"\n"


def _tagged(cell: Any) -> dict[str, Any]:
    match cell:
        case datetime():
            return {"datetime": cell.isoformat()}
        case date():
            return {"date": cell.isoformat()}
        case time():
            return {"time": cell.isoformat()}
        case timedelta():
            return {"seconds": cell.total_seconds()}
    return {"text": str(cell)}


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1])))

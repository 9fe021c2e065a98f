"""Lists of attendees as files for spreadsheets: written row by row to a temporary file, so memory does not grow with them."""

from services.registrations.exporting.answers import questions_of
from services.registrations.exporting.columns import Columns
from services.registrations.exporting.csv_file import write_csv, write_lines
from services.registrations.exporting.xlsx_file import write_xlsx

__all__ = ["WRITERS", "Columns", "questions_of", "write_csv", "write_lines", "write_xlsx"]

# By format: how it is written, and its media type.
WRITERS = {
    "csv": (write_csv, "text/csv; charset=utf-8"),
    "xlsx": (write_xlsx, "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
}

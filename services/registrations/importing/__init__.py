"""Reading attendees from tables of others (.csv, .xlsx): each line becomes a row, good or with its problems named.

Nothing here knows the database. A file that cannot be read at all is UnreadableSheet.
"""

from services.registrations.importing.columns import MOST_ROWS, read
from services.registrations.importing.nominees import MOST_SHEET_LINES, read_nominees
from services.registrations.importing.rows import FIELDS, Row, check
from shared.sheets import read_csv, read_xlsx

__all__ = [
    "FIELDS",
    "LARGEST_FILE",
    "MOST_ROWS",
    "MOST_SHEET_LINES",
    "READERS",
    "Row",
    "check",
    "read",
    "read_nominees",
]

LARGEST_FILE = 10 * 1024 * 1024
# By media type; the names stand in the preview.
READERS = {
    "text/csv": ("csv", read_csv),
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": ("xlsx", read_xlsx),
}

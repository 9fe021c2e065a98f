"""Reading events from files of others (.ics, .csv, .xlsx): each entry becomes a row, good or with its problems named.

Nothing here knows the database. A file that cannot be read at all is UnreadableFile.
"""

from services.events.importing.calendars import read_calendar
from services.events.importing.rows import LARGEST_FILE, MOST_ROWS, Row, UnreadableFile
from services.events.importing.sheets import read_csv, read_xlsx

__all__ = [
    "LARGEST_FILE",
    "MOST_ROWS",
    "READERS",
    "Row",
    "UnreadableFile",
    "read_calendar",
    "read_csv",
    "read_xlsx",
]

# By media type; the names stand in the preview.
READERS = {
    "text/calendar": ("ics", read_calendar),
    "text/csv": ("csv", read_csv),
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": ("xlsx", read_xlsx),
}

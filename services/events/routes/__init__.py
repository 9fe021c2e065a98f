"""The HTTP API of events: it translates and decides nothing. A file a concept, one blueprint."""

from services.events.routes import (
    calendars,
    events,
    history,
    imports,
    open_data,
    programmes,
    series,
    warnings,
)
from services.events.routes.blueprint import bp

__all__ = [
    "bp",
    "calendars",
    "events",
    "history",
    "imports",
    "open_data",
    "programmes",
    "series",
    "warnings",
]

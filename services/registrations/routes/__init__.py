"""The HTTP API of registrations: it translates and decides nothing."""

from services.registrations.routes import (
    door,
    door_devices,
    forms,
    groups,
    imports,
    lists,
    nominations,
    nominee_sheets,
    nominees,
    offers,
    papers,
    registrations,
)
from services.registrations.routes.blueprint import bp

__all__ = [
    "bp",
    "door",
    "door_devices",
    "forms",
    "groups",
    "imports",
    "lists",
    "nominations",
    "nominee_sheets",
    "nominees",
    "offers",
    "papers",
    "registrations",
]
from services.registrations.routes import after

__all__ = ["after", "bp", "door", "offers", "registrations"]

"""The HTTP API of registrations: it translates and decides nothing."""

from services.registrations.routes import (
    door,
    door_devices,
    forms,
    groups,
    nominations,
    nominees,
    offers,
    registrations,
)
from services.registrations.routes.blueprint import bp

__all__ = [
    "bp",
    "door",
    "door_devices",
    "forms",
    "groups",
    "nominations",
    "nominees",
    "offers",
    "registrations",
]

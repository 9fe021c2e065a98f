"""The HTTP API of registrations: it translates and decides nothing."""

from services.registrations.routes import after, door, offers, registrations
from services.registrations.routes.blueprint import bp

__all__ = ["after", "bp", "door", "offers", "registrations"]

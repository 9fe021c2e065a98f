"""The HTTP API of registrations: it translates and decides nothing."""

from services.registrations.routes import door, imports, lists, offers, papers, registrations
from services.registrations.routes.blueprint import bp

__all__ = ["bp", "door", "imports", "lists", "offers", "papers", "registrations"]

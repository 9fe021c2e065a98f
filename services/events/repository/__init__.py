"""The queries of events, and the unit of work that carries them."""

from services.events.repository.events import UnitOfWork

__all__ = ["UnitOfWork"]

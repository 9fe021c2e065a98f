"""The queries of registrations, and the unit of work that carries them."""

from services.registrations.repository.offers import Offers
from services.registrations.repository.unit_of_work import UnitOfWork

__all__ = ["Offers", "UnitOfWork"]

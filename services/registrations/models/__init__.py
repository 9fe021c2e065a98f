"""Offers of seats, the registrations for them, and the rules of who gets a place."""

from services.registrations.models.base import TABLES, Base
from services.registrations.models.offer import Offer
from services.registrations.models.quota import Quota
from services.registrations.models.registration import Registration
from services.registrations.models.seat_log import SeatLogEntry, What
from services.registrations.models.status import IN_PLAY, OfferState, Status
from services.registrations.models.survey import Survey, SurveyParticipation, SurveyState

__all__ = [
    "IN_PLAY",
    "TABLES",
    "Base",
    "Offer",
    "OfferState",
    "Quota",
    "Registration",
    "SeatLogEntry",
    "Status",
    "Survey",
    "SurveyParticipation",
    "SurveyState",
    "What",
]

"""Offers of seats, the registrations for them, and the rules of who gets a place."""

from services.registrations.models.answer_sheet import AnswerSheet
from services.registrations.models.base import TABLES, Base
from services.registrations.models.form import Form
from services.registrations.models.form_field import Field, Kind
from services.registrations.models.imports import Fate, Import, ImportRow
from services.registrations.models.nomination import Nomination, Nominee, NomineeState
from services.registrations.models.offer import Offer
from services.registrations.models.quota import Quota
from services.registrations.models.registration import MOST_COLLEAGUES, Registration
from services.registrations.models.scan import Outcome, Scan, ScanKind
from services.registrations.models.seat_log import SeatLogEntry, What
from services.registrations.models.status import IN_PLAY, OfferState, Status
from services.registrations.models.survey import Survey, SurveyParticipation, SurveyState

__all__ = [
    "IN_PLAY",
    "MOST_COLLEAGUES",
    "TABLES",
    "AnswerSheet",
    "Base",
    "Fate",
    "Field",
    "Form",
    "Import",
    "ImportRow",
    "Kind",
    "Nomination",
    "Nominee",
    "NomineeState",
    "Offer",
    "OfferState",
    "Outcome",
    "Quota",
    "Registration",
    "Scan",
    "ScanKind",
    "SeatLogEntry",
    "Status",
    "Survey",
    "SurveyParticipation",
    "SurveyState",
    "What",
]

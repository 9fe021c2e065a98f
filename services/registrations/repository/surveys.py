"""The queries of surveys."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy.orm import Session

from services.registrations.models import (
    Survey,
    SurveyParticipation,
)


class Surveys:
    """Surveys by event, and who has answered. Only with the offer's lock."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def find(self, event_id: UUID) -> Survey | None:
        return self._session.get(Survey, event_id, populate_existing=True)

    def keep(self, survey: Survey) -> Survey:
        self._session.add(survey)
        return survey

    def has_answered(self, registration_id: UUID) -> bool:
        return self._session.get(SurveyParticipation, registration_id) is not None

    def note_participation(self, registration_id: UUID) -> None:
        self._session.add(SurveyParticipation(registration_id=registration_id))

"""What those who came thought of an event: counts and texts that belong to nobody, and who has answered, apart."""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from services.registrations.errors import (
    DidNotAttend,
    QuestionsFixed,
    SurveyAnswered,
    SurveyClosed,
    SurveyNotOpen,
)
from services.registrations.models.answers import SCALE, checked
from services.registrations.models.base import Base
from services.registrations.models.offer import Offer
from services.registrations.models.registration import Registration
from services.registrations.models.small_groups import LEAST

DAYS = 14


class SurveyState(StrEnum):
    """Whether it can be answered."""

    NOT_OPEN = "not-open"
    OPEN = "open"
    CLOSED = "closed"


class Survey(Base):
    """The questions about one event, and all that was answered, in one row.

    No answer is kept as an answer: each is added to counts, and each text to a list that is sorted, so that no row, no
    order and no transaction leads from what was said to who said it. Who answers holds the offer's lock.
    """

    __tablename__ = "surveys"

    event_id: Mapped[UUID] = mapped_column(sa.ForeignKey("offers.event_id"), primary_key=True)
    questions: Mapped[list[dict[str, Any]]] = mapped_column(sa.JSON)
    days: Mapped[int] = mapped_column(doc="For so many days after the end of the event")
    closes_at: Mapped[datetime | None] = mapped_column(
        doc="Fixed with the first answer: an event that moves does not open it again"
    )
    answered: Mapped[int] = mapped_column(doc="How many people")
    tally: Mapped[dict[str, Any]] = mapped_column(
        doc="By question: how often each value was chosen"
    )
    texts: Mapped[dict[str, Any]] = mapped_column(doc="By question: what was written, sorted")

    @classmethod
    def of(cls, event_id: UUID, questions: Sequence[Mapping[str, Any]]) -> Survey:
        return cls(
            event_id=event_id,
            questions=[dict(one) for one in questions],
            days=DAYS,
            closes_at=None,
            answered=0,
            tally={},
            texts={},
        )

    def closes(self, offer: Offer) -> datetime:
        """From when on nobody answers any more."""
        return self.closes_at or offer.ends_at + timedelta(days=self.days)

    def state(self, offer: Offer, now: datetime) -> SurveyState:
        if self.closes_at is None and (offer.cancelled or offer.postponed or now < offer.ends_at):
            return SurveyState.NOT_OPEN
        return SurveyState.OPEN if now < self.closes(offer) else SurveyState.CLOSED

    def ask(
        self, offer: Offer, questions: Sequence[dict[str, Any]], days: int, now: datetime
    ) -> None:
        """Change the questions while nobody has answered, and how long it is open while it is."""
        if self.state(offer, now) is SurveyState.CLOSED:
            raise SurveyClosed
        if self.answered and list(questions) != self.questions:
            raise QuestionsFixed
        self.questions, self.days = list(questions), days
        if self.closes_at is not None:
            self.closes_at = offer.ends_at + timedelta(days=days)

    def require_open_for(self, registration: Registration, now: datetime, *, before: bool) -> None:
        """Or say why not: too early, too late, not there, or once `before`."""
        match self.state(registration.offer, now):
            case SurveyState.NOT_OPEN:
                raise SurveyNotOpen
            case SurveyState.CLOSED:
                raise SurveyClosed
        if registration.checked_in_at is None:
            raise DidNotAttend
        if before:
            raise SurveyAnswered

    def take(self, offer: Offer, answers: Mapping[str, Any]) -> None:
        """Add what somebody said; from here on nothing tells who. Invalid where it does not fit the questions."""
        answers = checked(self.questions, answers)
        tally = {key: dict(counts) for key, counts in self.tally.items()}
        texts = {key: list(said) for key, said in self.texts.items()}
        for question in self.questions:
            key = question["key"]
            if key not in answers:
                continue
            if question["kind"] == "text":
                texts[key] = sorted([*texts.get(key, ()), str(answers[key])])
            else:
                counts = tally.setdefault(key, {})
                counts[str(answers[key])] = counts.get(str(answers[key]), 0) + 1
        # In an order of their own: JSON would keep the one in which they were first said.
        self.tally = {key: dict(sorted(tally[key].items())) for key in sorted(tally)}
        self.texts = {key: texts[key] for key in sorted(texts)}
        self.answered += 1
        self.closes_at = self.closes(offer)

    def results(self) -> list[dict[str, Any]]:
        """A row a question: how many answered, and what; of fewer than five, nothing but that they are too few."""
        return [self._result(question) for question in self.questions]

    def _result(self, question: Mapping[str, Any]) -> dict[str, Any]:
        key, kind = question["key"], question["kind"]
        said, counts = list(self.texts.get(key, ())), self.tally.get(key, {})
        number = len(said) if kind == "text" else sum(counts.values())
        shown = number >= LEAST
        result = {"question": question, "too_few": not shown, "answers": number if shown else None}
        result |= {"counts": None, "mean": None, "texts": None}
        if not shown:
            return result
        if kind == "text":
            secrets.SystemRandom().shuffle(said)
            return result | {"texts": said}
        values = (
            [one["key"] for one in question["options"]] if kind == "choice" else [*map(str, SCALE)]
        )
        result["counts"] = [{"value": value, "count": counts.get(value, 0)} for value in values]
        if kind == "scale":
            result["mean"] = round(sum(int(v) * n for v, n in counts.items()) / number, 2)
        return result


class SurveyParticipation(Base):
    """That the person of a registration has answered: neither what nor when."""

    __tablename__ = "survey_participations"
    # SQLite would number the rows in the order in which they came.
    __table_args__ = ({"sqlite_with_rowid": False},)

    registration_id: Mapped[UUID] = mapped_column(
        sa.ForeignKey("registrations.id", ondelete="CASCADE"), primary_key=True
    )

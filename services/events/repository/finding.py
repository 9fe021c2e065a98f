"""How public events are found: one set of conditions for lists and for the counts beside them."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from services.events.models import Event, Kind, OrganisationCopy, SeatsCopy, Spoken, Status
from shared.text import fold

# The most values of one sort that are counted, those with the most events first.
MOST_COUNTED = 100


def found_by(
    session: Session,
    *,
    q: str | None,
    kind: str | None,
    organisation_id: UUID | None,
    area_id: UUID | None,
    language: str | None,
    status: Status | None,
    open_at: datetime | None,
    ends_after: datetime,
    starts_before: datetime | None,
) -> list[sa.ColumnElement[bool]]:
    """The conditions of public events; `q` finds words of title, summary, venue and host without accents.

    `open_at` leaves those with free seats whose registration is open then.
    """
    conditions = [Event.status != Status.DRAFT, Event.ends_at > ends_after]
    if status is not None:
        conditions.append(Event.status == status)
    if starts_before is not None:
        conditions.append(Event.starts_at < starts_before)
    if kind:
        conditions.append(Event.kind_key == kind)
    if organisation_id is not None:
        conditions.append(Event.organisation_id == organisation_id)
    if area_id is not None:
        conditions.append(Event.venue_area_id == area_id)
    if language:
        # Correlated to events only: languages are counted from the same table.
        spoken = sa.exists().where(Spoken.event_id == Event.id, Spoken.language == language)
        conditions.append(spoken.correlate(Event))
    if open_at is not None:
        conditions.append(_open(open_at))
    words = fold(q or "").split()
    named = _named(session, words)
    conditions += [_holds(word, [host for host, name in named if word in name]) for word in words]
    return conditions


def _open(now: datetime) -> sa.ColumnElement[bool]:
    # As `Event.registration_state` has it.
    return sa.and_(
        Event.status == Status.PUBLISHED,
        Event.registration_opens_at <= now,
        Event.registration_closes_at > now,
        sa.exists().where(SeatsCopy.event_id == Event.id, SeatsCopy.left > 0),
    )


def _named(session: Session, words: Collection[str]) -> list[tuple[UUID, str]]:
    """The organisations whose names hold one of these words, which are asked for first.

    As a question within the question they would keep PostgreSQL from using its index of words.
    """
    if not words:
        return []
    if session.get_bind().dialect.name == "postgresql":
        # How to go about it depends on the words: whether they are in every event or in one. A plan made for any words
        # at all, as prepared statements get it, took two seconds for common ones among 100,000.
        session.execute(sa.text("SET LOCAL plan_cache_mode = force_custom_plan"))
    holding = (OrganisationCopy.folded.contains(word, autoescape=True) for word in words)
    found = sa.select(OrganisationCopy.organisation_id, OrganisationCopy.folded)
    return [(host, name) for host, name in session.execute(found.where(sa.or_(*holding)))]


def _holds(word: str, hosts: Collection[UUID]) -> sa.ColumnElement[bool]:
    in_text = Event.folded.contains(word, autoescape=True)
    return sa.or_(in_text, Event.organisation_id.in_(hosts)) if hosts else in_text


class Facets:
    """How many events there are of each sort, among those that were found."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def count(self, **asked: Any) -> dict[str, list[dict[str, Any]]]:
        """For the same questions as a list: kinds, organisations, areas and languages with their counts."""
        conditions = found_by(self._session, **asked)
        organisations = self._counted(Event.organisation_id, conditions)
        copies = self._by_id(OrganisationCopy, OrganisationCopy.organisation_id, organisations)
        kinds = self._counted(Event.kind_key, conditions)
        named = self._by_id(Kind, Kind.key, kinds)
        areas = self._counted(Event.venue_area_id, [*conditions, Event.venue_area_id.is_not(None)])
        return {
            "kinds": [
                {"key": key, "name": named[key].name, "count": count}
                for key, count in kinds.items()
            ],
            "organisations": [
                {
                    "id": key,
                    "name": copies[key].name if key in copies else "",
                    "short_name": copies[key].short_name if key in copies else None,
                    "count": count,
                }
                for key, count in organisations.items()
            ],
            "areas": [{"id": key, "count": count} for key, count in areas.items()],
            "languages": [
                {"key": key, "count": count}
                for key, count in self._counted(
                    Spoken.language, [*conditions, Spoken.event_id == Event.id]
                ).items()
            ],
        }

    def _counted(self, column: Any, conditions: list[sa.ColumnElement[bool]]) -> dict[Any, int]:
        count = sa.func.count()
        counted = (
            sa.select(column, count)
            .where(*conditions)
            .group_by(column)
            .order_by(count.desc(), column)
            .limit(MOST_COUNTED)
        )
        return {row[0]: row[1] for row in self._session.execute(counted)}

    def _by_id(self, kind: type[Any], column: Any, ids: dict[Any, int]) -> dict[Any, Any]:
        rows = self._session.scalars(sa.select(kind).where(column.in_(ids)))
        return {getattr(row, column.key): row for row in rows}

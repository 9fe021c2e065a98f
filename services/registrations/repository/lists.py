"""The queries about whole lists: an event's registrations as rows, and files of attendees that were read in."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from services.registrations.models import (
    AnswerSheet,
    Fate,
    Import,
    ImportRow,
    Registration,
    Status,
)
from shared.http import cursors
from shared.http.problems import NotFound

# Rows that are in memory at once.
_AT_ONCE = 1000


class Lists:
    """An event's registrations without their objects: for files of any length."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def records(
        self, event_id: UUID, *, status: Status | None = None, answers: bool = False
    ) -> Iterator[Any]:
        """What a list shows of each registration, in the order in which they came, read piece by piece.

        `answers`: with what was answered at the end, or None.
        """
        one = Registration
        listed = sa.select(
            one.name,
            one.organisation_name,
            one.phone,
            one.email,
            one.status,
            self._place(event_id),
            one.registered_at,
            one.checked_in_at,
            one.note,
        )
        if answers:
            listed = listed.add_columns(AnswerSheet.answers).outerjoin(
                AnswerSheet, AnswerSheet.registration_id == one.id
            )
        yield from self._session.execute(
            _of(listed, event_id, status), execution_options={"yield_per": _AT_ONCE}
        )

    def lines(
        self,
        event_id: UUID,
        *,
        status: Status | None,
        timezone: str,
        words: Mapping[Status, str],
        calculated: str,
    ) -> Iterator[bytes] | None:
        """The same as lines of CSV that PostgreSQL writes by itself; None where the database cannot.

        `words` stand for the statuses; a text that `calculated` matches gets an apostrophe in front.
        """
        bind = self._session.get_bind()
        if bind.dialect.name != "postgresql":
            return None
        one = Registration

        def harmless(column: Any) -> sa.ColumnElement[Any]:
            # A letter in front is the rule, and is seen sooner than a pattern is matched.
            first = sa.func.ascii(column)
            return sa.case(
                (first.between(65, 126) | first.between(192, 5759), column),
                (column.regexp_match(calculated), sa.literal("'").concat(column)),
                else_=column,
            )

        def local(moment: Any) -> sa.ColumnElement[Any]:
            return sa.func.date_trunc("minute", sa.func.timezone(timezone, moment))

        listed = sa.select(
            harmless(one.name),
            harmless(one.organisation_name),
            harmless(one.phone),
            harmless(one.email),
            sa.case({key.value: word for key, word in words.items()}, value=_text(one.status)),
            self._place(event_id),
            local(one.registered_at),
            local(one.checked_in_at),
            harmless(one.note),
        )
        query = _of(listed, event_id, status).compile(
            dialect=bind.dialect, compile_kwargs={"literal_binds": True}
        )
        return self._copied(f"COPY ({query}) TO STDOUT WITH (FORMAT csv)")

    def _copied(self, statement: str) -> Iterator[bytes]:
        driver: Any = self._session.connection().connection.driver_connection
        with driver.cursor() as cursor, cursor.copy(statement) as pieces:
            yield from pieces

    def _place(self, event_id: UUID) -> sa.ColumnElement[Any]:
        """The position in the waitlist; it is only asked for where somebody waits."""
        one = Registration
        anybody_waits = self._session.scalar(
            sa.select(sa.exists().where(one.event_id == event_id, one.status == Status.WAITLISTED))
        )
        if not anybody_waits:
            return sa.null()
        in_line = sa.func.row_number().over(
            partition_by=one.status, order_by=(one.waitlist_number, one.id)
        )
        return sa.case((one.status == Status.WAITLISTED, in_line))

    def to_print(
        self, event_id: UUID, *, attended: bool, part: int, size: int
    ) -> Sequence[Registration]:
        """Who has a place, or who of them was admitted: the `part`-th `size` of them, as papers are laid out on a table:
        by given name, which in Vietnamese stands last."""
        one = Registration
        seated = sa.select(one.name_folded, one.id).where(
            one.event_id == event_id, one.status == Status.CONFIRMED
        )
        if attended:
            seated = seated.where(one.checked_in_at.is_not(None))
        names = self._session.execute(seated).all()
        ordered = sorted(names, key=lambda name: (name[0].split()[-1:], name[0], name[1]))
        ids = [known for _, known in ordered[(part - 1) * size : part * size]]
        found = self.of_ids(ids)
        return [found[known] for known in ids]

    def known(self, event_id: UUID) -> Sequence[Any]:
        """By what everybody who registered for an event can be recognised, whatever became of it."""
        one = Registration
        return self._session.execute(
            sa.select(
                one.id,
                one.person_id,
                one.status,
                one.name,
                one.name_folded,
                one.phone,
                one.email,
                one.organisation_name,
                one.note,
                one.entry_code,
            )
            .where(one.event_id == event_id)
            .order_by(one.id)
        ).all()

    def add_all(self, registrations: Iterable[Registration]) -> None:
        """Many registrations at once."""
        self._session.add_all(registrations)
        self._session.flush()

    def of_ids(self, ids: Iterable[UUID]) -> dict[UUID, Registration]:
        """Registrations by id."""
        wanted, found = list(ids), {}
        for start in range(0, len(wanted), _AT_ONCE):
            some = sa.select(Registration).where(
                Registration.id.in_(wanted[start : start + _AT_ONCE])
            )
            found.update({one.id: one for one in self._session.scalars(some)})
        return found


def _of(listed: Any, event_id: UUID, status: Status | None) -> sa.Select[Any]:
    """Of an event, and of one status if there is one, in the order in which they came."""
    found: sa.Select[Any] = listed.where(Registration.event_id == event_id)
    if status is not None:
        found = found.where(Registration.status == status)
    return found.order_by(Registration.id)


def _text(column: Any) -> sa.ColumnElement[str]:
    return sa.cast(column, sa.Text)


class Imports:
    """Files of attendees that were read in, and their rows."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def add(self, made: Import, rows: Sequence[ImportRow]) -> Import:
        self._session.add(made)
        self._session.flush()
        self._insert(rows)
        return made

    def get(self, import_id: UUID) -> Import:
        """An import, or NotFound."""
        found = self._session.get(Import, import_id)
        if found is None:
            raise NotFound
        return found

    def lock(self, import_id: UUID) -> Import:
        """An import as it is now, held until the transaction ends; or NotFound."""
        found = self._session.get(Import, import_id, with_for_update=True, populate_existing=True)
        if found is None:
            raise NotFound
        return found

    def rows(self, import_id: UUID) -> list[ImportRow]:
        """All rows in their order, as they are; what is changed is kept by `keep`."""
        columns = ImportRow.__table__.columns
        found = self._session.execute(
            sa.select(*columns).where(ImportRow.import_id == import_id).order_by(ImportRow.place)
        )
        # Without the session's bookkeeping, which for many thousands takes most of the time.
        return [ImportRow(**one._mapping) for one in found]  # noqa: SLF001 - named so by the library

    def keep(self, import_id: UUID, changed: Sequence[ImportRow]) -> None:
        """Write rows anew: faster than one update each."""
        places = [row.place for row in changed]
        for start in range(0, len(places), _AT_ONCE):
            some = places[start : start + _AT_ONCE]
            self._session.execute(
                sa.delete(ImportRow).where(
                    ImportRow.import_id == import_id, ImportRow.place.in_(some)
                )
            )
        self._insert(changed)

    def page(
        self, import_id: UUID, *, fate: Fate | None, cursor: str | None, limit: int
    ) -> tuple[list[ImportRow], str | None]:
        """Rows in their order, of one fate or of all."""
        listed = sa.select(ImportRow).where(ImportRow.import_id == import_id)
        if fate is not None:
            listed = listed.where(ImportRow.fate == fate)
        if cursor is not None:
            (after,) = cursors.decode(cursor, 1)
            if not (after.isascii() and after.isdigit() and len(after) < 10):
                raise cursors.bad_cursor()
            listed = listed.where(ImportRow.place > int(after))
        rows = list(self._session.scalars(listed.order_by(ImportRow.place).limit(limit + 1)))
        page = rows[:limit]
        return page, cursors.encode(page[-1].place) if len(rows) > limit else None

    def counts(self, import_id: UUID) -> dict[Fate, int]:
        """How many rows there are of each fate."""
        found = self._session.execute(
            sa.select(ImportRow.fate, sa.func.count())
            .where(ImportRow.import_id == import_id)
            .group_by(ImportRow.fate)
        )
        return {Fate(fate): count for fate, count in found}

    def forget(self, before: datetime) -> None:
        """Remove files that were read before a moment, with their rows."""
        self._session.execute(sa.delete(Import).where(Import.created_at < before))

    def _insert(self, rows: Sequence[ImportRow]) -> None:
        columns = ImportRow.__table__.columns.keys()
        values = [{name: getattr(row, name) for name in columns} for row in rows]
        if values:
            self._session.execute(sa.insert(ImportRow), values)

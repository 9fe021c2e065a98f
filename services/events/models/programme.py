"""What an authority has planned for a year, and how far it is with each event that it owes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Any, Protocol
from uuid import UUID
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from dateutil.relativedelta import relativedelta
from sqlalchemy.orm import Mapped, mapped_column, relationship

from services.events.models.base import Base
from services.events.models.checks import Errors
from services.events.models.copies import OrganisationCopy
from services.events.models.event import Status
from shared.database.types import jsonable
from shared.http.problems import Invalid
from shared.ids import new_id
from shared.text import Text

# Due dates are days there: they begin and end with the authority's own midnight.
HOME_ZONE = ZoneInfo("Asia/Ho_Chi_Minh")
_LEGAL_BASIS = dict.fromkeys(("number", "issuer", "date", "valid_from", "valid_until"))


class Progress(StrEnum):
    """How far an owed item is."""

    MISSING = "missing"
    DRAFTED = "drafted"
    PUBLISHED = "published"
    DONE = "done"
    LATE = "late"


class Planned(Protocol):
    """What counts of an event that pays an owed item."""

    @property
    def status(self) -> Status: ...

    @property
    def ends_at(self) -> datetime | None: ...


def was_held(event: Planned, now: datetime) -> bool:
    """Whether it took place: said so, or published and over without having been called off."""
    over = event.ends_at is not None and event.ends_at <= now
    return event.status is Status.COMPLETED or (event.status is Status.PUBLISHED and over)


@dataclass(frozen=True, slots=True)
class Standing:
    """An owed item at a moment: its state, how many events are how far, and the last day to publish one in time."""

    state: Progress
    done: int
    published: int
    drafted: int
    publish_until: date


class OwedEvent(Base):
    """Events of one sort that a programme owes between two days, both included."""

    __tablename__ = "owed_events"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    programme_id: Mapped[UUID] = mapped_column(sa.ForeignKey("programmes.id"), index=True)
    position: Mapped[int] = mapped_column(doc="Its place in the programme's list")
    kind_key: Mapped[str] = mapped_column(sa.ForeignKey("kinds.key"))
    title: Mapped[dict[str, Any]]
    due_from: Mapped[date]
    due_until: Mapped[date] = mapped_column(doc="The last day on which it is in time")
    how_many: Mapped[int]

    def standing(self, events: Iterable[Planned], *, notice: timedelta, now: datetime) -> Standing:
        """How far it is at `now`. `notice` is how long before an event of its kind has to be published.

        Done is what was held, whenever that was. What is neither held nor published is late as soon as an event
        on the very last due day could not be published in time any more; what is not held is late after that day.
        A postponed event is planned, without a time; a cancelled one does not count.
        """
        done = published = drafted = 0
        for event in events:
            if was_held(event, now):
                done += 1
            elif event.status is Status.PUBLISHED:
                published += 1
            elif event.status in (Status.DRAFT, Status.POSTPONED):
                drafted += 1
        publish_until = self.due_until - notice
        today = now.astimezone(HOME_ZONE).date()
        if done >= self.how_many:
            state = Progress.DONE
        elif today > self.due_until:
            state = Progress.LATE
        elif done + published >= self.how_many:
            state = Progress.PUBLISHED
        elif today > publish_until:
            state = Progress.LATE
        elif done + published + drafted >= self.how_many:
            state = Progress.DRAFTED
        else:
            state = Progress.MISSING
        return Standing(state, done, published, drafted, publish_until)


class Programme(Base):
    """The events that an authority owes in a year, on which legal basis and with which money.

    Whoever changes a programme holds this row's lock.
    """

    __tablename__ = "programmes"
    __table_args__ = (sa.Index("programmes_in_order", "year", "id"),)

    id: Mapped[UUID] = mapped_column(primary_key=True)
    organisation_id: Mapped[UUID] = mapped_column(index=True)
    year: Mapped[int]
    title: Mapped[dict[str, Any]]
    legal_basis: Mapped[dict[str, Any] | None]
    funding_source: Mapped[str | None] = mapped_column(sa.Text)
    estimate: Mapped[int | None] = mapped_column(sa.BigInteger, doc="In whole VND")
    version: Mapped[int]
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]

    items: Mapped[list[OwedEvent]] = relationship(
        order_by=OwedEvent.position, lazy="selectin", cascade="all, delete-orphan"
    )
    # Without a foreign key: the copy may come later than the programme, or never.
    organisation: Mapped[OrganisationCopy | None] = relationship(
        primaryjoin=lambda: (
            sa.orm.foreign(Programme.organisation_id) == OrganisationCopy.organisation_id
        ),
        lazy="joined",
        viewonly=True,
    )

    @classmethod
    def begin(
        cls, *, id: UUID, organisation_id: UUID, fields: Mapping[str, Any], now: datetime
    ) -> Programme:
        """A new programme; Invalid names what cannot be."""
        programme = cls(
            id=id, organisation_id=organisation_id, version=1, created_at=now, updated_at=now
        )
        programme._set(fields)
        return programme

    def edit(self, fields: Mapping[str, Any], now: datetime) -> None:
        """Change what is named. Of `items`, those with an id stay the ones that they are; the others are new."""
        self._set(fields)
        self.version += 1
        self.updated_at = now

    def item(self, id: UUID) -> OwedEvent | None:
        """One of the items, or None."""
        return next((one for one in self.items if one.id == id), None)

    def dropped(self, items: Iterable[Mapping[str, Any]]) -> set[UUID]:
        """The items that would no longer be owed."""
        return {one.id for one in self.items} - {one.get("id") for one in items}

    def for_year(self, year: int) -> dict[str, Any]:
        """What the programme of another year begins with: the same, due on the same days of the calendar.

        The last day of a month stays the last day, so that "until the end of February" is still what it says.
        """
        by = year - self.year
        return {
            "year": year,
            "title": self.title,
            "legal_basis": self.legal_basis,
            "funding_source": self.funding_source,
            "estimate": self.estimate,
            "items": [
                {
                    "kind": one.kind_key,
                    "title": one.title,
                    "due_from": _years_later(one.due_from, by),
                    "due_until": _years_later(one.due_until, by),
                    "how_many": one.how_many,
                }
                for one in self.items
            ],
        }

    def _set(self, fields: Mapping[str, Any]) -> None:
        for name in ("year", "title", "funding_source", "estimate"):
            if name in fields:
                setattr(self, name, fields[name])
        if "legal_basis" in fields:
            self.legal_basis = _legal_basis(fields["legal_basis"], self.legal_basis)
        if "items" in fields:
            self._set_items(fields["items"])
        errors = self._contradictions()
        if errors:
            raise Invalid(dict(errors))

    def _set_items(self, items: Sequence[Mapping[str, Any]]) -> None:
        known = {one.id: one for one in self.items}
        wanted = []
        for position, item in enumerate(items):
            one = known.pop(item["id"], None) if item.get("id") else OwedEvent(id=new_id())
            if one is None:
                raise Invalid({f"items.{position}.id": _NO_SUCH_ITEM})
            one.position, one.kind_key = position, item["kind"]
            one.title, one.how_many = item["title"], item["how_many"]
            one.due_from, one.due_until = item["due_from"], item["due_until"]
            wanted.append(one)
        self.items = wanted

    def _contradictions(self) -> Errors:
        errors: Errors = {}
        basis = self.legal_basis or {}
        since, until = basis.get("valid_from"), basis.get("valid_until")
        # As they are kept: ISO 8601 compares as dates do.
        if since and until and until < since:
            errors["legal_basis.valid_until"] = Text(
                "Ngày hết hiệu lực không được trước ngày có hiệu lực.",
                "It cannot end before it comes into force.",
            )
        for position, one in enumerate(self.items):
            if one.due_until < one.due_from:
                errors[f"items.{position}.due_until"] = Text(
                    "Hạn cuối không được trước ngày bắt đầu.",
                    "The last day cannot be before the first.",
                )
            elif not one.due_from.year <= self.year <= one.due_until.year:
                errors[f"items.{position}.due_from"] = Text(
                    "Thời gian thực hiện phải nằm trong năm của chương trình.",
                    "It must be due in the year of the programme.",
                )
        return errors


_NO_SUCH_ITEM = Text(
    "Mục này không thuộc chương trình (hoặc được nêu hai lần); mục mới thì không cần mã.",
    "That is no item of this programme, or is named twice; a new item has no id.",
)


def _legal_basis(value: Any, known: dict[str, Any] | None) -> dict[str, Any] | None:
    """What a change does not name of it stays (as RFC 7396 has it)."""
    if value is None:
        return None
    whole = _LEGAL_BASIS | (known or {}) | {part: said or None for part, said in value.items()}
    kept: dict[str, Any] = jsonable(whole)
    return kept if any(kept.values()) else None


def _years_later(day: date, years: int) -> date:
    ends_a_month = (day + timedelta(days=1)).day == 1
    # Beyond the month: relativedelta takes the last day that there is.
    by = relativedelta(years=years, day=31) if ends_a_month else relativedelta(years=years)
    moved: date = day + by
    return moved

"""Areas and organisations, each with the time in which it exists and what succeeds it; memberships."""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from services.community.errors import ENDS_TOO_EARLY
from services.community.models.base import Base
from services.community.models.people import Person
from shared.database.types import string_enum
from shared.http.problems import Invalid
from shared.text import fold

HOME = ZoneInfo("Asia/Ho_Chi_Minh")


def day_of(now: datetime) -> date:
    """The day that it is in Vietnam: validity is stated in days, and they begin at midnight there."""
    return now.astimezone(HOME).date()


class Kind(StrEnum):
    """What an organisation is. *Partner* is none of these: it is a relation to an event."""

    PUBLIC_BODY = "public_body"
    ASSOCIATION = "association"
    BUSINESS = "business"


class Level(StrEnum):
    CITY = "city"
    DISTRICT = "district"
    WARD = "ward"
    NEIGHBOURHOOD = "neighbourhood"


class Role(StrEnum):
    """What a person does for an organisation; `door` is for one event."""

    MEMBER = "member"
    OFFICER = "officer"
    ORGANISER = "organiser"
    LEADER = "leader"
    DOOR = "door"


class AreaSuccession(Base):
    """The old area went into the new one, as a whole or in part."""

    __tablename__ = "area_successions"

    area_id: Mapped[UUID] = mapped_column(sa.ForeignKey("areas.id"), primary_key=True)
    successor_id: Mapped[UUID] = mapped_column(sa.ForeignKey("areas.id"), primary_key=True)
    extent: Mapped[str] = mapped_column(sa.String(8), default="whole")
    note: Mapped[str | None] = mapped_column(sa.Text)


class OrganisationSuccession(Base):
    __tablename__ = "organisation_successions"

    organisation_id: Mapped[UUID] = mapped_column(
        sa.ForeignKey("organisations.id"), primary_key=True
    )
    successor_id: Mapped[UUID] = mapped_column(sa.ForeignKey("organisations.id"), primary_key=True)
    note: Mapped[str | None] = mapped_column(sa.Text)


class Area(Base):
    """An administrative area. Codes are reused for other areas, so a code names one only together with a day."""

    __tablename__ = "areas"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    code: Mapped[str | None] = mapped_column(sa.String(16), index=True)
    level: Mapped[Level] = mapped_column(string_enum(Level))
    name: Mapped[str] = mapped_column(sa.String(200))
    name_en: Mapped[str | None] = mapped_column(sa.String(200))
    name_folded: Mapped[str] = mapped_column(sa.Text)
    parent_id: Mapped[UUID | None] = mapped_column(sa.ForeignKey("areas.id"))
    valid_from: Mapped[date | None]
    valid_until: Mapped[date | None] = mapped_column(
        doc="The first day on which it no longer holds"
    )
    source: Mapped[str | None] = mapped_column(sa.Text)
    confirmed: Mapped[bool] = mapped_column(default=True)
    created_at: Mapped[datetime]

    successors: Mapped[list[AreaSuccession]] = relationship(
        foreign_keys=AreaSuccession.area_id, lazy="selectin"
    )

    @classmethod
    def of(cls, values: dict[str, Any], **more: Any) -> Area:
        return cls(
            name_folded=fold(f"{values['name']} {values.get('name_en') or ''}"), **values, **more
        )


class Organisation(Base):
    """A public body, an association or a business."""

    __tablename__ = "organisations"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    kind: Mapped[Kind] = mapped_column(string_enum(Kind))
    name: Mapped[str] = mapped_column(sa.String(300))
    name_en: Mapped[str | None] = mapped_column(sa.String(300))
    short_name: Mapped[str | None] = mapped_column(sa.String(100))
    name_folded: Mapped[str] = mapped_column(sa.Text)
    parent_id: Mapped[UUID | None] = mapped_column(sa.ForeignKey("organisations.id"))
    area_id: Mapped[UUID | None] = mapped_column(sa.ForeignKey("areas.id"), index=True)
    valid_from: Mapped[date | None]
    valid_until: Mapped[date | None]
    contact_email: Mapped[str | None] = mapped_column(sa.Text)
    source: Mapped[str | None] = mapped_column(sa.Text)
    confirmed: Mapped[bool] = mapped_column(default=True)
    created_at: Mapped[datetime]
    version: Mapped[int] = mapped_column(default=1)

    successions: Mapped[list[OrganisationSuccession]] = relationship(
        foreign_keys=OrganisationSuccession.organisation_id, lazy="selectin"
    )

    @classmethod
    def of(cls, values: dict[str, Any], **more: Any) -> Organisation:
        organisation = cls(version=1, name_folded="", **values, **more)
        organisation.refold()
        return organisation

    @property
    def successor_ids(self) -> list[UUID]:
        return [succession.successor_id for succession in self.successions]

    def change(self, values: dict[str, Any]) -> None:
        """Take over what is given; Invalid where it would end before it began."""
        end = values.get("valid_until")
        if end is not None and self.valid_from is not None and end <= self.valid_from:
            raise Invalid({"valid_until": ENDS_TOO_EARLY})
        for name, value in values.items():
            setattr(self, name, value)
        self.refold()
        self.version += 1

    def refold(self) -> None:
        self.name_folded = fold(f"{self.name} {self.name_en or ''} {self.short_name or ''}")


class Membership(Base):
    """A person's role in an organisation, for a time; `door` names the event."""

    __tablename__ = "memberships"
    __table_args__ = (sa.Index("memberships_of_organisation", "organisation_id", "role"),)

    id: Mapped[UUID] = mapped_column(primary_key=True)
    organisation_id: Mapped[UUID] = mapped_column(sa.ForeignKey("organisations.id"))
    person_id: Mapped[UUID] = mapped_column(sa.ForeignKey("people.id"), index=True)
    role: Mapped[Role] = mapped_column(string_enum(Role))
    event_id: Mapped[UUID | None]
    valid_from: Mapped[date | None]
    valid_until: Mapped[date | None]
    created_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    sequence: Mapped[int] = mapped_column(default=1)

    person: Mapped[Person] = relationship(lazy="joined", innerjoin=True)
    organisation: Mapped[Organisation] = relationship(lazy="joined", innerjoin=True)

"""Who and what an event needs for itself while it lasts: its leaders and its room, as keys that an index finds."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from services.events.models.base import Base
from shared.text import fold

LEADER, ROOM = "leader", "room"


class Use(Base):
    """One leader or one room that one event needs. The time is the event's own."""

    __tablename__ = "uses"

    event_id: Mapped[UUID] = mapped_column(sa.ForeignKey("events.id"), primary_key=True)
    key: Mapped[str] = mapped_column(sa.Text, primary_key=True, index=True)

    @property
    def what(self) -> str:
        return self.key.partition(":")[0]


def used(
    *, organisation_id: UUID, hosts: Sequence[Mapping[str, Any]], venue: Mapping[str, Any] | None
) -> set[str]:
    """The keys of what an event uses.

    A leader is a role of an organisation (the event's own unless the host names another). A room is the name of the
    place with the room, else with the address: a name alone ("hội trường") is of many places.
    """
    return set(_used(organisation_id, hosts, venue or {}))


def _used(
    organisation_id: UUID, hosts: Sequence[Mapping[str, Any]], venue: Mapping[str, Any]
) -> Iterator[str]:
    for host in hosts:
        of = host.get("organisation_id") or organisation_id
        yield f"{LEADER}:{of}:{fold(host['role_title']['vi'])}"
    where = venue.get("room") or venue.get("address")
    if venue.get("name") and where:
        yield f"{ROOM}:{fold(venue['name'])}|{fold(where)}"

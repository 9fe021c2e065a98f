"""Areas and organisations come, change and are succeeded; people are given roles in them."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from services.community import messages
from services.community.errors import LastOrganiser, WouldCircle
from services.community.models import Area, Membership, Organisation, Role
from services.community.models.organisations import day_of
from services.community.operations.people import known_or_new
from services.community.repository import UnitOfWork
from shared.http.problems import Invalid, NotFound
from shared.ids import new_id
from shared.text import Text

_UNKNOWN = Text("Không có mục này.", "There is no such thing.")


def add_area(uow: UnitOfWork, values: dict[str, Any], *, now: datetime) -> Area:
    """Take in an area as some source names it."""
    _require_known(lambda: values["parent_id"] and uow.areas.get(values["parent_id"]), "parent_id")
    return uow.areas.add(Area.of(values, id=new_id(), created_at=now))


def succeed_area(
    uow: UnitOfWork, area_id: UUID, *, successor_id: UUID, extent: str, note: str | None
) -> Area:
    """The old area went into another one."""
    uow.areas.lock_successions()
    area = uow.areas.get(area_id)
    _require_known(lambda: uow.areas.get(successor_id), "area_id")
    if uow.areas.leads_to(successor_id, area_id):
        raise WouldCircle
    uow.areas.add_successor(area, successor_id, extent=extent, note=note)
    return area


def add_organisation(uow: UnitOfWork, values: dict[str, Any], *, now: datetime) -> Organisation:
    """Take in an organisation and tell the others."""
    _require_known(
        lambda: values["parent_id"] and uow.organisations.get(values["parent_id"]), "parent_id"
    )
    _require_known(lambda: values["area_id"] and uow.areas.get(values["area_id"]), "area_id")
    organisation = uow.organisations.add(Organisation.of(values, id=new_id(), created_at=now))
    uow.publish(messages.organisation_changed(organisation))
    return organisation


def change_organisation(
    uow: UnitOfWork, organisation: Organisation, changes: dict[str, Any]
) -> Organisation:
    organisation.change(changes)
    uow.publish(messages.organisation_changed(organisation))
    return organisation


def succeed_organisation(
    uow: UnitOfWork, organisation_id: UUID, *, successor_id: UUID, note: str | None
) -> Organisation:
    """Another organisation carries on."""
    uow.organisations.lock_successions()
    organisation = uow.organisations.lock(organisation_id)
    _require_known(lambda: uow.organisations.get(successor_id), "organisation_id")
    if uow.organisations.leads_to(successor_id, organisation_id):
        raise WouldCircle
    uow.organisations.add_successor(organisation, successor_id, note=note)
    return change_organisation(uow, organisation, {})


def give_role(
    uow: UnitOfWork,
    *,
    organisation_id: UUID,
    email: str,
    name: str | None,
    language: str,
    role: Role,
    now: datetime,
    event_id: UUID | None = None,
    **validity: Any,
) -> Membership:
    """Give somebody a role; who is not known yet comes into being. Given twice, it is one."""
    organisation = uow.organisations.lock(organisation_id)
    person = known_or_new(uow, email=email, name=name or "", language=language, now=now)
    membership = Membership(
        id=new_id(),
        organisation_id=organisation.id,
        person_id=person.id,
        person=person,
        organisation=organisation,
        role=role,
        event_id=event_id,
        created_at=now,
        sequence=1,
        **validity,
    )
    if existing := uow.memberships.same(membership, day_of(now)):
        return existing
    uow.memberships.add(membership)
    uow.publish(messages.membership_changed(membership))
    return membership


def end_membership(
    uow: UnitOfWork, *, organisation_id: UUID, membership_id: UUID, by_admin: bool, now: datetime
) -> None:
    """Take a role back; the last organiser's only an administrator takes."""
    uow.organisations.lock(organisation_id)
    membership = uow.memberships.get(membership_id)
    if membership.organisation_id != organisation_id:
        raise NotFound
    if membership.ended_at is not None:
        return
    if (
        membership.role is Role.ORGANISER
        and not by_admin
        and not uow.memberships.other_organisers(membership, day_of(now))
    ):
        raise LastOrganiser
    membership.ended_at = now
    membership.sequence += 1
    uow.publish(messages.membership_changed(membership))


def _require_known(look: Any, field: str) -> None:
    try:
        look()
    except NotFound:
        raise Invalid({field: _UNKNOWN}) from None

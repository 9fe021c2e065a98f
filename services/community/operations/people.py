"""People come and change what they say of themselves."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from services.community import messages
from services.community.models import Person
from services.community.models.people import normal_address
from services.community.repository import UnitOfWork
from shared.ids import new_id


def known_or_new(
    uow: UnitOfWork, *, email: str, name: str = "", language: str = "vi", now: datetime
) -> Person:
    """The person with this address; somebody new where nobody has it."""
    key = normal_address(email)
    if known := uow.people.by_address(key):
        return known
    new = Person(
        id=new_id(),
        email=email.strip(),
        email_key=key,
        name=name,
        language=language,
        created_at=now,
        version=1,
        admin=False,
        status="active",
    )
    person = uow.people.add(new)
    if person is new:
        uow.publish(messages.person_changed(person))
    return person


def change_person(uow: UnitOfWork, person: Person, changes: dict[str, Any]) -> Person:
    """A person says what they are called, how to phone them, which language they read."""
    person.change(changes)
    uow.publish(messages.person_changed(person))
    return person


def create_admin(uow: UnitOfWork, *, email: str, name: str, now: datetime) -> Person:
    """Give somebody the administration of the platform; done twice, it changes nothing."""
    person = known_or_new(uow, email=email, name=name, now=now)
    person.admin = True
    return person

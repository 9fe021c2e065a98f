"""What people say of themselves, and what they agree to."""

from __future__ import annotations

from typing import Any

from flask import Response, jsonify

from services.community import operations
from services.community.deps import current_deps
from services.community.models import Consent, Person, Purpose
from services.community.models.organisations import day_of
from services.community.repository import UnitOfWork
from services.community.schemas import (
    AddressList,
    ConsentList,
    ConsentRequest,
    ConsentView,
    IdsRequest,
    PersonChange,
    PersonView,
    PurposeList,
    PurposeRequest,
    PurposeView,
)
from shared.http.access import ADMIN, ANYONE, PERSON, allow, person_id, service
from shared.http.application import Blueprint
from shared.http.etags import require_match
from shared.http.idempotency import creates

bp = Blueprint("people", __name__, url_prefix="/v1", description="People and consent")


@bp.get("/people/me")
@allow(PERSON)
@bp.response(200, PersonView)
def show_me() -> Response:
    """The caller, with the roles that hold today."""
    with current_deps().unit_of_work(read_only=True) as uow:
        return _shown(uow, uow.people.get(person_id()))


@bp.patch("/people/me")
@allow(PERSON)
@bp.arguments(PersonChange)
@bp.response(200, PersonView)
def change_me(changes: dict[str, Any]) -> Response:
    """Change name, phone or language."""
    with current_deps().unit_of_work() as uow:
        person = uow.people.lock(person_id())
        require_match(person.version)
        return _shown(uow, operations.change_person(uow, person, changes))


@bp.post("/people/addresses")
@allow(service("notifications"))
@bp.arguments(IdsRequest)
@bp.response(200, AddressList)
def list_addresses_of_people(wanted: dict[str, Any]) -> dict[str, Any]:
    """Where people are reached, for the sender; who is unknown is left out."""
    with current_deps().unit_of_work(read_only=True) as uow:
        found = uow.people.some(wanted["ids"])
    items = [
        {"id": p.id, "address": p.email, "name": p.name, "language": p.language, "status": p.status}
        for p in found
    ]
    return {"items": items, "next": None}


@bp.get("/purposes")
@allow(ANYONE)
@bp.response(200, PurposeList)
def list_purposes() -> dict[str, Any]:
    """What personal data is used for, with the current texts."""
    with current_deps().unit_of_work(read_only=True) as uow:
        return {"items": uow.consents.purposes(), "next": None}


@bp.put("/purposes/<string(maxlength=64):key>")
@allow(ADMIN)
@bp.arguments(PurposeRequest)
@bp.response(200, PurposeView)
def put_purpose(values: dict[str, Any], key: str) -> Purpose:
    """State a purpose, or a new version of it."""
    deps = current_deps()
    with deps.unit_of_work() as uow:
        return operations.put_purpose(uow, key, values, now=deps.clock.now())


@bp.get("/people/me/consents")
@allow(PERSON)
@bp.response(200, ConsentList)
def list_consents() -> dict[str, Any]:
    """What the caller decided, newest first."""
    with current_deps().unit_of_work(read_only=True) as uow:
        return {"items": uow.consents.of_person(person_id()), "next": None}


@bp.post("/people/me/consents")
@allow(PERSON)
@bp.arguments(ConsentRequest)
@creates(bp, ConsentView)
def decide(decision: dict[str, Any], *, uow: UnitOfWork) -> Consent:
    """Agree to a purpose, or withdraw."""
    return operations.decide(uow, person_id=person_id(), now=current_deps().clock.now(), **decision)


def _shown(uow: UnitOfWork, person: Person) -> Response:
    memberships = uow.memberships.of_person(person.id, day_of(current_deps().clock.now()))
    names = ("id", "name", "email", "phone", "language", "admin")
    view = {name: getattr(person, name) for name in names} | {"memberships": memberships}
    response = jsonify(PersonView().dump(view))
    # For If-Match alone: roles come and go without a new version, so it never answers "not modified".
    response.set_etag(str(person.version))
    return response

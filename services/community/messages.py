"""What community publishes. No name, address or secret of a person is in it."""

from __future__ import annotations

import marshmallow as ma
from marshmallow import fields

from services.community import examples
from services.community.models import Consent, Membership, Organisation, Person, SignIn
from shared.messaging.message import Draft, MessageType, means


class PersonState(ma.Schema):
    id = fields.UUID(required=True, metadata=means("The person"))
    language = fields.String(required=True, metadata=means("vi or en"))
    status = fields.String(required=True, metadata=means("active"))


class OrganisationState(ma.Schema):
    id = fields.UUID(required=True, metadata=means("The organisation"))
    name = fields.String(required=True, metadata=means("In Vietnamese, in full"))
    name_en = fields.String(required=True, allow_none=True, metadata=means("In English"))
    short_name = fields.String(required=True, allow_none=True, metadata=means("In Vietnamese"))
    kind = fields.String(required=True, metadata=means("public_body, association or business"))
    parent_id = fields.UUID(
        required=True, allow_none=True, metadata=means("The organisation that it belongs to")
    )
    area_id = fields.UUID(required=True, allow_none=True, metadata=means("Where it is"))
    valid_from = fields.Date(
        required=True, allow_none=True, metadata=means("The first day on which it exists")
    )
    valid_until = fields.Date(
        required=True, allow_none=True, metadata=means("The first day on which it no longer holds")
    )
    successor_ids = fields.List(
        fields.UUID, required=True, metadata=means("The organisations that follow it")
    )


class MembershipState(ma.Schema):
    person_id = fields.UUID(required=True, metadata=means("Who has the role"))
    organisation_id = fields.UUID(required=True, metadata=means("In which organisation"))
    role = fields.String(
        required=True, metadata=means("member, officer, organiser, leader or door")
    )
    event_id = fields.UUID(
        required=True, allow_none=True, metadata=means("The event of a door; else null")
    )
    status = fields.String(required=True, metadata=means("given or ended"))


class ConsentState(ma.Schema):
    person_id = fields.UUID(required=True, metadata=means("Who decided"))
    purpose = fields.String(required=True, metadata=means("What for: the key of a purpose"))
    status = fields.String(required=True, metadata=means("given or withdrawn"))


class SignInRequested(ma.Schema):
    id = fields.UUID(required=True, metadata=means("The sign-in; only community knows whose"))
    language = fields.String(required=True, metadata=means("Of the mail: vi or en"))


PERSON_CHANGED = MessageType(
    "person.changed",
    PersonState,
    (),
    "Somebody came, or changed their language",
    example=examples.PERSON,
)
ORGANISATION_CHANGED = MessageType(
    "organisation.changed",
    OrganisationState,
    ("events", "notifications"),
    "An organisation came, changed or was succeeded",
    example=examples.ORGANISATION,
)
MEMBERSHIP_CHANGED = MessageType(
    "membership.changed",
    MembershipState,
    (),
    "Somebody was given a role, or it ended",
    example=examples.MEMBERSHIP,
)
CONSENT_CHANGED = MessageType(
    "consent.changed",
    ConsentState,
    (),
    "Somebody agreed to a purpose, or withdrew",
    example=examples.CONSENT,
)
SIGN_IN_REQUESTED = MessageType(
    "sign_in.requested",
    SignInRequested,
    ("notifications",),
    "Somebody wants to sign in and waits for a mail",
    example=examples.SIGN_IN,
)
PUBLISHED = (
    PERSON_CHANGED,
    ORGANISATION_CHANGED,
    MEMBERSHIP_CHANGED,
    CONSENT_CHANGED,
    SIGN_IN_REQUESTED,
)


def person_changed(person: Person) -> Draft:
    return PERSON_CHANGED.about(
        person.id,
        sequence=person.version,
        id=person.id,
        language=person.language,
        status=person.status,
    )


def organisation_changed(organisation: Organisation) -> Draft:
    state = {name: getattr(organisation, name) for name in OrganisationState().fields}
    return ORGANISATION_CHANGED.about(organisation.id, sequence=organisation.version, **state)


def membership_changed(membership: Membership) -> Draft:
    return MEMBERSHIP_CHANGED.about(
        membership.id,
        sequence=membership.sequence,
        person_id=membership.person_id,
        organisation_id=membership.organisation_id,
        role=membership.role.value,
        event_id=membership.event_id,
        status="given" if membership.ended_at is None else "ended",
    )


def consent_changed(consent: Consent, *, sequence: int) -> Draft:
    status = "given" if consent.given else "withdrawn"
    return CONSENT_CHANGED.about(
        consent.person_id,
        sequence=sequence,
        person_id=consent.person_id,
        purpose=consent.purpose,
        status=status,
    )


def sign_in_requested(sign_in: SignIn) -> Draft:
    return SIGN_IN_REQUESTED.about(sign_in.id, sequence=1, id=sign_in.id, language=sign_in.language)

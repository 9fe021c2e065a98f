"""What community publishes. No name, address or secret of a person is in it."""

from __future__ import annotations

import marshmallow as ma
from marshmallow import fields

from services.community.models import Consent, Membership, Organisation, Person, SignIn
from shared.messaging.message import Draft, MessageType


class PersonState(ma.Schema):
    id = fields.UUID(required=True)
    language = fields.String(required=True)
    status = fields.String(required=True)


class OrganisationState(ma.Schema):
    id = fields.UUID(required=True)
    name = fields.String(required=True)
    name_en = fields.String(required=True, allow_none=True)
    short_name = fields.String(required=True, allow_none=True)
    kind = fields.String(required=True)
    parent_id = fields.UUID(required=True, allow_none=True)
    area_id = fields.UUID(required=True, allow_none=True)
    valid_from = fields.Date(required=True, allow_none=True)
    valid_until = fields.Date(
        required=True,
        allow_none=True,
        metadata={"description": "The first day on which it no longer holds"},
    )
    successor_ids = fields.List(fields.UUID, required=True)


class MembershipState(ma.Schema):
    person_id = fields.UUID(required=True)
    organisation_id = fields.UUID(required=True)
    role = fields.String(required=True)
    event_id = fields.UUID(required=True, allow_none=True)
    status = fields.String(required=True, metadata={"description": "given or ended"})


class ConsentState(ma.Schema):
    person_id = fields.UUID(required=True)
    purpose = fields.String(required=True)
    status = fields.String(required=True, metadata={"description": "given or withdrawn"})


class SignInRequested(ma.Schema):
    id = fields.UUID(required=True)
    language = fields.String(required=True)


PERSON_CHANGED = MessageType(
    "person.changed", PersonState, (), "Somebody came, or changed their language"
)
ORGANISATION_CHANGED = MessageType(
    "organisation.changed",
    OrganisationState,
    ("events", "notifications"),
    "An organisation came, changed or was succeeded",
)
MEMBERSHIP_CHANGED = MessageType(
    "membership.changed", MembershipState, (), "Somebody was given a role, or it ended"
)
CONSENT_CHANGED = MessageType(
    "consent.changed", ConsentState, (), "Somebody agreed to a purpose, or withdrew"
)
SIGN_IN_REQUESTED = MessageType(
    "sign_in.requested",
    SignInRequested,
    ("notifications",),
    "Somebody wants to sign in and waits for a mail",
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

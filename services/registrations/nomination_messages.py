"""What registrations publishes of nominations: ids and counts, never a name or an address."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

import marshmallow as ma
from marshmallow import fields

from services.registrations import examples
from services.registrations.models import Nomination
from shared.messaging.message import Draft, MessageType, means


class LetterState(ma.Schema):
    """The letter that asks the partner."""

    number = fields.String(required=True, allow_none=True, metadata=means("Its number"))
    date = fields.Date(required=True, allow_none=True, metadata=means("Its date"))


class NominationState(ma.Schema):
    """How far one organisation's list for one event is."""

    id = fields.UUID(required=True, metadata=means("The list"))
    event_id = fields.UUID(required=True, metadata=means("For which event"))
    organisation_id = fields.UUID(required=True, metadata=means("The partner that names people"))
    document = fields.Nested(LetterState, required=True, metadata=means("The letter that asks it"))
    deadline = fields.AwareDateTime(
        required=True, metadata=means("From then on nobody is named, replaced or confirmed")
    )
    seats = fields.Integer(required=True, metadata=means("How many seats are kept for it"))
    named = fields.Integer(required=True, metadata=means("How many people stand on the list"))
    confirmed = fields.Integer(required=True, metadata=means("How many of them confirmed"))
    declined = fields.Integer(required=True, metadata=means("How many said no, or gave up"))
    nominee_ids = fields.List(
        fields.UUID,
        required=True,
        metadata=means("Who was named just now and is to be asked; their owner is registrations"),
    )


NOMINATION_OPENED = MessageType(
    "nomination.opened",
    NominationState,
    ("notifications",),
    "A partner is asked for names, or has other seats or another deadline",
    example=examples.NOMINATION,
)
NOMINATION_FILLED = MessageType(
    "nomination.filled",
    NominationState,
    ("notifications",),
    "A partner named people",
    example=examples.NOMINATION_FILLED,
)
NOMINATION_REPLACED = MessageType(
    "nomination.replaced",
    NominationState,
    ("notifications",),
    "A partner named somebody in another one's place",
    example=examples.NOMINATION_REPLACED,
)
NOMINATION_CLOSED = MessageType(
    "nomination.closed",
    NominationState,
    ("notifications",),
    "The time for nominations is over",
    example=examples.NOMINATION_CLOSED,
)
PUBLISHED = (NOMINATION_OPENED, NOMINATION_FILLED, NOMINATION_REPLACED, NOMINATION_CLOSED)


def nomination(
    type_: MessageType, about: Nomination, now: datetime, *, asked: Iterable[UUID] = ()
) -> Draft:
    """A message about a list as it is now; `asked` are those who were named just now."""
    about.sequence += 1
    counts = about.counts(now)
    return type_.about(
        about.id,
        sequence=about.sequence,
        id=about.id,
        event_id=about.event_id,
        organisation_id=about.organisation_id,
        document={
            "number": about.document_number,
            "date": about.document_date.isoformat() if about.document_date else None,
        },
        deadline=about.deadline,
        seats=counts.seats,
        named=counts.named,
        confirmed=counts.confirmed,
        declined=counts.declined,
        nominee_ids=list(asked),
    )

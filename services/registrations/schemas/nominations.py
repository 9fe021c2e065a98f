"""Shapes of nominations and of what nominees see."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import marshmallow as ma
from marshmallow import fields, validate

from services.registrations.models import Nomination, Nominee, NomineeState
from services.registrations.models.consent import VERSION, consent_text
from services.registrations.pasting import LONGEST_TEXT, Pasted, Row
from services.registrations.schemas.answers import given_answers, seen_version
from services.registrations.schemas.offers import TextView
from services.registrations.schemas.registrations import EventOfRegistration
from shared.http.problems import language
from shared.http.schemas import Line, PageQuery, Paragraphs, Phone, in_two_languages, list_of
from shared.text import Text

MOST_SEATS = 500


class MailOfNominee(fields.Email):
    """A mail address of at most 254 octets (RFC 5321, section 4.5.3.1.3), on one line."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> str:
        given = value.strip() if isinstance(value, str) else value
        address = str(super()._deserialize(given, attr, data, **kwargs))
        if len(address.encode()) > 254 or any(c.isspace() or not c.isprintable() for c in address):
            raise self.make_error("invalid")
        return address


class NominationTerms(ma.Schema):
    """How many, and until when."""

    seats = fields.Integer(required=True, strict=True, validate=validate.Range(1, MOST_SEATS))
    deadline = fields.AwareDateTime(
        required=True, metadata={"description": "From then on nobody is named or confirms"}
    )
    release_at = fields.AwareDateTime(
        load_default=None,
        allow_none=True,
        metadata={"description": "When unused seats become everybody's: at the deadline, or later"},
    )


class NominationRequest(NominationTerms):
    """Ask a partner for names."""

    organisation_id = fields.UUID(required=True)
    name = in_two_languages(200, required=True)
    document_number = Line(100, allow_none=True, load_default=None)
    document_date = fields.Date(allow_none=True, load_default=None)


class NomineeRequest(ma.Schema):
    """One person: the least that is needed to ask them."""

    name = Line(200, required=True)
    phone = Phone(allow_none=True, load_default=None)
    email = MailOfNominee(allow_none=True, load_default=None)

    @ma.validates_schema
    def can_be_asked(self, data: dict[str, Any], **_: Any) -> None:
        if not data.get("phone") and not data.get("email"):
            said = Text(
                "Xin nhập số điện thoại hoặc thư để mời người này.",
                "Please give a phone number or a mail, so that this person can be asked.",
            )
            raise ma.ValidationError([said], "phone")


class PastedRequest(ma.Schema):
    """A list as it was pasted: one person a line."""

    text = Paragraphs(LONGEST_TEXT, required=True)


class SecretRequest(ma.Schema):
    """The secret of the nominee's own link."""

    secret = fields.String(required=True, validate=validate.Length(1, 100))


class ConfirmRequest(SecretRequest):
    """Yes, the version of the text that was agreed to, and what the event's form asks."""

    name = Line(200, allow_none=True, load_default=None)
    phone = Phone(allow_none=True, load_default=None)
    consent_version = fields.Integer(required=True, strict=True)
    answers = given_answers(load_default=dict)
    form_version = seen_version()


class NomineesToMail(ma.Schema):
    ids = fields.List(fields.UUID, required=True, validate=validate.Length(1, 500))


class OfPartnerQuery(PageQuery):
    organisation_id = fields.UUID(required=True)


class LetterView(ma.Schema):
    number = fields.String(allow_none=True)
    date = fields.Date(allow_none=True)


class NominationView(ma.Schema):
    """A list without its names."""

    id = fields.UUID(required=True)
    event_id = fields.UUID(required=True)
    organisation_id = fields.UUID(required=True)
    name = fields.Nested(TextView, required=True)
    seats = fields.Integer(required=True)
    named = fields.Integer(required=True, metadata={"description": "Who takes up a seat"})
    confirmed = fields.Integer(required=True)
    waiting = fields.Integer(required=True, metadata={"description": "Who did not answer yet"})
    declined = fields.Integer(required=True)
    deadline = fields.AwareDateTime(required=True)
    release_at = fields.AwareDateTime(required=True, allow_none=True)
    open = fields.Boolean(required=True)
    document = fields.Nested(LetterView, required=True)
    event = fields.Nested(EventOfRegistration, required=True)


class NomineeView(ma.Schema):
    """Somebody on the list, as those see them who named them."""

    id = fields.UUID(required=True)
    nomination_id = fields.UUID(required=True)
    name = fields.String(required=True)
    phone = fields.String(required=True, allow_none=True)
    email = fields.String(required=True, allow_none=True)
    state = fields.Enum(NomineeState, by_value=True, required=True)
    replaces = fields.UUID(required=True, allow_none=True)
    checked_in = fields.Boolean(required=True)
    secret = fields.String(
        required=True,
        allow_none=True,
        metadata={"description": "Of the link, for handing it on to somebody without a mail"},
    )


class NominationWhole(NominationView):
    """A list with its names."""

    nominees = fields.List(fields.Nested(NomineeView), required=True)


class RowView(ma.Schema):
    """One line of what was pasted."""

    line = fields.Integer(required=True)
    text = fields.String(required=True)
    name = fields.String(required=True)
    phone = fields.String(required=True, allow_none=True)
    email = fields.String(required=True, allow_none=True)
    why = fields.String(
        required=True, allow_none=True, metadata={"description": "Why it is not taken, in words"}
    )
    ignored = fields.List(fields.String(), required=True)


class PastedView(ma.Schema):
    """What becomes of each line."""

    good = fields.List(fields.Nested(RowView), required=True)
    flagged = fields.List(fields.Nested(RowView), required=True)
    left = fields.Integer(
        required=True, metadata={"description": "How many more may be named after these"}
    )


class ConsentView(ma.Schema):
    version = fields.Integer(required=True)
    text = fields.String(required=True)


class InvitationView(ma.Schema):
    """What a nominee sees: who named them for what, until when, and what they agree to."""

    id = fields.UUID(required=True)
    event_id = fields.UUID(required=True)
    partner = fields.Nested(TextView, required=True)
    name = fields.String(required=True)
    state = fields.Enum(NomineeState, by_value=True, required=True)
    open = fields.Boolean(required=True)
    deadline = fields.AwareDateTime(required=True)
    consent = fields.Nested(ConsentView, required=True)
    event = fields.Nested(EventOfRegistration, required=True)
    registration_id = fields.UUID(
        required=True,
        allow_none=True,
        metadata={"description": "For the person whose registration it is, and nobody else"},
    )


class NomineeMail(ma.Schema):
    """What the sender needs to ask one nominee."""

    id = fields.UUID(required=True)
    name = fields.String(required=True)
    address = fields.String(required=True)
    secret = fields.String(required=True)
    partner = fields.Nested(TextView, required=True)
    deadline = fields.AwareDateTime(required=True)


NominationList = list_of(NominationView)
NomineeMailList = list_of(NomineeMail)


def nomination_view(nomination: Nomination, now: datetime) -> dict[str, Any]:
    counts = nomination.counts(now)
    copied = ("id", "event_id", "organisation_id", "name", "deadline")
    return {name: getattr(nomination, name) for name in copied} | {
        "seats": counts.seats,
        "named": counts.named,
        "confirmed": counts.confirmed,
        "waiting": counts.waiting,
        "declined": counts.declined,
        "release_at": nomination.quota().release_at,
        "open": nomination.is_open(now),
        "document": {"number": nomination.document_number, "date": nomination.document_date},
        "event": nomination.offer,
    }


def nominee_view(nominee: Nominee, secret: str | None, now: datetime) -> dict[str, Any]:
    copied = ("id", "nomination_id", "name", "phone", "email", "replaces")
    registration = nominee.registration
    return {name: getattr(nominee, name) for name in copied} | {
        "state": nominee.state_at(now),
        "checked_in": registration is not None and registration.checked_in_at is not None,
        "secret": secret,
    }


def pasted_view(pasted: Pasted) -> dict[str, Any]:
    return {
        "good": [_row_view(row) for row in pasted.good],
        "flagged": [_row_view(row) for row in pasted.flagged],
        "left": pasted.left,
    }


def invitation_view(nominee: Nominee, now: datetime, *, mine: bool) -> dict[str, Any]:
    """`mine`: whoever asks is the person who confirmed."""
    nomination = nominee.nomination
    return {
        "id": nominee.id,
        "event_id": nomination.event_id,
        "partner": nomination.name,
        "name": nominee.name,
        "state": nominee.state_at(now),
        "open": nomination.is_open(now),
        "deadline": nomination.deadline,
        "consent": {"version": VERSION, "text": consent_text(nomination.name, language())},
        "event": nomination.offer,
        "registration_id": nominee.registration_id if mine else None,
    }


def mail_of(nominee: Nominee, secret: str) -> dict[str, Any]:
    return {
        "id": nominee.id,
        "name": nominee.name,
        "address": nominee.email,
        "secret": secret,
        "partner": nominee.nomination.name,
        "deadline": nominee.nomination.deadline,
    }


def _row_view(row: Row) -> dict[str, Any]:
    copied = ("line", "text", "name", "phone", "email", "ignored")
    return {name: getattr(row, name) for name in copied} | {"why": row.says(language())}

"""Shapes of registrations, tickets and the door."""

from __future__ import annotations

from typing import Any

import marshmallow as ma
from marshmallow import fields, validate

from services.registrations.models import Registration, Status
from services.registrations.schemas.answers import given_answers, seen_version, unanswered
from services.registrations.schemas.offers import TextView
from shared.http.schemas import Line, PageQuery, Paragraphs, Phone, list_of
from shared.text import Text


class RegistrationRequest(ma.Schema):
    """What one says to register."""

    name = Line(200, required=True)
    phone = Phone(allow_none=True, load_default=None)
    organisation_name = Line(
        200,
        allow_none=True,
        load_default=None,
        metadata={"description": "For which organisation or business one comes, for lists"},
    )
    note = Paragraphs(2000, allow_none=True, load_default=None)
    organisation_id = fields.UUID(
        allow_none=True,
        load_default=None,
        metadata={"description": "For which of one's own organisations one comes"},
    )
    area_id = fields.UUID(
        allow_none=True,
        load_default=None,
        metadata={"description": "Where one lives or works"},
    )
    answers = given_answers(load_default=dict)
    form_version = seen_version()


class CancelRequest(ma.Schema):
    """An empty object: there is nothing to say."""


class DeclineRequest(ma.Schema):
    """Why; the person is told."""

    reason = Line(400, required=True)


class UndoRequest(ma.Schema):
    """Why; it is kept beside who did it."""

    reason = Line(400, required=True)


class WalkInRequest(ma.Schema):
    """Somebody who stands at the door without a registration."""

    name = Line(200, required=True)
    phone = Phone(allow_none=True, load_default=None)
    gate = Line(60, allow_none=True, load_default=None)


ONE_OF_THREE = Text(
    "Xin gửi một trong: vé, mã vào cửa, mã đăng ký.",
    "Please send one of: ticket, entry code, registration id.",
)


def count_shown(data: dict[str, Any]) -> int:
    """How many of ticket, entry code and registration a request names."""
    return sum(data.get(name) is not None for name in ("ticket", "code", "registration_id"))


class CheckInRequest(ma.Schema):
    """One of the three, and at which gate."""

    ticket = fields.String(validate=validate.Length(1, 400), load_default=None)
    code = Line(20, load_default=None)
    registration_id = fields.UUID(load_default=None)
    gate = Line(60, allow_none=True, load_default=None)

    @ma.validates_schema
    def one_of_them(self, data: dict[str, Any], **_: Any) -> None:
        if count_shown(data) != 1:
            raise ma.ValidationError([ONE_OF_THREE], "code")


class TicketsRequest(ma.Schema):
    registration_ids = fields.List(fields.UUID, required=True, validate=validate.Length(1, 500))


class MineQuery(PageQuery):
    event_id = fields.UUID(load_default=None)


class AttendeesQuery(PageQuery):
    status = fields.Enum(Status, by_value=True, load_default=None)
    q = fields.String(validate=validate.Length(0, 200), load_default=None)


class EventOfRegistration(ma.Schema):
    title = fields.Nested(TextView)
    starts_at = fields.AwareDateTime()
    ends_at = fields.AwareDateTime()
    timezone = fields.String()
    venue_name = fields.String(allow_none=True)


class RegistrationView(ma.Schema):
    id = fields.UUID(required=True)
    event_id = fields.UUID(required=True)
    person_id = fields.UUID(
        required=True,
        allow_none=True,
        metadata={"description": "Null for a walk-in and for a colleague without an account"},
    )
    registered_by = fields.UUID(
        required=True, allow_none=True, metadata={"description": "Whose colleague this is"}
    )
    name = fields.String(required=True)
    status = fields.Enum(Status, by_value=True, required=True)
    position = fields.Integer(
        required=True, allow_none=True, metadata={"description": "In the waitlist, from 1"}
    )
    held_until = fields.AwareDateTime(
        required=True,
        allow_none=True,
        metadata={"description": "Until when the seat is kept for the person to accept"},
    )
    why = fields.String(
        required=True, allow_none=True, metadata={"description": "Why it ended; a key, or words"}
    )
    registered_at = fields.AwareDateTime(required=True)
    cancelled_at = fields.AwareDateTime(required=True, allow_none=True)
    checked_in_at = fields.AwareDateTime(required=True, allow_none=True)
    event = fields.Nested(EventOfRegistration, attribute="offer", required=True)


class OwnRegistrationView(RegistrationView):
    """As its owner sees it in a list."""

    unanswered = unanswered()


RegistrationList = list_of(OwnRegistrationView)


class AttendeeView(ma.Schema):
    """A row of the organiser's list; at the door the phone and the note are left out."""

    id = fields.UUID(required=True)
    name = fields.String(required=True)
    status = fields.Enum(Status, by_value=True, required=True)
    position = fields.Integer(required=True, allow_none=True)
    held_until = fields.AwareDateTime(required=True, allow_none=True)
    keeps_seat = fields.Boolean(
        required=True, metadata={"description": "Pending once more, after edited answers"}
    )
    quota_id = fields.UUID(required=True, allow_none=True)
    organisation_id = fields.UUID(required=True, allow_none=True)
    organisation_name = fields.String(required=True, allow_none=True)
    registered_at = fields.AwareDateTime(required=True)
    checked_in_at = fields.AwareDateTime(required=True, allow_none=True)
    phone = fields.String(allow_none=True)
    email = fields.String(allow_none=True)
    note = fields.String(allow_none=True)
    unanswered = unanswered()


class Counts(ma.Schema):
    confirmed = fields.Integer()
    held = fields.Integer()
    pending = fields.Integer()
    waitlisted = fields.Integer()
    checked_in = fields.Integer()
    capacity = fields.Integer()


AttendeeList = list_of(AttendeeView, counts=fields.Nested(Counts, required=True))


class TicketView(ma.Schema):
    registration_id = fields.UUID(required=True)
    event_id = fields.UUID(required=True)
    token = fields.String(required=True, metadata={"description": "What the QR code holds"})
    code = fields.String(required=True, metadata={"description": "The entry code, for reading out"})
    name = fields.String(required=True, metadata={"description": "Who comes with it"})
    issue = fields.Integer(required=True)


TicketList = list_of(TicketView)


class CheckInView(ma.Schema):
    registration_id = fields.UUID(attribute="id", required=True)
    name = fields.String(required=True)
    checked_in_at = fields.AwareDateTime(required=True)


def ticket_view(registration: Registration, token: str) -> dict[str, Any]:
    return {
        "registration_id": registration.id,
        "event_id": registration.event_id,
        "token": token,
        "code": registration.entry_code,
        "name": registration.name,
        "issue": registration.issue,
    }

"""Shapes of registrations' HTTP API."""

from __future__ import annotations

from typing import Any

import marshmallow as ma
from marshmallow import fields, validate

from services.registrations.models import Offer, OfferState, Registration, Status
from shared.http.problems import language
from shared.http.schemas import Line, PageQuery, Paragraphs, Phone, list_of
from shared.text import Text

_WHY = {
    OfferState.OPEN: Text("Còn {left} chỗ.", "{left} places left."),
    OfferState.FULL: Text("Đã hết chỗ.", "No places left."),
    OfferState.NOT_YET_OPEN: Text("Chưa đến giờ mở đăng ký.", "Registration has not opened yet."),
    OfferState.CLOSED: Text("Đã hết hạn đăng ký.", "Registration is closed."),
    OfferState.POSTPONED: Text(
        "Sự kiện đang tạm hoãn; chưa có thời gian mới.",
        "The event is postponed; its new time is not known yet.",
    ),
    OfferState.CANCELLED: Text("Sự kiện đã bị hủy.", "The event was cancelled."),
}


class RegistrationRequest(ma.Schema):
    """What one says to register."""

    name = Line(200, required=True)
    phone = Phone(allow_none=True, load_default=None)
    note = Paragraphs(2000, allow_none=True, load_default=None)


class CancelRequest(ma.Schema):
    """An empty object: there is nothing to say."""


class ResizeRequest(ma.Schema):
    capacity = fields.Integer(required=True, strict=True, validate=validate.Range(0, 100_000))
    was = fields.Integer(
        strict=True,
        load_default=None,
        metadata={"description": "The capacity that the caller saw; another one meanwhile is 412"},
    )


class CheckInRequest(ma.Schema):
    """One of the three."""

    ticket = fields.String(validate=validate.Length(1, 400), load_default=None)
    code = Line(20, load_default=None)
    registration_id = fields.UUID(load_default=None)

    @ma.validates_schema
    def one_of_them(self, data: dict[str, Any], **_: Any) -> None:
        if sum(value is not None for value in data.values()) != 1:
            said = Text(
                "Xin gửi một trong: vé, mã vào cửa, mã đăng ký.",
                "Please send one of: ticket, entry code, registration id.",
            )
            raise ma.ValidationError([said], "code")


class TicketsRequest(ma.Schema):
    registration_ids = fields.List(fields.UUID, required=True, validate=validate.Length(1, 500))


class MineQuery(PageQuery):
    event_id = fields.UUID(load_default=None)


class AttendeesQuery(PageQuery):
    status = fields.Enum(Status, by_value=True, load_default=None)
    q = fields.String(validate=validate.Length(0, 200), load_default=None)


class TextView(ma.Schema):
    vi = fields.String(required=True)
    en = fields.String(allow_none=True)


class EventOfRegistration(ma.Schema):
    title = fields.Nested(TextView)
    starts_at = fields.AwareDateTime()
    ends_at = fields.AwareDateTime()
    timezone = fields.String()
    venue_name = fields.String(allow_none=True)


class RegistrationView(ma.Schema):
    id = fields.UUID(required=True)
    event_id = fields.UUID(required=True)
    person_id = fields.UUID(required=True)
    name = fields.String(required=True)
    status = fields.Enum(Status, by_value=True, required=True)
    position = fields.Integer(
        required=True, allow_none=True, metadata={"description": "In the waitlist, from 1"}
    )
    registered_at = fields.AwareDateTime(required=True)
    cancelled_at = fields.AwareDateTime(required=True, allow_none=True)
    checked_in_at = fields.AwareDateTime(required=True, allow_none=True)
    event = fields.Nested(EventOfRegistration, attribute="offer", required=True)


RegistrationList = list_of(RegistrationView)


class AttendeeView(ma.Schema):
    """A row of the organiser's list; at the door the phone and the note are left out."""

    id = fields.UUID(required=True)
    name = fields.String(required=True)
    status = fields.Enum(Status, by_value=True, required=True)
    position = fields.Integer(required=True, allow_none=True)
    registered_at = fields.AwareDateTime(required=True)
    checked_in_at = fields.AwareDateTime(required=True, allow_none=True)
    phone = fields.String(allow_none=True)
    note = fields.String(allow_none=True)


class Counts(ma.Schema):
    confirmed = fields.Integer()
    waitlisted = fields.Integer()
    checked_in = fields.Integer()
    capacity = fields.Integer()


AttendeeList = list_of(AttendeeView, counts=fields.Nested(Counts, required=True))


class OfferView(ma.Schema):
    event_id = fields.UUID(required=True)
    status = fields.Enum(OfferState, by_value=True, required=True)
    why = fields.String(required=True, metadata={"description": "The state in words"})
    capacity = fields.Integer(required=True)
    confirmed = fields.Integer(required=True)
    seats_left = fields.Integer(required=True)
    waitlist = fields.Boolean(required=True)
    waitlist_length = fields.Integer(required=True)
    opens_at = fields.AwareDateTime(required=True)
    closes_at = fields.AwareDateTime(required=True)
    starts_at = fields.AwareDateTime(required=True)
    ends_at = fields.AwareDateTime(required=True)


class TicketView(ma.Schema):
    registration_id = fields.UUID(required=True)
    event_id = fields.UUID(required=True)
    token = fields.String(required=True, metadata={"description": "What the QR code holds"})
    code = fields.String(required=True, metadata={"description": "The entry code, for reading out"})
    issue = fields.Integer(required=True)


TicketList = list_of(TicketView)


class CheckInView(ma.Schema):
    registration_id = fields.UUID(attribute="id", required=True)
    name = fields.String(required=True)
    checked_in_at = fields.AwareDateTime(required=True)


def offer_view(offer: Offer, state: OfferState) -> dict[str, Any]:
    """An offer with its state in the caller's language."""
    shown: dict[str, Any] = {
        name: getattr(offer, name) for name in OfferView().fields if hasattr(offer, name)
    }
    return shown | {"status": state, "why": _WHY[state].say(language(), left=offer.seats_left)}


def ticket_view(registration: Registration, token: str) -> dict[str, Any]:
    return {
        "registration_id": registration.id,
        "event_id": registration.event_id,
        "token": token,
        "code": registration.entry_code,
        "issue": registration.issue,
    }

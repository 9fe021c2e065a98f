"""Shapes of events' HTTP API."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import marshmallow as ma
from marshmallow import fields, validate

from services.events.models import AttendanceMode, Event, Status
from shared.http.schemas import (
    Line,
    PageQuery,
    Paragraphs,
    Phone,
    in_two_languages,
    list_of,
)
from shared.text import Text

HOME_ZONE = "Asia/Ho_Chi_Minh"
_FIRST_YEAR, _LAST_YEAR = 1900, 2199


class Moment(fields.AwareDateTime):
    """A date and time with its offset, in a year that databases, zones and calendars can count with."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> datetime:
        moment: datetime = super()._deserialize(value, attr, data, **kwargs)
        if not _FIRST_YEAR <= moment.year <= _LAST_YEAR:
            text = Text("Năm phải từ 1900 đến 2199.", "The year must be between 1900 and 2199.")
            raise ma.ValidationError([text])
        return moment


class HostShape(ma.Schema):
    """Who leads, by role; never a person's name."""

    role_title = in_two_languages(200, required=True)
    organisation_id = fields.UUID(allow_none=True, load_default=None)
    note = in_two_languages(500, allow_none=True)


class SpeakerShape(HostShape):
    """Who speaks: by role; by name where they agreed to be named."""

    name = Line(200, shortest=0, allow_none=True, load_default=None)


class LocationShape(ma.Schema):
    """A point on the map, in degrees (WGS 84)."""

    latitude = fields.Float(required=True, validate=validate.Range(-90, 90))
    longitude = fields.Float(required=True, validate=validate.Range(-180, 180))


class AgendaItemShape(ma.Schema):
    """A part of the event; items in different rooms may take place at the same time."""

    starts_at = Moment(required=True)
    ends_at = Moment(required=True)
    title = in_two_languages(300, required=True)
    speaker = in_two_languages(200, allow_none=True)
    room = Line(200, shortest=0, allow_none=True, load_default=None)
    note = in_two_languages(1000, lines=True, allow_none=True)


class WebAddress(fields.Url):
    """A link that a browser opens: http or https, never a script or a file."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(schemes={"http", "https"}, require_tld=False, **kwargs)
        self.validators.append(validate.Length(max=2000))


class AttachmentShape(ma.Schema):
    title = in_two_languages(200, required=True)
    url = WebAddress(required=True)


class CoverShape(ma.Schema):
    """A picture by its address, with what it shows for those who do not see it."""

    url = WebAddress(required=True)
    alt = in_two_languages(300, required=True)


class ContactShape(ma.Schema):
    """An office to ask; public, so an office's number and mail, not a person's."""

    name = in_two_languages(200, required=True)
    phone = Phone(allow_none=True, load_default=None)
    email = fields.Email(allow_none=True, load_default=None, validate=validate.Length(max=254))


class ConclusionShape(ma.Schema):
    """What was published after the event; in a change, what is not named stays as it is."""

    number = Line(100, shortest=0, allow_none=True)
    date = fields.Date(allow_none=True)
    url = WebAddress(allow_none=True)
    summary = in_two_languages(5000, lines=True, allow_none=True)


class VenueShape(ma.Schema):
    """Where; in a change, what is not named stays as it is."""

    name = Line(200)
    room = Line(200, shortest=0, allow_none=True)
    room_capacity = fields.Integer(
        strict=True, allow_none=True, validate=validate.Range(1, 100_000)
    )
    location = fields.Nested(LocationShape, allow_none=True)
    address = Line(300, shortest=0, allow_none=True)
    area_id = fields.UUID(allow_none=True)
    accessibility = in_two_languages(1000, lines=True, allow_none=True)


class DocumentShape(ma.Schema):
    """The letter that invites; in a change, what is not named stays as it is."""

    number = Line(100, allow_none=True)
    date = fields.Date(allow_none=True)


class EventChange(ma.Schema):
    """What may be edited: everything of a draft, the texts of a published event."""

    kind = Line(64)
    title = in_two_languages(300)
    summary = in_two_languages(1000, lines=True, allow_none=True)
    description = in_two_languages(20_000, lines=True, allow_none=True)
    audience = in_two_languages(500, allow_none=True)
    illustrative = fields.Boolean(truthy={True}, falsy={False})
    hosts = fields.List(fields.Nested(HostShape), validate=validate.Length(0, 20))
    speakers = fields.List(fields.Nested(SpeakerShape), validate=validate.Length(0, 50))
    agenda = fields.List(fields.Nested(AgendaItemShape), validate=validate.Length(0, 100))
    languages = fields.List(
        fields.String(validate=validate.Regexp(r"[a-z]{2,3}(-[A-Za-z0-9]{2,8})*\Z")),
        validate=validate.Length(1, 10),
        metadata={"description": "Spoken there, as BCP 47 tags such as vi and en"},
    )
    attendance_mode = fields.Enum(AttendanceMode, by_value=True)
    join_url = WebAddress(
        allow_none=True, metadata={"description": "Only people with a place see it"}
    )
    attachments = fields.List(fields.Nested(AttachmentShape), validate=validate.Length(0, 30))
    cover = fields.Nested(CoverShape, allow_none=True)
    contacts = fields.List(fields.Nested(ContactShape), validate=validate.Length(0, 10))
    conclusion = fields.Nested(ConclusionShape, allow_none=True)
    venue = fields.Nested(VenueShape, allow_none=True)
    starts_at = Moment(allow_none=True)
    ends_at = Moment(allow_none=True)
    timezone = Line(64)
    capacity = fields.Integer(strict=True, allow_none=True, validate=validate.Range(0, 100_000))
    waitlist = fields.Boolean(truthy={True}, falsy={False})
    registration_opens_at = Moment(allow_none=True)
    registration_closes_at = Moment(allow_none=True)
    partners = fields.List(fields.UUID, validate=validate.Length(0, 200))
    co_organisers = fields.List(fields.UUID, validate=validate.Length(0, 50))
    document = fields.Nested(DocumentShape, allow_none=True)
    legal_basis = Paragraphs(2000, allow_none=True)
    programme_id = fields.UUID(
        allow_none=True, metadata={"description": "A programme of the event's organisation"}
    )
    owed_event_id = fields.UUID(
        allow_none=True, metadata={"description": "Which of that programme's items it pays"}
    )


class EventRequest(EventChange):
    """A new draft: it may be as unfinished as the organiser is."""

    organisation_id = fields.UUID(required=True)
    kind = Line(64, required=True)
    title = in_two_languages(300, required=True)
    timezone = Line(64, load_default=HOME_ZONE)


class Nothing(ma.Schema):
    """An empty object: there is nothing to say."""


def require_said(reason: dict[str, Any]) -> None:
    """A reason that says something; the field's error otherwise. Without Vietnamese it is refused already."""
    if not reason.get("vi", "-").strip():
        text = Text(
            "Xin nêu lý do; lý do được gửi cho người đã đăng ký.",
            "Please give the reason; it is sent to everybody who registered.",
        )
        raise ma.ValidationError({"vi": [text]})


class ReasonRequest(ma.Schema):
    """Why; everybody who registered is told."""

    reason = in_two_languages(1000, lines=True, required=True)

    @ma.validates("reason")
    def said(self, reason: dict[str, Any], data_key: str) -> None:
        require_said(reason)


class RescheduleRequest(ReasonRequest):
    starts_at = Moment(required=True)
    ends_at = Moment(required=True)
    registration_closes_at = Moment(allow_none=True, load_default=None)


class EventsFilter(ma.Schema):
    """Which events are asked for. Without `from`: those that are not over."""

    q = fields.String(load_default=None, validate=validate.Length(0, 200))
    kind = fields.String(load_default=None, validate=validate.Length(0, 64))
    organisation_id = fields.UUID(load_default=None)
    area_id = fields.UUID(
        load_default=None, metadata={"description": "The area in which it takes place"}
    )
    language = fields.String(
        load_default=None,
        validate=validate.Length(0, 64),
        metadata={"description": "Spoken there, as a BCP 47 tag"},
    )
    open = fields.Boolean(
        load_default=False,
        metadata={"description": "Only those with free seats whose registration is open now"},
    )
    status = fields.Enum(Status, by_value=True, load_default=None)
    ends_after = Moment(data_key="from", load_default=None)
    starts_before = Moment(data_key="to", load_default=None)


class EventsQuery(EventsFilter, PageQuery):
    """Which events are asked for, a page at a time."""


class TextView(ma.Schema):
    vi = fields.String(required=True)
    en = fields.String(allow_none=True)


class KindView(ma.Schema):
    key = fields.String(required=True)
    name = fields.Nested(TextView, required=True)


KindList = list_of(KindView)


class KindCount(KindView):
    count = fields.Integer(required=True)


class AreaCount(ma.Schema):
    id = fields.UUID(required=True)
    count = fields.Integer(required=True)


class LanguageCount(ma.Schema):
    key = fields.String(required=True)
    count = fields.Integer(required=True)


class OrganisationBrief(ma.Schema):
    id = fields.UUID(required=True)
    name = fields.String(
        required=True, metadata={"description": "Empty until community has told of it"}
    )
    short_name = fields.String(required=True, allow_none=True)


class OrganisationCount(OrganisationBrief):
    count = fields.Integer(required=True)


class FacetsView(ma.Schema):
    """How many of the events that were asked for are of each sort; the sorts with the most come first."""

    kinds = fields.List(fields.Nested(KindCount), required=True)
    organisations = fields.List(fields.Nested(OrganisationCount), required=True)
    areas = fields.List(fields.Nested(AreaCount), required=True)
    languages = fields.List(fields.Nested(LanguageCount), required=True)


class HostView(ma.Schema):
    role_title = fields.Nested(TextView, required=True)
    organisation_id = fields.UUID(required=True, allow_none=True)
    note = fields.Nested(TextView, required=True, allow_none=True)


class SpeakerView(HostView):
    name = fields.String(required=True, allow_none=True)


class LocationView(ma.Schema):
    latitude = fields.Float(required=True)
    longitude = fields.Float(required=True)


class AgendaItemView(ma.Schema):
    starts_at = fields.String(required=True)
    ends_at = fields.String(required=True)
    title = fields.Nested(TextView, required=True)
    speaker = fields.Nested(TextView, required=True, allow_none=True)
    room = fields.String(required=True, allow_none=True)
    note = fields.Nested(TextView, required=True, allow_none=True)


class AttachmentView(ma.Schema):
    title = fields.Nested(TextView, required=True)
    url = fields.String(required=True)


class CoverView(ma.Schema):
    url = fields.String(required=True)
    alt = fields.Nested(TextView, required=True)


class ContactView(ma.Schema):
    name = fields.Nested(TextView, required=True)
    phone = fields.String(required=True, allow_none=True)
    email = fields.String(required=True, allow_none=True)


class ConclusionView(ma.Schema):
    number = fields.String(required=True, allow_none=True)
    date = fields.String(required=True, allow_none=True)
    url = fields.String(required=True, allow_none=True)
    summary = fields.Nested(TextView, required=True, allow_none=True)


class VenueView(ma.Schema):
    name = fields.String(required=True, allow_none=True)
    room = fields.String(required=True, allow_none=True)
    room_capacity = fields.Integer(required=True, allow_none=True)
    location = fields.Nested(LocationView, required=True, allow_none=True)
    address = fields.String(required=True, allow_none=True)
    area_id = fields.UUID(required=True, allow_none=True)
    accessibility = fields.Nested(TextView, required=True, allow_none=True)


class DocumentView(ma.Schema):
    number = fields.String(required=True, allow_none=True)
    date = fields.String(required=True, allow_none=True)


class SeatsView(ma.Schema):
    """A copy of registrations' count, which may lag by a moment."""

    capacity = fields.Integer(required=True)
    left = fields.Integer(required=True)
    waitlist_length = fields.Integer(required=True)
    state = fields.String(required=True)


class EventView(ma.Schema):
    """An event; its version is the ETag."""

    id = fields.UUID(required=True)
    organisation = fields.Nested(OrganisationBrief, required=True)
    kind = fields.Nested(KindView, required=True)
    status = fields.Enum(Status, by_value=True, required=True)
    title = fields.Nested(TextView, required=True)
    summary = fields.Nested(TextView, required=True, allow_none=True)
    description = fields.Nested(TextView, required=True, allow_none=True)
    audience = fields.Nested(TextView, required=True, allow_none=True)
    illustrative = fields.Boolean(required=True)
    hosts = fields.List(fields.Nested(HostView), required=True)
    speakers = fields.List(fields.Nested(SpeakerView), required=True)
    agenda = fields.List(fields.Nested(AgendaItemView), required=True)
    languages = fields.List(fields.String, required=True)
    attendance_mode = fields.Enum(AttendanceMode, by_value=True, required=True)
    join_url = fields.String(
        required=True,
        allow_none=True,
        metadata={"description": "Null for everybody but its organisers and those with a place"},
    )
    attachments = fields.List(fields.Nested(AttachmentView), required=True)
    cover = fields.Nested(CoverView, required=True, allow_none=True)
    contacts = fields.List(fields.Nested(ContactView), required=True)
    conclusion = fields.Nested(ConclusionView, required=True, allow_none=True)
    venue = fields.Nested(VenueView, required=True, allow_none=True)
    starts_at = fields.AwareDateTime(required=True, allow_none=True)
    ends_at = fields.AwareDateTime(required=True, allow_none=True)
    timezone = fields.String(required=True)
    capacity = fields.Integer(required=True, allow_none=True)
    waitlist = fields.Boolean(required=True)
    registration_opens_at = fields.AwareDateTime(required=True, allow_none=True)
    registration_closes_at = fields.AwareDateTime(required=True, allow_none=True)
    partners = fields.List(fields.Nested(OrganisationBrief), required=True)
    co_organisers = fields.List(fields.Nested(OrganisationBrief), required=True)
    document = fields.Nested(DocumentView, required=True, allow_none=True)
    legal_basis = fields.String(required=True, allow_none=True)
    programme_id = fields.UUID(required=True, allow_none=True)
    owed_event_id = fields.UUID(required=True, allow_none=True)
    reason = fields.Nested(TextView, required=True, allow_none=True)
    seats = fields.Nested(SeatsView, required=True, allow_none=True)
    series_id = fields.UUID(required=True, allow_none=True)
    occurrence = fields.AwareDateTime(
        required=True,
        allow_none=True,
        metadata={"description": "The start that the rule of its series gave"},
    )
    uid = fields.String(required=True)
    calendar_sequence = fields.Integer(required=True)
    published_at = fields.AwareDateTime(required=True, allow_none=True)
    updated_at = fields.AwareDateTime(required=True)


EventList = list_of(EventView)
_SHOWN = tuple(EventView().fields)
# Of venues that were kept before these were asked for.
_VENUE = {"room": None, "room_capacity": None, "location": None}


def event_view(event: Event, now: datetime, *, joins: bool = False) -> dict[str, Any]:
    """An event as it is at `now`, with the names that its ids stand for; the link to join only for whom `joins`."""
    shown = {name: getattr(event, name) for name in _SHOWN}
    shown["join_url"] = event.join_url if joins else None
    shown["venue"] = event.venue and _VENUE | event.venue
    seats = event.seats and {
        "capacity": event.seats.capacity,
        "left": event.seats.left,
        "waitlist_length": event.seats.waitlist_length,
        "state": event.registration_state(now),
    }
    return shown | {
        "seats": seats,
        "organisation": _brief(event.organisation_id, event.organisation),
        "partners": [_brief(one.organisation_id, one.organisation) for one in event.partners],
        "co_organisers": [
            _brief(one.organisation_id, one.organisation) for one in event.co_organisers
        ],
    }


def _brief(organisation_id: Any, copy: Any) -> dict[str, Any]:
    return {
        "id": organisation_id,
        "name": copy.name if copy is not None else "",
        "short_name": copy.short_name if copy is not None else None,
    }

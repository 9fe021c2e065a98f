"""Shapes of community's HTTP API."""

from __future__ import annotations

from typing import Any

import marshmallow as ma
from marshmallow import fields, validate

from services.community.errors import ENDS_TOO_EARLY
from services.community.models import Kind, Level, Role
from shared.http.schemas import Line, PageQuery, Paragraphs, Phone, in_two_languages, list_of
from shared.text import LANGUAGES, Text


class MailAddress(fields.Email):
    """A mail address of at most 254 octets (RFC 5321, section 4.5.3.1.3), on one line."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> str:
        address = str(
            super()._deserialize(
                value.strip() if isinstance(value, str) else value, attr, data, **kwargs
            )
        )
        if len(address.encode()) > 254 or any(c.isspace() or not c.isprintable() for c in address):
            raise self.make_error("invalid")
        return address


class Language(fields.String):
    def __init__(self, **kwargs: Any) -> None:
        super().__init__(validate=validate.OneOf(LANGUAGES), **kwargs)


class Validity(ma.Schema):
    """When something holds: `valid_until` is the first day on which it does not."""

    valid_from = fields.Date(allow_none=True, load_default=None)
    valid_until = fields.Date(allow_none=True, load_default=None)

    @ma.validates_schema
    def in_order(self, data: dict[str, Any], **_: Any) -> None:
        start, end = data.get("valid_from"), data.get("valid_until")
        if start is not None and end is not None and end <= start:
            raise ma.ValidationError([ENDS_TOO_EARLY], "valid_until")


class SignInRequest(ma.Schema):
    email = MailAddress(required=True)
    language = Language(load_default="vi")
    browser = fields.String(
        required=True,
        validate=validate.Regexp(r"^[0-9a-f]{64}\Z"),
        metadata={"description": "SHA-256 of the browser's nonce, in hex"},
    )


class SignInView(ma.Schema):
    id = fields.UUID(required=True)
    expires_at = fields.AwareDateTime(required=True)


class SignInProof(ma.Schema):
    """What the mail held: the code, or the link's token."""

    browser_nonce = fields.String(required=True, validate=validate.Length(1, 200))
    code = fields.String(load_default=None, validate=validate.Length(1, 20))
    token = fields.String(load_default=None, validate=validate.Length(1, 200))

    @ma.validates_schema
    def one_of_them(self, data: dict[str, Any], **_: Any) -> None:
        if (data["code"] is None) == (data["token"] is None):
            said = Text("Xin nhập mã sáu chữ số.", "Please enter the six-digit code.")
            raise ma.ValidationError([said], "code")


class PersonBrief(ma.Schema):
    id = fields.UUID(required=True)
    name = fields.String(required=True)
    language = fields.String(required=True)


class SignedInView(ma.Schema):
    session = fields.String(required=True)
    access_token = fields.String(required=True)
    expires_at = fields.AwareDateTime(required=True)
    person = fields.Nested(PersonBrief, required=True)


class SessionRequest(ma.Schema):
    session = fields.String(required=True, validate=validate.Length(1, 200))


class AccessView(ma.Schema):
    access_token = fields.String(required=True)
    expires_at = fields.AwareDateTime(required=True)
    person = fields.Nested(PersonBrief)


class ClientRequest(ma.Schema):
    client = fields.String(required=True, validate=validate.Length(1, 64))
    secret = fields.String(required=True, validate=validate.Length(1, 400))


class IdsRequest(ma.Schema):
    ids = fields.List(fields.UUID, required=True, validate=validate.Length(1, 500))


class DeliveryView(ma.Schema):
    id = fields.UUID(required=True)
    address = fields.String(required=True)
    language = fields.String(required=True)
    code = fields.String(required=True)
    token = fields.String(required=True)
    expires_at = fields.AwareDateTime(required=True)


DeliveryList = list_of(DeliveryView)


class AddressView(ma.Schema):
    id = fields.UUID(required=True)
    address = fields.String(required=True)
    name = fields.String(required=True)
    language = fields.String(required=True)
    status = fields.String(required=True)


AddressList = list_of(AddressView)


class OrganisationBrief(ma.Schema):
    id = fields.UUID(required=True)
    name = fields.String(required=True)
    short_name = fields.String(required=True, allow_none=True)


class OwnMembership(ma.Schema):
    organisation = fields.Nested(OrganisationBrief, required=True)
    role = fields.Enum(Role, by_value=True, required=True)
    event_id = fields.UUID(required=True, allow_none=True)


class PersonView(ma.Schema):
    id = fields.UUID(required=True)
    name = fields.String(required=True)
    email = fields.String(required=True)
    phone = fields.String(required=True, allow_none=True)
    language = fields.String(required=True)
    admin = fields.Boolean(required=True)
    memberships = fields.List(fields.Nested(OwnMembership), required=True)


class PersonChange(ma.Schema):
    name = Line(200)
    phone = Phone(allow_none=True)
    language = Language()


class PurposeRequest(ma.Schema):
    legal_basis = fields.String(
        required=True,
        validate=validate.OneOf(("consent", "contract", "public_task", "legal_obligation")),
    )
    version = fields.Integer(required=True, strict=True, validate=validate.Range(1, 10_000))
    text = in_two_languages(5000, lines=True, required=True)


class TextView(ma.Schema):
    vi = fields.String(required=True)
    en = fields.String(allow_none=True)


class PurposeView(ma.Schema):
    key = fields.String(required=True)
    legal_basis = fields.String(required=True)
    version = fields.Integer(required=True)
    text = fields.Nested(TextView, required=True)


PurposeList = list_of(PurposeView)


class ConsentRequest(ma.Schema):
    purpose = Line(64, required=True)
    given = fields.Boolean(required=True, truthy={True}, falsy={False})
    version = fields.Integer(required=True, strict=True)
    language = Language(required=True)


class ConsentView(ma.Schema):
    id = fields.UUID(required=True)
    purpose = fields.String(required=True)
    version = fields.Integer(required=True)
    given = fields.Boolean(required=True)
    text_shown = fields.String(required=True)
    language = fields.String(required=True)
    decided_at = fields.AwareDateTime(required=True)


ConsentList = list_of(ConsentView)


class AreaRequest(Validity):
    code = Line(16, allow_none=True, load_default=None)
    level = fields.Enum(Level, by_value=True, required=True)
    name = Line(200, required=True)
    name_en = Line(200, allow_none=True, load_default=None)
    parent_id = fields.UUID(allow_none=True, load_default=None)
    source = Paragraphs(1000, allow_none=True, load_default=None)
    confirmed = fields.Boolean(load_default=True)


class AreaSuccessorView(ma.Schema):
    area_id = fields.UUID(attribute="successor_id", required=True)
    extent = fields.String(required=True)
    note = fields.String(required=True, allow_none=True)


class AreaView(ma.Schema):
    id = fields.UUID(required=True)
    code = fields.String(required=True, allow_none=True)
    level = fields.Enum(Level, by_value=True, required=True)
    name = fields.String(required=True)
    name_en = fields.String(required=True, allow_none=True)
    parent_id = fields.UUID(required=True, allow_none=True)
    valid_from = fields.Date(required=True, allow_none=True)
    valid_until = fields.Date(required=True, allow_none=True)
    successors = fields.List(fields.Nested(AreaSuccessorView), required=True)
    source = fields.String(required=True, allow_none=True)
    confirmed = fields.Boolean(required=True)


AreaList = list_of(AreaView)


class AreaSuccessorRequest(ma.Schema):
    area_id = fields.UUID(required=True)
    extent = fields.String(load_default="whole", validate=validate.OneOf(("whole", "part")))
    note = Paragraphs(1000, allow_none=True, load_default=None)


class AreasQuery(PageQuery):
    on = fields.Date(load_default=None, metadata={"description": "Only what holds on that day"})
    q = fields.String(load_default=None, validate=validate.Length(0, 200))
    level = fields.Enum(Level, by_value=True, load_default=None)


class OrganisationRequest(Validity):
    kind = fields.Enum(Kind, by_value=True, required=True)
    name = Line(300, required=True)
    name_en = Line(300, allow_none=True, load_default=None)
    short_name = Line(100, allow_none=True, load_default=None)
    parent_id = fields.UUID(allow_none=True, load_default=None)
    area_id = fields.UUID(allow_none=True, load_default=None)
    contact_email = MailAddress(allow_none=True, load_default=None)
    source = Paragraphs(1000, allow_none=True, load_default=None)
    confirmed = fields.Boolean(load_default=True)


class OrganisationChange(ma.Schema):
    name = Line(300)
    name_en = Line(300, allow_none=True)
    short_name = Line(100, allow_none=True)
    contact_email = MailAddress(allow_none=True)
    valid_until = fields.Date(allow_none=True)


class OrganisationView(OrganisationBrief):
    kind = fields.Enum(Kind, by_value=True, required=True)
    name_en = fields.String(required=True, allow_none=True)
    parent_id = fields.UUID(required=True, allow_none=True)
    area_id = fields.UUID(required=True, allow_none=True)
    valid_from = fields.Date(required=True, allow_none=True)
    valid_until = fields.Date(required=True, allow_none=True)
    successors = fields.List(fields.UUID, attribute="successor_ids", required=True)
    source = fields.String(required=True, allow_none=True)
    confirmed = fields.Boolean(required=True)
    contact_email = fields.String(
        allow_none=True, metadata={"description": "For its organisers and administrators"}
    )


OrganisationList = list_of(OrganisationView)


class OrganisationSuccessorRequest(ma.Schema):
    organisation_id = fields.UUID(required=True)
    note = Paragraphs(1000, allow_none=True, load_default=None)


class OrganisationsQuery(PageQuery):
    on = fields.Date(load_default=None)
    q = fields.String(load_default=None, validate=validate.Length(0, 200))
    kind = fields.Enum(Kind, by_value=True, load_default=None)
    area_id = fields.UUID(load_default=None)


class MembershipRequest(Validity):
    email = MailAddress(required=True)
    name = Line(200, allow_none=True, load_default=None)
    language = Language(load_default="vi")
    role = fields.Enum(Role, by_value=True, required=True)
    event_id = fields.UUID(allow_none=True, load_default=None)

    @ma.validates_schema
    def a_door_is_of_an_event(self, data: dict[str, Any], **_: Any) -> None:
        if ("role" in data) and (data["role"] is Role.DOOR) != (data["event_id"] is not None):
            said = Text(
                "Vai trò điểm danh cần một sự kiện; các vai trò khác thì không.",
                "The door is of one event; the other roles are of none.",
            )
            raise ma.ValidationError([said], "event_id")


class MembershipView(ma.Schema):
    id = fields.UUID(required=True)
    person_id = fields.UUID(required=True)
    name = fields.String(attribute="person.name", required=True)
    role = fields.Enum(Role, by_value=True, required=True)
    event_id = fields.UUID(required=True, allow_none=True)
    valid_from = fields.Date(required=True, allow_none=True)
    valid_until = fields.Date(required=True, allow_none=True)


MembershipList = list_of(MembershipView)

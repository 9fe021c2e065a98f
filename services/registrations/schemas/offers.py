"""Shapes of offers, their quotas, and what happened to their seats."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import marshmallow as ma
from marshmallow import fields, validate

from services.registrations.models import Offer, OfferState, Quota, Status, What
from shared.http.problems import language
from shared.http.schemas import PageQuery, in_two_languages, list_of
from shared.text import Text

MOST_QUOTAS = 50
_LARGEST = 100_000
# Two weeks; who is offered a seat for longer keeps others from it.
_LONGEST_HOLD = 14 * 24 * 60
_WHY = {
    OfferState.FULL: Text("Đã hết chỗ.", "No places left."),
    OfferState.NOT_YET_OPEN: Text("Chưa đến giờ mở đăng ký.", "Registration has not opened yet."),
    OfferState.CLOSED: Text("Đã hết hạn đăng ký.", "Registration is closed."),
    OfferState.POSTPONED: Text(
        "Sự kiện đang tạm hoãn; chưa có thời gian mới.",
        "The event is postponed; its new time is not known yet.",
    ),
    OfferState.CANCELLED: Text("Sự kiện đã bị hủy.", "The event was cancelled."),
}
_OPEN = Text("Còn {left} chỗ", "{left} places left")
_OPEN_BESIDE = Text("Còn {left} chỗ tự do", "{left} places open to everybody")
_KEPT = Text("{left} chỗ giữ cho {name}", "{left} kept for {name}")
_UNTIL = Text(" đến hết {until:%H:%M ngày %d/%m}", " until {until:%H:%M on %d %B}")


class TextView(ma.Schema):
    vi = fields.String(required=True)
    en = fields.String(allow_none=True)


class ResizeRequest(ma.Schema):
    capacity = fields.Integer(required=True, strict=True, validate=validate.Range(0, _LARGEST))
    was = fields.Integer(
        strict=True,
        load_default=None,
        metadata={"description": "The capacity that the caller saw; another one meanwhile is 412"},
    )
    losing = fields.List(
        fields.UUID,
        load_default=None,
        validate=validate.Length(0, _LARGEST),
        metadata={
            "description": "Below the seats that are taken: those who lose theirs, as the refusal named them"
        },
    )


class QuotaShape(ma.Schema):
    """Seats kept for one of: an organisation's members, an area, those who come for the first time."""

    id = fields.UUID(load_default=None, allow_none=True)
    name = in_two_languages(200, required=True)
    seats = fields.Integer(required=True, strict=True, validate=validate.Range(0, _LARGEST))
    organisation_id = fields.UUID(load_default=None, allow_none=True)
    area_id = fields.UUID(load_default=None, allow_none=True)
    first_timers = fields.Boolean(load_default=False, truthy={True}, falsy={False})
    release_at = fields.AwareDateTime(
        load_default=None,
        allow_none=True,
        metadata={"description": "From then on what is unused belongs to everybody"},
    )

    @ma.validates_schema
    def for_one_sort(self, data: dict[str, Any], **_: Any) -> None:
        named = [data.get("organisation_id"), data.get("area_id"), data.get("first_timers") or None]
        if sum(one is not None for one in named) != 1:
            said = Text(
                "Xin chọn đúng một: đơn vị, địa bàn, hoặc người đến lần đầu.",
                "Please choose one: an organisation, an area, or first-timers.",
            )
            raise ma.ValidationError([said], "organisation_id")


class QuotasRequest(ma.Schema):
    """All quotas, in the order in which they are looked at."""

    quotas = fields.List(
        fields.Nested(QuotaShape), required=True, validate=validate.Length(0, MOST_QUOTAS)
    )


class RulesRequest(ma.Schema):
    """What is not named stays as it is."""

    approval = fields.Boolean(truthy={True}, falsy={False})
    hold_minutes = fields.Integer(
        strict=True,
        allow_none=True,
        validate=validate.Range(1, _LONGEST_HOLD),
        metadata={"description": "How long a freed seat is kept for the one whose turn it is"},
    )


class QuotaView(ma.Schema):
    id = fields.UUID(required=True)
    name = fields.Nested(TextView, required=True)
    seats = fields.Integer(required=True)
    taken = fields.Integer(required=True)
    left = fields.Integer(required=True, metadata={"description": "Still kept free"})
    organisation_id = fields.UUID(required=True, allow_none=True)
    area_id = fields.UUID(required=True, allow_none=True)
    first_timers = fields.Boolean(required=True)
    release_at = fields.AwareDateTime(required=True, allow_none=True)


class OfferView(ma.Schema):
    event_id = fields.UUID(required=True)
    status = fields.Enum(OfferState, by_value=True, required=True)
    why = fields.String(required=True, metadata={"description": "The state in words"})
    capacity = fields.Integer(required=True)
    confirmed = fields.Integer(required=True)
    held = fields.Integer(required=True)
    pending = fields.Integer(required=True)
    asked_again = fields.Integer(
        required=True, metadata={"description": "Of the pending, those who keep a seat meanwhile"}
    )
    seats_left = fields.Integer(
        required=True, metadata={"description": "Open to everybody; kept ones are beside them"}
    )
    waitlist = fields.Boolean(required=True)
    waitlist_length = fields.Integer(required=True, attribute="waitlisted")
    approval = fields.Boolean(required=True)
    hold_minutes = fields.Integer(required=True, allow_none=True)
    quotas = fields.List(fields.Nested(QuotaView), required=True)
    opens_at = fields.AwareDateTime(required=True)
    closes_at = fields.AwareDateTime(required=True)
    starts_at = fields.AwareDateTime(required=True)
    ends_at = fields.AwareDateTime(required=True)


class SeatLogQuery(PageQuery):
    registration_id = fields.UUID(load_default=None)


class SeatLogView(ma.Schema):
    """One thing that happened, and how the registration stood after it."""

    number = fields.Integer(required=True)
    registration_id = fields.UUID(required=True, allow_none=True)
    name = fields.String(
        allow_none=True, metadata={"description": "Whose registration; for organisers only"}
    )
    at = fields.AwareDateTime(required=True)
    by = fields.UUID(
        required=True, allow_none=True, metadata={"description": "Null: the rules, by themselves"}
    )
    what = fields.Enum(What, by_value=True, required=True)
    status = fields.Enum(Status, by_value=True, required=True, allow_none=True)
    quota_id = fields.UUID(required=True, allow_none=True)
    waitlist_number = fields.Integer(required=True, allow_none=True)
    reason = fields.String(required=True, allow_none=True)
    details = fields.Dict(
        required=True,
        allow_none=True,
        metadata={
            "description": "Of who waits: the `position`, and `kept`, the seats kept for others"
        },
    )


SeatLogList = list_of(SeatLogView)
_COPIED = [
    "event_id",
    "capacity",
    "confirmed",
    "held",
    "pending",
    "asked_again",
    "waitlist",
    "waitlisted",
    "approval",
    "hold_minutes",
    "opens_at",
    "closes_at",
    "starts_at",
    "ends_at",
]


def offer_view(offer: Offer, now: datetime) -> dict[str, Any]:
    """An offer as it is at `now`, with its state in the caller's language."""
    return {name: getattr(offer, name) for name in _COPIED} | {
        "status": offer.state(now),
        "why": why(offer, now),
        "seats_left": offer.seats_left(now),
        "quotas": [_quota_view(offer, quota, now) for quota in offer.quotas],
    }


def why(offer: Offer, now: datetime) -> str:
    """Whether there is a place, for whom, and why not, in words."""
    state, spoken, left = offer.state(now), language(), offer.seats_left(now)
    kept = [quota for quota in offer.quotas if quota.kept(now)] if offer.free else []
    if state not in (OfferState.OPEN, OfferState.FULL) or (state is OfferState.FULL and not kept):
        return _WHY[state].say(spoken)
    parts = [(_OPEN_BESIDE if kept else _OPEN).say(spoken, left=left)] if left else []
    for quota in kept:
        name = quota.name.get(spoken) or quota.name["vi"]
        said = _KEPT.say(spoken, left=quota.kept(now), name=name)
        if quota.release_at is not None:
            said += _UNTIL.say(spoken, until=offer.local(quota.release_at))
        parts.append(said)
    joined = {"vi": " và ", "en": " and "}.get(spoken, ", ").join(parts)
    return f"{joined[:1].upper()}{joined[1:]}."


def _quota_view(offer: Offer, quota: Quota, now: datetime) -> dict[str, Any]:
    names = [
        "id",
        "name",
        "seats",
        "taken",
        "organisation_id",
        "area_id",
        "first_timers",
        "release_at",
    ]
    return {name: getattr(quota, name) for name in names} | {
        "left": min(quota.kept(now), offer.free)
    }

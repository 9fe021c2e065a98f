"""What must hold for an event: each check gives every field that is wrong, with what to do about it."""

from __future__ import annotations

from datetime import datetime
from functools import cache
from typing import TYPE_CHECKING
from zoneinfo import available_timezones

from shared.text import Text

if TYPE_CHECKING:
    from services.events.models.event import Event

Errors = dict[str, Text | str]

_MISSING = {
    "starts_at": Text("Xin nhập giờ bắt đầu.", "Please say when it starts."),
    "ends_at": Text("Xin nhập giờ kết thúc.", "Please say when it ends."),
    "capacity": Text("Xin nhập sức chứa.", "Please say how many seats there are."),
    "registration_opens_at": Text(
        "Xin nhập lúc mở đăng ký.", "Please say when registration opens."
    ),
    "registration_closes_at": Text("Xin nhập hạn đăng ký.", "Please say when registration closes."),
}


def missing(event: Event) -> Errors:
    """What everybody needs to know of a published event."""
    errors: Errors = {name: text for name, text in _MISSING.items() if getattr(event, name) is None}
    if not (event.title or {}).get("vi"):
        errors["title.vi"] = Text("Xin nhập tên sự kiện.", "Please give it a title in Vietnamese.")
    if event.attendance_mode != "online" and not (event.venue or {}).get("name"):
        errors["venue.name"] = Text("Xin nhập nơi tổ chức.", "Please say where it takes place.")
    if event.attendance_mode != "offline" and not event.join_url:
        errors["join_url"] = Text(
            "Xin nhập đường dẫn tham gia trực tuyến; chỉ người có chỗ mới thấy.",
            "Please give the link to join online; only people with a place see it.",
        )
    return errors


def contradictions(event: Event) -> Errors:
    """What cannot be, whether or not the event is finished. Its moments are compared, not its clocks."""
    errors: Errors = {}
    starts_at, ends_at = event.starts_at, event.ends_at
    opens_at, closes_at = event.registration_opens_at, event.registration_closes_at
    if starts_at and ends_at and ends_at <= starts_at:
        errors["ends_at"] = Text(
            "Giờ kết thúc phải sau giờ bắt đầu.", "It must end after it starts."
        )
    if closes_at and ends_at and closes_at > ends_at:
        errors["registration_closes_at"] = Text(
            "Hạn đăng ký không được sau giờ kết thúc.",
            "Registration must close by the event's end.",
        )
    if opens_at and closes_at and closes_at <= opens_at:
        errors["registration_closes_at"] = Text(
            "Hạn đăng ký phải sau lúc mở đăng ký.", "Registration must close after it opens."
        )
    if event.capacity is not None and event.capacity < 0:
        errors["capacity"] = Text("Sức chứa không thể âm.", "There cannot be fewer than no seats.")
    errors |= unknown_zone(event.timezone)
    room = (event.venue or {}).get("room_capacity")
    seats_all = event.attendance_mode == "offline" and event.capacity is not None
    if seats_all and room is not None and room < event.capacity:
        errors["capacity"] = Text(
            f"Phòng chỉ có {room} chỗ; xin giảm sức chứa hoặc đổi phòng.",
            f"The room seats only {room}; please lower the capacity or take another room.",
        )
    return errors | _agenda(event)


def unknown_zone(name: str) -> Errors:
    """The clocks of a place that nobody knows."""
    if name in _zones():
        return {}
    text = Text(
        "Không có múi giờ này; ví dụ: Asia/Ho_Chi_Minh.",
        "There is no such time zone; for example: Asia/Ho_Chi_Minh.",
    )
    return {"timezone": text}


def _agenda(event: Event) -> Errors:
    """The items of an agenda lie within the event; two in the same room do not overlap."""
    errors: Errors = {}
    taken: dict[str, datetime] = {}
    items = [
        (datetime.fromisoformat(one["starts_at"]), datetime.fromisoformat(one["ends_at"]), place)
        for place, one in enumerate(event.agenda or [])
    ]
    for starts_at, ends_at, place in sorted(items):
        if ends_at <= starts_at:
            errors[f"agenda.{place}.ends_at"] = Text(
                "Mục này phải kết thúc sau khi bắt đầu.", "This item must end after it starts."
            )
        elif (event.starts_at and starts_at < event.starts_at) or (
            event.ends_at and ends_at > event.ends_at
        ):
            errors[f"agenda.{place}.starts_at"] = Text(
                "Mục này nằm ngoài giờ của sự kiện; xin đổi giờ của mục hoặc của sự kiện.",
                "This item lies outside the event's time; please change its time or the event's.",
            )
        room = event.agenda[place].get("room") or ""
        if room in taken and starts_at < taken[room]:
            errors[f"agenda.{place}.starts_at"] = Text(
                "Mục này trùng giờ với mục trước ở cùng phòng; xin đổi giờ, hoặc ghi phòng khác.",
                "This item overlaps the one before it in the same room; please change its time, or name another room.",
            )
        taken[room] = max(ends_at, taken.get(room, ends_at))
    return errors


def over(event: Event, now: datetime) -> Errors:
    """An event may be published while it runs, not when it is over."""
    if event.ends_at is None or event.ends_at > now:
        return {}
    text = Text("Sự kiện phải ở phía trước.", "The event must lie ahead.")
    return {"starts_at": text, "ends_at": text}


def begun(event: Event, now: datetime) -> Errors:
    """Nobody can be told in time of a move into the past."""
    if event.starts_at is None or event.starts_at > now:
        return {}
    return {"starts_at": Text("Giờ bắt đầu phải ở phía trước.", "It must start in the future.")}


@cache
def _zones() -> frozenset[str]:
    # These two are names in the database of zones, but of no zone that another machine would know.
    return frozenset(available_timezones() - {"localtime", "Factory"})

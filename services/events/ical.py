"""Events as calendars (RFC 5545): one entry to add, or a feed to subscribe to.

An entry keeps its UID for ever; its SEQUENCE rises with every change that calendars show, and its DTSTAMP is the
moment of that change, so an unchanged event gives the same bytes at every read. Whether somebody has a place is no
revision of the event, as a PARTSTAT is none (RFC 5546, section 2.1.4): it leaves the SEQUENCE as it is.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from functools import lru_cache
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from icalendar import Alarm, Calendar, Timezone, vCalAddress, vDuration, vUri
from icalendar import Event as Entry

from services.events.models import Event, Status
from shared.text import Text

CONTENT_TYPE = "text/calendar; charset=utf-8"
REFRESH = timedelta(hours=1)
# RFC 7986, section 5.9: a colour of CSS; near to that of the portal.
COLOUR = "seagreen"
_NAME = Text("Đối Thoại: lịch gặp gỡ", "Đối Thoại: calendar of dialogues")
_ABOUT = Text(
    "Các buổi gặp gỡ, đối thoại giữa chính quyền và doanh nghiệp trẻ.",
    "Meetings and dialogues of local government and young businesses.",
)
_OWN_NAME = Text("Đối Thoại: lịch của tôi", "Đối Thoại: my calendar")
_OWN_ABOUT = Text(
    "Các buổi mà bạn có chỗ hoặc đang chờ chỗ.", "Where you have a place, or wait for one."
)
_OFF = {
    Status.CANCELLED: Text("Đã hủy", "Cancelled"),
    Status.POSTPONED: Text("Tạm hoãn", "Postponed"),
}
_JOIN = Text("Vào họp trực tuyến", "Join online")
# How far somebody's registration is, in words; what stands here is in their calendar.
STANDING = {
    "confirmed": Text("Bạn đã có chỗ.", "You have a place."),
    "waitlisted": Text("Bạn đang trong danh sách chờ.", "You are on the waitlist."),
    "held": Text(
        "Có chỗ đang giữ cho bạn; xin xác nhận.", "A place is held for you; please confirm it."
    ),
    "pending": Text("Đăng ký của bạn đang chờ duyệt.", "Your registration waits to be approved."),
}
_KEPT: dict[tuple[Any, ...], bytes] = {}
_MOST_KEPT = 5000
# RFC 5545, section 3.1: a TEXT holds no control character but TAB; line breaks are escaped.
_LINE_BREAK = re.compile("\r\n|[\r\x0b\x0c\x1c-\x1e\x85\u2028\u2029]")
_CONTROL = re.compile("[\x00-\x08\x0e-\x1f\x7f-\x9f]")


@dataclass(frozen=True, kw_only=True)
class Own:
    """What only one person's calendar shows: how far each registration is, and when to remind (minutes before)."""

    standing: Mapping[UUID, str] = field(default_factory=dict)
    reminder: int | None = None


def calendar(
    events: Sequence[Event],
    *,
    portal: str,
    language: str,
    cancels: bool = False,
    source: str | None = None,
    own: Own | None = None,
) -> bytes:
    """The bytes of a calendar. `portal` is the address that entries link to, `source` that of a feed itself.

    `cancels` makes it a message that removes its entries (RFC 5546, section 3.2.5).
    """
    made = Calendar()
    made.add("prodid", "-//Doi Thoai//Doi Thoai//VI")
    made.add("version", "2.0")
    made.add("calscale", "GREGORIAN")
    made.add("method", "CANCEL" if cancels else "PUBLISH")
    _describe(made, portal, language, source=source, own=own)
    for zone in _zones(events):
        made.add_component(zone)
    head, end, _ = made.to_ical().rpartition(b"END:VCALENDAR")
    entries = (_rendered(event, portal.rstrip("/"), language, own) for event in events)
    return b"".join((head, *entries, end, b"\r\n"))


def _describe(
    made: Calendar, portal: str, language: str, *, source: str | None, own: Own | None
) -> None:
    """What the calendar is (RFC 7986, section 5), also for clients that know only the older names."""
    spoken = {"LANGUAGE": language}
    name, about = (_OWN_NAME, _OWN_ABOUT) if own else (_NAME, _ABOUT)
    made.add("name", name.say(language), parameters=spoken)
    made.add("x-wr-calname", name.say(language))
    made.add("description", about.say(language), parameters=spoken)
    made.add("url", portal)
    made.add("color", COLOUR)
    if source:
        made.add("source", vUri(source), parameters={"VALUE": "URI"})
    made.add("refresh-interval", REFRESH, parameters={"VALUE": "DURATION"})
    made.add("x-published-ttl", vDuration(REFRESH))


def _rendered(event: Event, portal: str, language: str, own: Own | None) -> bytes:
    """An entry as bytes. Of a feed mostly the same are asked for again: those are kept until they change."""
    if own:
        return bytes(_entry(event, portal, language, own).to_ical())
    organisation = event.organisation.name if event.organisation else ""
    kind = _said(event.kind.name, language)
    key = (event.id, event.version, organisation, kind, portal, language)
    found = _KEPT.get(key)
    if found is None:
        if len(_KEPT) >= _MOST_KEPT:
            _KEPT.clear()
        found = _KEPT[key] = bytes(_entry(event, portal, language, own).to_ical())
    return found


def _entry(event: Event, portal: str, language: str, own: Own | None) -> Entry:
    assert event.starts_at is not None and event.ends_at is not None  # noqa: PT018 - published
    zone = ZoneInfo(event.timezone)
    entry, url = Entry(), f"{portal}/su-kien/{event.id}"
    entry.add("uid", event.uid)
    entry.add("dtstamp", event.updated_at)
    entry.add("last-modified", event.updated_at)
    entry.add("sequence", event.calendar_sequence)
    entry.add("dtstart", _local(event.starts_at, zone))
    entry.add("dtend", _local(event.ends_at, zone))
    spoken = {"LANGUAGE": language}
    standing = own.standing.get(event.id) if own else None
    said = STANDING[standing].say(language) if standing else ""
    entry.add("summary", _plain(_summary(event, language)), parameters=spoken)
    told = (said, _said(event.summary, language), _said(event.description, language), url)
    entry.add("description", _plain("\n\n".join(filter(None, told))), parameters=spoken)
    if place := ", ".join(filter(None, _place(event))):
        entry.add("location", _plain(place), parameters=spoken)
    if point := (event.venue or {}).get("location"):
        entry.add("geo", (point["latitude"], point["longitude"]))
    entry.add("categories", [_plain(_said(event.kind.name, language))])
    entry.add("url", url)
    entry.add("status", _status(event, standing))
    entry.add("organizer", _organizer(event.organisation_id, event.organisation))
    if own and not event.is_off:
        _add_own(entry, event, language, standing, own.reminder)
    return entry


def _summary(event: Event, language: str) -> str:
    """The title; of what is off also in words, since some clients show no STATUS."""
    title = _said(event.title, language)
    return f"{_OFF[event.status].say(language)}: {title}" if event.is_off else title


def _status(event: Event, standing: str | None) -> str:
    # Postponed, too: nobody should come at the old time. A new time brings it back with a higher SEQUENCE.
    if event.is_off:
        return "CANCELLED"
    return "CONFIRMED" if standing in (None, "confirmed") else "TENTATIVE"


def _add_own(
    entry: Entry, event: Event, language: str, standing: str | None, reminder: int | None
) -> None:
    """The way in for who has a place (RFC 7986, section 5.11), and the reminder."""
    if standing == "confirmed" and event.join_url:
        label = {"VALUE": "URI", "FEATURE": "VIDEO", "LABEL": _JOIN.say(language)}
        entry.add("conference", vUri(event.join_url), parameters=label)
    if reminder is not None:
        alarm = Alarm()
        alarm.add("action", "DISPLAY")
        alarm.add("description", _plain(_said(event.title, language)))
        alarm.add("trigger", -timedelta(minutes=reminder))
        entry.add_component(alarm)


def _local(moment: datetime, zone: ZoneInfo) -> datetime:
    """What the clocks there show; UTC in the hour that they show twice, of which calendars know the first
    (RFC 5545, section 3.3.5).
    """
    shown = moment.astimezone(zone)
    return moment if shown.fold else shown


def _organizer(organisation_id: UUID, copy: Any) -> vCalAddress:
    """The host organisation. Its address is nobody's to read, so it is named by its id (RFC 4122)."""
    organizer = vCalAddress(organisation_id.urn)
    if copy is not None:
        organizer.params["CN"] = _plain(copy.name).replace('"', "'").replace("\n", " ")
    return organizer


def _place(event: Event) -> Iterable[str | None]:
    venue = event.venue or {}
    return venue.get("room"), venue.get("name"), venue.get("address")


def _zones(events: Iterable[Event]) -> list[Timezone]:
    """The definitions of the zones used, as far as these events need them; no rule is made up beyond."""
    span: dict[str, tuple[datetime, datetime]] = {}
    for event in events:
        assert event.starts_at is not None and event.ends_at is not None  # noqa: PT018 - published
        first, last = span.get(event.timezone, (event.starts_at, event.ends_at))
        span[event.timezone] = min(first, event.starts_at), max(last, event.ends_at)
    return [_zone(name, first.year, last.year) for name, (first, last) in sorted(span.items())]


@lru_cache(maxsize=200)
def _zone(name: str, first: int, last: int) -> Timezone:
    """The definition of a zone for these years. It is shared: nobody may change it."""
    zone = Timezone.from_tzinfo(
        ZoneInfo(name), tzid=name, first_date=date(first, 1, 1), last_date=date(last + 1, 1, 2)
    )
    zone.pop("COMMENT", None)
    _count_from_before_the_jump(zone)
    return zone


def _count_from_before_the_jump(zone: Timezone) -> None:
    """Where clocks jump ahead, the library names the hour after it; RFC 5545, section 3.6.5, the one before."""
    for part in zone.subcomponents:
        jump = part.TZOFFSETTO - part.TZOFFSETFROM
        if jump > timedelta():
            part.DTSTART -= jump
            if later := part.pop("RDATE", None):
                part.add("RDATE", [one.dt - jump for one in later.dts])


def _said(text: dict[str, Any] | None, language: str) -> str:
    found = (text or {}).get(language) or (text or {}).get("vi")
    return str(found or "")


def _plain(text: str) -> str:
    """Text whose line breaks are all alike, without control characters: nothing in it ends a line."""
    return _CONTROL.sub("", _LINE_BREAK.sub("\n", text))

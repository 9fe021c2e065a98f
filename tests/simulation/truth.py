"""What must hold of the platform when all is quiet: owners and copies agree, and so does what people were told."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from typing import Any
from uuid import UUID

from services.notifications.models import Template
from shared.messaging.broker import Outgoing
from shared.messaging.message import Message
from tests.simulation.disks import Disk
from tests.simulation.platform import Platform

# The state of every copy that follows others' messages; a query each.
_COPIES = {
    "events": {
        "seats": "SELECT * FROM seats ORDER BY event_id",
        "registrations": "SELECT * FROM registrations ORDER BY registration_id",
    },
    "registrations": {
        "offers": """
            SELECT event_id, event_sequence, organisation_id, title, venue_name, starts_at, ends_at, timezone,
                   waitlist, opens_at, closes_at, cancelled
            FROM offers ORDER BY event_id""",
    },
    "notifications": {
        "events": """
            SELECT event_id, sequence, organisation_id, title, venue, starts_at, ends_at, partner_ids, cancelled,
                   reason
            FROM events ORDER BY event_id""",
        "registrations": "SELECT * FROM registrations ORDER BY registration_id",
    },
}
# News of a registration's own; a move of the event depends on who was known to come when it was told.
_NEWS = """
    SELECT recipient_kind, recipient_id, event_id, registration_id, channel, subject_sequence, template
    FROM notices
    WHERE status <> 'superseded' AND NOT (recipient_kind = 'person' AND template = 'event-changed')
    ORDER BY subject_sequence"""


def differences(platform: Platform, serial: Platform) -> Iterator[str]:
    """Copies and latest notices that are not what serial delivery of the same messages makes of them."""
    for ours, theirs in zip(platform.services, serial.services, strict=True):
        for table, query in _COPIES[ours.name].items():
            if ours.disk.rows(query) != theirs.disk.rows(query):
                yield f"{ours.name}' {table} are not as after serial delivery"
    here, there = (_latest_news(one.notifications.disk) for one in (platform, serial))
    if different := [key for key in here.keys() | there.keys() if here.get(key) != there.get(key)]:
        yield f"the latest notice differs for {len(different)} of {len(there)} recipients"


def wrong(platform: Platform, offered: Sequence[Outgoing]) -> Iterator[str]:
    """Everything that a finished run should not have left behind, a sentence each."""
    yield from _messages(platform, offered)
    yield from _seats(platform)
    yield from _copies(platform)
    yield from _mails(platform)


def _messages(platform: Platform, offered: Sequence[Outgoing]) -> Iterator[str]:
    """Each decision was told, each message has its effect in each service that wants it, and nothing is left."""
    told: dict[tuple[str, str], list[int]] = defaultdict(list)
    for one in offered:
        message = Message.decode(one.body)
        told[message.source, message.subject.partition(":")[0]].append(message.sequence)
    for service, query in (
        (platform.events, "SELECT id, sequence FROM events"),
        (platform.registrations, "SELECT event_id, sequence FROM offers"),
        (platform.registrations, "SELECT id, sequence FROM registrations"),
    ):
        for subject, sequence in service.disk.rows(query):
            if sorted(told[service.name, str(UUID(subject))]) != list(range(1, sequence + 1)):
                yield f"{service.name} decided {sequence} times about {subject}, and did not tell of each once"
    for service in platform.services:
        wanted = {one.id for one in offered if one.type in service.handlers.types}
        handled = {row[0] for row in service.disk.rows("SELECT message_id FROM inbox")}
        if handled != wanted:
            yield f"{service.name} lacks {len(wanted - handled)} messages"
        for what in ("outbox", "unroutable", "failed_messages WHERE settled_at IS NULL"):
            if left := service.disk.rows(f"SELECT count(*) FROM {what}")[0][0]:
                yield f"{service.name} has {left} left in its {what}"


def _seats(platform: Platform) -> Iterator[str]:
    """The counts of an offer are those of its registrations, and an event that is off has none."""
    for row in platform.registrations.disk.rows("""
        SELECT offers.*, sum(status = 'confirmed') AS seated, sum(status = 'waitlisted') AS waiting
        FROM offers JOIN registrations USING (event_id) GROUP BY event_id"""):
        if (row.confirmed, row.waitlisted) != (row.seated, row.waiting):
            yield f"an offer counts {row.confirmed} + {row.waitlisted}, not {row.seated} + {row.waiting}"
        if row.confirmed > row.capacity:
            yield f"{row.confirmed} places of {row.capacity}"
        if row.cancelled and row.confirmed + row.waitlisted:
            yield "somebody is registered for an event that does not take place"


def _copies(platform: Platform) -> Iterator[str]:
    """Every copy says what its owner says."""
    registrations = platform.registrations.disk
    registered = registrations.rows("SELECT id, status, sequence FROM registrations ORDER BY id")
    kept = "SELECT registration_id, status, sequence FROM registrations ORDER BY registration_id"
    for copy in (platform.events, platform.notifications):
        if copy.disk.rows(kept) != registered:
            yield f"{copy.name}' registrations are not those of registrations"
    seats = registrations.rows("""
        SELECT event_id, capacity, max(capacity - confirmed, 0), waitlisted, checked_in
        FROM offers ORDER BY event_id""")
    shown = 'SELECT event_id, capacity, "left", waitlist_length, checked_in FROM seats ORDER BY event_id'
    if platform.events.disk.rows(shown) != seats:
        yield "events shows other seats than registrations has"
    events = platform.events.disk.rows("""
        SELECT id, title, starts_at, ends_at, status = 'cancelled' FROM events ORDER BY id""")
    for copy, table in ((platform.registrations, "offers"), (platform.notifications, "events")):
        followed = (
            f"SELECT event_id, title, starts_at, ends_at, cancelled FROM {table} ORDER BY event_id"
        )
        if _loose(copy.disk.rows(followed)) != _loose(events):
            yield f"{copy.name}' {table} are not those of events"


def _mails(platform: Platform) -> Iterator[str]:
    """Older news never follow newer ones, and what somebody was told last is true."""
    events = {
        row.id: row for row in platform.events.disk.rows("SELECT id, starts_at, status FROM events")
    }
    told = defaultdict(list)
    moves: dict[tuple[UUID, UUID], list[int]] = defaultdict(list)
    for mail in platform.mails:
        if mail.template is Template.EVENT_CHANGED:
            moves[mail.event_id, mail.registration_id or mail.recipient_id].append(mail.sequence)
        elif mail.registration_id is not None and mail.sequence < mail.newest:
            yield "news went out that newer ones had overtaken"
        if mail.cancelled and mail.template in (Template.EVENT_CHANGED, Template.PARTNER_INVITED):
            yield f"a mail of {mail.template} went out for an event that was off"
        if mail.registration_id is not None:
            told[mail.registration_id.hex].append(mail)
    if any(sequences != sorted(sequences) for sequences in moves.values()):
        yield "an older move was told after a newer one"
    query = "SELECT id, event_id, status, sequence FROM registrations"
    for row in platform.registrations.disk.rows(query):
        mails = told[row.id]
        news = [one for one in mails if one.template is not Template.EVENT_CHANGED]
        if [one.sequence for one in news] != sorted(one.sequence for one in news):
            yield "older news followed newer ones"
        if not news or news[-1].sequence != row.sequence:
            yield f"somebody was not told that the registration is {row.status}"
            continue
        event = events[row.event_id]
        if (
            row.status != "cancelled"
            and f"{mails[-1].starts_at:%Y-%m-%d %H:%M}" != event.starts_at[:16]
        ):
            yield "somebody who comes was last told another time"
        if event.status == "cancelled" and row.status != "cancelled":
            yield "somebody believes that a cancelled event takes place"


def _latest_news(disk: Disk) -> dict[tuple[Any, ...], tuple[Any, ...]]:
    """By recipient, channel and what it is about."""
    return {tuple(row[:5]): tuple(row[5:]) for row in disk.rows(_NEWS)}


def _loose(rows: Sequence[Any]) -> list[Any]:
    # What is not said and what is null are the same text.
    return [tuple(row) for row in rows]

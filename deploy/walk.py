"""The main job, walked from outside over HTTP: published, registered, told, checked in, cancelled, promoted."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from deploy.demo.schedule import registration_window, resolve
from deploy.loading import read
from deploy.visitor import Visitor, WentWrong

Say = Callable[[str], None]


@dataclass(frozen=True)
class Cast:
    """Who takes part: the host, its organiser and door, a partner and its officer."""

    organisation: str
    organiser: str
    door: str
    partner: str
    partner_officer: str
    attendees: tuple[tuple[str, str], tuple[str, str], tuple[str, str]]


def walk(base_url: str, cast: Cast, *, say: Say, now: datetime) -> dict[str, str]:
    """Walk the main job; each step is said when it held. WentWrong at the first that does not.

    Returns the ids of the event and of the registration that was promoted.
    """
    organiser = Visitor(base_url).sign_in(cast.organiser)
    say(
        f"ban tổ chức đăng nhập bằng mã trong thư · the organiser signs in with the code from a mail ({cast.organiser})"
    )

    event = organiser.post(
        "events/v1/events",
        event_of(
            read("walk")[0]["event"],
            organisation=cast.organisation,
            partners=[cast.partner],
            now=now,
        ),
    )
    event = organiser.post(f"events/v1/events/{event['id']}/publish")
    _hold(event["status"] == "published", "the event is not published")
    where = f"registrations/v1/offers/{event['id']}"
    offer = organiser.wait_for(
        lambda: or_none(organiser, where), "the offer of the published event"
    )
    say(f"đã công bố · published: “{event['title']['vi']}”, {offer['capacity']} chỗ · seats")

    people = [Visitor(base_url).sign_in(address) for address, _ in cast.attendees]
    registered = [
        person.post(f"{where}/registrations", {"name": name})
        for person, (_, name) in zip(people, cast.attendees, strict=True)
    ]
    _hold(
        [r["status"] for r in registered] == ["confirmed", "confirmed", "waitlisted"],
        f"places: {registered}",
    )
    _hold(registered[2]["position"] == 1, "the third is not first in line")
    say(
        "ba người đăng ký, hai chỗ: hai người có chỗ, người thứ ba đứng đầu danh sách chờ · 3 register for 2 seats: 2 places, 1 waits"
    )

    key = "walk-repeat"
    again = [
        people[0].call(
            "POST",
            f"{where}/registrations",
            {"name": cast.attendees[0][1]},
            expect=409,
            Idempotency_Key=key,
        )
        for _ in range(2)
    ]
    _hold(
        again[0] == again[1] and again[0]["registration_id"] == registered[0]["id"],
        "a repeat is not answered alike",
    )
    say(
        "đăng ký lại bị từ chối rõ ràng, hai lần như nhau · registering twice is refused, each time alike"
    )

    ticket = people[0].get(f"registrations/v1/registrations/{registered[0]['id']}/ticket")
    say(
        f"vé điện tử có chữ ký, mã vào cửa · signed ticket, entry code {ticket['code'][:4]}-{ticket['code'][4:]}"
    )

    mail = people[0].wait_for(
        lambda: _mail_with(people[0], ticket["code"]), "the confirmation with the ticket"
    )
    kinds = [attachment["type"] for attachment in mail["attachments"]]
    _hold(
        any(kind.startswith("text/calendar") for kind in kinds),
        f"no calendar entry in the mail: {kinds}",
    )
    say(
        f"thư xác nhận có vé và lịch · confirmation mail with ticket and calendar entry: “{mail['headers']['Subject']}”"
    )

    officer = Visitor(base_url).sign_in(cast.partner_officer)
    inbox = f"notifications/v1/inbox?organisation_id={cast.partner}"
    notices = officer.wait_for(
        lambda: [n for n in officer.get(inbox)["items"] if n["event_id"] == event["id"]],
        "the partner's notice",
    )
    say(f"đơn vị phối hợp nhận thông báo · the partner is told: “{notices[0]['title']}”")

    _delegate_door(organiser, cast, event["id"])
    door = Visitor(base_url).sign_in(cast.door)
    admitted = door.post(f"{where}/check-ins", {"ticket": ticket["token"]}, expect=201)
    say(f"điểm danh bằng vé · checked in by ticket: {admitted['name']}")
    refused = door.post(f"{where}/check-ins", {"ticket": ticket["token"]}, expect=409)
    _hold(refused["type"].endswith("already-checked-in"), "a ticket admitted twice")
    say(f"vé dùng lại bị từ chối · the same ticket again is refused: “{refused['title']}”")

    cancelled = people[1].post(f"registrations/v1/registrations/{registered[1]['id']}/cancel")
    _hold(cancelled["status"] == "cancelled", "not cancelled")
    say("người thứ hai hủy đăng ký · the second gives up the place")

    promoted = people[2].get(f"registrations/v1/registrations/{registered[2]['id']}")
    _hold(promoted["status"] == "confirmed", "the first in line was not promoted")
    code = people[2].get(f"registrations/v1/registrations/{registered[2]['id']}/ticket")["code"]
    mail = people[2].wait_for(lambda: _mail_with(people[2], code), "the mail about the promotion")
    say(
        f"người đầu danh sách chờ có chỗ ngay · the first in line has it at once: “{mail['headers']['Subject']}”"
    )

    seats = organiser.wait_for(
        lambda: _seats_of(organiser, event["id"], 0), "the seats shown in the calendar"
    )
    say(
        f"trang lịch cho thấy còn {seats['left']} chỗ · the calendar shows {seats['left']} places left"
    )
    for visitor in (organiser, officer, door, *people):
        visitor.close()
    return {"event": event["id"], "promoted": promoted["id"]}


def event_of(
    row: dict[str, Any], *, organisation: str, partners: list[str], now: datetime
) -> dict[str, Any]:
    """A small event of the demo's data as one is drafted, on its day seen from `now`."""
    zone = row["timezone"]
    starts_at, ends_at = resolve(row["when"], now.astimezone(ZoneInfo(zone)).date(), zone)
    opens_at, closes_at = registration_window(row["registration"], starts_at, ends_at, zone)
    told = {name: value for name, value in row.items() if name not in ("when", "registration")}
    return told | {
        "organisation_id": organisation,
        "hosts": [host | {"organisation_id": organisation} for host in row["hosts"]],
        "starts_at": starts_at.isoformat(),
        "ends_at": ends_at.isoformat(),
        "registration_opens_at": opens_at.isoformat(),
        "registration_closes_at": closes_at.isoformat(),
        "partners": partners,
    }


def _delegate_door(organiser: Visitor, cast: Cast, event_id: str) -> None:
    organiser.post(
        f"community/v1/organisations/{cast.organisation}/memberships",
        {"email": cast.door, "role": "door", "event_id": event_id},
    )


def or_none(visitor: Visitor, path: str) -> Any:
    """What stands there, if it does already."""
    try:
        return visitor.get(path)
    except WentWrong:
        return None


def _mail_with(person: Visitor, text: str) -> dict[str, Any] | None:
    for mail in person.mails(person.address)[:5]:
        opened: dict[str, Any] = person.get(f"notifications/v1/outbox/{mail['id']}")
        if text in opened["text"].replace("-", ""):
            return opened
    return None


def _seats_of(visitor: Visitor, event_id: str, left: int) -> dict[str, Any] | None:
    seats: dict[str, Any] | None = visitor.get(f"events/v1/events/{event_id}")["seats"]
    return seats if seats is not None and seats["left"] == left else None


def _hold(condition: bool, otherwise: str) -> None:
    if not condition:
        raise WentWrong(otherwise)

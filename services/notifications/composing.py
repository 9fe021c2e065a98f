"""From notices to mails: asks the owners for a whole batch at once, then puts each mail together."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import segno

from services.notifications import dates
from services.notifications.deps import Deps
from services.notifications.facts import facts_of, said
from services.notifications.mailer import TICKET_IMAGE, Mail, Mailbox, sender_from
from services.notifications.models import (
    EventCopy,
    Notice,
    OrganisationCopy,
    Outcome,
    RecipientKind,
    Result,
    Template,
)
from services.notifications.owners import OwnerAway, OwnerRefuses, Owners
from shared.logs import get_logger

_WITH_CALENDAR = frozenset(
    {
        Template.CONFIRMED,
        Template.PROMOTED,
        Template.EVENT_CHANGED,
        Template.EVENT_POSTPONED,
        Template.EVENT_CANCELLED,
        Template.PARTNER_INVITED,
    }
)
Found = dict[UUID, Any] | OwnerAway
log = get_logger("composing")


@dataclass(frozen=True, slots=True)
class NotNow(Exception):
    """There is no mail to send; the outcome says why, `by` whose answer decided it."""

    outcome: Outcome
    by: str


@dataclass(frozen=True, slots=True)
class Material:
    """What the owners and the copies gave for one batch."""

    events: dict[UUID, EventCopy]
    organisations: dict[UUID, OrganisationCopy]
    recipients: dict[RecipientKind, Found]
    tickets: Found
    calendars: dict[UUID, bytes | OwnerAway | None]


def gather(deps: Deps, notices: Sequence[Notice]) -> Material:
    """Everything that these notices need, each owner asked once; no transaction is open meanwhile."""
    with deps.unit_of_work(read_only=True) as uow:
        events = uow.events.known({n.event_id for n in notices if n.event_id is not None})
        organisations = uow.organisations.known({e.organisation_id for e in events.values()})
    owners = deps.owners
    ask = {
        RecipientKind.PERSON: owners.people,
        RecipientKind.ORGANISATION: owners.organisations,
        RecipientKind.SIGN_IN: owners.sign_ins,
        RecipientKind.NOMINEE: owners.nominees,
    }
    recipients = {
        kind: _asked(call, [n.recipient_id for n in notices if n.recipient_kind is kind])
        for kind, call in ask.items()
    }
    ticketed = [
        n.registration_id
        for n in notices
        if n.template.has_ticket and n.registration_id is not None
    ]
    dated = {n.event_id for n in notices if n.template in _WITH_CALENDAR and n.event_id is not None}
    tickets, calendars = _asked(owners.tickets, ticketed), _calendars(owners, dated)
    return Material(events, organisations, recipients, tickets, calendars)


def compose(deps: Deps, notice: Notice, material: Material) -> Mail:
    """The mail that tells a notice; NotNow if there is none to send, or not yet."""
    try:
        return _compose(deps, notice, material)
    except NotNow:
        raise
    except Exception as error:
        log.error(
            "a mail could not be put together", notice=str(notice.id), why=type(error).__name__
        )
        raise NotNow(Outcome(Result.TEMPORARY, type(error).__name__), "notifications") from error


def _compose(deps: Deps, notice: Notice, material: Material) -> Mail:
    recipient = _recipient(notice, material)
    language = "en" if recipient.get("language") == "en" else "vi"
    event = _event(notice, material)
    organisation = material.organisations.get(event.organisation_id) if event else None
    name = str(recipient.get("name") or "")
    facts = facts_of(notice, event, organisation, language, name=name)
    facts["url"] = deps.settings.public_url.rstrip("/") + facts["url"]
    png = None
    if notice.template is Template.SIGN_IN:
        facts["url"] += f"?token={recipient['token']}"
        facts["code"] = recipient["code"]
        facts["until"] = dates.clock(
            datetime.fromisoformat(recipient["expires_at"]), dates.HOME, language
        )
    if notice.template is Template.NOMINEE_ASKED:
        facts["url"] += f"/{recipient['secret']}"
        facts["partner"] = said(recipient["partner"], language)
    if notice.template.has_ticket:
        ticket = _ticket(notice, material)
        facts |= {"ticket_code": ticket["code"], "ticket_image": TICKET_IMAGE}
        facts["attendee"] = ticket.get("name") or ""
        png = _qr(ticket["token"])
    rendered = deps.templates.mail(notice.template, notice.recipient_kind, language, facts)
    return Mail(
        notice_id=notice.id,
        sender=sender_from(deps.settings.mail_from),
        to=Mailbox(name, str(recipient["address"])),
        subject=rendered.subject,
        text=rendered.text,
        html=rendered.html,
        at=deps.clock.now(),
        ticket_png=png,
        calendar=_calendar(notice, material),
    )


def _recipient(notice: Notice, material: Material) -> dict[str, Any]:
    found = _of(material.recipients[notice.recipient_kind])
    recipient = found.get(notice.recipient_id)
    if recipient is None:
        raise NotNow(Outcome(Result.SUPPRESSED, "unknown"), "community")
    if recipient.get("status", "active") != "active":
        raise NotNow(Outcome(Result.SUPPRESSED, "not-active"), "community")
    if not recipient.get("address"):
        raise NotNow(Outcome(Result.SUPPRESSED, "no-address"), "community")
    return dict(recipient)


def _event(notice: Notice, material: Material) -> EventCopy | None:
    if notice.event_id is None:
        return None
    event = material.events.get(notice.event_id)
    # The end of a registration may overtake the cancellation that caused it, and with it the reason.
    if event is None or (notice.template is Template.EVENT_CANCELLED and not event.cancelled):
        raise NotNow(Outcome(Result.TEMPORARY, "not-told-yet"), "events")
    return event


def _ticket(notice: Notice, material: Material) -> dict[str, Any]:
    ticket = _of(material.tickets).get(notice.registration_id)
    if ticket is None:
        # The place is gone again; the message that says so is on its way.
        raise NotNow(Outcome(Result.SUPERSEDED, "no-place"), "registrations")
    return dict(ticket)


def _calendar(notice: Notice, material: Material) -> bytes | None:
    waits = notice.facts.get("status") == "waitlisted"
    elsewhere = waits or notice.facts.get("colleague")
    if notice.template not in _WITH_CALENDAR or notice.event_id is None or elsewhere:
        return None
    calendar = material.calendars[notice.event_id]
    if isinstance(calendar, OwnerAway):
        raise _away(calendar)
    return calendar


def _asked(call: Callable[[Iterable[UUID]], dict[UUID, Any]], ids: list[UUID]) -> Found:
    try:
        return call(ids)
    except OwnerAway as away:
        return away


def _calendars(owners: Owners, event_ids: set[UUID]) -> dict[UUID, bytes | OwnerAway | None]:
    """The calendar of each event; one that does not answer is waited for once, not once an event."""
    found: dict[UUID, bytes | OwnerAway | None] = {}
    for event_id in sorted(event_ids):
        try:
            found[event_id] = owners.calendar(event_id)
        except OwnerRefuses as refusal:
            found[event_id] = refusal
        except OwnerAway as away:
            return dict.fromkeys(event_ids, away) | found
    return found


def _of(found: Found) -> dict[Any, Any]:
    if isinstance(found, OwnerAway):
        raise _away(found)
    return found


def _away(away: OwnerAway) -> NotNow:
    return NotNow(Outcome(Result.TEMPORARY, "away"), away.owner)


def _qr(token: str) -> bytes:
    png = io.BytesIO()
    segno.make(token, error="m", micro=False).save(png, kind="png", scale=6, border=3)
    return png.getvalue()

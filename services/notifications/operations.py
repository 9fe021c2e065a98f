"""Who is told what. Operations write notices and never send them, and never commit."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any
from uuid import UUID

from services.notifications.models import (
    Audience,
    Channel,
    EventCopy,
    Notice,
    OrganisationCopy,
    RecipientKind,
    RegistrationCopy,
    Status,
    Step,
    Template,
)
from services.notifications.repository import UnitOfWork
from shared.database.types import jsonable
from shared.ids import new_id

# A change of one of these is worth a mail; a corrected text is not.
MOVES = frozenset({"starts_at", "ends_at", "venue"})
BOTH = (Channel.EMAIL, Channel.INBOX)
_MOVED = (Template.EVENT_CHANGED, Template.EVENT_POSTPONED)
_OF_NOMINATION = (Template.NOMINATION_OPENED, Template.NOMINATION_CLOSED)
_FOLLOWED_UP = (*_MOVED, Template.PARTNER_INVITED, *_OF_NOMINATION, Template.NOMINEE_ASKED)


def take_in_event(uow: UnitOfWork, event: dict[str, Any], *, sequence: int, now: datetime) -> None:
    """Keep the copy of an event; tell everybody concerned when it moved."""
    copy = _follow(uow, event, sequence=sequence, cancelled=event["status"] == "cancelled")
    if MOVES.intersection(event["changed"]):
        _tell_of_move(uow, Template.EVENT_CHANGED, copy, event, sequence=sequence, now=now)


def postpone_event(uow: UnitOfWork, event: dict[str, Any], *, sequence: int, now: datetime) -> None:
    """The event has no time for now: everybody who comes, and who takes part, is told that and why."""
    copy = _follow(uow, event, sequence=sequence, cancelled=False)
    _tell_of_move(uow, Template.EVENT_POSTPONED, copy, event, sequence=sequence, now=now)


def _tell_of_move(
    uow: UnitOfWork,
    template: Template,
    copy: EventCopy,
    event: dict[str, Any],
    *,
    sequence: int,
    now: datetime,
) -> None:
    # By its own counter: a newer message about something else does not make the move untold.
    overtaken = sequence <= copy.told_sequence or copy.cancelled
    if not overtaken:
        copy.told_sequence = sequence
        uow.notices.supersede(event_id=copy.event_id, templates=_MOVED)
    facts = {name: event[name] for name in ("starts_at", "ends_at", "venue", "reason", "changed")}
    told: list[Notice] = []
    for registration in uow.registrations.active_of(copy.event_id):
        told += _notices(
            template,
            f"{copy.event_id}:{registration.registration_id}",
            RecipientKind.PERSON,
            registration.person_id,
            sequence=sequence,
            now=now,
            event_id=copy.event_id,
            registration_id=registration.registration_id,
            facts=facts | {"status": registration.status},
            overtaken=overtaken,
        )
    told += _to_partners(
        template, event, sequence=sequence, now=now, facts=facts, overtaken=overtaken
    )
    uow.notices.add(told)


def cancel_event(uow: UnitOfWork, event: dict[str, Any], *, sequence: int, now: datetime) -> None:
    """The event does not take place: partners are told, and nothing older about it goes out any more."""
    copy = _follow(uow, event, sequence=sequence, cancelled=True)
    uow.notices.supersede(event_id=copy.event_id, templates=_FOLLOWED_UP)
    facts = {"reason": event["reason"]}
    uow.notices.add(
        _to_partners(Template.EVENT_CANCELLED, event, sequence=sequence, now=now, facts=facts)
    )


def take_in_registration(
    uow: UnitOfWork,
    registration: dict[str, Any],
    *,
    template: Template,
    status: str,
    sequence: int,
    now: datetime,
) -> None:
    """Keep the copy of a registration, and tell the person what became of it."""
    # A move that is being told right now either finds this registration, or is in the event's copy before
    # this one's mail is written.
    uow.events.hold(registration["event_id"])
    copy = uow.registrations.lock_if_known(registration["id"])
    overtaken = copy is not None and copy.has_seen(sequence)
    is_new = copy is None
    if copy is None:
        copy = RegistrationCopy(
            registration_id=registration["id"],
            person_id=registration["person_id"],
            event_id=registration["event_id"],
        )
        uow.registrations.add(copy)
    if not overtaken:
        copy.sequence, copy.status = sequence, status
        # Of one that nobody had heard of nothing was told yet.
        if not is_new:
            uow.notices.supersede(registration_id=copy.registration_id)
    uow.notices.add(
        _notices(
            template,
            str(copy.registration_id),
            RecipientKind.PERSON,
            copy.person_id,
            sequence=sequence,
            now=now,
            event_id=copy.event_id,
            registration_id=copy.registration_id,
            facts=jsonable(
                {
                    name: registration[name]
                    for name in ("position", "why", "held_until", "colleague")
                }
            ),
            overtaken=overtaken,
        )
    )


def invite_partner(
    uow: UnitOfWork, invitation: dict[str, Any], *, sequence: int, now: datetime
) -> None:
    """Ask an organisation to take part, unless the event is off already."""
    event_id, partner = invitation["event_id"], invitation["organisation_id"]
    event = uow.events.lock_if_known(event_id)
    newest = uow.notices.newest_sequence(Template.PARTNER_INVITED, event_id, partner)
    if newest < sequence:
        uow.notices.supersede(
            event_id=event_id, recipient_id=partner, templates=(Template.PARTNER_INVITED,)
        )
    uow.notices.add(
        _notices(
            Template.PARTNER_INVITED,
            f"{event_id}:{partner}",
            RecipientKind.ORGANISATION,
            partner,
            sequence=sequence,
            now=now,
            event_id=event_id,
            facts={"document": invitation["document"]},
            overtaken=newest > sequence or (event is not None and event.cancelled),
        )
    )


def tell_of_nomination(
    uow: UnitOfWork,
    template: Template,
    nomination: dict[str, Any],
    *,
    sequence: int,
    now: datetime,
) -> None:
    """A partner is asked for names, or its list is closed; what was told of it before and is not out yet is overtaken."""
    event_id, partner = nomination["event_id"], nomination["organisation_id"]
    event = uow.events.lock_if_known(event_id)
    newest = max(uow.notices.newest_sequence(one, event_id, partner) for one in _OF_NOMINATION)
    if newest < sequence:
        uow.notices.supersede(event_id=event_id, recipient_id=partner, templates=_OF_NOMINATION)
    names = ("document", "deadline", "seats", "named", "confirmed")
    uow.notices.add(
        _notices(
            template,
            str(nomination["id"]),
            RecipientKind.ORGANISATION,
            partner,
            sequence=sequence,
            now=now,
            event_id=event_id,
            facts={"list": nomination["id"]} | {name: nomination[name] for name in names},
            overtaken=newest > sequence or (event is not None and event.cancelled),
        )
    )


def tell_of_disabled_endpoint(
    uow: UnitOfWork,
    organisation_id: UUID,
    *,
    endpoint_id: UUID,
    version: int,
    facts: dict[str, Any],
    now: datetime,
) -> None:
    """An organisation's own system is told nothing any more; people have to look."""
    uow.notices.add(
        _notices(
            Template.WEBHOOK_DISABLED,
            str(endpoint_id),
            RecipientKind.ORGANISATION,
            organisation_id,
            sequence=version,
            now=now,
            facts=facts,
        )
    )


def ask_nominees(
    uow: UnitOfWork, nomination: dict[str, Any], *, sequence: int, now: datetime
) -> None:
    """Ask each who was named, by mail: who they are and their links only registrations knows."""
    event = uow.events.lock_if_known(nomination["event_id"])
    for nominee in nomination["nominee_ids"]:
        uow.notices.add(
            _notices(
                Template.NOMINEE_ASKED,
                str(nominee),
                RecipientKind.NOMINEE,
                nominee,
                sequence=sequence,
                now=now,
                event_id=nomination["event_id"],
                facts={"deadline": nomination["deadline"]},
                overtaken=event is not None and event.cancelled,
                channels=(Channel.EMAIL,),
            )
        )


def send_code(uow: UnitOfWork, sign_in_id: UUID, *, sequence: int, now: datetime) -> None:
    """Send the link and the code of a sign-in: by mail only, for nobody is signed in yet."""
    uow.notices.add(
        _notices(
            Template.SIGN_IN,
            str(sign_in_id),
            RecipientKind.SIGN_IN,
            sign_in_id,
            sequence=sequence,
            now=now,
            channels=(Channel.EMAIL,),
        )
    )


def take_in_organisation(uow: UnitOfWork, organisation: dict[str, Any], *, sequence: int) -> None:
    """Keep what an organisation is called."""
    copy = uow.organisations.lock_if_known(organisation["id"])
    if copy is None:
        copy = OrganisationCopy(organisation_id=organisation["id"], sequence=0)
        uow.organisations.add(copy)
    if not copy.has_seen(sequence):
        copy.sequence = sequence
        copy.name, copy.name_en = organisation["name"], organisation["name_en"]


_TELLS = {
    Step.PUBLISH: Template.PARTNER_INVITED,
    Step.RESCHEDULE: Template.EVENT_CHANGED,
    Step.POSTPONE: Template.EVENT_POSTPONED,
    Step.CANCEL: Template.EVENT_CANCELLED,
}


def who_would_be_told(
    uow: UnitOfWork, step: Step, *, event_id: UUID, partner_ids: Iterable[UUID]
) -> list[Audience]:
    """Whom a step would tell, as things are now; nothing is written."""
    template = _TELLS[step]
    counts = {} if step is Step.PUBLISH else uow.registrations.counts_of(event_id)
    people = [
        Audience(template, RecipientKind.PERSON, status, counts[status], BOTH)
        for status in ("confirmed", "waitlisted", "held", "pending")
        if counts.get(status)
    ]
    partners = len(set(partner_ids))
    told = (
        [Audience(template, RecipientKind.ORGANISATION, None, partners, BOTH)] if partners else []
    )
    return people + told


def read(notice: Notice, *, now: datetime) -> None:
    """Somebody has read a notice in the inbox; the first time counts."""
    notice.read_at = notice.read_at or now


def _follow(uow: UnitOfWork, event: dict[str, Any], *, sequence: int, cancelled: bool) -> EventCopy:
    copy = uow.events.lock_if_known(event["id"])
    if copy is None:
        copy = EventCopy(event_id=event["id"], sequence=0, told_sequence=0, cancelled=False)
        uow.events.add(copy)
    if not copy.has_seen(sequence):
        copy.take(event, sequence=sequence, cancelled=cancelled)
    return copy


def _to_partners(
    template: Template,
    event: dict[str, Any],
    *,
    sequence: int,
    now: datetime,
    facts: dict[str, Any],
    overtaken: bool = False,
) -> list[Notice]:
    return [
        notice
        for partner in event["partner_ids"]
        for notice in _notices(
            template,
            f"{event['id']}:{partner}",
            RecipientKind.ORGANISATION,
            partner,
            sequence=sequence,
            now=now,
            event_id=event["id"],
            facts=facts,
            overtaken=overtaken,
        )
    ]


def _notices(
    template: Template,
    subject: str,
    kind: RecipientKind,
    recipient_id: UUID,
    *,
    sequence: int,
    now: datetime,
    event_id: UUID | None = None,
    registration_id: UUID | None = None,
    facts: dict[str, Any] | None = None,
    overtaken: bool = False,
    channels: Iterable[Channel] = BOTH,
) -> list[Notice]:
    """One notice a channel. What is overtaken before it could be told is kept as superseded, for the record."""
    made = []
    for channel in channels:
        notice = Notice(
            id=new_id(),
            dedupe_key=f"{template}:{subject}:{sequence}:{channel}",
            template=template,
            channel=channel,
            recipient_kind=kind,
            recipient_id=recipient_id,
            event_id=event_id,
            registration_id=registration_id,
            subject_sequence=sequence,
            facts=jsonable(facts or {}),
            status=Status.CREATED,
            created_at=now,
            next_attempt_at=now,
            failures=0,
            repeated=False,
            overtaken=overtaken,
        )
        if overtaken:
            notice.status, notice.next_attempt_at = Status.SUPERSEDED, None
        elif channel is Channel.INBOX:
            # Written is delivered: it is read from this very row.
            notice.status, notice.delivered_at, notice.next_attempt_at = Status.DELIVERED, now, None
        made.append(notice)
    return made

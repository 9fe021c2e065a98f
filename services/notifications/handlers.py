"""What notifications does with the messages of others."""

from __future__ import annotations

from typing import Any

from services.notifications import operations
from services.notifications.hooks import operations as hooks
from services.notifications.messages import (
    EventState,
    Invitation,
    NominationState,
    OrganisationState,
    RegistrationState,
    SignInRequest,
)
from services.notifications.models import Template
from services.notifications.repository import UnitOfWork
from shared.messaging.handlers import Handlers
from shared.messaging.message import Message

HANDLERS = Handlers()


@HANDLERS.handles("event.published", "event.changed", "event.completed", schema=EventState)
def follow_event(uow: UnitOfWork, event: dict[str, Any], message: Message) -> None:
    """Keep the copy; who comes, and who takes part, is told of another time or place."""
    operations.take_in_event(uow, event, sequence=message.sequence, now=message.time)
    _tell_systems(uow, event, message)


@HANDLERS.handles("event.postponed", schema=EventState)
def tell_of_postponement(uow: UnitOfWork, event: dict[str, Any], message: Message) -> None:
    """Tell everybody that it has no time for now."""
    operations.postpone_event(uow, event, sequence=message.sequence, now=message.time)
    _tell_systems(uow, event, message)


@HANDLERS.handles("event.cancelled", schema=EventState)
def tell_of_cancellation(uow: UnitOfWork, event: dict[str, Any], message: Message) -> None:
    """Tell the partners; each person is told by the end of the own registration."""
    operations.cancel_event(uow, event, sequence=message.sequence, now=message.time)
    _tell_systems(uow, event, message)


@HANDLERS.handles("registration.confirmed", schema=RegistrationState)
def tell_of_place(uow: UnitOfWork, registration: dict[str, Any], message: Message) -> None:
    """Send the ticket."""
    template = Template.PROMOTED if registration["promoted"] else Template.CONFIRMED
    _tell(uow, template, "confirmed", registration, message)


@HANDLERS.handles("registration.waitlisted", schema=RegistrationState)
def tell_of_waitlist(uow: UnitOfWork, registration: dict[str, Any], message: Message) -> None:
    """Say the position in line."""
    _tell(uow, Template.WAITLISTED, "waitlisted", registration, message)


@HANDLERS.handles("registration.held", schema=RegistrationState)
def tell_of_offer(uow: UnitOfWork, registration: dict[str, Any], message: Message) -> None:
    """Say that a place is kept, and until when."""
    _tell(uow, Template.HELD, "held", registration, message)


@HANDLERS.handles("registration.pending", schema=RegistrationState)
def tell_of_receipt(uow: UnitOfWork, registration: dict[str, Any], message: Message) -> None:
    """Say that it came in, and that an organiser looks at it."""
    _tell(uow, Template.PENDING, "pending", registration, message)


@HANDLERS.handles("registration.declined", schema=RegistrationState)
def tell_of_refusal(uow: UnitOfWork, registration: dict[str, Any], message: Message) -> None:
    """Say no; the reason stands on the person's own page."""
    _tell(uow, Template.DECLINED, "declined", registration, message)


@HANDLERS.handles("registration.cancelled", schema=RegistrationState)
def tell_of_end(uow: UnitOfWork, registration: dict[str, Any], message: Message) -> None:
    """Say that the registration ended, and by whom."""
    of_event = registration["why"] == "event-cancelled"
    template = Template.EVENT_CANCELLED if of_event else Template.CANCELLED
    _tell(uow, template, "cancelled", registration, message)


@HANDLERS.handles("partner.invited", schema=Invitation)
def invite_partner(uow: UnitOfWork, invitation: dict[str, Any], message: Message) -> None:
    """Invite an organisation."""
    operations.invite_partner(uow, invitation, sequence=message.sequence, now=message.time)
    hooks.tell_of_invitation(uow, invitation, sequence=message.sequence, now=message.time)


@HANDLERS.handles("nomination.opened", schema=NominationState)
def ask_for_names(uow: UnitOfWork, nomination: dict[str, Any], message: Message) -> None:
    """Ask a partner for names, until when."""
    operations.tell_of_nomination(
        uow,
        Template.NOMINATION_OPENED,
        nomination,
        sequence=message.sequence,
        now=message.time,
    )


@HANDLERS.handles("nomination.filled", "nomination.replaced", schema=NominationState)
def ask_nominees(uow: UnitOfWork, nomination: dict[str, Any], message: Message) -> None:
    """Ask those who were named just now to confirm by themselves."""
    operations.ask_nominees(uow, nomination, sequence=message.sequence, now=message.time)


@HANDLERS.handles("nomination.closed", schema=NominationState)
def tell_of_closing(uow: UnitOfWork, nomination: dict[str, Any], message: Message) -> None:
    """Tell the partner how many of its people come."""
    operations.tell_of_nomination(
        uow,
        Template.NOMINATION_CLOSED,
        nomination,
        sequence=message.sequence,
        now=message.time,
    )


@HANDLERS.handles("sign_in.requested", schema=SignInRequest)
def send_code(uow: UnitOfWork, sign_in: dict[str, Any], message: Message) -> None:
    """Send the link and the code."""
    operations.send_code(uow, sign_in["id"], sequence=message.sequence, now=message.time)


@HANDLERS.handles("organisation.changed", schema=OrganisationState)
def follow_organisation(uow: UnitOfWork, organisation: dict[str, Any], message: Message) -> None:
    """Keep the names."""
    operations.take_in_organisation(uow, organisation, sequence=message.sequence)


def _tell_systems(uow: UnitOfWork, event: dict[str, Any], message: Message) -> None:
    """The partners' own systems are told of everything that is public of an event."""
    hooks.tell_of_event(uow, message.type, event, sequence=message.sequence, now=message.time)


def _tell(
    uow: UnitOfWork,
    template: Template,
    status: str,
    registration: dict[str, Any],
    message: Message,
) -> None:
    operations.take_in_registration(
        uow,
        registration,
        template=template,
        status=status,
        sequence=message.sequence,
        now=message.time,
    )

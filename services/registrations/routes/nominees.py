"""What a nominee sees and answers, and what the sender asks to reach them."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from services.registrations import operations
from services.registrations.deps import current_deps
from services.registrations.models import Nominee, NomineeState
from services.registrations.routes.blueprint import bp
from services.registrations.schemas.nominations import (
    ConfirmRequest,
    InvitationView,
    NomineeMailList,
    NomineesToMail,
    SecretRequest,
    invitation_view,
    mail_of,
)
from shared.http.access import ANYONE, PERSON, allow, caller, person_id, service
from shared.http.problems import language


@bp.post("/nominees/<uuid:nominee_id>/look")
@allow(ANYONE)
@bp.arguments(SecretRequest)
@bp.response(200, InvitationView)
def look_at_invitation(proof: dict[str, Any], nominee_id: UUID) -> dict[str, Any]:
    """What one is named for, and by whom. A POST only to keep the secret out of addresses: it changes nothing."""
    deps = current_deps()
    deps.links.require(nominee_id, proof["secret"])
    with deps.unit_of_work(read_only=True) as uow:
        return _view(uow.nominations.nominee(nominee_id))


@bp.post("/nominees/<uuid:nominee_id>/confirm")
@allow(PERSON)
@bp.arguments(ConfirmRequest)
@bp.response(200, InvitationView)
def confirm_nominee(answer: dict[str, Any], nominee_id: UUID) -> dict[str, Any]:
    """Take the seat, agree to the text that was shown and answer the event's form, signed in as oneself.

    Repeated, it changes nothing.
    """
    deps = current_deps()
    deps.links.require(nominee_id, answer.pop("secret"))
    with deps.unit_of_work() as uow:
        confirmed = operations.confirm_nominee(
            uow,
            nominee_id=nominee_id,
            person_id=person_id(),
            language=language(),
            now=deps.clock.now(),
            **answer,
        )
        return _view(confirmed)


@bp.post("/nominees/<uuid:nominee_id>/decline")
@allow(ANYONE)
@bp.arguments(SecretRequest)
@bp.response(200, InvitationView)
def decline_nomination(proof: dict[str, Any], nominee_id: UUID) -> dict[str, Any]:
    """Say no; the partner may name somebody else. Repeated, it changes nothing."""
    deps = current_deps()
    deps.links.require(nominee_id, proof["secret"])
    with deps.unit_of_work() as uow:
        return _view(
            operations.decline_nomination(uow, nominee_id=nominee_id, now=deps.clock.now())
        )


@bp.post("/nominees/addresses")
@allow(service("notifications"))
@bp.arguments(NomineesToMail)
@bp.response(200, NomineeMailList)
def list_nominee_addresses(wanted: dict[str, Any]) -> dict[str, Any]:
    """Addresses and links for the mails that are about to be sent; who is not asked any more is left out."""
    deps = current_deps()
    now = deps.clock.now()
    with deps.unit_of_work(read_only=True) as uow:
        asked = [
            nominee
            for nominee in uow.nominations.to_mail(wanted["ids"])
            if nominee.state_at(now) is NomineeState.NOMINATED and nominee.nomination.is_open(now)
        ]
        return {
            "items": [mail_of(nominee, deps.links.secret(nominee.id)) for nominee in asked],
            "next": None,
        }


def _view(nominee: Nominee) -> dict[str, Any]:
    deps = current_deps()
    who = caller().person_id
    mine = who is not None and nominee.has_confirmed(who)
    return invitation_view(nominee, deps.clock.now(), mine=mine)

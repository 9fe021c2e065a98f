"""The HTTP API of notifications: it translates and decides nothing."""

from __future__ import annotations

import ipaddress
from typing import Any
from uuid import UUID

from flask import request

from services.notifications import operations, reading
from services.notifications.deps import current_deps
from services.notifications.mailers import LocalOutbox, outbox_folder
from services.notifications.models import RecipientKind
from services.notifications.schemas import (
    DeliveriesQuery,
    DeliveryList,
    InboxList,
    InboxQuery,
    OutboxList,
    OutboxMail,
    PreviewRequest,
    PreviewView,
)
from shared.http import cursors
from shared.http.access import (
    ADMIN,
    ANYONE,
    LEADER,
    OFFICER,
    ORGANISER,
    OWN,
    allow,
    permit,
    person_id,
)
from shared.http.application import Blueprint
from shared.http.problems import NotFound, language
from shared.http.schemas import PageQuery

bp = Blueprint("notifications", __name__, url_prefix="/v1", description="Inboxes and deliveries")


@bp.get("/inbox")
@allow(OWN, OFFICER, ORGANISER, LEADER)
@bp.arguments(InboxQuery, location="query")
@bp.response(200, InboxList)
def show_inbox(query: dict[str, Any]) -> dict[str, Any]:
    """What the caller was told, newest first; with `organisation_id`, what that organisation was told."""
    organisation_id = query["organisation_id"]
    if organisation_id is None:
        kind, recipient = RecipientKind.PERSON, person_id()
        permit(owner=recipient)
    else:
        kind, recipient = RecipientKind.ORGANISATION, organisation_id
        permit(organisation=recipient)
    deps = current_deps()
    with deps.unit_of_work(read_only=True) as uow:
        rows, following = uow.notices.inbox(
            kind, recipient, cursor=query.get("cursor"), limit=query["limit"]
        )
        hosts = uow.organisations.known({event.organisation_id for _, event in rows if event})
        name = uow.organisations.known({recipient}).get(recipient)
        unread = uow.notices.unread(kind, recipient)
    items = [
        reading.inbox_item(
            deps.templates,
            notice,
            event,
            hosts.get(event.organisation_id) if event else None,
            reader=name,
            language=language(),
        )
        for notice, event in rows
    ]
    return {"items": items, "next": following, "unread": unread}


@bp.post("/inbox/<uuid:notice_id>/read")
@allow(OWN, OFFICER, ORGANISER, LEADER)
@bp.response(204)
def mark_read(notice_id: UUID) -> None:
    """Note that it was read. Repeated, it changes nothing."""
    deps = current_deps()
    with deps.unit_of_work() as uow:
        notice = uow.notices.in_inbox(notice_id)
        whose = {
            RecipientKind.PERSON: "owner",
            RecipientKind.ORGANISATION: "organisation",
        }
        permit(**{whose[notice.recipient_kind]: notice.recipient_id})  # type: ignore[arg-type]
        operations.read(notice, now=deps.clock.now())


@bp.get("/deliveries")
@allow(ORGANISER, ADMIN)
@bp.arguments(DeliveriesQuery, location="query")
@bp.response(200, DeliveryList)
def list_deliveries(query: dict[str, Any]) -> dict[str, Any]:
    """How far the notices about an event have come, newest first: states only."""
    with current_deps().unit_of_work(read_only=True) as uow:
        permit(organisation=uow.events.get(query["event_id"]).organisation_id)
        items, following = uow.notices.of_event(
            query["event_id"], cursor=query.get("cursor"), limit=query["limit"]
        )
    return {"items": items, "next": following}


@bp.post("/previews")
@allow(ORGANISER, ADMIN)
@bp.arguments(PreviewRequest)
@bp.response(200, PreviewView)
def preview(wish: dict[str, Any]) -> dict[str, Any]:
    """Who would be told of a step, by which channel, counted; nothing is done and nothing is kept."""
    with current_deps().unit_of_work(read_only=True) as uow:
        permit(organisation=wish["organisation_id"], hidden=False)
        known = uow.events.known({wish["event_id"]}).get(wish["event_id"])
        if known is not None:
            permit(organisation=known.organisation_id)
        items = operations.who_would_be_told(
            uow, wish["step"], event_id=wish["event_id"], partner_ids=wish["partner_ids"]
        )
    return {"items": items}


@bp.get("/outbox")
@allow(ANYONE)
@bp.arguments(PageQuery, location="query")
@bp.response(200, OutboxList)
def list_outbox(query: dict[str, Any]) -> dict[str, Any]:
    """The mails of the demo, newest first; not there otherwise."""
    limit, cursor = query["limit"], query.get("cursor")
    before = None if cursor is None else cursors.decode_id(cursor)
    kept = _outbox().newest(limit + 1, before=before)
    more = len(kept) > limit
    return {
        "items": [reading.outbox_item(mail) for mail in kept[:limit]],
        "next": cursors.encode(kept[limit - 1].id) if more else None,
    }


@bp.get("/outbox/<uuid:mail_id>")
@allow(ANYONE)
@bp.response(200, OutboxMail)
def show_outbox_mail(mail_id: UUID) -> dict[str, Any]:
    """One mail of the demo, as its reader would see it."""
    kept = _outbox().get(mail_id)
    if kept is None:
        raise NotFound
    return reading.outbox_mail(kept)


def _outbox() -> LocalOutbox:
    """The demo's outbox, for this machine only: it holds codes and tickets."""
    settings = current_deps().settings
    # Also where a proxy on this machine stands in between: the whole way must be this machine's.
    forwarded = request.headers.get("X-Forwarded-For", "").split(",")
    way = [request.remote_addr or "", *(address.strip() for address in forwarded if address)]
    if not (settings.demo and all(_is_loopback(address) for address in way)):
        raise NotFound
    return LocalOutbox(outbox_folder(settings))


def _is_loopback(address: str) -> bool:
    try:
        return ipaddress.ip_address(address).is_loopback
    except ValueError:
        return False

"""What happened to an event: who did what, when and why, and who was told because of it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from uuid import UUID

from flask import Blueprint, render_template, request

from services.web import dates, words
from services.web.changes import said_fields, told_states
from services.web.clients import Json, clients, if_there
from services.web.rights import may_edit
from services.web.security import keep_nowhere
from services.web.session import claims, needs_person
from services.web.texts import gettext as _
from services.web.texts import said

bp = Blueprint("history", __name__, url_prefix="/to-chuc/su-kien")

_AT_ONCE, MOST_COUNTED = 25, 1000
# The notices that a message brings about. Each person's end of registration is told under the cancellation.
_NOTICES = {
    "partner.invited": "partner-invited",
    "event.changed": "event-changed",
    "event.postponed": "event-postponed",
    "event.cancelled": "event-cancelled",
}


@bp.get("/<uuid:event_id>/lich-su")
@needs_person
def history(event_id: UUID) -> str:
    """Newest first, a page at a time."""
    keep_nowhere()
    event = clients().events.event(str(event_id))
    owner = str(event["organisation"]["id"])
    found = clients().events.history(
        str(event_id), cursor=request.args.get("cursor"), limit=_AT_ONCE
    )
    plans = may_edit(owner)
    deliveries = _deliveries(event_id) if plans else None
    return render_template(
        "organiser/history.html",
        event=event,
        changes=_said(found["items"], event, names=_people(owner) if plans else {}),
        told=_told(found["items"], deliveries or [], before=_before()),
        counted=deliveries is not None,
        short=len(deliveries or []) >= MOST_COUNTED,
        next=found.get("next"),
    )


def _said(changes: Iterable[Json], event: Json, *, names: dict[str, str]) -> list[Json]:
    """The changes with their fields in words and who made them."""
    parts = [*event["partners"], *event.get("co_organisers", ())]
    organisations = {one["id"]: one["name"] for one in parts if one["name"]}
    changes = list(changes)
    kinds: dict[str, str] = {}
    if any("kind_key" in change["fields"] for change in changes):
        kinds = {one["key"]: said(one["name"]) for one in if_there(clients().events.kinds) or []}
    zone = event["timezone"]
    return [
        change
        | {
            "who": _who(change["person_id"], names),
            "tells": bool(_notices(change)),
            "said": said_fields(change["fields"], zone=zone, names=organisations, kinds=kinds),
        }
        for change in changes
    ]


def _who(person_id: str | None, names: dict[str, str]) -> str:
    if person_id is None:
        return _("Hệ thống")
    if person_id == claims().get("sub"):
        return _("Bạn")
    return names.get(person_id) or _("Một người của ban tổ chức")


def _people(organisation_id: str) -> dict[str, str]:
    """Those who work for the organisation, by id: name and role, as its organisers may see them."""
    held = if_there(lambda: clients().community.memberships(organisation_id)) or []
    return {
        str(one["person_id"]): f"{one['name']} ({words.role_name(one['role'])})"
        for one in held
        if one["name"] and one["role"] != "door"
    }


def _notices(change: Json) -> set[str]:
    """The sorts of notices that a change brought about; an edit is told only where it moves the event."""
    told = {_NOTICES[one["type"]] for one in change["told"] if one["type"] in _NOTICES}
    if change["action"] == "edited" and "venue" not in change["fields"]:
        told.discard("event-changed")
    return told


def _deliveries(event_id: UUID) -> list[Json] | None:
    ask = clients().notifications.deliveries
    return if_there(lambda: ask(str(event_id), most=MOST_COUNTED))


def _before() -> str | None:
    """The time of the last change on the page before this one: what was sent after it is counted there."""
    try:
        return dates.local(request.args.get("truoc", "").replace(" ", "+")).isoformat()
    except (ValueError, OverflowError):
        return None


def _told(
    changes: Iterable[Json], deliveries: Iterable[Json], *, before: str | None
) -> dict[str, list[tuple[str, str, list[tuple[str, str]]]]]:
    """By change: each notice, its channel, and how far it came.

    A delivery does not name the message that it tells, so it is counted with the latest change before it that
    told of the same.
    """
    until = dates.local(before) if before else None
    counted: dict[str, dict[tuple[str, str], Counter[str]]] = {}
    # Newest first, as they come.
    telling = [(change["id"], dates.local(change["at"]), _notices(change)) for change in changes]
    for delivery in deliveries:
        at = dates.local(delivery["created_at"])
        if until and at >= until:
            continue
        template = delivery["template"]
        cause = next((id_ for id_, then, told in telling if then <= at and template in told), None)
        if cause is not None:
            states = counted.setdefault(cause, {})
            states.setdefault((template, delivery["channel"]), Counter())[delivery["status"]] += 1
    return {
        cause: [
            (words.template_name(template), words.channel_name(channel), told_states(states))
            for (template, channel), states in sorted(by_notice.items())
        ]
        for cause, by_notice in counted.items()
    }

"""Which of an organisation's pages are there for the person, by the roles in their token; the services decide again."""

from __future__ import annotations

from uuid import UUID

from flask import abort

from services.web.clients import Json, clients
from services.web.session import STAFF, claims


def may_see(organisation_id: str) -> bool:
    """Whether the person sees how the organisation's events stand."""
    return _holds(organisation_id, *STAFF)


def may_edit(organisation_id: str) -> bool:
    """Whether the person plans the organisation's events."""
    return _holds(organisation_id, "organiser")


def may_admit(organisation_id: str) -> bool:
    """Whether the person runs the door of the organisation's events and sees who comes."""
    return _holds(organisation_id, "organiser", "officer")


def runs_channels(organisation_id: str) -> bool:
    """Whether the person looks after the addresses where the organisation's own system is told."""
    return _holds(organisation_id, "officer")


def leads(organisation_id: str) -> bool:
    """Whether the person sees what the organisation plans, drafts included."""
    return _holds(organisation_id, "organiser", "leader")


def edits_any() -> bool:
    """Whether there is an organisation whose events the person plans."""
    held = claims()
    return bool(held.get("admin")) or any(role == "organiser" for _, role in held.get("roles", []))


def event_seen(event_id: UUID) -> Json:
    """An event of an organisation that the person works for, or the page that says there is no such thing."""
    event = clients().events.event(str(event_id))
    if not may_see(str(event["organisation"]["id"])):
        abort(404)
    return event


def event_edited(event_id: UUID) -> Json:
    """An event that the person may change, or the page that says there is no such thing."""
    event = clients().events.event(str(event_id))
    if not may_edit(str(event["organisation"]["id"])):
        abort(404)
    return event


def series_led(series_id: UUID) -> Json:
    """A series of an organisation whose plans the person sees, or the page that says there is no such thing."""
    series = clients().events.series(str(series_id))
    if not leads(str(series["organisation_id"])):
        abort(404)
    return series


def series_edited(series_id: UUID) -> Json:
    """A series that the person may change, or the page that says there is no such thing."""
    series = clients().events.series(str(series_id))
    if not may_edit(str(series["organisation_id"])):
        abort(404)
    return series


def _holds(organisation_id: str, *roles: str) -> bool:
    held = claims()
    return bool(held.get("admin")) or any(
        role in roles and str(organisation) == organisation_id
        for organisation, role in held.get("roles", [])
    )

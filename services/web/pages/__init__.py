"""The pages, a module a subject."""

from __future__ import annotations

from collections.abc import Iterator

from flask import Blueprint

from services.web.pages import (
    answers,
    approvals,
    attendee_lists,
    attendees,
    channels,
    colleagues,
    developers,
    door,
    door_device,
    door_report,
    downloads,
    drafting,
    event,
    forms,
    history,
    hook_deliveries,
    importing,
    inbox,
    listing,
    mine,
    nominations,
    nominee,
    organiser,
    outbox,
    own_feed,
    own_place,
    partner,
    profile,
    programme_deletion,
    programmes,
    quotas,
    register,
    repeating,
    seat_log,
    seats,
    series,
    series_changes,
    sign_in,
    year,
)


def blueprints(*, demo: bool) -> Iterator[Blueprint]:
    """Every page; the outbox only in a demo."""
    for page in (
        listing,
        event,
        register,
        sign_in,
        mine,
        own_place,
        answers,
        own_feed,
        profile,
        inbox,
        channels,
        hook_deliveries,
        organiser,
        drafting,
        importing,
        history,
        year,
        programmes,
        programme_deletion,
        repeating,
        series,
        series_changes,
        attendees,
        seats,
        quotas,
        approvals,
        seat_log,
        nominations,
        partner,
        nominee,
        colleagues,
        attendee_lists,
        downloads,
        forms,
        door,
        door_device,
        door_report,
        developers,
    ):
        yield page.bp
    if demo:
        yield outbox.bp

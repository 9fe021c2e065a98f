"""The pages, a module a subject."""

from __future__ import annotations

from collections.abc import Iterator

from flask import Blueprint

from services.web.pages import (
    after,
    approvals,
    attendees,
    developers,
    door,
    drafting,
    event,
    history,
    importing,
    inbox,
    listing,
    mine,
    organiser,
    outbox,
    own_feed,
    own_place,
    profile,
    programmes,
    quotas,
    register,
    repeating,
    seat_log,
    seats,
    series,
    series_changes,
    sign_in,
    survey,
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
        own_feed,
        profile,
        inbox,
        organiser,
        drafting,
        importing,
        history,
        year,
        programmes,
        repeating,
        series,
        series_changes,
        attendees,
        seats,
        quotas,
        approvals,
        seat_log,
        after,
        survey,
        door,
        developers,
    ):
        yield page.bp
    if demo:
        yield outbox.bp

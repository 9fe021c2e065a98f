"""The pages, a module a subject."""

from __future__ import annotations

from collections.abc import Iterator

from flask import Blueprint

from services.web.pages import (
    attendees,
    channels,
    developers,
    door,
    drafting,
    event,
    history,
    hook_deliveries,
    importing,
    inbox,
    listing,
    mine,
    organiser,
    outbox,
    own_feed,
    profile,
    programmes,
    register,
    repeating,
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
        repeating,
        series,
        series_changes,
        attendees,
        door,
        developers,
    ):
        yield page.bp
    if demo:
        yield outbox.bp

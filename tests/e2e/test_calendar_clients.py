"""The feed as four real calendar clients read it: the same hours, one entry an event, whatever happens to it."""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, sync_playwright
from waitress.server import create_server

from tests.e2e import calendar_clients
from tests.e2e.calendar_clients import Khal, Read
from tests.service.events.conftest import Events, entry_of, events
from tests.support import browsers

__all__ = ["events"]
pytestmark = pytest.mark.browser

DAYS = 120


@pytest.fixture
def page() -> Iterator[Page]:
    with sync_playwright() as playwright, browsers.chromium(playwright) as browser:
        yield browser.new_page()


@pytest.fixture
def feed_url(events: Events) -> Iterator[str]:
    server = create_server(events.app, host="127.0.0.1", port=0)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.effective_port}/v1/calendar.ics"
    server.close()
    thread.join(5)


def weekly(events: Events, count: int) -> list[dict[str, Any]]:
    """A published series."""
    draft = events.draft(title={"vi": "Tư vấn hằng tuần"})
    wish = {"event_id": draft["id"], "rule": f"FREQ=WEEKLY;COUNT={count}"}
    series = events.post("/series", wish, by=events.organiser).json
    published = events.post(f"/series/{series['id']}/publish", by=events.organiser)
    assert published.status_code == 200, published.get_data(as_text=True)
    return list(published.json["events"])


def test_every_client_has_the_same_hours_and_one_entry_an_event(
    events: Events, feed_url: str, page: Page, tmp_path: Path
) -> None:
    """Created, then moved, then one of a series changed, then cancelled."""
    if lacking := calendar_clients.missing():
        why = f"not installed: {', '.join(lacking)}"
        assert not os.environ.get("CI"), why
        pytest.skip(why)
    first = events.clock.now()
    khal = Khal(tmp_path / "khal", feed_url)

    def read_by_all(titles: dict[str, str]) -> dict[str, tuple[datetime, datetime]]:
        """The entries by their event; every client agrees on them, and on what the API says."""
        wanted = []
        for event_id, title in titles.items():
            shown = events.show({"id": event_id})
            uid = str(entry_of(events.ics(shown))["UID"])
            times = (events.moment(shown["starts_at"]), events.moment(shown["ends_at"]))
            wanted.append(Read(*times, title, uid))
        ics = events.ics()
        span: Any = {"first": first, "days": DAYS}
        assert calendar_clients.ical_js(page, ics) == sorted(wanted)
        assert calendar_clients.libical(ics) == sorted(wanted)
        without_uid = sorted(Read(one.starts_at, one.ends_at, one.title) for one in wanted)
        assert khal.read(**span) == without_uid
        assert calendar_clients.calcurse(tmp_path, ics, **span) == without_uid
        return {one.uid or "": (one.starts_at, one.ends_at) for one in wanted}

    alone = events.published_event(title={"vi": "Đối thoại, gặp gỡ; hỏi & đáp"})
    weeks = weekly(events, 3)
    abroad = events.published_event(title={"vi": "Gặp từ xa"}, timezone="America/New_York")
    titles = {alone["id"]: "Đối thoại, gặp gỡ; hỏi & đáp", abroad["id"]: "Gặp từ xa"}
    titles |= {one["id"]: "Tư vấn hằng tuần" for one in weeks}
    created = read_by_all(titles)
    assert len(created) == 5

    events.moved(alone, days=8)
    moved = read_by_all(titles)
    assert moved.keys() == created.keys()
    assert sum(moved[uid] != created[uid] for uid in moved) == 1

    events.moved(weeks[1], days=1.25)
    events.edited(weeks[1], title={"vi": "Tư vấn, buổi đặc biệt"})
    titles[weeks[1]["id"]] = "Tư vấn, buổi đặc biệt"
    changed = read_by_all(titles)
    assert sum(changed[uid] != moved[uid] for uid in changed) == 1

    events.cancelled(alone)
    titles[alone["id"]] = "Đã hủy: Đối thoại, gặp gỡ; hỏi & đáp"
    assert read_by_all(titles) == changed

"""Pages and feeds that everybody reads: built from what just changed, and given again unchanged."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterator, Sequence
from datetime import timedelta
from typing import Any

import httpx2
from flask import Flask

from services.events.app import SERVICE
from services.web.app import create_app
from services.web.settings import Settings
from shared.database.engine import create_engine
from shared.database.migrations import migrate
from tests.bench.ground import Ground
from tests.bench.harness import Row, Target, in_turns
from tests.bench.yardsticks import page as yardsticks
from tests.service.events.conftest import Events
from tests.support.harness import key_server

EVENTS = 200
PORTAL = "https://doithoai.example"
_ROW = re.compile(r'<a class="row" href="/su-kien/.*?</a>\n', re.DOTALL)
_ENTRY = re.compile(r"BEGIN:VEVENT\r\n.*?END:VEVENT\r\n", re.DOTALL)
_BUILT, _UNCHANGED = Target(at_least=0.6), Target(at_least=0.8)


def rows(ground: Ground) -> Iterator[Row]:
    """Requests a second, without a network on either side."""
    url = ground.database()
    engine = create_engine(url)
    ground.closing(engine.dispose)
    migrate("events", engine)
    events = Events(
        SERVICE, database_url=url, settings={"public_url": PORTAL}, community=key_server()
    )
    ground.closing(events.close)
    made = _publish(events)
    portal = _portal(events)
    change = _changes(events, made)
    for name, app, path, blocks in (
        (f"list of {EVENTS} events", portal, "/", _ROW),
        ("page of one event", portal, f"/su-kien/{made[0]['id']}", None),
        (f"feed of {EVENTS} events", portal, "/lich.ics", _ENTRY),
    ):
        content, content_type = _get(app, path)
        found = blocks.findall(content.decode()) if blocks else [content.decode()]
        assert not blocks or len(found) == EVENTS, f"{name}: {len(found)}"
        view = yardsticks.view_of(content, found, engine, content_type=content_type)
        assert _get(view, "/")[0] == content, f"{name}: the yardstick gives something else"
        static = yardsticks.static(content, content_type=content_type)
        yield from _compared(ground, name, (app, path), view, static, change)


def _compared(
    ground: Ground,
    name: str,
    ours: tuple[Flask, str],
    view: Flask,
    static: Flask,
    change: Callable[[], None],
) -> Iterator[Row]:
    few, many = (5, 20) if ground.quick else (15, 60)
    found = in_turns(
        {
            "built": lambda: _each_second(*ours, times=few, before=change),
            "view": lambda: _each_second(view, "/", times=few),
            "unchanged": lambda: _each_second(*ours, times=many),
            "static": lambda: _each_second(static, "/", times=many),
        },
        rounds=ground.rounds,
        say=ground.say,
    )
    for what, beside, target in (("built", "view", _BUILT), ("unchanged", "static", _UNCHANGED)):
        yield Row(
            name=f"{name}, {what}",
            unit="/s",
            values=found[what],
            yardsticks=found[beside],
            target=target,
        )


def _publish(events: Events) -> list[dict[str, Any]]:
    """So many events, an hour apart."""
    now = events.clock.now()
    events.name_organisation(events.organisation, "UBND phường An Đông")
    made = []
    for number in range(EVENTS):
        starts_at = now + timedelta(days=21, hours=number)
        draft = events.draft(
            title={"vi": f"Đối thoại với doanh nghiệp trẻ, buổi {number + 1}"},
            starts_at=starts_at,
            ends_at=starts_at + timedelta(hours=2),
        )
        made.append(events.publish(draft))
    return made


def _changes(events: Events, made: Sequence[dict[str, Any]]) -> Callable[[], None]:
    """Changes one event, each time another, and lets go of what is kept for a moment."""
    number = 0

    def change() -> None:
        nonlocal number
        number += 1
        event = made[number % len(made)]
        events.clock.advance(seconds=10)
        events.edited(event, summary={"vi": f"Nghe và trả lời, lần {number:05}"})

    return change


def _portal(events: Events) -> Flask:
    """The portal in front of events; of the other services it learns that they have nothing."""
    nothing = httpx2.WSGITransport(Flask("nothing"))
    others = ("community", "registrations", "notifications")
    urls: dict[str, Any] = {f"{name}_url": f"http://{name}" for name in (*others, "events")}
    return create_app(
        Settings(secret_key="s" * 32, **urls),
        transports=dict.fromkeys(others, nothing) | {"events": httpx2.WSGITransport(events.app)},
        clock=events.clock,
    )


def _each_second(
    app: Flask, path: str, *, times: int, before: Callable[[], None] | None = None
) -> float:
    """Requests a second; what is done before each is not counted."""
    took = 0.0
    for _ in range(times):
        if before:
            before()
        began = time.perf_counter()
        _get(app, path)
        took += time.perf_counter() - began
    return times / took


def _get(app: Flask, path: str) -> tuple[bytes, str]:
    """One request, with as little around it as there can be."""
    environ = {
        "REQUEST_METHOD": "GET",
        "SCRIPT_NAME": "",
        "PATH_INFO": path,
        "QUERY_STRING": "",
        "SERVER_NAME": "127.0.0.1",
        "SERVER_PORT": "80",
        "SERVER_PROTOCOL": "HTTP/1.1",
        "HTTP_HOST": "127.0.0.1",
        "HTTP_ACCEPT_LANGUAGE": "vi",
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": "http",
        "wsgi.multithread": True,
        "wsgi.multiprocess": False,
        "wsgi.run_once": False,
    }
    answered: list[Any] = []
    parts = app(environ, lambda status, headers, _=None: answered.extend((status, headers)))
    content = b"".join(parts)
    assert answered[0].startswith("200"), answered[0]
    return content, dict(answered[1])["Content-Type"]

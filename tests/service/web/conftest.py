"""The portal over fakes of the four services, and people's browsers."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import httpx2
import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from services.web.app import create_app
from services.web.settings import Settings
from tests.service.web.fakes import NOW, ORGANISATION, World
from tests.service.web.filling import Form
from tests.support.clocks import FixedClock

URLS = {
    f"{name}_url": f"http://{name}"
    for name in ("community", "events", "registrations", "notifications")
}
_TOKEN = re.compile(r'name="csrf_token" value="([^"]+)"')


class Browser:
    """A browser that fills in forms as they stand on the page."""

    def __init__(self, client: FlaskClient, language: str = "vi") -> None:
        self.client, self._headers = client, {"Accept-Language": language}

    def get(self, path: str, **more: Any) -> TestResponse:
        return self.client.get(path, headers=self._headers, **more)

    def post(
        self, path: str, data: dict[str, Any] | None = None, *, page: str = "/"
    ) -> TestResponse:
        """Post with the token that `page` carries (if it does), as a form on that page would."""
        found = _TOKEN.search(self.get(page).text)
        token = {"csrf_token": found[1]} if found else {}
        return self.client.post(path, data={**token, **(data or {})}, headers=self._headers)

    def sign_in(self, email: str, *, language: str = "vi") -> None:
        self.post("/dang-nhap", {"email": email}, page="/dang-nhap")
        done = self.post("/dang-nhap/ma", {"code": "123456"}, page="/dang-nhap/ma")
        assert done.status_code == 303, done.text
        if language != "vi":
            self.post("/ngon-ngu", {"language": language})


def portal(world: World, clock: FixedClock | None = None, **settings: Any) -> Flask:
    """The portal whose services are the fakes."""
    transports: dict[str, httpx2.BaseTransport] = {
        name: httpx2.WSGITransport(app) for name, app in world.apps().items()
    }
    app = create_app(
        Settings(
            secret_key="a secret of the tests, long enough", **URLS, **{"kept_ms": 0} | settings
        ),
        transports=transports,
        clock=clock or FixedClock(NOW),
    )
    app.testing = False
    return app


@pytest.fixture
def world() -> World:
    return World()


@pytest.fixture
def clock() -> FixedClock:
    return FixedClock(NOW)


@pytest.fixture
def app(world: World, clock: FixedClock) -> Flask:
    return portal(world, clock)


@pytest.fixture
def browser(app: Flask) -> Browser:
    return Browser(app.test_client())


@pytest.fixture
def signed_in(app: Flask) -> Callable[..., Browser]:
    """A browser in which somebody is signed in."""

    def make(email: str = "lan@example.vn", **options: Any) -> Browser:
        browser = Browser(app.test_client(), options.get("language", "vi"))
        browser.sign_in(email, **options)
        return browser

    return make


@pytest.fixture
def organiser(world: World, signed_in: Callable[..., Browser]) -> Browser:
    """The organiser of the organisation that every event of the fakes belongs to."""
    world.person(
        "ban-to-chuc@example.vn",
        name="Trần Tổ Chức",
        memberships=[{"organisation": ORGANISATION, "role": "organiser", "event_id": None}],
    )
    return signed_in("ban-to-chuc@example.vn")


@pytest.fixture
def edit(organiser: Browser, world: World) -> Callable[..., Form]:
    """The form in which an organiser edits an event with these fields."""
    return lambda **changes: Form(organiser, world, world.add(**changes))

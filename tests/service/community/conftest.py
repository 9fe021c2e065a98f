"""Community on its own, on both databases: browsers that sign in, the sender of mails, the administrator."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from secrets import token_hex
from typing import Any
from uuid import UUID

import pytest
from werkzeug.test import TestResponse

from services.community.app import SERVICE
from tests.support.harness import Harness, OtherService, Person, signing_key

SENDER = OtherService("notifications")
ADMIN = Person(admin=True)


@dataclass(frozen=True)
class Browser:
    """A browser with the nonce that it keeps in its cookie."""

    nonce: str = field(default_factory=token_hex)

    @property
    def digest(self) -> str:
        return hashlib.sha256(self.nonce.encode()).hexdigest()


@dataclass(frozen=True)
class Asked:
    """A sign-in that waits for its mail, and the browser that asked."""

    id: str
    browser: Browser


def bearer(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"}


class Community(Harness):
    """Community, with words for what happens around it."""

    def request_sign_in(
        self, address: str, browser: Browser | None = None, **more: Any
    ) -> TestResponse:
        """The bare answer to somebody who wants a mail."""
        language = more.pop("written_in", "vi")
        body = {
            "email": address,
            "language": language,
            "browser": (browser or Browser()).digest,
        }
        return self.post("/sign-ins", body, **more)

    def ask(self, address: str, *, written_in: str = "vi") -> Asked:
        """A fresh browser asks for a mail."""
        browser = Browser()
        answer = self.request_sign_in(address, browser, written_in=written_in)
        assert answer.status_code == 202, answer.json
        return Asked(answer.json["id"], browser)

    def delivery(self, *ids: str) -> list[dict[str, Any]]:
        """What the sender of mails is told of these sign-ins."""
        answer = self.post("/sign-ins/delivery", {"ids": list(ids)}, by=SENDER)
        assert answer.status_code == 200, answer.json
        return list(answer.json["items"])

    def mail(self, asked: Asked) -> dict[str, Any]:
        """The mail that came of it."""
        (mail,) = self.delivery(asked.id)
        return mail

    def complete(self, asked: Asked, *, by_browser: Browser | None = None, **proof: str) -> Any:
        """A browser (the one that asked, unless said) shows a `code` or a `token`."""
        return self.app.test_client().post(
            f"/v1/sign-ins/{asked.id}/complete",
            json={"browser_nonce": (by_browser or asked.browser).nonce, **proof},
        )

    def sign_in(self, address: str, *, written_in: str = "vi") -> dict[str, Any]:
        """All of it: session, access token and person."""
        asked = self.ask(address, written_in=written_in)
        answer = self.complete(asked, code=self.mail(asked)["code"])
        assert answer.status_code == 200, answer.json
        return dict(answer.json)

    def person(self, address: str = "ada@test.example", **more: Any) -> Person:
        """Somebody who has signed in; calls with the harness's token from here on."""
        return Person(UUID(self.sign_in(address, **more)["person"]["id"]))

    def renew(self, signed_in: dict[str, Any]) -> TestResponse:
        return self.post("/sessions/token", {"session": signed_in["session"]})

    def claims(self, signed_in: dict[str, Any]) -> tuple[list[list[str]], list[str]]:
        """Roles and doors of a new token of this session, as a service reads them."""
        caller = self.deps.verifier.caller(
            self.renew(signed_in).json["access_token"], now=self.clock.now()
        )
        roles = sorted([str(organisation), role] for organisation, role in caller.roles)
        return roles, sorted(str(event) for _, event in caller.doors)

    def organisation(self, name: str = "Phòng Kinh tế", **more: Any) -> str:
        body = {"kind": "public_body", "name": name} | more
        return str(self.created("/organisations", body)["id"])

    def area(self, name: str, **more: Any) -> str:
        return str(self.created("/areas", {"level": "ward", "name": name} | more)["id"])

    def give(self, organisation: str, address: str, role: str, **more: Any) -> dict[str, Any]:
        """The administrator gives a role."""
        body = {"email": address, "role": role} | more
        return self.created(f"/organisations/{organisation}/memberships", body)

    def take_back(
        self, membership: dict[str, Any], organisation: str, by: Person = ADMIN
    ) -> TestResponse:
        path = f"/organisations/{organisation}/memberships/{membership['id']}"
        return self.call("DELETE", path, by=by)

    def created(self, path: str, body: dict[str, Any], by: Person = ADMIN) -> dict[str, Any]:
        answer = self.post(path, body, by=by)
        assert answer.status_code == 201, answer.json
        return dict(answer.json)


def errors(answer: TestResponse) -> dict[str, str]:
    """What is wrong with which field."""
    assert answer.status_code == 422, answer.get_data(as_text=True)
    return {error["field"]: error["message"] for error in answer.json["errors"]}


@pytest.fixture
def community(database_url: Callable[[str], str]) -> Iterator[Community]:
    harness = Community(
        SERVICE,
        database_url=database_url("community"),
        settings={
            "signing_key": signing_key(),
            "sign_in_key": "a key for codes and links",
            "service_clients": "notifications:of-notifications, web:of-web",
        },
    )
    yield harness
    harness.close()

"""Somebody who uses the platform from outside, over HTTP alone: for the walk, the demo data and the tests."""

from __future__ import annotations

import hashlib
import re
import secrets
import time
from collections.abc import Callable
from typing import Any, TypeVar

import httpx2

T = TypeVar("T")
SECONDS_FOR_A_MAIL = 60.0


class WentWrong(Exception):
    """The platform answered otherwise than expected; the text says what was asked and what came."""


class Visitor:
    """One person (or nobody, before signing in) with the addresses of the platform."""

    def __init__(self, base_url: str, *, language: str = "vi") -> None:
        self._http = httpx2.Client(
            base_url=base_url, timeout=15.0, trust_env=False, headers={"Accept-Language": language}
        )
        self.person: dict[str, Any] = {}
        self.address = ""

    def call(
        self, method: str, path: str, body: Any = None, *, expect: int | None = None, **headers: str
    ) -> Any:
        """The JSON (else the text) of `/api/<path>`; WentWrong unless the status is `expect` (default: any 2xx)."""
        sent = {name.replace("_", "-"): value for name, value in headers.items()}
        answer = self._http.request(method, f"/api/{path}", json=body, headers=sent)
        fine = answer.status_code == expect if expect is not None else answer.is_success
        if not fine:
            raise WentWrong(f"{method} /api/{path}: {answer.status_code} {answer.text[:400]}")
        return answer.json() if "json" in answer.headers.get("content-type", "") else answer.text

    def get(self, path: str, **kwargs: Any) -> Any:
        return self.call("GET", path, **kwargs)

    def post(self, path: str, body: Any = None, *, key: str | None = None, **kwargs: Any) -> Any:
        """POST, with an Idempotency-Key of its own unless one is given."""
        return self.call(
            "POST",
            path,
            {} if body is None else body,
            Idempotency_Key=key or secrets.token_hex(16),
            **kwargs,
        )

    def sign_in(self, address: str, *, language: str = "vi") -> Visitor:
        """Sign in as a person does: ask for a mail, read the code in it, type the code."""
        nonce = secrets.token_urlsafe(16)
        browser = hashlib.sha256(nonce.encode()).hexdigest()
        started = self.post(
            "community/v1/sign-ins", {"email": address, "language": language, "browser": browser}
        )
        mail = self.wait_for(
            lambda: self._code_mail(address, started["id"]), f"a sign-in mail to {address}"
        )
        code = re.search(r"\b(\d{3}) ?(\d{3})\b", mail["text"])
        if code is None:
            raise WentWrong("the sign-in mail holds no code")
        signed_in = self.post(
            f"community/v1/sign-ins/{started['id']}/complete",
            {"browser_nonce": nonce, "code": code[1] + code[2]},
        )
        self._http.headers["Authorization"] = f"Bearer {signed_in['access_token']}"
        self.person, self.address = signed_in["person"], address
        return self

    def mails(self, address: str) -> list[dict[str, Any]]:
        """The mails to an address that the demo's outbox holds, newest first."""
        return [
            mail for mail in self.get("notifications/v1/outbox")["items"] if address in mail["to"]
        ]

    def wait_for(
        self, look: Callable[[], T | None], what: str, seconds: float = SECONDS_FOR_A_MAIL
    ) -> T:
        """Look again and again until there is something; WentWrong when time is up."""
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            if found := look():
                return found
            time.sleep(0.05)
        raise WentWrong(f"waited {seconds:.0f} s in vain for {what}")

    def close(self) -> None:
        self._http.close()

    def _code_mail(self, address: str, sign_in_id: str) -> dict[str, Any] | None:
        for mail in self.mails(address)[:5]:
            opened: dict[str, Any] = self.get(f"notifications/v1/outbox/{mail['id']}")
            if sign_in_id in opened["text"]:
                return opened
        return None

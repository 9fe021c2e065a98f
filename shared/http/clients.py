"""Asking another service over HTTP: bounded waits, the service's own token, problems as exceptions."""

from __future__ import annotations

import threading
from datetime import datetime, timedelta
from typing import Any

import httpx2

from shared.clock import Clock

TIMEOUT = httpx2.Timeout(5.0, connect=2.0)


class ServiceAway(Exception):
    """The other service did not answer, or said that it cannot now; ask again later."""


class Refused(Exception):
    """The other service answered with a problem."""

    def __init__(self, status: int, document: dict[str, Any]) -> None:
        super().__init__(f"{status} {document.get('type', '')}")
        self.status = status
        self.document = document


class JsonClient:
    """A client of one service. `transport` reaches a service of the same process without a network."""

    def __init__(self, base_url: str, *, transport: httpx2.BaseTransport | None = None) -> None:
        self._http = httpx2.Client(
            base_url=base_url, transport=transport, timeout=TIMEOUT, trust_env=False
        )

    def call(
        self,
        method: str,
        path: str,
        *,
        json: Any = None,
        token: str | None = None,
        headers: dict[str, str] | None = None,
    ) -> Any:
        """The JSON answer (bytes of anything else); ServiceAway or Refused."""
        sent = dict(headers or {})
        if token is not None:
            sent["Authorization"] = f"Bearer {token}"
        try:
            answer = self._http.request(method, path, json=json, headers=sent)
        except httpx2.TransportError as error:
            raise ServiceAway(type(error).__name__) from error
        if answer.status_code in (502, 503, 504):
            raise ServiceAway(str(answer.status_code))
        is_json = "json" in answer.headers.get("content-type", "")
        if answer.status_code >= 400:
            raise Refused(answer.status_code, answer.json() if is_json else {})
        return answer.json() if is_json else answer.content

    def close(self) -> None:
        self._http.close()


class ServiceTokens:
    """This service's own token, fetched from community and renewed a minute before it ends."""

    def __init__(self, community: JsonClient, *, name: str, secret: str, clock: Clock) -> None:
        self._community, self._name, self._secret, self._clock = community, name, secret, clock
        self._token: str | None = None
        self._expires_at: datetime | None = None
        self._lock = threading.Lock()

    def token(self) -> str:
        """A valid token; ServiceAway or Refused where community gives none."""
        with self._lock:
            now = self._clock.now()
            if (
                self._token is None
                or self._expires_at is None
                or now > self._expires_at - timedelta(minutes=1)
            ):
                answer = self._community.call(
                    "POST",
                    "/v1/service-tokens",
                    json={"client": self._name, "secret": self._secret},
                )
                self._token, self._expires_at = (
                    str(answer["access_token"]),
                    datetime.fromisoformat(answer["expires_at"]),
                )
            return self._token

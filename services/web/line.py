"""The way to one other service: bounded waits, problems as exceptions, the person's token passed on."""

from __future__ import annotations

from dataclasses import dataclass
from typing import IO, Any, Protocol

import httpx2
import stamina

Json = dict[str, Any]
Headers = dict[str, str]
# What is done for a thousand rows of a file in one request takes its seconds.
_WAIT, _LONG_WAIT = (httpx2.Timeout(seconds, connect=1.0) for seconds in (5.0, 25.0))


class Refused(Exception):
    """A service said no, and why: the problem document's parts, in the caller's language."""

    def __init__(self, status: int, document: Json) -> None:
        self.status = status
        self.type = str(document.get("type", "")).rsplit("/", 1)[-1]
        self.title = str(document.get("title", ""))
        self.detail = str(document.get("detail") or "")
        self.errors: list[Json] = list(document.get("errors") or [])
        self.members = document
        super().__init__(f"{status} {self.type}")


class Away(Exception):
    """A service does not answer, or could not do its work; the same request may be tried again."""

    def __init__(self, service: str, *, retry_after: int = 5) -> None:
        self.service = service
        self.retry_after = retry_after
        super().__init__(service)


class _Passing(Exception):
    """An attempt at an idempotent request that is worth repeating at once."""


@dataclass(frozen=True, slots=True)
class Upload:
    """A file to be passed on as it is: read piece by piece, and anew for each attempt."""

    file: IO[bytes]
    media: str


class Who(Protocol):
    """Gives the headers of the person for whom a call is made; `renewed` after their token was refused."""

    def __call__(self, *, renewed: bool = False) -> Headers: ...


class Line:
    """The way to one service."""

    def __init__(
        self,
        service: str,
        base_url: str,
        who: Who,
        *,
        transport: httpx2.BaseTransport | None = None,
        attempts: int = 2,
    ) -> None:
        self._service = service
        self._who = who
        self._attempts = attempts
        self._http = httpx2.Client(
            base_url=base_url,
            transport=transport,
            timeout=_WAIT,
            follow_redirects=False,
            trust_env=False,
        )

    def get(self, path: str, **params: str | int | None) -> httpx2.Response:
        """GET with the parameters that are set; tried again when the service did not answer."""
        given = {name: value for name, value in params.items() if value not in (None, "")}
        retry = stamina.retry_context(
            on=_Passing, attempts=self._attempts, wait_initial=0.05, wait_max=0.2, wait_jitter=0.05
        )
        try:
            for attempt in retry:
                with attempt:
                    try:
                        return self.send("GET", path, params=given)
                    except Away as away:
                        raise _Passing from away
        except _Passing as passing:
            cause = passing.__cause__
            raise cause if isinstance(cause, Away) else Away(self._service) from passing
        raise Away(self._service)  # pragma: no cover - the loop above always returns or raises

    def stream(self, path: str, **params: str | int | None) -> httpx2.Response:
        """GET of a file that is read piece by piece; whoever gets it closes it. Raises Refused, or Away."""
        given = {name: value for name, value in params.items() if value not in (None, "")}
        answer = self._open(path, given, self._who())
        if answer.status_code == 401:
            answer.close()
            answer = self._open(path, given, self._who(renewed=True))
        if answer.status_code < 400:
            return answer
        try:
            answer.read()
        except httpx2.TransportError as error:
            raise Away(self._service) from error
        finally:
            answer.close()
        if answer.status_code >= 500:
            raise Away(self._service)
        raise Refused(answer.status_code, _document(answer))

    def _open(self, path: str, params: Json, headers: Headers) -> httpx2.Response:
        # As it is: the length that the service says is then the length that the browser gets.
        asked = self._http.build_request(
            "GET",
            path,
            params=params,
            headers=headers | {"Accept-Encoding": "identity"},
            timeout=_LONG_WAIT,
        )
        try:
            return self._http.send(asked, stream=True)
        except httpx2.TransportError as error:
            raise Away(self._service) from error

    def send(
        self,
        method: str,
        path: str,
        *,
        body: Json | Upload | None = None,
        params: Json | None = None,
        headers: Headers | None = None,
        slow: bool = False,
    ) -> httpx2.Response:
        """One attempt; what is known to be `slow` is waited for longer. Raises Refused with the service's problem, or Away."""
        mine, more = self._who(), headers or {}
        answer = self._ask(method, path, body, params, mine | more, slow)
        if answer.status_code == 401 and "Authorization" in mine:
            renewed = self._who(renewed=True) | more
            answer = self._ask(method, path, body, params, renewed, slow)
        if answer.status_code >= 500:
            after = answer.headers.get("Retry-After", "")
            raise Away(self._service, retry_after=int(after) if after.isdigit() else 5)
        if answer.status_code >= 400:
            raise Refused(answer.status_code, _document(answer))
        return answer

    def _ask(
        self,
        method: str,
        path: str,
        body: Json | Upload | None,
        params: Json | None,
        headers: Headers,
        slow: bool,
    ) -> httpx2.Response:
        sent: dict[str, Any] = {"json": body}
        if isinstance(body, Upload):
            body.file.seek(0)
            sent, headers = {"content": body.file}, headers | {"Content-Type": body.media}
        try:
            return self._http.request(
                method,
                path,
                params=params,
                headers=headers,
                timeout=_LONG_WAIT if slow else _WAIT,
                **sent,
            )
        except httpx2.TransportError as error:
            raise Away(self._service) from error


def _document(answer: httpx2.Response) -> Json:
    try:
        document = answer.json()
    except ValueError:
        return {}
    return document if isinstance(document, dict) else {}


def json_of(answer: httpx2.Response) -> Json:
    """The body, with the entity tag (if there is one) under `_etag` for a later If-Match."""
    body: Json = answer.json()
    if etag := answer.headers.get("ETag"):
        body["_etag"] = etag
    return body

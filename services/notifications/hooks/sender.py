"""Calls a partner's system once, and says what came of it. Whatever that system does, it is over in time."""

from __future__ import annotations

import re
import ssl
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cached_property

import httpcore2
import httpx2

from services.notifications.hooks.address import AddressRefused, BadUrl, Reach
from services.notifications.hooks.network import CheckedNetwork, Deadline, NameUnknown, Resolve
from services.notifications.hooks.network import resolve as ask_the_system
from services.notifications.models import Outcome, Result

SECONDS = 15.0
# Of the whole, at most a third is for finding and reaching the other side.
TO_CONNECT = 1 / 3
MOST_READ = 64 * 1024
LONGEST_KEPT = 500
USER_AGENT = "DoiThoai-Webhooks/1.0"


@dataclass(frozen=True, slots=True)
class Answer:
    """How one call ended: `status` and the beginning of the body where there was an answer."""

    outcome: Outcome
    status: int | None = None
    text: str = ""
    milliseconds: int = 0


class Sender:
    """Knows how far it may reach; shared by threads, for each call has a connection of its own."""

    def __init__(
        self,
        reach: Reach,
        *,
        seconds: float = SECONDS,
        resolve: Resolve = ask_the_system,
        make_tls: Callable[[], ssl.SSLContext] = lambda: httpx2.create_ssl_context(trust_env=False),
    ) -> None:
        self.reach, self.seconds = reach, seconds
        self._resolve, self._make_tls = resolve, make_tls

    def send(
        self, url: str, body: str, *, headers: dict[str, str], hidden: Iterable[str] = ()
    ) -> Answer:
        """POST `body`. `hidden` are texts that must not be kept of what comes back."""
        began = time.monotonic()
        status, text = None, ""
        try:
            # Read anew, for the settings may have become stricter since it was typed.
            status, read = self._call(self.reach.url(url), body.encode(), headers)
            text = shown(read, hidden)
            outcome = judged(status)
        except Exception as error:  # noqa: BLE001 - a strange answer is no fault of ours
            outcome = Outcome(Result.TEMPORARY, _why(error))
        return Answer(outcome, status, text, round((time.monotonic() - began) * 1000))

    @cached_property
    def _tls(self) -> ssl.SSLContext:
        # Reading all the certificates takes longer than a call.
        return self._make_tls()

    def _call(self, url: httpx2.URL, body: bytes, headers: dict[str, str]) -> tuple[int, bytes]:
        deadline = Deadline(self.seconds)
        network = CheckedNetwork(
            self.reach,
            deadline,
            connect_seconds=self.seconds * TO_CONNECT,
            resolve=self._resolve,
        )
        default_port = {"https": 443, "http": 80}[url.scheme]
        request = httpcore2.URL(
            scheme=url.raw_scheme,
            host=url.raw_host,
            port=url.port or default_port,
            target=url.raw_path,
        )
        sent = {
            "Host": url.netloc.decode("ascii"),
            "Content-Type": "application/json; charset=utf-8",
            # Not compressed: what is small on the way must not become large here.
            "Accept-Encoding": "identity",
            "User-Agent": USER_AGENT,
            "Connection": "close",
            **headers,
        }
        # No proxy, no cookie, no redirect and no second try: a pool does what it is told, no more.
        with (
            httpcore2.ConnectionPool(ssl_context=self._tls, network_backend=network) as pool,
            pool.stream("POST", request, headers=list(sent.items()), content=body) as response,
        ):
            return response.status, _beginning(response)


def judged(status: int) -> Outcome:
    """What an answer means. A redirect is none: it could lead anywhere, also inside."""
    if 200 <= status < 300:
        return Outcome(Result.DELIVERED)
    if status == 410:
        return Outcome(Result.PERMANENT, "gone")
    return Outcome(Result.TEMPORARY, "redirect" if 300 <= status < 400 else f"http-{status}")


def shown(read: bytes, hidden: Iterable[str]) -> str:
    """The beginning of an answer as text of one paragraph, without what it repeats of our secrets."""
    text = read.decode("utf-8", "replace")
    for one in hidden:
        text = text.replace(one, "…") if one else text
    text = re.sub(r"whsec_[A-Za-z0-9+/=]+|v1,[A-Za-z0-9+/]{20,}={0,2}", "…", text)
    text = " ".join("".join(c if c.isprintable() else " " for c in text).split())
    return text if len(text) <= LONGEST_KEPT else text[: LONGEST_KEPT - 1] + "…"


def _beginning(response: httpcore2.Response) -> bytes:
    """What can be read of the body, in time and up to a bound; the status has decided already."""
    read = bytearray()
    try:
        for piece in response.iter_stream():
            read += piece
            if len(read) >= MOST_READ:
                break
    except (httpcore2.TimeoutException, httpcore2.NetworkError, httpcore2.ProtocolError):
        pass
    return bytes(read[:MOST_READ])


def _why(error: Exception) -> str:
    """A word for what went wrong, as the partner reads it in the list of tries."""
    causes = [error, error.__cause__, error.__context__]
    if any(isinstance(one, ssl.SSLError) for one in causes):
        return "tls"
    match error:
        case AddressRefused() | BadUrl():
            return "not-public"
        case NameUnknown():
            return "no-such-name"
        case httpcore2.ConnectTimeout():
            return "connect-timeout"
        case httpcore2.TimeoutException():
            return "timeout"
        case httpcore2.ConnectError():
            return "no-connection"
        case httpcore2.NetworkError() | httpcore2.RemoteProtocolError():
            return "cut"
    return type(error).__name__

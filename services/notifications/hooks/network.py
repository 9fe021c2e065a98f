"""The way to a partner's system: looked up once, checked, and connected to what was checked, all within a time.

A name that answers with a public address when it is checked and with a private one when it is connected to
(rebinding) gains nothing here: nothing is looked up between the two.
"""

from __future__ import annotations

import queue
import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterable
from typing import Any

import httpcore2

from services.notifications.hooks.address import Reach

# Host and port to addresses, as texts; OSError where there are none.
Resolve = Callable[[str, int], list[str]]
MOST_ADDRESSES = 4


def resolve(host: str, port: int) -> list[str]:
    """What the system's resolver says."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(one[4][0]) for one in found))


class Deadline:
    """The moment by which all must be done."""

    def __init__(self, seconds: float) -> None:
        self._ends = time.monotonic() + seconds

    def left(self, most: float | None = None) -> float:
        """Seconds until then, at most `most`; ReadTimeout when there are none."""
        seconds = self._ends - time.monotonic()
        if seconds <= 0:
            raise httpcore2.ReadTimeout
        return seconds if most is None else min(seconds, most)


class CheckedNetwork(httpcore2.NetworkBackend):
    """Connects to public addresses only, and lets no wait go beyond its deadline. AddressRefused otherwise."""

    def __init__(
        self, reach: Reach, deadline: Deadline, *, connect_seconds: float, resolve: Resolve
    ) -> None:
        self._reach, self._deadline = reach, deadline
        self._connect_seconds, self._resolve = connect_seconds, resolve
        self._sockets = httpcore2.SyncBackend()

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore2.NetworkStream:
        connecting = Deadline(self._deadline.left(self._connect_seconds))
        found = _look_up(self._resolve, host, port, connecting)
        # All of them, though one would do: a name with one foot inside is not to be trusted.
        addresses = [self._reach.checked(one) for one in found][:MOST_ADDRESSES]
        failed: Exception = httpcore2.ConnectError("no address")
        for address in addresses:
            try:
                seconds = connecting.left()
                # Digits are not looked up again: this is the address that was checked.
                stream = self._sockets.connect_tcp(
                    str(address), port, seconds, socket_options=socket_options
                )
                return _InTime(stream, self._deadline)
            except (httpcore2.ConnectError, httpcore2.ConnectTimeout) as error:
                failed = error
            except httpcore2.ReadTimeout:
                raise httpcore2.ConnectTimeout from None
        raise failed


class _InTime(httpcore2.NetworkStream):
    """A connection of which every wait ends with the deadline: a byte a second gains nothing."""

    def __init__(self, stream: httpcore2.NetworkStream, deadline: Deadline) -> None:
        self._stream, self._deadline = stream, deadline

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        return self._stream.read(max_bytes, self._deadline.left(timeout))

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self._stream.write(buffer, self._deadline.left(timeout))

    def close(self) -> None:
        self._stream.close()

    def start_tls(
        self,
        ssl_context: ssl.SSLContext,
        server_hostname: str | None = None,
        timeout: float | None = None,
    ) -> httpcore2.NetworkStream:
        seconds = self._deadline.left(timeout)
        return _InTime(
            self._stream.start_tls(ssl_context, server_hostname, seconds), self._deadline
        )

    def get_extra_info(self, info: str) -> Any:
        return self._stream.get_extra_info(info)


def _look_up(resolve: Resolve, host: str, port: int, deadline: Deadline) -> list[str]:
    """The addresses of a host. The system's resolver knows no bound of its own, so it is asked in a thread."""
    answer: queue.SimpleQueue[list[str] | OSError] = queue.SimpleQueue()

    def ask() -> None:
        try:
            answer.put(resolve(host, port))
        except OSError as error:
            answer.put(error)
        except UnicodeError as error:  # a label that no name can have
            answer.put(OSError(str(error)))

    threading.Thread(target=ask, name="resolve", daemon=True).start()
    try:
        found = answer.get(timeout=deadline.left())
    except (queue.Empty, httpcore2.ReadTimeout):
        raise httpcore2.ConnectTimeout from None
    if isinstance(found, OSError) or not found:
        raise NameUnknown
    return found


class NameUnknown(httpcore2.ConnectError):
    """The name has no address."""

"""Many clients of an HTTP API, as cheap for the machine that they share with it as Python allows: one thread, open
connections, requests whose bytes were made before.
"""

from __future__ import annotations

import json
import selectors
import socket
import threading
import time
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

PATIENCE = 30.0
_END = b"\r\n\r\n"


@dataclass(slots=True)
class Answer:
    """What came back, and the milliseconds from when it was asked (or was due to be)."""

    status: int
    body: bytes
    milliseconds: float

    def json(self) -> Any:
        return json.loads(self.body)


@dataclass(slots=True)
class _Connection:
    socket: socket.socket
    place: int = -1
    began: float = 0.0
    read: bytearray = field(default_factory=bytearray)


def post(path: str, body: Any, token: str, *, key: str | None = None) -> bytes:
    """The bytes of a request."""
    sent = json.dumps(body, ensure_ascii=False).encode()
    lines = [
        f"POST {path} HTTP/1.1",
        "Host: 127.0.0.1",
        f"Authorization: Bearer {token}",
        "Content-Type: application/json",
        f"Content-Length: {len(sent)}",
    ]
    if key is not None:
        lines.append(f"Idempotency-Key: {key}")
    return "\r\n".join(lines).encode() + _END + sent


class Crowd:
    """So many clients of one port."""

    def __init__(self, port: int, clients: int) -> None:
        self._selector = selectors.DefaultSelector()
        self._all: list[_Connection] = []
        pause = threading.Event()
        for _ in range(clients):
            # One after the other, as a proxy's connections come: in a burst the first process to wake takes them all.
            pause.wait(0.005)
            opened = socket.create_connection(("127.0.0.1", port), timeout=PATIENCE)
            opened.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            connection = _Connection(opened)
            self._selector.register(opened, selectors.EVENT_READ, connection)
            self._all.append(connection)

    def close(self) -> None:
        self._selector.close()
        for connection in self._all:
            connection.socket.close()

    def ask(
        self, requests: Sequence[bytes], *, each_second: float | None = None
    ) -> tuple[list[Answer], float]:
        """The answers, in the order of the requests, and the seconds that all took.

        Each client asks again as soon as it is answered; with `each_second` in a steady beat instead, where a request
        that finds no client free begins to wait when it is due.
        """
        found: list[Answer | None] = [None] * len(requests)
        free, left = deque(self._all), len(requests)
        next_, began = 0, time.perf_counter()
        while left:
            now = time.perf_counter()
            while free and next_ < len(requests):
                due = began + next_ / each_second if each_second else now
                if due > now:
                    break
                connection = free.popleft()
                connection.place, connection.began = next_, due
                connection.socket.sendall(requests[next_])
                next_ += 1
            pause = PATIENCE
            if each_second and free and next_ < len(requests):
                pause = max(began + next_ / each_second - time.perf_counter(), 0)
            ready = self._selector.select(pause)
            if not ready and pause == PATIENCE:
                raise TimeoutError(f"{left} requests were not answered")
            for key, _ in ready:
                connection = key.data
                if (answer := _read(connection)) is not None:
                    found[connection.place] = answer
                    left -= 1
                    free.append(connection)
        return [answer for answer in found if answer is not None], time.perf_counter() - began


def _read(connection: _Connection) -> Answer | None:
    """The answer, if all of it is there."""
    piece = connection.socket.recv(65536)
    if not piece:
        raise ConnectionError("the server hung up")
    connection.read += piece
    if (end := connection.read.find(_END)) < 0:
        return None
    head = bytes(connection.read[:end]).lower()
    length = int(head.split(b"content-length:", 1)[1].split(b"\r\n", 1)[0])
    if len(connection.read) < end + len(_END) + length:
        return None
    body = bytes(connection.read[end + len(_END) :])
    connection.read.clear()
    waited = (time.perf_counter() - connection.began) * 1000
    return Answer(int(head.split(b" ", 2)[1]), body, waited)

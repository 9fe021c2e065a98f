"""Partners' systems: real HTTP servers on this machine, of every manner."""

from __future__ import annotations

import contextlib
import ssl
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

LOCAL = ("127.0.0.0/8",)


@dataclass(frozen=True)
class Call:
    """One request as it came."""

    path: str
    headers: dict[str, str]
    body: bytes
    at: float = field(default_factory=time.monotonic)

    @property
    def id(self) -> str:
        return self.headers["webhook-id"]


class Partner:
    """Answers with `status` and `body`; `answer` may take over. `calls` are in the order in which they came."""

    def __init__(self, status: int = 200, body: bytes = b"ok", **headers: str) -> None:
        self.status, self.body, self.headers = status, body, headers
        self.answer: Callable[[BaseHTTPRequestHandler], object] | None = None
        self.calls: list[Call] = []
        self.closing = threading.Event()
        partner = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                size = int(self.headers.get("Content-Length", "0"))
                body = self.rfile.read(size)
                named = {name.lower(): value for name, value in self.headers.items()}
                partner.calls.append(Call(self.path, named, body))
                with contextlib.suppress(OSError):  # the caller had enough
                    (partner.answer or partner.plainly)(self)

            def log_message(self, *_: Any) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self._thread = threading.Thread(
            target=self._server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True
        )
        self._thread.start()

    @property
    def port(self) -> int:
        return int(self._server.server_address[1])

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/hook"

    def plainly(self, handler: BaseHTTPRequestHandler) -> None:
        self.begin(handler)
        handler.wfile.write(self.body)

    def begin(self, handler: BaseHTTPRequestHandler) -> None:
        """Status and headers."""
        handler.send_response(self.status)
        for name, value in self.headers.items():
            handler.send_header(name.replace("_", "-"), value)
        handler.send_header("Content-Length", str(len(self.body)))
        handler.end_headers()

    def never(self, handler: BaseHTTPRequestHandler) -> None:
        """Accept, and say nothing until the test is over."""
        self.closing.wait(30)

    def trickle(self, handler: BaseHTTPRequestHandler) -> None:
        """Each moment a byte more of a header that does not end."""
        handler.wfile.write(b"HTTP/1.1 200 OK\r\nX-Slow: ")
        while not self.closing.wait(0.01):
            handler.wfile.write(b"x")

    def trickle_body(self, handler: BaseHTTPRequestHandler) -> None:
        """An answer whose body does not end."""
        self.begin(handler)
        while not self.closing.wait(0.01):
            handler.wfile.write(b"x")

    def wrap(self, tls: ssl.SSLContext) -> None:
        """Speak TLS from now on; each handshake in the thread of its call."""
        self._server.socket = tls.wrap_socket(
            self._server.socket, server_side=True, do_handshake_on_connect=False
        )

    def close(self) -> None:
        self.closing.set()
        self._server.shutdown()
        self._server.server_close()


def unused_port() -> int:
    """A port on which nobody listens."""
    partner = Partner()
    partner.close()
    return partner.port

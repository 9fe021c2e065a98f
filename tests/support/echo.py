"""A server that says what it was told: it stands for whatever is behind a proxy."""

from __future__ import annotations

import http.server
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager


class _Echo(http.server.BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        told = json.dumps({"path": self.path} | dict(self.headers.items())).encode()
        self.send_response(404 if "missing" in self.path else 200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(told)))
        self.end_headers()
        self.wfile.write(told)

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["Content-Length"]))
        self.do_GET()

    def log_message(self, format: str, *args: object) -> None:
        """Not into the tests' output."""


@contextmanager
def echo() -> Iterator[int]:
    """Its port on 127.0.0.1. It answers GET and POST with the path and the headers as JSON; 404 where "missing" is asked for."""
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), _Echo)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield server.server_port
    finally:
        server.shutdown()
        server.server_close()

"""Serving a WSGI app until somebody else says that it is enough."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterable
from typing import Any

import httpx2

from deploy.listening import Listener
from deploy.up import free_port


def hello(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
    start_response("200 OK", [("Content-Length", "5")])
    return [environ.get("HTTP_X_FORWARDED_FOR", "hello").encode()]


def test_it_ends_in_order_from_another_thread_even_with_connections_open() -> None:
    """Neither an error in the thread that answers, nor a wait for a browser that keeps its connection."""
    for _ in range(20):
        port = free_port()
        ended: list[str] = []
        listener = Listener(hello, host="127.0.0.1", port=port, threads=2)

        def run(listener: Listener = listener, ended: list[str] = ended) -> None:
            listener.run()
            ended.append("in order")

        answering = threading.Thread(target=run)
        answering.start()
        with (
            httpx2.Client(trust_env=False) as kept,
            socket.create_connection(("127.0.0.1", port)),
        ):
            assert kept.get(f"http://127.0.0.1:{port}/").text == "hello"
            listener.close()
            answering.join(timeout=5)
            assert ended == ["in order"]
        listener.close()


def test_it_can_be_ended_before_it_began() -> None:
    """A signal may come at any time."""
    listener = Listener(hello, host="127.0.0.1", port=free_port(), threads=1)
    listener.close()
    answering = threading.Thread(target=listener.run)
    answering.start()
    answering.join(timeout=5)

    assert not answering.is_alive()

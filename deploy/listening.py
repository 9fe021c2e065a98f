"""A WSGI app at an address of this machine, served by waitress."""

from __future__ import annotations

import contextlib
from typing import Any

from waitress.channel import HTTPChannel
from waitress.server import create_server
from waitress.trigger import trigger


class Listener:
    """Bound when it is made (OSError where the port is taken); answers in whichever thread calls `run`."""

    def __init__(self, app: Any, *, host: str, port: int, threads: int) -> None:
        self._open: dict[int, Any] = {}
        self._server = create_server(
            app,
            map=self._open,
            host=host,
            port=port,
            threads=threads,
            # What proxies say of a request's way stays: /outbox and /metrics ask whether all of it lies on this machine.
            clear_untrusted_proxy_headers=False,
        )

    def run(self) -> None:
        """Answer until `close`."""
        self._server.run()

    def close(self) -> None:
        """Let go of all connections; `run` returns. From any thread, and as often as you like.

        The thread that answers does it itself: what another one closes under its hands is an error to it.
        """
        for one in list(self._open.values()):
            if isinstance(one, trigger):
                with contextlib.suppress(OSError):
                    one.pull_trigger(self._close_all)
                return

    def _close_all(self) -> None:
        for one in list(self._open.values()):
            if isinstance(one, HTTPChannel):
                # Wakes whoever still writes to it.
                one.handle_close()
            else:
                one.close()

"""A TCP proxy that can be cut, held, emptied and repaired: the network between a process and its server."""

from __future__ import annotations

import contextlib
import socket
import struct
import threading
from urllib.parse import urlsplit

_PORTS = {"amqp": 5672, "postgresql": 5432}


class Wire:
    """Stands in front of the server at `url`; whoever uses `wire.url` instead goes through it."""

    def __init__(self, url: str) -> None:
        parts = urlsplit(url)
        self._target = (parts.hostname or "127.0.0.1", parts.port or _PORTS[parts.scheme])
        self._listener = socket.create_server(("127.0.0.1", 0), backlog=128)
        self._flowing, self._open, self._silent = threading.Event(), True, False
        self._flowing.set()
        self._sockets: set[socket.socket] = set()
        # Those that nothing passes any more, and those that hear of the other side's end only after the repair.
        self._lost: set[socket.socket] = set()
        self._late: set[socket.socket] = set()
        port = self._listener.getsockname()[1]
        who = parts.netloc.rpartition("@")[0]
        self.url = parts._replace(netloc=f"{who}@127.0.0.1:{port}").geturl()
        threading.Thread(target=self._accept, name="wire", daemon=True).start()

    def cut(self) -> None:
        """Reset all connections."""
        for one in list(self._sockets):
            self._reset(one)

    def take_away(self) -> None:
        """Reset all connections, now and until `repair`."""
        self._open = False
        self.cut()

    def hold(self) -> None:
        """Nothing passes any more, without a reset; what was sent meanwhile arrives after the repair."""
        self._flowing.clear()

    def swallow(self) -> None:
        """Nothing passes any more, without a reset, and what is sent is gone: a connection that was there stays
        mute for ever, one that is opened meanwhile too."""
        self._silent = True
        self._lost |= self._sockets

    def repair(self) -> None:
        self._open, self._silent = True, False
        self._flowing.set()
        late, self._late = self._late, set()
        for one in late:
            self._reset(one)

    def close(self) -> None:
        with contextlib.suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        self.repair()
        self.cut()

    def _accept(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                self._connect(self._listener.accept()[0])

    def _connect(self, near: socket.socket) -> None:
        if not self._open:
            self._reset(near)
            return
        if self._silent:
            self._lost.add(near)
            self._sockets.add(near)
            threading.Thread(target=self._pump, args=(near, near), daemon=True).start()
            return
        try:
            far = socket.create_connection(self._target, timeout=5)
        except OSError:
            self._reset(near)
            return
        far.settimeout(None)
        for one in (near, far):
            one.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._sockets |= {near, far}
        for source, sink in ((near, far), (far, near)):
            threading.Thread(target=self._pump, args=(source, sink), daemon=True).start()

    def _pump(self, source: socket.socket, sink: socket.socket) -> None:
        with contextlib.suppress(OSError):
            while data := source.recv(65536):
                self._flowing.wait()
                if source not in self._lost:
                    sink.sendall(data)
        self._reset(source)
        # An end is news, too: it does not pass a wire that is silent.
        if self._silent and sink in self._lost:
            self._late.add(sink)
        else:
            self._reset(sink)

    def _reset(self, one: socket.socket) -> None:
        self._sockets.discard(one)
        self._lost.discard(one)
        with contextlib.suppress(OSError):
            one.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            # Shut down first: it wakes the thread that reads, which close alone does not.
            one.shutdown(socket.SHUT_RDWR)
        one.close()

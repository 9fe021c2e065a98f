"""pika alone: durable, mandatory messages with pipelined confirms."""

from __future__ import annotations

import time
from collections.abc import Sequence
from functools import partial
from typing import Any

from pika import BasicProperties, SelectConnection, URLParameters

# At once so many, then a look at the socket: the broker works while the next are prepared.
AT_ONCE = 200


def publish(url: str, exchange: str, key: str, messages: Sequence[tuple[str, bytes]]) -> float:
    """Publish (id, body) pairs; the seconds from the first until all are confirmed."""
    run = _Run(url, exchange, key, messages)
    run.connection.ioloop.start()
    return run.ended - run.began


class _Run:
    def __init__(
        self, url: str, exchange: str, key: str, messages: Sequence[tuple[str, bytes]]
    ) -> None:
        self.began = self.ended = 0.0
        self._exchange, self._key, self._messages = exchange, key, messages
        self._sent = self._confirmed = 0
        self.connection = SelectConnection(
            URLParameters(url),
            on_open_callback=lambda connection: connection.channel(on_open_callback=self._opened),
            on_close_callback=lambda connection, _: connection.ioloop.stop(),
        )

    def _opened(self, channel: Any) -> None:
        channel.confirm_delivery(self._on_confirm, callback=lambda _: self._begin(channel))

    def _begin(self, channel: Any) -> None:
        self.began = time.perf_counter()
        self._send(channel)

    def _send(self, channel: Any) -> None:
        for name, body in self._messages[self._sent : self._sent + AT_ONCE]:
            properties = BasicProperties(
                content_type="application/cloudevents+json", delivery_mode=2, message_id=name
            )
            channel.basic_publish(self._exchange, self._key, body, properties, mandatory=True)
        self._sent += AT_ONCE
        if self._sent < len(self._messages):
            self.connection.ioloop.add_callback_threadsafe(partial(self._send, channel))

    def _on_confirm(self, frame: Any) -> None:
        tag = frame.method.delivery_tag
        self._confirmed = tag if frame.method.multiple else self._confirmed + 1
        if self._confirmed >= len(self._messages):
            self.ended = time.perf_counter()
            self.connection.close()

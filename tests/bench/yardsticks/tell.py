"""psycopg and pika alone: commit a row, then publish, so many times a second. (A crash between the two loses a message.)"""

from __future__ import annotations

import json
import time
from datetime import UTC, datetime
from typing import Any

import psycopg
import uuid_utils
from pika import BasicProperties, SelectConnection, URLParameters


def tell(
    url: str,
    exchange: str,
    key: str,
    database_url: str,
    *,
    numbers: range,
    each_second: float,
) -> dict[int, int]:
    """Tell of each number, in a steady beat; when each was committed (time.monotonic_ns)."""
    with psycopg.connect(database_url) as database:
        run = _Run(url, exchange, key, database, numbers, 1 / each_second)
        run.connection.ioloop.start()
    return run.committed


class _Run:
    def __init__(
        self,
        url: str,
        exchange: str,
        key: str,
        database: psycopg.Connection,
        numbers: range,
        beat: float,
    ) -> None:
        self.committed: dict[int, int] = {}
        self._exchange, self._key, self._database = exchange, key, database
        self._numbers, self._beat, self._next = iter(numbers), beat, 0.0
        self.connection = SelectConnection(
            URLParameters(url),
            on_open_callback=lambda connection: connection.channel(on_open_callback=self._opened),
            on_close_callback=lambda connection, _: connection.ioloop.stop(),
        )

    def _opened(self, channel: Any) -> None:
        self._next = time.monotonic()
        self._tell(channel)

    def _tell(self, channel: Any) -> None:
        number = next(self._numbers, None)
        if number is None:
            self.connection.close()
            return
        name, body = _message(self._key, number)
        with self._database.transaction():
            self._database.execute(
                "INSERT INTO outbox (message_id, type, subject, body, mandatory, created_at)"
                " VALUES (%s, %s, %s, %s, true, now())",
                (name, self._key, f"n{number}", body),
            )
        self.committed[number] = time.monotonic_ns()
        properties = BasicProperties(
            content_type="application/cloudevents+json", delivery_mode=2, message_id=name
        )
        channel.basic_publish(self._exchange, self._key, body, properties, mandatory=True)
        self._next += self._beat
        later = max(self._next - time.monotonic(), 0)
        self.connection.ioloop.call_later(later, lambda: self._tell(channel))


def _message(key: str, number: int) -> tuple[str, str]:
    name = str(uuid_utils.uuid7())
    event = {
        "id": name,
        "source": "/giver",
        "type": key,
        "specversion": "1.0",
        "time": datetime.now(UTC).isoformat(),
        "subject": f"n{number}",
        "sequence": "0000000001",
        "datacontenttype": "application/json",
        "data": {"number": number},
    }
    return name, json.dumps(event)
